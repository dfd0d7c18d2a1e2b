// SPDX-License-Identifier: Apache-2.0 OR MIT
// Everything that a node tells its owner.
//
// Small values; what is large is asked for by id (`take`, `about`). What an event names can be
// looked up until the next poll.
#pragma once

#include <lp2p/service/identify.hpp>
#include <lp2p/service/ping.hpp>
#include <lp2p/service/pubsub_events.hpp>
#include <lp2p/swarm/events.hpp>

#include <string>
#include <variant>

namespace lp2p::inline v0 {

/// Why a peer may have taken back what it spoke.
enum class withdrawal : std::uint8_t {
    unknown,          ///< as far as can be told, its application stopped it
    handler_disabled, ///< rust turns gossip off for a connection that saw five streams (H1)
    other_connection, ///< another connection of the peer still lists it (H6)
};

/// A list of the peer on this connection lacks a protocol that it had, and that matters: one of
/// pubsub, or one with an open substream. New substreams believe it, open ones go on.
struct protocol_withdrawn {
    conn_id conn;
    std::string protocol;
    withdrawal cause;
};

[[nodiscard]] constexpr std::string_view to_string(withdrawal w) noexcept {
    constexpr std::string_view names[] = {"unknown", "handler_disabled", "other_connection"};
    return names[static_cast<std::size_t>(w)];
}
/// What it means and what to do, in a sentence.
[[nodiscard]] constexpr std::string_view describe(withdrawal w) noexcept {
    switch (w) {
    case withdrawal::unknown:
        return "the peer stopped it: it is asked again when it lists it again";
    case withdrawal::handler_disabled:
        return "rust-libp2p disables gossip on a connection after five streams (H1): only a new "
               "connection cures it, and one follows when our stream ends";
    case withdrawal::other_connection:
        return "only on this connection: another one of the peer still lists it and is used (H6)";
    }
    return {};
}

using node_event =
    std::variant<swarms::conn_opened, swarms::conn_closed, swarms::upgrade_failed,
                 swarms::duplicate_ended, swarms::redial_storm, swarms::replace_failed,
                 swarms::replace_gap, swarms::streams_high, swarms::streams_normal,
                 swarms::streams_leaking, swarms::dialed, swarms::dial_failed,
                 swarms::reconnect_planned, swarms::reconnecting, swarms::substream_open,
                 swarms::substream_failed, swarms::substream_readable, swarms::substream_writable,
                 swarms::substream_finished, swarms::substream_reset, swarms::substream_ended,
                 service::identified, service::identify_failed, service::protocols_updated,
                 service::pinged, service::ping_failed, service::pubsub_message,
                 service::peer_subscribed, service::peer_unsubscribed, service::grafted,
                 service::pruned, service::message_rejected, service::messages_dropped,
                 service::slow_peer, service::pubsub_stream_out, service::pubsub_stream_lost,
                 service::pubsub_stream_in, service::pubsub_stream_in_lost, service::pubsub_refused,
                 service::pubsub_accepted, service::pubsub_exhausted, service::gossip_silent,
                 service::gossip_heard, service::gossip_remedy, protocol_withdrawn, swarms::ended>;

} // namespace lp2p::inline v0
