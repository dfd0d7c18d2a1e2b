// SPDX-License-Identifier: Apache-2.0 OR MIT
// The gossipsub router, versions 1.0 to 1.2 without scoring: a mesh for each topic, gossip beside
// it.
//
// It eats RPCs and time and gives events and RPCs. It verifies no signature (`validate` asks for
// it), knows no streams, reads no clock. The same seed and calls give the same output.
#pragma once

#include <lp2p/core/machine.hpp>
#include <lp2p/protocol/pubsub/backoff.hpp>
#include <lp2p/protocol/pubsub/mesh.hpp>
#include <lp2p/protocol/pubsub/message_cache.hpp>
#include <lp2p/protocol/pubsub/router_core.hpp>

namespace lp2p::inline v0::gossipsub {

using pubsub::message_handle;
using pubsub::peer_index;
using pubsub::peer_kind;

/// Defaults are go's (gossipsub.md §5) and threats.md §2; sizes of meshes are in the topic's
/// settings.
struct config {
    pubsub::router_config common{};
    duration heartbeat = seconds{1};
    duration first_heartbeat = milliseconds{100};
    pubsub::message_cache::limits_type cache{};
    pubsub::backoffs::limits_type backoff{};
    duration prune_backoff = seconds{60};
    duration unsubscribe_backoff = seconds{10};
    duration graft_flood = seconds{10}; ///< a GRAFT so soon after our PRUNE counts twice, no answer
    std::uint32_t backoff_slack = 2;    ///< heartbeats that we wait longer than we must
    duration fanout_for = seconds{60};
    bool flood_publish = false;     ///< own messages to every peer of the topic
    bool graft_on_subscribe = true; ///< a mesh below d_lo does not wait for the heartbeat
    std::size_t ihave_rpcs = default_limits.ihave_rpcs; ///< per peer and heartbeat
    std::size_t ihave_ids =
        default_limits.ihave_ids;      ///< asked for, per peer and heartbeat; and sent
    duration promise = seconds{3};     ///< an advertised message that was asked for must be here
    std::size_t dont_want_size = 1024; ///< bytes of data from which on IDONTWANT is said (v1.2)
};

class router {
public:
    using event = pubsub::event;

    router(const config& c, const wire::peer_id& local, instant now)
        : config_{c}
        , core_{c.common, local}
        , chance_{c.common.seed}
        , cache_{c.cache}
        , backoffs_{c.backoff}
        , next_heartbeat_{after(now, c.first_heartbeat)} {}

    // ---- peers ----

    /// A peer whose pubsub protocol is known from either stream. Again for the same peer: the same
    /// index, with its new kind and direction. `outbound`: we dialed the connection.
    peer_index peer_ready(const wire::peer_id& id, peer_kind kind, bool outbound, instant now);
    /// The peer is gone, and all that is kept for it but its backoffs.
    void peer_gone(peer_index peer, instant now);
    /// We opened a new outbound stream to the peer: its first RPC says all subscriptions and the
    /// GRAFTs of the meshes that the peer is in (hazard H3). What waited before comes after it.
    void hello(peer_index peer);
    /// The peer opened a new stream to us: it may have forgotten our subscriptions (H3).
    void resend_subscriptions(peer_index peer);
    /// Asks a peer of a mesh for a message that it must have, to hear whether it is there. False
    /// where there is no such message. The answer is a duplicate, or nothing.
    bool question(peer_index peer);
    /// The peer takes no pubsub stream of ours: it is no candidate for a mesh until `hello`.
    void unreachable(peer_index peer);
    /// Appends one RPC with the length before it, ready for the peer's outbound stream; false where
    /// nothing waits. At most `queue.rpc` bytes and the length.
    [[nodiscard]] bool take_rpc(peer_index peer, byte_vector& out) {
        return core_.take_rpc(peer, out);
    }
    [[nodiscard]] bool has_output(peer_index peer) const noexcept {
        const auto* p = core_.peers().find(peer);
        return p != nullptr && !p->queue.empty();
    }

    // ---- in ----

    /// One decoded RPC. Its views need not outlive the call.
    void receive(peer_index peer, const pubsub::rpc& r, instant now);
    /// An RPC could not be decoded or is over a limit: that counts against the peer.
    void malformed(peer_index peer, error why);
    /// A message that waits for validation, or null. Valid until the next call but a const one.
    [[nodiscard]] const pubsub::message_view* waiting(message_handle id) const noexcept {
        const auto* w = core_.messages().find(id);
        return w == nullptr ? nullptr : &w->view;
    }
    /// The signature of the message holds (or the policy has none), and its verdict takes longer:
    /// from now on its id is seen, and a large one needs to come from nobody else (IDONTWANT).
    /// False where nothing more is to be done, as another copy of it was faster.
    bool authentic(message_handle id, instant now);
    /// The verdict, with the reason of a rejection. `accept` and `ignore` say `authentic` too.
    void validated(message_handle id, pubsub::verdict v, error why, instant now);
    void validated(message_handle id, pubsub::verdict v, instant now) {
        const bool bad = v == pubsub::verdict::reject;
        validated(id, v,
                  bad ? pubsub::errc::rejected_by_validator : pubsub::errc::ignored_by_validator,
                  now);
    }

