// SPDX-License-Identifier: Apache-2.0 OR MIT
// Which connections leave because nobody uses them: too many of them (watermarks), or one for too
// long.
//
// The numbers of the watermarks are go's (connections.md, "Watermarks"). It closes nothing: it
// names connections, and who is spared is the caller's to say.
#pragma once

#include <lp2p/connection/substream.hpp>
#include <lp2p/core/deadlines.hpp>
#include <lp2p/core/limits.hpp>
#include <lp2p/swarm/errc.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace lp2p::inline v0 {

class idle_watch {
public:
    struct config {
        const limits* bounds = &default_limits; ///< must outlive the watch
    };
    struct leave {
        conn_id id;
        error why; ///< `trimmed` or `unused`
    };

    explicit idle_watch(config c) noexcept
        : config_{c} {}

    /// A connection is established; nobody uses it yet.
    void opened(conn_id id, instant now) {
        held_[id] = {now, now};
        unused_.set(id, ends(now));
        if (held_.size() > config_.bounds->connections_high && !check_) check_ = now;
    }
    /// Whether substreams of it are more than the library's own questions.
    void used(conn_id id, bool in_use, instant now) {
        const auto at = held_.find(id);
        if (at == held_.end() || at->second.unused.has_value() == !in_use) return;
        at->second.unused = in_use ? std::nullopt : std::optional{now};
        unused_.set(id, in_use ? std::nullopt : ends(now));
    }
    void ended(conn_id id) {
        held_.erase(id);
        unused_.erase(id);
        if (held_.size() <= config_.bounds->connections_high) check_ = std::nullopt;
    }

    [[nodiscard]] std::optional<instant> next_timeout() const noexcept {
        return earlier(check_, unused_.next());
    }
    /// The connections that are to leave now, those that are unused for longest first.
    /// `spared(id)`: this one stays.
    template <class Spared>
    [[nodiscard]] std::vector<leave> due(instant now, Spared spared) {
        std::vector<leave> all;
        std::vector<conn_id> stay;
        while (const auto id = unused_.expire(now)) {
            if (spared(*id))
                stay.push_back(*id);
            else
                all.push_back({*id, swarms::errc::unused});
        }
        for (const conn_id id : stay)
            unused_.set(id, ends(now)); // who spares it may change its mind
        if (check_ && *check_ <= now) trim(all, now, spared);
        return all;
    }
    /// The connection that is unused for longest and not spared, if there is one.
    template <class Spared>
    [[nodiscard]] std::optional<conn_id> longest_unused(Spared spared) const {
        std::optional<conn_id> found;
        instant since = instant::max();
        for (const auto& [id, e] : held_) {
            if (!e.unused || *e.unused >= since || spared(id)) continue;
            found = id;
            since = *e.unused;
        }
        return found;
    }

private:
    struct entry {
        instant opened;
        std::optional<instant> unused; ///< since when
    };
    static constexpr duration check_every = seconds{10};

    [[nodiscard]] std::optional<instant> ends(instant now) const noexcept {
        const duration most = config_.bounds->unused_connection;
        return most == duration::max() ? std::nullopt : std::optional{after(now, most)};
    }
    template <class Spared>
    void trim(std::vector<leave>& all, instant now, Spared spared) {
        const limits& l = *config_.bounds;
        const std::size_t stay = held_.size() - all.size();
        check_ = std::nullopt;
        if (stay <= l.connections_high) return;
        std::vector<std::pair<instant, conn_id>> can;
        for (const auto& [id, e] : held_) {
            const bool named = std::any_of(all.begin(), all.end(),
                                           [id = id](const leave& o) { return o.id == id; });
            if (!named && e.unused && after(e.opened, l.young_connection) <= now && !spared(id))
                can.emplace_back(*e.unused, id);
        }
        std::sort(can.begin(), can.end());
        const std::size_t least = std::min(l.connections_low, l.connections_high);
        can.resize(std::min(can.size(), stay - least));
        for (const auto& [since, id] : can) all.push_back({id, swarms::errc::trimmed});
        check_ = after(now, check_every); // unless enough of them end
    }

    config config_;
    std::map<conn_id, entry> held_;
    deadline_index<conn_id> unused_;
    std::optional<instant> check_; ///< only while there are more than `connections_high`
};

} // namespace lp2p::inline v0
