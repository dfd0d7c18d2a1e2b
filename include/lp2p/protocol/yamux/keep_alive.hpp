// SPDX-License-Identifier: Apache-2.0 OR MIT
// Whether the peer still lives and how far away it is: our own pings, and the watch over writing.
//
// They hold instants that were handed in; neither reads a clock nor sends anything itself.
#pragma once

#include <lp2p/core/time.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace lp2p::inline v0::yamux {

/// Asks for a ping when nothing was received for `idle`; gives up when, after a ping, neither its
/// answer nor anything else came for `answer`. Bytes that arrive count as life, so that a slow
/// link full of data is not taken for a dead one. At most one ping is under way (hazard H16).
class keep_alive {
public:
    keep_alive(duration idle, duration answer, instant now) noexcept;

    void received(instant now) noexcept { received_ = now; }
    /// Begins a ping and gives its value; nothing where one is under way, whose pong will do.
    [[nodiscard]] std::optional<std::uint32_t> ping(instant now) noexcept;
    /// The round trip, where `value` answers our ping; nothing where nobody asked (hazard H15).
    [[nodiscard]] std::optional<duration> pong(std::uint32_t value, instant now) noexcept;
    /// Smoothed; nothing before the first pong.
    [[nodiscard]] std::optional<duration> rtt() const noexcept { return rtt_; }

    [[nodiscard]] instant next() const noexcept;
    /// A ping is due.
    [[nodiscard]] bool wants_ping(instant now) const noexcept { return !asked_ && now >= next(); }
    /// The peer is silent.
    [[nodiscard]] bool expired(instant now) const noexcept { return asked_ && now >= next(); }

private:
    duration idle_;
    duration answer_;
    instant received_;
    std::optional<instant> asked_;
    std::optional<duration> rtt_;
    std::uint32_t value_ = 0;
};

/// Notices that output waits and nothing of it leaves. Writing brings no time with it, so it is
/// judged by a counter, and only from an instant at which it was seen to wait.
class write_watch {
public:
    explicit write_watch(duration most) noexcept;

    void wrote(std::size_t n) noexcept { written_ += n; }
    /// `latest` = the last instant known: where it is not known since when output waits, the
    /// deadline is at once, and handle_timeout brings the time.
    [[nodiscard]] std::optional<instant> next(bool waits, instant latest) const noexcept;
    /// True where output has waited for the whole time and not one byte of it left.
    [[nodiscard]] bool stalled(bool waits, instant now) noexcept;

private:
    [[nodiscard]] bool armed() const noexcept { return since_ && seen_ == written_; }

    duration most_;
    std::optional<instant> since_;
    std::uint64_t written_ = 0;
    std::uint64_t seen_ = 0;
};

} // namespace lp2p::inline v0::yamux

#ifndef LP2P_SEPARATE_COMPILATION
#include "keep_alive.ipp"
#endif
