// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/pubsub/gossipsub.hpp>

#include "tests/protocol/pubsub/gossipsub_fixture.hpp"

#include <limits>

namespace {
using namespace lp2p;
using namespace std::chrono_literals;
using pubsub::peer_index;
using pubsub::peer_kind;
using test::strings;

class GossipsubMesh : public test::gossipsub_test {
protected:
    std::vector<peer_index> subscribers(std::size_t n, bool outbound = false) {
        std::vector<peer_index> all;
        for (std::size_t i = 0; i < n; ++i)
            all.push_back(subscriber("a", peer_kind::gossipsub_v11, outbound));
        return all;
    }
    std::size_t degree() { return router().mesh_peers("a").size(); }
    void beat() { pass(*router().next_timeout() - now); }
};

TEST_F(GossipsubMesh, JoiningGraftsD) {
    (void)subscribers(20);
    ASSERT_TRUE(router().subscribe("a", now));
    EXPECT_EQ(6U, degree());
    EXPECT_EQ(6U, told<pubsub::grafted>().size());
}

TEST_F(GossipsubMesh, ASubscriberIsGraftedAtOnceWhileTheMeshIsThin) {
    ASSERT_TRUE(router().subscribe("a", now));
    (void)subscribers(10);
    EXPECT_EQ(5U, degree()) << "up to d_lo";
}

TEST_F(GossipsubMesh, WithoutThatOptionTheHeartbeatGrafts) {
    config.graft_on_subscribe = false;
    ASSERT_TRUE(router().subscribe("a", now));
    const auto all = subscribers(10);
    EXPECT_EQ(0U, degree());
    beat();
    EXPECT_EQ(6U, degree());
    std::size_t sent = 0;
    for (const auto p : all)
        for (const auto& w : output(p)) sent += w == "graft a" ? 1 : 0;
    EXPECT_EQ(6U, sent);
}

TEST_F(GossipsubMesh, FewerThanDloAreFilledToDAtTheHeartbeat) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto all = subscribers(10);
    prunes(router().mesh_peers("a")[0], "a", 60);
    EXPECT_EQ(4U, degree());
    beat();
    EXPECT_EQ(6U, degree());
}

TEST_F(GossipsubMesh, DhiOrMoreArePrunedToDAndTold) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto all = subscribers(12);
    for (const auto p : all) grafts(p, "a");
    EXPECT_EQ(12U, degree());
    for (const auto p : all) (void)output(p);
    beat();
    EXPECT_EQ(6U, degree());
    std::size_t sent = 0;
    for (const auto p : all)
        for (const auto& w : output(p)) sent += w == "prune a 60" ? 1 : 0;
    EXPECT_EQ(6U, sent);
}

TEST_F(GossipsubMesh, OutboundMembersSurviveThePrune) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto in = subscribers(20);
    const auto out = subscribers(2, true);
    for (const auto p : in) grafts(p, "a");
    for (const auto p : out) grafts(p, "a");
    EXPECT_GE(degree(), 12U);
    beat();
    EXPECT_EQ(6U, degree());
    for (const auto p : out) EXPECT_TRUE(in_mesh(p, "a"));
}

TEST_F(GossipsubMesh, AFullMeshRefusesInboundGraftsButNotOutboundOnes) {
    ASSERT_TRUE(router().subscribe("a", now));
    for (const auto p : subscribers(12)) grafts(p, "a");
    const auto in = subscriber("a");
    const auto out = subscriber("a", peer_kind::gossipsub_v11, true);
    (void)output(in);
    grafts(in, "a");
    EXPECT_FALSE(in_mesh(in, "a"));
    EXPECT_EQ(strings{"prune a 60"}, output(in));
    EXPECT_EQ(0U, router().peer(in)->behaviour.grafts_in_backoff);
    grafts(out, "a");
    EXPECT_TRUE(in_mesh(out, "a"));
}

TEST_F(GossipsubMesh, APruneToAPeerOf10CarriesNoBackoff) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a", peer_kind::gossipsub_v10);
    (void)output(p);
    ASSERT_TRUE(router().unsubscribe("a", now));
    EXPECT_EQ((strings{"-a", "prune a 0"}), output(p));
}

TEST_F(GossipsubMesh, GraftForAnUnknownTopicIsIgnored) {
    const auto p = join();
    grafts(p, "a");
    EXPECT_EQ(strings{}, output(p));
    ASSERT_TRUE(router().unsubscribe("a", now));
}

