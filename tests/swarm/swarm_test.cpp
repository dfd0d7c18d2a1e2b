// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/swarm/swarm.hpp>

#include "tests/support/simnet.hpp"
#include "tests/support/stacks.hpp"

#include <gtest/gtest.h>

#include <memory>

// Whole swarms in a simulated network: dials, limits, duplicates, ends. threats.md §8 by rows.
namespace lp2p {
namespace {

using namespace std::chrono_literals;
using swarms::errc;
using test::count;
using test::last;
using test::start;

template <class Stack>
class Swarm : public testing::Test {
protected:
    using machine = swarm<Stack>;
    static_assert(lp2p::machine<machine>);
    static wire::multiaddr address(int host, int port = 4001) {
        return *wire::multiaddr::parse("/ip4/10.0.0." + std::to_string(host) + "/tcp/" +
                                       std::to_string(port));
    }
    machine make(std::uint8_t seed, limits bounds = {}) {
        const test::person<Stack> who{seed};
        typename machine::config c;
        c.bounds = bounds;
        c.seed = seed;
        machine m{who.self, who.id, c, who.crypto, start};
        m.serve(test::serves({"/echo/1"}));
        return m;
    }
    wire::multiaddr at(int host, std::uint8_t seed, int port = 4001) {
        return address(host, port).with_peer(test::person<Stack>{seed}.id);
    }
    wire::peer_id id(std::uint8_t seed) { return test::person<Stack>{seed}.id; }
    void SetUp() override {
        net.latency = 10ms;
        a = net.add(make(1), address(1));
        b = net.add(make(2), address(2));
    }
    void connect() {
        net[a].dial(at(2, 2), net.now());
        net.advance(1s);
        ASSERT_TRUE(net[a].established(id(2)));
        ASSERT_TRUE(net[b].established(id(1)));
    }
    /// Nodes 10, 11, … dial node 9, one after the other; the first `users` use their connections.
    void visitors_of_9(std::uint8_t n, std::uint8_t users) {
        const std::vector<std::string> protocols{"/echo/1"};
        for (std::uint8_t i = 0; i < n; ++i) {
            const auto seed = static_cast<std::uint8_t>(10 + i);
            const auto h = net.add(make(seed), address(seed));
            net[h].dial(at(9, 9), net.now());
            net.advance(1s);
            if (i >= users) continue;
            ASSERT_TRUE(net[h].open(id(9), protocols, purpose::application, after(net.now(), 5s),
                                    confirm::wait, net.now()));
            net.advance(1s);
        }
    }
    test::simnet<machine> net{7};
    std::size_t a = 0, b = 0;
};
using stacks = testing::Types<test::null_stack, test::plain_stack, test::real_stack>;
TYPED_TEST_SUITE(Swarm, stacks);

TYPED_TEST(Swarm, ADialOpensOneConnectionThatBothSidesKnow) {
    this->connect();
    auto& net = this->net;
    EXPECT_EQ(count<swarms::conn_opened>(net.events(this->a)), 1U);
    EXPECT_EQ(count<swarms::conn_opened>(net.events(this->b)), 1U);
    EXPECT_EQ(last<swarms::dialed>(net.events(this->a))->how, dial_outcome::opened);
    EXPECT_EQ(net[this->a].connections_to(this->id(2)), 1U);
    EXPECT_EQ(net[this->b].peers(), std::vector{this->id(1)});
    EXPECT_EQ(net[this->b].remote(*net[this->b].established(this->id(1))), this->address(1));
}
TYPED_TEST(Swarm, AHundredCallersDialOnePeer) {
    auto& net = this->net;
    for (int i = 0; i < 100; ++i) net[this->a].dial(this->at(2, 2), net.now());
    net.advance(1s);
    EXPECT_EQ(net.accepted(this->b), 1U);
    std::size_t opened = 0, joined = 0;
    for (const auto& e : net.events(this->a))
        if (const auto* d = std::get_if<swarms::dialed>(&e)) {
            (d->how == dial_outcome::opened ? opened : joined) += 1;
            EXPECT_EQ(d->conn, *net[this->a].established(this->id(2)));
        }
    EXPECT_EQ(opened, 1U);
    EXPECT_EQ(joined, 99U);
    net[this->a].dial(this->at(2, 2), net.now());
    net.settle();
    EXPECT_EQ(last<swarms::dialed>(net.events(this->a))->how, dial_outcome::reused);
    EXPECT_EQ(net.accepted(this->b), 1U);
}
TYPED_TEST(Swarm, AHundredCallersGetTheSameErrorWithEveryAddress) {
    auto& net = this->net;
    net.take_down(this->b);
    auto& me = net[this->a];
    me.add_address(this->id(2), this->address(9));
    me.add_address(this->id(2), *wire::multiaddr::parse("/ip4/10.0.0.2"));
    for (int i = 0; i < 100; ++i) me.dial(this->at(2, 2), net.now());
    std::size_t failed = 0;
    net.on_event = [&](std::size_t, const swarms::event& e) {
        const auto* f = std::get_if<swarms::dial_failed>(&e);
        if (f == nullptr) return;
        ++failed;
        EXPECT_EQ(f->peer, this->id(2));
        EXPECT_EQ(f->why, fault::refused);
        const auto causes = me.take_causes(f->request);
        ASSERT_EQ(causes.size(), 3U);
        std::size_t unsupported = 0;
        for (const auto& c : causes)
            unsupported += c.why == error{errc::address_unsupported} ? 1U : 0U;
        EXPECT_EQ(unsupported, 1U);
        EXPECT_TRUE(me.take_causes(f->request).empty()) << "once";
    };
    net.advance(1s);
    EXPECT_EQ(failed, 100U);
}
TYPED_TEST(Swarm, AFailedAddressIsLeftAloneForAWhile) {
    auto& net = this->net;
    net.take_down(this->b);
    net[this->a].dial(this->at(2, 2), net.now());
    net.advance(100ms);
    net[this->a].dial(this->at(2, 2), net.now());
    net.settle();
    EXPECT_EQ(last<swarms::dial_failed>(net.events(this->a))->why, errc::dial_backoff);
    net.take_down(this->b, false);
    net.advance(1300ms);
    net[this->a].dial(this->at(2, 2), net.now());
    net.advance(1s);
    EXPECT_TRUE(net[this->a].established(this->id(2)));
}
TYPED_TEST(Swarm, AConnectionFromTheOtherSideEndsTheWait) {
    auto& net = this->net;
    net.take_down(this->b);
    net[this->a].dial(this->at(2, 2), net.now());
    net.advance(50ms);
    ASSERT_EQ(count<swarms::dial_failed>(net.events(this->a)), 1U);
    net.take_down(this->b, false);
    net[this->b].dial(this->at(1, 1), net.now());
    net.advance(200ms);
    ASSERT_TRUE(net[this->a].established(this->id(2)));
    net[this->b].disconnect(this->id(1), errc::disconnected, net.now());
    net.advance(50ms);
    net[this->a].dial(this->at(2, 2), net.now());
    net.advance(200ms);
    EXPECT_TRUE(net[this->a].established(this->id(2)));
}
TYPED_TEST(Swarm, AWrongPeerTriesTheOtherAddresses) {
    auto& net = this->net;
    const auto c = net.add(this->make(3), this->address(3));
    auto& me = net[this->a];
    me.add_address(this->id(2), this->address(3)); // peer 3 lives there
    me.add_address(this->id(2), this->address(2));
    me.dial(this->id(2), net.now());
    net.advance(1s);
    EXPECT_TRUE(me.established(this->id(2)));
    EXPECT_FALSE(me.established(this->id(3)));
    EXPECT_EQ(net.accepted(c), 1U);
    EXPECT_TRUE(net[c].peers().empty());
    EXPECT_EQ(count<swarms::dial_failed>(net.events(this->a)), 0U);
}
TYPED_TEST(Swarm, WhatCannotBeDialedFailsAtOnce) {
    auto& net = this->net;
    auto& me = net[this->a];
    me.dial(this->address(2), net.now());
    net.settle();
    EXPECT_EQ(last<swarms::dial_failed>(net.events(this->a))->why, errc::no_peer_id);
    me.dial(this->at(1, 1), net.now());
    net.settle();
    EXPECT_EQ(last<swarms::dial_failed>(net.events(this->a))->why, errc::dial_self);
    me.dial(this->id(9), net.now());
    net.settle();
    EXPECT_EQ(last<swarms::dial_failed>(net.events(this->a))->why, errc::no_address);
    EXPECT_EQ(me.size(), 0U);
}
TYPED_TEST(Swarm, AtMostSixteenDialsRunAtOnce) {
    auto& net = this->net;
    net.latency = 100ms;
    for (std::uint8_t i = 10; i < 50; ++i) net[this->a].dial(this->at(100, i, 1000 + i), net.now());
    net.settle();
    EXPECT_EQ(net[this->a].size(), 16U);
    net.advance(10s);
    EXPECT_EQ(count<swarms::dial_failed>(net.events(this->a)), 40U);
    EXPECT_EQ(net[this->a].size(), 0U);
}
TYPED_TEST(Swarm, SubstreamsAreRoutedByConnection) {
    this->connect();
    auto& net = this->net;
    const std::vector<std::string> protocols{"/echo/1"};
    const auto id = net[this->a].open(this->id(2), protocols, purpose::application,
                                      after(net.now(), 5s), confirm::wait, net.now());
    ASSERT_TRUE(id);
    net.advance(100ms);
    const auto theirs = last<swarms::substream_open>(net.events(this->b));
    ASSERT_TRUE(theirs);
    ASSERT_EQ(net[this->a].write(*id, as_bytes("hello"), net.now()), 5U);
    net.advance(100ms);
    EXPECT_EQ(as_text(net[this->b].read(theirs->id)), "hello");
    EXPECT_EQ(net[this->a].supports(this->id(2), "/echo/1"), support::supported);
    EXPECT_EQ(net[this->a].supports(this->id(2), "/other"), support::unknown);
    net[this->b].reset(theirs->id, 3, net.now());
    net.advance(100ms);
    EXPECT_EQ(last<swarms::substream_reset>(net.events(this->a))->code, 3U);
    EXPECT_EQ(count<swarms::substream_ended>(net.events(this->a)), 1U);
    const auto none = net[this->a].open(this->id(9), protocols, purpose::application,
                                        after(net.now(), 5s), confirm::wait, net.now());
    EXPECT_EQ(none.error(), errc::not_connected);
}
TYPED_TEST(Swarm, AFlushIsToldAgainThoughWhatWasToBeSentWasTakenBack) {
    this->connect();
    auto& net = this->net;
    const std::vector<std::string> protocols{"/echo/1"};
    auto& me = net[this->a];
    const auto open = [&] {
        return *me.open(this->id(2), protocols, purpose::application, after(net.now(), 5s),
                        confirm::wait, net.now());
    };
    me.reset(open(), 0, net.now()); // nobody heard of it: the flush finds nothing
    net.advance(100ms);
    open();
    net.advance(100ms);
    EXPECT_EQ(count<swarms::substream_open>(net.events(this->a)), 1U);
}
TYPED_TEST(Swarm, DisconnectEndsItOnBothSidesAndADialBringsItBack) {
    this->connect();
    auto& net = this->net;
    net[this->a].disconnect(this->id(2), errc::disconnected, net.now());
    net.advance(100ms);
    EXPECT_EQ(last<swarms::conn_closed>(net.events(this->a))->why.why, errc::disconnected);
    EXPECT_EQ(count<swarms::conn_closed>(net.events(this->b)), 1U);
    EXPECT_EQ(net[this->a].size(), 0U);
    EXPECT_EQ(net[this->b].size(), 0U);
    this->connect();
}
TYPED_TEST(Swarm, ShutDownAnswersEverybodyAndEndsLast) {
    this->connect();
    auto& net = this->net;
    net[this->a].dial(this->at(77, 7), net.now());
    net[this->a].shut_down(net.now());
    net.advance(1s);
    auto& told = net.events(this->a);
    EXPECT_EQ(last<swarms::dial_failed>(told)->why, errc::node_closed);
    EXPECT_EQ(count<swarms::conn_closed>(told), 1U);
    EXPECT_EQ(count<swarms::ended>(told), 1U);
    EXPECT_TRUE(std::holds_alternative<swarms::ended>(told.back()));
    EXPECT_EQ(net[this->a].size(), 0U);
    EXPECT_FALSE(net[this->a].next_timeout());
    EXPECT_EQ(net[this->b].size(), 0U);
    EXPECT_EQ(net[this->a].accepted(this->address(5), this->address(1), net.now()).error(),
              errc::node_closed);
}

// ---- limits on inbound connections ----

TYPED_TEST(Swarm, TwoHundredSilentConnectionsThenAnHonestPeer) {
    auto& net = this->net;
    std::vector<std::size_t> silent;
    for (int i = 0; i < 200; ++i) silent.push_back(net.knock(this->b, this->address(66, 2000 + i)));
    EXPECT_EQ(net[this->b].size(), 64U);
    EXPECT_FALSE(net.is_open(silent[135])) << "the oldest waiting were dropped";
    EXPECT_TRUE(net.is_open(silent[136]));
    EXPECT_EQ(last<swarms::upgrade_failed>(net.events(this->b))->why, errc::too_many_upgrading);
    net[this->a].dial(this->at(2, 2), net.now());
    net.advance(250ms);
    EXPECT_TRUE(net[this->b].established(this->id(1))) << "ready within 250 ms";
    net.advance(10s);
    EXPECT_EQ(net[this->b].size(), 1U) << "and the silent ones are gone";
    EXPECT_EQ(last<swarms::upgrade_failed>(net.events(this->b))->why,
              connections::errc::upgrade_timeout);
}
TYPED_TEST(Swarm, OneAddressMayNotCrowdOutOthers) {
    auto& net = this->net;
    const auto other = net.knock(this->b, this->address(50));
    std::vector<std::size_t> crowd;
    for (int i = 0; i < 40; ++i) crowd.push_back(net.knock(this->b, this->address(66, 2000 + i)));
    EXPECT_EQ(net[this->b].size(), 17U);
    EXPECT_TRUE(net.is_open(other));
    EXPECT_FALSE(net.is_open(crowd[23]));
    EXPECT_TRUE(net.is_open(crowd[24]));
}
TYPED_TEST(Swarm, AnAddressIsNotLeftAloneForAnEndThatWeWanted) {
    auto& net = this->net;
    net[this->a].dial(this->at(2, 2), net.now());
    for (int i = 0; i < 100 && count<swarms::dial_failed>(net.events(this->a)) == 0; ++i) {
        net.advance(1ms); // until there is a transport, and an upgrade that can be ended
        net[this->a].close(conn_id{1}, errc::disconnected, net.now());
    }
    ASSERT_EQ(count<swarms::dial_failed>(net.events(this->a)), 1U);
    net[this->a].dial(this->at(2, 2), net.now());
    net.advance(500ms);
    EXPECT_TRUE(net[this->a].established(this->id(2)));
}
TYPED_TEST(Swarm, AFullNodeRefusesTheNewestInbound) {
    limits bounds;
    bounds.connections = 2;
    auto& net = this->net;
    const auto full = net.add(this->make(9, bounds), this->address(9));
    this->visitors_of_9(4, 2);
    EXPECT_EQ(net[full].peers().size(), 2U);
    EXPECT_TRUE(net[full].established(this->id(10)) && net[full].established(this->id(11)));
    EXPECT_EQ(count<swarms::upgrade_failed>(net.events(full)), 2U);
    EXPECT_EQ(last<swarms::upgrade_failed>(net.events(full))->why, errc::too_many_connections);
    net[full].disconnect(this->id(10), errc::disconnected, net.now());
    net[this->a].dial(this->at(9, 9), net.now());
    net.advance(1s);
    EXPECT_TRUE(net[full].established(this->id(1))) << "a freed place works at once";
}
TYPED_TEST(Swarm, AFullNodeLetsTheOldestConnectionGoThatNobodyUses) {
    limits bounds;
    bounds.connections = 2;
    auto& net = this->net;
    const auto full = net.add(this->make(9, bounds), this->address(9));
    this->visitors_of_9(3, 1);
    EXPECT_TRUE(net[full].established(this->id(10))) << "the oldest is in use";
    EXPECT_FALSE(net[full].established(this->id(11)));
    EXPECT_TRUE(net[full].established(this->id(12)));
    EXPECT_EQ(count<swarms::upgrade_failed>(net.events(full)), 0U);
    EXPECT_EQ(last<swarms::conn_closed>(net.events(full))->why.why, errc::trimmed);
}
TYPED_TEST(Swarm, AboveTheHighMarkConnectionsLeaveThatNobodyUsesOrProtects) {
    limits bounds;
    bounds.connections_high = 3;
    bounds.connections_low = 1;
    auto& net = this->net;
    const auto full = net.add(this->make(9, bounds), this->address(9));
    ASSERT_TRUE(net[full].protect(this->id(11), net.now()));
    this->visitors_of_9(4, 1);
    EXPECT_EQ(net[full].peers().size(), 4U) << "they are young";
    net.advance(80s);
    EXPECT_TRUE(net[full].established(this->id(10))) << "in use";
    EXPECT_TRUE(net[full].established(this->id(11))) << "protected";
    EXPECT_EQ(net[full].peers().size(), 2U);
    EXPECT_EQ(count<swarms::conn_closed>(net.events(full)), 2U);
    EXPECT_EQ(last<swarms::conn_closed>(net.events(full))->why.why, errc::trimmed);
}
TYPED_TEST(Swarm, AConnectionMayBeClosedThatIsUnusedForTooLong) {
    limits bounds;
    bounds.unused_connection = 20s;
    auto& net = this->net;
    const auto h = net.add(this->make(9, bounds), this->address(9));
    net[this->a].dial(this->at(9, 9), net.now());
    net.advance(19s);
    EXPECT_TRUE(net[h].established(this->id(1)));
    net.advance(2s);
    EXPECT_FALSE(net[h].established(this->id(1)));
    EXPECT_EQ(last<swarms::conn_closed>(net.events(h))->why.why, errc::unused);
}
TYPED_TEST(Swarm, WhereAProtocolIsBeingAgreedOnAConnectionIsInUse) {
    limits bounds;
    bounds.unused_connection = 20s;
    auto& net = this->net;
    const std::vector<std::string> protocols{"/none/1", "/echo/1"};
    const auto h = net.add(this->make(9, bounds), this->address(9));
    net[this->a].dial(this->at(9, 9), net.now());
    while (!net[h].established(this->id(1))) net.advance(1ms);
    net.advance(20s - 16ms); // the first proposal is answered before the end, the second comes behind
    net.packet = 1;          // the SYN arrives before what is proposed
    ASSERT_TRUE(net[this->a].open(this->id(9), protocols, purpose::application,
                                  after(net.now(), 5s), confirm::wait, net.now()));
    net.advance(1s);
    EXPECT_TRUE(net[h].established(this->id(1)));
    EXPECT_EQ(count<swarms::substream_open>(net.events(h)), 1U);
}
TYPED_TEST(Swarm, AFullNodeDialsOnlyWhereAConnectionCanGo) {
    limits bounds;
    bounds.connections = 1;
    auto& net = this->net;
    const std::vector<std::string> protocols{"/echo/1"};
    const auto full = net.add(this->make(9, bounds), this->address(9));
    net[full].dial(this->at(1, 1), net.now());
    net.advance(1s);
    net[full].dial(this->at(2, 2), net.now());
    net.advance(1s);
    EXPECT_EQ(net[full].peers(), std::vector{this->id(2)}) << "the first was not in use";
    ASSERT_TRUE(net[full].open(this->id(2), protocols, purpose::application, after(net.now(), 5s),
                               confirm::wait, net.now()));
    net.advance(1s);
    net[full].dial(this->at(1, 1), net.now());
    net.advance(1s);
    EXPECT_EQ(net[full].peers(), std::vector{this->id(2)});
    EXPECT_EQ(last<swarms::dial_failed>(net.events(full))->why, errc::too_many_connections);
    net[full].disconnect(this->id(2), errc::disconnected, net.now());
    net[full].dial(this->at(1, 1), net.now());
    net.advance(1s);
    EXPECT_TRUE(net[full].established(this->id(1))) << "its address did nothing wrong";
}
TYPED_TEST(Swarm, UnreadBytesOfTheNodeHaveABound) {
    limits bounds;
    bounds.unread_node = 100'000;
    auto& net = this->net;
    const auto lazy = net.add(this->make(9, bounds), this->address(9));
    const std::vector<std::string> protocols{"/echo/1"};
    const byte_vector much(70'000);
    for (const auto h : {this->a, this->b}) {
        net[h].dial(this->at(9, 9), net.now());
        net.advance(1s);
        const auto id = net[h].open(this->id(9), protocols, purpose::application,
                                    after(net.now(), 5s), confirm::wait, net.now());
        ASSERT_TRUE(id);
        net.advance(100ms);
        (void)net[h].write(*id, byte_view{much}.first(h == this->a ? 60'000 : 70'000), net.now());
        net.advance(1s);
    }
    EXPECT_EQ(net[lazy].peers(), std::vector{this->id(2)}) << "who held most at 100,001 leaves";
    EXPECT_EQ(last<swarms::conn_closed>(net.events(lazy))->why.why, errc::unread_limit);
}

// ---- duplicates ----

TYPED_TEST(Swarm, BothDialAtOnceInManyOrders) {
    const int runs = std::is_same_v<TypeParam, test::real_stack> ? 10 : 300;
    for (int seed = 0; seed < runs; ++seed) {
        test::simnet<typename TestFixture::machine> net{static_cast<std::uint64_t>(seed)};
        net.latency = 1ms;
        net.jitter = milliseconds{seed % 3 == 0 ? 0 : seed % 3 == 1 ? 5 : 60};
        const auto x = net.add(this->make(1), this->address(1));
        const auto y = net.add(this->make(2), this->address(2));
        net[x].dial(this->at(2, 2), net.now());
        if (seed % 2 == 1) net.advance(milliseconds{seed % 50});
        net[y].dial(this->at(1, 1), net.now());
        net.advance(3s);
        ASSERT_EQ(net.links_between(x, y), 1U) << seed;
        ASSERT_EQ(net[x].connections_to(this->id(2)), 1U) << seed;
        ASSERT_EQ(net[y].connections_to(this->id(1)), 1U) << seed;
        ASSERT_EQ(net[x].size(), 1U) << seed;
        ASSERT_EQ(net[y].size(), 1U) << seed;
        for (const auto h : {x, y}) {
            EXPECT_EQ(count<swarms::dialed>(net.events(h)), 1U) << seed;
            EXPECT_EQ(count<swarms::dial_failed>(net.events(h)), 0U) << seed;
            // A newcomer that its dialer held and gave up never said who it was; what did is called
            // a duplicate.
            for (const auto& e : net.events(h))
                if (const auto* f = std::get_if<swarms::upgrade_failed>(&e)) {
                    EXPECT_LT(f->stage, upgrade_stage::proven) << seed;
                    EXPECT_EQ(f->why, connections::errc::transport_closed) << seed;
                }
        }
        net.advance(1min);
        ASSERT_EQ(net.links_between(x, y), 1U) << seed;
    }
}
TYPED_TEST(Swarm, ARestartedPeerIsBackWithinThreeSeconds) {
    this->connect();
    auto& net = this->net;
    net.restart(this->a, this->make(1));
    net[this->a].dial(this->at(2, 2), net.now());
    net.advance(3s);
    ASSERT_TRUE(net[this->a].established(this->id(2)));
    EXPECT_EQ(net[this->b].connections_to(this->id(1)), 1U);
    const auto ended = last<swarms::duplicate_ended>(net.events(this->b));
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->rule, duplicate_rule::half_open);
    EXPECT_EQ(count<swarms::conn_closed>(net.events(this->b)), 1U);
    EXPECT_EQ(net[this->b].size(), 1U);
    net.advance(1min);
    EXPECT_EQ(net.links_between(this->a, this->b), 1U);
}
/// A second connection from a peer that does not know that it has one: a rust node that dials
/// always. It is played by a second swarm with the same key.
TYPED_TEST(Swarm, RedialsOfALivingPeerAreRefusedBeforeAMuxerAndSlowed) {
    this->connect();
    auto& net = this->net;
    for (int i = 0; i < 20; ++i) {
        const auto again = net.add(this->make(1), this->address(20 + i));
        net[again].dial(this->at(2, 2), net.now());
        net.advance(100ms);
        EXPECT_FALSE(net[again].established(this->id(2)));
    }
    net.advance(3s);
    auto& told = net.events(this->b);
    EXPECT_EQ(count<swarms::duplicate_ended>(told), 20U);
    EXPECT_EQ(last<swarms::duplicate_ended>(told)->rule, duplicate_rule::incumbent_alive);
    EXPECT_GE(count<swarms::redial_storm>(told), 1U);
    EXPECT_LE(count<swarms::redial_storm>(told), 2U) << "once a second";
    EXPECT_EQ(net[this->b].connections_to(this->id(1)), 1U);
    EXPECT_EQ(count<swarms::conn_closed>(told), 0U);
    EXPECT_EQ(count<swarms::conn_opened>(told), 1U);
    EXPECT_EQ(net[this->b].size(), 1U);
}
TYPED_TEST(Swarm, ACutAfterTheCrossingIsDialedAgain) {
    auto& net = this->net;
    net[this->a].dial(this->at(2, 2), net.now());
    net[this->b].dial(this->at(1, 1), net.now());
    net.advance(3s);
    net.cut(this->a, this->b);
    net.advance(30s);
    EXPECT_EQ(net[this->a].size(), 0U);
    EXPECT_EQ(net[this->b].size(), 0U);
    EXPECT_EQ(last<swarms::conn_closed>(net.events(this->a))->why.why,
              yamux::errc::keepalive_timeout);
    this->connect();
}

} // namespace
} // namespace lp2p
