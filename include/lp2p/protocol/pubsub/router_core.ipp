// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of router_core.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/pubsub/router_core.hpp>

namespace lp2p::inline v0::pubsub {

LP2P_DECL router_core::router_core(const router_config& config, const wire::peer_id& local)
    : local_{local}
    , roster_{config}
    , intake_{config} {}

LP2P_DECL bool router_core::joined(std::string_view topic) const noexcept {
    const auto t = roster_.find_topic(topic);
    return t && roster_.at(*t).joined;
}

LP2P_DECL bool router_core::acceptable(const peer_entry& peer, instant now) const noexcept {
    return now >= peer.ignored_until;
}

LP2P_DECL void router_core::bad_rpc(peer_entry& peer, error why) {
    ++peer.behaviour.malformed_rpcs;
    reject(peer.index, why);
}

LP2P_DECL void router_core::send(peer_entry& peer, lane l, const shared_bytes& field) {
    if (!peer.queue.push(l, field)) return reject(peer.index, errc::too_large);
    if (l != lane::gossip) ++counters_.sent;
    told_output(peer);
}

LP2P_DECL void router_core::told_output(peer_entry& peer) {
    if (peer.output_told || peer.queue.empty()) return;
    peer.output_told = true;
    events_.push(send_rpc{peer.index});
}

LP2P_DECL bool router_core::take_rpc(peer_index peer, byte_vector& out) {
    peer_entry* p = roster_.find(peer);
    if (p == nullptr) return false;
    const bool any = p->queue.take_rpc(out);
    if (p->queue.empty()) p->output_told = false;
    return any;
}

LP2P_DECL bool router_core::may_get(const peer_entry& peer, const waiting_message& m) noexcept {
    return peer.index != m.from && !roster::contains_sorted(m.senders, peer.index) &&
           !equal(peer.id.bytes(), m.view.from);
}

LP2P_DECL void router_core::inform(event e) {
    if (events_.size() < config().events)
        events_.push(std::move(e));
    else
        ++lost_;
}

LP2P_DECL void router_core::inform_subscribed(peer_index peer, const topic_name& topic,
                                              bool subscribed) {
    if (subscribed)
        inform(peer_subscribed{peer, topic});
    else
        inform(peer_unsubscribed{peer, topic});
}

LP2P_DECL void router_core::refuse_message(peer_entry& peer, error why) {
    ++peer.behaviour.invalid_messages;
    reject(peer.index, why);
}

LP2P_DECL void router_core::release_waiting(const waiting_message& w) {
    if (peer_entry* from = roster_.find(w.from)) --from->validating;
}

LP2P_DECL peer_entry& router_core::peer_ready(const wire::peer_id& id, peer_kind kind,
                                              bool outbound, instant now) {
    peer_entry* known = roster_.find(id);
    peer_entry& peer = known != nullptr ? *known : roster_.add(id, now);
    peer.kind = kind;
    peer.outbound = outbound;
    return peer;
}

LP2P_DECL void router_core::announce(peer_entry& peer) {
    for (const auto& [index, topic] : roster_.topics())
        if (topic.joined) peer.queue.subscription(topic.name, true);
    told_output(peer);
}

LP2P_DECL result<topic_index> router_core::set_joined(std::string_view name, bool joined) {
    if (!roster_.valid_name(name)) return fail(errc::invalid_topic);
    std::size_t ours = 0;
    for (const auto& [index, topic] : roster_.topics()) ours += topic.joined ? 1 : 0;
    const topic_index t = roster_.topic(name);
    topic_entry& topic = roster_.at(t);
    if (topic.joined == joined) return t;
    if (joined && ours >= config().topics_per_peer) {
        roster_.release(t);
        return fail(errc::too_many_topics);
    }
    topic.joined = joined;
    for (peer_entry& peer : roster_.peers()) {
        peer.queue.subscription(topic.name, joined);
        told_output(peer);
    }
    return t;
}

LP2P_DECL void router_core::receive(peer_entry& peer, const message_view& m, instant now) {
    ++counters_.received;
    const auto t = roster_.find_topic(m.topic);
    if (!t || !roster_.at(*t).joined) {
        ++counters_.elsewhere;
        return;
    }
    const topic_settings& settings = roster_.settings(*t);
    if (detail::message_size(m) > settings.message_most)
        return reject(peer.index, errc::message_too_large);
    if (const status form = check_form(config().policy, m, local_.bytes()); !form)
        return refuse_message(peer, form.error());
    id_.clear();
    if (!settings.id(m, id_) || id_.empty() || id_.size() > most_message_id)
        return refuse_message(peer, errc::bad_message_id);
    const id_digest digest = intake_.digest(id_);
    intake_.seen().expire(now);
    if (intake_.is_seen(digest)) {
        ++counters_.duplicates;
        if (intake_.waiting() != 0) (void)known(peer, digest, {});
        return;
    }
    encoded_.clear();
    encode_publish(m, encoded_);
    if (known(peer, digest, encoded_)) {
        ++counters_.duplicates;
        return;
    }
    if (intake_.waiting() >= config().validations ||
        intake_.waiting_bytes() + encoded_.size() > config().validation_bytes ||
        peer.validating >= config().validations_per_peer)
        return reject(peer.index, errc::validation_queue_full);
    waiting_message w;
    w.handle = intake_.next_handle();
    w.digest = digest;
    w.id = message_id{id_};
    w.encoded = shared_bytes{encoded_};
    w.view = *decode_publish(w.encoded.view());
    w.topic = *t;
    w.from = peer.index;
    ++peer.validating;
    events_.push(validate{w.handle, peer.index});
    intake_.add(std::move(w));
}

/// Whether that message waits already; then this peer has it too. Before its signature holds, only
/// the same bytes are the same message: a forgery must not stand for the real one.
LP2P_DECL bool router_core::known(peer_entry& peer, const id_digest& d, byte_view encoded) {
    waiting_message* w = intake_.find_if([&](const waiting_message& waiting) {
        return waiting.digest == d && (waiting.authentic || equal(waiting.encoded.view(), encoded));
    });
    if (w == nullptr) return false;
    if (w->from != peer.index) roster::insert_sorted(w->senders, peer.index);
    return true;
}

LP2P_DECL bool router_core::authentic(message_handle h, instant now) {
    waiting_message* w = intake_.find(h);
    if (w == nullptr) return false;
    if (w->authentic) return true;
    w->authentic = true;
    intake_.seen().insert(w->digest, now);
    drop_copies(*w);
    return true;
}

/// Other copies of a message whose signature holds are duplicates now.
LP2P_DECL void router_core::drop_copies(const waiting_message& kept) {
    const message_handle handle = kept.handle;
    const id_digest digest = kept.digest;
    for (;;) {
        waiting_message* copy = intake_.find_if(
            [&](const waiting_message& w) { return w.digest == digest && w.handle != handle; });
        if (copy == nullptr) return;
        const auto gone = intake_.remove(copy->handle);
        release_waiting(*gone);
        ++counters_.duplicates;
    }
}

LP2P_DECL std::optional<waiting_message> router_core::validated(message_handle h, verdict v,
                                                                error why, instant now) {
    if (v != verdict::reject && !authentic(h, now)) return std::nullopt;
    auto w = intake_.remove(h);
    if (!w) return std::nullopt;
    release_waiting(*w);
    if (v == verdict::reject) {
        if (peer_entry* from = roster_.find(w->from)) refuse_message(*from, why);
        return std::nullopt;
    }
    if (v == verdict::ignore) {
        reject(w->from, why);
        return std::nullopt;
    }
    if (!roster_.has(w->topic) || !roster_.at(w->topic).joined) return std::nullopt;
    ++counters_.delivered;
    intake_.deliver({w->handle, w->from, w->id, w->encoded, w->view}, config().untaken_messages,
                    config().untaken_bytes);
    events_.push(message{w->handle, w->from});
    return w;
}

LP2P_DECL result<waiting_message> router_core::own(const message_view& m, instant now) {
    if (!roster_.valid_name(m.topic)) return fail(errc::invalid_topic);
    const topic_settings& settings = roster_.settings(m.topic);
    waiting_message w;
    encoded_.clear();
    encode_publish(m, encoded_);
    if (encoded_.size() + 16 > config().queue.rpc) return fail(errc::too_large);
    id_.clear();
    if (const status made = settings.id(m, id_); !made) return fail(made.error());
    if (id_.empty() || id_.size() > most_message_id) return fail(errc::bad_message_id);
    w.digest = intake_.digest(id_);
    if (!intake_.seen().insert(w.digest, now)) return fail(errc::duplicate);
    w.handle = intake_.next_handle();
    w.id = message_id{id_};
    w.encoded = shared_bytes{encoded_};
    w.view = *decode_publish(w.encoded.view());
    drop_copies(w);
    ++counters_.published;
    return w;
}

LP2P_DECL void router_core::reject(peer_index peer, error why, std::uint32_t count) {
    for (rejected& r : rejects_) {
        if (r.peer != peer || !(r.why == why)) continue;
        r.count += count;
        return;
    }
    if (rejects_.size() < config().events)
        rejects_.push_back({peer, why, count});
    else
        ++lost_;
}

LP2P_DECL void router_core::report_drops() {
    for (peer_entry& p : roster_.peers()) {
        if (!p.queue.has_dropped()) continue;
        const std::uint32_t gossip = p.queue.take_dropped(lane::gossip);
        const std::uint32_t forwarded = p.queue.take_dropped(lane::forward);
        inform(slow_peer{p.index, gossip, forwarded, p.queue.take_dropped(lane::own)});
    }
    if (const auto n = intake_.seen().take_left_early(); n != 0) inform(seen_overflow{n});
}

/// Events about something that is over by now are not told.
LP2P_DECL bool router_core::stale(const event& e) const {
    if (const auto* v = std::get_if<validate>(&e)) return intake_.find(v->id) == nullptr;
    if (const auto* s = std::get_if<send_rpc>(&e)) {
        const peer_entry* peer = roster_.find(s->peer);
        return peer == nullptr || !peer->output_told;
    }
    return false;
}

LP2P_DECL std::optional<event> router_core::poll_event() {
    while (auto e = events_.poll())
        if (!stale(*e)) return e;
    if (const auto n = intake_.take_dropped(); n != 0) return event{messages_dropped{n}};
    if (!rejects_.empty()) {
        const event e = rejects_.back();
        rejects_.pop_back();
        return e;
    }
    if (lost_ != 0) return event{events_lost{std::exchange(lost_, 0)}};
    return std::nullopt;
}

} // namespace lp2p::inline v0::pubsub
