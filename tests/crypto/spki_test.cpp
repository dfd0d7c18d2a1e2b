// SPDX-License-Identifier: Apache-2.0 OR MIT
// What is refused in detail: tests/wire/spki_test.cpp.
#include <lp2p/crypto/spki.hpp>

#include "tests/crypto/foreign_keys.hpp"

#include <gtest/gtest.h>

namespace lp2p::crypto {
namespace {

using test::data_of;
using test::from_hex;

TEST(CryptoSpki, PublicKeysOfOthersAreReadAndWrittenTheSame) {
    for (const auto& key : test::foreign_keys) {
        const byte_vector data = data_of(key.public_message);
        if (key.type == key_type::rsa) {
            const auto read = read_rsa_spki(data);
            ASSERT_TRUE(read) << key.name;
            EXPECT_TRUE(equal(read->exponent, from_hex("010001")));
            EXPECT_EQ(write_rsa_spki(*read), data) << key.name;
        } else if (key.type == key_type::ecdsa) {
            const auto point = read_p256_spki(data);
            ASSERT_TRUE(point) << key.name;
            EXPECT_EQ(write_p256_spki(*point), data) << key.name;
        }
    }
}

TEST(CryptoSpki, SizeAndFormAreDifferentFaults) {
    const byte_vector e = from_hex("010001");
    const auto why = [&](std::size_t bytes) {
        const byte_vector modulus(bytes, std::byte{0xff});
        return read_rsa_spki(write_rsa_spki({.modulus = modulus, .exponent = e})).error();
    };
    EXPECT_EQ(why(255), errc::rsa_key_size);
    EXPECT_EQ(why(1025), errc::rsa_key_size);
    EXPECT_EQ(read_rsa_spki({}).error(), errc::malformed_public_key);
    EXPECT_EQ(read_p256_spki({}).error(), errc::malformed_public_key);
    EXPECT_EQ(read_p256_spki(data_of(test::foreign_keys[3].public_message)).error(),
              errc::malformed_public_key);
}

TEST(CryptoSpki, TheKeyInsideIsShownWhole) { // as a crypto library wants it
    const byte_vector data = data_of(test::foreign_keys[3].public_message);
    const auto read = read_rsa_spki(data);
    ASSERT_TRUE(read);
    const auto numbers = der_contents(der_tag::sequence, read->der);
    ASSERT_TRUE(numbers);
    der_reader in{*numbers};
    EXPECT_TRUE(equal(*in.positive(), read->modulus));
    EXPECT_TRUE(equal(*in.positive(), read->exponent));
    EXPECT_TRUE(in.empty());
}

} // namespace
} // namespace lp2p::crypto
