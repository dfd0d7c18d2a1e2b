// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/yamux/packed_bytes.hpp>

#include <gtest/gtest.h>

namespace {

using namespace lp2p;
using yamux::packed_bytes;

void put(packed_bytes& to, std::string_view text) {
    to.grown(copy(as_bytes(text), to.room(text.size())));
}

TEST(YamuxPackedBytes, KeepsWhatDidNotLeaveAndTakesMoreBehindIt) {
    packed_bytes p;
    EXPECT_TRUE(p.view().empty());
    put(p, "hello ");
    p.consume(2);
    put(p, "world");
    EXPECT_EQ(as_text(p.view()), "llo world");
    p.consume(9);
    EXPECT_TRUE(p.empty());
    put(p, "again");
    EXPECT_EQ(as_text(p.view()), "again");
    p.consume(1000);
    EXPECT_EQ(p.size(), 0U);
}
TEST(YamuxPackedBytes, UnusedRoomIsNoContent) {
    packed_bytes p;
    (void)p.room(100);
    p.grown(0);
    EXPECT_TRUE(p.empty());
    put(p, "ab");
    (void)p.room(100);
    p.grown(0);
    EXPECT_EQ(as_text(p.view()), "ab");
}
TEST(YamuxPackedBytes, ACopyIsItsOwn) {
    packed_bytes p;
    put(p, "abc");
    p.consume(1);
    packed_bytes q = p;
    p.clear();
    EXPECT_EQ(as_text(q.view()), "bc");
    p = q;
    q.consume(2);
    EXPECT_EQ(as_text(p.view()), "bc");
}

} // namespace
