// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/pubsub/peer_queue.hpp>

#include "tests/protocol/pubsub/support.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace {
using namespace lp2p;
using pubsub::lane;
using pubsub::peer_queue;
using strings = std::vector<std::string>;

pubsub::topic_name topic(std::string_view text) { return pubsub::topic_name{text}; }
shared_bytes message(std::string_view data) {
    byte_vector out;
    pubsub::encode_publish(test::unsigned_message("t", data), out);
    return shared_bytes{out};
}
shared_bytes gossip(std::string_view id) {
    byte_vector out;
    const byte_view ids[] = {as_bytes(id)};
    pubsub::encode_iwant(ids, out);
    return shared_bytes{out};
}
/// A queue seen as a router with one peer.
struct only {
    peer_queue& q;
    bool take_rpc(pubsub::peer_index, byte_vector& out) { return q.take_rpc(out); }
};
test::sent_rpcs sent(peer_queue& q) {
    only one{q};
    return test::take_all(one, pubsub::peer_index{});
}

TEST(PubsubPeerQueue, ControlFirstThenOwnThenForwardsThenGossip) {
    peer_queue q{{.publishes = 1}};
    ASSERT_TRUE(q.push(lane::gossip, gossip("g")));
    ASSERT_TRUE(q.push(lane::forward, message("forward")));
    ASSERT_TRUE(q.push(lane::own, message("own")));
    q.graft(topic("a"));
    q.subscription(topic("a"), true);
    const auto out = sent(q);
    ASSERT_EQ(2U, out.rpcs.size());
    EXPECT_EQ((strings{"+a", "message own", "iwant g", "graft a", "message forward"}), out.words());
    EXPECT_TRUE(q.empty());
}

TEST(PubsubPeerQueue, TheLastWordOnATopicIsSent) {
    peer_queue q{{}};
    q.subscription(topic("a"), true);
    q.graft(topic("a"));
    q.subscription(topic("a"), false);
    q.prune(topic("a"), 10);
    EXPECT_EQ((strings{"-a", "prune a 10"}), sent(q).words());
    byte_vector rest;
    EXPECT_FALSE(q.take_rpc(rest));
}

TEST(PubsubPeerQueue, Threats2_WhenFullGossipGoesFirstThenForwardsThenOwn) {
    peer_queue q{{.messages = 3}};
    ASSERT_TRUE(q.push(lane::own, message("o1")));
    ASSERT_TRUE(q.push(lane::forward, message("f1")));
    ASSERT_TRUE(q.push(lane::gossip, gossip("g1")));
    ASSERT_TRUE(q.push(lane::forward, message("f2")));
    EXPECT_EQ(1U, q.take_dropped(lane::gossip));
    ASSERT_TRUE(q.push(lane::own, message("o2")));
    ASSERT_TRUE(q.push(lane::own, message("o3")));
    EXPECT_EQ(2U, q.take_dropped(lane::forward));
    ASSERT_TRUE(q.push(lane::own, message("o4")));
    EXPECT_TRUE(q.has_dropped());
    EXPECT_EQ(1U, q.take_dropped(lane::own));
    EXPECT_FALSE(q.has_dropped());
    q.graft(topic("a"));
    q.subscription(topic("b"), true);
    EXPECT_EQ((strings{"+b", "message o2", "message o3", "message o4", "graft a"}), sent(q).words())
        << "control is never dropped";
}

