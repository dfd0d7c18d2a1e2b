// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/noise/channel.hpp>

#include <lp2p/crypto/botan.hpp>

#include "tests/support/null_crypto.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace lp2p::noise {
namespace {

constexpr instant now{};

/// Two ends of one connection, for every provider.
template <class Crypto>
struct ends {
    using channel_type = channel<Crypto>;
    static crypto::key32 key(int n) {
        crypto::key32 k{};
        k[0] = static_cast<std::byte>(n);
        return k;
    }
    explicit ends(std::uint64_t nonce = 0)
        : a{cipher_state<Crypto>{key(1), nonce}, cipher_state<Crypto>{key(2), nonce}}
        , b{cipher_state<Crypto>{key(2), nonce}, cipher_state<Crypto>{key(1), nonce}} {}
    channel_type a, b;
};

template <class Channel>
byte_vector sealed(Channel& by, std::string_view text) {
    byte_vector frame(Channel::header);
    append(frame, as_bytes(text));
    frame.resize(frame.size() + Channel::trailer);
    by.seal(frame);
    return frame;
}

/// Feeds everything in pieces; gives the text, or nothing where the channel ended.
template <class Channel>
std::optional<std::string> opened(Channel& by, byte_view wire,
                                  std::size_t piece = ~std::size_t{0}) {
    std::string text;
    byte_vector copied = to_vector(wire);
    for (mutable_bytes in{copied}; !in.empty();) {
        const auto took = by.receive(in.first(std::min(piece, in.size())), now);
        if (!took) return std::nullopt;
        in = in.subspan(*took);
        text += as_text(by.plaintext());
    }
    by.release();
    return text;
}

template <class Crypto>
class NoiseChannel : public testing::Test {};
using providers = testing::Types<crypto::botan, test::null_crypto>;
TYPED_TEST_SUITE(NoiseChannel, providers);

TYPED_TEST(NoiseChannel, AFrameIsItsLengthItsTextAndATag) {
    ends<TypeParam> e;
    const byte_vector frame = sealed(e.a, "hello");
    ASSERT_EQ(frame.size(), 2U + 5U + 16U);
    EXPECT_EQ(wire::load_u16(frame.data()), 5U + 16U);
    EXPECT_EQ(as_text(frame).find("hello"), std::string_view::npos);
    EXPECT_EQ(opened(e.b, frame), "hello");
    EXPECT_EQ(opened(e.a, sealed(e.b, "and back")), "and back");
}

TYPED_TEST(NoiseChannel, AWholeFrameIsOpenedWhereItLies) {
    ends<TypeParam> e;
    byte_vector in = sealed(e.a, "one");
    append(in, sealed(e.a, "two"));
    const auto took = e.b.receive(in, now);
    EXPECT_EQ(took, std::size_t{2 + 3 + 16}) << "it stops after one frame";
    ASSERT_TRUE(e.b.has_plaintext());
    EXPECT_EQ(e.b.plaintext().data(), in.data() + 2);
    EXPECT_EQ(as_text(e.b.plaintext()), "one");
    EXPECT_EQ(e.b.held(), 0U);
    EXPECT_EQ(e.b.receive(mutable_bytes{in}.subspan(*took), now), std::size_t{2 + 3 + 16});
    EXPECT_EQ(as_text(e.b.plaintext()), "two");
    EXPECT_EQ(e.b.receive({}, now), std::size_t{0});
    EXPECT_FALSE(e.b.has_plaintext());
}

TYPED_TEST(NoiseChannel, AnyPiecesGiveTheSameText) {
    for (std::size_t piece = 1; piece < 64; ++piece) {
        ends<TypeParam> e;
        byte_vector in;
        std::string text;
        for (const std::size_t size :
             std::initializer_list<std::size_t>{5, 0, 1, 0, 0, 40, 16, 3}) {
            const std::string part(size, static_cast<char>('a' + size % 26));
            append(in, sealed(e.a, part));
            text += part;
        }
        EXPECT_EQ(opened(e.b, in, piece), text) << piece;
        EXPECT_EQ(e.b.held(), 0U);
    }
}

TYPED_TEST(NoiseChannel, TheLargestFrameIsCarriedAndNoLargerOneIsMade) {
    using channel_type = typename ends<TypeParam>::channel_type;
    ends<TypeParam> e;
    const std::string text(channel_type::most_plaintext, 'x');
    const byte_vector frame = sealed(e.a, text);
    EXPECT_EQ(frame.size(), 2U + 65535U);
    EXPECT_EQ(opened(e.b, frame, 10000), text);
    const byte_vector too_large = sealed(e.a, text + "y");
    EXPECT_EQ(too_large, byte_vector(too_large.size())) << "nothing may leave in the clear";
    ASSERT_TRUE(e.a.ended());
    EXPECT_EQ(*e.a.ended(), (reason{errc::bad_seal, party::local, 0}));
}

TYPED_TEST(NoiseChannel, AFrameWithoutRoomForItsTagIsNotSealed) {
    for (std::size_t size = 0; size < 18; ++size) {
        ends<TypeParam> e;
        byte_vector frame(size, std::byte{0x41});
        e.a.seal(frame);
        EXPECT_EQ(frame, byte_vector(size));
        ASSERT_TRUE(e.a.ended());
        EXPECT_EQ(e.a.ended()->why, errc::bad_seal);
    }
}

// threats.md §4: any bit flipped in a transport frame.
TYPED_TEST(NoiseChannel, AnyBitFlippedEndsItAndDeliversNothingOfThatFrame) {
    byte_vector clean;
    {
        ends<TypeParam> e;
        clean = sealed(e.a, "some text");
    }
    for (std::size_t bit = 16; bit < 8 * clean.size(); ++bit) {
        ends<TypeParam> e;
        byte_vector flipped = clean;
        flipped[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
        const auto took = e.b.receive(flipped, now);
        ASSERT_FALSE(took) << bit;
        EXPECT_EQ(took.error(), errc::decrypt_failed);
        EXPECT_FALSE(e.b.has_plaintext());
        EXPECT_EQ(*e.b.ended(), (reason{errc::decrypt_failed, party::local, 0}));
        EXPECT_EQ(as_text(flipped).find("some"), std::string_view::npos);
    }
}

TYPED_TEST(NoiseChannel, AFlippedLengthDeliversNothingEither) {
    byte_vector in;
    {
        ends<TypeParam> e;
        in = sealed(e.a, "some text");
        for (int i = 0; i < 3000; ++i) append(in, sealed(e.a, "and much more"));
    }
    for (std::size_t bit = 0; bit < 16; ++bit) {
        byte_vector flipped = in;
        flipped[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
        ends<TypeParam> e;
        EXPECT_EQ(opened(e.b, flipped, 4096), std::nullopt) << bit;
        EXPECT_EQ(e.b.ended()->why, errc::decrypt_failed);
        EXPECT_EQ(e.b.held(), 0U);
    }
}

TYPED_TEST(NoiseChannel, AFrameShorterThanItsTagEndsIt) {
    for (std::size_t length = 0; length < 16; ++length)
        for (const std::size_t piece : std::initializer_list<std::size_t>{1, 100}) {
            ends<TypeParam> e;
            byte_vector in(2 + length);
            wire::store_u16(static_cast<std::uint16_t>(length), in.data());
            EXPECT_EQ(opened(e.b, in, piece), std::nullopt);
            EXPECT_EQ(e.b.ended()->why, errc::decrypt_failed);
        }
}

TYPED_TEST(NoiseChannel, AReplayedFrameEndsIt) {
    ends<TypeParam> e;
    const byte_vector frame = sealed(e.a, "once");
    EXPECT_EQ(opened(e.b, frame), "once");
    EXPECT_EQ(opened(e.b, frame), std::nullopt);
    EXPECT_EQ(e.b.ended()->why, errc::decrypt_failed);
}

TYPED_TEST(NoiseChannel, WhatWasGoodBeforeAForgeryIsDelivered) {
    ends<TypeParam> e;
    byte_vector in = sealed(e.a, "good");
    const std::size_t first = in.size();
    append(in, sealed(e.a, "forged"));
    in.back() ^= std::byte{1};
    EXPECT_EQ(e.b.receive(in, now), first);
    EXPECT_EQ(as_text(e.b.plaintext()), "good");
    EXPECT_FALSE(e.b.receive(mutable_bytes{in}.subspan(first), now));
}

TYPED_TEST(NoiseChannel, AfterTheEndEveryCallGivesTheSameErrorAndSealsNothing) {
    ends<TypeParam> e;
    byte_vector bad(40);
    wire::store_u16(38, bad.data());
    ASSERT_FALSE(e.b.receive(bad, now));
    const reason why = *e.b.ended();
    byte_vector good = sealed(e.a, "good");
    EXPECT_EQ(e.b.receive(good, now).error(), errc::decrypt_failed);
    EXPECT_FALSE(e.b.has_plaintext());
    const byte_vector frame = sealed(e.b, "secret");
    EXPECT_EQ(frame, byte_vector(frame.size()));
    EXPECT_EQ(*e.b.ended(), why);
}

TYPED_TEST(NoiseChannel, TheLastNonceIsNeverUsed) {
    ends<TypeParam> e{cipher_state<TypeParam>::reserved_nonce - 1};
    const byte_vector last = sealed(e.a, "last");
    ASSERT_FALSE(e.a.ended());
    EXPECT_EQ(opened(e.b, last), "last");
    const byte_vector none = sealed(e.a, "clear");
    EXPECT_EQ(none, byte_vector(none.size())) << "nothing may leave in the clear";
    EXPECT_EQ(*e.a.ended(), (reason{errc::nonce_exhausted, party::local, 0}));
    EXPECT_EQ(opened(e.b, last), std::nullopt);
    EXPECT_EQ(*e.b.ended(), (reason{errc::nonce_exhausted, party::local, 0}));
}

TYPED_TEST(NoiseChannel, MemoryFollowsTheBytesThatCameAndIsGivenBack) {
    ends<TypeParam> e;
    byte_vector frame = sealed(e.a, std::string(65519, 'x'));
    std::size_t came = 0;
    while (came + 1000 < frame.size()) {
        ASSERT_TRUE(e.b.receive(mutable_bytes{frame}.subspan(came, 1000), now));
        came += 1000;
        EXPECT_LE(e.b.held(), 2 * came);
        EXPECT_LE(e.b.held(), frame.size());
    }
    ASSERT_TRUE(e.b.receive(mutable_bytes{frame}.subspan(came), now));
    EXPECT_EQ(e.b.plaintext().size(), 65519U);
    e.b.release();
    EXPECT_EQ(e.b.held(), 0U);
    EXPECT_FALSE(e.b.has_plaintext());
}

TYPED_TEST(NoiseChannel, AMovedChannelGoesOnInTheMiddleOfAFrame) {
    ends<TypeParam> e;
    const byte_vector first = sealed(e.a, "first"), second = sealed(e.a, "second");
    EXPECT_EQ(opened(e.b, first), "first");
    EXPECT_EQ(opened(e.b, byte_view{second}.first(10)), "");
    auto moved = std::move(e.b);
    EXPECT_EQ(opened(moved, byte_view{second}.subspan(10)), "second");
}

TEST(NoiseChannelSize, AnIdleChannelIsSmall) {
    EXPECT_LE(sizeof(channel<crypto::botan>), 512U);
    EXPECT_LE(sizeof(channel<test::null_crypto>), 512U);
}

RC_GTEST_PROP(NoiseChannelProperty, AnyTextInAnyFramesAndPiecesArrives,
              (const std::vector<std::string>& texts)) {
    const auto piece = *rc::gen::inRange<std::size_t>(1, 200);
    ends<test::null_crypto> e;
    byte_vector in;
    std::string all;
    for (const auto& text : texts) {
        append(in, sealed(e.a, text));
        all += text;
    }
    RC_ASSERT(opened(e.b, in, piece) == all);
    RC_ASSERT(e.b.held() == 0U);
}

} // namespace
} // namespace lp2p::noise
