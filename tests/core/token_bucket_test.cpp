// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/core/token_bucket.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace {

using namespace lp2p;

constexpr instant t0 = instant{} + std::chrono::hours{1};

TEST(TokenBucket, IsFullAtFirstAndRefillsWithTimeUpToItsCapacity) {
    token_bucket b{{5, 1}, t0};
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(b.take(t0));
    EXPECT_FALSE(b.take(t0));
    EXPECT_FALSE(b.take(t0 + milliseconds{999}));
    EXPECT_TRUE(b.take(t0 + seconds{1}));
    EXPECT_FALSE(b.take(t0 + seconds{1}));
    EXPECT_EQ(b.level(t0 + std::chrono::hours{5}), 5U);
}

TEST(TokenBucket, TakesAllOrNothing) {
    token_bucket b{{5, 1}, t0};
    EXPECT_FALSE(b.take(t0, 6));
    EXPECT_EQ(b.level(t0), 5U);
    EXPECT_TRUE(b.take(t0, 5));
    EXPECT_TRUE(b.take(t0, 0));
}

TEST(TokenBucket, TimeThatGoesBackGivesNothing) {
    token_bucket b{{1, 1}, t0};
    EXPECT_TRUE(b.take(t0));
    EXPECT_FALSE(b.take(t0 - seconds{100}));
    EXPECT_FALSE(b.take(t0));
    EXPECT_TRUE(b.take(t0 + seconds{1}));
}

TEST(TokenBucket, SaysWhenTokensWillBeThere) {
    token_bucket b{{4, 2}, t0};
    EXPECT_EQ(b.ready_at(t0), t0);
    EXPECT_TRUE(b.take(t0, 4));
    EXPECT_NEAR(static_cast<double>((b.ready_at(t0, 1) - t0).count()), 0.5e9, 2);
    EXPECT_EQ(b.ready_at(t0, 5), instant::max()); // more than it can ever hold
    token_bucket never{{1, 0}, t0};
    EXPECT_TRUE(never.take(t0));
    EXPECT_EQ(never.ready_at(t0), instant::max());
}

RC_GTEST_PROP(TokenBucket, WhoWaitsUntilReadyIsServed, ()) {
    const auto capacity = *rc::gen::inRange<std::uint32_t>(1, 10'001);
    const double rate = *rc::gen::inRange(1, 33'000) / 100.0;
    const auto n = *rc::gen::inRange<std::uint32_t>(1, capacity + 1);
    token_bucket b{{capacity, rate}, t0};
    RC_ASSERT(b.take(t0, capacity));
    const instant at = b.ready_at(t0, n);
    RC_ASSERT(!token_bucket{b}.take(at - milliseconds{1}, n));
    RC_ASSERT(b.take(at, n));
}

} // namespace
