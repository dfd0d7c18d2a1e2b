// SPDX-License-Identifier: Apache-2.0 OR MIT
// Bytes marked "go" were written by go-libp2p-pubsub v0.16.0 (its pb package).
#include <lp2p/protocol/pubsub/rpc.hpp>

#include "tests/protocol/pubsub/support.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace {
using namespace lp2p;
using pubsub::errc;
using test::from_hex;

result<pubsub::rpc> decode(const byte_vector& bytes, const pubsub::rpc_limits& limits = {}) {
    return pubsub::decode_rpc(bytes, limits);
}
/// `n` copies of one field.
byte_vector repeated(std::string_view hex, std::size_t n) {
    const byte_vector one = from_hex(hex);
    byte_vector all;
    for (std::size_t i = 0; i < n; ++i) append(all, one);
    return all;
}
byte_vector field(std::uint32_t number, byte_view body) {
    byte_vector out;
    wire::message_writer{out}.bytes(number, body);
    return out;
}

TEST(PubsubRpc, ReadsSubscriptionsOfGo) {
    const byte_vector bytes = from_hex("0a0908011205616c7068610a080800120462657461");
    const auto r = decode(bytes);
    ASSERT_TRUE(r);
    ASSERT_EQ(2U, r->subscriptions.size());
    EXPECT_EQ("alpha", r->subscriptions[0].topic);
    EXPECT_TRUE(r->subscriptions[0].subscribe);
    EXPECT_EQ("beta", r->subscriptions[1].topic);
    EXPECT_FALSE(r->subscriptions[1].subscribe);
    EXPECT_FALSE(r->empty());
}

TEST(PubsubRpc, ReadsAMessageOfGo) {
    const byte_vector bytes =
        from_hex("12240a03010203120568656c6c6f1a0800000000000000092205616c7068612a02aabb3201cc");
    const auto r = decode(bytes);
    ASSERT_TRUE(r);
    ASSERT_EQ(1U, r->messages.size());
    const auto& m = r->messages[0];
    EXPECT_EQ(from_hex("010203"), to_vector(m.from));
    EXPECT_EQ("hello", as_text(m.data));
    EXPECT_EQ(from_hex("0000000000000009"), to_vector(m.seqno));
    EXPECT_EQ("alpha", m.topic);
    EXPECT_EQ(from_hex("aabb"), to_vector(m.signature));
    EXPECT_EQ(from_hex("cc"), to_vector(m.key));
}

TEST(PubsubRpc, AnEmptyFieldIsThereAndAMissingOneIsNot) {
    const byte_vector bytes = from_hex("120912002205616c706861"); // go
    const auto r = decode(bytes);
    ASSERT_TRUE(r);
    EXPECT_TRUE(pubsub::has(r->messages[0].data));
    EXPECT_TRUE(r->messages[0].data.empty());
    EXPECT_FALSE(pubsub::has(r->messages[0].from));
    EXPECT_FALSE(pubsub::has(r->messages[0].key));
}

TEST(PubsubRpc, ReadsControlOfGo) {
    const byte_vector bytes =
        from_hex("1a340a100a05616c70686112036964311202fffe12050a036964331a070a05616c7068612210"
                 "0a046265746112060a0101120102183c");
    const auto r = decode(bytes);
    ASSERT_TRUE(r);
    ASSERT_EQ(1U, r->ihave.size());
    EXPECT_EQ("alpha", r->ihave[0].topic);
    EXPECT_EQ(2U, r->ihave[0].count);
    EXPECT_EQ("id1", as_text(r->ihave_ids[0]));
    EXPECT_EQ(from_hex("fffe"), to_vector(r->ihave_ids[1])) << "ids are bytes, no text";
    ASSERT_EQ(1U, r->iwant_ids.size());
    EXPECT_EQ("id3", as_text(r->iwant_ids[0]));
    EXPECT_EQ(std::vector<std::string_view>{"alpha"}, r->graft);
    ASSERT_EQ(1U, r->prune.size());
    EXPECT_EQ("beta", r->prune[0].topic);
    EXPECT_EQ(60U, r->prune[0].backoff);
    EXPECT_EQ(1U, r->prune[0].peers);
    EXPECT_EQ(52U, r->control_bytes);
}

TEST(PubsubRpc, ReadsIdontwantOfGo) {
    const byte_vector bytes = from_hex("1a072a050a03696434");
    const auto r = decode(bytes);
    ASSERT_TRUE(r);
    EXPECT_FALSE(r->empty());
    ASSERT_EQ(1U, r->idontwant_ids.size());
    EXPECT_EQ("id4", as_text(r->idontwant_ids[0]));
    EXPECT_TRUE(r->iwant_ids.empty());
}

TEST(PubsubRpc, ABackoffMayBeAnyNumber) {
    const byte_vector bytes = from_hex("1a1322110a046265746118ffffffffffffffffff01"); // go
    EXPECT_EQ(std::numeric_limits<std::uint64_t>::max(), decode(bytes)->prune[0].backoff);
}

TEST(PubsubRpc, WhatIsNotKnownIsSkipped) {
    for (const auto hex : {"1a0432020800",              // extensions in control
                           "52020800", "a2f9e31800"}) { // partial message; test extension
        const byte_vector bytes = from_hex(hex);
        const auto r = decode(bytes);
        ASSERT_TRUE(r) << hex;
        EXPECT_TRUE(r->empty()) << hex;
    }
    EXPECT_TRUE(decode({})->empty()) << "a keep-alive of go";
}

