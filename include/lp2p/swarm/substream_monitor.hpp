// SPDX-License-Identifier: Apache-2.0 OR MIT
// Watches how many substreams each connection has, and says so before a limit is reached.
//
// Counts go in whenever they change, alarms come out: one for each crossing of 60, 80 and 95 % of
// the smallest limit that is known, ours or the remote's, cleared 10 points below; and one where
// streams grow old without progress. It closes nothing (threats.md §2, "warning events"; R8).
#pragma once

#include <lp2p/connection/substream_ledger.hpp>
#include <lp2p/core/deadlines.hpp>
#include <lp2p/core/event_queue.hpp>
#include <lp2p/core/limits.hpp>
#include <lp2p/swarm/remote_limits.hpp>

#include <map>
#include <string>
#include <variant>
#include <vector>

namespace lp2p::inline v0 {

/// Which count is near its limit.
enum class stream_use : std::uint8_t {
    outbound,       ///< substreams that we opened
    inbound,        ///< that the remote opened
    unacknowledged, ///< that we opened and the remote has not acknowledged
    protocol,       ///< that we opened for one protocol
};

[[nodiscard]] constexpr std::string_view to_string(stream_use u) noexcept {
    constexpr std::string_view names[] = {"outbound", "inbound", "unacknowledged", "protocol"};
    return names[static_cast<std::size_t>(u)];
}

} // namespace lp2p::inline v0

namespace lp2p::inline v0::swarms {

/// A count crossed a level upwards.
struct streams_high {
    conn_id conn;
    std::uint32_t value;
    std::uint32_t limit;
    duration left;        ///< until the limit is reached, as it grows now; the longest: not at all
    std::string protocol; ///< of `stream_use::protocol`; else the one with most substreams
    stream_use what;
    std::uint8_t level; ///< 60, 80 or 95 (percent)
};
/// It fell below the lowest level, by 10 points.
struct streams_normal {
    conn_id conn;
    std::string protocol; ///< of `stream_use::protocol`
    stream_use what;
};
/// So many substreams of one protocol and direction have seen no progress for `age` or longer:
/// somebody may have forgotten them.
struct streams_leaking {
    conn_id conn;
    std::uint32_t count;
    duration age; ///< of the oldest
    std::string protocol;
    direction dir;
};

} // namespace lp2p::inline v0::swarms

namespace lp2p::inline v0 {

class substream_monitor {
public:
    struct config {
        const limits* bounds = &default_limits; ///< must outlive the monitor
    };
    using alarm =
        std::variant<swarms::streams_high, swarms::streams_normal, swarms::streams_leaking>;

    explicit substream_monitor(config c) noexcept
        : config_{c} {}

