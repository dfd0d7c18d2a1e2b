// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/spki.hpp>

#include "known_keys.hpp"

namespace {

using namespace lp2p;
using wire::check_p256_spki;
using wire::check_rsa_spki;
using wire::errc;
using wire_test::hex;

byte_vector der(std::uint8_t tag, const byte_vector& contents) {
    byte_vector out{static_cast<std::byte>(tag)};
    const std::size_t n = contents.size();
    if (n >= 0x100)
        append(out, hex("82"));
    else if (n >= 0x80)
        append(out, hex("81"));
    if (n >= 0x100) out.push_back(static_cast<std::byte>(n >> 8U));
    out.push_back(static_cast<std::byte>(n & 0xffU));
    append(out, contents);
    return out;
}

byte_vector joined(std::initializer_list<byte_vector> parts) {
    byte_vector all;
    for (const byte_vector& part : parts) append(all, part);
    return all;
}

const byte_vector algorithm = hex("300d06092a864886f70d0101010500");
const byte_vector f4 = hex("0203010001");

/// An odd number of so many bits, as an INTEGER.
byte_vector odd_number(std::size_t bits) {
    byte_vector n((bits + 7) / 8, std::byte{0x5a});
    n[0] = static_cast<std::byte>(1U << ((bits - 1) % 8));
    n.back() |= std::byte{1};
    if (bits % 8 == 0) n.insert(n.begin(), std::byte{0});
    return der(0x02, n);
}

byte_vector spki(const byte_vector& modulus, const byte_vector& exponent = f4,
                 const byte_vector& tail = {}) {
    const byte_vector key = der(0x30, joined({modulus, exponent, tail}));
    return der(0x30, joined({algorithm, der(0x03, joined({hex("00"), key}))}));
}

byte_vector known_data(crypto::key_type type) {
    for (const auto& key : wire_test::known_keys) {
        if (key.type != type) continue;
        const byte_vector message = hex(key.message);
        const std::size_t head = type == crypto::key_type::rsa ? 5 : 4;
        return to_vector(byte_view{message}.subspan(head));
    }
    return {};
}

TEST(WireSpki, KeysOfGoAreRead) {
    EXPECT_TRUE(check_rsa_spki(known_data(crypto::key_type::rsa)));
    EXPECT_TRUE(check_p256_spki(known_data(crypto::key_type::ecdsa)));
}

TEST(WireSpki, RsaHas2048To8192Bits) { // threats.md §2
    EXPECT_TRUE(check_rsa_spki(spki(odd_number(2048))));
    EXPECT_TRUE(check_rsa_spki(spki(odd_number(8192))));
    EXPECT_TRUE(check_rsa_spki(spki(odd_number(3071))));
    EXPECT_EQ(check_rsa_spki(spki(odd_number(2047))).error(), errc::rsa_key_size);
    EXPECT_EQ(check_rsa_spki(spki(odd_number(1024))).error(), errc::rsa_key_size);
    EXPECT_EQ(check_rsa_spki(spki(odd_number(8193))).error(), errc::rsa_key_size);
    EXPECT_EQ(check_rsa_spki(spki(odd_number(8200))).error(), errc::rsa_key_size);
}

TEST(WireSpki, RsaExponentsAreOddFrom3To31Bits) {
    const byte_vector n = odd_number(2048);
    EXPECT_TRUE(check_rsa_spki(spki(n, hex("020103"))));
    EXPECT_TRUE(check_rsa_spki(spki(n, hex("02047fffffff"))));
    for (const auto* e : {"020101", "020100", "020102", "02050080000001", "0200", "020183",
                          "0202 0003", "0206010000000001"})
        EXPECT_EQ(check_rsa_spki(spki(n, hex(e))).error(), errc::bad_key_data) << e;
}

TEST(WireSpki, NothingMayStandBehindAPart) { // divergences.md, "DER with trailing bytes"
    const byte_vector n = odd_number(2048);
    EXPECT_EQ(check_rsa_spki(joined({spki(n), hex("00")})).error(), errc::bad_key_data);
    EXPECT_EQ(check_rsa_spki(spki(n, f4, hex("0500"))).error(), errc::bad_key_data);
    const byte_vector key = der(0x30, joined({n, f4}));
    const byte_vector behind_key = der(0x03, joined({hex("00"), key, hex("00")}));
    EXPECT_EQ(check_rsa_spki(der(0x30, joined({algorithm, behind_key}))).error(),
              errc::bad_key_data);
    const byte_vector bits = der(0x03, joined({hex("00"), key}));
    EXPECT_TRUE(check_rsa_spki(der(0x30, joined({algorithm, bits}))));
    EXPECT_EQ(check_rsa_spki(der(0x30, joined({algorithm, bits, hex("0500")}))).error(),
              errc::bad_key_data);
}

TEST(WireSpki, OneEncodingOnly) {
    const byte_vector good = spki(odd_number(2048));
    ASSERT_TRUE(check_rsa_spki(good));
    byte_vector length_of_three = good; // 30 83 00 01 22
    length_of_three[1] = std::byte{0x83};
    length_of_three.insert(length_of_three.begin() + 2, std::byte{0});
    EXPECT_EQ(check_rsa_spki(length_of_three).error(), errc::bad_key_data);
    EXPECT_EQ(check_rsa_spki(hex("3080")).error(), errc::bad_key_data);     // indefinite
    EXPECT_EQ(check_rsa_spki(hex("30810100")).error(), errc::bad_key_data); // 1 fits one byte
    EXPECT_EQ(check_rsa_spki(hex("3082007f")).error(), errc::bad_key_data); // so does 127
    byte_vector unused_bits = good;
    unused_bits[23] = std::byte{1};
    ASSERT_EQ(good[23], std::byte{0});
    EXPECT_EQ(check_rsa_spki(unused_bits).error(), errc::bad_key_data);
    byte_vector negative = odd_number(2048);
    negative.erase(negative.begin() + 4); // the sign byte
    negative[3] = std::byte{0};
    EXPECT_EQ(check_rsa_spki(spki(negative)).error(), errc::bad_key_data);
    byte_vector even = odd_number(2048);
    even.back() &= std::byte{0xfe};
    EXPECT_EQ(check_rsa_spki(spki(even)).error(), errc::bad_key_data);
}

TEST(WireSpki, EveryCutIsRefused) {
    for (const byte_vector& good :
         {known_data(crypto::key_type::rsa), known_data(crypto::key_type::ecdsa)}) {
        for (std::size_t n = 0; n < good.size(); ++n) {
            EXPECT_FALSE(check_rsa_spki(byte_view{good}.first(n))) << n;
            EXPECT_FALSE(check_p256_spki(byte_view{good}.first(n))) << n;
        }
    }
}

TEST(WireSpki, P256IsUncompressedAndNoOtherCurve) {
    byte_vector good = known_data(crypto::key_type::ecdsa);
    EXPECT_EQ(check_p256_spki(joined({good, hex("00")})).error(), errc::bad_key_data);
    for (const int form : {0x02, 0x03, 0x06, 0x07}) {
        good[26] = static_cast<std::byte>(form);
        EXPECT_EQ(check_p256_spki(good).error(), errc::bad_key_data);
    }
    byte_vector other_curve = known_data(crypto::key_type::ecdsa);
    other_curve[22] = std::byte{0x06};
    EXPECT_EQ(check_p256_spki(other_curve).error(), errc::bad_key_data);
    EXPECT_EQ(check_p256_spki(known_data(crypto::key_type::rsa)).error(), errc::bad_key_data);
    EXPECT_EQ(check_rsa_spki(known_data(crypto::key_type::ecdsa)).error(), errc::bad_key_data);
}

/// DER has one form for a value: a changed header byte is never read as another form of it.
RC_GTEST_PROP(WireSpki, DamageIsNeverACrash, ()) {
    const byte_vector bytes = wire_test::damaged(known_data(crypto::key_type::rsa));
    if (check_rsa_spki(bytes)) {
        RC_ASSERT(bytes.size() == known_data(crypto::key_type::rsa).size());
        RC_ASSERT(equal(byte_view{bytes}.first(4 + 15),
                        byte_view{known_data(crypto::key_type::rsa)}.first(4 + 15)));
    }
}

} // namespace
