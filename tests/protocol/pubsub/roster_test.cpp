// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/pubsub/roster.hpp>

#include "tests/protocol/pubsub/support.hpp"

#include <gtest/gtest.h>

namespace {
using namespace lp2p;
using pubsub::peer_index;

constexpr instant t0 = test::pubsub_start;

TEST(PubsubRoster, FindsPeersByIndexAndById) {
    pubsub::roster r{{}};
    for (std::uint32_t i = 1; i <= 5; ++i) r.add(test::peer_number(i), t0);
    r.remove(peer_index{3});
    r.remove(peer_index{3});
    EXPECT_EQ(nullptr, r.find(peer_index{3}));
    EXPECT_EQ(nullptr, r.find(test::peer_number(3)));
    for (const std::uint32_t i : {1U, 2U, 4U, 5U}) {
        ASSERT_NE(nullptr, r.find(peer_index{i}));
        EXPECT_EQ(test::peer_number(i), r.find(peer_index{i})->id);
        EXPECT_EQ(r.find(peer_index{i}), r.find(test::peer_number(i)));
    }
    EXPECT_EQ(peer_index{6}, r.add(test::peer_number(3), t0).index) << "never used twice";
}

TEST(PubsubRoster, TopicsLiveAsLongAsSomebodyNeedsThem) {
    pubsub::roster r{{}};
    r.add(test::peer_number(1), t0);
    r.add(test::peer_number(2), t0);
    EXPECT_TRUE(r.subscribe(*r.find(peer_index{1}), "t"));
    EXPECT_FALSE(r.subscribe(*r.find(peer_index{1}), "t")) << "known";
    EXPECT_TRUE(r.subscribe(*r.find(peer_index{2}), "t"));
    const auto t = *r.find_topic("t");
    EXPECT_EQ((std::vector{peer_index{1}, peer_index{2}}), r.at(t).subscribers);
    EXPECT_TRUE(r.unsubscribe(*r.find(peer_index{1}), t));
    EXPECT_FALSE(r.unsubscribe(*r.find(peer_index{1}), t));
    r.at(t).joined = true;
    r.remove(peer_index{2});
    EXPECT_TRUE(r.has(t)) << "we are in it";
    r.at(t).joined = false;
    r.at(t).kept = true;
    r.release(t);
    EXPECT_TRUE(r.has(t));
    r.at(t).kept = false;
    r.release(t);
    EXPECT_FALSE(r.has(t));
    EXPECT_FALSE(r.find_topic("t"));
    EXPECT_NE(t, r.topic("t")) << "never used twice";
}

TEST(PubsubRoster, Threats2_TopicsAPeerMaySubscribe) {
    pubsub::roster r{{}};
    auto& p = r.add(test::peer_number(1), t0);
    for (int i = 0; i < 256; ++i) ASSERT_TRUE(r.subscribe(p, std::to_string(i)));
    EXPECT_FALSE(r.subscribe(p, "one more"));
    EXPECT_FALSE(r.find_topic("one more")) << "and nothing is kept for it";
    EXPECT_TRUE(r.unsubscribe(p, *r.find_topic("7")));
    EXPECT_TRUE(r.subscribe(p, "one more"));
    r.remove(p.index);
    EXPECT_TRUE(r.topics().empty());
}

TEST(PubsubRoster, SettingsAreThoseOfTheTopicElseTheDefaults) {
    pubsub::router_config c;
    c.defaults.message_most = 1;
    c.topics = {{.topic = "x", .message_most = 2}, {.topic = "y", .message_most = 3}};
    pubsub::roster r{c};
    EXPECT_EQ(3U, r.settings("y").message_most);
    EXPECT_EQ(1U, r.settings("z").message_most);
    EXPECT_EQ(2U, r.settings(r.topic("x")).message_most);
    const pubsub::roster moved = std::move(r);
    EXPECT_EQ(2U, moved.settings(*moved.find_topic("x")).message_most);
}

TEST(PubsubRoster, NamesAreTextOfOneTo256Bytes) {
    const pubsub::roster r{{}};
    EXPECT_TRUE(r.valid_name("t"));
    EXPECT_TRUE(r.valid_name(std::string(256, 't')));
    EXPECT_FALSE(r.valid_name(std::string(257, 't')));
    EXPECT_FALSE(r.valid_name(""));
    EXPECT_FALSE(r.valid_name("\xc0\x80"));
}

TEST(PubsubRoster, EveryFaultLowersTheStanding) {
    EXPECT_EQ(0.0, pubsub::conduct{}.standing());
    for (auto fault : {&pubsub::conduct::invalid_messages, &pubsub::conduct::malformed_rpcs,
                       &pubsub::conduct::broken_promises, &pubsub::conduct::grafts_in_backoff,
                       &pubsub::conduct::floods}) {
        pubsub::conduct c;
        c.*fault = 2;
        EXPECT_EQ(-2.0, c.standing());
    }
}

} // namespace
