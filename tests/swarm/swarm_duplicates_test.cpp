// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/swarm/swarm.hpp>

#include "tests/support/simnet.hpp"
#include "tests/swarm/people.hpp"

#include <gtest/gtest.h>

// What the rule decides is done, told and narrated; the rule itself is connection_manager's.
namespace lp2p {
namespace {

using namespace std::chrono_literals;
using machine = swarm<test::null_stack>;
using test::start;

struct narration {
    std::vector<std::string> rules;
    trace_sink sink() {
        return {this, [](void* self, const trace_event& e) noexcept {
                    if (e.name != trace_names::swarm_duplicate) return;
                    for (const trace_field& f : e.fields)
                        if (f.key == "rule")
                            static_cast<narration*>(self)->rules.emplace_back(
                                std::get<std::string_view>(f.value));
                }};
    }
};

TEST(SwarmDuplicates, ACrossingIsNarratedAsItIsTold) {
    narration said;
    test::simnet<machine> net{5};
    net.latency = 10ms;
    const auto person = [](std::uint8_t n) { return test::person<test::null_stack>{n}; };
    std::size_t hosts[2];
    for (std::uint8_t i = 0; i < 2; ++i) {
        const auto who = person(static_cast<std::uint8_t>(i + 1));
        machine::config c;
        c.trace = said.sink();
        hosts[i] = net.add({who.self, who.id, c, who.crypto, start}, test::address(i + 1));
    }
    net[hosts[0]].dial(test::address(2).with_peer(person(2).id), net.now());
    net[hosts[1]].dial(test::address(1).with_peer(person(1).id), net.now());
    net.advance(3s);
    EXPECT_EQ(net.links(), 1U);
    std::size_t told = 0;
    for (const std::size_t h : hosts)
        for (const auto& e : net.events(h))
            if (const auto* d = std::get_if<swarms::duplicate_ended>(&e)) {
                ++told;
                EXPECT_EQ(d->kept, *net[h].established(person(h == hosts[0] ? 2 : 1).id));
            }
    EXPECT_GE(told, 1U);
    EXPECT_LE(said.rules.size(), told) << "an end by the remote is told, not decided here";
    EXPECT_GE(said.rules.size(), 1U);
    for (const auto& r : said.rules) EXPECT_EQ(r, "crossing");
}

/// Ours dials, the other one restarts and dials: the new connection succeeds ours by the rule.
class Successor : public testing::Test {
protected:
    static machine make(std::uint8_t seed) {
        const test::person<test::null_stack> who{seed};
        machine::config c;
        c.seed = seed;
        return {who.self, who.id, c, who.crypto, start};
    }
    static wire::peer_id peer(std::uint8_t seed) { return test::person<test::null_stack>{seed}.id; }
    static wire::multiaddr at(int host) {
        return test::address(host).with_peer(peer(static_cast<std::uint8_t>(host)));
    }
    /// `ours`: we dialed the first one.
    void succeeded(bool ours = true) {
        net.latency = 10ms;
        us = net.add(make(1), test::address(1));
        them = net.add(make(2), test::address(2));
        net[ours ? us : them].dial(ours ? at(2) : at(1), net.now());
        net.advance(1s);
        ASSERT_EQ(net.links_between(us, them), 1U);
        net.restart(them, make(2));
        net[them].dial(at(1), net.now());
        ASSERT_TRUE(net.advance_until([&] { return told(duplicate_rule::half_open); }, 3s));
        ASSERT_EQ(net.links_between(us, them), 1U);
    }
    bool told(duplicate_rule rule) {
        for (const auto& e : net.events(us))
            if (const auto* d = std::get_if<swarms::duplicate_ended>(&e); d != nullptr)
                if (d->rule == rule) return true;
        return false;
    }
    void remote_ends() {
        net[them].disconnect(peer(1), swarms::errc::disconnected, net.now());
        net.advance(100ms);
    }
    std::size_t again() { return test::count<swarms::reconnecting>(net.events(us)); }

    test::simnet<machine> net{5};
    std::size_t us = 0, them = 0;
};
TEST_F(Successor, OneThatTheRemoteEndsAtOnceIsDialedAgain) {
    succeeded();
    net.advance(1s);
    remote_ends();
    EXPECT_EQ(again(), 1U);
    net.advance(1s);
    EXPECT_EQ(net.links_between(us, them), 1U);
    EXPECT_EQ(net[us].connections_to(peer(2)), 1U);
    remote_ends();
    EXPECT_EQ(again(), 1U) << "that one succeeded nobody";
}
TEST_F(Successor, ItIsFreshForTenSeconds) {
    succeeded();
    net.advance(default_limits.upgrade_timeout - 20ms); // the end is on its way for ten
    remote_ends();
    EXPECT_EQ(again(), 1U);
}
TEST_F(Successor, OneThatLastedIsNot) {
    succeeded();
    net.advance(default_limits.upgrade_timeout - net.latency);
    remote_ends();
    EXPECT_EQ(again(), 0U);
}
TEST_F(Successor, OneThatWeEndIsNot) {
    succeeded();
    net[us].disconnect(peer(2), swarms::errc::disconnected, net.now());
    net.advance(1s);
    EXPECT_EQ(again(), 0U);
    EXPECT_EQ(net.links_between(us, them), 0U);
}
TEST_F(Successor, WhoNeverDialedDoesNotBeginTo) {
    succeeded(false);
    remote_ends();
    EXPECT_EQ(again(), 0U);
}
TEST_F(Successor, ThereIsNoDialWhereAnotherNewcomerWaits) {
    succeeded();
    const auto twin = net.add(make(2), test::address(20)); // the same peer, once more
    net[twin].dial(at(1), net.now());
    ASSERT_TRUE(net.advance_until([&] { return net[us].size() == 2; }, 1s));
    ASSERT_FALSE(net[twin].established(peer(1)));
    // Its identity is proven, the pong that refuses it is not in.
    net.advance(60ms);
    net[them].disconnect(peer(1), swarms::errc::disconnected, net.now());
    net.advance(2s);
    ASSERT_TRUE(net[twin].established(peer(1))) << "else this test asks nothing";
    EXPECT_EQ(again(), 0U);
    EXPECT_EQ(net[us].connections_to(peer(2)), 1U);
}
TEST_F(Successor, TheWinnerOfAPlainCrossingSucceedsNobody) {
    net.latency = 10ms;
    us = net.add(make(1), test::address(1));
    them = net.add(make(2), test::address(2));
    net[us].dial(at(2), net.now());
    net[them].dial(at(1), net.now());
    net.advance(1s);
    for (const auto h : {us, them})
        ASSERT_EQ(test::count<swarms::conn_opened>(net.events(h)), 1U) << "one was ever open";
    const auto from = net[us].look(*net[us].established(peer(2)))->dir;
    if (from == direction::outbound) std::swap(us, them); // ours was the one that lost
    net[them].disconnect(peer(us == 0 ? 1 : 2), swarms::errc::disconnected, net.now());
    net.advance(1s);
    EXPECT_EQ(again(), 0U);
}

} // namespace
} // namespace lp2p
