// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/pubsub/floodsub.hpp>

#include "tests/protocol/pubsub/support.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace {
using namespace lp2p;
using namespace std::chrono_literals;
using pubsub::peer_kind;
using strings = std::vector<std::string>;

struct Floodsub : testing::Test {
    instant now = test::pubsub_start;
    floodsub::router router{{.common = test::unsigned_config()}, test::peer_number(1), now};

    pubsub::peer_index subscriber(std::uint32_t n, std::string_view topic) {
        const auto p = router.peer_ready(test::peer_number(n), peer_kind::floodsub, false, now);
        router.hello(p);
        pubsub::rpc r;
        r.subscriptions.push_back({topic, true});
        router.receive(p, r, now);
        return p;
    }
    void sends(pubsub::peer_index p, std::string_view topic, std::string_view data) {
        pubsub::rpc r;
        r.messages.push_back(test::unsigned_message(topic, data));
        router.receive(p, r, now);
    }
    strings settle(pubsub::verdict v = pubsub::verdict::accept) {
        strings got;
        while (auto e = router.poll_event()) {
            if (const auto* w = std::get_if<pubsub::validate>(&*e)) router.validated(w->id, v, now);
            if (const auto* m = std::get_if<pubsub::message>(&*e))
                got.emplace_back(as_text(router.take(m->id)->view.data));
        }
        return got;
    }
    strings output(pubsub::peer_index p) { return test::take_all(router, p).words(); }
};

TEST_F(Floodsub, MessagesGoToEverySubscriberButTheirSender) {
    ASSERT_TRUE(router.subscribe("a", now));
    const auto from = subscriber(2, "a");
    const auto to = subscriber(3, "a");
    const auto elsewhere = subscriber(4, "b");
    for (const auto p : {from, to, elsewhere}) EXPECT_EQ(strings{"+a"}, output(p));
    sends(from, "a", "m");
    EXPECT_EQ(strings{"m"}, settle());
    EXPECT_EQ(strings{}, output(from));
    EXPECT_EQ(strings{"message m"}, output(to));
    EXPECT_EQ(strings{}, output(elsewhere));
    sends(to, "a", "m");
    EXPECT_EQ(strings{}, settle()) << "seen";
}

TEST_F(Floodsub, PublishingNeedsNoSubscription) {
    const auto p = subscriber(2, "a");
    ASSERT_TRUE(router.publish(test::unsigned_message("a", "m"), now));
    ASSERT_TRUE(router.publish(test::unsigned_message("nobody's", "n"), now));
    EXPECT_EQ(strings{"message m"}, output(p));
    EXPECT_EQ(error{pubsub::errc::duplicate},
              router.publish(test::unsigned_message("a", "m"), now).error());
}

TEST_F(Floodsub, RejectedMessagesGoNowhere) {
    ASSERT_TRUE(router.subscribe("a", now));
    const auto from = subscriber(2, "a");
    const auto to = subscriber(3, "a");
    (void)output(to);
    sends(from, "a", "m");
    EXPECT_EQ(strings{}, settle(pubsub::verdict::reject));
    EXPECT_EQ(strings{}, output(to));
    EXPECT_EQ(1U, router.peer(from)->behaviour.invalid_messages);
}

TEST_F(Floodsub, SubscriptionsComeAndGo) {
    const auto p = subscriber(2, "a");
    ASSERT_TRUE(router.subscribe("a", now));
    EXPECT_TRUE(router.subscribed("a"));
    EXPECT_EQ(strings{"+a"}, output(p));
    router.hello(p);
    EXPECT_EQ(strings{"+a"}, output(p));
    ASSERT_TRUE(router.unsubscribe("a", now));
    EXPECT_EQ(strings{"-a"}, output(p));
    ASSERT_TRUE(router.unsubscribe("a", now));
    EXPECT_EQ(std::vector{p}, router.topic_peers("a"));
    router.peer_gone(p, now);
    EXPECT_TRUE(router.topic_peers("a").empty());
    EXPECT_EQ(error{pubsub::errc::invalid_topic}, router.subscribe("", now).error());
}

TEST_F(Floodsub, ControlIsIgnored) {
    ASSERT_TRUE(router.subscribe("a", now));
    const auto p = subscriber(2, "a");
    (void)output(p);
    pubsub::rpc r;
    r.graft.push_back("a");
    r.ihave.push_back({"a", 0, 1});
    r.ihave_ids.push_back(as_bytes("id"));
    router.receive(p, r, now);
    EXPECT_EQ(strings{}, output(p));
    EXPECT_TRUE(router.mesh_peers("a").empty());
}

TEST_F(Floodsub, IdsAreForgottenAfterTwoMinutes) {
    ASSERT_TRUE(router.subscribe("a", now));
    const auto p = subscriber(2, "a");
    sends(p, "a", "m");
    (void)settle();
    EXPECT_EQ(1U, router.seen());
    for (int i = 0; i < 121; ++i) {
        now = *router.next_timeout();
        router.handle_timeout(now);
    }
    EXPECT_EQ(0U, router.seen());
}

TEST(FloodsubNet, ALineOfTenDeliversEverything) {
    test::small_net<floodsub::router> net;
    for (int i = 0; i < 10; ++i) net.add(floodsub::config{.common = test::unsigned_config()});
    for (auto& n : net.nodes) ASSERT_TRUE(n.router.subscribe("news", net.now));
    for (std::size_t i = 0; i + 1 < 10; ++i) net.link(i, i + 1, peer_kind::floodsub);
    net.run(1s);
    for (std::size_t i = 0; i < 10; ++i)
        ASSERT_TRUE(net.nodes[i].router.publish(test::unsigned_message("news", std::to_string(i)),
                                                net.now));
    net.run(1s);
    for (const auto& n : net.nodes) EXPECT_EQ(9U, n.received.size());
}

} // namespace
