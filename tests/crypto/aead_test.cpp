// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/crypto/aead.hpp>

#include <lp2p/crypto/botan.hpp>

#include "tests/support/null_crypto.hpp"

#include <gtest/gtest.h>

namespace lp2p::crypto {
namespace {

struct not_move_only : test::null_aead {
    using test::null_aead::null_aead;
    not_move_only(const not_move_only& o);
    not_move_only& operator=(const not_move_only&);
};
static_assert(!aead<not_move_only>, "a copy of a cipher would use a nonce twice");
static_assert(!aead<int>);

/// The laws of the concept, for every cipher that we have.
template <class Aead>
class AeadLaws : public testing::Test {
protected:
    static key32 key(unsigned n) {
        key32 k{};
        k[0] = static_cast<std::byte>(n);
        return k;
    }
    static byte_vector text(std::size_t size) {
        byte_vector t(size + aead_tag_size);
        for (std::size_t i = 0; i < size; ++i) t[i] = static_cast<std::byte>(i * 7);
        return t;
    }
};
using ciphers = testing::Types<botan_aead, test::null_aead>;
TYPED_TEST_SUITE(AeadLaws, ciphers);

TYPED_TEST(AeadLaws, WhatIsSealedOpensInPlace) {
    TypeParam sealer{this->key(1)}, opener{this->key(1)};
    for (const std::size_t size :
         std::initializer_list<std::size_t>{0, 1, 7, 8, 15, 16, 17, 63, 64, 65, 1000, 65519}) {
        const byte_vector plain = this->text(size);
        byte_vector frame = plain;
        sealer.seal(size, as_bytes("ad"), frame);
        if (size > 8) {
            EXPECT_FALSE(equal(byte_view{frame}.first(size), byte_view{plain}.first(size)));
        }
        ASSERT_TRUE(opener.open(size, as_bytes("ad"), frame)) << size;
        EXPECT_TRUE(equal(byte_view{frame}.first(size), byte_view{plain}.first(size))) << size;
    }
}

TYPED_TEST(AeadLaws, EveryFlippedBitIsNoticedAndLeavesNoText) {
    TypeParam sealer{this->key(1)}, opener{this->key(1)};
    const byte_vector plain = this->text(21);
    byte_vector sealed = plain;
    sealer.seal(5, {}, sealed);
    for (std::size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
        byte_vector frame = sealed;
        frame[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
        const status opened = opener.open(5, {}, frame);
        ASSERT_FALSE(opened) << bit;
        EXPECT_EQ(opened.error(), errc::authentication_failed);
        const byte_vector zeros(21);
        EXPECT_TRUE(equal(byte_view{frame}.first(21), zeros)) << bit;
    }
    EXPECT_TRUE(opener.open(5, {}, sealed)) << "a failure must not spoil the next frame";
}

TYPED_TEST(AeadLaws, KeyNonceAndAssociatedDataMustMatch) {
    TypeParam sealer{this->key(1)}, opener{this->key(1)}, stranger{this->key(2)};
    byte_vector sealed = this->text(33);
    sealer.seal(5, as_bytes("ad"), sealed);
    const auto opens = [&](TypeParam& a, std::uint64_t nonce, std::string_view ad) {
        byte_vector frame = sealed;
        return a.open(nonce, as_bytes(ad), frame).has_value();
    };
    EXPECT_FALSE(opens(stranger, 5, "ad"));
    EXPECT_FALSE(opens(opener, 4, "ad"));
    EXPECT_FALSE(opens(opener, 5 + (std::uint64_t{1} << 63U), "ad"));
    EXPECT_FALSE(opens(opener, 5, "da"));
    EXPECT_FALSE(opens(opener, 5, "a"));
    EXPECT_FALSE(opens(opener, 5, ""));
    EXPECT_TRUE(opens(opener, 5, "ad"));
}

TYPED_TEST(AeadLaws, AssociatedDataOfOneFrameIsForgottenByTheNext) {
    TypeParam sealer{this->key(1)}, with{this->key(1)}, without{this->key(1)};
    byte_vector first = this->text(9), second = this->text(9);
    sealer.seal(0, as_bytes("ad"), first);
    sealer.seal(1, {}, second);
    byte_vector again = second;
    ASSERT_TRUE(with.open(0, as_bytes("ad"), first));
    EXPECT_TRUE(with.open(1, {}, second));
    EXPECT_TRUE(without.open(1, {}, again));
}

TYPED_TEST(AeadLaws, FewerBytesThanATagDoNotOpen) {
    TypeParam opener{this->key(1)};
    for (std::size_t size = 0; size < aead_tag_size; ++size) {
        byte_vector frame(size);
        const status opened = opener.open(0, {}, frame);
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error(), errc::authentication_failed);
    }
}

TYPED_TEST(AeadLaws, AMovedCipherWorksOn) {
    TypeParam sealer{this->key(1)};
    byte_vector first = this->text(9), second = this->text(9);
    sealer.seal(0, {}, first);
    TypeParam moved{std::move(sealer)};
    moved.seal(1, {}, second);
    TypeParam opener{this->key(1)};
    EXPECT_TRUE(opener.open(0, {}, first));
    EXPECT_TRUE(opener.open(1, {}, second));
}

} // namespace
} // namespace lp2p::crypto
