// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/crypto/provider.hpp>

#include <lp2p/crypto/botan.hpp>

#include "tests/support/null_crypto.hpp"

#include <gtest/gtest.h>

namespace lp2p::crypto {
namespace {

static_assert(!provider<int>);
static_assert(static_cast<int>(key_type::rsa) == 0 && static_cast<int>(key_type::ed25519) == 1 &&
              static_cast<int>(key_type::secp256k1) == 2 && static_cast<int>(key_type::ecdsa) == 3);

TEST(CryptoProvider, WipeOverwritesEveryByte) {
    byte_vector secret(100, std::byte{0xaa});
    wipe(mutable_bytes{secret}.first(99));
    EXPECT_TRUE(equal(byte_view{secret}.first(99), byte_vector(99)));
    EXPECT_EQ(secret[99], std::byte{0xaa});
}

/// The laws of the concept, for every provider that we have.
template <class Provider>
class ProviderLaws : public testing::Test {
protected:
    Provider crypto{};
    static key32 seed(unsigned n) {
        key32 s{};
        s[31] = static_cast<std::byte>(n);
        return s;
    }
};
using providers = testing::Types<botan, test::null_crypto>;
TYPED_TEST_SUITE(ProviderLaws, providers);

TYPED_TEST(ProviderLaws, RandomBytesFillTheWholeBufferAndDiffer) {
    for (const std::size_t size : std::initializer_list<std::size_t>{0, 1, 8, 13, 32}) {
        byte_vector all(size), other(size);
        for (int i = 0; i < 64; ++i) { // after 64 draws every byte has been something but 0
            this->crypto.random(other);
            for (std::size_t b = 0; b < size; ++b) all[b] |= other[b];
        }
        for (const std::byte b : all) EXPECT_NE(b, std::byte{});
    }
    key32 a, b;
    this->crypto.random(a);
    this->crypto.random(b);
    EXPECT_NE(a, b);
}

TYPED_TEST(ProviderLaws, BothEndsOfAnAgreementGetTheSame) {
    const key_pair a = this->crypto.x25519_generate(), b = this->crypto.x25519_generate();
    EXPECT_NE(a.public_key, b.public_key);
    const auto ab = this->crypto.x25519(a.secret, b.public_key);
    const auto ba = this->crypto.x25519(b.secret, a.public_key);
    ASSERT_TRUE(ab && ba);
    EXPECT_EQ(*ab, *ba);
    const key_pair c = this->crypto.x25519_generate();
    EXPECT_NE(*ab, this->crypto.x25519(a.secret, c.public_key).value());
}

TYPED_TEST(ProviderLaws, AnAllZeroPointIsRefused) {
    const key_pair a = this->crypto.x25519_generate();
    const auto shared = this->crypto.x25519(a.secret, key32{});
    ASSERT_FALSE(shared);
    EXPECT_EQ(shared.error(), errc::low_order_point);
}

TYPED_TEST(ProviderLaws, ASignatureVerifiesForItsKeyAndMessageOnly) {
    const auto key = this->crypto.from_seed(this->seed(1)).value();
    const auto other = this->crypto.from_seed(this->seed(2)).value();
    const byte_vector signature = this->crypto.sign(key, as_bytes("message")).value();
    const auto check = [&](byte_view with, std::string_view message, byte_view s) {
        const auto v = this->crypto.verify(key_type::ed25519, with, as_bytes(message), s);
        return v ? error{} : v.error();
    };
    EXPECT_EQ(check(key.public_data(), "message", signature), error{});
    EXPECT_EQ(check(other.public_data(), "message", signature), errc::bad_signature);
    EXPECT_EQ(check(key.public_data(), "massage", signature), errc::bad_signature);
    EXPECT_EQ(check(key.public_data(), "", signature), errc::bad_signature);
    EXPECT_EQ(check(key.public_data(), "message", {}), errc::bad_signature);
    for (std::size_t bit = 0; bit < 8 * signature.size(); ++bit) {
        byte_vector forged = signature;
        forged[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
        EXPECT_EQ(check(key.public_data(), "message", forged), errc::bad_signature) << bit;
    }
    byte_vector longer = signature;
    longer.push_back({});
    EXPECT_EQ(check(key.public_data(), "message", longer), errc::bad_signature);
}

TYPED_TEST(ProviderLaws, SizeAndTypeOfAKeyAreCheckedFirst) {
    const byte_vector data(33), signature(64);
    for (const std::size_t size : std::initializer_list<std::size_t>{0, 31, 33}) {
        const auto v =
            this->crypto.verify(key_type::ed25519, byte_view{data}.first(size), {}, signature);
        ASSERT_FALSE(v);
        EXPECT_EQ(v.error(), errc::malformed_public_key) << size;
    }
}

TYPED_TEST(ProviderLaws, ATypeThatIsNotThereIsNamed) {
    const byte_vector data(33), signature(64);
    const bool all = std::is_same_v<TypeParam, botan>; // the other one knows Ed25519 alone
    for (const int n : {0, 2, 3, 4, 255}) {
        if (all && n < 4) continue;
        const auto other = static_cast<key_type>(n);
        EXPECT_EQ(this->crypto.verify(other, data, {}, signature).error(),
                  errc::unsupported_key_type);
        EXPECT_EQ(this->crypto.generate(other).error(), errc::unsupported_key_type);
        EXPECT_EQ(this->crypto.load(other, data).error(), errc::unsupported_key_type);
    }
}

TYPED_TEST(ProviderLaws, AKeyComesBackFromItsBytes) {
    const auto key = this->crypto.generate(key_type::ed25519).value();
    const byte_vector data = key.private_data();
    ASSERT_EQ(data.size(), 64U);
    EXPECT_TRUE(equal(byte_view{data}.subspan(32), key.public_data()));
    const auto loaded = this->crypto.load(key_type::ed25519, data);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->type(), key_type::ed25519);
    EXPECT_TRUE(equal(loaded->public_data(), key.public_data()));
    EXPECT_EQ(this->crypto.sign(*loaded, as_bytes("m")), this->crypto.sign(key, as_bytes("m")));
    byte_vector contradicts = data;
    contradicts[40] ^= std::byte{1};
    EXPECT_EQ(this->crypto.load(key_type::ed25519, contradicts).error(),
              errc::malformed_private_key);
    EXPECT_EQ(this->crypto.load(key_type::ed25519, byte_view{data}.first(63)).error(),
              errc::malformed_private_key);
}

TYPED_TEST(ProviderLaws, HashesDependOnEveryByteAndOnTheKey) {
    byte_vector data(100);
    const digest plain = this->crypto.sha256(data);
    const digest keyed = this->crypto.hmac_sha256(as_bytes("key"), data);
    EXPECT_NE(plain, keyed);
    EXPECT_NE(keyed, this->crypto.hmac_sha256(as_bytes("kez"), data));
    EXPECT_NE(plain, this->crypto.sha256(byte_view{data}.first(99)));
    for (std::byte& b : data) {
        b = std::byte{0x80};
        EXPECT_NE(plain, this->crypto.sha256(data));
        EXPECT_NE(keyed, this->crypto.hmac_sha256(as_bytes("key"), data));
        b = {};
    }
    EXPECT_EQ(plain, this->crypto.sha256(data));
}

TEST(NullCrypto, TheSameSeedGivesTheSameBytesAndCopiesShareIt) {
    const test::null_crypto a{7}, b{7};
    const test::null_crypto copied{a}; // NOLINT(performance-unnecessary-copy-initialization)
    const key_pair first = a.x25519_generate(), second = copied.x25519_generate();
    EXPECT_NE(first.public_key, second.public_key);
    EXPECT_EQ(first.public_key, b.x25519_generate().public_key);
    EXPECT_EQ(second.public_key, b.x25519_generate().public_key);
}

} // namespace
} // namespace lp2p::crypto
