// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/yamux/control_queue.hpp>

#include "frames.hpp"

#include <gtest/gtest.h>

namespace {

using namespace lp2p;
using namespace lp2p::test::frames;

TEST(YamuxControlQueue, PongsThenPingThenResetsThenGoAway) {
    control_queue q;
    q.go_away(2);
    q.reset(stream_id{7}, 0x1001);
    q.ping(5);
    q.pong(9);
    EXPECT_EQ(q.size(), 4U);
    EXPECT_EQ(q.pongs(), 1U);
    std::array<std::byte, 100> out{};
    const std::size_t n = q.pack(out);
    ASSERT_EQ(n, 48U);
    EXPECT_EQ(to_vector(byte_view{out}.first(n)),
              test::frames::ping(9, ack) + test::frames::ping(5, syn) + update(7, 0x1001, rst) +
                  test::frames::go_away(2));
    EXPECT_TRUE(q.empty());
    EXPECT_EQ(q.pack(out), 0U);
}
TEST(YamuxControlQueue, PacksWholeFramesOnlyAndLosesNone) {
    control_queue q;
    for (std::uint32_t i = 0; i < 10; ++i) q.pong(i);
    std::array<std::byte, 35> out{};
    std::uint32_t next = 0;
    while (!q.empty()) {
        const std::size_t n = q.pack(out);
        ASSERT_EQ(n % 12, 0U);
        for (const auto& f : parse(byte_view{out}.first(n))) EXPECT_EQ(f.head.length, next++);
    }
    EXPECT_EQ(next, 10U);
    EXPECT_EQ(q.pack(mutable_bytes{out}.first(11)), 0U);
}
TEST(YamuxControlQueue, ClearForgetsEverything) {
    control_queue q;
    q.pong(1);
    q.reset(stream_id{1}, 1);
    q.ping(1);
    q.go_away(1);
    q.clear();
    EXPECT_EQ(q.size(), 0U);
    std::array<std::byte, 100> out{};
    EXPECT_EQ(q.pack(out), 0U);
}

} // namespace
