// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/pubsub/gossipsub.hpp>

#include "tests/protocol/pubsub/gossipsub_fixture.hpp"

#include <lp2p/protocol/pubsub/floodsub.hpp>

#include <algorithm>
#include <set>

namespace {
using namespace lp2p;
using namespace std::chrono_literals;
using pubsub::peer_index;
using pubsub::peer_kind;
using test::strings;
using Gossipsub = test::gossipsub_test;

// ---- subscriptions, hello ----

TEST_F(Gossipsub, ANewStreamBeginsWithAllSubscriptionsAndTheGraftsOfTheMesh) {
    ASSERT_TRUE(router().subscribe("a", now));
    ASSERT_TRUE(router().subscribe("b", now));
    const auto p = subscriber("a");
    EXPECT_EQ((strings{"+a", "+b", "graft a"}), output(p));
    EXPECT_EQ(strings{}, output(p));
    router().hello(p); // H3: the stream was lost, another one opened
    EXPECT_EQ((strings{"+a", "+b", "graft a"}), output(p));
    router().resend_subscriptions(p);
    EXPECT_EQ((strings{"+a", "+b"}), output(p));
}

TEST_F(Gossipsub, AHelloComesBeforeWhatWaited) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a");
    (void)output(p);
    ASSERT_TRUE(router().publish(test::unsigned_message("a", "m"), now));
    router().hello(p);
    const auto sent = test::take_all(router(), p);
    ASSERT_EQ(1U, sent.rpcs.size());
    EXPECT_EQ((strings{"+a", "message m", "graft a"}), sent.words());
}

TEST_F(Gossipsub, AnEmptyHelloIsNotSent) { EXPECT_EQ(strings{}, output(join())); }

TEST_F(Gossipsub, SubscriptionsOfPeersAreToldAndForgottenWithThem) {
    const auto p = subscriber("a");
    const auto came = told<pubsub::peer_subscribed>();
    ASSERT_EQ(1U, came.size());
    EXPECT_EQ("a", came[0].topic.text());
    EXPECT_EQ(std::vector{p}, router().topic_peers("a"));
    says(p, [](pubsub::rpc& r) { r.subscriptions.push_back({"a", false}); });
    EXPECT_EQ(1U, told<pubsub::peer_unsubscribed>().size());
    EXPECT_TRUE(router().topic_peers("a").empty());
    says(p, [](pubsub::rpc& r) { r.subscriptions.push_back({"a", true}); });
    router().peer_gone(p, now);
    EXPECT_TRUE(router().topic_peers("a").empty());
}

TEST_F(Gossipsub, LeavingATopicPrunesWithTheShortBackoff) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a");
    (void)output(p);
    ASSERT_TRUE(router().unsubscribe("a", now));
    EXPECT_EQ((strings{"-a", "prune a 10"}), output(p));
    ASSERT_TRUE(router().subscribe("a", now));
    EXPECT_FALSE(in_mesh(p, "a")) << "the backoff holds for us as well";
    pass(13s);
    EXPECT_TRUE(in_mesh(p, "a"));
}

TEST_F(Gossipsub, TopicsMustBeTextThatEverybodyReads) {
    EXPECT_EQ(error{pubsub::errc::invalid_topic}, router().subscribe("", now).error());
    EXPECT_EQ(error{pubsub::errc::invalid_topic}, router().subscribe("\xff", now).error());
    const std::string most(256, 'x');
    EXPECT_TRUE(router().subscribe(most, now));
    EXPECT_EQ(error{pubsub::errc::invalid_topic}, router().subscribe(most + "x", now).error());
    for (int i = 1; i < 256; ++i) ASSERT_TRUE(router().subscribe(std::to_string(i), now));
    EXPECT_EQ(error{pubsub::errc::too_many_topics}, router().subscribe("more", now).error());
    EXPECT_FALSE(router().subscribed("more"));
}

// ---- messages ----

