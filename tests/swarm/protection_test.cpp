// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/swarm/swarm.hpp>

#include "tests/support/simnet.hpp"
#include "tests/swarm/people.hpp"

#include <gtest/gtest.h>

// Protected peers in a simulated network: how a swarm comes back to them, in virtual time.
namespace lp2p {
namespace {

using namespace std::chrono_literals;
using swarms::errc;
using test::address;
using test::count;
using test::last;
using test::start;
using stack = test::null_stack;
using machine = swarm<stack>;

struct SwarmProtection : testing::Test {
    test::simnet<machine> net{7};
    std::size_t a = 0, b = 0;
    std::vector<std::pair<instant, swarms::reconnect_planned>> plans;
    std::vector<std::pair<instant, swarms::reconnecting>> attempts;

    static wire::peer_id id(std::uint8_t seed) { return test::person<stack>{seed}.id; }
    static machine make(std::uint8_t seed, limits bounds = {}, std::uint64_t chance = 0) {
        const test::person<stack> who{seed};
        machine::config c;
        c.bounds = bounds;
        c.seed = chance != 0 ? chance : seed;
        machine m{who.self, who.id, c, who.crypto, start};
        m.serve(test::serves({"/echo/1"}));
        return m;
    }
    void SetUp() override {
        net.latency = 10ms;
        net.on_event = [this](std::size_t h, const swarms::event& e) {
            if (h != a) return;
            if (const auto* p = std::get_if<swarms::reconnect_planned>(&e))
                plans.emplace_back(net.now(), *p);
            if (const auto* r = std::get_if<swarms::reconnecting>(&e))
                attempts.emplace_back(net.now(), *r);
        };
        a = net.add(make(1), address(1));
        b = net.add(make(2), address(2));
    }
    void connect() {
        net[a].dial(address(2).with_peer(id(2)), net.now());
        net.advance(1s);
        ASSERT_TRUE(net[a].established(id(2)));
    }
    /// b ends its connections and answers nobody, or is back.
    void lose_b() {
        net.take_down(b);
        net[b].disconnect(id(1), errc::disconnected, net.now());
        net.advance(100ms);
        ASSERT_FALSE(net[a].established(id(2)));
    }
    static bool about(duration wait, duration expected) {
        return wait >= expected * 4 / 5 && wait <= expected * 6 / 5;
    }
};

TEST_F(SwarmProtection, APeerThatNobodyProtectsIsNotDialedAgain) {
    connect();
    lose_b();
    net.advance(1h);
    EXPECT_TRUE(plans.empty() && attempts.empty());
    EXPECT_FALSE(net[a].is_protected(id(2)));
}
TEST_F(SwarmProtection, AProtectedPeerIsDialedAgainAboutASecondAfterItsEnd) {
    connect();
    ASSERT_TRUE(net[a].protect(id(2), net.now()));
    EXPECT_TRUE(net[a].is_protected(id(2)));
    EXPECT_TRUE(plans.empty()) << "it is connected";
    net[b].disconnect(id(1), errc::disconnected, net.now());
    net.advance(100ms);
    ASSERT_EQ(plans.size(), 1U);
    EXPECT_EQ(plans[0].second.peer, id(2));
    EXPECT_EQ(plans[0].second.attempt, 1);
    EXPECT_TRUE(about(plans[0].second.wait, 1s));
    net.advance(2s);
    ASSERT_EQ(attempts.size(), 1U);
    EXPECT_EQ(attempts[0].first - plans[0].first, plans[0].second.wait);
    EXPECT_TRUE(net[a].established(id(2)));
    EXPECT_EQ(last<swarms::dialed>(net.events(a))->request, attempts[0].second.request);
    EXPECT_EQ(net.links_between(a, b), 1U);
    net.advance(1h);
    EXPECT_EQ(attempts.size(), 1U) << "and then left alone";
}
TEST_F(SwarmProtection, ItDoesNotMatterWhoEndedIt) {
    connect();
    ASSERT_TRUE(net[a].protect(id(2), net.now()));
    net[a].disconnect(id(2), errc::disconnected, net.now());
    net.advance(2s);
    EXPECT_TRUE(net[a].established(id(2)));
    // Silence: the keep-alive finds out.
    net.restart(b, make(2));
    net.advance(30s);
    EXPECT_TRUE(net[a].established(id(2)));
    EXPECT_EQ(attempts.size(), 2U);
}
TEST_F(SwarmProtection, APeerThatIsGoneIsDialedLessAndLessOften) {
    connect();
    ASSERT_TRUE(net[a].protect(id(2), net.now()));
    net.advance(61s);
    lose_b();
    net.advance(1h);
    ASSERT_GE(attempts.size(), 17U); // 1 + 2 + … + 256 s, then every five minutes
    EXPECT_LE(attempts.size(), 24U);
    duration expected = 1s;
    for (std::size_t i = 0; i < attempts.size(); ++i) {
        EXPECT_EQ(attempts[i].second.attempt, i + 1);
        EXPECT_TRUE(about(plans[i].second.wait, expected)) << i;
        const duration waited = attempts[i].first - plans[i].first;
        EXPECT_TRUE(about(waited, expected)) << i;
        EXPECT_GE(waited, plans[i].second.wait) << "longer where the address waits, too";
        expected = std::min<duration>(expected * 2, 300s);
    }
    EXPECT_EQ(count<swarms::dial_failed>(net.events(a)), attempts.size());
    for (const swarms::event& e : net.events(a))
        if (const auto* no = std::get_if<swarms::dial_failed>(&e)) { // never "try later"
            EXPECT_EQ(no->why, fault::refused);
        }
    net.take_down(b, false);
    net.advance(6min);
    EXPECT_TRUE(net[a].established(id(2)));
}
TEST_F(SwarmProtection, OnlyAConnectionThatLastedEndsTheBackoff) {
    connect();
    ASSERT_TRUE(net[a].protect(id(2), net.now()));
    net.advance(61s);
    for (const duration expected : {1s, 2s, 4s, 8s}) {
        net[b].disconnect(id(1), errc::disconnected, net.now());
        net.advance(100ms);
        EXPECT_TRUE(about(plans.back().second.wait, expected));
        net.advance(expected * 2);
        ASSERT_TRUE(net[a].established(id(2)));
    }
    net.advance(61s);
    net[b].disconnect(id(1), errc::disconnected, net.now());
    net.advance(100ms);
    EXPECT_TRUE(about(plans.back().second.wait, 1s));
    EXPECT_EQ(plans.back().second.attempt, 1);
}
TEST_F(SwarmProtection, UnprotectedItIsLeftAlone) {
    connect();
    ASSERT_TRUE(net[a].protect(id(2), net.now()));
    lose_b();
    net.advance(10s);
    EXPECT_FALSE(attempts.empty());
    const std::size_t before = attempts.size();
    net[a].unprotect(id(2));
    EXPECT_FALSE(net[a].is_protected(id(2)));
    EXPECT_FALSE(net[a].next_timeout());
    net.advance(1h);
    EXPECT_EQ(attempts.size(), before);
}
TEST_F(SwarmProtection, OneThatIsNotConnectedIsDialedAtOnce) {
    net[a].add_address(id(2), address(2));
    ASSERT_TRUE(net[a].protect(id(2), net.now()));
    net.advance(500ms);
    EXPECT_TRUE(net[a].established(id(2)));
    ASSERT_EQ(attempts.size(), 1U);
    EXPECT_EQ(attempts[0].first, start);
}
TEST_F(SwarmProtection, WithoutAnAddressItIsTriedUntilThereIsOne) {
    ASSERT_TRUE(net[a].protect(id(2), net.now()));
    net.advance(10s);
    EXPECT_GE(attempts.size(), 3U);
    EXPECT_EQ(last<swarms::dial_failed>(net.events(a))->why, errc::no_address);
    net[a].add_address(id(2), address(2));
    net.advance(20s);
    EXPECT_TRUE(net[a].established(id(2)));
}
TEST_F(SwarmProtection, AConnectionFromTheOtherSideWillDo) {
    connect();
    ASSERT_TRUE(net[a].protect(id(2), net.now()));
    lose_b();
    net.take_down(b, false);
    net[b].dial(address(1).with_peer(id(1)), net.now());
    net.advance(400ms);
    EXPECT_TRUE(net[a].established(id(2)));
    net.advance(1h);
    EXPECT_TRUE(attempts.empty());
}
TEST_F(SwarmProtection, ADialOfTheApplicationIsJoined) {
    connect();
    ASSERT_TRUE(net[a].protect(id(2), net.now()));
    lose_b();
    net.latency = 1s; // it takes as long to hear the refusal
    net.advance(600ms);
    net[a].dial(address(2).with_peer(id(2)), net.now());
    net.advance(600ms);
    ASSERT_EQ(attempts.size(), 1U);
    net.advance(5s);
    EXPECT_EQ(net.accepted(b), 1U);
    EXPECT_GE(count<swarms::dial_failed>(net.events(a)), 2U) << "each is answered";
    EXPECT_GE(plans.size(), 2U);
}
TEST_F(SwarmProtection, TwoThatProtectEachOtherEndWithOneConnection) {
    connect();
    ASSERT_TRUE(net[a].protect(id(2), net.now()));
    net[b].add_address(id(1), address(1));
    ASSERT_TRUE(net[b].protect(id(1), net.now()));
    for (int i = 0; i < 5; ++i) {
        net.advance(61s);
        net[b].disconnect(id(1), errc::disconnected, net.now());
        net.advance(5s);
        EXPECT_TRUE(net[a].established(id(2)));
        EXPECT_EQ(net.links_between(a, b), 1U);
    }
}
TEST_F(SwarmProtection, TheSameSeedComesBackAtTheSameTimes) {
    const auto story = [&](std::uint64_t chance) {
        plans.clear();
        attempts.clear();
        net = test::simnet<machine>{7};
        net.latency = 10ms;
        net.on_event = [this](std::size_t h, const swarms::event& e) {
            if (const auto* r = std::get_if<swarms::reconnecting>(&e); r != nullptr && h == a)
                attempts.emplace_back(net.now(), *r);
        };
        a = net.add(make(1, {}, chance), address(1));
        b = net.add(make(2), address(2));
        net[a].add_address(id(2), address(2));
        net.take_down(b);
        (void)net[a].protect(id(2), net.now());
        net.advance(1h);
        std::vector<instant> times;
        for (const auto& [at, e] : attempts) times.push_back(at);
        return times;
    };
    const auto once = story(11), again = story(11), other = story(12);
    EXPECT_GE(once.size(), 17U);
    EXPECT_EQ(once, again);
    EXPECT_NE(once, other);
}
TEST_F(SwarmProtection, WhoCannotBeProtectedIsSaidSo) {
    EXPECT_EQ(net[a].protect(id(1), net.now()).error(), errc::dial_self);
    const auto few = net.add(make(9, {.protected_peers = 1}), address(9));
    EXPECT_TRUE(net[few].protect(id(1), net.now()));
    EXPECT_EQ(net[few].protect(id(2), net.now()).error(), errc::too_many_protected);
    net[few].shut_down(net.now());
    EXPECT_EQ(net[few].protect(id(2), net.now()).error(), errc::node_closed);
}
TEST_F(SwarmProtection, AShutDownEndsIt) {
    connect();
    ASSERT_TRUE(net[a].protect(id(2), net.now()));
    net[a].shut_down(net.now());
    net.advance(1h);
    EXPECT_TRUE(plans.empty() && attempts.empty());
    EXPECT_FALSE(net[a].next_timeout());
}
TEST_F(SwarmProtection, AFullNodeDoesNotLetAProtectedPeerGo) {
    const auto full = net.add(make(9, {.connections = 2}), address(9));
    for (std::uint8_t i = 10; i < 13; ++i) {
        const auto h = net.add(make(i), address(i));
        net[h].dial(address(9).with_peer(id(9)), net.now());
        net.advance(1s);
        if (i != 10) continue;
        ASSERT_TRUE(net[full].protect(id(10), net.now()));
    }
    EXPECT_TRUE(net[full].established(id(10))) << "the oldest";
    EXPECT_FALSE(net[full].established(id(11)));
    EXPECT_TRUE(net[full].established(id(12)));
}
TEST_F(SwarmProtection, ItsAddressesOutliveThoseOfStrangers) {
    connect();
    ASSERT_TRUE(net[a].protect(id(2), net.now()));
    for (int i = 0; i < 3000; ++i) { // as many as one remote can make up
        byte_vector bytes(38);
        bytes[1] = std::byte{36};
        wire::store_u32(static_cast<std::uint32_t>(i), &bytes[2]);
        net[a].add_address(*wire::peer_id::from_bytes(bytes), address(3));
    }
    net[b].disconnect(id(1), errc::disconnected, net.now());
    net.advance(3s);
    EXPECT_TRUE(net[a].established(id(2)));
}

} // namespace
} // namespace lp2p
