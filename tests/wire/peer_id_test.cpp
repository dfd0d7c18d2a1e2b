// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/peer_id.hpp>

#include "known_keys.hpp"

namespace {

using namespace lp2p;
using wire::errc;
using wire::peer_id;
using wire::public_key;
using wire_test::hex;
using wire_test::known_ed25519;
using wire_test::known_keys;

/// A hash that knows one answer: SHA-256 as go computed it for this key.
struct one_hash {
    byte_vector of;
    byte_vector is;
    [[nodiscard]] crypto::digest sha256(byte_view bytes) const {
        EXPECT_TRUE(equal(bytes, of));
        crypto::digest out{};
        copy(is, out);
        return out;
    }
};

peer_id parsed(std::string_view text) {
    const auto id = peer_id::parse(text);
    EXPECT_TRUE(id) << text;
    return id ? *id : peer_id{};
}
error why_bytes(const byte_vector& bytes) {
    const auto id = peer_id::from_bytes(bytes);
    return id ? error{} : id.error();
}
error why_text(std::string_view text) {
    const auto id = peer_id::parse(text);
    return id ? error{} : id.error();
}

TEST(WirePeerId, IdsOfGoAreReadInEveryForm) {
    for (const auto& known : known_keys) {
        const auto id = peer_id::from_bytes(hex(known.id));
        ASSERT_TRUE(id) << known.base58;
        EXPECT_EQ(wire_test::to_hex(id->bytes()), known.id);
        EXPECT_EQ(id->to_string(), known.base58);
        EXPECT_EQ(parsed(known.base58), *id);
        EXPECT_EQ(parsed(known.cid), *id);
    }
}

TEST(WirePeerId, TheIdOfAKeyIsTheOneThatGoDerives) {
    for (const auto& known : known_keys) {
        const auto key = public_key::decode(hex(known.message));
        ASSERT_TRUE(key);
        const one_hash sha256{hex(known.message), hex(known.id.substr(4))};
        EXPECT_EQ(peer_id::of(*key, sha256).to_string(), known.base58);
    }
}

TEST(WirePeerId, SpecificationsExamples) { // spec: peer-ids, "String representation"
    for (const auto* text : {"QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N",
                             "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA"})
        EXPECT_EQ(parsed(text).to_string(), text);
    EXPECT_EQ(parsed("bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe").to_string(),
              "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N");
}

TEST(WirePeerId, ACidMayBeBase58Too) {
    byte_vector cid = hex("0172");
    append(cid, hex(known_ed25519.id));
    EXPECT_EQ(parsed("z" + wire::base58_encode(cid)).to_string(), known_ed25519.base58);
}

TEST(WirePeerId, TheKeyIsInTheIdWhereItIsShort) {
    for (const auto& known : known_keys) {
        const auto key = parsed(known.base58).inline_key();
        if (known.message.size() / 2 <= peer_id::most_inline_key) {
            ASSERT_TRUE(key);
            EXPECT_EQ(wire_test::to_hex(key->encode()), known.message);
        } else {
            EXPECT_EQ(key.error(), errc::no_inline_key);
        }
    }
    EXPECT_EQ(peer_id{}.inline_key().error(), errc::no_inline_key);
    const auto no_key = peer_id::from_bytes(hex("0003aabbcc"));
    ASSERT_TRUE(no_key); // an id it may be, as for go and rust
    EXPECT_EQ(no_key->inline_key().error(), errc::key_not_canonical);
}

TEST(WirePeerId, OnlySha256OrIdentityOfAtMost42Bytes) { // divergences.md, "multihash, peer id"
    byte_vector longest = hex("002a");
    longest.resize(44, std::byte{1});
    EXPECT_EQ(why_bytes(longest), error{});
    byte_vector longer = hex("002b");
    longer.resize(45, std::byte{1});
    EXPECT_EQ(why_bytes(longer), errc::hash_length);
    byte_vector sha1 = hex("1114");
    sha1.resize(22, std::byte{1});
    EXPECT_EQ(why_bytes(sha1), errc::unknown_hash); // go accepts it
    byte_vector sha512 = hex("1340");
    sha512.resize(66, std::byte{1});
    EXPECT_EQ(why_bytes(sha512), errc::unknown_hash);
    byte_vector short_hash = hex("1210");
    short_hash.resize(18, std::byte{1});
    EXPECT_EQ(why_bytes(short_hash), errc::hash_length);
}

TEST(WirePeerId, BytesAreOneIdExactly) {
    const byte_vector id = hex(known_ed25519.id);
    for (std::size_t n = 0; n < id.size(); ++n)
        EXPECT_EQ(why_bytes(to_vector(byte_view{id}.first(n))), errc::truncated) << n;
    byte_vector more = id;
    more.push_back(std::byte{0});
    EXPECT_EQ(why_bytes(more), errc::trailing_bytes);
}

TEST(WirePeerId, WrongTextsAreNamed) {
    const std::string good{known_ed25519.base58};
    EXPECT_EQ(why_text(""), errc::not_a_peer_id);
    EXPECT_EQ(why_text(good.substr(0, 20) + "0" + good.substr(21)), errc::bad_digit);
    EXPECT_EQ(why_text(" " + good), errc::unsupported_base);
    EXPECT_EQ(why_text(good + "\n"), errc::bad_digit);
    EXPECT_EQ(why_text(good.substr(0, 51)), errc::not_a_peer_id); // was cut
    EXPECT_EQ(why_text("f0172"), errc::unsupported_base);
    EXPECT_EQ(why_text("k51qzi5uqu5dkkciu33khkzbcmxtyhn376i1e83tya8kuy7z9euedzyr5nhoew"),
              errc::unsupported_base);
    EXPECT_EQ(why_text("bafzaajiiaijcca2xarydenwgfxsgdbtm7wdgjxlw2fhtbddvemx4z2l7fttjcj7pfj"),
              errc::bad_padding);
    EXPECT_EQ(why_text("b" + wire::base32_encode(hex("0155001203"))), errc::not_a_peer_id);
    EXPECT_EQ(why_text("b" + wire::base32_encode(hex("0072"))), errc::not_a_peer_id);
    EXPECT_EQ(why_text("b"), errc::not_a_peer_id);
    EXPECT_EQ(why_text(std::string(128, '1')), errc::not_a_peer_id);
    EXPECT_EQ(why_text(std::string(129, '1')), errc::text_too_long);
    EXPECT_EQ(why_text(std::string(129, 'b')), errc::text_too_long);
}

TEST(WirePeerId, NobodyIsEmptyAndSmallerThanAnybody) {
    EXPECT_TRUE(peer_id{}.empty());
    EXPECT_EQ(peer_id{}.bytes().size(), 0U);
    EXPECT_EQ(peer_id{}.to_string(), "");
    EXPECT_FALSE(parsed(known_ed25519.base58).empty());
    EXPECT_LT(peer_id{}, parsed(known_ed25519.base58));
}

TEST(WirePeerId, TheOrderIsThatOfTheBytes) {
    const peer_id ed25519 = parsed(known_keys[0].base58);   // 00 24 …
    const peer_id secp256k1 = parsed(known_keys[1].base58); // 00 25 …
    const peer_id ecdsa = parsed(known_keys[2].base58);     // 12 20 …
    EXPECT_LT(ed25519, secp256k1);
    EXPECT_LT(secp256k1, ecdsa);
    EXPECT_GT(ecdsa, ed25519);
    EXPECT_EQ(ecdsa <=> ecdsa, std::strong_ordering::equal);
    // the shorter first where one begins with the other
    EXPECT_LT(*peer_id::from_bytes(hex("0001ff")), *peer_id::from_bytes(hex("00020000")));
}

RC_GTEST_PROP(WirePeerId, WhatIsReadIsWrittenTheSame, ()) {
    const auto which = *rc::gen::inRange<std::size_t>(0, std::size(known_keys));
    const byte_vector bytes = wire_test::damaged(hex(known_keys[which].id));
    const auto id = peer_id::from_bytes(bytes);
    if (!id) return;
    RC_ASSERT(equal(id->bytes(), bytes));
    RC_ASSERT(peer_id::parse(id->to_string()) == *id);
    byte_vector cid = hex("0172");
    append(cid, bytes);
    RC_ASSERT(peer_id::parse("b" + wire::base32_encode(cid)) == *id);
}

RC_GTEST_PROP(WirePeerId, TheOrderIsTotal, ()) {
    const auto drawn = [] {
        byte_vector bytes = hex("00");
        const byte_vector digest = wire_test::any_bytes(*rc::gen::inRange<std::size_t>(0, 4));
        wire::encode_uvarint(digest.size(), bytes);
        append(bytes, digest);
        return *peer_id::from_bytes(bytes);
    };
    const peer_id a = drawn();
    const peer_id b = drawn();
    RC_ASSERT((a < b) == (b > a));
    RC_ASSERT((a == b) == equal(a.bytes(), b.bytes()));
    RC_ASSERT(static_cast<int>(a < b) + static_cast<int>(b < a) + static_cast<int>(a == b) == 1);
}

} // namespace
