// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/pubsub/router_config.hpp>

#include <gtest/gtest.h>

namespace {
using namespace lp2p;

TEST(PubsubRouterConfig, DefaultsAreThoseOfGoAndOfTheTableOfLimits) {
    const pubsub::mesh_parameters m;
    EXPECT_EQ(6U, m.d);
    EXPECT_EQ(5U, m.d_lo);
    EXPECT_EQ(12U, m.d_hi);
    EXPECT_EQ(2U, m.d_out);
    const pubsub::router_config c;
    EXPECT_EQ(pubsub::signature_policy::strict_sign, c.policy);
    EXPECT_EQ(seconds{120}, c.seen_for);
    EXPECT_EQ(262144U, c.seen_ids);
    EXPECT_EQ(1024U, c.validations);
    EXPECT_EQ(64U, c.validations_per_peer);
    EXPECT_EQ(48U * 1024, c.queue.rpc);
    EXPECT_EQ(12U * 1024, c.queue.control);
    EXPECT_EQ(256U, c.queue.publishes);
    EXPECT_EQ(1024U, c.queue.messages);
}

TEST(PubsubRouterConfig, KindsFollowFromProtocols) {
    EXPECT_EQ(pubsub::peer_kind::gossipsub_v11, pubsub::kind_of("/meshsub/1.1.0"));
    EXPECT_EQ(pubsub::peer_kind::gossipsub_v10, pubsub::kind_of("/meshsub/1.0.0"));
    EXPECT_EQ(pubsub::peer_kind::floodsub, pubsub::kind_of("/floodsub/1.0.0"));
    EXPECT_FALSE(pubsub::kind_of("/meshsub/1.3.0"));
    EXPECT_LT(pubsub::peer_kind::floodsub, pubsub::peer_kind::gossipsub_v10);
}

TEST(PubsubRouterConfig, TopicNamesAreShared) {
    const pubsub::topic_name a{"news"};
    const pubsub::topic_name b = a;
    EXPECT_EQ("news", b.text());
    EXPECT_EQ(a.text().data(), b.text().data());
    EXPECT_EQ(a, pubsub::topic_name{"news"});
    EXPECT_FALSE(a == pubsub::topic_name{"new"});
    EXPECT_EQ("", pubsub::topic_name{}.text());
}

} // namespace
