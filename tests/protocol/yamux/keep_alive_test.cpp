// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/yamux/keep_alive.hpp>

#include <gtest/gtest.h>

namespace {

using namespace lp2p;
using namespace lp2p::yamux;

constexpr instant start = instant{} + std::chrono::hours{1};

TEST(YamuxKeepAlive, AsksAfterSilenceAndGivesUpWithoutAnAnswer) {
    keep_alive a{seconds{15}, seconds{10}, start};
    EXPECT_EQ(a.next(), start + seconds{15});
    EXPECT_FALSE(a.wants_ping(start + seconds{14}));
    EXPECT_TRUE(a.wants_ping(start + seconds{15}));
    ASSERT_TRUE(a.ping(start + seconds{15}));
    EXPECT_FALSE(a.wants_ping(start + seconds{24}));
    EXPECT_FALSE(a.expired(start + seconds{24}));
    EXPECT_TRUE(a.expired(start + seconds{25}));
}
TEST(YamuxKeepAlive, ReceivedBytesAreLife) {
    keep_alive a{seconds{15}, seconds{10}, start};
    a.received(start + seconds{5});
    EXPECT_EQ(a.next(), start + seconds{20});
    ASSERT_TRUE(a.ping(start + seconds{20}));
    a.received(start + seconds{29}); // data, not the pong: a slow link
    EXPECT_FALSE(a.expired(start + seconds{38}));
    EXPECT_TRUE(a.expired(start + seconds{39}));
}
TEST(YamuxKeepAlive, OnePingAtATimeAndOnlyItsPongCounts) {
    keep_alive a{seconds{15}, seconds{10}, start};
    EXPECT_FALSE(a.pong(0, start));
    const auto first = a.ping(start);
    ASSERT_TRUE(first);
    EXPECT_FALSE(a.ping(start));
    EXPECT_FALSE(a.pong(*first + 1, start));
    EXPECT_FALSE(a.rtt());
    EXPECT_EQ(a.pong(*first, start + milliseconds{30}), milliseconds{30});
    EXPECT_FALSE(a.pong(*first, start + milliseconds{30})) << "a second pong for one ping";
    const auto second = a.ping(start + seconds{1});
    ASSERT_TRUE(second);
    EXPECT_NE(*second, *first);
    EXPECT_EQ(a.pong(*second, start + seconds{1} + milliseconds{10}), milliseconds{10});
    EXPECT_EQ(a.rtt(), milliseconds{20});
}
TEST(YamuxWriteWatch, ASilentWriterStalls) {
    write_watch w{seconds{10}};
    EXPECT_FALSE(w.next(false, start));
    EXPECT_EQ(w.next(true, start), start) << "asks for the time at once";
    EXPECT_FALSE(w.stalled(true, start));
    EXPECT_EQ(w.next(true, start), start + seconds{10});
    EXPECT_FALSE(w.stalled(true, start + seconds{9}));
    EXPECT_TRUE(w.stalled(true, start + seconds{10}));
}
TEST(YamuxWriteWatch, OneByteOfProgressIsEnough) {
    write_watch w{seconds{10}};
    EXPECT_FALSE(w.stalled(true, start));
    w.wrote(1);
    EXPECT_FALSE(w.stalled(true, start + seconds{10}));
    EXPECT_FALSE(w.stalled(true, start + seconds{19}));
    EXPECT_TRUE(w.stalled(true, start + seconds{20}));
}
TEST(YamuxWriteWatch, NothingWaitsNothingStalls) {
    write_watch w{seconds{10}};
    EXPECT_FALSE(w.stalled(true, start));
    EXPECT_FALSE(w.stalled(false, start + seconds{5}));
    EXPECT_FALSE(w.stalled(true, start + seconds{60})) << "waits since now";
    EXPECT_TRUE(w.stalled(true, start + seconds{70}));
}

} // namespace
