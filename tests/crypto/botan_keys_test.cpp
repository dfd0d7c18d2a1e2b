// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/crypto/botan_keys.hpp>

#include "tests/crypto/foreign_keys.hpp"
#include "tests/crypto/pem_keys.hpp"

#include <gtest/gtest.h>

namespace lp2p::crypto {
namespace {

using test::data_of;
using test::foreign_key;
using test::foreign_keys;
using test::from_hex;

const botan crypto_{};
constexpr key_type all_types[] = {key_type::rsa, key_type::ed25519, key_type::secp256k1,
                                  key_type::ecdsa};

error check(key_type type, byte_view public_data, byte_view message, byte_view signature) {
    const auto verified = crypto_.verify(type, public_data, message, signature);
    return verified ? error{} : verified.error();
}
error check(const botan_private_key& key, std::string_view message, byte_view signature) {
    return check(key.type(), key.public_data(), as_bytes(message), signature);
}
error why_not(key_type type, byte_view data) {
    const auto key = crypto_.load(type, data);
    return key ? error{} : key.error();
}
byte_vector with(byte_vector bytes, std::size_t at, unsigned value) {
    bytes.at(at) = static_cast<std::byte>(value);
    return bytes;
}
const foreign_key& known(std::string_view name) {
    for (const auto& key : foreign_keys)
        if (key.name == name) return key;
    std::abort();
}
byte_vector private_of(std::string_view name) { return data_of(known(name).private_message); }
byte_vector public_of(std::string_view name) { return data_of(known(name).public_message); }

TEST(BotanKeys, KeysOfTheSpecOfGoAndOfRustAreLoadedAndGivenBackTheSame) {
    for (const auto& known : foreign_keys) {
        if (known.private_message.empty()) continue;
        const byte_vector data = data_of(known.private_message);
        const auto key = crypto_.load(known.type, data);
        ASSERT_TRUE(key) << known.name;
        EXPECT_EQ(key->type(), known.type);
        EXPECT_TRUE(equal(key->public_data(), data_of(known.public_message))) << known.name;
        EXPECT_EQ(key->private_data(), data) << known.name;
        const byte_vector signature = crypto_.sign(*key, as_bytes("message")).value();
        EXPECT_EQ(check(*key, "message", signature), error{}) << known.name;
    }
}

TEST(BotanKeys, SignaturesOfGoAndOfRustVerify) {
    int seen = 0;
    for (const auto& known : foreign_keys) {
        if (known.signature.empty()) continue;
        ++seen;
        const byte_vector key = data_of(known.public_message);
        const byte_vector signature = from_hex(known.signature);
        const std::string text = signed_text(known);
        EXPECT_EQ(check(known.type, key, as_bytes(text), signature), error{}) << known.name;
        EXPECT_EQ(check(known.type, key, as_bytes("another"), signature), errc::bad_signature)
            << known.name;
    }
    EXPECT_EQ(seen, 9); // of RSA with 8192 bits, too
}

TEST(BotanKeys, EveryTypeIsMadeLoadedSignsAndVerifies) {
    for (const key_type type : all_types) {
        const auto key = crypto_.generate(type);
        ASSERT_TRUE(key);
        ASSERT_EQ(key->type(), type);
        const auto again = crypto_.load(type, key->private_data());
        ASSERT_TRUE(again);
        EXPECT_TRUE(equal(again->public_data(), key->public_data()));
        const auto other = crypto_.generate(type).value();
        EXPECT_FALSE(equal(other.public_data(), key->public_data()));
        const byte_vector signature = crypto_.sign(*again, as_bytes("message")).value();
        EXPECT_EQ(check(*key, "message", signature), error{});
        EXPECT_EQ(check(*key, "massage", signature), errc::bad_signature);
        EXPECT_EQ(check(*key, "message", {}), errc::bad_signature);
        EXPECT_EQ(check(other, "message", signature), errc::bad_signature);
    }
}

TEST(BotanKeys, ForgedSignaturesAreRefusedWhateverByteIsChanged) {
    for (const key_type type : {key_type::secp256k1, key_type::ecdsa, key_type::rsa}) {
        const auto key = type == key_type::rsa
                             ? crypto_.load(type, private_of("go rsa2048")).value()
                             : crypto_.generate(type).value();
        const byte_vector signature = crypto_.sign(key, as_bytes("m")).value();
        ASSERT_EQ(check(key, "m", signature), error{});
        for (std::size_t i = 0; i < signature.size(); ++i) {
            byte_vector forged = signature;
            forged[i] ^= std::byte{1};
            EXPECT_EQ(check(key, "m", forged), errc::bad_signature) << i;
        }
        byte_vector longer = signature; // go reads this behind ECDSA (divergences.md)
        longer.push_back({});
        EXPECT_EQ(check(key, "m", longer), errc::bad_signature);
        EXPECT_EQ(check(key, "m", byte_view{signature}.first(signature.size() - 1)),
                  errc::bad_signature);
    }
}

TEST(BotanKeys, AKeyOfAnotherTypeIsMalformed) {
    const byte_vector ed = public_of("go ed25519"), k1 = public_of("go secp256k1"),
                      p256 = public_of("go ecdsa"), rsa = public_of("go rsa2048");
    const byte_vector s(64);
    for (const auto& [type, own] : std::initializer_list<std::pair<key_type, const byte_vector*>>{
             {key_type::rsa, &rsa}, {key_type::secp256k1, &k1}, {key_type::ecdsa, &p256}})
        for (const byte_vector* data : {&ed, &k1, &p256, &rsa})
            EXPECT_EQ(check(type, *data, {}, s),
                      data == own ? errc::bad_signature : errc::malformed_public_key);
    EXPECT_EQ(check(key_type::rsa, {}, {}, s), errc::malformed_public_key);
}

// ---- curves ----

TEST(BotanKeys, PointsThatAreNotOnTheirCurveAreRefused) {
    const auto p256 = crypto_.generate(key_type::ecdsa).value();
    const byte_vector signature = crypto_.sign(p256, as_bytes("m")).value();
    byte_vector off = to_vector(p256.public_data());
    off.back() ^= std::byte{1};
    EXPECT_EQ(check(key_type::ecdsa, off, as_bytes("m"), signature), errc::malformed_public_key);
    // x = 0 and y = 0; x and y above the field's prime
    for (const int fill : {0, 0xff}) {
        byte_vector odd = to_vector(as_bytes(detail::p256_spki_head));
        odd.push_back(std::byte{4});
        odd.resize(91, static_cast<std::byte>(fill));
        EXPECT_EQ(check(key_type::ecdsa, odd, as_bytes("m"), signature),
                  errc::malformed_public_key);
    }
    const byte_vector k1 = public_of("go secp256k1");
    const byte_vector s = from_hex(known("go secp256k1").signature);
    // 5^3 + 7 is no square modulo the field's prime; and x above the prime
    EXPECT_EQ(check(key_type::secp256k1, with(with(byte_vector(33), 0, 2), 32, 5), {}, s),
              errc::malformed_public_key);
    EXPECT_EQ(check(key_type::secp256k1, with(byte_vector(33, std::byte{0xff}), 0, 2), {}, s),
              errc::malformed_public_key);
    for (const unsigned prefix : {0U, 1U, 4U, 5U, 6U, 7U}) // hybrid: go only; 05: rust only
        EXPECT_EQ(check(key_type::secp256k1, with(k1, 0, prefix), {}, s),
                  errc::malformed_public_key);
}

TEST(BotanKeys, NumbersOfASignatureAreBelowTheOrder) {
    for (const key_type type : {key_type::secp256k1, key_type::ecdsa}) {
        const auto key = crypto_.generate(type).value();
        const ecdsa_numbers good =
            read_ecdsa_signature(crypto_.sign(key, as_bytes("m")).value()).value();
        for (const std::size_t at : {std::size_t{0}, std::size_t{32}}) {
            ecdsa_numbers n = good;
            copy(as_bytes(detail::order_of(type)), mutable_bytes{n}.subspan(at));
            EXPECT_EQ(check(key, "m", write_ecdsa_signature(n)), errc::bad_signature);
            copy(byte_vector(32, std::byte{0xff}), mutable_bytes{n}.subspan(at));
            EXPECT_EQ(check(key, "m", write_ecdsa_signature(n)), errc::bad_signature);
        }
    }
}

TEST(BotanKeys, SignaturesOfSecp256k1HaveALowSAndNoOtherIsTaken) { // rust and js refuse it
    const auto key = crypto_.generate(key_type::secp256k1).value();
    for (int i = 0; i < 32; ++i) {
        const std::string message = std::to_string(i);
        const byte_vector signature = crypto_.sign(key, as_bytes(message)).value();
        ecdsa_numbers n = read_ecdsa_signature(signature).value();
        ASSERT_TRUE(has_low_s(n));
        int borrow = 0; // s becomes the order less s: the equation still holds
        for (std::size_t b = 32; b-- > 0;) {
            const int d = std::to_integer<int>(as_bytes(secp256k1_order)[b]) -
                          std::to_integer<int>(n[32 + b]) - borrow;
            borrow = d < 0 ? 1 : 0;
            n[32 + b] = static_cast<std::byte>(d & 0xff);
        }
        ASSERT_FALSE(has_low_s(n));
        EXPECT_EQ(check(key, message, write_ecdsa_signature(n)), errc::bad_signature);
    }
}

TEST(BotanKeys, AScalarIsFromOneToTheOrderLessOne) {
    for (const key_type type : {key_type::secp256k1, key_type::ecdsa}) {
        const auto load = [&](byte_view scalar) {
            if (type == key_type::secp256k1) return why_not(type, scalar);
            byte_vector octets, body = from_hex("020101"), der;
            put_der(der_tag::octet_string, scalar, octets);
            append(body, octets);
            put_der(der_tag::sequence, body, der);
            return why_not(type, der);
        };
        byte_vector n = to_vector(as_bytes(detail::order_of(type)));
        EXPECT_EQ(load(n), errc::malformed_private_key) << "go takes it modulo the order";
        n.back() = static_cast<std::byte>(std::to_integer<unsigned>(n.back()) - 1);
        EXPECT_EQ(load(n), error{});
        EXPECT_EQ(load(byte_vector(32)), errc::malformed_private_key);
        EXPECT_EQ(load(byte_vector(31, std::byte{1})), errc::malformed_private_key);
        EXPECT_EQ(load(byte_vector(33, std::byte{1})), errc::malformed_private_key);
        EXPECT_EQ(load({}), errc::malformed_private_key);
    }
}

TEST(BotanKeys, AP256KeyWithAnothersPointIsRefusedAndOneWithoutAPointIsGivenIt) {
    const byte_vector data = private_of("go ecdsa");
    byte_vector mixed = data;
    copy(byte_view{private_of("rust-ecdsa")}.last(65), mutable_bytes{mixed}.last(65));
    EXPECT_EQ(why_not(key_type::ecdsa, mixed), errc::malformed_private_key);
    byte_vector bare = to_vector(byte_view{data}.first(2 + 3 + 34));
    bare[1] = std::byte{3 + 34};
    const auto key = crypto_.load(key_type::ecdsa, bare);
    ASSERT_TRUE(key);
    EXPECT_EQ(key->private_data(), data);
}

// ---- RSA ----

TEST(BotanKeys, RsaKeysOutsideOf2048To8192BitsAreRefusedBeforeAnyArithmetic) { // threats.md §2
    EXPECT_EQ(why_not(key_type::rsa, from_hex(test::rsa_1024_private)), errc::rsa_key_size);
    EXPECT_EQ(check(key_type::rsa, from_hex(test::rsa_1024_public), {}, byte_vector(128)),
              errc::malformed_public_key);
    const byte_vector huge(1025, std::byte{0xff}); // 8200 bits
    const byte_vector e = from_hex("010001");
    EXPECT_EQ(check(key_type::rsa, write_rsa_spki({.modulus = huge, .exponent = e}), {}, huge),
              errc::malformed_public_key);
    EXPECT_EQ(crypto_.generate_rsa(2047).error(), errc::rsa_key_size);
    EXPECT_EQ(crypto_.generate_rsa(8193).error(), errc::rsa_key_size);
}

TEST(BotanKeys, ALongerRsaKeyIsMadeToMeasure) {
    const auto key = crypto_.generate_rsa(3072).value();
    EXPECT_EQ(read_rsa_spki(key.public_data()).value().modulus.size(), 384U);
    EXPECT_EQ(crypto_.sign(key, {}).value().size(), 384U);
}

TEST(BotanKeys, RsaNumbersThatDoNotFitToEachOtherAreRefused) {
    const byte_vector good = private_of("go rsa2048");
    // d, p, q and the last of all, each with one bit changed
    for (const std::size_t at :
         {std::size_t{400}, std::size_t{600}, std::size_t{800}, good.size() - 5}) {
        byte_vector bad = good;
        bad[at] ^= std::byte{4};
        EXPECT_EQ(why_not(key_type::rsa, bad), errc::malformed_private_key) << at;
    }
    byte_vector longer = good;
    longer.push_back({});
    EXPECT_EQ(why_not(key_type::rsa, longer), errc::malformed_private_key);
}

TEST(BotanKeys, AnRsaSignatureIsAsLongAsTheModulus) { // RFC 8017, 8.2.2
    const auto key = crypto_.load(key_type::rsa, private_of("go rsa2048")).value();
    // One that begins with a zero byte: shorter without it, the same number.
    for (int i = 0;; ++i) {
        ASSERT_LT(i, 10000);
        const std::string message = std::to_string(i);
        const byte_vector signature = crypto_.sign(key, as_bytes(message)).value();
        if (signature[0] != std::byte{}) continue;
        EXPECT_EQ(check(key, message, signature), error{});
        EXPECT_EQ(check(key, message, byte_view{signature}.subspan(1)), errc::bad_signature);
        break;
    }
    byte_vector modulus = to_vector(read_rsa_spki(key.public_data()).value().modulus);
    EXPECT_EQ(check(key, "m", modulus), errc::bad_signature) << "not below the modulus";
    EXPECT_EQ(check(key, "m", byte_vector(256)), errc::bad_signature);
}

// ---- PEM ----

TEST(BotanKeys, PemOfOpensslIsRead) {
    for (const auto& known : test::pem_keys) {
        const auto key = crypto_.load_pem(known.pem);
        ASSERT_TRUE(key) << known.public_data;
        EXPECT_EQ(key->type(), known.type);
        EXPECT_TRUE(equal(key->public_data(), from_hex(known.public_data)));
        EXPECT_EQ(why_not(known.type, key->private_data()), error{});
    }
}

TEST(BotanKeys, PemOfOursIsReadBack) {
    for (const key_type type : all_types) {
        const auto key = type == key_type::rsa
                             ? crypto_.load(type, private_of("go rsa2048")).value()
                             : crypto_.generate(type).value();
        const auto pem = crypto_.to_pem(key);
        ASSERT_TRUE(pem);
        EXPECT_TRUE(pem->starts_with("-----BEGIN PRIVATE KEY-----\n")) << *pem;
        const auto again = crypto_.load_pem("words before it\n" + *pem);
        ASSERT_TRUE(again);
        EXPECT_EQ(again->private_data(), key.private_data());
        EXPECT_TRUE(equal(again->public_data(), key.public_data()));
    }
}

TEST(BotanKeys, PemThatIsNoKeyOfOursSaysWhy) {
    const auto why = [](std::string_view text) {
        const auto key = crypto_.load_pem(text);
        return key ? error{} : key.error();
    };
    EXPECT_EQ(why(test::pem_encrypted), errc::encrypted_private_key);
    EXPECT_EQ(why(test::pem_of_sec1), errc::not_pem);
    EXPECT_EQ(why(""), errc::not_pem);
    EXPECT_EQ(why("hello"), errc::not_pem);
    EXPECT_EQ(why(test::pem_of_p384), errc::unsupported_key_type);
    EXPECT_EQ(why(test::pem_of_x25519), errc::unsupported_key_type);
    const std::string_view good = test::pem_keys[0].pem;
    EXPECT_EQ(why(good.substr(0, good.size() / 2)), errc::malformed_private_key);
    std::string other{good};
    other[60] = '!';
    EXPECT_EQ(why(other), errc::malformed_private_key);
}

TEST(BotanKeys, AMovedKeySigns) {
    auto key = crypto_.generate(key_type::secp256k1).value();
    const byte_vector public_data = to_vector(key.public_data());
    const botan_private_key moved = std::move(key);
    EXPECT_EQ(check(key_type::secp256k1, public_data, as_bytes("m"),
                    crypto_.sign(moved, as_bytes("m")).value()),
              error{});
}

} // namespace
} // namespace lp2p::crypto
