// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/pubsub/seen_cache.hpp>

#include "tests/protocol/pubsub/support.hpp"

#include <gtest/gtest.h>

namespace {
using namespace lp2p;
using namespace std::chrono_literals;
using pubsub::id_digest;

constexpr instant t0 = test::pubsub_start;
id_digest number(std::uint64_t n) { return pubsub::digester{0}(as_bytes(std::to_string(n))); }

TEST(PubsubSeenCache, RemembersForTheTimeFromTheFirst) {
    pubsub::seen_cache c{120s, 100};
    EXPECT_TRUE(c.insert(number(1), t0));
    EXPECT_FALSE(c.insert(number(1), t0 + 100s)) << "known";
    EXPECT_TRUE(c.contains(number(1)));
    c.expire(t0 + 120s - 1ns);
    EXPECT_TRUE(c.contains(number(1)));
    c.expire(t0 + 120s);
    EXPECT_FALSE(c.contains(number(1))) << "first seen counts";
    EXPECT_EQ(0U, c.take_left_early());
    EXPECT_TRUE(c.insert(number(1), t0 + 120s));
}

TEST(PubsubSeenCache, Threats2_TheOldestLeaveAtTheBoundAndThatIsTold) {
    pubsub::seen_cache c{120s, 1000};
    for (std::uint64_t i = 0; i < 3000; ++i) ASSERT_TRUE(c.insert(number(i), t0));
    EXPECT_EQ(1000U, c.size());
    EXPECT_EQ(2000U, c.take_left_early());
    EXPECT_EQ(0U, c.take_left_early());
    EXPECT_FALSE(c.contains(number(1999)));
    for (std::uint64_t i = 2000; i < 3000; ++i) ASSERT_TRUE(c.contains(number(i))) << i;
}

TEST(PubsubSeenCache, LongUseKeepsItWhole) {
    pubsub::seen_cache c{10s, 1000};
    for (std::uint64_t i = 0; i < 20000; ++i) {
        const instant now = t0 + i * 100ms;
        ASSERT_TRUE(c.insert(number(i), now));
        ASSERT_EQ(std::min<std::uint64_t>(i + 1, 100), c.size());
        ASSERT_TRUE(c.contains(number(i)));
        ASSERT_TRUE(i < 99 || c.contains(number(i - 99)));
        ASSERT_TRUE(i < 100 || !c.contains(number(i - 100)));
    }
}

TEST(PubsubSeenCache, TimeThatGoesBackBreaksNothing) {
    pubsub::seen_cache c{10s, 10};
    EXPECT_TRUE(c.insert(number(1), t0));
    EXPECT_TRUE(c.insert(number(2), t0 - 24h));
    EXPECT_TRUE(c.contains(number(1)));
    c.expire(t0 + 24h);
    EXPECT_EQ(0U, c.size());
}

} // namespace
