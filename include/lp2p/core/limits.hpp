// SPDX-License-Identifier: Apache-2.0 OR MIT
// Every default bound of lp2p in one table, each with what it counts and what happens at it.
//
// The table is threats.md §2. A machine's `config` takes its defaults from here; a user may change
// them, nothing exceeds them silently. `for_each_limit` names them for flags and logs.
#pragma once

#include <lp2p/core/time.hpp>
#include <lp2p/core/token_bucket.hpp>

#include <string_view>

namespace lp2p::inline v0 {

struct limits {
    // Connections being upgraded.
    std::size_t upgrading = 64;             ///< accepted, not ready; oldest waiting is dropped
    std::size_t upgrading_per_address = 16; ///< of these, while others wait
    duration upgrade_timeout = seconds{10}; ///< TCP to muxer ready; close
    std::size_t upgrade_bytes = 72 * 1024;  ///< held for one connection being upgraded; close

    // Ready connections.
    std::size_t connections = 256; ///< ready, in all; unused unprotected first, then newest inbound
    std::size_t connections_high = 192;           ///< at more, unused unprotected ones leave
    std::size_t connections_low = 160;            ///< until so many are left
    duration young_connection = seconds{60};      ///< not one that is younger, below `connections`
    duration unused_connection = duration::max(); ///< then it is closed; the longest: never
    duration incumbent_pong_least = seconds{1};   ///< pong of an incumbent while a newcomer is held
    duration incumbent_pong_most = seconds{2};    ///< 4 RTT between these; newcomer proceeds
    bucket_size newcomers{5, 1};          ///< newcomers of a connected peer that cost a ping
    duration replaced_grace = seconds{2}; ///< a connection that was replaced is still read

    // Security.
    std::size_t noise_frame = 65535;           ///< bytes on the wire; close
    std::size_t noise_payload = 8 * 1024;      ///< bytes of a handshake payload; close
    std::size_t plaintext_exchange = 4 * 1024; ///< bytes; close

    // multistream-select.
    std::size_t multistream_token = 1024;       ///< bytes with the newline; reset
    std::size_t proposals_accepted = 64;        ///< in one negotiation; reset
    std::size_t proposals_made = 16;            ///< in one negotiation
    duration negotiation_timeout = seconds{10}; ///< reset

    // yamux.
    std::uint32_t streams_in = 512;      ///< inbound streams open; newest is reset
    std::uint32_t streams_waiting = 256; ///< inbound, a SYN and not a byte yet; newest is reset
    std::uint32_t streams_out = 256;     ///< outbound streams open; `stream_limit`
    std::uint32_t streams_both = 480;    ///< outbound + inbound; `stream_limit`
    std::uint32_t streams_unacknowledged = 200; ///< outbound; open waits, then `ack_backlog`
    std::uint32_t streams_reserved = 4;         ///< last outbound slots, for identify, ping, pubsub
    std::uint32_t leak_streams = 16;         ///< of one protocol, without progress for `leak_age`
    duration leak_age = seconds{60};         ///< then `streams_leaking`
    duration open_timeout = seconds{10};     ///< default deadline of an open
    std::uint32_t window_start = 256 * 1024; ///< bytes
    std::uint32_t window_most = 16 * 1024 * 1024;     ///< bytes; stops growing
    std::size_t unread_connection = 12 * 1024 * 1024; ///< received and unread, and window growth
    std::size_t unread_node = 256 * 1024 * 1024;      ///< connection holding most is closed
    std::size_t queued_stream = 1024 * 1024;          ///< bytes; write takes less
    std::size_t queued_connection = 8 * 1024 * 1024;  ///< bytes; write takes less
    duration stalled_writer = seconds{60};            ///< no credit after the peer's FIN; reset
    std::uint32_t control_owed = 1000;                ///< control frames queued; stop reading
    duration write_progress = seconds{10};   ///< nothing written while something waits; close
    duration keepalive_idle = seconds{15};   ///< then a ping
    duration keepalive_answer = seconds{10}; ///< close
    std::uint32_t pings_owed = 32;           ///< stop reading until they are written
    bucket_size resets{1000, 33};            ///< either side's; GoAway
    bucket_size useless_frames{10000, 330};  ///< without effect; GoAway
    std::size_t skipped_bytes = 256 * 1024;  ///< for streams that are gone, past their credit
    duration goaway_grace = seconds{5};      ///< streams open at GoAway 0
    std::uint32_t data_frame = 16 * 1024;    ///< bytes of body that we send

