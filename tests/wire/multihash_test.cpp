// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/multihash.hpp>

#include "bytes.hpp"

namespace {

using namespace lp2p;
using wire::decode_multihash;
using wire::errc;
using wire::hash_code;
using wire_test::hex;

error why(const byte_vector& bytes) {
    const auto hash = decode_multihash(bytes);
    return hash ? error{} : hash.error();
}

byte_vector of(std::string_view head, std::size_t digest) {
    byte_vector bytes = hex(head);
    bytes.resize(bytes.size() + digest, std::byte{0xdd});
    return bytes;
}

TEST(WireMultihash, SaysWhichHashAndBorrowsTheDigest) {
    const byte_vector bytes = of("1220", 32);
    const auto hash = decode_multihash(bytes);
    ASSERT_TRUE(hash);
    EXPECT_EQ(hash->code, hash_code::sha2_256);
    EXPECT_EQ(hash->digest.data(), &bytes[2]);
    EXPECT_EQ(hash->digest.size(), 32U);
    EXPECT_EQ(why(hex("0000")), error{});
    EXPECT_EQ(why(hex("0003aabbcc")), error{});
    EXPECT_EQ(why(of("80e40240", 64)), error{}); // another hash, unknown to us: code 0xb200
}

TEST(WireMultihash, DigestsHaveABoundAndSha256Has32Bytes) {
    EXPECT_EQ(why(of("0040", 64)), error{});
    EXPECT_EQ(why(of("0041", 65)), errc::hash_length);
    EXPECT_EQ(why(of("121f", 31)), errc::hash_length);
    EXPECT_EQ(why(of("1221", 33)), errc::hash_length);
    EXPECT_EQ(why(of("1200", 0)), errc::hash_length);
    EXPECT_EQ(why(hex("12ffffffffffffffff7f")), errc::hash_length);
}

TEST(WireMultihash, TheLengthIsExact) {
    EXPECT_EQ(why({}), errc::truncated);
    EXPECT_EQ(why(hex("12")), errc::truncated);
    EXPECT_EQ(why(of("1220", 31)), errc::truncated);
    EXPECT_EQ(why(of("1220", 33)), errc::trailing_bytes);
    EXPECT_EQ(why(of("920020", 32)), errc::uvarint_not_minimal);
    EXPECT_EQ(why(of("12a000", 32)), errc::uvarint_not_minimal);
}

RC_GTEST_PROP(WireMultihash, WhatIsReadIsWrittenTheSame, ()) {
    const auto size = *rc::gen::inRange<std::size_t>(0, 70);
    byte_vector bytes = hex("00");
    wire::encode_uvarint(size, bytes);
    append(bytes, wire_test::any_bytes(size));
    if (*rc::gen::arbitrary<bool>()) bytes = wire_test::damaged(bytes);
    const auto hash = decode_multihash(bytes);
    if (!hash) return;
    byte_vector again;
    wire::encode_multihash(*hash, again);
    RC_ASSERT(again == bytes);
}

} // namespace
