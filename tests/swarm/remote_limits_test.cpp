// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/swarm/remote_limits.hpp>

#include <gtest/gtest.h>

namespace lp2p {
namespace {

TEST(RemoteLimits, AreThoseOfTheAgent) {
    EXPECT_EQ(assumed_limits("rust-libp2p/0.47.0").both, 512U);
    EXPECT_EQ(assumed_limits("github.com/libp2p/go-libp2p@v0.51.0").protocol, 64U);
    EXPECT_EQ(assumed_limits("kubo/0.30.0/abc").ping, 2U);
    EXPECT_EQ(assumed_limits("js-libp2p/3.3.11 UserAgent=v20").outbound, 1000U);
    EXPECT_EQ(assumed_limits("lp2p/0.1.0").outbound, 512U);
}
TEST(RemoteLimits, OfAnUnknownAgentAreTheStrictestOfAll) {
    const remote_limits unknown = assumed_limits("nobody/1");
    for (const auto* agent : {"rust-libp2p/1", "x/go-libp2p", "js-libp2p/1", "lp2p/1"}) {
        const remote_limits known = assumed_limits(agent);
        EXPECT_LE(unknown.both, known.both) << agent;
        EXPECT_LE(unknown.outbound, known.outbound) << agent;
        EXPECT_LE(unknown.unacknowledged, known.unacknowledged) << agent;
        EXPECT_LE(unknown.protocol, known.protocol) << agent;
        EXPECT_LE(unknown.identify, known.identify) << agent;
        EXPECT_LE(unknown.ping, known.ping) << agent;
    }
    EXPECT_EQ(assumed_limits(""), unknown);
}
TEST(RemoteLimits, ArePerPurpose) {
    const remote_limits go = assumed_limits("go-libp2p");
    EXPECT_EQ(go.of(purpose::ping), 2U);
    EXPECT_EQ(go.of(purpose::identify), 16U);
    EXPECT_EQ(go.of(purpose::application), 64U);
}

} // namespace
} // namespace lp2p
