// SPDX-License-Identifier: Apache-2.0 OR MIT
// Ten nodes with real crypto, in a line at first: every message reaches everybody once, connections
// that are cut are made again, and nobody is forgotten.
#include "tests/node/node_net.hpp"

namespace lp2p {
namespace {

using net = test::node_net<test::real_stack>;

TEST(TenNodes, EveryPairDeliversOverNoise) {
    constexpr std::size_t nodes = 10;
    net n{nodes};
    n.subscribe_all("t");
    for (std::size_t h = 1; h < nodes; ++h) n.dial(h, h - 1);
    n.net.advance(seconds{3});
    n.everybody_publishes("t", "line");
    n.net.advance(seconds{2});
    EXPECT_EQ(n.pairs_delivered("line"), nodes * (nodes - 1));

    n.net.cut(4, 5); // nobody is told: two halves
    n.net.advance(seconds{40});
    EXPECT_FALSE(n[4].established(n[5].id()));
    EXPECT_FALSE(n[5].established(n[4].id()));
    n.dial(4, 5);
    n.dial(0, 9);
    n.net.advance(seconds{15});
    n.everybody_publishes("t", "healed");
    n.net.advance(seconds{2});
    EXPECT_EQ(n.pairs_delivered("healed"), nodes * (nodes - 1));

    n[3].shut_down(n.net.now());
    n.net.advance(seconds{5});
    for (std::size_t h = 0; h < nodes; ++h) {
        if (h == 3) continue;
        ASSERT_TRUE(n[h].publish("t", as_bytes("gone/" + std::to_string(h)), n.net.now()));
    }
    n.net.advance(seconds{2});
    EXPECT_EQ(n.pairs_delivered("gone"), 9U * 8U) << "the ring holds";
}

} // namespace
} // namespace lp2p
