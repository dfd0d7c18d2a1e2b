// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of idle_watch.hpp: see there what each does.
#pragma once

#include <lp2p/swarm/idle_watch.hpp>

namespace lp2p::inline v0 {

LP2P_DECL idle_watch::idle_watch(config c) noexcept
    : config_{c} {}

LP2P_DECL void idle_watch::opened(conn_id id, instant now) {
    held_[id] = {now, now};
    unused_.set(id, ends(now));
    if (held_.size() > config_.bounds->connections_high && !check_) check_ = now;
}

LP2P_DECL void idle_watch::used(conn_id id, bool in_use, instant now) {
    const auto at = held_.find(id);
    if (at == held_.end() || at->second.unused.has_value() == !in_use) return;
    at->second.unused = in_use ? std::nullopt : std::optional{now};
    unused_.set(id, in_use ? std::nullopt : ends(now));
}

LP2P_DECL void idle_watch::ended(conn_id id) {
    held_.erase(id);
    unused_.erase(id);
    if (held_.size() <= config_.bounds->connections_high) check_ = std::nullopt;
}

LP2P_DECL std::optional<instant> idle_watch::next_timeout() const noexcept {
    return earlier(check_, unused_.next());
}

LP2P_DECL std::optional<instant> idle_watch::ends(instant now) const noexcept {
    const duration most = config_.bounds->unused_connection;
    return most == duration::max() ? std::nullopt : std::optional{after(now, most)};
}

LP2P_DECL bool idle_watch::may_leave(conn_id id, const entry& e, const std::vector<leave>& named,
                                     instant now) const {
    return e.unused && after(e.opened, config_.bounds->young_connection) <= now &&
           std::none_of(named.begin(), named.end(), [&](const leave& o) { return o.id == id; });
}

LP2P_DECL void idle_watch::take_longest_unused(std::vector<leave>& all,
                                               std::vector<candidate> can) const {
    const limits& l = *config_.bounds;
    std::sort(can.begin(), can.end(), [](const candidate& a, const candidate& b) {
        return std::pair{a.since, a.id} < std::pair{b.since, b.id};
    });
    const std::size_t least = std::min(l.connections_low, l.connections_high);
    can.resize(std::min(can.size(), held_.size() - all.size() - least));
    for (const candidate& c : can) all.push_back({c.id, swarms::errc::trimmed});
}

} // namespace lp2p::inline v0
