// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of upgrade.hpp: see there what each does.
#pragma once

#include <lp2p/connection/upgrade.hpp>

namespace lp2p::inline v0 {

template <class Stack>
upgrade<Stack>::upgrade(role r, const identity& self, config c, const crypto& random, instant now)
    : role_{r}
    , config_{std::move(c)}
    , self_{&self}
    , crypto_{random} {
    start_talk(security::id, now);
    drain(now);
}

template <class Stack>
result<std::size_t> upgrade<Stack>::receive(mutable_bytes in, instant now) {
    const std::size_t given = in.size();
    while (!in.empty() && !failed_ && !done()) {
        const std::size_t used = step(in, now);
        in = in.subspan(used);
        drain(now);
        if (used == 0 && !changed_) break;
        changed_ = false;
    }
    if (failed_) return fail(failed_->why);
    return given - in.size();
}

template <class Stack>
void upgrade<Stack>::receive_end(end e, instant) {
    if (failed_ || done()) return;
    const auto why = e.how == end::fin ? connections::errc::transport_closed
                                       : connections::errc::transport_reset;
    failed_ = reason{why, party::transport, e.code};
}

template <class Stack>
void upgrade<Stack>::proceed(instant now) {
    if (stage_ != upgrade_stage::proven || failed_) return;
    hand_->proceed();
    drain(now);
    if (failed_ || done()) return;
    byte_queue held = std::exchange(held_, {});
    mutable_bytes in = held.mutable_view();
    const auto used = receive(in, now);
    if (!used) return;
    held.consume(*used);
    byte_queue rest = std::exchange(held_, {});
    held.append(rest.view());
    held_ = std::move(held);
}

template <class Stack>
std::size_t upgrade<Stack>::step(mutable_bytes in, instant now) {
    switch (stage_) {
    case upgrade_stage::security:
        return talk_step(in, now);
    case upgrade_stage::handshake:
        return value_or_fail(hand_->receive(in, now));
    case upgrade_stage::proven:
        return hold(in);
    case upgrade_stage::muxer:
        return muxer_step(in, now);
    case upgrade_stage::done:
        return 0;
    }
    return 0;
}

template <class Stack>
std::size_t upgrade<Stack>::talk_step(byte_view in, instant now) {
    return std::visit(
        [&](auto& t) -> std::size_t {
            if constexpr (std::is_same_v<std::decay_t<decltype(t)>, std::monostate>)
                return 0;
            else
                return value_or_fail(t.receive(in, now));
        },
        talk_);
}

template <class Stack>
std::size_t upgrade<Stack>::hold(byte_view in) {
    if (held_.size() + in.size() > config_.bounds->upgrade_bytes) {
        failed_ = reason{connections::errc::upgrade_bytes, party::remote};
        return 0;
    }
    held_.append(in);
    return in.size();
}

template <class Stack>
std::size_t upgrade<Stack>::muxer_step(mutable_bytes in, instant now) {
    const std::size_t used = value_or_fail(channel_->receive(in, now));
    if (failed_ || !channel_->has_plaintext()) return used;
    const byte_view opened = channel_->plaintext();
    const std::size_t told = talk_step(opened, now);
    if (!failed_ && told < opened.size()) plaintext_ = to_vector(opened.subspan(told));
    return used;
}

template <class Stack>
std::size_t upgrade<Stack>::value_or_fail(const result<std::size_t>& r) {
    if (r) return *r;
    if (!failed_) failed_ = reason{r.error(), party::remote};
    return 0;
}

template <class Stack>
void upgrade<Stack>::drain(instant now) {
    if (stage_ == upgrade_stage::security || stage_ == upgrade_stage::muxer)
        drain_talk(now);
    else if (stage_ == upgrade_stage::handshake || stage_ == upgrade_stage::proven)
        drain_handshake(now);
}

template <class Stack>
void upgrade<Stack>::drain_talk(instant now) {
    bool agreed = false;
    std::visit(
        [&](auto& t) {
            if constexpr (!std::is_same_v<std::decay_t<decltype(t)>, std::monostate>) {
                move_output(t);
                while (t.poll_event()) {
                }
                if (t.ended() && t.ended()->why) failed_ = t.ended();
                agreed = t.agreed().has_value();
            }
        },
        talk_);
    if (failed_ || !agreed) return;
    talk_.template emplace<std::monostate>();
    changed_ = true;
    if (stage_ == upgrade_stage::muxer) {
        stage_ = upgrade_stage::done;
        return;
    }
    stage_ = upgrade_stage::handshake;
    start_handshake(now);
    drain_handshake(now);
}

template <class Stack>
void upgrade<Stack>::drain_handshake(instant now) {
    move_output(*hand_);
    while (hand_->poll_event()) {
    }
    if (hand_->ended() && hand_->ended()->why) {
        if (!failed_) failed_ = hand_->ended();
        return;
    }
    if (stage_ == upgrade_stage::handshake && !hand_->remote_peer().empty()) {
        stage_ = upgrade_stage::proven;
        changed_ = true;
        peer_ = hand_->remote_peer();
        remote_key_ = hand_->remote_key();
    }
    if (hand_->ended()) finish_handshake(now);
}

template <class Stack>
void upgrade<Stack>::finish_handshake(instant now) {
    const bool early = chosen_early(hand_->remote_muxers());
    channel_.emplace(hand_->take_channel());
    hand_.reset();
    changed_ = true;
    if (early) {
        stage_ = upgrade_stage::done;
        return;
    }
    stage_ = upgrade_stage::muxer;
    start_talk(yamux_protocol, now);
    drain_talk(now);
}

template <class Stack>
bool upgrade<Stack>::chosen_early(const std::vector<std::string>& theirs) noexcept {
    for (const std::string& m : theirs)
        if (m == yamux_protocol) return true;
    return false;
}

template <class Stack>
template <class Machine>
void upgrade<Stack>::move_output(Machine& m) {
    for (byte_view v = m.transmit(output_piece); !v.empty(); v = m.transmit(output_piece)) {
        if (stage_ == upgrade_stage::muxer)
            seal(v);
        else
            out_.append(v);
        m.transmitted(v.size());
    }
}

template <class Stack>
void upgrade<Stack>::seal(byte_view text) {
    byte_vector frame(channel::header + text.size() + channel::trailer);
    copy(text, mutable_bytes{frame}.subspan(channel::header));
    channel_->seal(frame);
    out_.append(frame);
}

template <class Stack>
void upgrade<Stack>::start_talk(std::string_view protocol, instant now) {
    if (role_ == role::dialer)
        talk_.template emplace<multistream::dialer>(
            multistream::dialer::config{.protocols = {std::string{protocol}},
                                        .token_most = config_.bounds->multistream_token,
                                        .timeout = config_.bounds->upgrade_timeout},
            now);
    else
        talk_.template emplace<multistream::listener>(
            multistream::listener::config{.protocols = multistream::protocol_list::of({protocol})
                                                           .value_or(multistream::protocol_list{}),
                                          .token_most = config_.bounds->multistream_token,
                                          .proposals = config_.bounds->proposals_accepted,
                                          .timeout = config_.bounds->upgrade_timeout},
            now);
}

template <class Stack>
void upgrade<Stack>::start_handshake(instant now) {
    typename security::config c{};
    c.expected = config_.expected;
    c.muxers = {std::string{yamux_protocol}};
    if constexpr (requires { c.payload_most; }) c.payload_most = config_.bounds->noise_payload;
    if constexpr (requires { c.exchange_most; })
        c.exchange_most = config_.bounds->plaintext_exchange;
    c.timeout = config_.bounds->upgrade_timeout;
    hand_.emplace(role_ == role::dialer ? security::role::dialer : security::role::listener, *self_,
                  std::move(c), crypto_, now);
}

} // namespace lp2p::inline v0
