// SPDX-License-Identifier: Apache-2.0 OR MIT
// How a swarm replaces a connection by a new one to the same peer: part of swarm.hpp.
//
// The only dial of a peer that is connected (architecture.md, "Duplicate connections", point 1).
// Services ask for it where a connection is spent: rust turns gossip off for a connection after
// five streams (H1), and nothing but a new one cures that.
#pragma once

#include <lp2p/swarm/swarm.hpp>

namespace lp2p::inline v0 {

template <class Stack>
status swarm<Stack>::replace(conn_id id, error why, instant now) {
    if (ended_) return fail(swarms::errc::node_closed);
    const slot* s = find(id);
    if (s == nullptr || !s->told_open || s->conn->ended() || s->conn->is_leaving())
        return fail(swarms::errc::unknown_connection);
    const wire::peer_id peer = s->conn->peer();
    if (replacing_.contains(peer)) return {};
    const request_id request{++last_request_};
    replacing_[peer] = {id, request};
    narrate(trace_names::swarm_replace_started, id, now, {{"peer", peer.bytes()}, {"why", why}});
    (void)dialer_.dial(request, peer, book_, now);
    settle(now);
    return {};
}

/// True where an attempt that was to replace a connection is dealt with: the remote proved itself
/// and then ended it, so it keeps the old one, which therefore ends first.
template <class Stack>
bool swarm<Stack>::replace_attempt_failed(const slot& s, error why, instant now) {
    const auto found = replacing_.find(s.attempt.peer);
    if (found == replacing_.end()) return false;
    const bool refused = s.conn && !s.conn->peer().empty() && why == fault::closed;
    if (!refused || !dialer_.again(s.attempt, now)) return false;
    const wire::peer_id peer = s.attempt.peer; // `s` may end below
    const conn_id old = found->second.old;
    events_.push(swarms::replace_gap{old, peer});
    narrate(trace_names::swarm_replace_gap, old, now, {{"peer", peer.bytes()}});
    close(old, swarms::errc::replaced, now);
    return true;
}

template <class Stack>
void swarm<Stack>::replace_ended(const wire::peer_id& peer, error why, instant now) {
    const auto found = replacing_.find(peer);
    const conn_id old = found->second.old;
    replacing_.erase(found);
    manager_.expect_no_replacement(peer);
    events_.push(swarms::replace_failed{old, why, peer});
    narrate(trace_names::swarm_replace_failed, old, now, {{"peer", peer.bytes()}, {"why", why}});
}

} // namespace lp2p::inline v0
