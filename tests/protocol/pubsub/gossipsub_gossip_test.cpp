// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/pubsub/gossipsub.hpp>

#include "tests/protocol/pubsub/gossipsub_fixture.hpp"

#include <algorithm>
#include <set>

namespace {
using namespace lp2p;
using namespace std::chrono_literals;
using pubsub::peer_index;
using pubsub::peer_kind;
using test::strings;

class GossipsubGossip : public test::gossipsub_test {
protected:
    void beat() { pass(*router().next_timeout() - now); }
    std::size_t count(peer_index p, std::string_view word) {
        std::size_t n = 0;
        for (const auto& w : output(p)) n += w.starts_with(word) ? 1 : 0;
        return n;
    }
};

TEST_F(GossipsubGossip, IhaveGoesToPeersOutsideTheMeshForThreeHeartbeats) {
    ASSERT_TRUE(router().subscribe("a", now));
    std::vector<peer_index> all;
    for (int i = 0; i < 8; ++i) all.push_back(subscriber("a"));
    const auto flood = subscriber("a", peer_kind::floodsub);
    beat();
    ASSERT_TRUE(router().publish(test::unsigned_message("a", "m"), now));
    std::map<peer_index, std::size_t> told;
    for (int i = 0; i < 6; ++i) {
        beat();
        for (const auto p : all) told[p] += count(p, "ihave m");
    }
    for (const auto p : all) EXPECT_EQ(in_mesh(p, "a") ? 0U : 3U, told[p]);
    EXPECT_EQ(0U, count(flood, "ihave"));
}

TEST_F(GossipsubGossip, GossipGoesToAQuarterOfManyPeersAndToSixOfFew) {
    config.graft_on_subscribe = false;
    ASSERT_TRUE(router().subscribe("a", now));
    std::vector<peer_index> all;
    for (int i = 0; i < 46; ++i) all.push_back(subscriber("a"));
    beat(); // six are grafted, forty are left
    for (const auto p : all) (void)output(p);
    ASSERT_TRUE(router().publish(test::unsigned_message("a", "m"), now));
    beat();
    std::size_t told = 0;
    for (const auto p : all) told += count(p, "ihave m");
    EXPECT_EQ(10U, told);
}

TEST_F(GossipsubGossip, WhatIsAdvertisedAndUnseenIsAskedFor) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a");
    (void)output(p);
    sends(p, "a", "known");
    settle();
    advertises(p, "a", {"known", "new", "new"});
    EXPECT_EQ(strings{"iwant new"}, output(p));
    advertises(p, "b", {"other topic"});
    EXPECT_EQ(strings{}, output(p));
}

TEST_F(GossipsubGossip, AskedMessagesAreSent) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a");
    const auto q = subscriber("a");
    (void)output(q);
    sends(p, "a", "m");
    settle();
    (void)output(q);
    asks(q, {"m", "unknown"});
    EXPECT_EQ(strings{"message m"}, output(q));
}

TEST_F(GossipsubGossip, Threats7_SameMessageAskedAThousandTimes) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a");
    const auto q = subscriber("a");
    sends(p, "a", "m");
    settle();
    (void)output(q);
    std::size_t sent = 0;
    for (int i = 0; i < 10; ++i) {
        asks(q, strings(100, "m"));
        sent += count(q, "message m");
    }
    EXPECT_EQ(3U, sent);
    asks(p, {"m"});
    EXPECT_EQ(1U, count(p, "message m")) << "counted for each peer";
}

TEST_F(GossipsubGossip, Threats7_IhaveFlood) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a");
    (void)output(p);
    std::size_t asked = 0;
    for (int i = 0; i < 30; ++i) {
        advertises(p, "a", {"id" + std::to_string(i)});
        asked += count(p, "iwant");
    }
    EXPECT_EQ(10U, asked) << "ten RPCs a heartbeat";
    EXPECT_EQ(20, errors(pubsub::errc::ihave_flood));
    beat();
    strings many;
    for (int i = 0; i < 4000; ++i) many.push_back("x" + std::to_string(i));
    advertises(p, "a", many);
    EXPECT_EQ(4000U, count(p, "iwant"));
    for (auto& id : many) id += "y";
    advertises(p, "a", many);
    EXPECT_EQ(1000U, count(p, "iwant")) << "5,000 ids a heartbeat";
    advertises(p, "a", {"one more"});
    EXPECT_EQ(0U, count(p, "iwant"));
    beat();
    advertises(p, "a", {"one more"});
    EXPECT_EQ(1U, count(p, "iwant"));
}

