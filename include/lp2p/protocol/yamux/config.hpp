// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a yamux session may use and how patient it is; the defaults are the table of limits.
//
// A plain aggregate. Every number is a bound that the session keeps for any input.
#pragma once

#include <lp2p/core/limits.hpp>
#include <lp2p/core/trace.hpp>

namespace lp2p::inline v0::yamux {

struct config {
    /// Streams at once. Inbound past these are reset; outbound past these are `stream_limit`, and
    /// so is one that would make more than `streams_both` of both directions (hazard H11).
    std::uint32_t streams_in = default_limits.streams_in;
    std::uint32_t streams_waiting = default_limits.streams_waiting; ///< of these, without a byte
    std::uint32_t streams_out = default_limits.streams_out;
    std::uint32_t streams_both = default_limits.streams_both;
    std::uint32_t streams_unacknowledged = default_limits.streams_unacknowledged; ///< `ack_backlog`
    /// Bytes. Windows start at 256 KiB and grow while readers keep up, never above this.
    std::uint32_t window_most = default_limits.window_most;
    /// Bytes received and not consumed; grown windows are granted from it. Past it the stream that
    /// holds most is reset.
    std::size_t unread = default_limits.unread_connection;
    std::size_t queued_stream = default_limits.queued_stream;         ///< bytes; write takes less
    std::size_t queued_connection = default_limits.queued_connection; ///< bytes; write takes less
    std::uint32_t data_frame = default_limits.data_frame;     ///< bytes of body that we send, >= 1
    std::uint32_t control_owed = default_limits.control_owed; ///< frames; then `wants_input` is no
    std::uint32_t pings_owed = default_limits.pings_owed;     ///< frames; then `wants_input` is no
    bucket_size resets = default_limits.resets;               ///< then `reset_flood`
    bucket_size useless_frames = default_limits.useless_frames; ///< then `noise_flood`
    /// Bytes of data for streams that are gone, beyond the credit that they still had.
    std::size_t skipped_bytes = default_limits.skipped_bytes;

    duration stalled_writer = default_limits.stalled_writer; ///< no credit after the peer's FIN
    duration write_progress = default_limits.write_progress; ///< output waits, not a byte leaves
    duration keepalive_idle = default_limits.keepalive_idle; ///< nothing received; then a ping
    duration keepalive_answer = default_limits.keepalive_answer;
    duration goaway_grace = default_limits.goaway_grace; ///< for streams open at GoAway 0
    duration farewell = milliseconds{100};               ///< to write the last GoAway

    trace_sink trace{};
    std::uint64_t trace_connection = 0; ///< as traces name this session's connection
};

} // namespace lp2p::inline v0::yamux
