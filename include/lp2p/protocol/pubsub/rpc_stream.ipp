// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of rpc_stream.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/pubsub/rpc_stream.hpp>

namespace lp2p::inline v0::pubsub {

LP2P_DECL rpc_stream::rpc_stream(rpc_flow flow, const rpc_stream_config& config, instant) noexcept
    : flow_{flow}
    , config_{config} {}

LP2P_DECL bool rpc_stream::may_send() const noexcept {
    return flow_ == rpc_flow::outbound && !ended_ && out_.empty();
}

LP2P_DECL bool rpc_stream::send(byte_vector framed) {
    if (!may_send() || framed.empty()) return false;
    out_ = std::move(framed);
    sent_ = 0;
    return true;
}

LP2P_DECL byte_vector rpc_stream::unsent() && noexcept { return std::move(out_); }

LP2P_DECL byte_view rpc_stream::transmit(std::size_t n) const noexcept {
    const byte_view rest = byte_view{out_}.subspan(sent_);
    return rest.first(std::min(n, rest.size()));
}

LP2P_DECL void rpc_stream::transmitted(std::size_t n) {
    sent_ += std::min(n, out_.size() - sent_);
    if (sent_ != out_.size() || out_.empty()) return;
    byte_vector{}.swap(out_);
    sent_ = 0;
    if (!ended_) events_.push(rpc_sent{});
}

LP2P_DECL std::optional<rpc_stream::event> rpc_stream::poll_event() { return events_.poll(); }

LP2P_DECL void rpc_stream::end_with(reason why, std::optional<end> ours) {
    if (ended_) return;
    ended_ = why;
    wants_end_ = ours;
    events_.push(rpc_stream_ended{why});
}

LP2P_DECL result<std::size_t> rpc_stream::receive(byte_view in, instant) {
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
LP2P_DECL status rpc_stream::scan() {
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

LP2P_DECL std::optional<byte_view> rpc_stream::take() noexcept {
    in_.consume(std::exchange(taken_, 0));
    if (whole_ == 0) return std::nullopt;
    const auto length = *wire::decode_uvarint(in_.view());
    taken_ = length.size + static_cast<std::size_t>(length.value);
    whole_ -= taken_;
    return in_.view().subspan(length.size, static_cast<std::size_t>(length.value));
}

LP2P_DECL void rpc_stream::receive_end(end how, instant) {
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