TEST(PubsubRpc, RepeatedControlMerges) {
    const byte_vector bytes = from_hex("1a051a030a01611a051a030a0162");
    EXPECT_EQ((std::vector<std::string_view>{"a", "b"}), decode(bytes)->graft);
}

TEST(PubsubRpc, OfSeveralTopicsInAMessageTheLastHolds) {
    const byte_vector bytes = from_hex("1206220161220162");
    EXPECT_EQ("b", decode(bytes)->messages[0].topic);
}

TEST(PubsubRpc, EveryCutAndEveryWrongTypeIsMalformed) {
    const byte_vector whole =
        from_hex("0a0908011205616c70686112080a0101220374776f1a0a0a080a01611203696431");
    ASSERT_TRUE(decode(whole));
    std::size_t sound = 0;
    for (std::size_t n = 0; n < whole.size(); ++n) {
        const byte_vector part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
        const auto r = decode(part);
        sound += r ? 1 : 0;
        EXPECT_TRUE(r || r.error() == error{errc::malformed_rpc});
    }
    EXPECT_EQ(3U, sound) << "nothing, one field, two fields";
    for (const auto hex : {"0801", "1001", "1801",          // subscriptions, publish, control
                           "0a020a00", "0a021001",          // subscribe, topic
                           "12020801", "12022001",          // from, topic
                           "1a020801", "1a040a020801",      // ihave, its topic
                           "1a0412020801", "1a041a020801",  // iwant, graft
                           "1a042a020801",                  // idontwant
                           "1a0422021a00", "1a0422021001"}) // prune: backoff, peer
        EXPECT_EQ(error{errc::malformed_rpc}, decode(from_hex(hex)).error()) << hex;
}

// threats.md §2, one row each

TEST(PubsubRpc, Threats2_MessagesPerRpc) {
    const byte_vector bytes = repeated("12022200", 5003);
    const auto r = decode(bytes);
    ASSERT_TRUE(r);
    EXPECT_EQ(5000U, r->messages.size());
    EXPECT_EQ((pubsub::rpc_cut{.messages = 3}), r->cut);
    const byte_vector at_bound = repeated("12022200", 5000);
    EXPECT_EQ(pubsub::rpc_cut{}, decode(at_bound)->cut);
}

TEST(PubsubRpc, Threats2_TopicsPerRpc) {
    const byte_vector many = repeated("0a050801120161", 257);
    const auto r = decode(many);
    ASSERT_TRUE(r);
    EXPECT_EQ(256U, r->subscriptions.size());
    EXPECT_EQ(1U, r->cut.subscriptions);
    EXPECT_EQ(256U, decode(repeated("1a051a030a0161", 260))->graft.size());
    EXPECT_EQ(256U, decode(repeated("1a0522030a0161", 260))->prune.size());
    const byte_vector ihaves = repeated("1a080a060a0161120178", 260);
    const auto h = decode(ihaves);
    EXPECT_EQ(256U, h->ihave.size());
    EXPECT_EQ(256U, h->ihave_ids.size()) << "ids of an entry that was cut go with it";
    EXPECT_EQ(4U, h->cut.control);
}

TEST(PubsubRpc, Threats2_TopicNames) {
    for (const std::size_t n : {0U, 1U, 256U, 257U}) {
        byte_vector subscription = from_hex("0801");
        append(subscription, field(2, as_bytes(std::string(n, 't'))));
        const byte_vector bytes = field(1, subscription);
        const auto r = decode(bytes);
        ASSERT_TRUE(r);
        EXPECT_EQ(n == 1 || n == 256 ? 1U : 0U, r->subscriptions.size()) << n;
        const byte_vector graft = field(3, field(3, field(1, as_bytes(std::string(n, 't')))));
        EXPECT_EQ(n == 1 || n == 256 ? 1U : 0U, decode(graft)->graft.size()) << n;
    }
}

TEST(PubsubRpc, Threats2_ControlPartOfAnRpc) {
    const std::size_t most = 256 * 1024;
    // An unknown field in control counts as well: 1 + 3 bytes of tag and length.
    const byte_vector fits = field(3, field(15, byte_vector(most - 4)));
    const byte_vector over = field(3, field(15, byte_vector(most - 3)));
    EXPECT_TRUE(decode(fits));
    EXPECT_EQ(error{errc::control_too_large}, decode(over).error());
    byte_vector twice = fits;
    append(twice, field(3, from_hex("1a030a0161")));
    EXPECT_EQ(error{errc::control_too_large}, decode(twice).error()) << "all of it counts";
}

TEST(PubsubRpc, Threats2_IdsPerRpc) {
    byte_vector ids = field(1, as_bytes("a"));
    append(ids, repeated("120178", 5002));
    const byte_vector bytes = field(3, field(1, ids));
    const auto r = decode(bytes);
    ASSERT_TRUE(r);
    EXPECT_EQ(5000U, r->ihave[0].count);
    EXPECT_EQ(2U, r->cut.ids);
    const byte_vector wanted = field(3, field(2, repeated("0a0178", 5001)));
    EXPECT_EQ(5000U, decode(wanted)->iwant_ids.size());
}

TEST(PubsubRpc, OneRpcCanBeReadIntoAnother) {
    pubsub::rpc r;
    const byte_vector first = from_hex("1a034201001a051a030a0161120222001200");
    ASSERT_TRUE(pubsub::decode_rpc(first, {}, r));
    EXPECT_EQ(2U, r.messages.size());
    ASSERT_TRUE(pubsub::decode_rpc({}, {}, r));
    EXPECT_TRUE(r.empty());
    EXPECT_EQ(0U, r.control_bytes);
}

} // namespace
