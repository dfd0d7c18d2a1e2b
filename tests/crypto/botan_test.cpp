// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/crypto/botan.hpp>

#include "tests/crypto/hex.hpp"

#include <gtest/gtest.h>

namespace lp2p::crypto {
namespace {

using test::from_hex;
using test::key_from_hex;

const botan crypto_{};

TEST(Botan, Sha256OfFips180) {
    EXPECT_TRUE(
        equal(crypto_.sha256(as_bytes("abc")),
              from_hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")));
    EXPECT_TRUE(
        equal(crypto_.sha256({}),
              from_hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")));
}

TEST(Botan, HmacOfRfc4231) {
    EXPECT_TRUE(
        equal(crypto_.hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?")),
              from_hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")));
    const byte_vector long_key(131, std::byte{0xaa}); // longer than a block: case 6
    EXPECT_TRUE(
        equal(crypto_.hmac_sha256(
                  long_key, as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")),
              from_hex("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")));
}

TEST(Botan, X25519OfRfc7748) {
    const key32 a =
        key_from_hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    const key32 b_public =
        key_from_hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    EXPECT_EQ(crypto_.x25519(a, b_public).value(),
              key_from_hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"));
}

TEST(Botan, EveryLowOrderPointIsRefused) {
    // The points of order 1, 2, 4 and 8, with the non-canonical forms of them (RFC 7748 §6.1).
    constexpr std::string_view points[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080"};
    for (const auto point : points) {
        const auto shared = crypto_.x25519(crypto_.x25519_generate().secret, key_from_hex(point));
        ASSERT_FALSE(shared) << point;
        EXPECT_EQ(shared.error(), errc::low_order_point);
    }
}

TEST(Botan, ChaCha20Poly1305OfRfc8439) {
    // Appendix A.5; its nonce has the form that Noise uses, so the order of the bytes is tested
    // too.
    const key32 key =
        key_from_hex("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0");
    const std::uint64_t nonce = 0x0807060504030201U;
    const byte_vector ad = from_hex("f33388860000000000004e91");
    const std::string_view text =
        "Internet-Drafts are draft documents valid for a maximum of six months and may be updated, "
        "replaced, or obsoleted by other documents at any time. It is inappropriate to use "
        "Internet-Drafts as reference material or to cite them other than as "
        "/\xe2\x80\x9cwork in progress./\xe2\x80\x9d";
    const byte_vector sealed = from_hex(
        "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb24c6cfc18755d43eea09ee94e38"
        "2d26b0bdb7b73c321b0100d4f03b7f355894cf332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f9"
        "82b1ff37c8559797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4b9166c767b804d"
        "46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523eaf4534d7f83fa1155b0047718cbc546a0d072b04"
        "b3564eea1b422273f548271a0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a1049"
        "e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29a6ad5cb4022b02709beead9d6789"
        "0cbb22392336fea1851f38");
    byte_vector frame = to_vector(as_bytes(text));
    frame.resize(frame.size() + aead_tag_size);
    botan_aead{key}.seal(nonce, ad, frame);
    EXPECT_EQ(frame, sealed);
    ASSERT_TRUE(botan_aead{key}.open(nonce, ad, frame));
    EXPECT_EQ(as_text(byte_view{frame}.first(text.size())), text);
}

TEST(Botan, Ed25519OfRfc8032) {
    // §7.1, test 2.
    const auto key = crypto_
                         .from_seed(key_from_hex(
                             "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
                         .value();
    EXPECT_TRUE(
        equal(key.public_data(),
              from_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")));
    EXPECT_EQ(crypto_.sign(key, from_hex("72")).value(),
              from_hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                       "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"));
}

TEST(Botan, ASecondFormOfASignatureIsRefused) {
    // The signature above with the group order added to S: RFC 8032 §5.1.7 says no; Botan 2 says
    // yes.
    const byte_vector key =
        from_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    const byte_vector second =
        from_hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                 "f52db7415978abc61b2c2eb6aeebfca0387b2eaeb4302aeeb00d291612bb0c10");
    EXPECT_EQ(crypto_.verify(key_type::ed25519, key, from_hex("72"), second).error(),
              errc::bad_signature);
    // S equal to the order itself.
    byte_vector order = second;
    copy(from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"),
         mutable_bytes{order}.last(32));
    EXPECT_FALSE(detail::is_canonical_ed25519(order));
    order[32] = std::byte{0xec};
    EXPECT_TRUE(detail::is_canonical_ed25519(order));
}

TEST(Botan, AKeyThatIsNoCurvePointVerifiesNothing) {
    byte_vector key(32);
    key[0] = std::byte{2}; // y = 2 has no x
    EXPECT_FALSE(crypto_.verify(key_type::ed25519, key, {}, byte_vector(64)));
}

TEST(Botan, TheLegacyFormOfAPrivateKeyIsRead) {
    const auto key = crypto_.generate(key_type::ed25519).value();
    byte_vector legacy = key.private_data();
    append(legacy, key.public_data());
    const auto loaded = crypto_.load(key_type::ed25519, legacy);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->private_data(), key.private_data());
    legacy[70] ^= std::byte{1}; // its two public keys differ
    EXPECT_EQ(crypto_.load(key_type::ed25519, legacy).error(), errc::malformed_private_key);
}

} // namespace
} // namespace lp2p::crypto
