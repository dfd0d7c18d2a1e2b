// SPDX-License-Identifier: Apache-2.0 OR MIT
// What the gossipsub and the floodsub router have in common for those who use one: handles, events,
// configuration.
//
// Plain values; nothing here does anything. Peers and messages are known by small numbers that are
// never used twice in the life of a router.
#pragma once

#include <lp2p/core/limits.hpp>
#include <lp2p/protocol/pubsub/message_id.hpp>
#include <lp2p/protocol/pubsub/signing.hpp>

#include <compare>
#include <string>
#include <variant>
#include <vector>

namespace lp2p::inline v0::pubsub {

inline constexpr std::string_view gossipsub_v12_protocol = "/meshsub/1.2.0";
inline constexpr std::string_view gossipsub_v11_protocol = "/meshsub/1.1.0";
inline constexpr std::string_view gossipsub_v10_protocol = "/meshsub/1.0.0";
inline constexpr std::string_view floodsub_protocol = "/floodsub/1.0.0";

/// What a peer's pubsub stream negotiated. A larger one can do what a smaller one can.
enum class peer_kind : std::uint8_t { floodsub, gossipsub_v10, gossipsub_v11, gossipsub_v12 };

[[nodiscard]] constexpr std::optional<peer_kind> kind_of(std::string_view protocol) noexcept {
    if (protocol == gossipsub_v12_protocol) return peer_kind::gossipsub_v12;
    if (protocol == gossipsub_v11_protocol) return peer_kind::gossipsub_v11;
    if (protocol == gossipsub_v10_protocol) return peer_kind::gossipsub_v10;
    if (protocol == floodsub_protocol) return peer_kind::floodsub;
    return std::nullopt;
}

[[nodiscard]] constexpr std::string_view protocol_of(peer_kind k) noexcept {
    constexpr std::string_view names[] = {floodsub_protocol, gossipsub_v10_protocol,
                                          gossipsub_v11_protocol, gossipsub_v12_protocol};
    return names[static_cast<std::size_t>(k)];
}

/// A peer of one router, from `peer_ready` to `peer_gone`.
enum class peer_index : std::uint32_t {};
/// A message of one router, from its `validate` event (or `publish`) on.
enum class message_handle : std::uint64_t {};

/// A topic of one router; only routers and their parts use it.
enum class topic_index : std::uint32_t {};

/// What became of a validation.
enum class verdict : std::uint8_t {
    accept, ///< delivered and forwarded
    reject, ///< invalid: dropped, and the sender is penalised
    ignore, ///< dropped, and nobody is to blame
};

/// The name of a topic, shared by all who keep it.
class topic_name {
public:
    topic_name() noexcept = default;
    explicit topic_name(std::string_view text)
        : bytes_{as_bytes(text)} {}
    [[nodiscard]] std::string_view text() const noexcept { return as_text(bytes_.view()); }
    friend bool operator==(const topic_name& a, const topic_name& b) noexcept {
        return a.text() == b.text();
    }

private:
    shared_bytes bytes_;
};

// ---- events ----

/// A message that was not seen before waits: check its signature (`authentic`), then say what the
/// application thinks of it (`validated`). Told at most once for a handle.
struct validate {
    message_handle id;
    peer_index from;
};
/// A message was accepted and waits to be taken: `take(id)`.
struct message {
    message_handle id;
    peer_index from;
};
/// The peer has output where it had none: `take_rpc(peer, …)` until it says false.
struct send_rpc {
    peer_index peer;
};
struct peer_subscribed {
    peer_index peer;
    topic_name topic;
};
struct peer_unsubscribed {
    peer_index peer;
    topic_name topic;
};
struct grafted {
    peer_index peer;
    topic_name topic;
    bool by_peer; ///< they asked for it
};
struct pruned {
    peer_index peer;
    topic_name topic;
    error why;
};
/// Messages or control of a peer were refused; equal ones that were not polled yet are one event.
struct rejected {
    peer_index peer;
    error why;
    std::uint32_t count;
};
/// Accepted messages were dropped because the application did not take them.
struct messages_dropped {
    std::uint32_t count;
};
/// A peer reads more slowly than we write: what its queue dropped since the last such event.
struct slow_peer {
    peer_index peer;
    std::uint32_t gossip;
    std::uint32_t forwarded;
    std::uint32_t own;
};
/// Ids left the seen cache before their time: duplicates may be delivered twice.
struct seen_overflow {
    std::uint32_t count;
};
/// So many events that only inform were not kept because nobody polled.
struct events_lost {
    std::uint32_t count;
};

using event =
    std::variant<validate, message, send_rpc, peer_subscribed, peer_unsubscribed, grafted, pruned,
                 rejected, messages_dropped, slow_peer, seen_overflow, events_lost>;
static_assert(sizeof(event) <= 64);

/// An accepted message for the application. The view points into `encoded`.
struct delivery {
    message_handle handle{};
    peer_index from{}; ///< who sent it first
    message_id id;
    shared_bytes encoded; ///< as field `publish` of an RPC
    message_view view;
};

// ---- configuration ----

/// Sizes of a mesh (spec: gossipsub v1.0 and v1.1, "Parameters"); go's defaults.
struct mesh_parameters {
    std::uint32_t d = 6;
    std::uint32_t d_lo = 5;    ///< below: graft up to `d`
    std::uint32_t d_hi = 12;   ///< from here on: prune down to `d`
    std::uint32_t d_score = 4; ///< kept for their standing when pruning
    std::uint32_t d_out = 2;  ///< kept or grafted because we dialed them; below `d_lo`, at most d/2
    std::uint32_t d_lazy = 6; ///< peers that gossip goes to, at least
    double gossip_factor = 0.25; ///< share of the peers outside the mesh that gossip goes to
};

/// What differs from topic to topic.
struct topic_settings {
    std::string topic;
    id_function id = spec_id();
    mesh_parameters mesh{};
    std::size_t message_most = default_limits.rpc; ///< bytes of a Message that a peer may send
};

/// What one peer's queue may hold, and what one RPC to it may be.
struct queue_limits {
    std::size_t messages = default_limits.peer_queue_messages;
    std::size_t bytes = default_limits.peer_queue_bytes;
    std::size_t rpc = default_limits.rpc_sent;             ///< bytes without the length before it
    std::size_t control = default_limits.rpc_control_sent; ///< bytes of subscriptions and control
    std::size_t publishes = default_limits.rpc_publishes_sent;
};

/// Common to both routers. Defaults are threats.md §2 and go's (gossipsub.md §5).
struct router_config {
    std::uint64_t seed = 0; ///< for choices; the same seed and calls give the same output
    signature_policy policy = signature_policy::strict_sign;
    topic_settings defaults{};          ///< for every topic that has no settings of its own
    std::vector<topic_settings> topics; ///< settings by name

    queue_limits queue{};
    duration seen_for = default_limits.seen_for;
    std::size_t seen_ids = default_limits.seen_ids;
    std::size_t topics_per_peer = default_limits.topics_per_peer; ///< theirs, and ours
    std::size_t topic_length = default_limits.topic_length;
    std::size_t validations = default_limits.validations;
    std::size_t validations_per_peer = default_limits.validations_per_peer;
    std::size_t validation_bytes = default_limits.untaken_bytes; ///< of all that wait
    std::size_t untaken_messages = default_limits.untaken_messages;
    std::size_t untaken_bytes = default_limits.untaken_bytes;
    bucket_size empty_rpcs = default_limits.empty_rpcs;
    std::size_t unwanted_ids = default_limits.idontwant_ids; ///< of one peer; more are ignored
    duration unwanted_for = seconds{3};                      ///< three heartbeats
    duration ignored_for = seconds{10}; ///< a peer that floods; its subscriptions still count
    std::size_t events = 16384;         ///< that only inform and wait to be polled
};

} // namespace lp2p::inline v0::pubsub
