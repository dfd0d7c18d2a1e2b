// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/core/time.hpp>

#include <gtest/gtest.h>

namespace {

using namespace lp2p;

constexpr instant noon = instant{} + std::chrono::hours{12};

TEST(Time, AfterAddsAndStaysInRange) {
    EXPECT_EQ(after(noon, seconds{5}), noon + seconds{5});
    EXPECT_EQ(after(noon, seconds{-5}), noon - seconds{5});
    EXPECT_EQ(after(noon, duration::zero()), noon);
    EXPECT_EQ(after(noon, duration::max()), instant::max());
    EXPECT_EQ(after(instant::max(), duration{1}), instant::max());
    EXPECT_EQ(after(instant::max(), duration::zero()), instant::max());
    EXPECT_EQ(after(instant::max(), duration{-1}), instant::max() - duration{1});
    EXPECT_EQ(after(instant::min(), duration{-1}), instant::min());
    EXPECT_EQ(after(instant::min() + duration{5}, duration::min()), instant::min());
    EXPECT_EQ(after(instant::min(), duration::max()), instant::min() + duration::max());
}

TEST(Time, EarlierTreatsNothingAsNever) {
    EXPECT_EQ(earlier(std::nullopt, std::nullopt), std::nullopt);
    EXPECT_EQ(earlier(noon, std::nullopt), noon);
    EXPECT_EQ(earlier(std::nullopt, noon), noon);
    EXPECT_EQ(earlier(noon, noon + seconds{1}), noon);
    EXPECT_EQ(earlier(noon + seconds{1}, noon), noon);
}

// One unit for all: seeds and logs mean the same everywhere.
static_assert(std::is_same_v<duration::period, std::nano>);
static_assert(std::is_same_v<unix_time::period, std::nano>);

} // namespace
