// SPDX-License-Identifier: Apache-2.0 OR MIT
// One connection per peer: who stays when two prove the same identity.
//
// The specification has no rule, go, rust and js keep all of them, and that is how the seed's fault
// starts (H13). The rule is architecture.md's "Duplicate connections: the rule"; this is its point
// 2 and 3 as a value: facts go in, decisions come out, nothing is closed here.
#pragma once

#include <lp2p/connection/substream.hpp>
#include <lp2p/core/deadlines.hpp>
#include <lp2p/core/event_queue.hpp>
#include <lp2p/core/limits.hpp>
#include <lp2p/wire/peer_id.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <variant>
#include <vector>

namespace lp2p::inline v0 {

/// Which part of the rule ended a duplicate.
enum class duplicate_rule : std::uint8_t {
    incumbent_alive, ///< the older one answered, or answered a moment ago
    half_open,       ///< the older one did not answer
    crossing,        ///< both sides dialed; the dial of the smaller peer id stays
    burst,           ///< one side dialed more than once
    replaced,        ///< this node wanted a new one
    by_remote,       ///< the remote ended it while another connection to it stays
};

[[nodiscard]] constexpr std::string_view to_string(duplicate_rule r) noexcept {
    constexpr std::string_view names[] = {"incumbent_alive", "half_open", "crossing",
                                          "burst",           "replaced",  "by_remote"};
    return names[static_cast<std::size_t>(r)];
}

class connection_manager {
public:
    struct config {
        duration pong_least = default_limits.incumbent_pong_least;
        duration pong_most = default_limits.incumbent_pong_most;
        bucket_size newcomers = default_limits.newcomers;
    };
    /// Go on with the upgrade.
    struct proceed {
        conn_id id;
    };
    /// End it before a muxer exists: nothing was carried.
    struct refuse {
        conn_id id;
        conn_id kept;
        duplicate_rule rule;
    };
    /// Ask the incumbent whether it is there.
    struct ping {
        conn_id id;
    };
    /// End it: the one that stays is established.
    struct close {
        conn_id id;
        conn_id kept;
        duplicate_rule rule;
    };
    /// The peer redials faster than its bucket allows; at most once a second.
    struct redial_storm {
        wire::peer_id peer;
    };
    using decision = std::variant<proceed, refuse, ping, close, redial_storm>;

    connection_manager(wire::peer_id self, config c);

    /// A connection proved that it leads to `peer`. `rtt`: the last one of the incumbent, if any.
    void proven(conn_id id, const wire::peer_id& peer, direction dir, std::optional<duration> rtt,
                instant now);
    /// The next newcomer of this peer proceeds without the question: a `replace` dials it.
    void expect_replacement(const wire::peer_id& peer, instant now);
    /// That dial came to nothing.
    void expect_no_replacement(const wire::peer_id& peer) noexcept;
    /// Its first pong is in.
    void established(conn_id id);
    /// A pong of an established connection.
    void pong(conn_id id);
    /// It is over, whatever the reason.
    void ended(conn_id id, instant now);
    /// True while a connection of this peer has proven itself and its fate is open, or it stays.
    [[nodiscard]] bool has_any(const wire::peer_id& peer) const noexcept;
    /// The connection of this peer that stays as far as is known, if there is any.
    [[nodiscard]] std::optional<conn_id> leading(const wire::peer_id& peer) const noexcept;
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept;
    /// The incumbent did not answer within its bound: it is half-open, a newcomer proceeds.
    void handle_timeout(instant now);
    [[nodiscard]] std::optional<decision> poll();

private:
    enum class state : std::uint8_t { held, proceeding, established };
    struct member {
        conn_id id{};
        direction dir{};
        state at = state::held;
        std::optional<duplicate_rule> beats_incumbent{}; ///< once established, the others end
        bool told = false;                               ///< its end is decided already
        bool silent = false; ///< did not answer the last question: half-open
    };
    struct group {
        group(bucket_size size, instant now);
        member* first(state s) noexcept;
        member* find(conn_id id) noexcept;
        std::vector<member> members; // in the order they were proven
        token_bucket bucket;
        conn_id pinged{};
        bool replacing = false;
        std::optional<instant> stormed; ///< when `redial_storm` was told last
    };

    group* group_of(conn_id id) noexcept;
    void go(member& m, std::optional<duplicate_rule> beats = std::nullopt);
    /// True where everything that has proceeded was dialed by the other side.
    static bool crosses(const group& g, const member& fresh) noexcept;
    /// In a crossing the connection wins that was dialed by the smaller peer id.
    [[nodiscard]] bool wins(const wire::peer_id& peer, const member& m) const noexcept;
    /// True where another member has been let past this one and is not established yet.
    static bool beaten(group& g, const member& m) noexcept;
    void question(const wire::peer_id& peer, group& g, member& fresh, const member& incumbent,
                  std::optional<duration> rtt, instant now);
    /// `m` is established and stays: the others end or are refused.
    void settle(group& g, const member& m);
    void refuse_held(group& g, conn_id kept, duplicate_rule rule);
    void refuse_one(member& m, conn_id kept, duplicate_rule rule);
    /// The group of a peer; groups without members are only memories of a bucket and are dropped
    /// when there are many.
    group& open_group(const wire::peer_id& peer, instant now);

    static constexpr std::size_t remembered = 1024;

    wire::peer_id self_;
    config config_;
    std::map<wire::peer_id, group> peers_;
    std::map<conn_id, wire::peer_id> by_conn_;
    deadline_index<wire::peer_id> deadlines_;
    event_queue<decision> decisions_;
};

} // namespace lp2p::inline v0

#ifndef LP2P_SEPARATE_COMPILATION
#include "connection_manager.ipp"
#endif
