// SPDX-License-Identifier: Apache-2.0 OR MIT
// The seed's network in virtual time: four nodes that listen, six that dial each of them again and
// again. Between models of go and rust gossip falls silent while everything looks connected; with
// lp2p at either end it does not (seed-fault.md, T5).
#include "tests/support/mixed_net.hpp"

namespace lp2p {
namespace {

using net = test::mixed_net;

constexpr std::size_t listeners = 4; // go's place
constexpr std::size_t all_nodes = 10;
constexpr std::size_t all_pairs = all_nodes * (all_nodes - 1);

void connect_listeners(net& n) {
    for (std::size_t a = 0; a < listeners; ++a)
        for (std::size_t b = 0; b < a; ++b) n.dial(a, b);
}
void everybody_dials(net& n) {
    for (std::size_t from = listeners; from < all_nodes; ++from)
        for (std::size_t to = 0; to < listeners; ++to) n.dial(from, to);
}
/// A dial of each listener by each dialer every second, while all of them talk.
void redial(net& n, std::size_t times, const std::string& name) {
    for (std::size_t i = 0; i < times; ++i) {
        everybody_dials(n);
        n.talk(name + std::to_string(i), 2);
    }
}
std::size_t total(net& n, std::size_t test::foreign::counters::*which) {
    std::size_t sum = 0;
    for (std::size_t h = 0; h < n.size(); ++h) {
        if (auto* g = n.net[h].as<net::go>()) sum += g->counts().*which;
        if (auto* r = n.net[h].as<net::rust>()) sum += r->counts().*which;
    }
    return sum;
}
/// Every pair that ever dialed has one connection, at either end and on the wire.
void expect_one_connection_each(net& n) {
    for (std::size_t a = 0; a < all_nodes; ++a)
        for (std::size_t b = 0; b < listeners; ++b) {
            if (a == b) continue;
            EXPECT_EQ(n.connections(a, b), 1U) << a << " to " << b;
            EXPECT_EQ(n.connections(b, a), 1U) << b << " to " << a;
            EXPECT_EQ(n.net.links_between(a, b), 1U) << a << " and " << b;
        }
}
/// Ends of streams, of connections and of knowledge at lp2p nodes.
std::size_t losses(const node_event& e) {
    return std::holds_alternative<swarms::conn_closed>(e) ||
           std::holds_alternative<service::pubsub_stream_lost>(e) ||
           std::holds_alternative<service::pubsub_stream_in_lost>(e) ||
           std::holds_alternative<service::peer_unsubscribed>(e) ||
           std::holds_alternative<service::gossip_remedy>(e) ||
           std::holds_alternative<protocol_withdrawn>(e);
}

TEST(SeedFault, WithoutRedialsGoAndRustHearEachOther) {
    net n;
    for (std::size_t h = 0; h < listeners; ++h) n.add_go();
    for (std::size_t h = listeners; h < all_nodes; ++h) n.add_rust();
    connect_listeners(n);
    everybody_dials(n);
    n.net.advance(seconds{3});
    n.talk("all", 10);
    EXPECT_EQ(n.whole_pairs("all"), all_pairs);
    EXPECT_EQ(total(n, &test::foreign::counters::replaced), 0U);
    EXPECT_EQ(total(n, &test::foreign::counters::disabled), 0U);
}

TEST(SeedFault, RedialsSilenceGossipBetweenGoAndRust) {
    net n;
    for (std::size_t h = 0; h < listeners; ++h) n.add_go();
    for (std::size_t h = listeners; h < all_nodes; ++h) n.add_rust({.dials_always = true});
    connect_listeners(n);
    redial(n, 9, "meanwhile");
    n.talk("after", 6);
    EXPECT_GE(n.silent_pairs("after"), 40U) << "the six hear nothing, of 54 pairs";
    EXPECT_GT(total(n, &test::foreign::counters::replaced), 100U);
    EXPECT_GT(total(n, &test::foreign::counters::withdrawals), 20U);
    for (std::size_t h = listeners; h < all_nodes; ++h) {
        EXPECT_GT(n.as_rust(h).counts().disabled, listeners);
        for (std::size_t to = 0; to < listeners; ++to)
            EXPECT_EQ(n.connections(h, to), 8U) << "and everything looks connected";
        EXPECT_EQ(n.as_rust(h).topic_peers().size(), listeners) << "and subscribed";
    }
}

TEST(SeedFault, WithLp2pInRustsPlaceNothingIsLost) {
    net n;
    std::size_t lost = 0;
    n.on_lp2p = [&](std::size_t, const node_event& e) { lost += losses(e); };
    for (std::size_t h = 0; h < listeners; ++h) n.add_go();
    for (std::size_t h = listeners; h < all_nodes; ++h) n.add_lp2p();
    connect_listeners(n);
    redial(n, 3, "early");
    for (std::size_t i = 0; i < 6; ++i) {
        const std::string name = "second" + std::to_string(i);
        redial(n, 1, name);
        EXPECT_EQ(n.whole_pairs(name + "0"), all_pairs) << name;
        expect_one_connection_each(n);
    }
    EXPECT_EQ(lost, 0U);
    EXPECT_EQ(total(n, &test::foreign::counters::replaced), 0U);
    EXPECT_EQ(total(n, &test::foreign::counters::withdrawals), 0U);
    for (std::size_t h = 0; h < listeners; ++h)
        EXPECT_EQ(n.as_go(h).topic_peers().size(), all_nodes - 1);
}

/// rust-libp2p of the report's time, and the newest.
class SeedFaultRust : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Releases, SeedFaultRust, testing::Bool(),
                         [](const auto& p) { return p.param ? "old" : "new_"; });

TEST_P(SeedFaultRust, WithLp2pInGosPlaceNothingIsLost) {
    net n;
    std::size_t lost = 0, refused = 0;
    n.on_lp2p = [&](std::size_t, const node_event& e) {
        lost += losses(e);
        refused += std::holds_alternative<swarms::duplicate_ended>(e);
    };
    for (std::size_t h = 0; h < listeners; ++h) n.add_lp2p();
    for (std::size_t h = listeners; h < all_nodes; ++h)
        n.add_rust({.dials_always = true, .old = GetParam()});
    connect_listeners(n);
    redial(n, 3, "early");
    for (std::size_t i = 0; i < 6; ++i) {
        const std::string name = "second" + std::to_string(i);
        redial(n, 1, name);
        EXPECT_EQ(n.whole_pairs(name + "0"), all_pairs) << name;
        expect_one_connection_each(n);
    }
    EXPECT_EQ(lost, 0U);
    EXPECT_EQ(refused, 8U * listeners * (all_nodes - listeners)) << "each newcomer, and is told";
    EXPECT_EQ(total(n, &test::foreign::counters::disabled), 0U);
    EXPECT_EQ(total(n, &test::foreign::counters::lost), 0U);
}

} // namespace
} // namespace lp2p
