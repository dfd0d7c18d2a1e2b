// SPDX-License-Identifier: Apache-2.0 OR MIT
// The floodsub router: every message to every peer that subscribed to its topic.
//
// The same calls and events as gossipsub's, so that a service can hold either. No mesh, no gossip,
// no memory of messages but their ids; it reads no clock and verifies no signature.
#pragma once

#include <lp2p/core/machine.hpp>
#include <lp2p/protocol/pubsub/router_core.hpp>

namespace lp2p::inline v0::floodsub {

using pubsub::message_handle;
using pubsub::peer_index;
using pubsub::peer_kind;

struct config {
    pubsub::router_config common{};
    duration housekeeping = seconds{1}; ///< how often old ids leave and drops are reported
};

/// See gossipsub::router for what each call promises.
class router {
public:
    using event = pubsub::event;

    router(const config& c, const wire::peer_id& local, instant now);

    peer_index peer_ready(const wire::peer_id& id, peer_kind kind, bool outbound, instant now);
    void peer_gone(peer_index peer, instant) { core_.peers().remove(peer); }
    void hello(peer_index peer) { resend_subscriptions(peer); }
    /// Floodsub keeps no message: nobody can be asked.
    static bool question(peer_index) noexcept { return false; }
    static void unreachable(peer_index) noexcept {}
    void resend_subscriptions(peer_index peer);
    [[nodiscard]] bool take_rpc(peer_index peer, byte_vector& out);
    [[nodiscard]] bool has_output(peer_index peer) const noexcept;

    /// Control is ignored: floodsub has none.
    void receive(peer_index peer, const pubsub::rpc& r, instant now);
    void malformed(peer_index peer, error why);
    [[nodiscard]] const pubsub::message_view* waiting(message_handle id) const noexcept;
    bool authentic(message_handle id, instant now) { return core_.authentic(id, now); }
    void validated(message_handle id, pubsub::verdict v, error why, instant now);
    void validated(message_handle id, pubsub::verdict v, instant now);

    status subscribe(std::string_view topic, instant);
    status unsubscribe(std::string_view topic, instant);
    [[nodiscard]] bool subscribed(std::string_view topic) const noexcept;
    result<pubsub::message_id> publish(const pubsub::message_view& m, instant now);
    [[nodiscard]] std::optional<pubsub::delivery> take(message_handle id);

    [[nodiscard]] std::vector<peer_index> topic_peers(std::string_view topic) const;
    /// Nobody: there is no mesh.
    [[nodiscard]] std::vector<peer_index> mesh_peers(std::string_view) const { return {}; }
    [[nodiscard]] const pubsub::peer_entry* peer(peer_index p) const noexcept;
    [[nodiscard]] const pubsub::router_counters& counters() const noexcept;
    [[nodiscard]] std::size_t seen() const noexcept { return core_.messages().seen_size(); }

    [[nodiscard]] std::optional<event> poll_event();
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept { return next_; }
    void handle_timeout(instant now);
    /// Never: a router lives as long as its owner wants.
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }

private:
    void flood(const pubsub::waiting_message& m, pubsub::lane l);

    config config_;
    pubsub::router_core core_;
    instant next_;
    std::optional<reason> ended_;
};

static_assert(machine<router>);

} // namespace lp2p::inline v0::floodsub

#ifndef LP2P_SEPARATE_COMPILATION
#include "floodsub.ipp"
#endif
