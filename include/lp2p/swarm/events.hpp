// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a swarm tells, and what it asks of the driver that owns the sockets.
#pragma once

#include <lp2p/connection/substream.hpp>
#include <lp2p/swarm/connection_manager.hpp>
#include <lp2p/swarm/dialer.hpp>
#include <lp2p/swarm/substream_monitor.hpp>

#include <variant>

namespace lp2p::inline v0 {

/// Connect to this address; answer with `connected` or `connect_failed`.
struct dial_command {
    conn_id id;
    wire::multiaddr to;
};
/// Edge: this connection has output now.
struct flush_command {
    conn_id id;
};
/// Write what `transmit` still gives, then end the transport like this, then say `released`.
struct hang_up_command {
    conn_id id;
    end how;
};
using command = std::variant<dial_command, flush_command, hang_up_command>;

} // namespace lp2p::inline v0

namespace lp2p::inline v0::swarms {

/// Established: the one connection to its peer.
struct conn_opened {
    conn_id id;
};
/// One for each `conn_opened`. `swarm::peer(id)` and `swarm::remote(id)` answer until the next
/// poll.
struct conn_closed {
    conn_id id;
    reason why;
};
/// An inbound connection that never was established, duplicates apart. `swarm::remote(id)` answers
/// until the next poll.
struct upgrade_failed {
    conn_id id;
    direction dir;
    upgrade_stage stage;
    error why;
};
struct duplicate_ended {
    conn_id closed;
    conn_id kept;
    duplicate_rule rule;
};
struct redial_storm {
    wire::peer_id peer;
};
/// A `replace` came to nothing: no address of the peer worked. The old connection, if it lives,
/// stays.
struct replace_failed {
    conn_id conn;
    error why;
    wire::peer_id peer;
};
/// The remote refused the connection that was to replace this one, as an lp2p does: this one ends
/// first, and the peer is dialed again. Between the two there is none.
struct replace_gap {
    conn_id conn;
    wire::peer_id peer;
};
struct dialed {
    request_id request;
    dial_outcome how;
    conn_id conn;
};
/// `swarm::take_causes(request)` has each address with its cause.
struct dial_failed {
    request_id request;
    wire::peer_id peer;
    error why;
};
/// A protected peer is not connected: attempt number `attempt` to dial it follows after `wait`.
struct reconnect_planned {
    wire::peer_id peer;
    std::uint16_t attempt; ///< from 1, since the last connection that lasted
    duration wait;
};
/// That attempt begins; `dialed` or `dial_failed` with this request follows. Also, of any peer,
/// where each end ended the connection that the other kept, because pongs were late.
struct reconnecting {
    request_id request;
    wire::peer_id peer;
    std::uint16_t attempt;
};
struct substream_open {
    substream_id id;
    direction dir;
};
struct substream_failed {
    substream_id id;
    error why;
};
struct substream_readable {
    substream_id id;
};
struct substream_writable {
    substream_id id;
};
struct substream_finished {
    substream_id id;
};
struct substream_reset {
    substream_id id;
    std::uint32_t code;
};
struct substream_ended {
    substream_id id;
    reason why;
};
struct pong {
    conn_id id;
    duration rtt;
};
/// The swarm was shut down and every connection is over.
struct ended {
    reason why;
};

using event = std::variant<conn_opened, conn_closed, upgrade_failed, duplicate_ended, redial_storm,
                           replace_failed, replace_gap, streams_high, streams_normal,
                           streams_leaking, dialed, dial_failed, reconnect_planned, reconnecting,
                           substream_open, substream_failed, substream_readable, substream_writable,
                           substream_finished, substream_reset, substream_ended, pong, ended>;

} // namespace lp2p::inline v0::swarms
