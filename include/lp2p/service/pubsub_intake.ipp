// SPDX-License-Identifier: Apache-2.0 OR MIT
// How the pubsub service reads what peers say: part of pubsub.hpp.
//
// What came whole counts, even behind a newer stream; what is no RPC costs its stream and nothing
// else (threats.md §7).
#pragma once

#include <lp2p/service/pubsub.hpp>

namespace lp2p::inline v0::service {

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::read(const wire::peer_id& peer, entry& e, substream_id id, Host& h,
                                  instant now) {
    pubsub::rpc_stream* s = e.stream_of(id);
    if (s == nullptr) return;
    while (!s->ended()) {
        const byte_view in = h.read(id);
        if (in.empty()) break;
        const auto used = s->receive(in, now);
        if (!used) break;
        h.consume(id, *used, now);
        if (receive_rpcs(e, *s, h, now)) continue;
        h.reset(id, 0, now);
        return in_closed(peer, e, id, end{end::reset, 0}, h, now);
    }
    if (!s->ended()) return;
    const error why = s->ended()->why; // the remote's end is not told to the reader
    (void)receive_rpcs(e, *s, h, now); // what came whole before counts
    visit([&](auto& r) { r.malformed(*e.index, why); });
    h.reset(id, 0, now);
    in_closed(peer, e, id, end{end::reset, 0}, h, now);
}

/// False where one was no RPC: what follows on that stream is nothing to lean on either.
template <class Crypto>
template <host Host>
bool pubsub_service<Crypto>::receive_rpcs(entry& e, pubsub::rpc_stream& s, Host& h, instant now) {
    while (s.poll_event()) {
    }
    while (const auto frame = s.take()) {
        heard(e, now);
        const status read = pubsub::decode_rpc(*frame, rpc_bounds(), scratch_);
        if (read)
            receive(*e.index, h, now);
        else
            visit([&](auto& r) { r.malformed(*e.index, read.error()); });
        if (!read && read.error() == error{pubsub::errc::malformed_rpc}) return false;
    }
    return true;
}

/// The RPC in `scratch_`, so many messages at a time that those which are judged at once do not
/// fill the peer's places for those which wait for a verdict.
template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::receive(pubsub::peer_index from, Host& h, instant now) {
    const std::size_t most = std::max<std::size_t>(config_.bounds->validations_per_peer / 2, 1);
    const auto hear = [&](const pubsub::rpc& r) {
        visit([&](auto& router) { router.receive(from, r, now); });
        drain(h, now);
    };
    pubsub::rpc first; // subscriptions go before messages, control behind them
    auto& all = scratch_.messages;
    auto next = all.begin();
    for (; static_cast<std::size_t>(all.end() - next) > most;
         next += static_cast<std::ptrdiff_t>(most)) {
        first.subscriptions = std::exchange(scratch_.subscriptions, {});
        first.messages.assign(next, next + static_cast<std::ptrdiff_t>(most));
        hear(first);
    }
    all.erase(all.begin(), next);
    hear(scratch_);
}

template <class Crypto>
pubsub::rpc_limits pubsub_service<Crypto>::rpc_bounds() const noexcept {
    const limits& l = *config_.bounds;
    return {.control = l.rpc_control,
            .messages = l.rpc_messages,
            .topics = l.topics_per_rpc,
            .topic_length = l.topic_length,
            .ids = l.ihave_ids};
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::in_closed(const wire::peer_id& peer, entry& e, substream_id id,
                                       end how, Host& h, instant now) {
    const auto at =
        std::find_if(e.in.begin(), e.in.end(), [&](const inbound_stream& s) { return s.id == id; });
    owners_.erase(id);
    if (at == e.in.end()) return;
    e.in.erase(at);
    if (how.how == end::fin) h.finish(id, now);
    in_lost(peer, id, how.how == end::fin ? "fin" : "reset", now);
    if (!e.in.empty()) return;
    e.watch.in_lost(now);
    watches_.set(peer, e.watch.next());
}

template <class Crypto>
void pubsub_service<Crypto>::in_lost(const wire::peer_id& peer, substream_id id,
                                     std::string_view how, instant now) {
    events_.push(pubsub_stream_in_lost{peer, id.conn});
    narrate(trace_names::pubsub_in_closed, id, now, {{"peer", peer.bytes()}, {"how", how}});
}

template <class Crypto>
void pubsub_service<Crypto>::drop_inbound(const wire::peer_id& peer, entry& e, conn_id conn,
                                          instant now) {
    std::erase_if(e.in, [&](const inbound_stream& s) {
        if (s.id.conn != conn) return false;
        narrate(trace_names::pubsub_in_closed, s.id, now,
                {{"peer", peer.bytes()}, {"how", std::string_view{"connection_ended"}}});
        owners_.erase(s.id);
        return true;
    });
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::on(const pubsub::messages_dropped& e, Host&, instant now) {
    narrate(trace_names::limit_hit, {}, now,
            {{"limit", std::string_view{"untaken_messages"}},
             {"value", std::int64_t{e.count}},
             {"most", static_cast<std::int64_t>(config_.bounds->untaken_messages)}});
    events_.push(service::messages_dropped{e.count});
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::on(const pubsub::slow_peer& e, Host&, instant now) {
    narrate(trace_names::pubsub_dropped, {}, now,
            {{"peer", peer(e.peer).bytes()},
             {"gossip", std::int64_t{e.gossip}},
             {"forwarded", std::int64_t{e.forwarded}},
             {"own", std::int64_t{e.own}},
             {"limit", std::string_view{"peer_queue_messages"}},
             {"most", static_cast<std::int64_t>(config_.bounds->peer_queue_messages)}});
    events_.push(service::slow_peer{peer(e.peer), e.gossip + e.forwarded + e.own});
}

} // namespace lp2p::inline v0::service
