// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of flow_control.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/yamux/flow_control.hpp>

namespace lp2p::inline v0::yamux {

LP2P_DECL growth_budget::growth_budget(std::size_t most) noexcept
    : most_{most} {}

LP2P_DECL std::uint32_t growth_budget::allowed(std::uint32_t from,
                                               std::size_t unread) const noexcept {
    const std::size_t already = from > initial_window ? 0 : from;
    const std::size_t taken = reserved_ + unread + already;
    const std::size_t room = taken < most_ ? most_ - taken : 0;
    const std::size_t sum = from + std::min<std::size_t>(room, 0xffffffffU - from);
    return static_cast<std::uint32_t>(sum);
}

LP2P_DECL void growth_budget::grown(std::uint32_t from, std::uint32_t to) noexcept {
    reserved_ += to - (from > initial_window ? from : 0);
}

LP2P_DECL void growth_budget::release(std::uint32_t window) noexcept {
    if (window > initial_window) reserved_ -= window;
}

LP2P_DECL receive_window::receive_window(instant now) noexcept
    : epoch_{now} {}

LP2P_DECL bool receive_window::take(std::uint32_t n) noexcept {
    if (n > credit_) return false;
    credit_ -= n;
    return true;
}

LP2P_DECL std::uint32_t receive_window::refill(std::size_t held) noexcept {
    const std::uint32_t delta = missing(held);
    credit_ += delta;
    return delta;
}

LP2P_DECL bool receive_window::adapt(instant now, std::optional<duration> rtt, std::uint32_t most,
                                     growth_budget& budget, std::size_t unread) noexcept {
    const duration took = now - epoch_;
    epoch_ = now;
    if (!rtt || took >= rtt_factor * std::min(*rtt, longest_rtt)) return false;
    const std::uint32_t twice = window_ > most / 2 ? most : window_ * 2;
    const std::uint32_t to = std::min(twice, budget.allowed(window_, unread));
    if (to <= window_) return false;
    budget.grown(window_, to);
    window_ = to;
    return true;
}

LP2P_DECL std::uint32_t receive_window::missing(std::size_t held) const noexcept {
    const std::size_t there = credit_ + held;
    return there < window_ ? static_cast<std::uint32_t>(window_ - there) : 0;
}

LP2P_DECL bool send_window::add(std::uint32_t delta) noexcept {
    if (delta > std::numeric_limits<std::uint32_t>::max() - credit_) return false;
    credit_ += delta;
    return true;
}

} // namespace lp2p::inline v0::yamux
