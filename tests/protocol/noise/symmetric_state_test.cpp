// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/noise/symmetric_state.hpp>

#include <lp2p/crypto/botan.hpp>

#include "tests/crypto/hex.hpp"

#include <gtest/gtest.h>

namespace lp2p::noise {
namespace {

using state = symmetric_state<crypto::botan>;
constexpr std::string_view xx_name = "Noise_XX_25519_ChaChaPoly_SHA256";
static_assert(std::movable<state> && !std::copyable<state>);

TEST(NoiseSymmetricState, AShortNameIsPaddedAndALongOneIsHashed) {
    const state exact{xx_name, crypto::botan{}};
    EXPECT_TRUE(equal(exact.handshake_hash(), as_bytes(xx_name)));
    const state small{"abc", crypto::botan{}};
    byte_vector padded = to_vector(as_bytes("abc"));
    padded.resize(32);
    EXPECT_TRUE(equal(small.handshake_hash(), padded));
    const state large{"Noise_XXpsk3_25519_ChaChaPoly_SHA256", crypto::botan{}};
    EXPECT_EQ(large.handshake_hash(),
              crypto::botan{}.sha256(as_bytes("Noise_XXpsk3_25519_ChaChaPoly_SHA256")));
}

TEST(NoiseSymmetricState, WithoutAKeyTextIsOnlyHashed) {
    state a{xx_name, crypto::botan{}}, b{xx_name, crypto::botan{}};
    EXPECT_EQ(a.tag_size(), 0U);
    byte_vector text = to_vector(as_bytes("text"));
    ASSERT_TRUE(a.encrypt_and_hash(text));
    EXPECT_EQ(as_text(text), "text");
    const auto read = b.decrypt_and_hash(text);
    ASSERT_TRUE(read);
    EXPECT_EQ(as_text(*read), "text");
    EXPECT_EQ(a.handshake_hash(), b.handshake_hash());
    EXPECT_NE(a.handshake_hash(), (state{xx_name, crypto::botan{}}.handshake_hash()));
}

TEST(NoiseSymmetricState, EverythingThatWasMixedMustMatch) {
    for (const bool differ : {false, true}) {
        state a{xx_name, crypto::botan{}}, b{xx_name, crypto::botan{}};
        a.mix_hash(as_bytes("prologue"));
        b.mix_hash(as_bytes(differ ? "prologuf" : "prologue"));
        a.mix_key(crypto::key32{});
        b.mix_key(crypto::key32{});
        ASSERT_EQ(a.tag_size(), 16U);
        byte_vector text(4 + 16);
        ASSERT_TRUE(a.encrypt_and_hash(text));
        const auto read = b.decrypt_and_hash(text);
        ASSERT_EQ(read.has_value(), !differ);
        if (!read) {
            EXPECT_EQ(read.error(), errc::decrypt_failed);
        }
    }
}

TEST(NoiseSymmetricState, SplitGivesTwoKeysThatBothEndsShare) {
    state a{xx_name, crypto::botan{}}, b{xx_name, crypto::botan{}};
    a.mix_key(crypto::key32{});
    b.mix_key(crypto::key32{});
    auto [a1, a2] = a.split();
    auto [b1, b2] = b.split();
    byte_vector one(20), two(20);
    ASSERT_TRUE(a1.encrypt_with_ad({}, one));
    ASSERT_TRUE(a2.encrypt_with_ad({}, two));
    EXPECT_NE(one, two);
    byte_vector crossed = one;
    EXPECT_FALSE(b2.decrypt_with_ad({}, crossed));
    EXPECT_TRUE(b1.decrypt_with_ad({}, one));
    EXPECT_TRUE(b2.decrypt_with_ad({}, two));
}

} // namespace
} // namespace lp2p::noise