    // ---- for the application ----

    /// `invalid_topic`, `too_many_topics`. Once is enough; again changes nothing.
    status subscribe(std::string_view topic, instant now);
    status unsubscribe(std::string_view topic, instant now);
    [[nodiscard]] bool subscribed(std::string_view topic) const noexcept {
        return core_.joined(topic);
    }
    /// Sends a message of ours, signed already where the policy asks for it. Nobody to send it to
    /// is no error. `invalid_topic`, `too_large`, `bad_message_id`, `duplicate`.
    result<pubsub::message_id> publish(const pubsub::message_view& m, instant now);
    /// An accepted message; nothing where it was taken or dropped.
    [[nodiscard]] std::optional<pubsub::delivery> take(message_handle id) {
        return core_.messages().take(id);
    }

    // ---- looking in ----

    [[nodiscard]] std::vector<peer_index> topic_peers(std::string_view topic) const;
    [[nodiscard]] std::vector<peer_index> mesh_peers(std::string_view topic) const;
    /// Id, kind, direction, conduct and queue of a peer; null where it is unknown.
    [[nodiscard]] const pubsub::peer_entry* peer(peer_index p) const noexcept {
        return core_.peers().find(p);
    }
    [[nodiscard]] const pubsub::router_counters& counters() const noexcept {
        return core_.counters();
    }
    [[nodiscard]] std::size_t seen() const noexcept { return core_.messages().seen_size(); }

    // ---- machine ----

    [[nodiscard]] std::optional<event> poll_event() { return core_.poll_event(); }
    /// The next heartbeat.
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept { return next_heartbeat_; }
    void handle_timeout(instant now);
    /// Never: a router lives as long as its owner wants.
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }

private:
    struct fanout {
        std::vector<peer_index> peers; ///< sorted
        instant published;
    };
    using topic_index = pubsub::topic_index;
    using peer_entry = pubsub::peer_entry;
    using roster = pubsub::roster;
    using mesh = std::vector<peer_index>; ///< sorted

    // gossipsub_mesh.hpp
    [[nodiscard]] bool may_graft(const peer_entry& p, topic_index t, instant now) const;
    void graft(peer_entry& p, topic_index t);
    void prune(peer_entry& p, topic_index t, duration backoff, error why, instant now);
    void leave_mesh(peer_index p, topic_index t, error why);
    void subscription_changed(peer_entry& p, topic_index t, bool subscribed, instant now);
    void on_graft(peer_entry& p, std::string_view topic, instant now);
    void refuse_graft(peer_entry& p, topic_index t, error why, instant now);
    void on_prune(peer_entry& p, const pubsub::prune_view& said, instant now);
    void heartbeat(instant now);
    void balance_mesh(topic_index t, mesh& members, instant now);
    void refresh_fanouts(instant now);
    void count_broken_promises(instant now);
    [[nodiscard]] std::vector<peer_index>
    fanout_candidates(topic_index t, const std::vector<peer_index>& but, instant now) const;
    void fill_fanout(topic_index t, fanout& f, instant now);

    // gossipsub_gossip.hpp
    void on_ihave(peer_entry& p, const pubsub::rpc& r, instant now);
    void ask(peer_entry& p, std::span<const byte_view> ids);
    void on_iwant(peer_entry& p, std::span<const byte_view> ids);
    void on_idontwant(peer_entry& p, std::span<const byte_view> ids, instant now);
    void say_idontwant(const pubsub::waiting_message& m);
    void dont_want(peer_entry& p, const pubsub::waiting_message& m);
    void emit_gossip(topic_index t, const std::vector<peer_index>& but, instant now);
    [[nodiscard]] std::vector<shared_bytes> advertisement(topic_index t);

    bool seen_now(message_handle id, instant now);
    void fulfil(const pubsub::id_digest& d);
    void forward(const pubsub::waiting_message& m, topic_index t);
    [[nodiscard]] std::vector<peer_index> targets_of_own(topic_index t, instant now);
    void with_flood_peers(topic_index t, std::vector<peer_index>& to) const;

    config config_;
    pubsub::router_core core_;
    random_source chance_;
    pubsub::message_cache cache_;
    pubsub::backoffs backoffs_;
    std::map<topic_index, mesh> meshes_;
    std::map<topic_index, fanout> fanouts_;
    std::map<std::pair<pubsub::id_digest, peer_index>, instant> promises_; ///< broken from then on
    instant next_heartbeat_;
    std::uint64_t heartbeats_ = 0;
    std::optional<reason> ended_;
};

