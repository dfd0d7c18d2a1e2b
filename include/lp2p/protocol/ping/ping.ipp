// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of ping.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/ping/ping.hpp>

namespace lp2p::inline v0::ping {

LP2P_DECL dialer::dialer(config c, instant) noexcept
    : config_{c} {}

LP2P_DECL status dialer::ping(const payload& random, instant now) {
    if (ended_ || finishing_) return fail(errc::finished);
    // The echo can be told before `transmitted` of what it answers.
    if (asked_at_ || unsent_ != 0) return fail(errc::ping_in_flight);
    sent_ = random;
    echoed_ = 0;
    unsent_ = payload_size;
    asked_at_ = now;
    return {};
}

LP2P_DECL void dialer::finish() {
    if (ended_) return;
    finishing_ = true;
    if (!asked_at_) conclude({}, end{});
}

LP2P_DECL result<std::size_t> dialer::receive(byte_view in, instant now) {
    std::size_t used = 0;
    while (!ended_ && used < in.size()) {
        if (!asked_at_) {
            give_up(errc::unasked_echo, party::local);
            break;
        }
        const std::size_t n = std::min(payload_size - echoed_, in.size() - used);
        if (!equal(in.subspan(used, n), byte_view{sent_}.subspan(echoed_, n))) {
            give_up(errc::wrong_echo, party::local);
            break;
        }
        used += n;
        echoed_ += n;
        if (echoed_ == payload_size) answered(now);
    }
    if (ended_ && ended_->why) return fail(ended_->why);
    return used;
}

LP2P_DECL void dialer::receive_end(end how, instant) {
    if (ended_) return;
    if (how.how == end::reset) return give_up(errc::reset, party::remote, how.code);
    if (asked_at_ && echoed_ > 0) return give_up(errc::truncated, party::remote);
    unsent_ = 0;
    conclude(reason{errc::closed, party::remote, 0}, end{});
}

LP2P_DECL byte_view dialer::transmit(std::size_t most) const noexcept {
    return byte_view{sent_}.subspan(payload_size - unsent_, std::min(most, unsent_));
}

LP2P_DECL std::optional<dialer::event> dialer::poll_event() { return events_.poll(); }

LP2P_DECL std::optional<instant> dialer::next_timeout() const noexcept {
    return asked_at_ ? std::optional{after(*asked_at_, config_.timeout)} : std::nullopt;
}

LP2P_DECL void dialer::handle_timeout(instant now) {
    if (const auto at = next_timeout(); at && now >= *at) give_up(errc::ping_timeout, party::local);
}

LP2P_DECL void dialer::answered(instant now) {
    events_.push(pong{now > *asked_at_ ? now - *asked_at_ : duration{}});
    asked_at_.reset();
    if (finishing_) conclude({}, end{});
}

LP2P_DECL void dialer::give_up(errc why, party by, std::uint32_t wire_code) {
    unsent_ = 0;
    conclude(reason{why, by, wire_code}, end{end::reset, 0});
}

LP2P_DECL void dialer::conclude(reason why, end how) {
    asked_at_.reset();
    ended_ = why;
    wants_end_ = how;
    events_.push(ping::ended{why});
}

LP2P_DECL listener::listener(config c, instant) noexcept
    : config_{c} {}

LP2P_DECL result<std::size_t> listener::receive(byte_view in, instant now) {
    std::size_t used = 0;
    while (!ended_ && used < in.size()) {
        if (came_ == 0) begun_at_ = now;
        const byte_view part = in.subspan(used, std::min(payload_size - came_, in.size() - used));
        copy(part, mutable_bytes{partial_}.subspan(came_));
        used += part.size();
        came_ += part.size();
        if (came_ == payload_size) echo();
    }
    if (ended_ && ended_->why) return fail(ended_->why);
    return used;
}

LP2P_DECL void listener::receive_end(end how, instant) {
    if (ended_) return;
    if (how.how == end::reset) return give_up(errc::reset, party::remote, how.code);
    if (came_ != 0) return give_up(errc::truncated, party::remote);
    conclude({}, end{});
}

LP2P_DECL byte_view listener::transmit(std::size_t most) const noexcept {
    return out_.view().first(std::min(most, out_.size()));
}

LP2P_DECL std::optional<listener::event> listener::poll_event() { return events_.poll(); }

LP2P_DECL std::optional<instant> listener::next_timeout() const noexcept {
    if (ended_ || came_ == 0) return std::nullopt;
    return after(begun_at_, config_.timeout);
}

LP2P_DECL void listener::handle_timeout(instant now) {
    if (const auto at = next_timeout(); at && now >= *at) give_up(errc::ping_timeout, party::local);
}

LP2P_DECL void listener::echo() {
    came_ = 0;
    if (out_.size() + payload_size > config_.echoes * payload_size)
        return give_up(errc::echoes_owed, party::local);
    out_.append(partial_);
}

LP2P_DECL void listener::give_up(errc why, party by, std::uint32_t wire_code) {
    out_.clear();
    conclude(reason{why, by, wire_code}, end{end::reset, 0});
}

LP2P_DECL void listener::conclude(reason why, end how) {
    ended_ = why;
    wants_end_ = how;
    events_.push(ping::ended{why});
}

} // namespace lp2p::inline v0::ping
