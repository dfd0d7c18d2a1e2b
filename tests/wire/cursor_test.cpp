// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/cursor.hpp>

#include "bytes.hpp"

namespace {

using namespace lp2p;
using wire::cursor;
using wire::errc;
using wire_test::hex;

TEST(WireCursor, ReadsNumbersInNetworkOrder) {
    const byte_vector bytes = hex("01 0203 04050607 08090a0b0c0d0e0f ac02 ff");
    cursor in{bytes};
    EXPECT_EQ(in.u8(), 0x01);
    EXPECT_EQ(in.u16(), 0x0203);
    EXPECT_EQ(in.u32(), 0x04050607U);
    EXPECT_EQ(in.u64(), 0x08090a0b0c0d0e0fU);
    EXPECT_EQ(in.uvarint(), 300U);
    EXPECT_EQ(in.remaining(), 1U);
    EXPECT_EQ(in.take(1)->data(), &bytes.back()); // a view, no copy
    EXPECT_EQ(in.remaining(), 0U);
    EXPECT_EQ(in.take(0)->size(), 0U);
}

TEST(WireCursor, AReadThatFailsTakesNothing) {
    const byte_vector bytes = hex("80 8080");
    cursor in{bytes};
    EXPECT_EQ(in.u32().error(), errc::truncated);
    EXPECT_EQ(in.u64().error(), errc::truncated);
    EXPECT_EQ(in.take(4).error(), errc::truncated);
    EXPECT_EQ(in.take(static_cast<std::size_t>(-1)).error(), errc::truncated);
    EXPECT_EQ(in.uvarint().error(), errc::truncated);
    EXPECT_EQ(in.remaining(), 3U);
    EXPECT_TRUE(equal(in.rest(), bytes));
    ASSERT_TRUE(in.take(3));
    EXPECT_EQ(in.u8().error(), errc::truncated);
    EXPECT_EQ(in.u16().error(), errc::truncated);
}

TEST(WireCursor, StoredNumbersAreLoadedAgain) {
    std::array<std::byte, 9> room{};
    wire::store_u16(0x0102, &room[1]); // at any alignment
    EXPECT_TRUE(equal(byte_view{room}.first(4), hex("00010200")));
    EXPECT_EQ(wire::load_u16(&room[1]), 0x0102);
    wire::store_u32(0xfffefdfc, &room[1]);
    EXPECT_TRUE(equal(byte_view{room}.first(6), hex("00fffefdfc00")));
    EXPECT_EQ(wire::load_u32(&room[1]), 0xfffefdfcU);
    wire::store_u64(0x8000000000000001U, &room[1]);
    EXPECT_TRUE(equal(room, hex("008000000000000001")));
    EXPECT_EQ(wire::load_u64(&room[1]), 0x8000000000000001U);
}

} // namespace