TEST_F(Gossipsub, AMessageGoesToTheMeshButNotBack) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto from = subscriber("a");
    const auto other = subscriber("a");
    const auto also = subscriber("a");
    for (const auto p : {from, other, also}) (void)output(p);
    sends(from, "a", "hello");
    sends(also, "a", "hello"); // it has it too, before the verdict
    const auto got = told<pubsub::message>();
    ASSERT_EQ(1U, got.size());
    const auto d = router().take(got[0].id);
    ASSERT_TRUE(d);
    EXPECT_EQ("hello", as_text(d->view.data));
    EXPECT_EQ("a", d->view.topic);
    EXPECT_EQ(from, d->from);
    EXPECT_FALSE(router().take(got[0].id)) << "taken once";
    EXPECT_EQ(strings{"message hello"}, output(other));
    EXPECT_EQ(strings{}, output(from));
    EXPECT_EQ(strings{}, output(also));
    sends(other, "a", "hello");
    EXPECT_TRUE(told<pubsub::validate>().empty()) << "a duplicate is never verified";
    EXPECT_EQ(2U, router().counters().duplicates);
}

TEST_F(Gossipsub, AForgeryDoesNotHideTheRealMessage) {
    config.common.defaults.id = {
        [](const pubsub::id_function&, const pubsub::message_view&, byte_vector& out) {
            append(out, as_bytes("the same id"));
            return status{};
        }};
    ASSERT_TRUE(router().subscribe("a", now));
    const auto liar = subscriber("a");
    const auto honest = subscriber("a");
    sends(liar, "a", "forged");
    sends(honest, "a", "real");
    strings judged;
    while (auto e = router().poll_event()) {
        const auto* v = std::get_if<pubsub::validate>(&*e);
        if (v == nullptr) continue;
        const std::string data{as_text(router().waiting(v->id)->data)};
        judged.push_back(data);
        const bool holds = data == "real";
        router().validated(v->id, holds ? pubsub::verdict::accept : pubsub::verdict::reject,
                           holds ? error{} : error{pubsub::errc::bad_signature}, now);
    }
    EXPECT_EQ((strings{"forged", "real"}), judged);
    EXPECT_EQ(1U, router().counters().delivered);
    EXPECT_EQ(1U, router().peer(liar)->behaviour.invalid_messages);
    EXPECT_EQ(0U, router().peer(honest)->behaviour.invalid_messages);
    sends(liar, "a", "forged");
    EXPECT_TRUE(told<pubsub::validate>().empty()) << "the id is seen now";
}

TEST_F(Gossipsub, AnAuthenticMessageEndsTheWaitOfItsCopies) {
    config.common.defaults.id = {
        [](const pubsub::id_function&, const pubsub::message_view&, byte_vector& out) {
            append(out, as_bytes("id"));
            return status{};
        }};
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a");
    sends(p, "a", "one");
    sends(p, "a", "two");
    std::optional<pubsub::message_handle> first;
    while (auto e = router().poll_event())
        if (const auto* v = std::get_if<pubsub::validate>(&*e)) {
            if (!first) {
                first = v->id;
                EXPECT_TRUE(router().authentic(v->id, now));
                EXPECT_TRUE(router().authentic(v->id, now)) << "again changes nothing";
            } else {
                ADD_FAILURE() << "a copy that no longer waits was told";
            }
        }
    ASSERT_TRUE(first);
    EXPECT_NE(nullptr, router().waiting(*first));
    router().validated(*first, pubsub::verdict::accept, now);
    EXPECT_EQ(1U, router().counters().delivered);
    EXPECT_FALSE(router().authentic(*first, now));
}

TEST_F(Gossipsub, IgnoredMessagesAreNobodysFaultAndStaySeen) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a");
    sends(p, "a", "m");
    EXPECT_TRUE(told<pubsub::message>(pubsub::verdict::ignore).empty());
    EXPECT_EQ(0U, router().peer(p)->behaviour.invalid_messages);
    sends(p, "a", "m");
    EXPECT_TRUE(told<pubsub::validate>().empty());
}

