// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/multistream/message.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace {

namespace ms = lp2p::multistream;
using lp2p::as_bytes;
using lp2p::byte_vector;
using lp2p::byte_view;
using ms::errc;
using ms::token_reader;

byte_vector line(std::string_view token) {
    byte_vector out;
    ms::encode(token, out);
    return out;
}
byte_vector raw(std::initializer_list<int> bytes) {
    byte_vector out;
    for (const int b : bytes) out.push_back(static_cast<std::byte>(b));
    return out;
}

TEST(MultistreamMessage, TheHeaderIsTheBytesOfTheSpecification) {
    byte_vector expected = raw({0x13});
    lp2p::append(expected, as_bytes("/multistream/1.0.0\n"));
    EXPECT_EQ(line(ms::header_line), expected);
    EXPECT_EQ(line(ms::refusal), raw({3, 'n', 'a', '\n'}));
}

TEST(MultistreamMessage, TheSizeIsKnownBeforeEncoding) {
    for (const std::size_t n : {0U, 1U, 126U, 127U, 1023U, 16382U})
        EXPECT_EQ(ms::encoded_size(std::string(n, 'x')), line(std::string(n, 'x')).size()) << n;
}

TEST(MultistreamMessage, ANameThatSomePeerCouldNotTakeIsNoProtocol) {
    EXPECT_TRUE(ms::is_protocol("/echo/1.0.0"));
    EXPECT_TRUE(ms::is_protocol("/" + std::string(1022, 'x')));
    EXPECT_FALSE(ms::is_protocol("/" + std::string(1023, 'x')));
    EXPECT_FALSE(ms::is_protocol(""));
    EXPECT_FALSE(ms::is_protocol("na"));
    EXPECT_FALSE(ms::is_protocol("/a\n/b"));
}

RC_GTEST_PROP(MultistreamMessage, WhatIsEncodedIsReadBackInAnyPieces, ()) {
    const auto token = *rc::gen::container<std::string>(rc::gen::distinctFrom('\n'));
    RC_PRE(token.size() < 1000);
    const byte_vector bytes = line(token);
    token_reader reader;
    byte_view rest = bytes;
    while (!rest.empty()) {
        RC_ASSERT(!reader.complete());
        const auto n = *rc::gen::inRange<std::size_t>(1, rest.size() + 1);
        RC_ASSERT(reader.receive(rest.first(n)) == n);
        rest = rest.subspan(n);
    }
    RC_ASSERT(reader.complete());
    RC_ASSERT(reader.token().value() == token);
}

TEST(MultistreamMessage, NothingIsReadPastTheEndOfALine) {
    byte_vector bytes = line("/a");
    const std::size_t first = bytes.size();
    lp2p::append(bytes, as_bytes("application"));
    token_reader reader;
    EXPECT_EQ(reader.receive(bytes), first);
    EXPECT_EQ(reader.receive(byte_view{bytes}.subspan(first)), 0U);
    EXPECT_EQ(reader.token().value(), "/a");
    EXPECT_FALSE(reader.at_boundary());
    reader.next();
    EXPECT_TRUE(reader.at_boundary());
    EXPECT_FALSE(reader.complete());
}

TEST(MultistreamMessage, ALengthAtTheBoundIsReadAndOneMoreIsRefused) {
    token_reader at{1024, 2048};
    EXPECT_TRUE(at.receive(line(std::string(1023, 'x'))));
    EXPECT_EQ(at.token().value().size(), 1023U);
    token_reader over{1024, 2048};
    EXPECT_EQ(over.receive(raw({0x81, 0x08})).error(), errc::token_too_long); // 1025, no body yet
}

TEST(MultistreamMessage, ALengthOfThreeBytesIsTooLong) {
    token_reader reader{1U << 20U};
    EXPECT_EQ(reader.receive(raw({0xff, 0xff, 0xff, 0xff})).error(), errc::token_too_long);
    token_reader padded;
    EXPECT_EQ(padded.receive(raw({0x80, 0x80, 0x00})).error(), errc::token_too_long);
}

TEST(MultistreamMessage, ALengthThatIsNotMinimalIsBad) {
    token_reader reader;
    EXPECT_EQ(reader.receive(raw({0x83, 0x00})).error(), errc::bad_length);
}

TEST(MultistreamMessage, ALineWithoutNewlineAndAnEmptyOneAreBadTokens) {
    token_reader reader;
    EXPECT_EQ(reader.receive(raw({2, '/', 'a'})), 3U);
    EXPECT_EQ(reader.token().error(), errc::bad_token);
    token_reader empty;
    EXPECT_EQ(empty.receive(raw({0, '\n'})), 1U);
    EXPECT_TRUE(empty.complete());
    EXPECT_TRUE(empty.empty_line());
    EXPECT_EQ(empty.token().error(), errc::bad_token);
    token_reader newline; // a name of no bytes is a name: it is answered `na`, as go does
    EXPECT_EQ(newline.receive(raw({1, '\n'})), 2U);
    EXPECT_EQ(newline.token().value(), "");
}

TEST(MultistreamMessage, OfALongTextOnlyTheKeptPartIsHeld) {
    token_reader reader{1024, 8};
    for (const std::byte b : line("/" + std::string(900, 'x')))
        ASSERT_EQ(reader.receive({&b, 1}), 1U);
    EXPECT_EQ(reader.token().value(), "/xxxxxxx");
}

TEST(MultistreamMessage, ALineStopsBeingAnotherAtTheFirstByteThatDiffers) {
    token_reader reader;
    EXPECT_TRUE(reader.may_be("/abc"));
    EXPECT_TRUE(reader.receive(raw({5, '/', 'a'})));
    EXPECT_TRUE(reader.may_be("/abc"));
    EXPECT_FALSE(reader.may_be("/abcd"));
    EXPECT_TRUE(reader.receive(raw({'x'})));
    EXPECT_FALSE(reader.may_be("/abc"));
}

} // namespace
