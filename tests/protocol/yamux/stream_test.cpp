// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/yamux/stream.hpp>

#include <gtest/gtest.h>

namespace {

using namespace lp2p;
using namespace lp2p::yamux;

constexpr instant start = instant{} + std::chrono::hours{1};

TEST(YamuxStream, SaysSynOnceAndOnlyIfOurs) {
    stream ours{stream_id{1}, false, start};
    EXPECT_TRUE(ours.owes_control());
    EXPECT_EQ(ours.take_flags(), syn);
    EXPECT_EQ(ours.take_flags(), 0);
    EXPECT_FALSE(ours.owes_control());
    stream theirs{stream_id{2}, true, start};
    EXPECT_FALSE(theirs.owes_control());
    theirs.ack_due = true;
    EXPECT_EQ(theirs.take_flags(), ack);
    EXPECT_EQ(theirs.take_flags(), 0);
}
TEST(YamuxStream, FinComesBehindTheData) {
    stream s{stream_id{1}, false, start};
    EXPECT_FALSE(s.ready());
    s.unsent.append(as_bytes("x"));
    s.finishing = true;
    EXPECT_TRUE(s.can_send_data());
    EXPECT_FALSE(s.can_send_fin());
    s.unsent.clear();
    EXPECT_TRUE(s.can_send_fin());
    s.fin_sent = true;
    EXPECT_FALSE(s.ready());
}
TEST(YamuxStream, IsOverWhenBothFinishedOrResetAndAllWasRead) {
    stream s{stream_id{1}, false, start};
    s.fin_sent = true;
    EXPECT_FALSE(s.over());
    s.fin_received = true;
    EXPECT_TRUE(s.over());
    s.unread.append(as_bytes("x"));
    EXPECT_FALSE(s.over());
    s.fin_sent = false;
    s.unread.clear();
    EXPECT_FALSE(s.over());
    s.reset_received = true;
    EXPECT_TRUE(s.over());
}
TEST(YamuxStream, MayStallOnlyBehindThePeersFin) {
    stream s{stream_id{1}, false, start};
    s.unsent.append(as_bytes("x"));
    s.send.take(s.send.credit());
    EXPECT_FALSE(s.may_stall());
    s.fin_received = true;
    EXPECT_TRUE(s.may_stall());
    ASSERT_TRUE(s.send.add(1));
    EXPECT_FALSE(s.may_stall());
}
TEST(YamuxStream, ABodyOnItsWayIsHeld) {
    stream s{stream_id{1}, false, start};
    s.coming = 10;
    s.unread.append(as_bytes("abc"));
    EXPECT_EQ(s.held(), 13U);
}
TEST(YamuxStream, IsSmall) { EXPECT_LE(sizeof(stream), 240U); }

} // namespace
