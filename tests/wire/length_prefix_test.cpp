// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/length_prefix.hpp>

#include "bytes.hpp"

#include "tests/support/counting_new.hpp"

namespace {

using namespace lp2p;
using wire::errc;
using wire::length_prefix_reader;
using wire_test::hex;

byte_vector framed(const byte_vector& body) {
    byte_vector out;
    wire::encode_length_prefixed(body, out);
    return out;
}

TEST(WireLengthPrefix, AFrameIsItsLengthAndItsBody) {
    EXPECT_EQ(framed(hex("aabb")), hex("02aabb"));
    EXPECT_EQ(framed({}), hex("00"));
    const byte_vector long_one = framed(byte_vector(300));
    EXPECT_EQ(long_one.size(), 302U);
    EXPECT_TRUE(equal(byte_view{long_one}.first(2), hex("ac02")));
}

TEST(WireLengthPrefix, StopsExactlyBehindAFrame) {
    length_prefix_reader reader{10};
    EXPECT_TRUE(reader.at_boundary());
    EXPECT_EQ(reader.receive(hex("02aabb01cc")), 3U);
    ASSERT_TRUE(reader.complete());
    EXPECT_TRUE(equal(reader.frame(), hex("aabb")));
    EXPECT_EQ(reader.receive(hex("01cc")), 0U); // nothing more until next()
    EXPECT_TRUE(equal(reader.frame(), hex("aabb")));
    EXPECT_FALSE(reader.at_boundary());
    reader.next();
    EXPECT_FALSE(reader.complete());
    EXPECT_EQ(reader.frame().size(), 0U);
    EXPECT_TRUE(reader.at_boundary());
    EXPECT_EQ(reader.receive(hex("01cc")), 2U);
    EXPECT_TRUE(equal(reader.frame(), hex("cc")));
}

TEST(WireLengthPrefix, AnEmptyFrameIsAFrame) {
    length_prefix_reader reader{10};
    EXPECT_EQ(reader.receive(hex("0000")), 1U);
    EXPECT_TRUE(reader.complete());
    EXPECT_EQ(reader.frame().size(), 0U);
    reader.next();
    EXPECT_EQ(reader.receive(hex("00")), 1U);
    EXPECT_TRUE(reader.complete());
}

TEST(WireLengthPrefix, NextBeforeTheEndOfAFrameDropsNothing) {
    length_prefix_reader reader{10};
    EXPECT_EQ(reader.receive(hex("03aa")), 2U);
    reader.next();
    EXPECT_FALSE(reader.at_boundary());
    EXPECT_EQ(reader.receive(hex("bbccdd")), 2U);
    EXPECT_TRUE(equal(reader.frame(), hex("aabbcc")));
}

TEST(WireLengthPrefix, TheStreamMayNotEndInsideOfAPrefix) {
    length_prefix_reader reader{300};
    EXPECT_EQ(reader.receive(hex("80")), 1U);
    EXPECT_FALSE(reader.at_boundary());
    EXPECT_EQ(reader.receive({}), 0U);
    EXPECT_FALSE(reader.complete());
}

TEST(WireLengthPrefix, TheBoundIsHeldExactlyAndBeforeTheBodyComes) {
    length_prefix_reader reader{200};
    EXPECT_EQ(reader.receive(hex("c801")), 2U);
    length_prefix_reader over{200};
    EXPECT_EQ(over.receive(hex("c901")).error(), errc::too_long);
    EXPECT_EQ(error{errc::too_long}, fault::limit);
    length_prefix_reader far_over{200};
    EXPECT_EQ(far_over.receive(hex("ffffffffffffffff7f")).error(), errc::too_long);
}

TEST(WireLengthPrefix, WhatItRefusedItRefusesForEver) {
    length_prefix_reader reader{200};
    ASSERT_EQ(reader.receive(hex("c901")).error(), errc::too_long);
    EXPECT_EQ(reader.receive(hex("00")).error(), errc::too_long);
    EXPECT_FALSE(reader.complete());
    EXPECT_FALSE(reader.at_boundary());
    reader.next();
    EXPECT_EQ(reader.receive({}).error(), errc::too_long);
}

TEST(WireLengthPrefix, PrefixesAreMinimalAndBounded) {
    EXPECT_EQ(length_prefix_reader{200}.receive(hex("8000")).error(), errc::uvarint_not_minimal);
    EXPECT_EQ((length_prefix_reader{100000, 2}.receive(hex("8080"))).error(),
              errc::uvarint_too_long);
    EXPECT_EQ((length_prefix_reader{100000, 2}.receive(hex("ff7f"))), 2U);
    EXPECT_EQ(length_prefix_reader{200}.receive(hex("808080808080808080")).error(),
              errc::uvarint_too_long);
    // a bound that makes no sense is held at nine
    EXPECT_EQ((length_prefix_reader{200, 99}.receive(byte_vector(20, std::byte{0x80}))).error(),
              errc::uvarint_too_long);
}

TEST(WireLengthPrefix, FramesMayBeTakenApartAnywhere) {
    byte_vector stream;
    for (const std::size_t size : {0U, 1U, 127U, 128U, 300U})
        append(stream, framed(byte_vector(size, std::byte{0x5a})));
    for (std::size_t step = 1; step < 20; ++step) {
        length_prefix_reader reader{300};
        std::vector<std::size_t> sizes;
        for (byte_view rest = stream; !rest.empty();) {
            const auto n = reader.receive(rest.first(std::min(step, rest.size())));
            ASSERT_TRUE(n);
            rest = rest.subspan(*n);
            if (!reader.complete()) continue;
            sizes.push_back(reader.frame().size());
            reader.next();
        }
        EXPECT_EQ(sizes, (std::vector<std::size_t>{0, 1, 127, 128, 300})) << step;
        EXPECT_TRUE(reader.at_boundary());
    }
}

TEST(WireLengthPrefix, MemoryFollowsTheBytesThatCameAndIsGivenBack) {
    const byte_vector body(1000, std::byte{7});
    const std::size_t before = test::live_bytes();
    length_prefix_reader reader{std::size_t{1} << 30U};
    ASSERT_EQ(reader.receive(hex("8080808004")), 5U); // 1 GiB is announced
    EXPECT_EQ(test::live_bytes(), before);
    ASSERT_EQ(reader.receive(body), body.size());
    EXPECT_LE(test::live_bytes() - before, 2 * body.size());
    length_prefix_reader small{1000};
    ASSERT_TRUE(small.receive(hex("e807")) && small.receive(body) && small.complete());
    const std::size_t full = test::live_bytes();
    small.next();
    EXPECT_LE(test::live_bytes(), full - body.size());
}

/// Everything that a reader says of a stream: frames, then how it stood at the end.
std::string story(byte_view stream, std::size_t step) {
    length_prefix_reader reader{40, 2};
    std::string told;
    for (byte_view rest = stream; !rest.empty();) {
        const auto n = reader.receive(rest.first(std::min(step, rest.size())));
        if (!n) return told + "refused " + std::string{name(static_cast<errc>(n.error().code))};
        rest = rest.subspan(*n);
        if (!reader.complete()) continue;
        told += wire_test::to_hex(reader.frame()) + ";";
        reader.next();
    }
    return told + (reader.at_boundary() ? "boundary" : "inside");
}

RC_GTEST_PROP(WireLengthPrefix, TheSameStoryHoweverChopped, ()) {
    const byte_vector stream = wire_test::any_bytes();
    const auto step = *rc::gen::inRange<std::size_t>(1, 20);
    RC_ASSERT(story(stream, step) == story(stream, stream.size() + 1));
}

} // namespace
