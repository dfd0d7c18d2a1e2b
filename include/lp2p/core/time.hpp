// SPDX-License-Identifier: Apache-2.0 OR MIT
// Time as lp2p sees it: instants that are handed in, never read.
//
// Only `io/clock.hpp` asks a clock. Everything else takes `now` as an argument, so a test owns time.
#pragma once

#include <lp2p/core/abi.hpp>

// Of <chrono>, durations and clocks alone, where the library keeps them apart: calendars, formats and
// the streams that come with them would cost every header 0.3 s.
#if defined(__GLIBCXX__) && __has_include(<bits/chrono.h>)
#include <bits/chrono.h>
#else
#include <chrono>
#endif

#include <optional>

namespace lp2p::inline v0 {

/// A monotonic point in time. Only differences mean anything.
using instant = std::chrono::steady_clock::time_point;
/// A length of time, in nanoseconds.
using duration = std::chrono::steady_clock::duration;
/// Calendar time, since 1970-01-01 UTC; handed in by config where a protocol needs it.
using unix_time = std::chrono::nanoseconds;

using std::chrono::milliseconds;
using std::chrono::microseconds;
using std::chrono::seconds;

/// `at + by`, held inside the range of `instant`: a deadline far away stays far away.
[[nodiscard]] constexpr instant after(instant at, duration by) noexcept {
    if (by >= duration::zero()) return instant::max() - by < at ? instant::max() : at + by;
    return instant::min() - by > at ? instant::min() : at + by;
}
/// The earlier of two deadlines, where nothing means never.
[[nodiscard]] constexpr std::optional<instant> earlier(std::optional<instant> a,
                                                       std::optional<instant> b) noexcept {
    if (!a) return b;
    if (!b) return a;
    return *a < *b ? a : b;
}

} // namespace lp2p::inline v0
