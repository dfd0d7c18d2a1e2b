// SPDX-License-Identifier: Apache-2.0 OR MIT
// Credit of one yamux stream, both ways: how much the peer may send us, how much we may send it.
//
// The consumer drives it: credit goes back when the application has read, never on arrival. It
// holds numbers only, no bytes and no clock. All arithmetic on the peer's numbers is checked.
// spec: yamux, "Flow control"; growth as in protocols/yamux.md §8.
#pragma once

#include <lp2p/core/limits.hpp>
#include <lp2p/core/time.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>

namespace lp2p::inline v0::yamux {

/// What each side may send on a new stream before any window update; the specification fixes it.
inline constexpr std::uint32_t initial_window = 256 * 1024;
static_assert(default_limits.window_start == initial_window);

/// What the windows of one session may grow by: grown windows are reserved whole, so that peers
/// that fill them stay inside what the connection may hold unread.
class growth_budget {
public:
    explicit growth_budget(std::size_t most) noexcept;
    /// How far a window of `from` bytes may grow now, while `unread` bytes wait in the session.
    [[nodiscard]] std::uint32_t allowed(std::uint32_t from, std::size_t unread) const noexcept;
    void grown(std::uint32_t from, std::uint32_t to) noexcept;
    /// The stream with this window is gone.
    void release(std::uint32_t window) noexcept;
    [[nodiscard]] std::size_t reserved() const noexcept { return reserved_; }

private:
    std::size_t most_;
    std::size_t reserved_ = 0; ///< sum of the windows that are larger than at the start
};

/// What the peer may send. Invariant: credit + unread <= window.
class receive_window {
public:
    explicit receive_window(instant now) noexcept;

    [[nodiscard]] std::uint32_t size() const noexcept { return window_; }
    [[nodiscard]] std::uint32_t credit() const noexcept { return credit_; }
    /// Takes what a data header announces; false, and nothing taken, where it is too much.
    [[nodiscard]] bool take(std::uint32_t n) noexcept;
    /// Whether an update is worth a frame: the reader took at least half a window since the last.
    /// `held` = bytes announced and not consumed yet.
    [[nodiscard]] bool due(std::size_t held) const noexcept { return missing(held) >= window_ / 2; }
    /// Gives back all that is missing; returns it (0: nothing is).
    std::uint32_t refill(std::size_t held) noexcept;
    /// Called when an update is due: doubles the window where half of it went in less than four
    /// round trips, as far as `most` and the budget allow. Returns true where it grew.
    bool adapt(instant now, std::optional<duration> rtt, std::uint32_t most, growth_budget& budget,
               std::size_t unread) noexcept;

private:
    static constexpr int rtt_factor = 4;
    static constexpr duration longest_rtt = seconds{10};

    [[nodiscard]] std::uint32_t missing(std::size_t held) const noexcept;

    std::uint32_t window_ = initial_window;
    std::uint32_t credit_ = initial_window;
    instant epoch_;
};

/// What we may send.
class send_window {
public:
    [[nodiscard]] std::uint32_t credit() const noexcept { return credit_; }
    /// Adds a window update; false, and nothing added, where the sum passes 2^32-1.
    [[nodiscard]] bool add(std::uint32_t delta) noexcept;
    /// Precondition: n <= credit().
    void take(std::uint32_t n) noexcept { credit_ -= n; }

private:
    std::uint32_t credit_ = initial_window;
};

} // namespace lp2p::inline v0::yamux

#ifndef LP2P_SEPARATE_COMPILATION
#include "flow_control.ipp"
#endif
