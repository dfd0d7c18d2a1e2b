// SPDX-License-Identifier: Apache-2.0 OR MIT
// How a swarm dials, and how it stays within its bounds: part of swarm.hpp.
//
// It opens no socket: an attempt is a command for the driver.
#pragma once

#include <lp2p/swarm/swarm.hpp>

namespace lp2p::inline v0 {

template <class Stack>
request_id swarm<Stack>::dial(const wire::multiaddr& to, instant now) {
    const auto peer = to.peer();
    const request_id request{++last_request_};
    error why;
    if (ended_)
        why = swarms::errc::node_closed;
    else if (!to.empty() && (*to.begin()).code == wire::address_code::dnsaddr)
        why = swarms::errc::dnsaddr_unsupported;
    else if (!peer)
        why = swarms::errc::no_peer_id;
    else if (*peer == self_id_)
        why = swarms::errc::dial_self;
    if (why) {
        causes_[request] = {{to, why}};
        events_.push(swarms::dial_failed{request, peer.value_or(wire::peer_id{}), why});
        return request;
    }
    book_.add(*peer, to);
    return dial_peer(request, *peer, now);
}

template <class Stack>
void swarm<Stack>::tried(conn_id id, const wire::multiaddr& at, error why) {
    slot* s = find(id);
    if (s == nullptr || s->conn || s->hung_up) return;
    if (!why)
        s->remote = at;
    else if (s->tried.size() < bounds_->addresses_per_peer)
        s->tried.push_back({s->attempt.address, why, at});
}

template <class Stack>
void swarm<Stack>::connect_failed(conn_id id, error why, instant now) {
    slot* s = find(id);
    if (s == nullptr || s->conn || s->hung_up) return;
    const slot gone = std::move(*s);
    slots_.erase(id);
    dial_attempt_failed(gone, why, now);
    settle(now);
}

template <class Stack>
request_id swarm<Stack>::dial_peer(request_id request, const wire::peer_id& peer, instant now) {
    if (const auto id = established(peer)) {
        events_.push(swarms::dialed{request, dial_outcome::reused, *id});
        narrate(trace_names::swarm_dial_reused, *id, now, {{"peer", peer.bytes()}});
        return request;
    }
    if (ended_)
        events_.push(swarms::dial_failed{request, peer, swarms::errc::node_closed});
    else if (dialer_.dial(request, peer, book_, now))
        narrate(trace_names::swarm_dial_joined, {}, now, {{"peer", peer.bytes()}});
    settle(now);
    return request;
}

template <class Stack>
void swarm<Stack>::start_attempt(const peer_dialer::attempt& a, instant now) {
    const conn_id id = next_id();
    slot& s = slots_[id];
    s.dir = direction::outbound;
    s.remote = a.address;
    s.attempt = a;
    if (replacing_.contains(a.peer)) manager_.expect_replacement(a.peer, now);
    commands_.push(dial_command{id, a.address});
    narrate(trace_names::swarm_dial_started, id, now,
            {{"peer", a.peer.bytes()}, {"address", a.address.bytes()}});
}

/// While another connection of the same peer is being decided, it may answer the dial yet: in a
/// crossing the remote ends the one that we dialed a moment before the other is established.
template <class Stack>
void swarm<Stack>::dial_attempt_failed(const slot& s, error why, instant now) {
    std::vector<peer_dialer::cause> causes = s.tried;
    if (s.conn || causes.empty()) {
        const bool found = s.remote != s.attempt.address; // what a name stood for
        causes.push_back({s.attempt.address, why, found ? s.remote : wire::multiaddr{}});
    }
    if (replace_attempt_failed(s, why, now)) return;
    if (manager_.has_any(s.attempt.peer) && !replacing_.contains(s.attempt.peer)) {
        if (dialer_.waits_for(s.attempt))
            parked_.insert_or_assign(s.attempt.peer, parked{s.attempt, why, std::move(causes)});
        return;
    }
    // What this node wanted says nothing of the address.
    if (why != swarms::errc::too_many_connections && why != swarms::errc::disconnected)
        book_.failed(s.attempt.peer, s.attempt.address, why, now);
    dialer_.attempt_failed(s.attempt, causes, now);
    narrate(
        trace_names::swarm_dial_failed, {}, now,
        {{"peer", s.attempt.peer.bytes()}, {"address", s.attempt.address.bytes()}, {"why", why}});
}

/// The connection that was to answer a dial is over, too: the dial goes on. An address that led
/// to the peer is tried again.
template <class Stack>
void swarm<Stack>::unpark(const wire::peer_id& peer, instant now) {
    const auto found = parked_.find(peer);
    if (found == parked_.end() || manager_.has_any(peer)) return;
    const parked p = found->second;
    parked_.erase(found);
    if (p.why == fault::closed && dialer_.again(p.attempt, now)) return;
    book_.failed(peer, p.attempt.address, p.why, now);
    dialer_.attempt_failed(p.attempt, p.causes, now);
}

template <class Stack>
void swarm<Stack>::tell_answer(peer_dialer::answer a, instant now) {
    const auto id = established(a.peer);
    for (const auto& w : a.waiters) {
        if (const auto r = replacing_.find(a.peer);
            r != replacing_.end() && r->second.request == w.request) {
            if (a.why && !ended_) replace_ended(a.peer, a.why, now);
        } else if (!a.why && id)
            events_.push(swarms::dialed{w.request, w.how, *id});
        else {
            causes_[w.request] = a.causes;
            events_.push(swarms::dial_failed{w.request, a.peer, a.why});
            protected_.failed(a.peer, w.request, now);
        }
    }
    tell_plans();
}

template <class Stack>
status swarm<Stack>::protect(const wire::peer_id& peer, instant now) {
    if (ended_) return fail(swarms::errc::node_closed);
    if (peer == self_id_) return fail(swarms::errc::dial_self);
    const status done = protected_.protect(peer, established(peer).has_value(), now);
    if (!done) return done;
    book_.keep(peer, true);
    tell_plans();
    dial_protected(now);
    settle(now);
    return {};
}

template <class Stack>
void swarm<Stack>::unprotect(const wire::peer_id& peer) {
    protected_.unprotect(peer);
    book_.keep(peer, false);
}

/// Dials whoever is due, unless all its addresses failed a moment ago (another's dial).
template <class Stack>
void swarm<Stack>::dial_protected(instant now) {
    while (const auto peer = protected_.due(now)) {
        if (const auto ready = book_.ready_at(*peer); ready && *ready > now) {
            protected_.postpone(*peer, *ready);
            continue;
        }
        const request_id request{++last_request_};
        events_.push(swarms::reconnecting{request, *peer, protected_.dialing(*peer, request)});
        dial_peer(request, *peer, now);
    }
}

/// Whether an established connection ended for this one a moment ago.
template <class Stack>
bool swarm<Stack>::is_fresh_successor(conn_id id, instant now) {
    const auto found = successors_.find(id);
    if (found == successors_.end()) return false;
    const bool fresh = now < found->second;
    successors_.erase(found);
    return fresh;
}

/// Where pongs come after their bound each end may end the connection that the other one keeps. The
/// dial that they answered runs again.
template <class Stack>
void swarm<Stack>::dial_again(const wire::peer_id& peer, instant now) {
    if (manager_.has_any(peer)) return;
    const request_id request{++last_request_};
    events_.push(swarms::reconnecting{request, peer, 1});
    (void)dialer_.dial(request, peer, book_, now);
}

template <class Stack>
void swarm<Stack>::tell_plans() {
    while (const auto p = protected_.poll())
        events_.push(swarms::reconnect_planned{p->peer, p->attempt, p->wait});
}

template <class Stack>
void swarm<Stack>::shut_down(instant now) {
    if (ended_) return;
    ended_ = reason{swarms::errc::node_closed, party::local};
    protected_.clear();
    dialer_.stop(swarms::errc::node_closed);
    parked_.clear();
    std::vector<conn_id> all;
    for (const auto& [id, s] : slots_) all.push_back(id);
    for (const conn_id id : all) {
        slot* s = find(id);
        if (s == nullptr) continue;
        if (s->conn)
            close(id, swarms::errc::node_closed, now);
        else if (!s->hung_up)
            abandon(id, *s);
    }
    settle(now);
    replacing_.clear(); // their dials were answered now, and nobody asked for them
    events_.push(swarms::ended{*ended_});
}

template <class Stack>
void swarm<Stack>::abandon(conn_id id, slot& s) {
    s.hung_up = true;
    commands_.push(hang_up_command{id, end{end::reset, 0}});
}

/// Another attempt of the same dial was faster: this one ends where it is.
template <class Stack>
void swarm<Stack>::withdraw(const peer_dialer::attempt& a, instant now) {
    for (auto& [id, s] : slots_) {
        if (s.attempt.number != a.number) continue;
        narrate(trace_names::swarm_dial_withdrawn, id, now,
                {{"peer", a.peer.bytes()}, {"address", a.address.bytes()}});
        return abandon(id, s);
    }
}

/// Room for one more connection to be upgraded: the oldest that waits leaves for it.
template <class Stack>
void swarm<Stack>::make_room(const wire::multiaddr& remote, instant now) {
    std::size_t all = 0, here = 0;
    conn_id oldest{}, oldest_here{};
    for (const auto& [id, s] : slots_) {
        if (s.dir != direction::inbound || s.told_open || s.hung_up || !s.conn) continue;
        if (all++ == 0) oldest = id;
        if (same_host(s.remote, remote) && here++ == 0) oldest_here = id;
    }
    const bool others_wait = all > here;
    conn_id leaves{};
    if (here >= bounds_->upgrading_per_address && others_wait)
        leaves = oldest_here;
    else if (all >= bounds_->upgrading)
        leaves = oldest;
    if (leaves == conn_id{}) return;
    slot* s = find(leaves);
    if (leaves == oldest_here && here >= bounds_->upgrading_per_address)
        narrate_limit("upgrading_per_address", leaves, here, bounds_->upgrading_per_address, now);
    else
        narrate_limit("upgrading", leaves, all, bounds_->upgrading, now);
    s->conn->refuse(swarms::errc::too_many_upgrading, now);
    touch(leaves, *s, now);
}

template <class Stack>
bool swarm<Stack>::same_host(const wire::multiaddr& a, const wire::multiaddr& b) {
    const auto x = a.tcp(), y = b.tcp();
    return x && y && x->family == y->family && x->ip == y->ip;
}

/// Connections that are ready, or were told to become so.
template <class Stack>
std::size_t swarm<Stack>::taken() const noexcept {
    return static_cast<std::size_t>(
        std::count_if(slots_.begin(), slots_.end(), [](const auto& entry) {
            const slot& s = entry.second;
            return s.admitted && s.conn && !s.conn->ended();
        }));
}

/// Room for one more connection: the one leaves that nobody uses for longest and nobody protects.
/// False where there is none.
template <class Stack>
bool swarm<Stack>::trim_one(instant now) {
    const auto id = idle_.longest_unused(spared());
    if (!id) return false;
    slot& s = slots_.at(*id);
    s.conn->close(swarms::errc::trimmed, now);
    touch(*id, s, now);
    return true;
}

/// Whether this connection to the peer may be established: the peer has one, or there is room.
template <class Stack>
bool swarm<Stack>::has_room(conn_id id, const wire::peer_id& peer, instant now) {
    if (peers_.contains(peer) || taken() < bounds_->connections || trim_one(now)) return true;
    narrate_limit("connections", id, taken(), bounds_->connections, now);
    return false;
}

/// The connection leaves that holds most of what nobody reads.
template <class Stack>
bool swarm<Stack>::relieve_unread(instant now) {
    const auto most =
        std::max_element(slots_.begin(), slots_.end(), [](const auto& a, const auto& b) {
            return a.second.unread < b.second.unread;
        });
    if (most == slots_.end() || most->second.unread == 0) return false;
    narrate_limit("unread_node", most->first, unread_, bounds_->unread_node, now);
    most->second.conn->close(swarms::errc::unread_limit, now);
    touch(most->first, most->second, now);
    return true;
}

/// What the monitor noticed, as events.
template <class Stack>
void swarm<Stack>::tell_alarms(instant now) {
    while (auto alarm = monitor_.poll()) {
        std::visit([&](const auto& a) { narrate(a, now); }, *alarm);
        std::visit([&](auto& a) { events_.push(std::move(a)); }, *alarm);
    }
}

template <class Stack>
void swarm<Stack>::narrate(const swarms::streams_high& a, instant now) const {
    narrate(trace_names::streams_high, a.conn, now,
            {{"what", to_string(a.what)},
             {"protocol", std::string_view{a.protocol}},
             {"level", std::int64_t{a.level}},
             {"value", std::int64_t{a.value}},
             {"limit", std::int64_t{a.limit}}});
}
template <class Stack>
void swarm<Stack>::narrate(const swarms::streams_normal& a, instant now) const {
    narrate(trace_names::streams_normal, a.conn, now,
            {{"what", to_string(a.what)}, {"protocol", std::string_view{a.protocol}}});
}
template <class Stack>
void swarm<Stack>::narrate(const swarms::streams_leaking& a, instant now) const {
    narrate(trace_names::streams_leaking, a.conn, now,
            {{"protocol", std::string_view{a.protocol}},
             {"dir", to_string(a.dir)},
             {"count", std::int64_t{a.count}},
             {"age_ns", a.age.count()}});
}

} // namespace lp2p::inline v0
