// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of floodsub.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/pubsub/floodsub.hpp>

namespace lp2p::inline v0::floodsub {

LP2P_DECL router::router(const config& c, const wire::peer_id& local, instant now)
    : config_{c}
    , core_{c.common, local}
    , next_{after(now, c.housekeeping)} {}

LP2P_DECL peer_index router::peer_ready(const wire::peer_id& id, peer_kind kind, bool outbound,
                                        instant now) {
    return core_.peer_ready(id, kind, outbound, now).index;
}

LP2P_DECL void router::resend_subscriptions(peer_index peer) {
    if (auto* p = core_.peers().find(peer)) core_.announce(*p);
}

LP2P_DECL bool router::take_rpc(peer_index peer, byte_vector& out) {
    return core_.take_rpc(peer, out);
}

LP2P_DECL bool router::has_output(peer_index peer) const noexcept {
    const auto* p = core_.peers().find(peer);
    return p != nullptr && !p->queue.empty();
}

LP2P_DECL void router::receive(peer_index peer, const pubsub::rpc& r, instant now) {
    auto* p = core_.peers().find(peer);
    if (p == nullptr) return;
    if (!core_.begin(*p, r, now, [](pubsub::topic_index, bool) {})) return;
    for (const pubsub::message_view& m : r.messages) core_.receive(*p, m, now);
}

LP2P_DECL void router::malformed(peer_index peer, error why) {
    if (auto* p = core_.peers().find(peer)) core_.bad_rpc(*p, why);
}

LP2P_DECL const pubsub::message_view* router::waiting(message_handle id) const noexcept {
    const auto* w = core_.messages().find(id);
    return w == nullptr ? nullptr : &w->view;
}

LP2P_DECL void router::validated(message_handle id, pubsub::verdict v, error why, instant now) {
    if (const auto accepted = core_.validated(id, v, why, now))
        flood(*accepted, pubsub::lane::forward);
}

LP2P_DECL void router::validated(message_handle id, pubsub::verdict v, instant now) {
    const bool bad = v == pubsub::verdict::reject;
    validated(id, v, bad ? pubsub::errc::rejected_by_validator : pubsub::errc::ignored_by_validator,
              now);
}

LP2P_DECL status router::subscribe(std::string_view topic, instant) {
    return core_.set_joined(topic, true).map([](pubsub::topic_index) {});
}

LP2P_DECL status router::unsubscribe(std::string_view topic, instant) {
    if (!core_.joined(topic)) return {};
    core_.peers().release(*core_.set_joined(topic, false));
    return {};
}

LP2P_DECL bool router::subscribed(std::string_view topic) const noexcept {
    return core_.joined(topic);
}

LP2P_DECL result<pubsub::message_id> router::publish(const pubsub::message_view& m, instant now) {
    auto own = core_.own(m, now);
    if (!own) return fail(own.error());
    own->topic = core_.peers().topic(m.topic);
    flood(*own, pubsub::lane::own);
    core_.peers().release(own->topic);
    return own->id;
}

LP2P_DECL std::optional<pubsub::delivery> router::take(message_handle id) {
    return core_.messages().take(id);
}

LP2P_DECL std::vector<peer_index> router::topic_peers(std::string_view topic) const {
    const auto t = core_.peers().find_topic(topic);
    return t ? core_.peers().at(*t).subscribers : std::vector<peer_index>{};
}

LP2P_DECL const pubsub::peer_entry* router::peer(peer_index p) const noexcept {
    return core_.peers().find(p);
}

LP2P_DECL const pubsub::router_counters& router::counters() const noexcept {
    return core_.counters();
}

LP2P_DECL std::optional<router::event> router::poll_event() { return core_.poll_event(); }

LP2P_DECL void router::handle_timeout(instant now) {
    if (now < next_) return;
    core_.messages().seen().expire(now);
    core_.report_drops();
    next_ = after(now, config_.housekeeping);
}

LP2P_DECL void router::flood(const pubsub::waiting_message& m, pubsub::lane l) {
    for (const peer_index s : core_.peers().at(m.topic).subscribers) {
        auto& peer = *core_.peers().find(s);
        if (core_.may_get(peer, m)) core_.send(peer, l, m.encoded);
    }
}

} // namespace lp2p::inline v0::floodsub
