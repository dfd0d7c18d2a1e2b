// SPDX-License-Identifier: Apache-2.0 OR MIT
// Messages marked "go" were published by go-libp2p-pubsub v0.16.0 (go-libp2p v0.51.0, Ed25519 key
// from SHA-256 of "lp2p-vector-author") and captured on the wire.
#include <lp2p/protocol/pubsub/signing.hpp>

#include "tests/protocol/pubsub/support.hpp"
#include "tests/support/null_crypto.hpp"

#include <lp2p/crypto/botan.hpp>

#include <gtest/gtest.h>

namespace {
using namespace lp2p;
using pubsub::errc;
using pubsub::signature_policy;
using test::from_hex;

const crypto::botan botan;

const byte_vector captured = from_hex(
    "128a010a26002408011220326f37212873ef6f2ed459456ec9cc4a98c0b7a42778747623b4939793711525120d68"
    "656c6c6f2066726f6d20676f1a0818eacbe9b2cca92f2205616c7068612a403db9c71204fdb3390903c410db1bd4"
    "d327562b601ac69e589b8ec64b325667e0398fb471a8e3ec4106d4967f87742495af43a59d19a0cf3fde082ba594"
    "da2708");
const byte_vector captured_empty = from_hex(
    "127d0a26002408011220326f37212873ef6f2ed459456ec9cc4a98c0b7a42778747623b493979371152512001a08"
    "18eacbe9b2cca9302205616c7068612a40431676edc669dd04cd3d0a9f015b4873de36713f0d56121ae81a8bba13"
    "2b39b6d3bb43d984c72e244b6260e2225068563936cfac33fed03fc9b56588e15c7d0e");

crypto::botan::private_key author_key() {
    crypto::key32 seed{};
    copy(from_hex("fe59ecb69f32edfdbc16af0ff480093b0d824296343ebff5b0ddf8edb20d4baa"), seed);
    return std::move(*botan.from_seed(seed));
}
wire::peer_id author() {
    return *wire::peer_id::parse("12D3KooWDDEuuyqP7Bo3cQ78NXNbqpoAQG1Scdy97KsEiNyobNhr");
}
error outcome(const status& s) { return s ? error{} : s.error(); }

TEST(PubsubSigning, VerifiesMessagesOfGo) {
    for (const auto& bytes : {captured, captured_empty}) {
        const auto r = pubsub::decode_rpc(bytes);
        ASSERT_TRUE(r);
        ASSERT_EQ(1U, r->messages.size());
        const auto& m = r->messages[0];
        EXPECT_TRUE(pubsub::check_form(signature_policy::strict_sign, m, {}));
        EXPECT_TRUE(pubsub::verify(m, botan));
        byte_vector forwarded;
        pubsub::encode_publish(m, forwarded);
        EXPECT_EQ(bytes, forwarded) << "what is forwarded is what came";
    }
}

TEST(PubsubSigning, SignsTheBytesThatGoSigns) {
    const auto key = author_key();
    const auto m =
        pubsub::sign(botan, key, author(), 0x18eacbe9b2cca92fU, "alpha", as_bytes("hello from go"));
    ASSERT_TRUE(m);
    EXPECT_TRUE(m->key.empty()) << "the id embeds it";
    byte_vector out;
    pubsub::encode_publish(m->view(), out);
    EXPECT_EQ(captured, out);
    const auto empty = pubsub::sign(botan, key, author(), 0x18eacbe9b2cca930U, "alpha", {});
    out.clear();
    pubsub::encode_publish(empty->view(), out);
    EXPECT_EQ(captured_empty, out);
}

TEST(PubsubSigning, WhatIsSignedHasThePrefixAndFieldsOneToFour) {
    const auto r = pubsub::decode_rpc(captured);
    const auto bytes = pubsub::signed_bytes(r->messages[0]);
    EXPECT_EQ("libp2p-pubsub:", as_text(bytes).substr(0, 14));
    EXPECT_EQ(14U + 40 + 15 + 10 + 7, bytes.size());
}

TEST(PubsubSigning, Threats7_BadSignature) {
    for (const std::size_t at : {45U, 60U, 70U, 80U, 130U}) { // data, seqno, topic, signature
        byte_vector spoiled = captured;
        spoiled[at] ^= std::byte{1};
        const auto r = pubsub::decode_rpc(spoiled);
        ASSERT_TRUE(r) << at;
        EXPECT_EQ(error{errc::bad_signature}, outcome(pubsub::verify(r->messages[0], botan))) << at;
    }
    auto r = pubsub::decode_rpc(captured);
    r->messages[0].signature = r->messages[0].signature.first(63);
    EXPECT_EQ(error{errc::bad_signature}, outcome(pubsub::verify(r->messages[0], botan)));
    const byte_vector other = to_vector(test::peer_number(3).bytes());
    r = pubsub::decode_rpc(captured);
    r->messages[0].from = other;
    EXPECT_EQ(error{errc::bad_signature}, outcome(pubsub::verify(r->messages[0], botan)));
}

TEST(PubsubSigning, Threats7_KeyNotMatchingAuthor) {
    auto r = pubsub::decode_rpc(captured);
    auto& m = r->messages[0];
    const byte_vector own =
        from_hex("08011220326f37212873ef6f2ed459456ec9cc4a98c0b7a42778747623b4939793711525");
    m.key = own;
    EXPECT_TRUE(pubsub::verify(m, botan)) << "unneeded, but right";
    byte_vector another = own;
    another.back() ^= std::byte{1};
    m.key = another;
    EXPECT_EQ(error{errc::key_mismatch}, outcome(pubsub::verify(m, botan)));
    m.key = as_bytes("garbage");
    EXPECT_EQ(error{errc::bad_key}, outcome(pubsub::verify(m, botan)));
    m.key = pubsub::empty_field;
    EXPECT_EQ(error{errc::bad_key},
              outcome(pubsub::check_form(signature_policy::strict_sign, m, {})));
}

TEST(PubsubSigning, AnAuthorWithoutEmbeddedKeyNeedsTheKeyField) {
    auto r = pubsub::decode_rpc(captured);
    auto& m = r->messages[0];
    byte_vector hashed = from_hex("1220");
    append(hashed, botan.sha256(as_bytes("some key")));
    m.from = hashed;
    EXPECT_EQ(error{errc::no_key}, outcome(pubsub::verify(m, botan)));
    const byte_vector key =
        from_hex("08011220326f37212873ef6f2ed459456ec9cc4a98c0b7a42778747623b4939793711525");
    m.key = key;
    EXPECT_EQ(error{errc::key_mismatch}, outcome(pubsub::verify(m, botan)));
}

TEST(PubsubSigning, KeysThatWeCannotVerifyAreNotCalledBad) {
    auto r = pubsub::decode_rpc(captured);
    auto& m = r->messages[0];
    wire::public_key key{crypto::key_type::secp256k1, byte_vector(33, std::byte{2})};
    const auto id = wire::peer_id::of(key, botan);
    m.from = id.bytes();
    EXPECT_EQ(error{errc::unsupported_key}, outcome(pubsub::verify(m, test::null_crypto{})));
    EXPECT_EQ(error{errc::bad_signature}, outcome(pubsub::verify(m, botan))) << "it can";
}

TEST(PubsubSigning, StrictNoSignAllowsNoneOfTheFourFields) {
    const auto form = [](pubsub::message_view m) {
        return outcome(pubsub::check_form(signature_policy::strict_no_sign, m, {}));
    };
    auto m = test::unsigned_message("t", "data");
    EXPECT_EQ(error{}, form(m));
    for (auto field : {&pubsub::message_view::from, &pubsub::message_view::seqno,
                       &pubsub::message_view::signature, &pubsub::message_view::key}) {
        auto with = m;
        with.*field = pubsub::empty_field;
        EXPECT_EQ(error{errc::unexpected_field}, form(with)) << "there, if empty";
    }
    m.topic = {};
    EXPECT_EQ(error{errc::no_topic}, form(m));
}

TEST(PubsubSigning, OurOwnIdAsAuthorIsRefused) {
    const auto r = pubsub::decode_rpc(captured);
    EXPECT_EQ(error{errc::own_author},
              outcome(pubsub::check_form(signature_policy::strict_sign, r->messages[0],
                                         author().bytes())));
}

TEST(PubsubSigning, AnUnsignedMessageHasDataAndTopicOnly) {
    pubsub::own_message m;
    m.topic = "t";
    const auto view = m.view();
    EXPECT_TRUE(pubsub::check_form(signature_policy::strict_no_sign, view, {}));
    EXPECT_TRUE(pubsub::has(view.data));
}

TEST(PubsubSigning, SequenceNumbersRise) {
    pubsub::sequence s{unix_time{1000}};
    EXPECT_EQ(1001U, s.next());
    EXPECT_EQ(1002U, s.next());
    pubsub::sequence before_1970{unix_time{-5}};
    EXPECT_EQ(1U, before_1970.next());
}

} // namespace