TEST_F(Gossipsub, PublishingReachesMeshAndFloodsubPeers) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto meshed = subscriber("a");
    const auto flood = subscriber("a", peer_kind::floodsub);
    const auto elsewhere = subscriber("b");
    for (const auto p : {meshed, flood, elsewhere}) (void)output(p);
    ASSERT_TRUE(router().publish(test::unsigned_message("a", "m"), now));
    EXPECT_EQ(strings{"message m"}, output(meshed));
    EXPECT_EQ(strings{"message m"}, output(flood));
    EXPECT_EQ(strings{}, output(elsewhere));
    EXPECT_FALSE(in_mesh(flood, "a"));
    EXPECT_EQ(error{pubsub::errc::duplicate},
              router().publish(test::unsigned_message("a", "m"), now).error());
    sends(meshed, "a", "m"); // our own comes back
    EXPECT_TRUE(told<pubsub::validate>().empty());
}

TEST_F(Gossipsub, WithFloodPublishOwnMessagesGoToAllOfTheTopic) {
    config.flood_publish = true;
    ASSERT_TRUE(router().subscribe("a", now));
    std::vector<peer_index> all;
    for (int i = 0; i < 20; ++i) all.push_back(subscriber("a"));
    for (const auto p : all) (void)output(p);
    ASSERT_TRUE(router().publish(test::unsigned_message("a", "m"), now));
    for (const auto p : all) EXPECT_EQ(strings{"message m"}, output(p));
}

TEST_F(Gossipsub, PublishingWithoutSubscriptionUsesAFanoutThatLasts60Seconds) {
    std::vector<peer_index> all;
    for (int i = 0; i < 20; ++i) all.push_back(subscriber("a"));
    const auto reached = [&] {
        std::set<peer_index> to;
        for (const auto p : all)
            for (const auto& word : output(p))
                if (word.starts_with("message")) to.insert(p);
        return to;
    };
    ASSERT_TRUE(router().publish(test::unsigned_message("a", "1"), now));
    const auto first = reached();
    EXPECT_EQ(6U, first.size());
    pass(30s);
    (void)reached();
    ASSERT_TRUE(router().publish(test::unsigned_message("a", "2"), now));
    EXPECT_EQ(first, reached()) << "the same peers";
    ASSERT_TRUE(router().subscribe("a", now));
    for (const auto p : first) EXPECT_TRUE(in_mesh(p, "a")) << "the fanout becomes the mesh";
}

TEST_F(Gossipsub, AFanoutNobodyUsesIsForgotten) {
    const auto p = subscriber("a");
    ASSERT_TRUE(router().publish(test::unsigned_message("a", "1"), now));
    pass(59s);
    says(p, [](pubsub::rpc& r) { r.subscriptions.push_back({"a", false}); });
    pass(10s);
    EXPECT_TRUE(router().publish(test::unsigned_message("a", "2"), now));
    EXPECT_EQ(strings{"message 1"}, output(p));
}

TEST_F(Gossipsub, AMessageThatNoPeerWouldTakeIsRefused) {
    config.common.defaults.id = pubsub::sha256_id(
        {[](const void*, byte_view) { return std::array<std::byte, 32>{}; }, nullptr});
    ASSERT_TRUE(router().subscribe("a", now));
    const std::string large(48 * 1024, 'x');
    EXPECT_EQ(error{pubsub::errc::too_large},
              router().publish(test::unsigned_message("a", large), now).error());
    EXPECT_TRUE(
        router().publish(test::unsigned_message("a", std::string_view{large}.substr(64)), now));
}

TEST_F(Gossipsub, WhatTheApplicationDoesNotTakeIsBounded) {
    config.common.untaken_messages = 3;
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a");
    std::vector<pubsub::message_handle> handles;
    for (int i = 0; i < 5; ++i) sends(p, "a", std::to_string(i));
    std::uint32_t dropped = 0;
    while (auto e = router().poll_event()) {
        if (const auto* v = std::get_if<pubsub::validate>(&*e))
            router().validated(v->id, pubsub::verdict::accept, now);
        if (const auto* m = std::get_if<pubsub::message>(&*e)) handles.push_back(m->id);
        if (const auto* d = std::get_if<pubsub::messages_dropped>(&*e)) dropped += d->count;
    }
    ASSERT_EQ(5U, handles.size());
    EXPECT_EQ(2U, dropped);
    EXPECT_FALSE(router().take(handles[1]));
    EXPECT_TRUE(router().take(handles[2]));
}

