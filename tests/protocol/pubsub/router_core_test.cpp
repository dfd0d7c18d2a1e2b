// SPDX-License-Identifier: Apache-2.0 OR MIT
// What only shows without a router around it; the rest is in gossipsub_test.cpp.
#include <lp2p/protocol/pubsub/router_core.hpp>

#include "tests/protocol/pubsub/support.hpp"

#include <gtest/gtest.h>

namespace {
using namespace lp2p;
using pubsub::errc;
using pubsub::peer_kind;

constexpr instant now = test::pubsub_start;

struct PubsubRouterCore : testing::Test {
    pubsub::router_core core{test::unsigned_config(), test::peer_number(1)};
    pubsub::peer_index peer =
        core.peer_ready(test::peer_number(2), peer_kind::floodsub, false, now).index;

    pubsub::peer_entry& entry() { return *core.peers().find(peer); }
    template <class E>
    std::vector<E> told() {
        std::vector<E> out;
        while (auto e = core.poll_event())
            if (const auto* found = std::get_if<E>(&*e)) out.push_back(*found);
        return out;
    }
};

TEST_F(PubsubRouterCore, OutputIsToldOnceUntilItIsTaken) {
    ASSERT_TRUE(core.set_joined("a", true));
    ASSERT_TRUE(core.set_joined("b", true));
    EXPECT_EQ(1U, told<pubsub::send_rpc>().size());
    ASSERT_TRUE(core.set_joined("c", true));
    EXPECT_EQ(0U, told<pubsub::send_rpc>().size());
    byte_vector out;
    EXPECT_TRUE(core.take_rpc(peer, out));
    EXPECT_FALSE(core.take_rpc(peer, out));
    ASSERT_TRUE(core.set_joined("c", false));
    EXPECT_EQ(1U, told<pubsub::send_rpc>().size());
}

TEST_F(PubsubRouterCore, OutputOfAPeerThatIsGoneIsNotTold) {
    ASSERT_TRUE(core.set_joined("a", true));
    core.peers().remove(peer);
    EXPECT_TRUE(told<pubsub::send_rpc>().empty());
}

TEST_F(PubsubRouterCore, EqualRejectionsAreOneEvent) {
    for (int i = 0; i < 5; ++i) core.reject(peer, errc::bad_signature);
    core.reject(peer, errc::bad_seqno, 2);
    core.reject(pubsub::peer_index{77}, errc::bad_signature);
    std::map<std::pair<pubsub::peer_index, std::uint16_t>, std::uint32_t> counts;
    for (const auto& r : told<pubsub::rejected>()) counts[{r.peer, r.why.code}] += r.count;
    ASSERT_EQ(3U, counts.size());
    EXPECT_EQ(5U, (counts[{peer, error{errc::bad_signature}.code}]));
}

TEST_F(PubsubRouterCore, AMessageOverTheTopicsLimitIsDropped) {
    auto c = test::unsigned_config();
    c.topics = {{.topic = "small", .id = test::data_id(), .message_most = 100}};
    pubsub::router_core small{c, test::peer_number(1)};
    auto& p = small.peer_ready(test::peer_number(2), peer_kind::floodsub, false, now);
    ASSERT_TRUE(small.set_joined("small", true));
    // A Message is 2 bytes of tag and length for the data and 7 for the topic.
    small.receive(p, test::unsigned_message("small", std::string(91, 'x')), now);
    EXPECT_EQ(1U, small.messages().waiting());
    small.receive(p, test::unsigned_message("small", std::string(92, 'x')), now);
    EXPECT_EQ(1U, small.messages().waiting());
}

TEST_F(PubsubRouterCore, BytesThatWaitForValidationAreBounded) {
    auto c = test::unsigned_config();
    c.validation_bytes = 1000;
    pubsub::router_core bounded{c, test::peer_number(1)};
    auto& p = bounded.peer_ready(test::peer_number(2), peer_kind::floodsub, false, now);
    ASSERT_TRUE(bounded.set_joined("t", true));
    for (char i = 'a'; i < 'z'; ++i)
        bounded.receive(p, test::unsigned_message("t", std::string(100, i)), now);
    EXPECT_EQ(9U, bounded.messages().waiting());
    EXPECT_LE(bounded.messages().waiting_bytes(), 1000U);
}

TEST_F(PubsubRouterCore, CountersSayWhatHappened) {
    ASSERT_TRUE(core.set_joined("t", true));
    core.receive(entry(), test::unsigned_message("t", "1"), now);
    core.receive(entry(), test::unsigned_message("t", "1"), now);
    core.receive(entry(), test::unsigned_message("other", "1"), now);
    for (const auto& v : told<pubsub::validate>())
        (void)core.validated(v.id, pubsub::verdict::accept, {}, now);
    EXPECT_EQ(3U, core.counters().received);
    EXPECT_EQ(1U, core.counters().duplicates);
    EXPECT_EQ(1U, core.counters().elsewhere);
    EXPECT_EQ(1U, core.counters().delivered);
}

TEST_F(PubsubRouterCore, AVerdictAfterWeLeftTheTopicDeliversNothing) {
    ASSERT_TRUE(core.set_joined("t", true));
    core.receive(entry(), test::unsigned_message("t", "1"), now);
    const auto waiting = told<pubsub::validate>();
    core.peers().release(*core.set_joined("t", false));
    ASSERT_EQ(1U, waiting.size());
    EXPECT_FALSE(core.validated(waiting[0].id, pubsub::verdict::accept, {}, now));
    EXPECT_EQ(0U, core.messages().untaken());
    EXPECT_EQ(0U, entry().validating);
}

} // namespace