TEST_F(GossipsubGossip, Threats7_PromisesNotKept) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto liar = subscriber("a");
    const auto honest = subscriber("a");
    advertises(liar, "a", {"1", "2", "3"});
    advertises(honest, "a", {"4"});
    sends(honest, "a", "4");
    settle();
    pass(2900ms);
    EXPECT_EQ(0U, router().peer(liar)->behaviour.broken_promises);
    pass(2s);
    EXPECT_EQ(1U, router().peer(liar)->behaviour.broken_promises) << "one id of the batch";
    EXPECT_EQ(0U, router().peer(honest)->behaviour.broken_promises);
}

// ---- IDONTWANT (v1.2) ----

class GossipsubDontWant : public GossipsubGossip {
protected:
    /// Its own id, as in every test here, and large enough to be worth a word.
    static std::string large(std::string name) { return name + std::string(1024 - name.size(), '.'); }
    void does_not_want(peer_index p, const strings& ids) {
        says(p, [&](pubsub::rpc& r) {
            for (const auto& id : ids) r.idontwant_ids.push_back(as_bytes(id));
        });
    }
    /// The one message that waits for its verdict.
    pubsub::message_handle waiting() {
        while (auto e = router().poll_event())
            if (const auto* v = std::get_if<pubsub::validate>(&*e)) return v->id;
        ADD_FAILURE() << "nothing waits";
        return {};
    }
};

TEST_F(GossipsubDontWant, IsSaidOfALargeMessageWhoseVerdictTakesTime) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto sender = subscriber("a", peer_kind::gossipsub_v12);
    const auto other = subscriber("a", peer_kind::gossipsub_v12);
    const auto older = subscriber("a", peer_kind::gossipsub_v11);
    for (const auto p : {sender, other, older}) (void)output(p);
    sends(sender, "a", large("m"));
    const auto id = waiting();
    EXPECT_EQ(strings{}, output(other)) << "a forgery must not keep the real one away";
    ASSERT_TRUE(router().authentic(id, now));
    EXPECT_EQ(strings{"idontwant " + large("m").substr(0, 20)}, output(other));
    EXPECT_EQ(strings{}, output(sender));
    EXPECT_EQ(strings{}, output(older)) << "1.1 does not know the word";
    router().validated(id, pubsub::verdict::accept, now);
    EXPECT_EQ(1U, output(other).size()) << "and it is forwarded";
}
TEST_F(GossipsubDontWant, IsNotSaidOfWhatIsSmallOrForwardedAtOnce) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto sender = subscriber("a", peer_kind::gossipsub_v12);
    const auto other = subscriber("a", peer_kind::gossipsub_v12);
    (void)output(other);
    sends(sender, "a", std::string(1023, 's'));
    ASSERT_TRUE(router().authentic(waiting(), now));
    EXPECT_EQ(strings{}, output(other));
    sends(sender, "a", large("m"));
    settle(); // accepted without `authentic` before
    EXPECT_EQ(0U, count(other, "idontwant"));
}
TEST_F(GossipsubDontWant, OvertakesMessagesThatAreStillQueued) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto sender = subscriber("a", peer_kind::gossipsub_v12);
    const auto slow = subscriber("a", peer_kind::gossipsub_v12);
    (void)output(slow);
    sends(sender, "a", large("first"));
    sends(sender, "a", large("second"));
    settle();
    const auto sent = test::take_all(router(), slow);
    ASSERT_EQ(1U, sent.rpcs.size());
    ASSERT_EQ(1U, sent.rpcs[0].idontwant_ids.size()) << "the first goes at once, the second waited";
    EXPECT_EQ(large("second"), as_text(sent.rpcs[0].idontwant_ids[0]));
    EXPECT_EQ(2U, sent.rpcs[0].messages.size());
}
TEST_F(GossipsubDontWant, NoMoreThanTenIdsAreInOneRpc) { // H40
    ASSERT_TRUE(router().subscribe("a", now));
    const auto sender = subscriber("a", peer_kind::gossipsub_v12);
    const auto other = subscriber("a", peer_kind::gossipsub_v12);
    (void)output(other);
    for (int i = 0; i < 25; ++i) sends(sender, "a", large(std::to_string(i)));
    while (auto e = router().poll_event())
        if (const auto* v = std::get_if<pubsub::validate>(&*e)) (void)router().authentic(v->id, now);
    std::vector<std::size_t> each;
    for (const auto& r : test::take_all(router(), other).rpcs) each.push_back(r.idontwant_ids.size());
    EXPECT_EQ((std::vector<std::size_t>{10, 10, 5}), each);
}
TEST_F(GossipsubDontWant, WhatAPeerDoesNotWantIsNotForwardedToIt) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto sender = subscriber("a", peer_kind::gossipsub_v12);
    const auto other = subscriber("a", peer_kind::gossipsub_v12);
    const auto third = subscriber("a", peer_kind::gossipsub_v12);
    (void)output(other);
    (void)output(third);
    does_not_want(other, {"m"});
    sends(sender, "a", "m");
    settle();
    EXPECT_EQ(strings{}, output(other));
    EXPECT_EQ(strings{"message m"}, output(third));
    asks(other, {"m"});
    EXPECT_EQ(strings{}, output(other)) << "it said so";
}
TEST_F(GossipsubDontWant, Threats7_IdontwantFlood) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto sender = subscriber("a", peer_kind::gossipsub_v12);
    const auto flood = subscriber("a", peer_kind::gossipsub_v12);
    (void)output(flood);
    for (int rpc = 0; rpc < 30; ++rpc) {
        strings ids;
        for (int i = 0; i < 1000; ++i) ids.push_back(std::to_string(rpc) + "/" + std::to_string(i));
        does_not_want(flood, ids);
    }
    EXPECT_EQ(10'000U, router().peer(flood)->unwanted.size());
    EXPECT_EQ(20, errors(pubsub::errc::idontwant_flood));
    sends(sender, "a", "29/999");
    settle();
    EXPECT_EQ(strings{"message 29/999"}, output(flood)) << "over the limit: ignored";
    sends(sender, "a", "0/0");
    settle();
    EXPECT_EQ(strings{}, output(flood));
    pass(3s + 100ms);
    EXPECT_EQ(0U, router().peer(flood)->unwanted.size()) << "gone after three heartbeats";
    sends(sender, "a", "0/1");
    settle();
    EXPECT_EQ(1U, count(flood, "message 0/1"));
}

