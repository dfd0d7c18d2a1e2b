// SPDX-License-Identifier: Apache-2.0 OR MIT
// One pubsub substream: cuts what arrives into RPCs, or carries RPCs out, one after the other.
//
// A substream carries RPCs one way only (spec: pubsub, "Stream management"). It decodes nothing and
// keeps bytes once, in the order they came; no limit but the length of an RPC is its business.
#pragma once

#include <lp2p/core/event_queue.hpp>
#include <lp2p/core/limits.hpp>
#include <lp2p/core/machine.hpp>
#include <lp2p/protocol/pubsub/errc.hpp>
#include <lp2p/wire/uvarint.hpp>

namespace lp2p::inline v0::pubsub {

/// Who opened the substream, which is who sends on it.
enum class rpc_flow : std::uint8_t { inbound, outbound };

struct rpc_stream_config {
    std::size_t rpc_most = default_limits.rpc; ///< bytes of an RPC without the length before it
};

/// An RPC waits where none did: `take()` until it gives nothing. Take them before more bytes are
/// received: what was not taken is kept.
struct rpc_received {};
/// What was sent has left, as far as `transmitted` says: `send` may be called again.
struct rpc_sent {};
/// It is over; the RPCs that came whole can still be taken. An inbound stream that the other side
/// finished after a whole RPC ended well.
struct rpc_stream_ended {
    reason why;
};

class rpc_stream {
public:
    using event = std::variant<rpc_received, rpc_sent, rpc_stream_ended>;

    rpc_stream(rpc_flow flow, const rpc_stream_config& config, instant) noexcept;

    // ---- inbound ----

    /// Inbound: takes everything. `rpc_too_large` as soon as the length is known, `bad_length`.
    /// Outbound: nothing is expected, so bytes are counted and dropped.
    result<std::size_t> receive(byte_view in, instant now);
    /// `cut_short` (closed) within an RPC, `stream_reset` with its code; outbound both a reset and
    /// `closed_by_peer` end it.
    void receive_end(end how, instant now);
    /// The oldest whole RPC without its length; may be empty. Valid until the next non-const call.
    [[nodiscard]] std::optional<byte_view> take() noexcept;
    /// Bytes that came on a stream that only we send on.
    [[nodiscard]] std::uint64_t ignored_bytes() const noexcept { return ignored_; }
    /// Bytes held: received and not taken.
    [[nodiscard]] std::size_t held() const noexcept { return in_.size(); }

    // ---- outbound ----

    /// True where the last RPC has left and the stream is open.
    [[nodiscard]] bool may_send() const noexcept;
    /// One RPC (or several) with the length before each, as `router::take_rpc` gives them. False,
    /// and nothing taken, where `may_send` is false.
    bool send(byte_vector framed);
    /// What was sent and has not left whole: it goes again, whole, on the next stream.
    [[nodiscard]] byte_vector unsent() && noexcept;
    /// We want no more of this stream: finishes it once everything has left.
    void finish() { end_with(reason{{}, party::local}, end{end::fin}); }

    // ---- machine ----

    [[nodiscard]] byte_view transmit(std::size_t n) const noexcept;
    void transmitted(std::size_t n);
    [[nodiscard]] std::optional<end> wants_end() const noexcept { return wants_end_; }
    [[nodiscard]] std::optional<event> poll_event();
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept { return std::nullopt; }
    void handle_timeout(instant) noexcept {}
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }

private:
    [[nodiscard]] status scan();
    void end_with(reason why, std::optional<end> ours);

    rpc_flow flow_;
    rpc_stream_config config_;
    byte_queue in_;
    std::size_t whole_ = 0; ///< bytes at the front of in_ that are whole RPCs
    std::size_t taken_ = 0; ///< of these, given out and not consumed yet
    byte_vector out_;
    std::size_t sent_ = 0;
    std::uint64_t ignored_ = 0;
    std::optional<reason> ended_;
    std::optional<end> wants_end_;
    event_queue<event> events_;
};

static_assert(duplex<rpc_stream>);

} // namespace lp2p::inline v0::pubsub

#ifndef LP2P_SEPARATE_COMPILATION
#include "rpc_stream.ipp"
#endif
