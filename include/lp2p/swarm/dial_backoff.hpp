// SPDX-License-Identifier: Apache-2.0 OR MIT
// How long a dial waits after failures: doubling, with some chance, up to a bound.
//
// The chance keeps nodes that lost the same peer from coming back at the same moment (threats.md,
// section 2, "dial backoff per address").
#pragma once

#include <lp2p/core/random.hpp>
#include <lp2p/core/time.hpp>

namespace lp2p::inline v0 {

/// `least` doubled `failures` times, at most `most`, and that ±20 %.
[[nodiscard]] inline duration dial_backoff(duration least, duration most, std::uint32_t failures,
                                           random_source& random) noexcept {
    duration wait = least;
    for (; failures != 0 && wait < most; --failures) wait = wait <= most / 2 ? wait * 2 : most;
    if (wait > most) wait = most;
    const double jitter = 0.8 + 0.4 * random.unit();
    return duration{static_cast<std::int64_t>(static_cast<double>(wait.count()) * jitter)};
}

} // namespace lp2p::inline v0
