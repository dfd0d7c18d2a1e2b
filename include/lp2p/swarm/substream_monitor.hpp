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

    explicit substream_monitor(config c) noexcept;

    /// What the remote of a connection says that it is.
    void identified(conn_id conn, std::string_view agent);
    /// The remote ended a substream of ours before it had answered, while `others` were open: more
    /// it may not take. That is believed for a minute; of a substream alone it says nothing.
    void refused(conn_id conn, std::uint32_t others, instant now);
    /// The counts of a connection changed.
    void changed(conn_id conn, const substream_ledger& ledger, std::uint32_t unacknowledged,
                 instant now);
    void ended(conn_id conn);
    /// A connection whose substreams are to be looked at for age (`inspect`), if any is due.
    [[nodiscard]] std::optional<conn_id> due(instant now);
    void inspect(conn_id conn, const substream_ledger& ledger, instant now);
    [[nodiscard]] std::optional<alarm> poll();
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept;
    /// The limits that are assumed of the remote of a connection.
    [[nodiscard]] remote_limits assumed(conn_id conn) const;

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
                                               std::uint32_t limit) noexcept;
    [[nodiscard]] static duration left(gauge& g, std::uint32_t limit, instant now) noexcept;
    void weigh(conn_id conn, gauge& g, stream_use what, std::uint32_t value, std::uint32_t limit,
               const substream_ledger& ledger, instant now, std::string_view protocol = {});
    [[nodiscard]] static std::string_view most_used(const substream_ledger& ledger,
                                                    stream_use what) noexcept;
    void weigh_protocols(conn_id conn, state& s, const substream_ledger& ledger, instant now);
    void count_old(conn_id conn, const substream_entry& e,
                   std::vector<swarms::streams_leaking>& old, instant now) const;

    config config_;
    std::map<conn_id, state> watched_;
    deadline_index<conn_id> checks_;
    event_queue<alarm> alarms_;
};

} // namespace lp2p::inline v0

#ifndef LP2P_SEPARATE_COMPILATION
#include "substream_monitor.ipp"
#endif