    /// What the remote of a connection says that it is.
    void identified(conn_id conn, std::string_view agent) {
        watched_[conn].theirs = assumed_limits(agent);
    }
    /// The remote ended a substream of ours before it had answered, while `others` were open: more
    /// it may not take. That is believed for a minute; of a substream alone it says nothing.
    void refused(conn_id conn, std::uint32_t others, instant now) {
        if (others < 2) return;
        state& s = watched_[conn];
        s.learnt = now < s.learnt_until ? std::min(s.learnt, others) : others;
        s.learnt_until = after(now, learnt_for);
    }
    /// The counts of a connection changed.
    void changed(conn_id conn, const substream_ledger& ledger, std::uint32_t unacknowledged,
                 instant now) {
        state& s = watched_[conn];
        if (now >= s.learnt_until) s.learnt = remote_limits::unlimited;
        const limits& l = *config_.bounds;
        const auto rest = [](std::uint32_t both, std::uint32_t other) {
            return both > other ? both - other : 0;
        };
        const std::uint32_t in = ledger.inbound(), out = ledger.outbound();
        const std::uint32_t most_out =
            std::min({l.streams_out, rest(l.streams_both, in), s.theirs.outbound,
                      rest(s.theirs.both, in), s.learnt});
        weigh(conn, s.outbound, stream_use::outbound, out, most_out, ledger, now);
        weigh(conn, s.inbound, stream_use::inbound, in, std::min(l.streams_in, s.theirs.both),
              ledger, now);
        weigh(conn, s.unacknowledged, stream_use::unacknowledged, unacknowledged,
              std::min(l.streams_unacknowledged, s.theirs.unacknowledged), ledger, now);
        weigh_protocols(conn, s, ledger, now);
        if (in + out >= l.leak_streams && !checks_.at(conn))
            checks_.set(conn, after(now, l.leak_age / 2));
    }
    void ended(conn_id conn) {
        watched_.erase(conn);
        checks_.erase(conn);
    }
    /// A connection whose substreams are to be looked at for age (`inspect`), if any is due.
    [[nodiscard]] std::optional<conn_id> due(instant now) { return checks_.expire(now); }
    void inspect(conn_id conn, const substream_ledger& ledger, instant now) {
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
    [[nodiscard]] std::optional<alarm> poll() { return alarms_.poll(); }
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept { return checks_.next(); }
    /// The limits that are assumed of the remote of a connection.
    [[nodiscard]] remote_limits assumed(conn_id conn) const {
        const auto at = watched_.find(conn);
        return at == watched_.end() ? detail::strictest_limits : at->second.theirs;
    }

private:
    /// One count: the level that was told, and where it stood some time ago, for the trend.
    struct gauge {
        std::uint8_t level = 0;
        std::uint32_t value = 0;
        std::uint32_t then = 0;
        instant then_at{};
    };
    struct state {
        remote_limits theirs = detail::strictest_limits;
        std::uint32_t learnt = remote_limits::unlimited; ///< until `learnt_until`
        instant learnt_until{};
        gauge outbound, inbound, unacknowledged;
        std::vector<std::pair<std::string, gauge>> protocols; ///< that are not at level 0
        std::vector<swarms::streams_leaking> leaking;         ///< told
    };

    static constexpr std::uint8_t levels[] = {95, 80, 60};
    static constexpr std::uint64_t hysteresis = 10; // percent
    static constexpr duration trend_over = seconds{60};
    static constexpr duration learnt_for = seconds{60};

    /// The highest level that a count is at: one that it had it keeps 10 points longer.
    [[nodiscard]] static std::uint8_t level_of(std::uint8_t had, std::uint32_t value,
                                               std::uint32_t limit) noexcept {
        const std::uint64_t percent = std::uint64_t{value} * 100;
        for (const std::uint8_t l : levels) {
            const std::uint64_t from = l <= had ? l - hysteresis : l;
            if (value != 0 && percent >= from * limit) return l;
        }
        return 0;
    }
    [[nodiscard]] static duration left(gauge& g, std::uint32_t limit, instant now) noexcept {
        if (g.value >= limit) return duration::zero();
        if (g.value <= g.then || now <= g.then_at) return duration::max();
        const auto grown = static_cast<std::int64_t>(g.value - g.then);
        return (now - g.then_at) / grown * static_cast<std::int64_t>(limit - g.value);
    }
    void weigh(conn_id conn, gauge& g, stream_use what, std::uint32_t value, std::uint32_t limit,
               const substream_ledger& ledger, instant now, std::string_view protocol = {}) {
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
                std::string{what == stream_use::protocol ? protocol : most_used(ledger, what)},
                what, g.level});
        else if (g.level == 0 && before != 0)
            alarms_.push(swarms::streams_normal{conn, std::string{protocol}, what});
    }
    [[nodiscard]] static std::string_view most_used(const substream_ledger& ledger,
                                                    stream_use what) noexcept {
        std::string_view name;
        std::uint32_t most = 0;
        for (const auto& u : ledger.usage()) {
            const std::uint32_t n = what == stream_use::inbound ? u.inbound : u.outbound;
            if (n > most) most = n, name = u.protocol;
        }
        return name;
    }
    void weigh_protocols(conn_id conn, state& s, const substream_ledger& ledger, instant now) {
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
    void count_old(conn_id conn, const substream_entry& e,
                   std::vector<swarms::streams_leaking>& old, instant now) const {
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

    config config_;
    std::map<conn_id, state> watched_;
    deadline_index<conn_id> checks_;
    event_queue<alarm> alarms_;
};

} // namespace lp2p::inline v0
