// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of gossipsub.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/pubsub/gossipsub.hpp>

namespace lp2p::inline v0::gossipsub {

LP2P_DECL router::router(const config& c, const wire::peer_id& local, instant now)
    : config_{c}
    , core_{c.common, local}
    , chance_{c.common.seed}
    , cache_{c.cache}
    , backoffs_{c.backoff}
    , next_heartbeat_{after(now, c.first_heartbeat)} {}

LP2P_DECL bool router::take_rpc(peer_index peer, byte_vector& out) {
    return core_.take_rpc(peer, out);
}

LP2P_DECL bool router::has_output(peer_index peer) const noexcept {
    const auto* p = core_.peers().find(peer);
    return p != nullptr && !p->queue.empty();
}

LP2P_DECL const pubsub::message_view* router::waiting(message_handle id) const noexcept {
    const auto* w = core_.messages().find(id);
    return w == nullptr ? nullptr : &w->view;
}

LP2P_DECL void router::validated(message_handle id, pubsub::verdict v, instant now) {
    const bool bad = v == pubsub::verdict::reject;
    validated(id, v, bad ? pubsub::errc::rejected_by_validator : pubsub::errc::ignored_by_validator,
              now);
}

LP2P_DECL bool router::subscribed(std::string_view topic) const noexcept {
    return core_.joined(topic);
}

LP2P_DECL std::optional<pubsub::delivery> router::take(message_handle id) {
    return core_.messages().take(id);
}

LP2P_DECL const pubsub::peer_entry* router::peer(peer_index p) const noexcept {
    return core_.peers().find(p);
}

LP2P_DECL const pubsub::router_counters& router::counters() const noexcept {
    return core_.counters();
}

LP2P_DECL std::optional<router::event> router::poll_event() { return core_.poll_event(); }

LP2P_DECL peer_index router::peer_ready(const wire::peer_id& id, peer_kind kind, bool outbound,
                                        instant now) {
    const peer_index p = core_.peer_ready(id, kind, outbound, now).index;
    if (kind == peer_kind::floodsub)
        for (auto& [t, members] : meshes_) leave_mesh(p, t, pubsub::errc::peer_left_topic);
    return p;
}

LP2P_DECL void router::peer_gone(peer_index peer, instant) {
    for (auto& [t, members] : meshes_) leave_mesh(peer, t, pubsub::errc::peer_left_topic);
    for (auto& [t, f] : fanouts_) roster::erase_sorted(f.peers, peer);
    std::erase_if(promises_, [&](const auto& p) { return p.first.second == peer; });
    core_.peers().remove(peer);
}

LP2P_DECL void router::hello(peer_index peer) {
    peer_entry* p = core_.peers().find(peer);
    if (p == nullptr) return;
    p->reachable = true;
    p->left.clear();
    core_.announce(*p);
    for (const auto& [t, members] : meshes_)
        if (roster::contains_sorted(members, peer)) p->queue.graft(core_.peers().at(t).name);
    core_.told_output(*p);
}

LP2P_DECL bool router::question(peer_index peer) {
    peer_entry* p = core_.peers().find(peer);
    if (p == nullptr) return false;
    for (const auto& [t, members] : meshes_) {
        const auto id =
            roster::contains_sorted(members, peer) ? cache_.settled_id(t) : std::nullopt;
        if (!id) continue;
        ask(*p, std::span{&*id, 1});
        return true;
    }
    return false;
}

LP2P_DECL void router::unreachable(peer_index peer) {
    peer_entry* p = core_.peers().find(peer);
    if (p == nullptr) return;
    p->reachable = false;
    for (auto& [t, members] : meshes_) leave_mesh(peer, t, pubsub::errc::peer_unreachable);
    for (auto& [t, f] : fanouts_) roster::erase_sorted(f.peers, peer);
}

LP2P_DECL void router::resend_subscriptions(peer_index peer) {
    peer_entry* p = core_.peers().find(peer);
    if (p == nullptr) return;
    p->left.clear();
    core_.announce(*p);
}

LP2P_DECL void router::receive(peer_index peer, const pubsub::rpc& r, instant now) {
    peer_entry* p = core_.peers().find(peer);
    if (p == nullptr) return;
    const auto changed = [&](topic_index t, bool on) { subscription_changed(*p, t, on, now); };
    if (!core_.begin(*p, r, now, changed)) return;
    for (const pubsub::message_view& m : r.messages) core_.receive(*p, m, now);
    if (p->kind == peer_kind::floodsub) return;
    on_ihave(*p, r, now);
    on_iwant(*p, r.iwant_ids);
    if (!r.idontwant_ids.empty()) on_idontwant(*p, r.idontwant_ids, now);
    for (const std::string_view topic : r.graft) on_graft(*p, topic, now);
    for (const pubsub::prune_view& said : r.prune) on_prune(*p, said, now);
}

LP2P_DECL void router::malformed(peer_index peer, error why) {
    if (peer_entry* p = core_.peers().find(peer)) core_.bad_rpc(*p, why);
}

/// Whoever promised this message, it is here now.
LP2P_DECL void router::fulfil(const pubsub::id_digest& d) {
    const auto first = promises_.lower_bound({d, peer_index{}});
    auto last = first;
    while (last != promises_.end() && last->first.first == d) ++last;
    promises_.erase(first, last);
}

LP2P_DECL bool router::seen_now(message_handle id, instant now) {
    if (!core_.authentic(id, now)) return false;
    fulfil(core_.messages().find(id)->digest);
    return true;
}

LP2P_DECL bool router::authentic(message_handle id, instant now) {
    if (!seen_now(id, now)) return false;
    say_idontwant(*core_.messages().find(id));
    return true;
}

LP2P_DECL void router::validated(message_handle id, pubsub::verdict v, error why, instant now) {
    if (v != pubsub::verdict::reject && !seen_now(id, now)) return;
    const auto accepted = core_.validated(id, v, why, now);
    if (!accepted) return;
    cache_.put(accepted->digest, accepted->id, accepted->encoded, accepted->topic);
    forward(*accepted, accepted->topic);
}

/// Floodsub peers get whatever they subscribed to (spec: gossipsub v1.0, "Topic Membership").
LP2P_DECL void router::with_flood_peers(topic_index t, std::vector<peer_index>& to) const {
    for (const peer_index s : core_.peers().at(t).subscribers)
        if (core_.peers().find(s)->kind == peer_kind::floodsub) roster::insert_sorted(to, s);
}

LP2P_DECL void router::forward(const pubsub::waiting_message& m, topic_index t) {
    const auto found = meshes_.find(t);
    std::vector<peer_index> to = found == meshes_.end() ? mesh{} : found->second;
    with_flood_peers(t, to);
    for (const peer_index p : to) {
        peer_entry& peer = *core_.peers().find(p);
        if (!core_.may_get(peer, m) || peer.unwanted.contains(m.digest)) continue;
        const bool queued = peer.queue.messages() != 0; // what it sends may overtake this
        if (queued) dont_want(peer, m);
        core_.send(peer, pubsub::lane::forward, m.encoded);
    }
}

LP2P_DECL status router::subscribe(std::string_view topic, instant now) {
    if (core_.joined(topic)) return {};
    const auto t = core_.set_joined(topic, true);
    if (!t) return fail(t.error());
    mesh& members = meshes_[*t];
    const std::uint32_t d = core_.peers().settings(*t).mesh.d;
    const auto fill = [&](std::vector<peer_index> from) {
        std::erase_if(from,
                      [&](peer_index p) { return !may_graft(*core_.peers().find(p), *t, now); });
        const std::size_t room = d - std::min<std::size_t>(d, members.size());
        for (const peer_index p : pubsub::choose(std::move(from), room, chance_))
            graft(*core_.peers().find(p), *t);
    };
    if (const auto known = fanouts_.find(*t); known != fanouts_.end()) {
        fill(known->second.peers); // who got our messages before stays (spec: "JOIN(topic)")
        fanouts_.erase(known);
        core_.peers().at(*t).kept = false;
    }
    fill(core_.peers().at(*t).subscribers);
    return {};
}

LP2P_DECL status router::unsubscribe(std::string_view topic, instant now) {
    if (!core_.joined(topic)) return {};
    const topic_index t = *core_.set_joined(topic, false);
    const mesh members = meshes_[t];
    for (const peer_index p : members)
        prune(*core_.peers().find(p), t, config_.unsubscribe_backoff, pubsub::errc::left_topic,
              now);
    meshes_.erase(t);
    for (peer_entry& p : core_.peers().peers()) roster::erase_sorted(p.left, t);
    core_.peers().release(t);
    return {};
}

LP2P_DECL result<pubsub::message_id> router::publish(const pubsub::message_view& m, instant now) {
    auto own = core_.own(m, now);
    if (!own) return fail(own.error());
    const topic_index t = core_.peers().topic(m.topic);
    own->topic = t;
    cache_.put(own->digest, own->id, own->encoded, t);
    for (const peer_index p : targets_of_own(t, now)) {
        peer_entry& peer = *core_.peers().find(p);
        if (core_.may_get(peer, *own)) core_.send(peer, pubsub::lane::own, own->encoded);
    }
    core_.peers().release(t);
    return own->id;
}

LP2P_DECL std::vector<peer_index> router::targets_of_own(topic_index t, instant now) {
    const auto& topic = core_.peers().at(t);
    if (config_.flood_publish) return topic.subscribers;
    std::vector<peer_index> to;
    if (topic.joined) to = meshes_.find(t)->second;
    if (to.empty()) { // not joined, or a mesh that nobody is in yet
        fanout& f = fanouts_[t];
        f.published = now;
        fill_fanout(t, f, now);
        to = f.peers;
        if (topic.joined || to.empty()) fanouts_.erase(t);
        core_.peers().at(t).kept = fanouts_.contains(t);
    }
    with_flood_peers(t, to);
    return to;
}

LP2P_DECL std::vector<peer_index> router::topic_peers(std::string_view topic) const {
    const auto t = core_.peers().find_topic(topic);
    return t ? core_.peers().at(*t).subscribers : std::vector<peer_index>{};
}

LP2P_DECL std::vector<peer_index> router::mesh_peers(std::string_view topic) const {
    const auto t = core_.peers().find_topic(topic);
    const auto found = t ? meshes_.find(*t) : meshes_.end();
    return found == meshes_.end() ? std::vector<peer_index>{} : found->second;
}

} // namespace lp2p::inline v0::gossipsub
