// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a connection tells: small values, each about the connection or one of its substreams.
#pragma once

#include <lp2p/connection/substream.hpp>
#include <lp2p/core/error.hpp>
#include <lp2p/core/time.hpp>

#include <variant>

namespace lp2p::inline v0::connections {

/// The peer proved who it is; answer with `proceed` or `refuse`.
struct identity_proven {};
/// Established: a pong came through the muxer. Nothing of ours travels before.
struct ready {
    duration rtt;
};
/// `dir` inbound: the remote opened it and the protocol is agreed. Outbound: our `open` succeeded.
struct substream_open {
    substream_index id;
    direction dir;
};
/// Our `open` failed; the index is gone. Only `fault::refused` says that the remote lacks it.
struct substream_failed {
    substream_index id;
    error why;
};
/// Edge: bytes where there were none.
struct substream_readable {
    substream_index id;
};
/// Edge: room again after a short write.
struct substream_writable {
    substream_index id;
};
/// Their direction ended; what came before it can still be read.
struct substream_finished {
    substream_index id;
};
/// They reset it; what came before it can still be read.
struct substream_reset {
    substream_index id;
    std::uint32_t code;
};
/// Exactly one, the last with this id.
struct substream_ended {
    substream_index id;
    reason why;
};
struct pong {
    duration rtt;
};
/// GoAway: no new substreams.
struct went_away {
    std::uint32_t code;
};
struct ended {
    reason why;
};

using event = std::variant<identity_proven, ready, substream_open, substream_failed,
                           substream_readable, substream_writable, substream_finished,
                           substream_reset, substream_ended, pong, went_away, ended>;

} // namespace lp2p::inline v0::connections
