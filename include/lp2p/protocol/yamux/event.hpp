// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a yamux session tells: small structs named for what happened.
//
// Per stream they come in this order: opened, then any of readable, writable, finished and reset,
// then ended, which is the last with its id.
#pragma once

#include <lp2p/core/error.hpp>
#include <lp2p/core/time.hpp>
#include <lp2p/protocol/yamux/header.hpp>

#include <variant>

namespace lp2p::inline v0::yamux {

/// The peer opened a stream. (Ours is the id that `open` gave.)
struct stream_opened {
    stream_id id;
};
/// Edge: bytes came where none were unread.
struct stream_readable {
    stream_id id;
};
/// Edge: there is room again after a write that was cut short.
struct stream_writable {
    stream_id id;
};
/// The peer will send no more; told at once, what came before can still be read.
struct stream_finished {
    stream_id id;
};
/// The peer reset the stream; told at once, what came before can still be read.
struct stream_reset {
    stream_id id;
    std::uint32_t code;
};
/// The stream is gone: `reason{}` after both sides finished and all was consumed.
struct stream_ended {
    stream_id id;
    reason why;
};
/// An answer to a ping of ours.
struct pong {
    duration rtt;
};
/// The peer said GoAway: with 0 the open streams have a little time, else all is over.
struct went_away {
    std::uint32_t code;
};
/// The session is over. The last event.
struct ended {
    reason why;
};

using event = std::variant<stream_opened, stream_readable, stream_writable, stream_finished,
                           stream_reset, stream_ended, pong, went_away, ended>;
static_assert(sizeof(event) <= 64);

namespace detail {
/// The stream that an event is about; `session_id` where it is about the session.
[[nodiscard]] stream_id stream_of(const event& e) noexcept;
} // namespace detail

} // namespace lp2p::inline v0::yamux

#ifndef LP2P_SEPARATE_COMPILATION
#include "event.ipp"
#endif
