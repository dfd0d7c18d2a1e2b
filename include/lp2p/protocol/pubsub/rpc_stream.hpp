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

    rpc_stream(rpc_flow flow, const rpc_stream_config& config, instant) noexcept
        : flow_{flow}
        , config_{config} {}

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
    [[nodiscard]] bool may_send() const noexcept {
        return flow_ == rpc_flow::outbound && !ended_ && out_.empty();
    }
    /// One RPC (or several) with the length before each, as `router::take_rpc` gives them. False,
    /// and nothing taken, where `may_send` is false.
    bool send(byte_vector framed) {
        if (!may_send() || framed.empty()) return false;
        out_ = std::move(framed);
        sent_ = 0;
        return true;
    }
    /// What was sent and has not left whole: it goes again, whole, on the next stream.
    [[nodiscard]] byte_vector unsent() && noexcept { return std::move(out_); }
    /// We want no more of this stream: finishes it once everything has left.
    void finish() { end_with(reason{{}, party::local}, end{end::fin}); }

    // ---- machine ----

    [[nodiscard]] byte_view transmit(std::size_t n) const noexcept {
        const byte_view rest = byte_view{out_}.subspan(sent_);
        return rest.first(std::min(n, rest.size()));
    }
    void transmitted(std::size_t n) {
        sent_ += std::min(n, out_.size() - sent_);
        if (sent_ != out_.size() || out_.empty()) return;
        byte_vector{}.swap(out_);
        sent_ = 0;
        if (!ended_) events_.push(rpc_sent{});
    }
    [[nodiscard]] std::optional<end> wants_end() const noexcept { return wants_end_; }
    [[nodiscard]] std::optional<event> poll_event() { return events_.poll(); }
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept { return std::nullopt; }
    void handle_timeout(instant) noexcept {}
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }

private:
    [[nodiscard]] status scan();
    void end_with(reason why, std::optional<end> ours) {
        if (ended_) return;
        ended_ = why;
        wants_end_ = ours;
        events_.push(rpc_stream_ended{why});
    }

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

inline result<std::size_t> rpc_stream::receive(byte_view in, instant) {
    if (ended_) {
        if (ended_->why) return fail(ended_->why);
        return std::size_t{0};
    }
    if (flow_ == rpc_flow::outbound) {
        ignored_ += in.size();
        return in.size();
    }
    in_.consume(std::exchange(taken_, 0));
    const bool waited = whole_ != 0;
    in_.append(in);
    const status sound = scan();
    if (!waited && whole_ != 0) events_.push(rpc_received{});
    if (!sound) {
        end_with(reason{sound.error(), party::remote}, end{end::reset});
        return fail(sound.error());
    }
    return in.size();
}

/// Moves `whole_` past every RPC that is complete, and judges the length of the next one.
inline status rpc_stream::scan() {
    for (;;) {
        const byte_view rest = in_.view().subspan(whole_);
        const auto length = wire::decode_uvarint(rest);
        if (!length && length.error() == error{wire::errc::truncated}) return {};
        if (!length) return fail(errc::bad_length);
        if (length->value > config_.rpc_most) return fail(errc::rpc_too_large);
        const std::size_t size = length->size + static_cast<std::size_t>(length->value);
        if (size > rest.size()) return {};
        whole_ += size;
    }
}

inline std::optional<byte_view> rpc_stream::take() noexcept {
    in_.consume(std::exchange(taken_, 0));
    if (whole_ == 0) return std::nullopt;
    const auto length = *wire::decode_uvarint(in_.view());
    taken_ = length.size + static_cast<std::size_t>(length.value);
    whole_ -= taken_;
    return in_.view().subspan(length.size, static_cast<std::size_t>(length.value));
}

inline void rpc_stream::receive_end(end how, instant) {
    if (ended_) return;
    const bool outbound = flow_ == rpc_flow::outbound;
    // A stream that was reset needs no answer; one that was finished is finished by us too.
    const std::optional<end> ours =
        how.how == end::fin ? std::optional{end{end::fin}} : std::nullopt;
    if (outbound) in_.clear();
    const bool within = in_.size() - taken_ != whole_;
    error why{};
    if (how.how == end::reset)
        why = errc::stream_reset;
    else if (outbound)
        why = errc::closed_by_peer;
    else if (within)
        why = errc::cut_short;
    end_with(reason{why, party::remote, how.code}, ours);
}

} // namespace lp2p::inline v0::pubsub
