// SPDX-License-Identifier: Apache-2.0 OR MIT
// How the pubsub service keeps gossip with a peer alive: part of pubsub.hpp.
//
// What is wrong is seen by pubsub itself, never by pings, and what is done about it has a budget
// and is told (seed-fault.md R6, R9). Nothing here ever turns pubsub off for a peer for good.
#pragma once

#include <lp2p/service/pubsub.hpp>

namespace lp2p::inline v0::service {

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::leaving(conn_id conn, Host& h, instant now) {
    const wire::peer_id peer = h.peer(conn);
    const auto at = peers_.find(peer);
    carrier* const c = at == peers_.end() ? nullptr : at->second.carrier_of(conn);
    if (c == nullptr) return;
    entry& e = at->second;
    c->leaving = true;
    if (e.out != stream_state::none && e.out_id.conn == conn) {
        narrate(trace_names::pubsub_stream_moved, e.out_id, now, {{"peer", peer.bytes()}});
        if (e.out == stream_state::live)
            h.finish(e.out_id, now);
        else
            h.reset(e.out_id, 0, now);
        out_closed(peer, e, errc::connection_ended, h, now);
    }
    drain(h, now);
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::listed(conn_id conn, std::string_view agent, Host& h, instant now) {
    const wire::peer_id peer = h.peer(conn);
    const auto at = peers_.find(peer);
    carrier* const c = at == peers_.end() ? nullptr : at->second.carrier_of(conn);
    if (c == nullptr) return;
    entry& e = at->second;
    const protocol_knowledge* known = h.knowledge(conn);
    const bool here =
        known != nullptr &&
        std::any_of(config_.protocols.begin(), config_.protocols.end(),
                    [&](const std::string& p) { return known->of(p) == support::supported; });
    c->withdrawn = c->listed && !here;
    c->listed = c->listed || here;
    c->rust = agent.starts_with("rust-libp2p");
    if (e.out == stream_state::none && e.refused && here) open_stream(peer, e, h, now);
    drain(h, now);
}

template <class Crypto>
void pubsub_service<Crypto>::heard(entry& e, instant now) {
    heard_any_ = now;
    if (!e.watch.heard(now)) return;
    const wire::peer_id who = peer(*e.index);
    watches_.set(who, e.watch.next());
    events_.push(gossip_heard{who});
    narrate(trace_names::pubsub_heard, {}, now, {{"peer", who.bytes()}});
}

/// The watch of a peer is due.
template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::look(const wire::peer_id& peer, Host& h, instant now) {
    const auto at = peers_.find(peer);
    if (at == peers_.end() || at->second.conns.empty()) return;
    entry& e = at->second;
    const gossip_watch::facts f{.out_live = e.out == stream_state::live,
                                .in_open = !e.in.empty(),
                                .ever_in = e.ever_in,
                                .others = heard_any_};
    const bool silent = e.watch.silent();
    switch (e.watch.look(f, now)) {
    case gossip_watch::step::none:
        break;
    case gossip_watch::step::question:
        if (visit([&](auto& r) { return r.question(*e.index); }))
            narrate(trace_names::pubsub_asked, e.out_id, now, {{"peer", peer.bytes()}});
        else
            e.watch.unanswerable(now);
        break;
    case gossip_watch::step::remind:
        if (e.remedies.take(now)) help(peer, e, remedy::push, errc::no_stream, h, now);
        break;
    case gossip_watch::step::remedy:
        if (!silent) {
            events_.push(gossip_silent{peer, e.out_id.conn, e.watch.quiet(now)});
            narrate(trace_names::pubsub_silent, e.out_id, now,
                    {{"peer", peer.bytes()}, {"quiet_ns", e.watch.quiet(now).count()}});
        }
        if (!e.remedies.take(now)) {
            e.watch.postponed(e.remedies.ready_at(now));
            break;
        }
        const remedy next = e.watch.next_remedy();
        e.watch.helped(now);
        help(peer, e, next, errc::gossip_silent, h, now);
        break;
    }
    watches_.set(peer, e.watch.next());
}

/// Carries a remedy out and tells of it. A push is the node's to send.
template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::help(const wire::peer_id& peer, entry& e, remedy r, error why, Host& h,
                                  instant now) {
    const carrier* const on = e.out == stream_state::none ? e.staying() : nullptr;
    const conn_id conn = on == nullptr ? e.out_id.conn : on->conn;
    events_.push(gossip_remedy{peer, conn, why, r});
    narrate(trace_names::pubsub_remedy, {conn, {}}, now,
            {{"peer", peer.bytes()}, {"action", to_string(r)}, {"why", why}});
    if (r == remedy::replace) {
        (void)h.replace(conn, why, now);
    } else if (r == remedy::reopen) { // of a stream that is live: the watch looks at no other
        h.finish(e.out_id, now);
        out_closed(peer, e, why, h, now);
        if (e.out == stream_state::none) open_stream(peer, e, h, now);
    }
}

/// A peer that agrees to our stream and resets it at once refuses it, whatever the reason (go's
/// resource manager does so).
template <class Crypto>
void pubsub_service<Crypto>::count_short_life(const wire::peer_id& peer, entry& e, conn_id conn,
                                              error why, instant now) {
    const bool reset = why == error{pubsub::errc::stream_reset};
    const bool soon = now - e.out_since < config_.bounds->gossip_settled;
    e.short_lives = reset && soon ? e.short_lives + 1 : 0;
    if (e.short_lives == 2) tell_refused(peer, e, conn, why, now);
}

template <class Crypto>
void pubsub_service<Crypto>::tell_refused(const wire::peer_id& peer, entry& e, conn_id conn,
                                          error why, instant now) {
    e.told_refused = true;
    events_.push(pubsub_refused{peer, why});
    narrate(trace_names::pubsub_stream_failed, {conn, {}}, now,
            {{"peer", peer.bytes()}, {"why", why}});
}

/// Our stream has lasted.
template <class Crypto>
void pubsub_service<Crypto>::accepted(const wire::peer_id& peer, entry& e) {
    e.told_refused = false;
    events_.push(pubsub_accepted{peer});
}

/// No connection of the peer takes our stream now: nothing is kept for it, and it is in no mesh.
template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::given_up(const wire::peer_id& peer, entry& e, Host& h, instant now) {
    if (e.index) visit([&](auto& r) { r.unreachable(*e.index); });
    renew(peer, e, errc::protocol_refused, h, now);
}

/// A new connection, where that helps: within the budget, and less and less often while none of
/// them lets our stream open.
template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::renew(const wire::peer_id& peer, entry& e, error why, Host& h,
                                   instant now) {
    const carrier* const old = e.staying();
    if (old == nullptr) return;
    if (why == error{errc::protocol_refused} && !old->may_renew()) return;
    const duration wait = renew_least * (1U << std::min(e.renewals, 6U));
    if (e.renewals != 0 && now < after(e.renewed_at, wait))
        return retries_.set(peer, after(e.renewed_at, wait));
    if (!e.remedies.take(now)) return retries_.set(peer, e.remedies.ready_at(now));
    e.renewals += 1;
    e.renewed_at = now;
    retries_.set(peer, after(now, wait * 2)); // should nothing come of it
    help(peer, e, remedy::replace, why, h, now);
}

} // namespace lp2p::inline v0::service
