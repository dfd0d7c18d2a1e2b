// SPDX-License-Identifier: Apache-2.0 OR MIT
// The message was published by go-libp2p-pubsub v0.16.0 (go-libp2p v0.51.0, Ed25519 key from
// SHA-256 of "lp2p-vector-author") and captured on the wire; its id is go's DefaultMsgIdFn.
#include <lp2p/protocol/pubsub/message_id.hpp>

#include "tests/protocol/pubsub/support.hpp"

#include <lp2p/crypto/botan.hpp>
#include <lp2p/wire/peer_id.hpp>

#include <gtest/gtest.h>

namespace {
using namespace lp2p;
using test::from_hex;

const byte_vector from =
    from_hex("002408011220326f37212873ef6f2ed459456ec9cc4a98c0b7a42778747623b4939793711525");
const byte_vector seqno = from_hex("18eacbe9b2cca92f");

pubsub::message_view captured() {
    pubsub::message_view m;
    m.from = from;
    m.seqno = seqno;
    m.data = as_bytes("hello from go");
    m.topic = "alpha";
    return m;
}
byte_vector id(const pubsub::id_function& f, const pubsub::message_view& m) {
    byte_vector out;
    EXPECT_TRUE(f(m, out));
    return out;
}
error refused(const pubsub::id_function& f, const pubsub::message_view& m) {
    byte_vector out;
    const auto s = f(m, out);
    return s ? error{} : s.error();
}

TEST(PubsubMessageId, OfTheSpecificationAndGo) {
    EXPECT_EQ(from_hex("002408011220326f37212873ef6f2ed459456ec9cc4a98c0b7a42778747623b49397937115"
                       "2518eacbe9b2cca92f"),
              id(pubsub::spec_id(), captured()));
    EXPECT_EQ(error{pubsub::errc::bad_message_id}, refused(pubsub::spec_id(), {}));
}

TEST(PubsubMessageId, OfRust) {
    const auto text = id(pubsub::rust_id(), captured());
    EXPECT_EQ("12D3KooWDDEuuyqP7Bo3cQ78NXNbqpoAQG1Scdy97KsEiNyobNhr1795471606048139567",
              as_text(text));
    const auto nothing = id(pubsub::rust_id(), {});
    EXPECT_EQ("15R0", as_text(nothing)) << "base58 of 00 01 00, then 0";
    auto bad = captured();
    bad.seqno = as_bytes("seven b");
    EXPECT_EQ(error{pubsub::errc::bad_message_id}, refused(pubsub::rust_id(), bad));
    const byte_vector endless(65);
    bad = captured();
    bad.from = endless;
    EXPECT_EQ(error{pubsub::errc::bad_message_id}, refused(pubsub::rust_id(), bad));
}

TEST(PubsubMessageId, OfJs) {
    const auto f = pubsub::js_id(pubsub::hash_of<crypto::botan>());
    EXPECT_EQ(from_hex("08011220326f37212873ef6f2ed459456ec9cc4a98c0b7a42778747623b49397937115"
                       "2518eacbe9b2cca92f"),
              id(f, captured()));
    auto hashed = captured();
    const byte_vector sha = from_hex("12200000");
    hashed.from = sha;
    EXPECT_EQ(error{pubsub::errc::bad_message_id}, refused(f, hashed)) << "no key to take";
    hashed.key = as_bytes("key");
    const auto with_key = id(f, hashed);
    EXPECT_EQ("key", as_text(with_key).substr(0, 3));
    pubsub::message_view unsigned_one;
    unsigned_one.data = as_bytes("abc");
    EXPECT_EQ(id(pubsub::sha256_id(f.hash), unsigned_one), id(f, unsigned_one));
}

TEST(PubsubMessageId, Sha256OfTheData) {
    const crypto::botan botan;
    pubsub::message_view m;
    m.data = as_bytes("abc");
    const auto expected =
        from_hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(expected, id(pubsub::sha256_id(pubsub::hash_of<crypto::botan>()), m));
    EXPECT_EQ(expected, id(pubsub::sha256_id(pubsub::hash_of(botan)), m));
}

TEST(PubsubMessageId, OnesOwnHasAState) {
    const std::string prefix = "mine:";
    pubsub::id_function f{
        [](const pubsub::id_function& self, const pubsub::message_view& m, byte_vector& out) {
            append(out, as_bytes(*static_cast<const std::string*>(self.state)));
            append(out, m.data);
            return status{};
        }};
    f.state = &prefix;
    const auto made = id(f, captured());
    EXPECT_EQ("mine:hello from go", as_text(made));
}

} // namespace
