// SPDX-License-Identifier: Apache-2.0 OR MIT
// Bytes marked "go" were written by go-libp2p-pubsub v0.16.0 (its pb package).
#include <lp2p/protocol/pubsub/rpc_encode.hpp>

#include "tests/protocol/pubsub/support.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace {
using namespace lp2p;
using test::from_hex;

TEST(PubsubRpcEncode, WritesTheBytesOfGo) {
    byte_vector out;
    pubsub::encode_subscription("alpha", true, out);
    pubsub::encode_subscription("beta", false, out);
    EXPECT_EQ(from_hex("0a0908011205616c7068610a080800120462657461"), out);

    const byte_vector from = from_hex("010203");
    const byte_vector seqno = from_hex("0000000000000009");
    const byte_vector signature = from_hex("aabb");
    const byte_vector key = from_hex("cc");
    out.clear();
    pubsub::encode_publish({from, as_bytes("hello"), seqno, "alpha", signature, key}, out);
    EXPECT_EQ(
        from_hex("12240a03010203120568656c6c6f1a0800000000000000092205616c7068612a02aabb3201cc"),
        out);

    byte_vector control;
    const byte_vector odd = from_hex("fffe");
    const byte_view ids[] = {as_bytes("id1"), odd};
    pubsub::encode_ihave("alpha", ids, control);
    const byte_view wanted[] = {as_bytes("id3")};
    pubsub::encode_iwant(wanted, control);
    pubsub::encode_graft("alpha", control);
    out.clear();
    pubsub::encode_control_header(control.size(), out);
    append(out, control);
    EXPECT_EQ(from_hex("1a220a100a05616c70686112036964311202fffe12050a036964331a070a05616c706861"),
              out);

    control.clear();
    pubsub::encode_prune("beta", std::uint64_t{60}, control);
    EXPECT_EQ(from_hex("22080a0462657461183c"), control);
}

TEST(PubsubRpcEncode, APruneFor10HasNoBackoff) {
    byte_vector out;
    pubsub::encode_prune("beta", std::nullopt, out);
    EXPECT_EQ(from_hex("22060a0462657461"), out);
}

TEST(PubsubRpcEncode, AbsentFieldsStayAbsentAndEmptyOnesEmpty) {
    byte_vector out;
    pubsub::encode_publish({{}, pubsub::empty_field, {}, "alpha", {}, {}}, out);
    EXPECT_EQ(from_hex("120912002205616c706861"), out); // go
}

TEST(PubsubRpcEncode, OtherThanPublishIsNotReadAsPublish) {
    EXPECT_FALSE(pubsub::decode_publish({}));
    EXPECT_FALSE(pubsub::decode_publish(from_hex("12")));
    EXPECT_FALSE(pubsub::decode_publish(from_hex("120322016100")));
}

RC_GTEST_PROP(PubsubRpcEncode, MessagesComeBackAsTheyWere,
              (std::vector<std::uint8_t> a, std::vector<std::uint8_t> b, std::string topic,
               std::uint8_t present)) {
    const auto bytes = [](const std::vector<std::uint8_t>& v) {
        return v.empty() ? pubsub::empty_field
                         : byte_view{reinterpret_cast<const std::byte*>(v.data()), v.size()};
    };
    const auto some = [&](unsigned bit, byte_view v) {
        return (present >> bit & 1U) != 0 ? v : byte_view{};
    };
    const pubsub::message_view m{some(0, bytes(a)), some(1, bytes(b)), some(2, bytes(a)), topic,
                                 some(3, bytes(b)), some(4, bytes(a))};
    byte_vector out;
    pubsub::encode_publish(m, out);
    RC_ASSERT(out.size() == pubsub::publish_size(m));
    const auto back = pubsub::decode_publish(out);
    RC_ASSERT(back.has_value());
    const auto same = [](byte_view x, byte_view y) {
        return pubsub::has(x) == pubsub::has(y) && equal(x, y);
    };
    RC_ASSERT(same(m.from, back->from) && same(m.data, back->data) && same(m.seqno, back->seqno));
    RC_ASSERT(same(m.signature, back->signature) && same(m.key, back->key));
    RC_ASSERT(back->topic == topic);
    byte_vector again;
    pubsub::encode_publish(*back, again);
    RC_ASSERT(again == out);
}

} // namespace
