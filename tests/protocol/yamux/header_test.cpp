// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/yamux/header.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>

namespace {

using namespace lp2p;
using namespace lp2p::yamux;

std::array<std::byte, 12> bytes_of(std::array<unsigned, 12> numbers) {
    std::array<std::byte, 12> out{};
    for (std::size_t i = 0; i < 12; ++i) out[i] = static_cast<std::byte>(numbers[i]);
    return out;
}

TEST(YamuxHeader, BytesAsTheSpecificationDrawsThem) {
    const auto wire = bytes_of({0, 1, 0, 2, 1, 2, 3, 4, 0xa, 0xb, 0xc, 0xd});
    const header h{frame_type::window_update, ack, stream_id{0x01020304}, 0x0a0b0c0d};
    EXPECT_EQ(decode_header(wire), h);
    std::array<std::byte, 12> out{};
    encode(h, out);
    EXPECT_EQ(out, wire);
}
TEST(YamuxHeader, WrongVersionAndUnknownTypeHaveNames) {
    EXPECT_EQ(decode_header(bytes_of({1})).error(), error{errc::wrong_version});
    EXPECT_EQ(decode_header(bytes_of({255, 9})).error(), error{errc::wrong_version});
    EXPECT_EQ(decode_header(bytes_of({0, 4})).error(), error{errc::unknown_type});
    EXPECT_TRUE(decode_header(bytes_of({0, 3})));
}
TEST(YamuxHeader, ParityDecidesWhoMayOpen) {
    EXPECT_TRUE(opened_by(stream_id{1}, role::dialer));
    EXPECT_FALSE(opened_by(stream_id{2}, role::dialer));
    EXPECT_TRUE(opened_by(stream_id{2}, role::listener));
    EXPECT_TRUE(opened_by(stream_id{0xffffffff}, role::dialer));
    EXPECT_FALSE(opened_by(session_id, role::dialer));
    EXPECT_FALSE(opened_by(session_id, role::listener));
}
TEST(YamuxHeader, UnknownFlagBitsAreKeptAndMeanNothing) {
    const auto h = decode_header(bytes_of({0, 0, 0xff, 0xf0}));
    ASSERT_TRUE(h);
    EXPECT_EQ(h->flags, 0xfff0);
    for (const flag_bits f : {syn, ack, fin, rst}) EXPECT_FALSE(h->has(f));
}
RC_GTEST_PROP(YamuxHeader, WhatIsEncodedIsDecoded, ()) {
    const header h{
        static_cast<frame_type>(*rc::gen::inRange(0, 4)), *rc::gen::arbitrary<std::uint16_t>(),
        stream_id{*rc::gen::arbitrary<std::uint32_t>()}, *rc::gen::arbitrary<std::uint32_t>()};
    std::array<std::byte, 12> out{};
    encode(h, out);
    RC_ASSERT(decode_header(out) == h);
}

} // namespace