// ---- threats.md §7 ----

TEST_F(Gossipsub, Threats7_TwentyThousandTopics) {
    const auto p = join();
    for (int i = 0; i < 20000; i += 200)
        says(p, [&](pubsub::rpc& r) {
            static std::vector<std::string> names;
            names.clear();
            for (int k = i; k < i + 200; ++k) names.push_back("topic " + std::to_string(k));
            for (const auto& n : names) r.subscriptions.push_back({n, true});
        });
    EXPECT_EQ(256U, router().peer(p)->topics.size());
    EXPECT_EQ(std::vector{p}, router().topic_peers("topic 255"));
    EXPECT_TRUE(router().topic_peers("topic 256").empty());
    router().peer_gone(p, now);
    EXPECT_TRUE(router().topic_peers("topic 0").empty());
    EXPECT_EQ(nullptr, router().peer(p));
}

TEST_F(Gossipsub, Threats7_BadFormIsRejectedNeverDeliveredNeverForwarded) {
    config.common.policy = pubsub::signature_policy::strict_sign;
    config.common.defaults.id = pubsub::spec_id();
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a");
    const auto other = subscriber("a");
    (void)output(other);
    const wire::peer_id author = test::peer_number(7);
    const wire::peer_id self = test::peer_number(1);
    const std::string eight = "12345678";
    const auto good = [&] {
        auto m = test::unsigned_message("a", "m");
        m.from = author.bytes();
        m.seqno = as_bytes(eight);
        m.signature = as_bytes("signature");
        return m;
    };
    const auto refused = [&](auto spoil) {
        auto m = good();
        spoil(m);
        says(p, [&](pubsub::rpc& r) { r.messages.push_back(m); });
        const auto why = told<pubsub::rejected>();
        return why.size() == 1 ? name(static_cast<pubsub::errc>(why[0].why.code)) : "nothing";
    };
    using view = pubsub::message_view;
    EXPECT_EQ("no_author", refused([](view& m) { m.from = {}; }));
    EXPECT_EQ("bad_author", refused([](view& m) { m.from = as_bytes("?"); }));
    EXPECT_EQ("own_author", refused([&](view& m) { m.from = self.bytes(); }));
    EXPECT_EQ("bad_seqno", refused([](view& m) { m.seqno = {}; }));
    EXPECT_EQ("bad_seqno", refused([&](view& m) { m.seqno = as_bytes("1234567"); }));
    EXPECT_EQ("bad_seqno", refused([&](view& m) { m.seqno = as_bytes("123456789"); }));
    EXPECT_EQ("missing_signature", refused([](view& m) { m.signature = {}; }));
    EXPECT_EQ("bad_key", refused([](view& m) { m.key = pubsub::empty_field; }));
    EXPECT_EQ(8U, router().peer(p)->behaviour.invalid_messages);
    says(p, [&](pubsub::rpc& r) { r.messages.push_back(good()); });
    EXPECT_TRUE(told<pubsub::message>(pubsub::verdict::reject).empty());
    EXPECT_EQ(9U, router().peer(p)->behaviour.invalid_messages);
    EXPECT_EQ(0U, router().counters().delivered);
    EXPECT_EQ(strings{}, output(other));
}

TEST_F(Gossipsub, Threats7_AuthorsNeverGetTheirMessagesBack) {
    config.common.policy = pubsub::signature_policy::strict_sign;
    config.common.defaults.id = pubsub::spec_id();
    ASSERT_TRUE(router().subscribe("a", now));
    const auto author = subscriber("a");
    const auto relay = subscriber("a");
    (void)output(author);
    const std::string eight = "12345678";
    says(relay, [&](pubsub::rpc& r) {
        auto m = test::unsigned_message("a", "m");
        m.from = router().peer(author)->id.bytes();
        m.seqno = as_bytes(eight);
        m.signature = as_bytes("s");
        r.messages.push_back(m);
    });
    EXPECT_EQ(1U, told<pubsub::message>().size());
    EXPECT_EQ(strings{}, output(author));
}

