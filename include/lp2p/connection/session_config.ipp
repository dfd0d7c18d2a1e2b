// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of session_config.hpp: see there what each does.
#pragma once

#include <lp2p/connection/session_config.hpp>

namespace lp2p::inline v0 {

LP2P_DECL yamux::config session_config(const limits& l, const trace_sink& trace, conn_id id) {
    return {.streams_in = l.streams_in,
            .streams_waiting = l.streams_waiting,
            .streams_out = l.streams_out,
            .streams_both = l.streams_both,
            .streams_unacknowledged = l.streams_unacknowledged,
            .window_most = l.window_most,
            .unread = l.unread_connection,
            .queued_stream = l.queued_stream,
            .queued_connection = l.queued_connection,
            .data_frame = l.data_frame,
            .control_owed = l.control_owed,
            .pings_owed = l.pings_owed,
            .resets = l.resets,
            .useless_frames = l.useless_frames,
            .skipped_bytes = l.skipped_bytes,
            .stalled_writer = l.stalled_writer,
            .write_progress = l.write_progress,
            .keepalive_idle = l.keepalive_idle,
            .keepalive_answer = l.keepalive_answer,
            .goaway_grace = l.goaway_grace,
            .trace = trace,
            .trace_connection = static_cast<std::uint64_t>(id)};
}

} // namespace lp2p::inline v0