TEST_F(GossipsubGossip, APromiseIsKeptByWhoeverSendsTheMessageFirst) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a");
    const auto q = subscriber("a");
    advertises(p, "a", {"m"});
    sends(q, "a", "m");
    settle();
    pass(10s);
    EXPECT_EQ(0U, router().peer(p)->behaviour.broken_promises);
}

TEST_F(GossipsubGossip, AMessageWithABadSignatureKeepsNoPromise) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a");
    advertises(p, "a", {"m"});
    sends(p, "a", "m");
    (void)told<pubsub::message>(pubsub::verdict::reject);
    pass(10s);
    EXPECT_EQ(1U, router().peer(p)->behaviour.broken_promises);
}

TEST_F(GossipsubGossip, LargeAdvertisementsAreCutIntoRpcsThatEveryPeerTakes) {
    config.graft_on_subscribe = false;
    config.common.defaults.mesh = {.d = 0, .d_lo = 0, .d_hi = 1, .d_score = 0, .d_out = 0};
    ASSERT_TRUE(router().subscribe("a", now));
    const auto source = join();
    const auto p = subscriber("a");
    for (int i = 0; i < 3000; ++i) {
        sends(source, "a", "a message of some length " + std::to_string(i));
        settle();
    }
    (void)output(p);
    beat();
    const auto sent = test::take_all(router(), p);
    std::set<std::string> ids;
    for (const auto& w : sent.words()) ids.insert(w);
    EXPECT_EQ(3000U, ids.size());
    for (std::size_t i = 0; i < sent.rpcs.size(); ++i) {
        EXPECT_LE(sent.rpcs[i].control_bytes, 12U * 1024);
        EXPECT_LE(sent.frames[i].size(), 48U * 1024 + 3);
    }
}

TEST_F(GossipsubGossip, GossipAboutUnreasonableIdsIsIgnored) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a");
    (void)output(p);
    advertises(p, "a", {"", std::string(1025, 'x')});
    EXPECT_EQ(strings{}, output(p));
    pass(10s);
    EXPECT_EQ(0U, router().peer(p)->behaviour.broken_promises);
}

} // namespace
