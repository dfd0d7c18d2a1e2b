// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/node/router_limits.hpp>

#include <gtest/gtest.h>

namespace {

using namespace lp2p;

TEST(RouterLimits, AnUnchangedTableLeavesTheRoutersSettingsAlone) {
    gossipsub::config g;
    g.common.seen_ids = 5;
    g.cache.bytes = 6;
    g.ihave_ids = 7;
    const gossipsub::config told = with_limits(g, default_limits);
    EXPECT_EQ(told.common.seen_ids, 5U);
    EXPECT_EQ(told.cache.bytes, 6U);
    EXPECT_EQ(told.ihave_ids, 7U);
}

TEST(RouterLimits, EveryChangedLimitReachesTheRouter) {
    limits l;
    std::uint32_t n = 1000; // each limit gets a value of its own, none its default
    for_each_limit(l, [&]<class T>(std::string_view, T& member) {
        if constexpr (std::is_same_v<T, duration>)
            member = seconds{n++} + milliseconds{1};
        else
            member = static_cast<T>(n++) + 7;
    });
    l.empty_rpcs = {77, 7};
    const gossipsub::config g = with_limits({}, l);
    const pubsub::router_config& c = g.common;
    EXPECT_EQ(c.queue.messages, l.peer_queue_messages);
    EXPECT_EQ(c.queue.bytes, l.peer_queue_bytes);
    EXPECT_EQ(c.queue.rpc, l.rpc_sent);
    EXPECT_EQ(c.queue.control, l.rpc_control_sent);
    EXPECT_EQ(c.queue.publishes, l.rpc_publishes_sent);
    EXPECT_EQ(c.seen_for, l.seen_for);
    EXPECT_EQ(c.seen_ids, l.seen_ids);
    EXPECT_EQ(c.topics_per_peer, l.topics_per_peer);
    EXPECT_EQ(c.topic_length, l.topic_length);
    EXPECT_EQ(c.validations, l.validations);
    EXPECT_EQ(c.validations_per_peer, l.validations_per_peer);
    EXPECT_EQ(c.untaken_messages, l.untaken_messages);
    EXPECT_EQ(c.untaken_bytes, l.untaken_bytes);
    EXPECT_EQ(c.empty_rpcs, l.empty_rpcs);
    EXPECT_EQ(c.defaults.message_most, l.rpc);
    EXPECT_EQ(g.cache.bytes, l.message_cache_bytes);
    EXPECT_EQ(g.cache.sends, l.iwant_sends);
    EXPECT_EQ(g.backoff.cap, l.backoff_most);
    EXPECT_EQ(g.backoff.unspecified, l.backoff_default);
    EXPECT_EQ(g.ihave_rpcs, l.ihave_rpcs);
    EXPECT_EQ(g.ihave_ids, l.ihave_ids);
}

} // namespace
