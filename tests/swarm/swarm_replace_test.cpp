// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/swarm/swarm.hpp>

#include "tests/support/simnet.hpp"
#include "tests/swarm/people.hpp"

#include <gtest/gtest.h>

// A connection followed by another one to the same peer: with a peer that takes a second one, as go
// and rust do, with one that does not, as lp2p, and with one that is not there.
namespace lp2p {
namespace {

using namespace std::chrono_literals;
using machine = swarm<test::null_stack>;
using swarms::errc;
using test::count;
using test::last;
using test::start;

class Replace : public testing::Test {
protected:
    test::simnet<machine> net{3};
    std::size_t a = 0, b = 0;

    static wire::peer_id peer(std::uint8_t seed) { return test::person<test::null_stack>{seed}.id; }
    static machine make(std::uint8_t seed, limits bounds = {}) {
        const test::person<test::null_stack> who{seed};
        machine::config c;
        c.bounds = bounds;
        c.seed = seed;
        machine m{who.self, who.id, c, who.crypto, start};
        m.serve(test::serves({"/echo/1"}));
        return m;
    }
    /// `takes`: the remote lets a second connection proceed at once.
    void connect(bool takes) {
        limits theirs;
        if (takes) theirs.incumbent_pong_least = theirs.incumbent_pong_most = duration{};
        net.latency = 10ms;
        a = net.add(make(1), test::address(1));
        b = net.add(make(2, theirs), test::address(2));
        net[a].dial(test::address(2).with_peer(peer(2)), net.now());
        net.advance(1s);
        ASSERT_TRUE(net[a].established(peer(2)));
    }
    conn_id current() { return *net[a].established(peer(2)); }
};

TEST_F(Replace, TheNewOneIsThereBeforeTheOldOneEnds) {
    connect(true);
    const conn_id old = current();
    std::vector<std::size_t> connections;
    net.on_event = [&](std::size_t h, const swarms::event&) {
        if (h == a) connections.push_back(net[a].connections_to(peer(2)));
    };
    ASSERT_TRUE(net[a].replace(old, errc::replaced, net.now()));
    net.advance(5s);
    EXPECT_NE(current(), old);
    EXPECT_EQ(net[a].connections_to(peer(2)), 1U);
    EXPECT_EQ(net.links_between(a, b), 1U);
    for (const std::size_t n : connections) EXPECT_GE(n, 1U) << "never none";
    const auto ended = last<swarms::duplicate_ended>(net.events(a));
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->closed, old);
    EXPECT_EQ(ended->kept, current());
    EXPECT_EQ(ended->rule, duplicate_rule::replaced);
    EXPECT_EQ(last<swarms::conn_closed>(net.events(a))->why.why, errc::replaced);
    EXPECT_EQ(count<swarms::dialed>(net.events(a)), 1U) << "the first; nobody asked for this one";
    EXPECT_EQ(count<swarms::replace_gap>(net.events(a)), 0U);
}
TEST_F(Replace, WhereTheRemoteRefusesASecondOneTheOldOneEndsFirst) {
    connect(false);
    const conn_id old = current();
    ASSERT_TRUE(net[a].replace(old, errc::replaced, net.now()));
    net.advance(5s);
    EXPECT_NE(current(), old);
    EXPECT_EQ(net.links_between(a, b), 1U);
    ASSERT_EQ(count<swarms::replace_gap>(net.events(a)), 1U);
    EXPECT_EQ(last<swarms::replace_gap>(net.events(a))->conn, old);
    EXPECT_EQ(count<swarms::replace_failed>(net.events(a)), 0U);
    EXPECT_EQ(net[b].connections_to(peer(1)), 1U);
}
TEST_F(Replace, WhereNoAddressWorksTheOldOneStays) {
    connect(true);
    const conn_id old = current();
    net.take_down(b);
    ASSERT_TRUE(net[a].replace(old, errc::replaced, net.now()));
    net.advance(30s);
    EXPECT_EQ(current(), old);
    ASSERT_EQ(count<swarms::replace_failed>(net.events(a)), 1U);
    EXPECT_EQ(last<swarms::replace_failed>(net.events(a))->conn, old);
    EXPECT_EQ(last<swarms::replace_failed>(net.events(a))->why, fault::refused);
    EXPECT_EQ(count<swarms::dial_failed>(net.events(a)), 0U);
    net.take_down(b, false);
    net.advance(2s); // the address's backoff
    ASSERT_TRUE(net[a].replace(old, errc::replaced, net.now()));
    net.advance(5s);
    EXPECT_NE(current(), old) << "and it can be tried again";
    EXPECT_EQ(net.links_between(a, b), 1U);
}
TEST_F(Replace, OfAPeerWhoseAddressNobodyKnowsItStays) {
    connect(true);
    const conn_id theirs = *net[b].established(peer(1));
    ASSERT_TRUE(net[b].replace(theirs, errc::replaced, net.now()));
    net.advance(1s);
    EXPECT_EQ(last<swarms::replace_failed>(net.events(b))->why, errc::no_address);
    EXPECT_EQ(net[b].established(peer(1)), theirs);
}
TEST_F(Replace, OneAtATimeForAPeer) {
    connect(true);
    const conn_id old = current();
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(net[a].replace(old, errc::replaced, net.now()));
    net.advance(5s);
    EXPECT_EQ(net.accepted(b), 2U);
    EXPECT_EQ(count<swarms::dialed>(net.events(a)), 1U) << "the first; these are nobody's dials";
    EXPECT_FALSE(net[a].replace(old, errc::replaced, net.now())) << "it is over";
    ASSERT_TRUE(net[a].replace(current(), errc::replaced, net.now()));
    net.advance(5s);
    EXPECT_EQ(net.accepted(b), 3U) << "the next one is another one";
}
TEST_F(Replace, OnlyWhatIsEstablishedIsReplaced) {
    std::vector<std::pair<const char*, error>> asked;
    const auto ask = [&](const char* when, conn_id id) {
        const status done = net[a].replace(id, errc::replaced, net.now());
        asked.emplace_back(when, done ? error{} : done.error());
    };
    net.on_event = [&](std::size_t h, const swarms::event& e) {
        if (h != a) return;
        if (const auto* c = std::get_if<swarms::conn_closed>(&e)) ask("it ended", c->id);
    };
    limits theirs;
    theirs.incumbent_pong_least = theirs.incumbent_pong_most = duration{};
    net.latency = 10ms;
    a = net.add(make(1), test::address(1));
    b = net.add(make(2, theirs), test::address(2));
    net[a].dial(test::address(2).with_peer(peer(2)), net.now());
    net.advance(25ms);
    ASSERT_EQ(net[a].size(), 1U);
    const conn_id first{1};
    ASSERT_TRUE(net[a].look(first));
    ASSERT_FALSE(net[a].established(peer(2)));
    ask("it is being upgraded", first);
    net.advance(1s);
    net[a].disconnect(peer(2), errc::disconnected, net.now());
    net.advance(1s);
    EXPECT_EQ(asked.size(), 2U);
    for (const auto& [when, why] : asked) EXPECT_EQ(why, errc::unknown_connection) << when;
    EXPECT_EQ(net.accepted(b), 1U);
}
TEST_F(Replace, AnEndThatIsNoRefusalLeavesTheOldOne) {
    connect(true);
    const conn_id old = current();
    net.take_down(b);
    const auto shut = net.add(make(3), test::address(3)); // takes connections and says nothing
    const auto third = net.knock(shut, test::address(50));
    ASSERT_TRUE(net.is_open(third));
    net[a].add_address(peer(2), test::address(3));
    net.on_event = [&](std::size_t h, const swarms::event& e) {
        if (h == a && std::holds_alternative<swarms::replace_gap>(e)) ADD_FAILURE() << "a gap";
    };
    ASSERT_TRUE(net[a].replace(old, errc::replaced, net.now()));
    net.advance_until([&] { return net[shut].size() == 2; }, 1s);
    net[shut].shut_down(net.now()); // before anybody proved who he is
    net.advance(1s);
    EXPECT_EQ(count<swarms::replace_failed>(net.events(a)), 1U);
    EXPECT_EQ(current(), old);
}
TEST_F(Replace, ARemoteThatNeverDecidesIsNoRefusalEither) {
    limits theirs;
    theirs.incumbent_pong_least = theirs.incumbent_pong_most = 1min;
    net.latency = 10ms;
    a = net.add(make(1), test::address(1));
    b = net.add(make(2, theirs), test::address(2));
    net[a].dial(test::address(2).with_peer(peer(2)), net.now());
    net.advance(1s);
    const conn_id old = current();
    net.cut(a, b); // it asks the old one, and waits
    ASSERT_TRUE(net[a].replace(old, errc::replaced, net.now()));
    net.advance(11s);
    EXPECT_EQ(count<swarms::replace_gap>(net.events(a)), 0U);
    ASSERT_EQ(count<swarms::replace_failed>(net.events(a)), 1U);
    EXPECT_EQ(last<swarms::replace_failed>(net.events(a))->why, connections::errc::upgrade_timeout);
    EXPECT_EQ(current(), old);
}
TEST_F(Replace, WhoDialsInTheGapIsAnsweredByTheNewOne) {
    connect(false);
    bool asked = false;
    net.on_event = [&](std::size_t h, const swarms::event& e) {
        if (h != a || !std::holds_alternative<swarms::replace_gap>(e)) return;
        asked = true;
        net[a].dial(test::address(2).with_peer(peer(2)), net.now());
    };
    ASSERT_TRUE(net[a].replace(current(), errc::replaced, net.now()));
    net.advance(5s);
    ASSERT_TRUE(asked);
    EXPECT_EQ(count<swarms::dialed>(net.events(a)), 2U);
    EXPECT_EQ(last<swarms::dialed>(net.events(a))->how, dial_outcome::joined);
    EXPECT_EQ(last<swarms::dialed>(net.events(a))->conn, current());
}
TEST_F(Replace, AfterOneThatFailedANewcomerIsAnsweredByTheQuestion) {
    connect(true);
    const conn_id old = current();
    net.take_down(b);
    ASSERT_TRUE(net[a].replace(old, errc::replaced, net.now()));
    net.advance(1s);
    ASSERT_EQ(count<swarms::replace_failed>(net.events(a)), 1U);
    const auto twin = net.add(make(2), test::address(20)); // the same peer, once more
    net[twin].dial(test::address(1).with_peer(peer(1)), net.now());
    net.advance(2s);
    EXPECT_EQ(current(), old);
    EXPECT_EQ(last<swarms::duplicate_ended>(net.events(a))->rule, duplicate_rule::incumbent_alive);
}
TEST_F(Replace, AProtectedPeerIsNotDialedForTheOldOnesEnd) {
    connect(true);
    ASSERT_TRUE(net[a].protect(peer(2), net.now()));
    ASSERT_TRUE(net[a].replace(current(), errc::replaced, net.now()));
    net.advance(30s);
    EXPECT_EQ(count<swarms::conn_closed>(net.events(a)), 1U);
    EXPECT_EQ(count<swarms::reconnect_planned>(net.events(a)), 0U);
    EXPECT_EQ(net.accepted(b), 2U);
}
TEST_F(Replace, TheEndOfTheNewOneIsNoReasonToDial) {
    connect(true);
    ASSERT_TRUE(net[a].replace(current(), errc::replaced, net.now()));
    net.advance(5s); // it could have been the remote's answer to a question about the old one
    net[b].disconnect(peer(1), errc::disconnected, net.now());
    net.advance(5s);
    EXPECT_EQ(count<swarms::reconnecting>(net.events(a)), 0U);
    EXPECT_EQ(net.links_between(a, b), 0U);
}
TEST_F(Replace, WhatComesOnTheOldOneIsStillRead) {
    connect(true);
    const conn_id old = current();
    const std::vector<std::string> echo{"/echo/1"};
    const auto theirs =
        net[b].open(peer(1), echo, purpose::application, net.now() + 5s, confirm::wait, net.now());
    ASSERT_TRUE(theirs);
    net.advance(1s);
    ASSERT_TRUE(net[a].replace(old, errc::replaced, net.now()));
    // The remote goes on writing until it hears that this connection leaves.
    result<std::size_t> written{0U};
    std::string read;
    net.on_event = [&](std::size_t h, const swarms::event& e) {
        if (h == a && std::holds_alternative<swarms::duplicate_ended>(e)) {
            written = net[b].write(*theirs, as_bytes("late"), net.now());
            EXPECT_EQ(net[a].replace(old, errc::replaced, net.now()).error(),
                      errc::unknown_connection)
                << "it leaves";
        }
        if (const auto* r = std::get_if<swarms::substream_readable>(&e); h == a && r != nullptr)
            read = as_text(net[a].read(r->id));
    };
    net.advance(100ms);
    ASSERT_TRUE(written);
    ASSERT_EQ(*written, 4U);
    EXPECT_EQ(read, "late");
    net.advance(5s);
    EXPECT_EQ(net.links_between(a, b), 1U);
}
TEST_F(Replace, AnOrdinaryDialIsStillAnsweredByTheOneThatIsThere) {
    connect(true);
    ASSERT_TRUE(net[a].replace(current(), errc::replaced, net.now()));
    net[a].dial(test::address(2).with_peer(peer(2)), net.now());
    net.settle();
    EXPECT_EQ(last<swarms::dialed>(net.events(a))->how, dial_outcome::reused);
    net.advance(5s);
    EXPECT_EQ(net.accepted(b), 2U);
}
TEST_F(Replace, ShuttingDownForgetsIt) {
    connect(true);
    const conn_id old = current();
    ASSERT_TRUE(net[a].replace(old, errc::replaced, net.now()));
    net[a].shut_down(net.now());
    EXPECT_EQ(net[a].replace(old, errc::replaced, net.now()).error(), errc::node_closed);
    net.advance(20s);
    EXPECT_EQ(count<swarms::replace_failed>(net.events(a)), 0U);
    EXPECT_EQ(count<swarms::dial_failed>(net.events(a)), 0U) << "nobody asked for that dial";
    EXPECT_EQ(net.links(), 0U);
}

} // namespace
} // namespace lp2p
