// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/pubsub/backoff.hpp>

#include "tests/protocol/pubsub/support.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace {
using namespace lp2p;
using namespace std::chrono_literals;
using pubsub::topic_index;

constexpr topic_index a{1};
constexpr topic_index b{2};
constexpr instant t0 = test::pubsub_start;

TEST(PubsubBackoff, Threats2_SecondsFromTheWire) {
    const pubsub::backoffs all{{}};
    EXPECT_EQ(60s, all.from_wire(0));
    EXPECT_EQ(1s, all.from_wire(1));
    EXPECT_EQ(3599s, all.from_wire(3599));
    EXPECT_EQ(3600s, all.from_wire(3600));
    EXPECT_EQ(3600s, all.from_wire(std::uint64_t{1} << 63U));
    EXPECT_EQ(3600s, all.from_wire(std::numeric_limits<std::uint64_t>::max()));
}

TEST(PubsubBackoff, HoldsForOnePeerInOneTopic) {
    pubsub::backoffs all{{}};
    const auto p = test::peer_number(1);
    all.set(a, p, t0, 10s, false);
    EXPECT_NE(nullptr, all.find(a, p, t0 + 10s - 1ns));
    EXPECT_EQ(nullptr, all.find(a, p, t0 + 10s));
    EXPECT_NE(nullptr, all.find(a, p, t0 + 11s, 2s)) << "slack";
    EXPECT_EQ(nullptr, all.find(a, p, t0 + 12s, 2s));
    EXPECT_EQ(nullptr, all.find(b, p, t0));
    EXPECT_EQ(nullptr, all.find(a, test::peer_number(2), t0));
}

TEST(PubsubBackoff, TheLaterEndHolds) {
    pubsub::backoffs all{{}};
    const auto p = test::peer_number(1);
    all.set(a, p, t0, 60s, true);
    all.set(a, p, t0 + 1s, 10s, false);
    ASSERT_NE(nullptr, all.find(a, p, t0 + 59s));
    EXPECT_EQ(t0, all.find(a, p, t0 + 59s)->told);
}

TEST(PubsubBackoff, SweepingForgetsWhatEnded) {
    pubsub::backoffs all{{}};
    for (std::uint32_t i = 0; i < 10; ++i) all.set(a, test::peer_number(i), t0, i * 1s, false);
    all.sweep(t0 + 5s, 2s);
    EXPECT_EQ(6U, all.size());
    all.sweep(t0 + 24h, 2s);
    EXPECT_EQ(0U, all.size());
}

TEST(PubsubBackoff, TheFirstToEndLeavesAtTheBound) {
    pubsub::backoffs all{{.entries = 3}};
    for (std::uint32_t i = 1; i <= 5; ++i) all.set(a, test::peer_number(i), t0, i * 1s, false);
    EXPECT_EQ(3U, all.size());
    EXPECT_EQ(nullptr, all.find(a, test::peer_number(2), t0));
    EXPECT_NE(nullptr, all.find(a, test::peer_number(3), t0));
}

TEST(PubsubBackoff, AnEndBeyondTimeStaysBeyondTime) {
    pubsub::backoffs all{{}};
    all.set(a, test::peer_number(1), instant::max() - 1s, 3600s, false);
    EXPECT_NE(nullptr, all.find(a, test::peer_number(1), instant::max() - 1ns, 10s));
}

} // namespace
