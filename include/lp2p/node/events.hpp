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

#include <variant>

namespace lp2p::inline v0 {

using node_event =
    std::variant<swarms::conn_opened, swarms::conn_closed, swarms::upgrade_failed,
                 swarms::duplicate_ended, swarms::redial_storm, swarms::dialed, swarms::dial_failed,
                 swarms::reconnect_planned, swarms::reconnecting, swarms::substream_open,
                 swarms::substream_failed, swarms::substream_readable, swarms::substream_writable,
                 swarms::substream_finished, swarms::substream_reset, swarms::substream_ended,
                 service::identified, service::identify_failed, service::protocols_updated,
                 service::pinged, service::ping_failed, service::pubsub_message,
                 service::peer_subscribed, service::peer_unsubscribed, service::grafted,
                 service::pruned, service::message_rejected, service::messages_dropped,
                 service::slow_peer, service::pubsub_stream_out, service::pubsub_stream_lost,
                 service::pubsub_stream_in, service::pubsub_stream_in_lost, service::pubsub_refused,
                 service::pubsub_exhausted, swarms::ended>;

} // namespace lp2p::inline v0
