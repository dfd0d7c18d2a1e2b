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

    connection_manager(wire::peer_id self, config c)
        : self_{std::move(self)}
        , config_{c} {}

    /// A connection proved that it leads to `peer`. `rtt`: the last one of the incumbent, if any.
    void proven(conn_id id, const wire::peer_id& peer, direction dir, std::optional<duration> rtt,
                instant now) {
        group& g = open_group(peer, now);
        by_conn_.emplace(id, peer);
        g.members.push_back({.id = id, .dir = dir});
        member& fresh = g.members.back();
        if (g.replacing) {
            g.replacing = false;
            go(fresh, duplicate_rule::replaced);
            return;
        }
        if (const member* settled = g.first(state::established))
            question(peer, g, fresh, *settled, rtt, now);
        else if (g.first(state::proceeding) == nullptr)
            go(fresh);
        else if (crosses(g, fresh) && wins(peer, fresh))
            go(fresh, duplicate_rule::crossing);
    }
    /// The next newcomer of this peer proceeds without the question: a `replace` dials it.
    void expect_replacement(const wire::peer_id& peer, instant now) {
        open_group(peer, now).replacing = true;
    }
    /// That dial came to nothing.
    void expect_no_replacement(const wire::peer_id& peer) noexcept {
        const auto found = peers_.find(peer);
        if (found != peers_.end()) found->second.replacing = false;
    }
    /// Its first pong is in.
    void established(conn_id id) {
        group* g = group_of(id);
        member* m = g == nullptr ? nullptr : g->find(id);
        if (m == nullptr || m->told || m->at == state::established) return;
        m->at = state::established;
        if (!beaten(*g, *m)) settle(*g, *m);
    }
    /// A pong of an established connection.
    void pong(conn_id id) {
        group* g = group_of(id);
        if (g == nullptr) return;
        if (member* m = g->find(id)) m->silent = false;
        if (g->pinged != id) return;
        g->pinged = conn_id{};
        deadlines_.erase(by_conn_.at(id));
        refuse_held(*g, id, duplicate_rule::incumbent_alive);
    }
    /// It is over, whatever the reason.
    void ended(conn_id id, instant now) {
        group* g = group_of(id);
        if (g == nullptr) return;
        const wire::peer_id peer = by_conn_.at(id);
        by_conn_.erase(id);
        std::erase_if(g->members, [&](const member& m) { return m.id == id; });
        if (g->pinged == id) {
            g->pinged = conn_id{};
            deadlines_.erase(peer);
        }
        if (g->members.empty()) {
            if (g->bucket.level(now) >= config_.newcomers.capacity) peers_.erase(peer);
            return;
        }
        member* held = g->first(state::held);
        if (member* settled = g->first(state::established)) {
            if (beaten(*g, *settled)) return;
            if (!settled->silent)
                settle(*g, *settled);
            else if (held != nullptr)
                go(*held, duplicate_rule::half_open);
        } else if (held != nullptr && g->first(state::proceeding) == nullptr) {
            go(*held);
        }
    }
    /// True while a connection of this peer has proven itself and its fate is open, or it stays.
    [[nodiscard]] bool has_any(const wire::peer_id& peer) const noexcept {
        const auto found = peers_.find(peer);
        return found != peers_.end() &&
               std::any_of(found->second.members.begin(), found->second.members.end(),
                           [](const member& m) { return !m.told; });
    }
    /// The connection of this peer that stays as far as is known, if there is any.
    [[nodiscard]] std::optional<conn_id> leading(const wire::peer_id& peer) const noexcept {
        const auto found = peers_.find(peer);
        if (found == peers_.end()) return std::nullopt;
        std::optional<conn_id> best;
        for (const member& m : found->second.members) {
            if (m.told || m.at == state::held) continue;
            if (!best || m.at == state::established) best = m.id;
        }
        return best;
    }
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept { return deadlines_.next(); }
    /// The incumbent did not answer within its bound: it is half-open, a newcomer proceeds.
    void handle_timeout(instant now) {
        while (const auto peer = deadlines_.expire(now)) {
            const auto found = peers_.find(*peer);
            if (found == peers_.end()) continue;
            group& g = found->second;
            if (member* asked = g.find(g.pinged)) asked->silent = true;
            g.pinged = conn_id{};
            if (member* held = g.first(state::held)) go(*held, duplicate_rule::half_open);
        }
    }
    [[nodiscard]] std::optional<decision> poll() { return decisions_.poll(); }

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
        group(bucket_size size, instant now)
            : bucket{size, now} {}
        member* first(state s) noexcept {
            for (member& m : members)
                if (m.at == s && !m.told) return &m;
            return nullptr;
        }
        member* find(conn_id id) noexcept {
            for (member& m : members)
                if (m.id == id) return &m;
            return nullptr;
        }
        std::vector<member> members; // in the order they were proven
        token_bucket bucket;
        conn_id pinged{};
        bool replacing = false;
        std::optional<instant> stormed; ///< when `redial_storm` was told last
    };

    group* group_of(conn_id id) noexcept {
        const auto at = by_conn_.find(id);
        if (at == by_conn_.end()) return nullptr;
        const auto found = peers_.find(at->second);
        return found == peers_.end() ? nullptr : &found->second;
    }
    void go(member& m, std::optional<duplicate_rule> beats = std::nullopt) {
        m.at = state::proceeding;
        m.beats_incumbent = beats;
        decisions_.push(proceed{m.id});
    }
    /// True where everything that has proceeded was dialed by the other side.
    static bool crosses(const group& g, const member& fresh) noexcept {
        return std::none_of(g.members.begin(), g.members.end(), [&](const member& other) {
            return other.at != state::held && other.dir == fresh.dir;
        });
    }
    /// In a crossing the connection wins that was dialed by the smaller peer id.
    [[nodiscard]] bool wins(const wire::peer_id& peer, const member& m) const noexcept {
        const bool ours = m.dir == direction::outbound;
        return ours == (self_ < peer);
    }
    /// True where another member has been let past this one and is not established yet.
    static bool beaten(group& g, const member& m) noexcept {
        return std::any_of(g.members.begin(), g.members.end(), [&](const member& other) {
            return other.id != m.id && other.at == state::proceeding && other.beats_incumbent;
        });
    }
    void question(const wire::peer_id& peer, group& g, member& fresh, const member& incumbent,
                  std::optional<duration> rtt, instant now) {
        if (g.pinged != conn_id{}) return; // held, the question is asked already
        if (beaten(g, incumbent)) return;  // held: a half-open incumbent is being succeeded
        if (incumbent.silent) return go(fresh, duplicate_rule::half_open);
        if (!g.bucket.take(now)) {
            if (!g.stormed || now - *g.stormed >= seconds{1}) { // logs cannot be flooded
                g.stormed = now;
                decisions_.push(redial_storm{peer});
            }
            refuse_one(fresh, incumbent.id, duplicate_rule::incumbent_alive);
            return;
        }
        g.pinged = incumbent.id;
        const duration bound =
            std::clamp(rtt.value_or(duration::zero()) * 4, config_.pong_least, config_.pong_most);
        deadlines_.set(peer, after(now, bound));
        decisions_.push(ping{incumbent.id});
    }
    /// `m` is established and stays: the others end or are refused.
    void settle(group& g, const member& m) {
        const conn_id kept = m.id;
        for (member& other : g.members) {
            if (other.id == kept || other.at == state::held || other.told) continue;
            other.told = true;
            decisions_.push(
                close{other.id, kept,
                      m.beats_incumbent.value_or(other.dir == m.dir ? duplicate_rule::burst
                                                                    : duplicate_rule::crossing)});
        }
        if (g.pinged != conn_id{}) return; // the pong decides about the held ones
        for (member& other : g.members)
            if (other.at == state::held)
                refuse_one(other, kept,
                           other.dir == m.dir ? duplicate_rule::burst : duplicate_rule::crossing);
    }
    void refuse_held(group& g, conn_id kept, duplicate_rule rule) {
        for (member& m : g.members)
            if (m.at == state::held) refuse_one(m, kept, rule);
    }
    void refuse_one(member& m, conn_id kept, duplicate_rule rule) {
        if (std::exchange(m.told, true)) return;
        decisions_.push(refuse{m.id, kept, rule});
    }
    /// The group of a peer; groups without members are only memories of a bucket and are dropped
    /// when there are many.
    group& open_group(const wire::peer_id& peer, instant now) {
        if (peers_.size() >= remembered)
            std::erase_if(peers_, [](const auto& p) { return p.second.members.empty(); });
        return peers_.try_emplace(peer, config_.newcomers, now).first->second;
    }

    static constexpr std::size_t remembered = 1024;

    wire::peer_id self_;
    config config_;
    std::map<wire::peer_id, group> peers_;
    std::map<conn_id, wire::peer_id> by_conn_;
    deadline_index<wire::peer_id> deadlines_;
    event_queue<decision> decisions_;
};

} // namespace lp2p::inline v0
