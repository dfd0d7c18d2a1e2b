// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/crypto/der.hpp>

#include "tests/crypto/hex.hpp"

#include <gtest/gtest.h>

namespace lp2p::crypto {
namespace {

using test::from_hex;

byte_vector written(der_tag tag, std::size_t size) {
    byte_vector out;
    put_der(tag, byte_vector(size, std::byte{7}), out);
    return out;
}
byte_vector number(std::string_view big_endian) {
    byte_vector out;
    put_der_positive(from_hex(big_endian), out);
    return out;
}
std::optional<byte_vector> read_number(std::string_view der) {
    const byte_vector bytes = from_hex(der);
    der_reader in{bytes};
    const auto n = in.positive();
    return n ? std::optional{to_vector(*n)} : std::nullopt;
}

TEST(CryptoDer, WhatIsWrittenIsRead) {
    for (const std::size_t size :
         std::initializer_list<std::size_t>{0, 1, 127, 128, 255, 256, 65535}) {
        byte_vector two = written(der_tag::octet_string, size);
        append(two, written(der_tag::integer, 1));
        der_reader in{two};
        EXPECT_TRUE(in.at(der_tag::octet_string));
        EXPECT_FALSE(in.take(der_tag::sequence));
        const auto first = in.take(der_tag::octet_string);
        ASSERT_TRUE(first) << size;
        EXPECT_EQ(first->size(), size);
        EXPECT_FALSE(in.empty());
        EXPECT_TRUE(in.take(der_tag::integer));
        EXPECT_TRUE(in.empty());
        EXPECT_FALSE(in.take(der_tag::integer));
    }
}

TEST(CryptoDer, LengthsAreInTheirShortestForm) { // X.690, 10.1
    EXPECT_TRUE(der_contents(der_tag::octet_string, from_hex("040107")));
    EXPECT_FALSE(der_contents(der_tag::octet_string, from_hex("04810107")));
    EXPECT_FALSE(der_contents(der_tag::octet_string, from_hex("0482000107")));
    EXPECT_FALSE(der_contents(der_tag::octet_string, from_hex("048300000107")));
    EXPECT_FALSE(der_contents(der_tag::octet_string, from_hex("0480")));     // indefinite
    EXPECT_FALSE(der_contents(der_tag::octet_string, from_hex("04800000"))); // indefinite, ended
    EXPECT_FALSE(der_contents(der_tag::octet_string, from_hex("04ff")));
    byte_vector long_form = from_hex("048200ff");
    long_form.resize(4 + 255);
    EXPECT_FALSE(der_contents(der_tag::octet_string, long_form));
}

TEST(CryptoDer, NothingStandsBehindTheWholeAndEveryCutIsRefused) {
    const byte_vector good = written(der_tag::sequence, 300);
    ASSERT_TRUE(der_contents(der_tag::sequence, good));
    for (std::size_t n = 0; n < good.size(); ++n)
        EXPECT_FALSE(der_contents(der_tag::sequence, byte_view{good}.first(n))) << n;
    byte_vector longer = good;
    longer.push_back({});
    EXPECT_FALSE(der_contents(der_tag::sequence, longer));
}

TEST(CryptoDer, ANumberHasASignByteWhereItNeedsOneAndNoOther) {
    EXPECT_EQ(number("7f"), from_hex("02017f"));
    EXPECT_EQ(number("80"), from_hex("02020080"));
    EXPECT_EQ(number("0000ff01"), from_hex("020300ff01"));
    EXPECT_EQ(number("00"), from_hex("020100"));
    EXPECT_EQ(number(""), from_hex("020100"));
    EXPECT_EQ(read_number("02017f"), from_hex("7f"));
    EXPECT_EQ(read_number("02020080"), from_hex("80"));
    EXPECT_FALSE(read_number("020180")) << "negative";
    EXPECT_FALSE(read_number("0202007f")) << "a needless sign byte";
    EXPECT_FALSE(read_number("020100")) << "zero";
    EXPECT_FALSE(read_number("02020000"));
    EXPECT_FALSE(read_number("0200"));
    EXPECT_FALSE(read_number("04017f"));
}

} // namespace
} // namespace lp2p::crypto