TEST_F(Gossipsub, Threats7_EmptyRpcsBucketPenaltyThenIgnored) {
    config.common.empty_rpcs = {100, 10};
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a");
    for (int i = 0; i < 30000; ++i) says(p, [](pubsub::rpc&) {});
    EXPECT_EQ(1U, router().peer(p)->behaviour.floods);
    EXPECT_EQ(1, errors(pubsub::errc::empty_rpc_flood));
    sends(p, "a", "m");
    EXPECT_TRUE(told<pubsub::message>().empty()) << "ignored";
    says(p, [](pubsub::rpc& r) { r.subscriptions.push_back({"b", true}); });
    EXPECT_EQ(1U, router().topic_peers("b").size()) << "but for its subscriptions";
    pass(11s);
    sends(p, "a", "m");
    EXPECT_EQ(1U, told<pubsub::message>().size());
}

TEST_F(Gossipsub, Threats7_WaitingValidationsAreBoundedAndTheNewestIgnored) {
    config.common.validations = 100;
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a");
    const auto q = subscriber("a");
    for (int i = 0; i < 70; ++i) sends(p, "a", "p" + std::to_string(i));
    for (int i = 0; i < 70; ++i) sends(q, "a", "q" + std::to_string(i));
    std::vector<pubsub::validate> waiting;
    std::map<peer_index, std::uint32_t> refused;
    while (auto e = router().poll_event()) {
        if (const auto* v = std::get_if<pubsub::validate>(&*e)) waiting.push_back(*v);
        if (const auto* r = std::get_if<pubsub::rejected>(&*e)) {
            EXPECT_EQ(error{pubsub::errc::validation_queue_full}, r->why);
            refused[r->peer] += r->count;
        }
    }
    EXPECT_EQ(100U, waiting.size()) << "64 of one peer, then 36 until the node's bound";
    EXPECT_EQ(6U, refused[p]);
    EXPECT_EQ(34U, refused[q]);
    EXPECT_EQ(0U, router().peer(p)->behaviour.invalid_messages) << "nobody is to blame";
    for (const auto& v : waiting) router().validated(v.id, pubsub::verdict::accept, now);
    sends(p, "a", "p69");
    EXPECT_EQ(1U, told<pubsub::validate>().size()) << "it was not marked as seen";
}

TEST_F(Gossipsub, Threats7_ASlowReaderLosesGossipAndForwardsAndIsReported) {
    config.common.queue.messages = 50;
    ASSERT_TRUE(router().subscribe("a", now));
    const auto slow = subscriber("a");
    const auto fast = subscriber("a");
    (void)output(fast);
    const auto from = subscriber("a");
    int arrived = 0;
    for (int i = 0; i < 100; ++i) {
        sends(from, "a", std::to_string(i));
        settle();
        arrived += static_cast<int>(output(fast).size());
    }
    EXPECT_EQ(100, arrived) << "all other peers at full rate";
    ASSERT_TRUE(router().unsubscribe("a", now));
    now = *router().next_timeout();
    router().handle_timeout(now);
    std::uint32_t dropped = 0;
    for (const auto& s : told<pubsub::slow_peer>()) {
        EXPECT_EQ(slow, s.peer);
        dropped += s.forwarded;
    }
    EXPECT_EQ(50U, dropped);
    const auto left = output(slow);
    EXPECT_NE(left.end(), std::find(left.begin(), left.end(), "-a")) << "control is never dropped";
    EXPECT_NE(left.end(), std::find(left.begin(), left.end(), "message 99"));
    EXPECT_EQ(left.end(), std::find(left.begin(), left.end(), "message 0"));
}

TEST_F(Gossipsub, Threats7_TenMillionIdsMemoryFlat) {
    config.common.seen_ids = 1000;
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a");
    for (int i = 0; i < 20000; ++i) {
        sends(p, "a", std::to_string(i));
        settle();
    }
    EXPECT_EQ(1000U, router().seen());
    now = *router().next_timeout();
    router().handle_timeout(now);
    std::uint32_t early = 0;
    for (const auto& s : told<pubsub::seen_overflow>()) early += s.count;
    EXPECT_EQ(19000U, early);
}

