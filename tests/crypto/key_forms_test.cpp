// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/crypto/key_forms.hpp>

#include "tests/crypto/foreign_keys.hpp"

#include <gtest/gtest.h>

namespace lp2p::crypto {
namespace {

using test::data_of;
using test::from_hex;

byte_vector sequence(std::initializer_list<byte_vector> parts) {
    byte_vector body, out;
    for (const byte_vector& part : parts) append(body, part);
    put_der(der_tag::sequence, body, out);
    return out;
}
byte_vector integer(byte_view number) {
    byte_vector out;
    put_der_positive(number, out);
    return out;
}
/// An odd number of so many bits.
byte_vector odd(std::size_t bits) {
    byte_vector n((bits + 7) / 8, std::byte{0x5a});
    n[0] = static_cast<std::byte>(1U << ((bits - 1) % 8));
    n.back() |= std::byte{1};
    return n;
}
byte_vector rsa_private(const byte_vector& modulus, std::string_view exponent = "010001",
                        std::string_view version = "020100", const byte_vector& tail = {}) {
    const byte_vector n = integer(from_hex("07"));
    return sequence(
        {from_hex(version), integer(modulus), integer(from_hex(exponent)), n, n, n, n, n, n, tail});
}
byte_vector with(byte_vector bytes, std::size_t at, unsigned value) {
    bytes.at(at) = static_cast<std::byte>(value);
    return bytes;
}
error why(const byte_vector& signature) {
    const auto read = read_ecdsa_signature(signature);
    return read ? error{} : read.error();
}

TEST(KeyForms, PrivateKeysOfOthersAreRead) {
    for (const auto& key : test::foreign_keys) {
        if (key.private_message.empty()) continue;
        const byte_vector data = data_of(key.private_message);
        const byte_vector public_data = data_of(key.public_message);
        if (key.type == key_type::rsa) {
            const auto read = read_rsa_private(data);
            ASSERT_TRUE(read) << key.name;
            EXPECT_EQ(write_rsa_spki(*read), public_data) << key.name;
        } else if (key.type == key_type::ecdsa) {
            const auto read = read_curve_private(data, p256_oid);
            ASSERT_TRUE(read) << key.name;
            EXPECT_EQ(write_p256_spki(read->point), public_data) << key.name;
            EXPECT_EQ(write_p256_private(*read), data) << key.name;
            EXPECT_FALSE(read_curve_private(data, secp256k1_oid)) << "another curve";
        }
    }
}

TEST(KeyForms, SignaturesOfOthersAreReadAndWrittenTheSame) {
    int seen = 0;
    for (const auto& key : test::foreign_keys) {
        if (key.signature.empty() ||
            (key.type != key_type::ecdsa && key.type != key_type::secp256k1))
            continue;
        ++seen;
        const auto numbers = read_ecdsa_signature(from_hex(key.signature));
        ASSERT_TRUE(numbers) << key.name;
        EXPECT_EQ(write_ecdsa_signature(*numbers), from_hex(key.signature)) << key.name;
        if (key.type == key_type::secp256k1) {
            EXPECT_TRUE(has_low_s(*numbers)) << key.name;
        }
    }
    EXPECT_EQ(seen, 4);
}

TEST(KeyForms, AnRsaPrivateKeyHas2048To8192BitsAndTwoPrimes) { // threats.md §2
    EXPECT_TRUE(read_rsa_private(rsa_private(odd(2048))));
    EXPECT_TRUE(read_rsa_private(rsa_private(odd(8192))));
    EXPECT_EQ(read_rsa_private(rsa_private(odd(2047))).error(), errc::rsa_key_size);
    EXPECT_EQ(read_rsa_private(rsa_private(odd(1024))).error(), errc::rsa_key_size);
    EXPECT_EQ(read_rsa_private(rsa_private(odd(8193))).error(), errc::rsa_key_size);
    const byte_vector n = odd(2048);
    for (const auto& bad :
         {rsa_private(n, "010001", "020101"), rsa_private(n, "010001", "02020000"),
          rsa_private(n, "01"), rsa_private(n, "010000"), rsa_private(n, "80000001"),
          rsa_private(n, "010001", "020100", from_hex("0500")), rsa_private(with(n, 255, 2)),
          byte_vector{}, sequence({})})
        EXPECT_EQ(read_rsa_private(bad).error(), errc::malformed_private_key);
}

TEST(KeyForms, ACurvesPrivateKeyMayLackItsCurveAndItsPoint) { // RFC 5915, 3
    const byte_vector scalar(32, std::byte{7});
    byte_vector octets;
    put_der(der_tag::octet_string, scalar, octets);
    const byte_vector bare = sequence({from_hex("020101"), octets});
    const auto read = read_curve_private(bare, p256_oid);
    ASSERT_TRUE(read);
    EXPECT_TRUE(equal(read->scalar, scalar));
    EXPECT_TRUE(read->point.empty());
    EXPECT_TRUE(read_curve_private(bare, secp256k1_oid)) << "who asks knows the curve";
}

TEST(KeyForms, ACurvesPrivateKeyThatIsOddIsRefused) {
    const byte_vector good = data_of(test::foreign_keys[2].private_message);
    ASSERT_TRUE(read_curve_private(good, p256_oid));
    const auto refused = [&](const byte_vector& der) {
        const auto read = read_curve_private(der, p256_oid);
        return !read && read.error() == error{errc::malformed_private_key};
    };
    for (std::size_t n = 0; n < good.size(); ++n)
        EXPECT_TRUE(refused(to_vector(byte_view{good}.first(n)))) << n;
    byte_vector longer = good;
    longer.push_back({});
    EXPECT_TRUE(refused(longer));
    EXPECT_TRUE(refused(with(good, 4, 2))) << "version";
    EXPECT_TRUE(refused(with(good, 48, 0x06))) << "P-521's curve";
    EXPECT_TRUE(refused(with(good, 55, 0x02))) << "a compressed point";
    EXPECT_TRUE(refused(with(good, 54, 0x01))) << "bits left over";
    byte_vector octets;
    put_der(der_tag::octet_string, byte_vector(31, std::byte{7}), octets);
    EXPECT_TRUE(refused(sequence({from_hex("020101"), octets})));
}

TEST(KeyForms, ASignatureIsTwoPositiveNumbersOfAtMost32BytesAndNothingElse) {
    const byte_vector one = integer(from_hex("01")),
                      most = integer(byte_vector(32, std::byte{0xff}));
    EXPECT_EQ(why(sequence({one, most})), error{});
    for (const auto& bad :
         {sequence({one}), sequence({one, one, one}), sequence({one, from_hex("020100")}),
          sequence({from_hex("020181"), one}), sequence({from_hex("02020001"), one}),
          sequence({one, integer(byte_vector(33, std::byte{1}))}), byte_vector{},
          byte_vector(64, std::byte{1})})
        EXPECT_EQ(why(bad), error{errc::bad_signature});
    byte_vector trailing = sequence({one, most}); // go reads this (divergences.md)
    trailing.push_back({});
    EXPECT_EQ(why(trailing), error{errc::bad_signature});
}

TEST(KeyForms, ScalarsAreFromOneToTheOrderLessOne) {
    for (const std::string_view order : {p256_order, secp256k1_order}) {
        byte_vector n = to_vector(as_bytes(order));
        EXPECT_FALSE(is_scalar(n, order));
        n.back() = static_cast<std::byte>(std::to_integer<unsigned>(n.back()) - 1);
        EXPECT_TRUE(is_scalar(n, order));
        EXPECT_FALSE(is_scalar(byte_vector(32), order));
        EXPECT_FALSE(is_scalar(byte_vector(32, std::byte{0xff}), order));
        EXPECT_FALSE(is_scalar(byte_vector(31, std::byte{1}), order));
        EXPECT_FALSE(is_scalar(byte_vector(33), order));
        EXPECT_TRUE(is_scalar(with(byte_vector(32), 31, 1), order));
    }
}

TEST(KeyForms, ALowSIsAtMostHalfTheOrderAndAHighOneHasALowTwin) {
    ecdsa_numbers n{};
    const auto s = [&](std::string_view hex) { copy(from_hex(hex), mutable_bytes{n}.last(32)); };
    s("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0"); // half
    EXPECT_TRUE(has_low_s(n));
    const ecdsa_numbers before = n;
    make_low_s(n);
    EXPECT_EQ(n, before);
    s("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1"); // and one more
    EXPECT_FALSE(has_low_s(n));
    make_low_s(n);
    EXPECT_EQ(n, before) << "the order is odd: its halves differ by one";
    s("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140"); // the order less one
    make_low_s(n);
    EXPECT_TRUE(equal(byte_view{n}.last(32), with(byte_vector(32), 31, 1)));
}

} // namespace
} // namespace lp2p::crypto
