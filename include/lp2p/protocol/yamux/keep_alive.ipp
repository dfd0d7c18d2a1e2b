// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of keep_alive.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/yamux/keep_alive.hpp>

namespace lp2p::inline v0::yamux {

LP2P_DECL keep_alive::keep_alive(duration idle, duration answer, instant now) noexcept
    : idle_{idle}
    , answer_{answer}
    , received_{now} {}

LP2P_DECL std::optional<std::uint32_t> keep_alive::ping(instant now) noexcept {
    if (asked_) return std::nullopt;
    asked_ = now;
    return ++value_;
}

LP2P_DECL std::optional<duration> keep_alive::pong(std::uint32_t value, instant now) noexcept {
    if (!asked_ || value != value_) return std::nullopt;
    const duration sample = now - *asked_;
    asked_.reset();
    rtt_ = rtt_ ? (*rtt_ + sample) / 2 : sample;
    return sample;
}

LP2P_DECL instant keep_alive::next() const noexcept {
    return asked_ ? after(std::max(received_, *asked_), answer_) : after(received_, idle_);
}

LP2P_DECL write_watch::write_watch(duration most) noexcept
    : most_{most} {}

LP2P_DECL std::optional<instant> write_watch::next(bool waits, instant latest) const noexcept {
    if (!waits) return std::nullopt;
    return armed() ? after(*since_, most_) : latest;
}

LP2P_DECL bool write_watch::stalled(bool waits, instant now) noexcept {
    if (!waits) {
        since_.reset();
    } else if (!armed()) {
        since_ = now;
        seen_ = written_;
    } else {
        return now >= after(*since_, most_);
    }
    return false;
}

} // namespace lp2p::inline v0::yamux