TEST_F(Gossipsub, Threats7_ClockJumpsBreakNothing) {
    ASSERT_TRUE(router().subscribe("a", now));
    const auto p = subscriber("a");
    pass(1s);
    now += 24h;
    router().handle_timeout(now);
    settle();
    EXPECT_GT(*router().next_timeout(), now);
    EXPECT_LE(*router().next_timeout(), now + 1s) << "one heartbeat, not a day of them";
    EXPECT_TRUE(in_mesh(p, "a"));
    router().handle_timeout(now - 24h);
    sends(p, "a", "m");
    EXPECT_EQ(1U, told<pubsub::message>().size());
}

TEST_F(Gossipsub, EventsThatOnlyInformAreBounded) {
    config.common.events = 10;
    const auto p = join();
    for (int i = 0; i < 100; ++i) {
        says(p, [](pubsub::rpc& r) { r.subscriptions.push_back({"a", true}); });
        says(p, [](pubsub::rpc& r) { r.subscriptions.push_back({"a", false}); });
    }
    std::size_t n = 0;
    std::uint32_t lost = 0;
    while (auto e = router().poll_event()) {
        if (const auto* l = std::get_if<pubsub::events_lost>(&*e))
            lost += l->count;
        else
            ++n;
    }
    EXPECT_LE(n, 10U);
    EXPECT_EQ(200U, n + lost);
}

TEST_F(Gossipsub, MalformedRpcsAreCounted) {
    const auto p = join();
    router().malformed(p, pubsub::errc::rpc_too_large);
    router().malformed(p, pubsub::errc::malformed_rpc);
    EXPECT_EQ(2U, router().peer(p)->behaviour.malformed_rpcs);
    EXPECT_EQ(1, errors(pubsub::errc::malformed_rpc));
}

TEST_F(Gossipsub, UnknownPeersAndHandlesAreIgnored) {
    const peer_index nobody{77};
    router().hello(nobody);
    router().resend_subscriptions(nobody);
    router().peer_gone(nobody, now);
    router().malformed(nobody, pubsub::errc::malformed_rpc);
    says(nobody, [](pubsub::rpc& r) { r.subscriptions.push_back({"a", true}); });
    router().validated(pubsub::message_handle{5}, pubsub::verdict::accept, now);
    EXPECT_FALSE(router().authentic(pubsub::message_handle{5}, now));
    EXPECT_EQ(nullptr, router().waiting(pubsub::message_handle{5}));
    byte_vector out;
    EXPECT_FALSE(router().take_rpc(nobody, out));
    EXPECT_FALSE(router().poll_event());
}

// ---- several routers ----

template <class Router, class Config>
test::small_net<Router> ten_nodes(std::uint64_t seed) {
    test::small_net<Router> net;
    Config c;
    c.common = test::unsigned_config(seed);
    for (int i = 0; i < 10; ++i) net.add(c);
    for (auto& n : net.nodes) EXPECT_TRUE(n.router.subscribe("news", net.now));
    return net;
}
template <class Net>
void all_connected(Net& net) {
    for (std::size_t a = 0; a < net.nodes.size(); ++a)
        for (std::size_t b = a + 1; b < net.nodes.size(); ++b) net.link(a, b);
}
template <class Net>
void everybody_publishes(Net& net, int rounds) {
    for (int r = 0; r < rounds; ++r)
        for (std::size_t i = 0; i < net.nodes.size(); ++i) {
            const std::string text = std::to_string(i) + ":" + std::to_string(r);
            EXPECT_TRUE(net.nodes[i].router.publish(test::unsigned_message("news", text), net.now));
            net.run(20ms);
        }
}

