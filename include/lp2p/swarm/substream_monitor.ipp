// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of substream_monitor.hpp: see there what each does.
#pragma once

#include <lp2p/swarm/substream_monitor.hpp>

namespace lp2p::inline v0 {

LP2P_DECL substream_monitor::substream_monitor(config c) noexcept
    : config_{c} {}

LP2P_DECL void substream_monitor::identified(conn_id conn, std::string_view agent) {
    watched_[conn].theirs = assumed_limits(agent);
}

LP2P_DECL void substream_monitor::refused(conn_id conn, std::uint32_t others, instant now) {
    if (others < 2) return;
    state& s = watched_[conn];
    s.learnt = now < s.learnt_until ? std::min(s.learnt, others) : others;
    s.learnt_until = after(now, learnt_for);
}

LP2P_DECL void substream_monitor::changed(conn_id conn, const substream_ledger& ledger,
                                          std::uint32_t unacknowledged, instant now) {
    state& s = watched_[conn];
    if (now >= s.learnt_until) s.learnt = remote_limits::unlimited;
    const limits& l = *config_.bounds;
    const auto rest = [](std::uint32_t both, std::uint32_t other) {
        return both > other ? both - other : 0;
    };
    const std::uint32_t in = ledger.inbound(), out = ledger.outbound();
    const std::uint32_t most_out = std::min({l.streams_out, rest(l.streams_both, in),
                                             s.theirs.outbound, rest(s.theirs.both, in), s.learnt});
    weigh(conn, s.outbound, stream_use::outbound, out, most_out, ledger, now);
    weigh(conn, s.inbound, stream_use::inbound, in, std::min(l.streams_in, s.theirs.both), ledger,
          now);
    weigh(conn, s.unacknowledged, stream_use::unacknowledged, unacknowledged,
          std::min(l.streams_unacknowledged, s.theirs.unacknowledged), ledger, now);
    weigh_protocols(conn, s, ledger, now);
    if (in + out >= l.leak_streams && !checks_.at(conn))
        checks_.set(conn, after(now, l.leak_age / 2));
}

LP2P_DECL void substream_monitor::ended(conn_id conn) {
    watched_.erase(conn);
    checks_.erase(conn);
}

LP2P_DECL std::optional<conn_id> substream_monitor::due(instant now) { return checks_.expire(now); }

LP2P_DECL void substream_monitor::inspect(conn_id conn, const substream_ledger& ledger,
                                          instant now) {
    state& s = watched_[conn];
    std::vector<swarms::streams_leaking> old;
    for (const substream_entry& e : ledger.entries()) count_old(conn, e, old, now);
    std::erase_if(old, [&](const auto& o) { return o.count < config_.bounds->leak_streams; });
    for (auto& o : old) {
        const bool told = std::any_of(s.leaking.begin(), s.leaking.end(), [&](const auto& t) {
            return t.protocol == o.protocol && t.dir == o.dir;
        });
        if (!told) alarms_.push(o);
    }
    s.leaking = std::move(old);
    if (ledger.inbound() + ledger.outbound() >= config_.bounds->leak_streams)
        checks_.set(conn, after(now, config_.bounds->leak_age / 2));
}

LP2P_DECL std::optional<substream_monitor::alarm> substream_monitor::poll() {
    return alarms_.poll();
}

LP2P_DECL std::optional<instant> substream_monitor::next_timeout() const noexcept {
    return checks_.next();
}

LP2P_DECL remote_limits substream_monitor::assumed(conn_id conn) const {
    const auto at = watched_.find(conn);
    return at == watched_.end() ? detail::strictest_limits : at->second.theirs;
}

LP2P_DECL std::uint8_t substream_monitor::level_of(std::uint8_t had, std::uint32_t value,
                                                   std::uint32_t limit) noexcept {
    const std::uint64_t percent = std::uint64_t{value} * 100;
    for (const std::uint8_t l : levels) {
        const std::uint64_t from = l <= had ? l - hysteresis : l;
        if (value != 0 && percent >= from * limit) return l;
    }
    return 0;
}

LP2P_DECL duration substream_monitor::left(gauge& g, std::uint32_t limit, instant now) noexcept {
    if (g.value >= limit) return duration::zero();
    if (g.value <= g.then || now <= g.then_at) return duration::max();
    const auto grown = static_cast<std::int64_t>(g.value - g.then);
    return (now - g.then_at) / grown * static_cast<std::int64_t>(limit - g.value);
}

LP2P_DECL void substream_monitor::weigh(conn_id conn, gauge& g, stream_use what,
                                        std::uint32_t value, std::uint32_t limit,
                                        const substream_ledger& ledger, instant now,
                                        std::string_view protocol) {
    if (g.then_at == instant{} || value < g.then || now - g.then_at > trend_over) {
        g.then = std::min(value, g.value);
        g.then_at = now;
    }
    g.value = value;
    const std::uint8_t before = g.level;
    g.level = level_of(before, value, limit);
    if (g.level > before)
        alarms_.push(swarms::streams_high{
            conn, value, limit, left(g, limit, now),
            std::string{what == stream_use::protocol ? protocol : most_used(ledger, what)}, what,
            g.level});
    else if (g.level == 0 && before != 0)
        alarms_.push(swarms::streams_normal{conn, std::string{protocol}, what});
}

LP2P_DECL std::string_view substream_monitor::most_used(const substream_ledger& ledger,
                                                        stream_use what) noexcept {
    std::string_view name;
    std::uint32_t most = 0;
    for (const auto& u : ledger.usage()) {
        const std::uint32_t n = what == stream_use::inbound ? u.inbound : u.outbound;
        if (n > most) most = n, name = u.protocol;
    }
    return name;
}

LP2P_DECL void substream_monitor::weigh_protocols(conn_id conn, state& s,
                                                  const substream_ledger& ledger, instant now) {
    for (const auto& u : ledger.usage()) {
        if (u.use == purpose::pubsub) continue; // one stream, by rule
        const auto known = std::find_if(s.protocols.begin(), s.protocols.end(),
                                        [&](const auto& p) { return p.first == u.protocol; });
        gauge fresh;
        gauge& g = known == s.protocols.end() ? fresh : known->second;
        weigh(conn, g, stream_use::protocol, u.outbound, s.theirs.of(u.use), ledger, now,
              u.protocol);
        if (known == s.protocols.end() && g.level != 0) s.protocols.emplace_back(u.protocol, g);
    }
    std::erase_if(s.protocols, [&](const auto& p) {
        if (p.second.level == 0) return true;
        const auto& all = ledger.usage();
        const bool gone = std::none_of(all.begin(), all.end(),
                                       [&](const auto& u) { return u.protocol == p.first; });
        if (gone) alarms_.push(swarms::streams_normal{conn, p.first, stream_use::protocol});
        return gone;
    });
}

LP2P_DECL void substream_monitor::count_old(conn_id conn, const substream_entry& e,
                                            std::vector<swarms::streams_leaking>& old,
                                            instant now) const {
    const duration age = now - e.last_progress;
    if (e.phase != substream_phase::open || e.use == purpose::pubsub ||
        age < config_.bounds->leak_age)
        return;
    const auto at = std::find_if(old.begin(), old.end(), [&](const auto& o) {
        return o.protocol == e.protocol && o.dir == e.dir;
    });
    if (at == old.end()) {
        old.push_back({conn, 1, age, e.protocol, e.dir});
    } else {
        at->count += 1;
        at->age = std::max(at->age, age);
    }
}

} // namespace lp2p::inline v0
