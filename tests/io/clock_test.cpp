// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/io/clock.hpp>

#include <gtest/gtest.h>

namespace lp2p {
namespace {

TEST(IoClock, NowIsMonotonicAndOfTheClockOfInstants) {
    const instant before = std::chrono::steady_clock::now();
    const instant a = io::now(), b = io::now();
    EXPECT_LE(before, a);
    EXPECT_LE(a, b);
    EXPECT_LE(b, std::chrono::steady_clock::now());
}
TEST(IoClock, UnixNowCountsFrom1970InNanoseconds) {
    const auto before = std::chrono::system_clock::now().time_since_epoch();
    const unix_time now = io::unix_now();
    const auto behind = std::chrono::system_clock::now().time_since_epoch();
    EXPECT_LE(before, now);
    EXPECT_LE(now, behind);
}

} // namespace
} // namespace lp2p
