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

    explicit idle_watch(config c) noexcept;

    /// A connection is established; nobody uses it yet.
    void opened(conn_id id, instant now);
    /// Whether substreams of it are more than the library's own questions.
    void used(conn_id id, bool in_use, instant now);
    void ended(conn_id id);

    [[nodiscard]] std::optional<instant> next_timeout() const noexcept;
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

    [[nodiscard]] std::optional<instant> ends(instant now) const noexcept;
    template <class Spared>
    void trim(std::vector<leave>& all, instant now, Spared spared) {
        check_ = std::nullopt;
        if (held_.size() - all.size() <= config_.bounds->connections_high) return;
        std::vector<candidate> can;
        for (const auto& [id, e] : held_)
            if (may_leave(id, e, all, now) && !spared(id)) can.push_back({*e.unused, id});
        take_longest_unused(all, std::move(can));
        check_ = after(now, check_every); // unless enough of them end
    }
    struct candidate {
        instant since;
        conn_id id;
    };
    [[nodiscard]] bool may_leave(conn_id id, const entry& e, const std::vector<leave>& named,
                                 instant now) const;
    void take_longest_unused(std::vector<leave>& all, std::vector<candidate> can) const;

    config config_;
    std::map<conn_id, entry> held_;
    deadline_index<conn_id> unused_;
    std::optional<instant> check_; ///< only while there are more than `connections_high`
};

} // namespace lp2p::inline v0

#ifndef LP2P_SEPARATE_COMPILATION
#include "idle_watch.ipp"
#endif
