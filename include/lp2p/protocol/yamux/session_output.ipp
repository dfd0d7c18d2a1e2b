// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a yamux session sends and in which order: part of session.hpp.
//
// Nothing is framed before it is asked for: control frames of now overtake data of before, and
// small writes gather into one frame.
#pragma once

#include <lp2p/protocol/yamux/session.hpp>

namespace lp2p::inline v0::yamux {

namespace detail {
/// Room in which a frame is begun that the caller's own room is too small for.
inline constexpr std::size_t smallest_room = 64;
/// What one transmit packs at most: a larger buffer, made and freed for every flush, costs more in
/// the allocator than it saves in calls.
inline constexpr std::size_t largest_room = 32 * 1024;
/// A body is not cut below this to fill the last bytes of a buffer.
inline constexpr std::size_t smallest_cut = 512;
} // namespace detail

LP2P_DECL std::size_t session::pending() const noexcept {
    std::size_t frames = control_.size() + streams_.control.size();
    std::size_t data = 0;
    if (!streams_.ready.empty()) {
        data = unsent_;
        frames += streams_.ready.size() + unsent_ / config_.data_frame;
    }
    return packed_.size() + data + frames * header::size;
}

LP2P_DECL byte_view session::transmit(std::size_t n) {
    const std::size_t held = packed_.size();
    if (held < n) {
        const std::size_t wanted = std::min(std::min(n, pending()) - held, detail::largest_room);
        if (wanted != 0) {
            const std::size_t room = held == 0 ? std::max(wanted, detail::smallest_room) : wanted;
            packed_.grown(pack_new(packed_.room(room)));
        }
    }
    return packed_.view().first(std::min(n, packed_.size()));
}

LP2P_DECL void session::transmitted(std::size_t n) {
    progress_.wrote(std::min(n, packed_.size()));
    packed_.consume(n);
}

LP2P_DECL std::size_t session::pack(mutable_bytes out) {
    std::size_t at = copy(packed_.view(), out);
    packed_.consume(at);
    at += pack_new(out.subspan(at));
    if (at == 0 && !out.empty() && pending() != 0) {
        packed_.grown(pack_new(packed_.room(detail::smallest_room)));
        at = copy(packed_.view(), out);
        packed_.consume(at);
    }
    progress_.wrote(at);
    return at;
}

LP2P_DECL std::size_t session::pack_new(mutable_bytes out) {
    const std::size_t at = pack_controls(out);
    return at + pack_streams(out.subspan(at), at == 0);
}

/// Pongs, our ping, resets and GoAway; then what streams have to say without data. A SYN or ACK
/// whose stream has data or FIN that may leave goes with that.
LP2P_DECL std::size_t session::pack_controls(mutable_bytes out) {
    std::size_t at = control_.pack(out);
    while (stream* s = streams_.control.first()) {
        const bool rides = s->ready() && !s->update_due;
        if (!rides) {
            if (out.size() - at < header::size) break;
            const std::uint32_t delta = s->update_due ? s->receive.refill(s->held()) : 0;
            s->update_due = false;
            encode({frame_type::window_update, s->take_flags(), s->id, delta},
                   out.subspan(at).first<header::size>());
            at += header::size;
        }
        streams_.control.remove(*s);
    }
    return at;
}

/// One frame of each stream in turn, so that none waits for another.
LP2P_DECL std::size_t session::pack_streams(mutable_bytes out, bool first) {
    std::size_t at = 0;
    while (stream* s = streams_.ready.first()) {
        const mutable_bytes room = out.subspan(at);
        if (room.size() < header::size) break;
        const std::size_t n =
            s->can_send_data() ? pack_data(*s, room, first && at == 0) : pack_fin(*s, room);
        if (n == 0) break;
        at += n;
        if (s->ready())
            streams_.ready.rotate();
        else
            streams_.ready.remove(*s);
        sent_some(*s);
    }
    return at;
}

/// `first`: nothing is before it in this buffer, so that it may be cut as short as it must be.
LP2P_DECL std::size_t session::pack_data(stream& s, mutable_bytes out, bool first) {
    const std::size_t whole =
        std::min<std::size_t>({s.unsent.size(), s.send.credit(), config_.data_frame});
    const std::size_t n = std::min(whole, out.size() - header::size);
    if (n < (first ? 1 : std::min(whole, detail::smallest_cut))) return 0;
    encode({frame_type::data, s.take_flags(), s.id, static_cast<std::uint32_t>(n)},
           out.first<header::size>());
    s.unsent.take(out.subspan(header::size, n));
    s.send.take(static_cast<std::uint32_t>(n));
    unsent_ -= n;
    return header::size + n;
}

/// FIN has a frame of its own: on a frame with data go-yamux ends the stream for its reader before
/// it has stored the data.
LP2P_DECL std::size_t session::pack_fin(stream& s, mutable_bytes out) {
    const auto flags = static_cast<std::uint16_t>(s.take_flags() | fin);
    encode({frame_type::window_update, flags, s.id, 0}, out.first<header::size>());
    s.fin_sent = true;
    return header::size;
}

/// After a frame of `s` was packed; `s` may be gone afterwards.
LP2P_DECL void session::sent_some(stream& s) {
    if (s.short_write) tell_room(s);
    if (connection_full_ && connection_has_room()) {
        connection_full_ = false;
        for (std::size_t i = 0; i < streams_.size(); ++i) tell_room(streams_.at(i));
    }
    watch_stall(s);
    settle(s);
}

/// Half empty before a writer is told, so that it is not told for every frame.
LP2P_DECL void session::tell_room(stream& s) {
    if (!s.short_write || s.unsent.size() > config_.queued_stream / 2 || !connection_has_room())
        return;
    s.short_write = false;
    events_.push(stream_writable{s.id});
}

LP2P_DECL bool session::connection_has_room() const noexcept {
    return unsent_ <= config_.queued_connection / 4 * 3;
}

} // namespace lp2p::inline v0::yamux