TEST(GossipsubNet, TenNodesDeliverEverythingOnce) {
    auto net = ten_nodes<gossipsub::router, gossipsub::config>(3);
    all_connected(net);
    net.run(3s);
    for (auto& n : net.nodes) {
        const auto degree = n.router.mesh_peers("news").size();
        EXPECT_GE(degree, 5U);
        EXPECT_LE(degree, 12U);
    }
    everybody_publishes(net, 5);
    net.run(1s);
    for (std::size_t i = 0; i < net.nodes.size(); ++i) {
        auto got = net.nodes[i].received;
        std::sort(got.begin(), got.end());
        EXPECT_EQ(got.end(), std::unique(got.begin(), got.end())) << "twice";
        EXPECT_EQ(45U, got.size()) << "node " << i;
        EXPECT_TRUE(net.nodes[i].rejected.empty());
    }
}

TEST(GossipsubNet, ARingDeliversEverything) {
    auto net = ten_nodes<gossipsub::router, gossipsub::config>(4);
    for (std::size_t i = 0; i < 10; ++i) net.link(i, (i + 1) % 10);
    net.run(1s);
    everybody_publishes(net, 2);
    net.run(1s);
    for (const auto& n : net.nodes) EXPECT_EQ(18U, n.received.size());
}

TEST(GossipsubNet, TheSameSeedGivesTheSameBytesAtTheSameTimes) {
    const auto play = [](std::uint64_t seed) {
        auto net = ten_nodes<gossipsub::router, gossipsub::config>(seed);
        all_connected(net);
        net.run(2s);
        everybody_publishes(net, 2);
        net.run(70s);
        return net.transcript;
    };
    EXPECT_EQ(play(5), play(5));
    EXPECT_NE(play(5), play(6));
}

TEST(GossipsubNet, GossipBringsWhatTheMeshLost) {
    test::small_net<gossipsub::router> net;
    gossipsub::config c;
    c.common = test::unsigned_config(8);
    c.common.defaults.mesh = {.d = 3, .d_lo = 2, .d_hi = 4, .d_score = 2, .d_out = 1};
    for (int i = 0; i < 10; ++i) net.add(c);
    for (auto& n : net.nodes) ASSERT_TRUE(n.router.subscribe("news", net.now));
    all_connected(net);
    net.run(3s);
    ASSERT_TRUE(net.nodes[0].router.publish(test::unsigned_message("news", "lost"), net.now));
    net.cut = true; // the frames of the mesh are lost, and with them the message
    net.run(10ms);
    net.cut = false;
    for (const auto& n : net.nodes) ASSERT_TRUE(n.received.empty());
    net.run(2s);
    // Who is outside node 0's mesh hears of it by IHAVE, and forwards it in meshes of its own.
    for (std::size_t i = 1; i < 10; ++i) EXPECT_EQ(strings{"lost"}, net.nodes[i].received) << i;
}

TEST(GossipsubNet, APeerThatComesBackIsServedAgain) {
    auto net = ten_nodes<gossipsub::router, gossipsub::config>(9);
    all_connected(net);
    net.run(2s);
    for (std::size_t b = 1; b < 10; ++b) net.unlink(0, b);
    net.run(2s);
    for (std::size_t b = 1; b < 10; ++b) net.link(0, b);
    net.run(2s);
    ASSERT_TRUE(net.nodes[0].router.publish(test::unsigned_message("news", "back"), net.now));
    net.run(100ms);
    for (std::size_t i = 1; i < 10; ++i) EXPECT_EQ(strings{"back"}, net.nodes[i].received);
}

TEST(GossipsubNet, FloodsubRoutersAreServed) {
    test::small_net<gossipsub::router> net;
    gossipsub::config c;
    c.common = test::unsigned_config();
    for (int i = 0; i < 3; ++i) net.add(c);
    for (auto& n : net.nodes) ASSERT_TRUE(n.router.subscribe("news", net.now));
    net.link(0, 1, peer_kind::floodsub);
    net.link(1, 2, peer_kind::floodsub);
    net.run(1s);
    EXPECT_TRUE(net.nodes[1].router.mesh_peers("news").empty());
    ASSERT_TRUE(net.nodes[0].router.publish(test::unsigned_message("news", "m"), net.now));
    net.run(100ms);
    EXPECT_EQ(strings{"m"}, net.nodes[1].received);
    EXPECT_EQ(strings{"m"}, net.nodes[2].received);
}

} // namespace
