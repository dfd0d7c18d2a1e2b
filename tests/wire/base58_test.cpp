// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/base58.hpp>

#include "bytes.hpp"

namespace {

using namespace lp2p;
using wire::base58_decode;
using wire::base58_encode;
using wire::errc;
using wire_test::hex;

TEST(WireBase58, TheDraftsVectors) { // draft-msporny-base58-03, section 5
    EXPECT_EQ(base58_encode(as_bytes("Hello World!")), "2NEpo7TZRRrLZSi2U");
    EXPECT_EQ(base58_encode(as_bytes("The quick brown fox jumps over the lazy dog.")),
              "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z");
    EXPECT_EQ(base58_encode(hex("0000287fb4cd")), "11233QC4");
}

TEST(WireBase58, ALeadingZeroByteIsAOne) {
    EXPECT_EQ(base58_encode({}), "");
    EXPECT_EQ(base58_encode(hex("00")), "1");
    EXPECT_EQ(base58_encode(hex("000001")), "112");
    EXPECT_EQ(base58_decode("")->size(), 0U);
    EXPECT_EQ(base58_decode("1"), hex("00"));
    EXPECT_EQ(base58_decode("112"), hex("000001"));
    EXPECT_EQ(base58_decode("z"), hex("39"));
    EXPECT_EQ(base58_decode("21"), hex("3a"));
}

TEST(WireBase58, WhatLooksAlikeIsNoDigit) {
    for (const auto* text : {"0", "O", "I", "l", "a+", "a b", " a", "a\n", "\x80", "ä"})
        EXPECT_EQ(base58_decode(text).error(), errc::bad_digit) << text;
    EXPECT_EQ(base58_decode(std::string_view{"a\0", 2}).error(), errc::bad_digit);
}

TEST(WireBase58, TheBoundIsHeldExactly) {
    EXPECT_TRUE(base58_decode(std::string(128, 'z')));
    EXPECT_EQ(base58_decode(std::string(129, 'z')).error(), errc::text_too_long);
    EXPECT_TRUE(base58_decode("zzz", 3));
    EXPECT_EQ(base58_decode("zzzz", 3).error(), errc::text_too_long);
}

RC_GTEST_PROP(WireBase58, BytesComeBack, ()) {
    byte_vector bytes(*rc::gen::inRange<std::size_t>(0, 4), std::byte{0});
    append(bytes, wire_test::any_bytes(*rc::gen::inRange<std::size_t>(0, 60)));
    RC_ASSERT(base58_decode(base58_encode(bytes)) == bytes);
}

RC_GTEST_PROP(WireBase58, TextsComeBack, ()) {
    const auto text = *rc::gen::container<std::string>(
        rc::gen::elementOf(std::string{wire::detail::base58_digits}));
    const auto bytes = base58_decode(text, text.size());
    RC_ASSERT(bytes.has_value());
    RC_ASSERT(base58_encode(*bytes) == text);
}

} // namespace