TEST_F(GossipsubMesh, AGraftSaysThatThePeerIsSubscribed) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = join(); // its SUBSCRIBE was lost (H3)
    grafts(p, "a");
    EXPECT_TRUE(in_mesh(p, "a"));
    EXPECT_EQ(std::vector{p}, router().topic_peers("a"));
    const auto g = told<pubsub::grafted>();
    ASSERT_EQ(1U, g.size());
    EXPECT_TRUE(g[0].by_peer);
}

/// rust's queue has SUBSCRIBE and UNSUBSCRIBE before GRAFT and PRUNE: joining and leaving at once,
/// it sends UNSUBSCRIBE, GRAFT, PRUNE.
TEST_F(GossipsubMesh, AGraftBehindTheUnsubscribeOfItsPeerSaysNothing) {
    ASSERT_TRUE(router().subscribe("a", now));
    ASSERT_TRUE(router().subscribe("b", now));
    const auto p = subscriber("a");
    const auto subscribes = [&](bool on) {
        says(p, [&](pubsub::rpc& r) { r.subscriptions.push_back({"a", on}); });
    };
    subscribes(false);
    (void)output(p);
    grafts(p, "a");
    EXPECT_EQ(std::vector<pubsub::peer_index>{}, router().topic_peers("a"));
    EXPECT_FALSE(in_mesh(p, "a"));
    EXPECT_EQ(strings{}, output(p)) << "no PRUNE either: it was meant for an earlier time";
    EXPECT_EQ(0U, router().peer(p)->behaviour.grafts_in_backoff);
    grafts(p, "b");
    EXPECT_TRUE(in_mesh(p, "b")) << "of another topic it counts";
    subscribes(true);
    EXPECT_TRUE(router().peer(p)->left.empty());
    EXPECT_EQ(std::vector{p}, router().topic_peers("a"));
    grafts(p, "a");
    EXPECT_TRUE(in_mesh(p, "a"));
}
TEST_F(GossipsubMesh, ThatAPeerLeftIsKeptOfOurTopicsOnly) {
    const auto p = subscriber("theirs");
    says(p, [](pubsub::rpc& r) { r.subscriptions.push_back({"theirs", false}); });
    EXPECT_TRUE(router().peer(p)->left.empty());
}
TEST_F(GossipsubMesh, OnANewStreamAnOldUnsubscribeIsForgotten) {
    ASSERT_TRUE(router().subscribe("a", now));
    for (const bool ours : {false, true}) {
        const auto p = subscriber("a");
        says(p, [](pubsub::rpc& r) { r.subscriptions.push_back({"a", false}); });
        if (ours)
            router().hello(p);
        else
            router().resend_subscriptions(p);
        grafts(p, "a");
        EXPECT_TRUE(in_mesh(p, "a"));
    }
    const auto p = subscriber("a");
    says(p, [](pubsub::rpc& r) { r.subscriptions.push_back({"a", false}); });
    EXPECT_EQ(1U, router().peer(p)->left.size());
    ASSERT_TRUE(router().unsubscribe("a", now));
    EXPECT_TRUE(router().peer(p)->left.empty()) << "and with the topic";
}

TEST_F(GossipsubMesh, FloodsubPeersAreNeverInAMesh) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a", peer_kind::floodsub);
    grafts(p, "a");
    beat();
    EXPECT_FALSE(in_mesh(p, "a"));
}

TEST_F(GossipsubMesh, APeerThatFallsBackToFloodsubLeavesTheMesh) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a");
    ASSERT_TRUE(in_mesh(p, "a"));
    const auto again = router().peer_ready(router().peer(p)->id, peer_kind::floodsub, false, now);
    EXPECT_EQ(p, again);
    EXPECT_FALSE(in_mesh(p, "a"));
}

TEST_F(GossipsubMesh, UnsubscribingLeavesTheMeshWithoutABackoff) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a");
    says(p, [](pubsub::rpc& r) { r.subscriptions.push_back({"a", false}); });
    EXPECT_FALSE(in_mesh(p, "a"));
    const auto why = told<pubsub::pruned>();
    ASSERT_EQ(1U, why.size());
    EXPECT_EQ(error{pubsub::errc::peer_left_topic}, why[0].why);
    says(p, [](pubsub::rpc& r) { r.subscriptions.push_back({"a", true}); });
    EXPECT_TRUE(in_mesh(p, "a"));
}