    // identify.
    std::size_t identify_part = 8 * 1024;   ///< bytes of one message; reset
    std::size_t identify_parts = 10;        ///< messages; reset
    std::size_t identify_total = 64 * 1024; ///< bytes; reset
    std::size_t identify_first = 4 * 1024;  ///< bytes of our first message
    std::size_t identify_protocols = 1024;  ///< kept; cut
    std::size_t identify_protocol_length = 256;
    std::size_t identify_addresses = 100; ///< kept; cut
    std::size_t identify_address_length = 1024;
    std::size_t identify_text = 256; ///< agent and protocol version
    std::size_t protocols_sent = 100;
    duration identify_timeout = seconds{5};
    duration identify_retry_least = seconds{1};
    duration identify_retry_most = seconds{60};
    bucket_size pushes_in{5, 1};
    bucket_size pushes_out{5, 0.2};
    duration push_coalesce = seconds{1};

    // Our addresses as others observe them (identify.md §6).
    std::size_t observers = 4;          ///< hosts that must say the same before we do; go's number
    std::size_t observations = 512;     ///< kept; those of ended connections leave, then the newest
    std::size_t observed_addresses = 3; ///< said at once; those that most hosts observe
    duration observed_for = seconds{1800}; ///< counts, behind the end of its connection

    // pubsub.
    std::size_t rpc = 1024 * 1024;        ///< bytes in; reset stream
    std::size_t rpc_control = 256 * 1024; ///< bytes of control in; RPC dropped
    std::size_t rpc_messages = 5000;      ///< in; rest ignored
    std::size_t topics_per_peer = 256;
    std::size_t topics_per_rpc = 256;
    std::size_t topic_length = 256;
    std::size_t ihave_rpcs = 10;  ///< per peer and heartbeat
    std::size_t ihave_ids = 5000; ///< asked for, per peer and heartbeat
    std::size_t iwant_sends = 3;  ///< per message and peer
    std::size_t idontwant_ids = 10000;
    duration backoff_default = seconds{60}; ///< PRUNE without one
    duration backoff_most = seconds{3600};
    duration seen_for = seconds{120};
    std::size_t seen_ids = 262144;
    std::size_t message_cache_bytes = 32 * 1024 * 1024;
    std::size_t peer_queue_messages = 1024;
    std::size_t peer_queue_bytes = 4 * 1024 * 1024;
    std::uint32_t pubsub_streams_per_connection = 4;
    std::size_t untaken_messages = 4096;
    std::size_t untold_events = 4096; ///< of a node, not polled yet; it stops reading
    std::size_t untaken_bytes = 16 * 1024 * 1024;
    std::size_t rpc_sent = 48 * 1024; ///< bytes of one RPC, to a peer not known to take more
    std::size_t rpc_control_sent = 12 * 1024;
    std::size_t rpc_publishes_sent = 256;
    std::size_t validations = 1024;
    std::size_t validations_per_peer = 64;
    bucket_size empty_rpcs{10000, 330};
    duration gossip_stream = seconds{10};  ///< a peer without a pubsub stream to us is asked
    duration gossip_silence = seconds{30}; ///< nothing heard while others are: it is asked
    duration gossip_answer = seconds{5};   ///< to that, twice; then `gossip_silent` and remedies
    duration gossip_back = seconds{2};    ///< a peer's stream that ended; then it is reminded of us
    duration gossip_settled = seconds{2}; ///< a stream of ours that is reset before was refused
    bucket_size remedies{6, 0.2};         ///< per peer; what is over it waits

    // Dialing.
    std::size_t dials = 16;                    ///< attempts at once
    duration dial_stagger = milliseconds{250}; ///< then the next address is tried beside (RFC 8305)
    std::size_t addresses_per_peer = 25;
    duration dial_backoff_least = seconds{1};
    duration dial_backoff_most = seconds{300};
    std::size_t protected_peers = 128;         ///< dialed again when their connection ends
    duration lasting_connection = seconds{60}; ///< ends the backoff of a protected peer

