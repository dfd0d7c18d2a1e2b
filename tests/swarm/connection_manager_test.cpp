// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/swarm/connection_manager.hpp>

#include "tests/swarm/people.hpp"

#include <gtest/gtest.h>

// The rule line by line; its every order is tests/property/dial_duplicates_test.cpp.
namespace lp2p {
namespace {

using namespace std::chrono_literals;
using test::peer;
using test::start;

class Manager : public testing::Test {
protected:
    Manager() {
        if (them < us) std::swap(us, them);
        m.emplace(us, connection_manager::config{});
    }
    /// The decisions since the last call, in words.
    std::vector<std::string> told() {
        std::vector<std::string> all;
        const auto n = [](conn_id id) { return std::to_string(static_cast<unsigned>(id)); };
        while (auto d = m->poll())
            all.push_back(std::visit(
                overloaded{
                    [&](const connection_manager::proceed& p) { return "proceed " + n(p.id); },
                    [&](const connection_manager::refuse& r) {
                        return "refuse " + n(r.id) + " for " + n(r.kept) + " " +
                               std::string{to_string(r.rule)};
                    },
                    [&](const connection_manager::ping& p) { return "ping " + n(p.id); },
                    [&](const connection_manager::close& c) {
                        return "close " + n(c.id) + " for " + n(c.kept) + " " +
                               std::string{to_string(c.rule)};
                    },
                    [&](const connection_manager::redial_storm&) { return std::string{"storm"}; },
                },
                *d));
        return all;
    }
    void proven(unsigned id, direction dir, std::optional<duration> rtt = std::nullopt) {
        m->proven(conn_id{id}, them, dir, rtt, now);
    }
    using words = std::vector<std::string>;
    wire::peer_id us = peer(1), them = peer(2); // us is the smaller
    std::optional<connection_manager> m;
    instant now = start;
};
TEST_F(Manager, TheFirstProceeds) {
    proven(1, direction::inbound);
    EXPECT_EQ(told(), words{"proceed 1"});
    m->established(conn_id{1});
    EXPECT_TRUE(told().empty());
    EXPECT_EQ(m->leading(them), conn_id{1});
}
TEST_F(Manager, ALivingIncumbentRefusesTheNewcomer) {
    proven(1, direction::outbound);
    m->established(conn_id{1});
    (void)told();
    proven(2, direction::inbound);
    EXPECT_EQ(told(), words{"ping 1"});
    m->pong(conn_id{1});
    EXPECT_EQ(told(), words{"refuse 2 for 1 incumbent_alive"});
    EXPECT_FALSE(m->next_timeout());
}
TEST_F(Manager, ThePongsBoundIsFourRoundTripsBetweenOneAndTwoSeconds) {
    unsigned id = 10;
    for (const auto& [rtt, bound] : {std::pair{10ms, 1000ms}, {300ms, 1200ms}, {900ms, 2000ms}}) {
        m.emplace(us, connection_manager::config{});
        proven(1, direction::outbound);
        m->established(conn_id{1});
        (void)told();
        proven(++id, direction::inbound, rtt);
        EXPECT_EQ(m->next_timeout(), after(now, bound));
    }
}
TEST_F(Manager, ASilentIncumbentEndsWhenTheNewcomerIsEstablished) {
    proven(1, direction::outbound);
    m->established(conn_id{1});
    proven(2, direction::inbound);
    proven(3, direction::inbound);
    (void)told();
    now += 2s;
    m->handle_timeout(now);
    EXPECT_EQ(told(), words{"proceed 2"}) << "one at a time";
    m->ended(conn_id{2}, now);
    EXPECT_EQ(told(), words{"proceed 3"}) << "the incumbent is still silent";
    m->established(conn_id{3});
    EXPECT_EQ(told(), words{"close 1 for 3 half_open"});
    m->ended(conn_id{1}, now);
    EXPECT_TRUE(told().empty());
}
TEST_F(Manager, ALateAnswerMakesTheIncumbentAliveAgain) {
    proven(1, direction::outbound);
    m->established(conn_id{1});
    proven(2, direction::inbound);
    now += 2s;
    m->handle_timeout(now);
    m->pong(conn_id{1});
    m->ended(conn_id{2}, now);
    (void)told();
    proven(3, direction::inbound);
    EXPECT_EQ(told(), words{"ping 1"}) << "asked again";
}
TEST_F(Manager, InACrossingTheDialOfTheSmallerIdStays) {
    proven(1, direction::inbound);  // theirs
    proven(2, direction::outbound); // ours: we are the smaller
    EXPECT_EQ(told(), (words{"proceed 1", "proceed 2"}));
    m->established(conn_id{1});
    EXPECT_TRUE(told().empty()) << "nothing ends before the one that stays is established";
    m->established(conn_id{2});
    EXPECT_EQ(told(), words{"close 1 for 2 crossing"});

    m.emplace(us, connection_manager::config{});
    proven(1, direction::outbound);
    proven(2, direction::inbound);
    EXPECT_EQ(told(), words{"proceed 1"}) << "the loser is held";
    m->established(conn_id{1});
    EXPECT_EQ(told(), words{"refuse 2 for 1 crossing"});
}
TEST_F(Manager, AHeldNewcomerProceedsWhenTheIncumbentEnds) {
    proven(1, direction::inbound);
    proven(2, direction::inbound);
    EXPECT_EQ(told(), words{"proceed 1"}) << "a burst: the second is held";
    m->ended(conn_id{1}, now);
    EXPECT_EQ(told(), words{"proceed 2"});
}
TEST_F(Manager, AtMostOneOfABurstWinsACrossing) {
    proven(1, direction::inbound);
    proven(2, direction::outbound);
    proven(3, direction::outbound);
    EXPECT_EQ(told(), (words{"proceed 1", "proceed 2"}));
    m->established(conn_id{2});
    EXPECT_EQ(told(), (words{"close 1 for 2 crossing", "refuse 3 for 2 burst"}));
    m->ended(conn_id{3}, now);
    EXPECT_TRUE(told().empty()) << "each is told once";
}
TEST_F(Manager, AStormIsRefusedOnTheLastPongAndToldOnceASecond) {
    proven(1, direction::outbound);
    m->established(conn_id{1});
    (void)told();
    std::size_t pings = 0, refused = 0, storms = 0;
    for (unsigned i = 2; i < 42; ++i) { // every 10 ms
        now += 10ms;
        proven(i, direction::inbound);
        for (const auto& d : told()) {
            pings += d.starts_with("ping") ? 1U : 0U;
            storms += d == "storm" ? 1U : 0U;
            refused += d.starts_with("refuse") ? 1U : 0U;
        }
        m->pong(conn_id{1});
        refused += told().size();
        m->ended(conn_id{i}, now);
    }
    EXPECT_EQ(pings, 5U);
    EXPECT_EQ(storms, 1U);
    EXPECT_EQ(refused, 40U);
    now += 10s;
    proven(50, direction::inbound);
    EXPECT_EQ(told(), words{"ping 1"}) << "slowed, never banned";
}
TEST_F(Manager, AWantedReplacementProceedsWithoutTheQuestion) {
    proven(1, direction::outbound);
    m->established(conn_id{1});
    (void)told();
    m->expect_replacement(them, now);
    proven(2, direction::outbound);
    EXPECT_EQ(told(), words{"proceed 2"});
    proven(3, direction::inbound);
    EXPECT_TRUE(told().empty()) << "one takes the place; another one is held";
    m->established(conn_id{2});
    EXPECT_EQ(told(), (words{"close 1 for 2 replaced", "refuse 3 for 2 crossing"}));
    m->ended(conn_id{1}, now);
    m->ended(conn_id{3}, now);
    proven(4, direction::outbound);
    EXPECT_EQ(told(), words{"ping 2"}) << "that was one";
}
TEST_F(Manager, WhereAReplacementCameToNothingTheQuestionIsAsked) {
    proven(1, direction::outbound);
    m->established(conn_id{1});
    (void)told();
    m->expect_replacement(them, now);
    m->expect_no_replacement(them);
    proven(2, direction::inbound);
    EXPECT_EQ(told(), words{"ping 1"});
}
TEST_F(Manager, TheEstablishedOneLeadsThoughAnOlderOneGoesOn) {
    proven(1, direction::inbound);
    proven(2, direction::outbound); // wins the crossing, and takes its time
    m->established(conn_id{1});
    m->expect_replacement(them, now);
    proven(3, direction::outbound);
    m->ended(conn_id{1}, now);
    EXPECT_EQ(m->leading(them), conn_id{2});
    m->established(conn_id{3});
    EXPECT_EQ(m->leading(them), conn_id{3});
}
TEST_F(Manager, ABucketOutlivesTheConnectionsOfItsPeer) {
    unsigned id = 1;
    const auto storm = [&] {
        proven(++id, direction::outbound);
        const unsigned settled = id;
        m->established(conn_id{settled});
        (void)told();
        std::size_t pings = 0;
        for (int i = 0; i < 9; ++i) {
            proven(++id, direction::inbound);
            for (const auto& d : told()) pings += d.starts_with("ping") ? 1U : 0U;
            m->pong(conn_id{settled});
            m->ended(conn_id{id}, now);
        }
        m->ended(conn_id{settled}, now);
        (void)told();
        return pings;
    };
    EXPECT_EQ(storm(), 5U);
    EXPECT_EQ(storm(), 0U) << "a storm does not pay by ending what it has";
    // Those of a thousand others that are gone are more than is remembered.
    for (std::uint32_t i = 0; i < 1024; ++i) {
        const auto other = wire::peer_id::of(
            {crypto::key_type::ed25519, byte_vector{std::byte{static_cast<std::uint8_t>(i)},
                                                    std::byte{static_cast<std::uint8_t>(i >> 8)}}},
            test::null_crypto{});
        for (const bool newcomer : {false, true}) {
            m->proven(conn_id{++id}, other, direction::inbound, std::nullopt, now);
            if (!newcomer) m->established(conn_id{id});
        }
        m->ended(conn_id{id}, now);
        m->ended(conn_id{id - 1}, now);
    }
    (void)told();
    EXPECT_EQ(storm(), 5U) << "forgotten";
}
TEST_F(Manager, PeersDoNotMeet) {
    proven(1, direction::inbound);
    m->proven(conn_id{2}, peer(9), direction::inbound, std::nullopt, now);
    EXPECT_EQ(told(), (words{"proceed 1", "proceed 2"}));
    m->ended(conn_id{1}, now);
    EXPECT_FALSE(m->has_any(them));
    EXPECT_TRUE(m->has_any(peer(9)));
    m->ended(conn_id{77}, now); // nobody knows it
    EXPECT_TRUE(told().empty());
}

} // namespace
} // namespace lp2p
