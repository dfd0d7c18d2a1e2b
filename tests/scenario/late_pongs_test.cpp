// SPDX-License-Identifier: Apache-2.0 OR MIT
// Two nodes that dial each other at once over a line whose delays are longer than the bound of a
// pong: each may end the connection that the other keeps (architecture.md, "Duplicate
// connections"). The dials that were answered by those run again, so that one is left all the same.
#include <lp2p/swarm/swarm.hpp>

#include "tests/support/simnet.hpp"
#include "tests/swarm/people.hpp"

#include <gtest/gtest.h>

namespace lp2p {
namespace {

using machine = swarm<test::null_stack>;

machine make(std::uint8_t seed) {
    const test::person<test::null_stack> who{seed};
    machine::config c;
    c.seed = seed;
    return {who.self, who.id, c, who.crypto, test::start};
}

const auto one = test::person<test::null_stack>{1}.id, two = test::person<test::null_stack>{2}.id;

/// Two nodes that do not know each other yet.
struct pair_of_nodes : test::simnet<machine> {
    explicit pair_of_nodes(std::uint64_t seed)
        : simnet{seed}
        , a{add(make(1), test::address(1))}
        , b{add(make(2), test::address(2))} {}
    void a_dials() { (*this)[a].dial(test::address(2).with_peer(two), now()); }
    void b_dials() { (*this)[b].dial(test::address(1).with_peer(one), now()); }
    void expect_one_connection(const std::string& story) {
        EXPECT_EQ(links_between(a, b), 1U) << story;
        EXPECT_EQ((*this)[a].connections_to(two), 1U) << story;
        EXPECT_EQ((*this)[b].connections_to(one), 1U) << story;
    }
    std::size_t a, b;
};

TEST(LatePongs, BothMayCloseAndThenTheDialsRunAgain) {
    std::size_t both_closed = 0;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        pair_of_nodes net{seed};
        net.latency = milliseconds{50};
        net.jitter = milliseconds{1500};
        std::array<bool, 2> had{};
        std::array<instant, 2> closed{};
        std::size_t again = 0;
        bool none = false;
        net.on_event = [&](std::size_t h, const swarms::event& e) {
            if (std::holds_alternative<swarms::conn_closed>(e)) closed[h] = net.now();
            if (std::holds_alternative<swarms::reconnecting>(e)) {
                ++again;
                EXPECT_EQ(net.now(), closed[h]) << "at once";
            }
            const std::array<bool, 2> has{net[net.a].connections_to(two) != 0,
                                          net[net.b].connections_to(one) != 0};
            none = none || (had[0] && had[1] && !has[0] && !has[1]);
            had = {had[0] || has[0], had[1] || has[1]};
        };
        net.a_dials();
        net.b_dials();
        net.advance(seconds{60});
        both_closed += none;
        EXPECT_EQ(again != 0, none) << seed;
        net.expect_one_connection(std::to_string(seed) + (none ? " both closed" : ""));
    }
    EXPECT_GT(both_closed, 0U) << "else this test asks nothing";
}

/// One end, or each, replaces the connection when the line has become slow.
TEST(LatePongs, AReplacementEndsWithOneConnectionAllTheSame) {
    std::size_t gaps = 0;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        pair_of_nodes net{seed};
        net.latency = milliseconds{10};
        net.a_dials();
        net.advance(seconds{5});
        net.jitter = milliseconds{1500};
        net[net.b].add_address(one, test::address(1));
        net.on_event = [&](std::size_t, const swarms::event& e) {
            gaps += std::holds_alternative<swarms::replace_gap>(e);
        };
        (void)net[net.a].replace(*net[net.a].established(two), swarms::errc::disconnected,
                                 net.now());
        if (seed % 2 == 0) {
            net.advance(milliseconds{static_cast<std::int64_t>(seed) * 10});
            if (const auto at = net[net.b].established(one))
                (void)net[net.b].replace(*at, swarms::errc::disconnected, net.now());
        }
        net.advance(seconds{60});
        net.expect_one_connection(std::to_string(seed));
    }
    EXPECT_GT(gaps, 0U) << "else this test asks nothing";
}

} // namespace
} // namespace lp2p