TEST_F(GossipsubMesh, WhoPrunedUsIsNotGraftedBeforeItsBackoffAndTheSlackEnd) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a");
    prunes(p, "a", 20);
    EXPECT_FALSE(in_mesh(p, "a"));
    pass(21s);
    EXPECT_FALSE(in_mesh(p, "a")) << "two heartbeats of slack";
    pass(3s);
    EXPECT_TRUE(in_mesh(p, "a"));
}

TEST_F(GossipsubMesh, ABackoffSurvivesTheConnection) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a");
    prunes(p, "a", 60);
    const wire::peer_id id = router().peer(p)->id;
    router().peer_gone(p, now);
    const auto again = router().peer_ready(id, peer_kind::gossipsub_v11, false, now);
    EXPECT_NE(p, again) << "never used twice";
    says(again, [](pubsub::rpc& r) { r.subscriptions.push_back({"a", true}); });
    pass(50s);
    EXPECT_FALSE(in_mesh(again, "a"));
}

TEST_F(GossipsubMesh, Threats7_PruneBackoffOf0And2To63And2To64) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto zero = subscriber("a");
    const auto large = subscriber("a");
    const auto largest = subscriber("a");
    prunes(zero, "a", 0);
    prunes(large, "a", std::uint64_t{1} << 63U);
    prunes(largest, "a", std::numeric_limits<std::uint64_t>::max());
    pass(59s);
    EXPECT_FALSE(in_mesh(zero, "a"));
    pass(5s);
    EXPECT_TRUE(in_mesh(zero, "a")) << "0 means 60 s";
    pass(3530s);
    EXPECT_FALSE(in_mesh(large, "a"));
    pass(10s);
    EXPECT_TRUE(in_mesh(large, "a")) << "never more than an hour";
    EXPECT_TRUE(in_mesh(largest, "a"));
    pass(24h);
    EXPECT_TRUE(in_mesh(largest, "a")) << "heartbeats a day later still fine";
}

TEST_F(GossipsubMesh, Threats7_GraftInBackoffAgainAndAgain) {
    ASSERT_TRUE(router().subscribe("a", now));
    for (const auto p : subscribers(12)) grafts(p, "a");
    const auto p = subscriber("a");
    (void)output(p);
    grafts(p, "a"); // the mesh is full: PRUNE, and a backoff begins
    EXPECT_EQ(strings{"prune a 60"}, output(p));
    const auto penalty = [&] { return router().peer(p)->behaviour.grafts_in_backoff; };
    for (int i = 0; i < 100; ++i) grafts(p, "a");
    EXPECT_EQ(200U, penalty()) << "double, within 10 s of the PRUNE";
    EXPECT_EQ(strings{}, output(p)) << "at most one PRUNE each 10 s and topic";
    now += 11s;
    grafts(p, "a");
    EXPECT_EQ(201U, penalty());
    EXPECT_EQ(strings{"prune a 60"}, output(p));
    EXPECT_EQ(101, errors(pubsub::errc::graft_in_backoff));
    now += 61s;
    router().peer_gone(router().mesh_peers("a")[0], now);
    grafts(p, "a");
    EXPECT_TRUE(in_mesh(p, "a")) << "after the backoff it may";
}

TEST_F(GossipsubMesh, AnIgnoredPeerLosesItsPlaceInTheMesh) {
    config.common.empty_rpcs = {10, 1};
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a");
    for (int i = 0; i < 20; ++i) says(p, [](pubsub::rpc&) {});
    beat();
    EXPECT_FALSE(in_mesh(p, "a"));
}

TEST_F(GossipsubMesh, WhoBehavedWorstIsPrunedFirst) {
    config.common.defaults.mesh.d_score = 6;
    ASSERT_TRUE(router().subscribe("a", now));
    const auto all = subscribers(12);
    for (const auto p : all) grafts(p, "a");
    for (std::size_t i = 0; i < 6; ++i) router().malformed(all[i], pubsub::errc::malformed_rpc);
    beat();
    ASSERT_EQ(6U, degree());
    for (std::size_t i = 6; i < 12; ++i) EXPECT_TRUE(in_mesh(all[i], "a"));
}

TEST_F(GossipsubMesh, HeartbeatsComeEverySecondAfterTheFirst) {
    EXPECT_EQ(now + 100ms, *router().next_timeout());
    router().handle_timeout(now + 50ms);
    EXPECT_EQ(now + 100ms, *router().next_timeout()) << "early calls change nothing";
    router().handle_timeout(now + 100ms);
    router().handle_timeout(now + 100ms);
    EXPECT_EQ(now + 1100ms, *router().next_timeout());
}

} // namespace
