// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/uvarint.hpp>

#include "bytes.hpp"

namespace {

using namespace lp2p;
using wire::errc;
using wire_test::hex;

byte_vector encoded(std::uint64_t value) {
    byte_vector out;
    wire::encode_uvarint(value, out);
    return out;
}

TEST(WireUvarint, TheSpecificationsExamples) { // multiformats/unsigned-varint, README
    EXPECT_EQ(encoded(0), hex("00"));
    EXPECT_EQ(encoded(1), hex("01"));
    EXPECT_EQ(encoded(127), hex("7f"));
    EXPECT_EQ(encoded(128), hex("8001"));
    EXPECT_EQ(encoded(255), hex("ff01"));
    EXPECT_EQ(encoded(300), hex("ac02"));
    EXPECT_EQ(encoded(16384), hex("808001"));
}

TEST(WireUvarint, TheLargestIs63BitsInNineBytes) {
    EXPECT_EQ(encoded(wire::most_uvarint), hex("ffffffffffffffff7f"));
    EXPECT_EQ(wire::decode_uvarint(hex("ffffffffffffffff7f")),
              (wire::uvarint{wire::most_uvarint, 9}));
    EXPECT_EQ(wire::decode_uvarint(hex("80808080808080808001")).error(), errc::uvarint_too_long);
    EXPECT_EQ(wire::decode_uvarint(encoded(wire::most_uvarint + 1)).error(),
              errc::uvarint_too_long);
    // too long is known at the ninth byte, without waiting for a tenth
    EXPECT_EQ(wire::decode_uvarint(hex("ffffffffffffffffff")).error(), errc::uvarint_too_long);
}

TEST(WireUvarint, OnlyTheShortestFormIsRead) {
    EXPECT_EQ(wire::decode_uvarint(hex("8000")).error(), errc::uvarint_not_minimal);
    EXPECT_EQ(wire::decode_uvarint(hex("818000")).error(), errc::uvarint_not_minimal);
    EXPECT_EQ(wire::decode_uvarint(hex("80808080808080808000")).error(), errc::uvarint_too_long);
    EXPECT_EQ(wire::decode_uvarint(hex("808080808080808000")).error(), errc::uvarint_not_minimal);
}

TEST(WireUvarint, MoreBytesMayCompleteIt) {
    EXPECT_EQ(wire::decode_uvarint({}).error(), errc::truncated);
    EXPECT_EQ(wire::decode_uvarint(hex("80")).error(), errc::truncated);
    EXPECT_EQ(wire::decode_uvarint(hex("ffffffffffffffff")).error(), errc::truncated);
}

TEST(WireUvarint, ABoundOnItsBytesIsHeldExactly) {
    EXPECT_EQ(wire::decode_uvarint(hex("ff7f"), 2), (wire::uvarint{16383, 2}));
    EXPECT_EQ(wire::decode_uvarint(hex("808001"), 2).error(), errc::uvarint_too_long);
    EXPECT_EQ(wire::decode_uvarint(hex("8080"), 2).error(), errc::uvarint_too_long);
    EXPECT_EQ(wire::decode_uvarint(hex("80"), 2).error(), errc::truncated);
}

TEST(WireUvarint, WhatFollowsIsLeftAlone) {
    EXPECT_EQ(wire::decode_uvarint(hex("8001ff")), (wire::uvarint{128, 2}));
}

RC_GTEST_PROP(WireUvarint, WhatIsWrittenIsReadInItsSize, ()) {
    const auto bits = *rc::gen::inRange(0, 64);
    const auto drawn = *rc::gen::arbitrary<std::uint64_t>();
    const std::uint64_t value = bits == 0 ? 0 : drawn >> (64 - bits) & wire::most_uvarint;
    const byte_vector bytes = encoded(value);
    RC_ASSERT(bytes.size() == wire::uvarint_size(value));
    RC_ASSERT(wire::decode_uvarint(bytes) == (wire::uvarint{value, bytes.size()}));
}

RC_GTEST_PROP(WireUvarint, WhatIsReadIsWrittenTheSame, ()) {
    const byte_vector bytes = wire_test::any_bytes();
    const auto read = wire::decode_uvarint(bytes);
    if (read) RC_ASSERT(equal(encoded(read->value), byte_view{bytes}.first(read->size)));
}

} // namespace
