// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of connection_manager.hpp: see there what each does.
#pragma once

#include <lp2p/swarm/connection_manager.hpp>

namespace lp2p::inline v0 {

LP2P_DECL connection_manager::connection_manager(wire::peer_id self, config c)
    : self_{std::move(self)}
    , config_{c} {}

LP2P_DECL void connection_manager::proven(conn_id id, const wire::peer_id& peer, direction dir,
                                          std::optional<duration> rtt, instant now) {
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

LP2P_DECL void connection_manager::expect_replacement(const wire::peer_id& peer, instant now) {
    open_group(peer, now).replacing = true;
}

LP2P_DECL void connection_manager::expect_no_replacement(const wire::peer_id& peer) noexcept {
    const auto found = peers_.find(peer);
    if (found != peers_.end()) found->second.replacing = false;
}

LP2P_DECL void connection_manager::established(conn_id id) {
    group* g = group_of(id);
    member* m = g == nullptr ? nullptr : g->find(id);
    if (m == nullptr || m->told || m->at == state::established) return;
    m->at = state::established;
    if (!beaten(*g, *m)) settle(*g, *m);
}

LP2P_DECL void connection_manager::pong(conn_id id) {
    group* g = group_of(id);
    if (g == nullptr) return;
    if (member* m = g->find(id)) m->silent = false;
    if (g->pinged != id) return;
    g->pinged = conn_id{};
    deadlines_.erase(by_conn_.at(id));
    refuse_held(*g, id, duplicate_rule::incumbent_alive);
}

LP2P_DECL void connection_manager::ended(conn_id id, instant now) {
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

LP2P_DECL bool connection_manager::has_any(const wire::peer_id& peer) const noexcept {
    const auto found = peers_.find(peer);
    return found != peers_.end() &&
           std::any_of(found->second.members.begin(), found->second.members.end(),
                       [](const member& m) { return !m.told; });
}

LP2P_DECL std::optional<conn_id>
connection_manager::leading(const wire::peer_id& peer) const noexcept {
    const auto found = peers_.find(peer);
    if (found == peers_.end()) return std::nullopt;
    std::optional<conn_id> best;
    for (const member& m : found->second.members) {
        if (m.told || m.at == state::held) continue;
        if (!best || m.at == state::established) best = m.id;
    }
    return best;
}

LP2P_DECL std::optional<instant> connection_manager::next_timeout() const noexcept {
    return deadlines_.next();
}

LP2P_DECL void connection_manager::handle_timeout(instant now) {
    while (const auto peer = deadlines_.expire(now)) {
        const auto found = peers_.find(*peer);
        if (found == peers_.end()) continue;
        group& g = found->second;
        if (member* asked = g.find(g.pinged)) asked->silent = true;
        g.pinged = conn_id{};
        if (member* held = g.first(state::held)) go(*held, duplicate_rule::half_open);
    }
}

LP2P_DECL std::optional<connection_manager::decision> connection_manager::poll() {
    return decisions_.poll();
}

LP2P_DECL connection_manager::group::group(bucket_size size, instant now)
    : bucket{size, now} {}

LP2P_DECL connection_manager::member* connection_manager::group::first(state s) noexcept {
    for (member& m : members)
        if (m.at == s && !m.told) return &m;
    return nullptr;
}

LP2P_DECL connection_manager::member* connection_manager::group::find(conn_id id) noexcept {
    for (member& m : members)
        if (m.id == id) return &m;
    return nullptr;
}

LP2P_DECL connection_manager::group* connection_manager::group_of(conn_id id) noexcept {
    const auto at = by_conn_.find(id);
    if (at == by_conn_.end()) return nullptr;
    const auto found = peers_.find(at->second);
    return found == peers_.end() ? nullptr : &found->second;
}

LP2P_DECL void connection_manager::go(member& m, std::optional<duplicate_rule> beats) {
    m.at = state::proceeding;
    m.beats_incumbent = beats;
    decisions_.push(proceed{m.id});
}

LP2P_DECL bool connection_manager::crosses(const group& g, const member& fresh) noexcept {
    return std::none_of(g.members.begin(), g.members.end(), [&](const member& other) {
        return other.at != state::held && other.dir == fresh.dir;
    });
}

LP2P_DECL bool connection_manager::wins(const wire::peer_id& peer, const member& m) const noexcept {
    const bool ours = m.dir == direction::outbound;
    return ours == (self_ < peer);
}

LP2P_DECL bool connection_manager::beaten(group& g, const member& m) noexcept {
    return std::any_of(g.members.begin(), g.members.end(), [&](const member& other) {
        return other.id != m.id && other.at == state::proceeding && other.beats_incumbent;
    });
}

LP2P_DECL void connection_manager::question(const wire::peer_id& peer, group& g, member& fresh,
                                            const member& incumbent, std::optional<duration> rtt,
                                            instant now) {
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

LP2P_DECL void connection_manager::settle(group& g, const member& m) {
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

LP2P_DECL void connection_manager::refuse_held(group& g, conn_id kept, duplicate_rule rule) {
    for (member& m : g.members)
        if (m.at == state::held) refuse_one(m, kept, rule);
}

LP2P_DECL void connection_manager::refuse_one(member& m, conn_id kept, duplicate_rule rule) {
    if (std::exchange(m.told, true)) return;
    decisions_.push(refuse{m.id, kept, rule});
}

LP2P_DECL connection_manager::group& connection_manager::open_group(const wire::peer_id& peer,
                                                                    instant now) {
    if (peers_.size() >= remembered)
        std::erase_if(peers_, [](const auto& p) { return p.second.members.empty(); });
    return peers_.try_emplace(peer, config_.newcomers, now).first->second;
}

} // namespace lp2p::inline v0