TEST(PubsubPeerQueue, Threats2_BytesAreBounded) {
    peer_queue q{{.bytes = 10'000}};
    const shared_bytes m = message(std::string(1000, 'x'));
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(q.push(lane::forward, m));
        ASSERT_LE(q.bytes(), 10'000U);
    }
    EXPECT_EQ(9U, q.messages());
    EXPECT_EQ(91U, q.take_dropped(lane::forward));
    EXPECT_EQ(10U, m.owners()) << "encoded once, shared by all who wait";
}

TEST(PubsubPeerQueue, WhatNoRpcCanHoldIsRefused) {
    peer_queue q{{.rpc = 1000, .control = 100}};
    EXPECT_FALSE(q.push(lane::own, message(std::string(990, 'x'))));
    EXPECT_TRUE(q.push(lane::own, message(std::string(980, 'x'))));
    EXPECT_FALSE(q.push(lane::gossip, gossip(std::string(95, 'x'))));
    EXPECT_TRUE(q.push(lane::gossip, gossip(std::string(80, 'x'))));
    const auto out = sent(q);
    EXPECT_EQ(2U, out.rpcs.size());
    EXPECT_EQ(2U, out.words().size());
}

TEST(PubsubPeerQueue, Threats2_RpcsAreCutToWhatEveryPeerTakes) {
    peer_queue q{{.messages = 10'000}};
    for (int i = 0; i < 3000; ++i)
        q.subscription(topic("a topic with number " + std::to_string(i)), true);
    for (int i = 0; i < 600; ++i) ASSERT_TRUE(q.push(lane::own, message(std::to_string(i))));
    for (int i = 0; i < 10; ++i)
        ASSERT_TRUE(q.push(lane::forward, message(std::string(40'000, 'x'))));
    for (int i = 0; i < 100; ++i)
        ASSERT_TRUE(q.push(lane::gossip, gossip("id" + std::string(1000, 'y'))));
    std::size_t words = 0;
    byte_vector frame;
    while (q.take_rpc(frame)) {
        const auto length = *wire::decode_uvarint(frame);
        ASSERT_EQ(frame.size(), length.size + length.value) << "one RPC a frame";
        EXPECT_LE(length.value, 48U * 1024);
        const auto r = pubsub::decode_rpc(byte_view{frame}.subspan(length.size), {.topics = 5000});
        ASSERT_TRUE(r);
        EXPECT_LE(r->messages.size(), 256U);
        std::size_t control = r->control_bytes;
        for (const auto& s : r->subscriptions) control += s.topic.size() + 6;
        EXPECT_LE(control, 12U * 1024);
        words += r->subscriptions.size() + r->messages.size() + r->iwant_ids.size();
        frame.clear();
    }
    EXPECT_EQ(3000U + 600 + 10 + 100, words);
}

TEST(PubsubPeerQueue, AGraftNeverOvertakesItsSubscription) {
    peer_queue q{{.control = 100}};
    for (int i = 0; i < 20; ++i) q.subscription(topic("topic " + std::to_string(i)), true);
    q.graft(topic("topic 19"));
    const auto words = sent(q).words();
    ASSERT_EQ(21U, words.size());
    EXPECT_EQ("graft topic 19", words.back());
}

TEST(PubsubPeerQueue, TakingAppendsToWhatIsThere) {
    peer_queue q{{}};
    q.graft(topic("a"));
    byte_vector out(3);
    ASSERT_TRUE(q.take_rpc(out));
    EXPECT_GT(out.size(), 3U);
    EXPECT_FALSE(q.take_rpc(out));
}

/// Whatever the limits: everything that was accepted comes out, in order within its lane.
RC_GTEST_PROP(PubsubPeerQueue, NothingIsLostBelowTheBounds, (std::vector<std::uint16_t> sizes)) {
    const auto rpc = *rc::gen::inRange<std::size_t>(60, 3000);
    peer_queue q{{.messages = 1000, .rpc = rpc, .control = rpc / 2, .publishes = 3}};
    strings own, forwards, own_sent, forwards_sent;
    for (const std::uint16_t s : sizes) {
        const bool is_own = s % 2 == 0;
        const std::string data = (is_own ? "o" : "f") + std::string(s % 3000U, 'x');
        if (q.push(is_own ? lane::own : lane::forward, message(data)))
            (is_own ? own : forwards).push_back("message " + data);
    }
    for (const auto& w : sent(q).words())
        (w.starts_with("message o") ? own_sent : forwards_sent).push_back(w);
    RC_ASSERT(own_sent == own);
    RC_ASSERT(forwards_sent == forwards);
    RC_ASSERT(q.empty() && q.bytes() == 0U);
}

} // namespace