static_assert(machine<router>);

inline peer_index router::peer_ready(const wire::peer_id& id, peer_kind kind, bool outbound,
                                     instant now) {
    const peer_index p = core_.peer_ready(id, kind, outbound, now).index;
    if (kind == peer_kind::floodsub)
        for (auto& [t, members] : meshes_) leave_mesh(p, t, pubsub::errc::peer_left_topic);
    return p;
}

inline void router::peer_gone(peer_index peer, instant) {
    for (auto& [t, members] : meshes_) leave_mesh(peer, t, pubsub::errc::peer_left_topic);
    for (auto& [t, f] : fanouts_) roster::erase_sorted(f.peers, peer);
    std::erase_if(promises_, [&](const auto& p) { return p.first.second == peer; });
    core_.peers().remove(peer);
}

inline void router::hello(peer_index peer) {
    peer_entry* p = core_.peers().find(peer);
    if (p == nullptr) return;
    p->reachable = true;
    p->left.clear();
    core_.announce(*p);
    for (const auto& [t, members] : meshes_)
        if (roster::contains_sorted(members, peer)) p->queue.graft(core_.peers().at(t).name);
    core_.told_output(*p);
}

inline bool router::question(peer_index peer) {
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

inline void router::unreachable(peer_index peer) {
    peer_entry* p = core_.peers().find(peer);
    if (p == nullptr) return;
    p->reachable = false;
    for (auto& [t, members] : meshes_) leave_mesh(peer, t, pubsub::errc::peer_unreachable);
    for (auto& [t, f] : fanouts_) roster::erase_sorted(f.peers, peer);
}

inline void router::resend_subscriptions(peer_index peer) {
    peer_entry* p = core_.peers().find(peer);
    if (p == nullptr) return;
    p->left.clear();
    core_.announce(*p);
}

inline void router::receive(peer_index peer, const pubsub::rpc& r, instant now) {
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

inline void router::malformed(peer_index peer, error why) {
    if (peer_entry* p = core_.peers().find(peer)) core_.bad_rpc(*p, why);
}

/// Whoever promised this message, it is here now.
inline void router::fulfil(const pubsub::id_digest& d) {
    const auto first = promises_.lower_bound({d, peer_index{}});
    auto last = first;
    while (last != promises_.end() && last->first.first == d) ++last;
    promises_.erase(first, last);
}

inline bool router::seen_now(message_handle id, instant now) {
    if (!core_.authentic(id, now)) return false;
    fulfil(core_.messages().find(id)->digest);
    return true;
}

inline bool router::authentic(message_handle id, instant now) {
    if (!seen_now(id, now)) return false;
    say_idontwant(*core_.messages().find(id));
    return true;
}

inline void router::validated(message_handle id, pubsub::verdict v, error why, instant now) {
    if (v != pubsub::verdict::reject && !seen_now(id, now)) return;
    const auto accepted = core_.validated(id, v, why, now);
    if (!accepted) return;
    cache_.put(accepted->digest, accepted->id, accepted->encoded, accepted->topic);
    forward(*accepted, accepted->topic);
}

/// Floodsub peers get whatever they subscribed to (spec: gossipsub v1.0, "Topic Membership").
inline void router::with_flood_peers(topic_index t, std::vector<peer_index>& to) const {
    for (const peer_index s : core_.peers().at(t).subscribers)
        if (core_.peers().find(s)->kind == peer_kind::floodsub) roster::insert_sorted(to, s);
}

inline void router::forward(const pubsub::waiting_message& m, topic_index t) {
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

inline status router::subscribe(std::string_view topic, instant now) {
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

inline status router::unsubscribe(std::string_view topic, instant now) {
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

inline result<pubsub::message_id> router::publish(const pubsub::message_view& m, instant now) {
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

inline std::vector<peer_index> router::targets_of_own(topic_index t, instant now) {
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

inline std::vector<peer_index> router::topic_peers(std::string_view topic) const {
    const auto t = core_.peers().find_topic(topic);
    return t ? core_.peers().at(*t).subscribers : std::vector<peer_index>{};
}

inline std::vector<peer_index> router::mesh_peers(std::string_view topic) const {
    const auto t = core_.peers().find_topic(topic);
    const auto found = t ? meshes_.find(*t) : meshes_.end();
    return found == meshes_.end() ? std::vector<peer_index>{} : found->second;
}

} // namespace lp2p::inline v0::gossipsub

#include <lp2p/protocol/pubsub/gossipsub_gossip.hpp> // IWYU pragma: export
#include <lp2p/protocol/pubsub/gossipsub_mesh.hpp>   // IWYU pragma: export
