// SPDX-License-Identifier: Apache-2.0 OR MIT
// One yamux stream: what it holds, how far each direction is, and what it still has to say.
//
// It is a record with the questions that its state answers; the session owns the rules. It does no
// I/O, holds no buffer while nothing waits, and takes at most 256 bytes when idle.
// spec: yamux, "Stream half close"; states as in protocols/yamux.md §4.
#pragma once

#include <lp2p/core/error.hpp>
#include <lp2p/protocol/yamux/chunk_queue.hpp>
#include <lp2p/protocol/yamux/flow_control.hpp>
#include <lp2p/protocol/yamux/header.hpp>

namespace lp2p::inline v0::yamux {

struct stream;

/// A place in one of the session's lists of streams.
struct stream_hook {
    stream* previous = nullptr;
    stream* next = nullptr;
    bool linked = false;

    stream_hook() noexcept = default;
    stream_hook(const stream_hook&) noexcept {} ///< a copied stream is in no list yet
    stream_hook& operator=(const stream_hook&) = delete;
    ~stream_hook() = default;
};

struct stream {
    stream(stream_id i, bool from_peer, instant now) noexcept;

    stream_id id;

    bool inbound;              ///< the peer opened it
    bool waiting = false;      ///< inbound, not accepted, and not a byte came
    bool syn_sent = false;     ///< outbound: the peer knows of it
    bool accepted = false;     ///< inbound: ACK went out or is due
    bool ack_due = false;      ///< inbound: our next frame carries ACK
    bool acknowledged = false; ///< outbound: ACK or a first byte came
    bool update_due = false;   ///< credit is to be returned
    bool finishing = false;    ///< finish() was called; FIN goes out behind the data
    bool fin_sent = false;
    bool fin_received = false;
    bool reset_received = false;  ///< only what came before can still be read
    bool short_write = false;     ///< a write was cut short: stream_writable is owed
    bool stalling = false;        ///< has a deadline, see may_stall
    bool told_opened = true;      ///< false while stream_opened waits to be polled
    bool readable_queued = false; ///< stream_readable waits to be polled

    receive_window receive;
    send_window send;
    std::uint32_t coming = 0; ///< announced by a data header that is being received
    chunk_queue unread;
    chunk_queue unsent;
    reason reset_why{}; ///< with reset_received
    stream_hook control_hook;
    stream_hook ready_hook;

    /// Bytes that the peer has spent credit on and the application has not consumed.
    [[nodiscard]] std::size_t held() const noexcept { return unread.size() + coming; }
    /// Has data that may leave now.
    [[nodiscard]] bool can_send_data() const noexcept;
    [[nodiscard]] bool can_send_fin() const noexcept;
    [[nodiscard]] bool ready() const noexcept { return can_send_data() || can_send_fin(); }
    /// Has something to say that needs no data frame.
    [[nodiscard]] bool owes_control() const noexcept;
    /// The peer finished and may have forgotten it, so credit may never come (hazard H14).
    [[nodiscard]] bool may_stall() const noexcept;
    [[nodiscard]] bool finished_both_ways() const noexcept { return fin_sent && fin_received; }
    /// Nothing can come or go any more, and nothing is left to read.
    [[nodiscard]] bool over() const noexcept;
    /// The flags that its next frame has to carry; they are taken by that.
    [[nodiscard]] std::uint16_t take_flags() noexcept;
};

} // namespace lp2p::inline v0::yamux

#ifndef LP2P_SEPARATE_COMPILATION
#include "stream.ipp"
#endif
