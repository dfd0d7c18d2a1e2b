// SPDX-License-Identifier: Apache-2.0 OR MIT
// How connections of a swarm become its own and end, and what the rule for duplicates does to them:
// part of swarm.hpp.
#pragma once

#include <lp2p/swarm/swarm.hpp>

namespace lp2p::inline v0 {

template <class Stack>
void swarm<Stack>::carry_out(const connection_manager::proceed& d, instant now) {
    if (slot* s = find(d.id)) {
        // Asked here and not when it was proven: while it was held its place may have been taken.
        if (!s->conn->ended() && !has_room(d.id, s->conn->peer(), now)) {
            s->conn->refuse(swarms::errc::too_many_connections, now);
            return touch(d.id, *s, now);
        }
        s->admitted = true;
        hold_losers(d.id, s->conn->peer(), true, now);
    }
    with(d.id, now, [&](connection_type& c) { c.proceed(now); });
}

/// The winner of a crossing proceeds: the one that it beats agrees on nothing more, until the
/// winner is established (and that one ends) or failed.
template <class Stack>
void swarm<Stack>::hold_losers(conn_id winner, const wire::peer_id& peer, bool held, instant now) {
    for (auto& [id, s] : slots_)
        if (id != winner && s.conn && s.admitted && s.conn->peer() == peer &&
            (!held || !s.told_open)) {
            s.conn->hold_inbound(held, now);
            touch(id, s, now);
        }
}

template <class Stack>
void swarm<Stack>::carry_out(const connection_manager::refuse& d, instant now) {
    end_duplicate(d.id, d.kept, d.rule, now);
}

template <class Stack>
void swarm<Stack>::carry_out(const connection_manager::close& d, instant now) {
    end_duplicate(d.id, d.kept, d.rule, now);
}

template <class Stack>
void swarm<Stack>::carry_out(const connection_manager::ping& d, instant now) {
    ping(d.id, now);
}
template <class Stack>
void swarm<Stack>::carry_out(const connection_manager::redial_storm& d, instant now) {
    events_.push(swarms::redial_storm{d.peer});
    narrate(trace_names::redial_storm, {}, now, {{"peer", d.peer.bytes()}});
}

template <class Stack>
void swarm<Stack>::tell_duplicate(conn_id id, conn_id kept, duplicate_rule rule, direction dir,
                                  instant now) {
    events_.push(swarms::duplicate_ended{id, kept, rule});
    narrate(trace_names::swarm_duplicate, id, now,
            {{"kept", static_cast<std::int64_t>(kept)},
             {"rule", to_string(rule)},
             {"dir", to_string(dir)}});
}

template <class Stack>
void swarm<Stack>::end_duplicate(conn_id id, conn_id kept, duplicate_rule rule, instant now) {
    slot* s = find(id);
    if (s == nullptr || !s->conn || s->conn->ended() || s->conn->is_leaving()) return;
    s->duplicate = true;
    tell_duplicate(id, kept, rule, s->dir, now);
    const bool replaced = rule == duplicate_rule::replaced;
    if (const slot* stays = find(kept);
        s->told_open && stays != nullptr &&
        (s->dir == direction::outbound || stays->dir == direction::outbound))
        successors_[kept] =
            after(now, replaced ? bounds_->incumbent_pong_most * 2 : bounds_->upgrade_timeout);
    if (replaced) // what is on its way here is still read
        s->conn->leave(swarms::errc::replaced, bounds_->replaced_grace, now);
    else
        s->conn->close(swarms::errc::duplicate, now);
    touch(id, *s, now);
}

template <class Stack>
void swarm<Stack>::on(conn_id id, slot& s, const connections::identity_proven&, instant now) {
    const wire::peer_id& peer = s.conn->peer();
    std::optional<duration> rtt;
    if (const auto incumbent = established(peer)) rtt = find(*incumbent)->conn->rtt();
    manager_.proven(id, peer, s.dir, rtt, now);
}

template <class Stack>
void swarm<Stack>::on(conn_id id, slot& s, const connections::ready&, instant now) {
    const wire::peer_id& peer = s.conn->peer();
    s.told_open = true;
    peers_[peer].push_back(id);
    idle_.opened(id, now);
    book_.succeeded(peer);
    events_.push(swarms::conn_opened{id});
    narrate(trace_names::swarm_established, id, now,
            {{"peer", peer.bytes()}, {"dir", to_string(s.dir)}});
    manager_.established(id);
    parked_.erase(peer);
    protected_.connected(peer, now);
    dialer_.connected(peer, now);
    while (auto a = dialer_.poll_answer()) tell_answer(std::move(*a), now); // before it can end
    replacing_.erase(peer);
}

template <class Stack>
void swarm<Stack>::on(conn_id id, slot& s, const connections::ended& e, instant now) {
    const wire::peer_id peer = s.conn->peer();
    const upgrade_stage stage = s.conn->stage();
    manager_.ended(id, now);
    hold_losers(id, peer, false, now);
    if (s.told_open) {
        const auto at = peers_.find(peer);
        std::erase(at->second, id);
        if (at->second.empty()) peers_.erase(at);
        monitor_.ended(id);
        idle_.ended(id);
        farewells_.emplace(id, farewell{peer, s.remote});
        events_.push(swarms::conn_closed{id, e.why});
        narrate(trace_names::swarm_closed, id, now,
                {{"peer", peer.bytes()}, {"why", e.why.why}, {"by", to_string(e.why.by)}});
        if (!peers_.contains(peer)) protected_.ended(peer, now);
        tell_plans();
        if (is_fresh_successor(id, now) && e.why.by != party::local) dial_again(peer, now);
    } else if (const auto kept = manager_.leading(peer);
               kept && !s.duplicate && e.why.by == party::transport) {
        s.duplicate = s.dir == direction::inbound; // the remote decided
        tell_duplicate(id, *kept, duplicate_rule::by_remote, s.dir, now);
    }
    if (!s.told_open && s.dir == direction::inbound && !s.duplicate) {
        farewells_.emplace(id, farewell{peer, s.remote});
        events_.push(swarms::upgrade_failed{id, s.dir, stage, e.why.why});
    }
    if (s.dir == direction::outbound && !s.told_open && !s.duplicate)
        dial_attempt_failed(s, e.why.why, now);
    unpark(s.dir == direction::outbound ? s.attempt.peer : peer, now);
}

} // namespace lp2p::inline v0
