// SPDX-License-Identifier: Apache-2.0 OR MIT
// The seed's network without its fault: ten nodes, each of which dials four others again and again,
// keep one connection per peer, one stream each way, their topics, and lose no message.
#include "tests/support/counting_new.hpp"

#include "tests/node/node_net.hpp"

namespace lp2p {
namespace {

using net = test::node_net<test::null_stack>;

constexpr std::size_t nodes = 10;
constexpr std::size_t dialed_by_each = 4;

bool is_dialed(std::size_t from, std::size_t to) {
    return (to + nodes - from - 1) % nodes < dialed_by_each;
}
void everybody_dials(net& n) {
    for (std::size_t from = 0; from < nodes; ++from)
        for (std::size_t to = 0; to < nodes; ++to)
            if (is_dialed(from, to)) n.dial(from, to);
}
/// Ends of streams, of connections and of knowledge that a healthy network does not see.
struct losses {
    std::size_t conns = 0, streams_out = 0, streams_in = 0, subscriptions = 0, lists = 0;
    friend bool operator==(const losses&, const losses&) = default;
    friend std::ostream& operator<<(std::ostream& to, const losses& l) {
        return to << "conns " << l.conns << " out " << l.streams_out << " in " << l.streams_in
                  << " subscriptions " << l.subscriptions << " lists " << l.lists;
    }
};
void count_losses(losses& l, const node_event& e) {
    l.conns += std::holds_alternative<swarms::conn_closed>(e);
    l.streams_out += std::holds_alternative<service::pubsub_stream_lost>(e);
    l.streams_in += std::holds_alternative<service::pubsub_stream_in_lost>(e);
    l.subscriptions += std::holds_alternative<service::peer_unsubscribed>(e);
    l.lists += std::holds_alternative<service::protocols_updated>(e);
}
void expect_one_connection_each(net& n, const char* when) {
    for (std::size_t from = 0; from < nodes; ++from)
        for (std::size_t to = 0; to < nodes; ++to) {
            if (from == to) continue;
            const std::size_t wanted = is_dialed(from, to) || is_dialed(to, from) ? 1 : 0;
            EXPECT_EQ(n[from].connections_to(n[to].id()), wanted) << when << from << to;
            EXPECT_EQ(n.net.links_between(from, to), wanted) << when << from << to;
        }
}
void forget_events(net& n) {
    for (std::size_t h = 0; h < nodes; ++h) std::vector<node_event>{}.swap(n.net.events(h));
}

TEST(RepeatedDials, KeepGossipAlive) {
    node_config config;
    config.gossip.common.seen_for = seconds{10}; // so that what is kept by design is kept early
    net n{nodes, config};
    n.writes_transcript = false;
    n.subscribe_all("t");
    everybody_dials(n);
    n.net.advance(seconds{4}); // crossings are settled within 3 s
    expect_one_connection_each(n, "settled ");
    const std::size_t connected = n.net.links();
    losses lost;
    n.also = [&](std::size_t, const node_event& e) { count_losses(lost, e); };
    std::size_t early = 0;
    for (int second = 0; second < 40; ++second) {
        everybody_dials(n);
        const std::string round = std::to_string(second);
        n.everybody_publishes("t", round);
        n.net.advance(seconds{1});
        EXPECT_EQ(n.pairs_delivered(round), nodes * (nodes - 1)) << "round " << second;
        n.got.clear();
        forget_events(n);
        if (second == 14) early = test::live_bytes();
    }
    EXPECT_EQ(lost, losses{});
    EXPECT_EQ(n.net.links(), connected);
    expect_one_connection_each(n, "at the end ");
    for (std::size_t h = 0; h < nodes; ++h) {
        EXPECT_EQ(n[h].pubsub_state()->topic_peers("t").size(), n[h].peers().size());
        for (const auto& peer : n[h].peers()) {
            const auto info = n[h].look(*n[h].established(peer));
            ASSERT_TRUE(info);
            EXPECT_LE(info->conn.ledger().inbound() + info->conn.ledger().outbound(), 2U)
                << "one pubsub stream each way and nothing else";
        }
    }
    EXPECT_LT(test::live_bytes(), early + 64 * 1024) << "memory is flat, from " << early;
}

TEST(CrossingDials, SettleToOneConnectionEachAndLoseNothing) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        net n{nodes, {.seed = seed}, seed};
        n.subscribe_all("t");
        for (std::size_t a = 0; a < nodes; ++a) // every pair from both sides at once
            for (std::size_t b = 0; b < nodes; ++b)
                if (a != b) n.dial(a, b);
        n.net.advance(seconds{3});
        for (std::size_t a = 0; a < nodes; ++a) {
            EXPECT_EQ(n[a].peers().size(), nodes - 1) << seed;
            for (std::size_t b = a + 1; b < nodes; ++b)
                EXPECT_EQ(n.net.links_between(a, b), 1U) << a << b << " seed " << seed;
            EXPECT_EQ(n[a].pubsub_state()->topic_peers("t").size(), nodes - 1) << seed;
        }
        n.everybody_publishes("t", "a");
        n.net.advance(seconds{2});
        EXPECT_EQ(n.pairs_delivered("a"), nodes * (nodes - 1)) << seed;
    }
}

} // namespace
} // namespace lp2p
