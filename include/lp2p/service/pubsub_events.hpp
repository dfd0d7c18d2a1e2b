// SPDX-License-Identifier: Apache-2.0 OR MIT
// What the pubsub service tells: its streams, topics and meshes, by peer.
#pragma once

#include <lp2p/connection/substream.hpp>
#include <lp2p/protocol/pubsub/router_config.hpp>
#include <lp2p/service/gossip_watch.hpp>
#include <lp2p/wire/peer_id.hpp>

#include <variant>

namespace lp2p::inline v0::service {

/// A message was accepted and waits: `take` it. `via` is who sent it to us first.
struct pubsub_message {
    pubsub::message_handle id;
    wire::peer_id via;
};
struct peer_subscribed {
    pubsub::topic_name topic;
    wire::peer_id peer;
};
struct peer_unsubscribed {
    pubsub::topic_name topic;
    wire::peer_id peer;
};
struct grafted {
    pubsub::topic_name topic;
    wire::peer_id peer;
    bool by_peer; ///< they asked for it
};
struct pruned {
    pubsub::topic_name topic;
    error why;
    wire::peer_id peer;
};
/// Messages or control of a peer were refused.
struct message_rejected {
    error why;
    std::uint32_t count;
    wire::peer_id peer;
};
/// Accepted messages were dropped because the application did not take them.
struct messages_dropped {
    std::uint32_t count;
};
/// A peer reads more slowly than we write: so many messages to it were dropped.
struct slow_peer {
    wire::peer_id peer;
    std::uint32_t dropped;
};
/// Our one outbound stream to the peer is open, the hello is written.
struct pubsub_stream_out {
    wire::peer_id peer;
    conn_id conn;
    pubsub::peer_kind kind;
};
/// Our outbound stream ended; another follows with backoff, or where the connection changed.
struct pubsub_stream_lost {
    wire::peer_id peer;
    conn_id conn;
    error why;
};
struct pubsub_stream_in {
    wire::peer_id peer;
    conn_id conn;
};
struct pubsub_stream_in_lost {
    wire::peer_id peer;
    conn_id conn;
};
/// The stream has lasted, after `pubsub_refused`: the peer takes it.
struct pubsub_accepted {
    wire::peer_id peer;
};
/// Opening our stream failed, or the second one in a row was reset as soon as it was agreed: by an
/// `na` (fault refused) it waits for a new list or connection, else it is tried again.
struct pubsub_refused {
    wire::peer_id peer;
    error why;
};
/// This connection has seen as many streams of ours as one may (H1): none follows on it.
struct pubsub_exhausted {
    wire::peer_id peer;
    conn_id conn;
};

/// Nothing is heard from a peer that should be heard, though it was asked for a message that it
/// must have; `quiet`: since when. Remedies follow, until `gossip_heard`.
struct gossip_silent {
    wire::peer_id peer;
    conn_id conn; ///< that carries our stream
    duration quiet;
};
struct gossip_heard {
    wire::peer_id peer;
};
/// Something is done for gossip with this peer.
struct gossip_remedy {
    wire::peer_id peer;
    conn_id conn;
    error why;
    remedy action;
};

using pubsub_event =
    std::variant<pubsub_message, peer_subscribed, peer_unsubscribed, grafted, pruned,
                 message_rejected, messages_dropped, slow_peer, pubsub_stream_out,
                 pubsub_stream_lost, pubsub_stream_in, pubsub_stream_in_lost, pubsub_refused,
                 pubsub_accepted, pubsub_exhausted, gossip_silent, gossip_heard, gossip_remedy>;

} // namespace lp2p::inline v0::service
