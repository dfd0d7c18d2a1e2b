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

    router(const config& c, const wire::peer_id& local, instant now);

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
    [[nodiscard]] bool take_rpc(peer_index peer, byte_vector& out);
    [[nodiscard]] bool has_output(peer_index peer) const noexcept;

    // ---- in ----

    /// One decoded RPC. Its views need not outlive the call.
    void receive(peer_index peer, const pubsub::rpc& r, instant now);
    /// An RPC could not be decoded or is over a limit: that counts against the peer.
    void malformed(peer_index peer, error why);
    /// A message that waits for validation, or null. Valid until the next call but a const one.
    [[nodiscard]] const pubsub::message_view* waiting(message_handle id) const noexcept;
    /// The signature of the message holds (or the policy has none), and its verdict takes longer:
    /// from now on its id is seen, and a large one needs to come from nobody else (IDONTWANT).
    /// False where nothing more is to be done, as another copy of it was faster.
    bool authentic(message_handle id, instant now);
    /// The verdict, with the reason of a rejection. `accept` and `ignore` say `authentic` too.
    void validated(message_handle id, pubsub::verdict v, error why, instant now);
    void validated(message_handle id, pubsub::verdict v, instant now);

    // ---- for the application ----

    /// `invalid_topic`, `too_many_topics`. Once is enough; again changes nothing.
    status subscribe(std::string_view topic, instant now);
    status unsubscribe(std::string_view topic, instant now);
    [[nodiscard]] bool subscribed(std::string_view topic) const noexcept;
    /// Sends a message of ours, signed already where the policy asks for it. Nobody to send it to
    /// is no error. `invalid_topic`, `too_large`, `bad_message_id`, `duplicate`.
    result<pubsub::message_id> publish(const pubsub::message_view& m, instant now);
    /// An accepted message; nothing where it was taken or dropped.
    [[nodiscard]] std::optional<pubsub::delivery> take(message_handle id);

    // ---- looking in ----

    [[nodiscard]] std::vector<peer_index> topic_peers(std::string_view topic) const;
    [[nodiscard]] std::vector<peer_index> mesh_peers(std::string_view topic) const;
    /// Id, kind, direction, conduct and queue of a peer; null where it is unknown.
    [[nodiscard]] const pubsub::peer_entry* peer(peer_index p) const noexcept;
    [[nodiscard]] const pubsub::router_counters& counters() const noexcept;
    [[nodiscard]] std::size_t seen() const noexcept { return core_.messages().seen_size(); }

    // ---- machine ----

    [[nodiscard]] std::optional<event> poll_event();
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

    // gossipsub_mesh.ipp
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

    // gossipsub_gossip.ipp
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

} // namespace lp2p::inline v0::gossipsub

#ifndef LP2P_SEPARATE_COMPILATION
#include "gossipsub.ipp"
#include "gossipsub_gossip.ipp"
#include "gossipsub_mesh.ipp"
#endif
