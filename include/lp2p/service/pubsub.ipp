// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of pubsub.hpp: see there what each does.
#pragma once

#include <lp2p/service/pubsub.hpp>

namespace lp2p::inline v0::service {

template <class Crypto>
pubsub_service<Crypto>::pubsub_service(config c, router r, wire::peer_id self, Crypto crypto)
    : config_{std::move(c)}
    , router_{std::move(r)}
    , self_{std::move(self)}
    , crypto_{std::move(crypto)}
    , sequence_{config_.unix_now} {}

template <class Crypto>
bool pubsub_service<Crypto>::serves(std::string_view protocol) const noexcept {
    for (const std::string& p : config_.protocols)
        if (p == protocol) return true;
    return false;
}

template <class Crypto>
const std::vector<std::string>& pubsub_service<Crypto>::protocols() const noexcept {
    return config_.protocols;
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::opened(conn_id conn, direction dir, Host& h, instant now) {
    const wire::peer_id id = h.peer(conn);
    entry& e = entry_of(id, now);
    e.conns.push_back({conn, dir});
    e.lingers = false;
    watches_.set(id, e.watch.next());
    if (e.index) ready(id, e, e.kind, conn, now); // known by a stream that was faster
    if (e.out == stream_state::none) open_stream(id, e, h, now);
    drain(h, now);
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::closed(conn_id conn, const wire::peer_id& id, bool follows, Host& h,
                                    instant now) {
    const auto at = peers_.find(id);
    if (at == peers_.end()) return;
    entry& e = at->second;
    std::erase_if(e.conns, [&](const carrier& c) { return c.conn == conn; });
    drop_inbound(id, e, conn, now);
    if (e.out != stream_state::none && e.out_id.conn == conn)
        out_closed(id, e, errc::connection_ended, h, now);
    // The survivor carries it at once; what the one that ended refused says nothing of it.
    if (!e.conns.empty() && e.out == stream_state::none) open_stream(id, e, h, now);
    e.lingers = e.conns.empty() && follows;
    if (e.lingers) retries_.set(id, after(now, config_.bounds->upgrade_timeout));
    forget_if_gone(id, h, now);
    drain(h, now);
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::inbound(substream_id id, Host& h, instant now) {
    const wire::peer_id peer = h.peer(id.conn);
    const auto kind = pubsub::kind_of(h.protocol(id));
    if (peer.empty() || !kind) return h.reset(id, 0, now);
    entry& e = entry_of(peer, now);
    const bool again = std::exchange(e.ever_in, true) && e.out == stream_state::live;
    e.watch.in_opened();
    ready(peer, e, e.out == stream_state::live ? e.kind : *kind, id.conn, now);
    if (!e.in.empty()) // the newest wins; what the older ones hold complete is still read
        h.finish(e.in.back().id, now);
    if (e.in.size() >= inbound_kept) {
        h.reset(e.in.front().id, 0, now);
        owners_.erase(e.in.front().id);
        in_lost(peer, e.in.front().id, "reset", now);
        e.in.erase(e.in.begin());
    }
    e.in.push_back(
        {id, std::make_unique<pubsub::rpc_stream>(pubsub::rpc_flow::inbound, rpc_config(), now)});
    owners_[id] = peer;
    events_.push(pubsub_stream_in{peer, id.conn});
    narrate(trace_names::pubsub_in_opened, id, now, {{"peer", peer.bytes()}});
    // The remote may have forgotten our subscriptions with its old stream, and its mesh us
    // (H3).
    visit([&](auto& r) { again ? r.hello(*e.index) : r.resend_subscriptions(*e.index); });
    read(peer, e, id, h, now);
    drain(h, now);
}

template <class Crypto>
template <host Host>
bool pubsub_service<Crypto>::outbound(substream_id id, Host& h, instant now) {
    const auto at = owners_.find(id);
    if (at == owners_.end()) return false;
    const wire::peer_id peer = at->second;
    entry& e = peers_.at(peer);
    const auto kind = pubsub::kind_of(h.protocol(id)).value_or(pubsub::peer_kind::floodsub);
    e.out = stream_state::live;
    e.writer = std::make_unique<pubsub::rpc_stream>(pubsub::rpc_flow::outbound, rpc_config(), now);
    if (e.told_refused) retries_.set(peer, after(now, config_.bounds->gossip_settled));
    e.failures = e.renewals = 0;
    e.out_since = now;
    ready(peer, e, kind, id.conn, now);
    events_.push(pubsub_stream_out{peer, id.conn, kind});
    narrate(trace_names::pubsub_stream_opened, id, now,
            {{"peer", peer.bytes()}, {"protocol", h.protocol(id)}});
    visit([&](auto& r) { r.hello(*e.index); });
    e.greeted = false;
    write(e, h, now);
    if (e.greeted) narrate(trace_names::pubsub_hello_sent, id, now, {{"peer", peer.bytes()}});
    drain(h, now);
    return true;
}

template <class Crypto>
template <host Host>
bool pubsub_service<Crypto>::failed(substream_id id, error why, Host& h, instant now) {
    const auto at = owners_.find(id);
    if (at == owners_.end()) return false;
    const wire::peer_id peer = at->second;
    owners_.erase(at);
    entry& e = peers_.at(peer);
    e.out = stream_state::none;
    e.out_id = {};
    if (h.established(peer) == std::nullopt) return true; // its end is told next
    open_failed(peer, e, id.conn, why, h, now);
    return true;
}

template <class Crypto>
template <host Host>
bool pubsub_service<Crypto>::readable(substream_id id, Host& h, instant now) {
    const auto at = owners_.find(id);
    if (at == owners_.end()) return false;
    const wire::peer_id peer = at->second;
    read(peer, peers_.at(peer), id, h, now);
    forget_if_gone(peer, h, now);
    drain(h, now);
    return true;
}

template <class Crypto>
template <host Host>
bool pubsub_service<Crypto>::writable(substream_id id, Host& h, instant now) {
    const auto at = owners_.find(id);
    if (at == owners_.end()) return false;
    entry& e = peers_.at(at->second);
    if (e.out_id == id) write(e, h, now);
    return true;
}

template <class Crypto>
template <host Host>
bool pubsub_service<Crypto>::finished(substream_id id, end how, Host& h, instant now) {
    const auto at = owners_.find(id);
    if (at == owners_.end()) return false;
    const wire::peer_id peer = at->second;
    entry& e = peers_.at(peer);
    read(peer, e, id, h, now);
    if (e.out_id == id && e.out == stream_state::live) {
        h.reset(id, 0, now);
        out_closed(peer, e,
                   how.how == end::reset ? error{pubsub::errc::stream_reset}
                                         : error{pubsub::errc::closed_by_peer},
                   h, now);
    } else {
        in_closed(peer, e, id, how, h, now);
    }
    forget_if_gone(peer, h, now);
    drain(h, now);
    return true;
}

template <class Crypto>
template <host Host>
bool pubsub_service<Crypto>::ended(substream_id id, error why, Host& h, instant now) {
    const auto at = owners_.find(id);
    if (at == owners_.end()) return false;
    const wire::peer_id peer = at->second;
    entry& e = peers_.at(peer);
    if (e.out_id == id && e.out != stream_state::none)
        out_closed(peer, e, why, h, now);
    else
        in_closed(peer, e, id, end{end::reset, 0}, h, now);
    forget_if_gone(peer, h, now);
    drain(h, now);
    return true;
}

template <class Crypto>
template <host Host>
status pubsub_service<Crypto>::subscribe(std::string_view topic, Host& h, instant now) {
    const status done = visit([&](auto& r) { return r.subscribe(topic, now); });
    if (done) narrate_topic(trace_names::pubsub_joined, self_, topic, now);
    drain(h, now);
    return done;
}

template <class Crypto>
template <host Host>
status pubsub_service<Crypto>::unsubscribe(std::string_view topic, Host& h, instant now) {
    const status done = visit([&](auto& r) { return r.unsubscribe(topic, now); });
    if (done) narrate_topic(trace_names::pubsub_left, self_, topic, now);
    drain(h, now);
    return done;
}

template <class Crypto>
template <host Host>
result<pubsub::message_id> pubsub_service<Crypto>::publish(std::string_view topic, byte_view data,
                                                           const private_key& key, Host& h,
                                                           instant now) {
    const auto done = make_message(topic, data, key, now);
    drain(h, now);
    return done;
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::validated(pubsub::message_handle id, pubsub::verdict v, Host& h,
                                       instant now) {
    visit([&](auto& r) { r.validated(id, v, now); });
    drain(h, now);
}

template <class Crypto>
std::optional<pubsub::delivery> pubsub_service<Crypto>::take(pubsub::message_handle id) {
    return visit([&](auto& r) { return r.take(id); });
}

template <class Crypto>
std::vector<wire::peer_id> pubsub_service<Crypto>::topic_peers(std::string_view topic) const {
    return ids(visit([&](const auto& r) { return r.topic_peers(topic); }));
}

template <class Crypto>
std::vector<wire::peer_id> pubsub_service<Crypto>::mesh_peers(std::string_view topic) const {
    return ids(visit([&](const auto& r) { return r.mesh_peers(topic); }));
}

template <class Crypto>
wire::peer_id pubsub_service<Crypto>::peer(pubsub::peer_index p) const {
    const auto at = by_index_.find(p);
    return at == by_index_.end() ? wire::peer_id{} : at->second;
}

template <class Crypto>
pubsub::router_counters pubsub_service<Crypto>::counters() const {
    return visit([](const auto& r) { return r.counters(); });
}

template <class Crypto>
std::optional<instant> pubsub_service<Crypto>::next_timeout() const {
    return earlier(earlier(retries_.next(), watches_.next()),
                   visit([](const auto& r) { return r.next_timeout(); }));
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::handle_timeout(Host& h, instant now) {
    visit([&](auto& r) { r.handle_timeout(now); });
    while (const auto peer = retries_.expire(now)) {
        const auto at = peers_.find(*peer);
        if (at == peers_.end()) continue;
        if (std::exchange(at->second.lingers, false))
            forget_if_gone(*peer, h, now); // nothing followed
        else if (at->second.out == stream_state::live)
            accepted(*peer, at->second);
        else if (at->second.out == stream_state::opening)
            continue;
        else if (at->second.refused)
            renew(*peer, at->second, errc::protocol_refused, h, now);
        else
            open_stream(*peer, at->second, h, now);
    }
    while (const auto peer = watches_.expire(now)) look(*peer, h, now);
    drain(h, now);
}

template <class Crypto>
pubsub::rpc_stream_config pubsub_service<Crypto>::rpc_config() const {
    return {.rpc_most = config_.bounds->rpc};
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::open_stream(const wire::peer_id& peer, entry& e, Host& h,
                                         instant now) {
    retries_.erase(peer);
    carrier* const best = best_carrier(e, h);
    e.refused = best == nullptr;
    if (e.refused) return given_up(peer, e, h, now);
    carrier& on = *best;
    if (on.streams >= config_.bounds->pubsub_streams_per_connection) {
        if (!std::exchange(on.exhausted, true)) events_.push(pubsub_exhausted{peer, on.conn});
        return renew(peer, e, errc::streams_exhausted, h, now);
    }
    const auto id = h.open(on.conn, config_.protocols, purpose::pubsub,
                           after(now, config_.bounds->open_timeout), confirm::wait, now);
    if (!id) return open_failed(peer, e, on.conn, id.error(), h, now);
    on.streams += 1;
    e.out = stream_state::opening;
    e.out_id = *id;
    owners_[*id] = peer;
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::open_failed(const wire::peer_id& peer, entry& e, conn_id conn,
                                         error why, Host& h, instant now) {
    tell_refused(peer, e, conn, why, now);
    again(peer, e, conn, why, h, now);
}

template <class Crypto>
template <host Host>
auto pubsub_service<Crypto>::best_carrier(entry& e, Host& h) const -> carrier* {
    const auto at = std::find_if(e.conns.rbegin(), e.conns.rend(), [&](const carrier& c) {
        return !c.leaving && !is_unsupported(c.conn, h);
    });
    return at == e.conns.rend() ? nullptr : &*at;
}

template <class Crypto>
template <host Host>
bool pubsub_service<Crypto>::is_unsupported(conn_id conn, Host& h) const {
    const protocol_knowledge* known = h.knowledge(conn);
    if (known == nullptr) return false;
    for (const std::string& p : config_.protocols)
        if (known->of(p) != support::unsupported) return false;
    return true;
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::again(const wire::peer_id& peer, entry& e, conn_id conn, error why,
                                   Host& h, instant now) {
    const carrier* const best = best_carrier(e, h);
    if (best != nullptr && best->conn != conn) return open_stream(peer, e, h, now);
    e.refused = best == nullptr || why == fault::refused;
    if (e.refused) return given_up(peer, e, h, now);
    retries_.set(peer, after(now, retry_least * (1U << std::min(e.failures, 6U))));
    e.failures += 1;
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::out_closed(const wire::peer_id& peer, entry& e, error why, Host& h,
                                        instant now) {
    const conn_id conn = e.out_id.conn;
    const bool was_live = e.out == stream_state::live;
    owners_.erase(e.out_id);
    e.out = stream_state::none;
    e.out_id = {};
    if (e.writer) e.keep_unsent(std::move(*e.writer).unsent(), config_.bounds->rpc);
    e.writer.reset();
    events_.push(pubsub_stream_lost{peer, conn, why});
    narrate(trace_names::pubsub_stream_closed, {conn, {}}, now,
            {{"peer", peer.bytes()}, {"why", why}});
    if (was_live) count_short_life(peer, e, conn, why, now);
    again(peer, e, conn, why, h, now);
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::write(entry& e, Host& h, instant now) {
    if (e.out != stream_state::live) return;
    for (;;) {
        if (e.writer->may_send() && !send_next(e)) return;
        const byte_view out = e.writer->transmit(write_piece);
        if (out.empty()) return;
        const auto put = h.write(e.out_id, out, now);
        if (!put || *put == 0) return; // its end is told by an event, room too
        e.writer->transmitted(*put);
        while (e.writer->poll_event()) {
        }
    }
}

template <class Crypto>
bool pubsub_service<Crypto>::send_next(entry& e) {
    if (std::exchange(e.greeted, true) && !e.unsent.empty())
        return e.writer->send(std::exchange(e.unsent, {}));
    byte_vector next;
    if (visit([&](auto& r) { return r.take_rpc(*e.index, next); }))
        return e.writer->send(std::move(next));
    return !e.unsent.empty() && e.writer->send(std::exchange(e.unsent, {}));
}

template <class Crypto>
void pubsub_service<Crypto>::narrate(std::string_view name, substream_id id, instant now,
                                     std::initializer_list<trace_field> fields) const {
    if (config_.trace)
        config_.trace({now, static_cast<std::uint64_t>(id.conn),
                       static_cast<std::uint32_t>(id.stream), name, fields});
}

template <class Crypto>
void pubsub_service<Crypto>::narrate_topic(std::string_view name, const wire::peer_id& who,
                                           std::string_view topic, instant now) const {
    narrate(name, {}, now, {{"peer", who.bytes()}, {"topic", topic}});
}

template <class Crypto>
auto pubsub_service<Crypto>::entry_of(const wire::peer_id& id, instant now) -> entry& {
    return peers_.try_emplace(id, *config_.bounds, now).first->second;
}

template <class Crypto>
void pubsub_service<Crypto>::ready(const wire::peer_id& peer, entry& e, pubsub::peer_kind kind,
                                   conn_id conn, instant now) {
    const carrier* on = e.carrier_of(conn);
    const bool dialed = on != nullptr && on->dir == direction::outbound;
    e.kind = kind;
    e.index = visit([&](auto& r) { return r.peer_ready(peer, kind, dialed, now); });
    by_index_[*e.index] = peer;
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::forget_if_gone(const wire::peer_id& id, Host& h, instant now) {
    const auto at = peers_.find(id);
    if (at == peers_.end() || !at->second.is_gone()) return;
    const auto index = at->second.index;
    peers_.erase(at);
    retries_.erase(id);
    watches_.erase(id);
    if (!index) return;
    visit([&](auto& r) { r.peer_gone(*index, now); });
    drain(h, now); // who left which mesh is told by name
    by_index_.erase(*index);
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::drain(Host& h, instant now) {
    while (auto e = visit([](auto& r) { return r.poll_event(); }))
        std::visit([&](const auto& told) { on(told, h, now); }, *e);
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::on(const pubsub::validate& e, Host&, instant now) {
    const pubsub::message_view* m = visit([&](auto& r) { return r.waiting(e.id); });
    if (m == nullptr) return;
    if (const status holds = check(*m); !holds) {
        visit([&](auto& r) { r.validated(e.id, pubsub::verdict::reject, holds.error(), now); });
        return;
    }
    if (const auto said = config_.validate(e.id, *m, peer(e.from)))
        visit([&](auto& r) { r.validated(e.id, *said, now); });
    else
        visit([&](auto& r) { (void)r.authentic(e.id, now); });
}

template <class Crypto>
status pubsub_service<Crypto>::check(const pubsub::message_view& m) const {
    if (const status form = pubsub::check_form(config_.policy, m, self_.bytes()); !form)
        return form;
    if (config_.policy != pubsub::signature_policy::strict_sign) return {};
    return pubsub::verify(m, crypto_);
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::on(const pubsub::send_rpc& e, Host& h, instant now) {
    const auto at = peers_.find(peer(e.peer));
    if (at != peers_.end()) write(at->second, h, now);
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::on(const pubsub::message& e, Host&, instant) {
    events_.push(pubsub_message{e.id, peer(e.from)});
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::on(const pubsub::peer_subscribed& e, Host&, instant now) {
    narrate_topic(trace_names::pubsub_subscribed, peer(e.peer), e.topic.text(), now);
    events_.push(service::peer_subscribed{e.topic, peer(e.peer)});
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::on(const pubsub::peer_unsubscribed& e, Host&, instant now) {
    narrate_topic(trace_names::pubsub_unsubscribed, peer(e.peer), e.topic.text(), now);
    events_.push(service::peer_unsubscribed{e.topic, peer(e.peer)});
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::on(const pubsub::grafted& e, Host&, instant now) {
    narrate(trace_names::pubsub_graft, {}, now,
            {{"peer", peer(e.peer).bytes()},
             {"topic", e.topic.text()},
             {"by", e.by_peer ? "remote" : "local"}});
    events_.push(service::grafted{e.topic, peer(e.peer), e.by_peer});
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::on(const pubsub::pruned& e, Host&, instant now) {
    narrate(trace_names::pubsub_prune, {}, now,
            {{"peer", peer(e.peer).bytes()}, {"topic", e.topic.text()}, {"why", e.why}});
    events_.push(service::pruned{e.topic, e.why, peer(e.peer)});
}

template <class Crypto>
template <host Host>
void pubsub_service<Crypto>::on(const pubsub::rejected& e, Host&, instant now) {
    narrate(trace_names::pubsub_reject, {}, now,
            {{"peer", peer(e.peer).bytes()}, {"why", e.why}, {"count", std::int64_t{e.count}}});
    events_.push(service::message_rejected{e.why, e.count, peer(e.peer)});
}

template <class Crypto>
result<pubsub::message_id>
pubsub_service<Crypto>::make_message(std::string_view topic, byte_view data, const private_key& key,
                                     instant now) {
    if (config_.policy != pubsub::signature_policy::strict_sign) {
        pubsub::message_view m;
        m.data = data;
        m.topic = topic;
        return visit([&](auto& r) { return r.publish(m, now); });
    }
    const auto own = pubsub::sign(crypto_, key, self_, sequence_.next(), topic, data);
    if (!own) return fail(own.error());
    return visit([&](auto& r) { return r.publish(own->view(), now); });
}

template <class Crypto>
std::vector<wire::peer_id>
pubsub_service<Crypto>::ids(const std::vector<pubsub::peer_index>& from) const {
    std::vector<wire::peer_id> all;
    for (const pubsub::peer_index p : from) all.push_back(peer(p));
    return all;
}

} // namespace lp2p::inline v0::service