    friend bool operator==(const limits&, const limits&) = default;
};

/// The table as it stands by default.
inline constexpr limits default_limits{};

/// Calls `f(name, member)` for each limit that is one number or one length of time.
template <class Limits, class F>
constexpr void for_each_limit(Limits& l, F&& f) {
    f("upgrading", l.upgrading);
    f("upgrading_per_address", l.upgrading_per_address);
    f("upgrade_timeout", l.upgrade_timeout);
    f("upgrade_bytes", l.upgrade_bytes);
    f("connections", l.connections);
    f("connections_high", l.connections_high);
    f("connections_low", l.connections_low);
    f("young_connection", l.young_connection);
    f("unused_connection", l.unused_connection);
    f("incumbent_pong_least", l.incumbent_pong_least);
    f("incumbent_pong_most", l.incumbent_pong_most);
    f("replaced_grace", l.replaced_grace);
    f("noise_frame", l.noise_frame);
    f("noise_payload", l.noise_payload);
    f("plaintext_exchange", l.plaintext_exchange);
    f("multistream_token", l.multistream_token);
    f("proposals_accepted", l.proposals_accepted);
    f("proposals_made", l.proposals_made);
    f("negotiation_timeout", l.negotiation_timeout);
    f("streams_in", l.streams_in);
    f("streams_waiting", l.streams_waiting);
    f("streams_out", l.streams_out);
    f("streams_both", l.streams_both);
    f("streams_unacknowledged", l.streams_unacknowledged);
    f("streams_reserved", l.streams_reserved);
    f("leak_streams", l.leak_streams);
    f("leak_age", l.leak_age);
    f("open_timeout", l.open_timeout);
    f("window_start", l.window_start);
    f("window_most", l.window_most);
    f("unread_connection", l.unread_connection);
    f("unread_node", l.unread_node);
    f("queued_stream", l.queued_stream);
    f("queued_connection", l.queued_connection);
    f("stalled_writer", l.stalled_writer);
    f("control_owed", l.control_owed);
    f("write_progress", l.write_progress);
    f("keepalive_idle", l.keepalive_idle);
    f("keepalive_answer", l.keepalive_answer);
    f("pings_owed", l.pings_owed);
    f("skipped_bytes", l.skipped_bytes);
    f("goaway_grace", l.goaway_grace);
    f("data_frame", l.data_frame);
    f("identify_part", l.identify_part);
    f("identify_parts", l.identify_parts);
    f("identify_total", l.identify_total);
    f("identify_first", l.identify_first);
    f("identify_protocols", l.identify_protocols);
    f("identify_protocol_length", l.identify_protocol_length);
    f("identify_addresses", l.identify_addresses);
    f("identify_address_length", l.identify_address_length);
    f("identify_text", l.identify_text);
    f("protocols_sent", l.protocols_sent);
    f("identify_timeout", l.identify_timeout);
    f("identify_retry_least", l.identify_retry_least);
    f("identify_retry_most", l.identify_retry_most);
    f("push_coalesce", l.push_coalesce);
    f("observers", l.observers);
    f("observations", l.observations);
    f("observed_addresses", l.observed_addresses);
    f("observed_for", l.observed_for);
    f("rpc", l.rpc);
    f("rpc_control", l.rpc_control);
    f("rpc_messages", l.rpc_messages);
    f("topics_per_peer", l.topics_per_peer);
    f("topics_per_rpc", l.topics_per_rpc);
    f("topic_length", l.topic_length);
    f("ihave_rpcs", l.ihave_rpcs);
    f("ihave_ids", l.ihave_ids);
    f("iwant_sends", l.iwant_sends);
    f("idontwant_ids", l.idontwant_ids);
    f("backoff_default", l.backoff_default);
    f("backoff_most", l.backoff_most);
    f("seen_for", l.seen_for);
    f("seen_ids", l.seen_ids);
    f("message_cache_bytes", l.message_cache_bytes);
    f("peer_queue_messages", l.peer_queue_messages);
    f("peer_queue_bytes", l.peer_queue_bytes);
    f("pubsub_streams_per_connection", l.pubsub_streams_per_connection);
    f("untaken_messages", l.untaken_messages);
    f("untold_events", l.untold_events);
    f("untaken_bytes", l.untaken_bytes);
    f("rpc_sent", l.rpc_sent);
    f("rpc_control_sent", l.rpc_control_sent);
    f("rpc_publishes_sent", l.rpc_publishes_sent);
    f("validations", l.validations);
    f("validations_per_peer", l.validations_per_peer);
    f("gossip_stream", l.gossip_stream);
    f("gossip_silence", l.gossip_silence);
    f("gossip_answer", l.gossip_answer);
    f("gossip_back", l.gossip_back);
    f("gossip_settled", l.gossip_settled);
    f("dials", l.dials);
    f("dial_stagger", l.dial_stagger);
    f("addresses_per_peer", l.addresses_per_peer);
    f("dial_backoff_least", l.dial_backoff_least);
    f("dial_backoff_most", l.dial_backoff_most);
    f("protected_peers", l.protected_peers);
    f("lasting_connection", l.lasting_connection);
}

} // namespace lp2p::inline v0
