// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/node/config.hpp>

#include <gtest/gtest.h>

namespace lp2p {
namespace {

using names = std::vector<std::string>;

TEST(NodeConfig, ARouterOffersAllThatItSpeaksBestFirst) {
    EXPECT_EQ(pubsub_protocols_of({}),
              (names{"/meshsub/1.2.0", "/meshsub/1.1.0", "/meshsub/1.0.0", "/floodsub/1.0.0"}));
    EXPECT_EQ(pubsub_protocols_of({.router = router_kind::floodsub}), names{"/floodsub/1.0.0"});
    EXPECT_TRUE(pubsub_protocols_of({.router = router_kind::none}).empty());
}

TEST(NodeConfig, AListOfOnesOwnIsOfferedAsItIs) {
    node_config c;
    c.pubsub_protocols = {"/meshsub/1.0.0"};
    EXPECT_EQ(pubsub_protocols_of(c), names{"/meshsub/1.0.0"});
    c.router = router_kind::none;
    EXPECT_TRUE(pubsub_protocols_of(c).empty()) << "nobody would speak it";
}

} // namespace
} // namespace lp2p
