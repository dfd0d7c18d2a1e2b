// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/swarm/substream_monitor.hpp>

#include "tests/support/laws.hpp"

#include <gtest/gtest.h>

namespace lp2p {
namespace {

using std::chrono::minutes;
using swarms::streams_high;
using swarms::streams_leaking;
using swarms::streams_normal;
using test::start;

class SubstreamMonitor : public testing::Test {
protected:
    limits bounds{};
    substream_monitor m{{.bounds = &bounds}};
    substream_ledger ledger{{}};
    instant now = start;
    conn_id conn{1};
    std::vector<substream_index> open;
    std::uint32_t unacknowledged = 0;

    void SetUp() override { m.identified(conn, "lp2p/0.1.0"); }
    void change() { m.changed(conn, ledger, unacknowledged, now); }
    void add(std::size_t n, direction dir = direction::outbound, const char* protocol = "/a/1",
             purpose use = purpose::application) {
        for (std::size_t i = 0; i < n; ++i) {
            substream_entry& e = ledger.add(dir, use, substream_phase::open, now);
            ledger.agree(e, protocol);
            open.push_back(e.index);
            change();
        }
    }
    void drop(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            ledger.erase(open.back());
            open.pop_back();
            change();
        }
    }
    template <class Kind>
    std::vector<Kind> told() {
        std::vector<Kind> all;
        while (auto a = m.poll())
            if (auto* k = std::get_if<Kind>(&*a)) all.push_back(std::move(*k));
        return all;
    }
    void look(duration by) {
        const instant until = now + by;
        for (auto at = m.next_timeout(); at && *at <= until; at = m.next_timeout()) {
            now = *at;
            while (const auto id = m.due(now)) m.inspect(*id, ledger, now);
        }
        now = until;
    }
};

TEST_F(SubstreamMonitor, EachLevelIsToldOnceOnTheWayUp) {
    bounds.streams_out = 100;
    add(59);
    EXPECT_TRUE(told<streams_high>().empty());
    add(41);
    const auto high = told<streams_high>();
    ASSERT_EQ(high.size(), 3U);
    const std::uint32_t at[] = {60, 80, 95};
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(high[i].level, at[i]);
        EXPECT_EQ(high[i].value, at[i]);
        EXPECT_EQ(high[i].limit, 100U);
        EXPECT_EQ(high[i].what, stream_use::outbound);
        EXPECT_EQ(high[i].protocol, "/a/1") << "who has the most";
    }
}
TEST_F(SubstreamMonitor, ALevelIsClearedTenPointsBelow) {
    bounds.streams_out = 100;
    add(60);
    EXPECT_EQ(told<streams_high>().size(), 1U);
    for (int i = 0; i < 20; ++i) { // to and fro at the level
        drop(9);
        add(9);
    }
    EXPECT_TRUE(told<streams_high>().empty());
    drop(10);
    EXPECT_TRUE(told<streams_normal>().empty()) << "50 is still at 60 less 10";
    drop(1);
    EXPECT_EQ(told<streams_normal>().size(), 1U);
    add(11);
    EXPECT_EQ(told<streams_high>().size(), 1U);
}
TEST_F(SubstreamMonitor, AHigherLevelIsToldAgainAfterItWasLeft) {
    bounds.streams_out = 100;
    add(96);
    EXPECT_EQ(told<streams_high>().size(), 3U);
    drop(12); // 84: below 95 less 10
    EXPECT_TRUE(told<streams_normal>().empty());
    add(11);
    const auto high = told<streams_high>();
    ASSERT_EQ(high.size(), 1U);
    EXPECT_EQ(high[0].level, 95);
}
TEST_F(SubstreamMonitor, EveryLevelBelowTheOneThatItHadIsKeptTenPointsLonger) {
    bounds.streams_out = 100;
    add(96);
    EXPECT_EQ(told<streams_high>().size(), 3U);
    drop(21); // 75: below 80, and not yet below 70
    add(5);
    EXPECT_TRUE(told<streams_high>().empty());
}
TEST_F(SubstreamMonitor, NothingOfNothingIsNotHigh) {
    bounds.streams_both = 10;
    add(10, direction::inbound); // there is room for none of ours, and there is none
    EXPECT_FALSE(m.poll());
}
TEST_F(SubstreamMonitor, EachDirectionHasTheSmallerOfOurLimitAndTheirs) {
    const auto limit = [&](stream_use what) {
        std::uint32_t last = 0;
        for (const auto& h : told<streams_high>())
            if (h.what == what) last = h.limit;
        return last;
    };
    bounds.streams_in = bounds.streams_out = bounds.streams_both = 10'000;
    bounds.streams_unacknowledged = 10'000;
    m.identified(conn, "rust-libp2p/0.57");
    add(100, direction::inbound);
    add(400);
    EXPECT_EQ(limit(stream_use::outbound), 512U - 100U) << "rust counts both directions";
    drop(400);
    add(400, direction::inbound);
    EXPECT_EQ(limit(stream_use::inbound), 512U);
    drop(400);
    unacknowledged = 200;
    change();
    EXPECT_EQ(limit(stream_use::unacknowledged), 256U);
    m.identified(conn, "go-libp2p");
    bounds.streams_in = 200;
    add(60, direction::inbound);
    EXPECT_EQ(limit(stream_use::inbound), 200U);
    add(200);
    EXPECT_EQ(limit(stream_use::outbound), 256U);
}
TEST_F(SubstreamMonitor, TheSmallestLimitCounts) {
    m.identified(conn, "rust-libp2p/0.57"); // 512 in both directions
    add(340, direction::inbound);
    EXPECT_EQ(told<streams_high>().size(), 1U) << "inbound, 60 % of 512";
    add(85);
    const auto high = told<streams_high>();
    ASSERT_EQ(high.size(), 1U);
    EXPECT_EQ(high[0].limit, 480U - 340U) << "ours in both directions is smaller than rust's";
    EXPECT_EQ(high[0].what, stream_use::outbound);
}
TEST_F(SubstreamMonitor, AFewSlotsWarnToo) {
    bounds.streams_out = 3;
    add(1);
    EXPECT_TRUE(told<streams_high>().empty());
    add(1);
    const auto high = told<streams_high>();
    ASSERT_EQ(high.size(), 1U);
    EXPECT_EQ(high[0].level, 60) << "66 %";
}
TEST_F(SubstreamMonitor, UnacknowledgedOnesHaveALimitOfTheirOwn) {
    unacknowledged = 119;
    change();
    EXPECT_TRUE(told<streams_high>().empty());
    unacknowledged = 120;
    change();
    const auto high = told<streams_high>();
    ASSERT_EQ(high.size(), 1U);
    EXPECT_EQ(high[0].what, stream_use::unacknowledged);
    EXPECT_EQ(high[0].limit, 200U);
}
TEST_F(SubstreamMonitor, AProtocolHasTheRemotesLimit) {
    m.identified(conn, "go-libp2p");
    add(38, direction::outbound, "/b/1");
    EXPECT_TRUE(told<streams_high>().empty());
    add(1, direction::outbound, "/b/1");
    auto high = told<streams_high>();
    ASSERT_EQ(high.size(), 1U) << "39 of 64";
    EXPECT_EQ(high[0].what, stream_use::protocol);
    EXPECT_EQ(high[0].protocol, "/b/1");
    EXPECT_EQ(high[0].limit, 64U);
    add(1, direction::outbound, "/b/1");
    EXPECT_TRUE(told<streams_high>().empty());
    drop(40);
    const auto normal = told<streams_normal>();
    ASSERT_EQ(normal.size(), 1U);
    EXPECT_EQ(normal[0].protocol, "/b/1");
}
TEST_F(SubstreamMonitor, AProtocolWithoutSubstreamsIsNormalAgain) {
    m.identified(conn, "go-libp2p"); // two pings
    add(2, direction::outbound, "/ipfs/ping/1.0.0", purpose::ping);
    EXPECT_EQ(told<streams_high>().size(), 1U);
    drop(1);
    EXPECT_TRUE(told<streams_normal>().empty()) << "one of two is still at 60 less 10";
    drop(1);
    const auto normal = told<streams_normal>();
    ASSERT_EQ(normal.size(), 1U);
    EXPECT_EQ(normal[0].protocol, "/ipfs/ping/1.0.0");
    EXPECT_EQ(normal[0].what, stream_use::protocol);
}
TEST_F(SubstreamMonitor, PubsubHasNoLimitOfAProtocol) {
    m.identified(conn, "go-libp2p");
    add(60, direction::outbound, "/meshsub/1.1.0", purpose::pubsub);
    EXPECT_FALSE(m.poll());
}
TEST_F(SubstreamMonitor, OnePingOrIdentifyIsNothingToSpeakOf) {
    for (const auto* agent : {"go-libp2p", "rust-libp2p/1", "js-libp2p/1", ""}) {
        m.identified(conn, agent);
        add(1, direction::outbound, "/ipfs/ping/1.0.0", purpose::ping);
        add(1, direction::outbound, "/ipfs/id/1.0.0", purpose::identify);
        add(1, direction::outbound, "/meshsub/1.1.0", purpose::pubsub);
        drop(3);
    }
    EXPECT_FALSE(m.poll());
}
TEST_F(SubstreamMonitor, ARefusalIsLearntForAMinute) {
    m.refused(conn, 10, now);
    add(6);
    auto high = told<streams_high>();
    ASSERT_EQ(high.size(), 1U);
    EXPECT_EQ(high[0].limit, 10U);
    now += seconds{61};
    change();
    EXPECT_EQ(told<streams_normal>().size(), 1U);
    m.refused(conn, 1, now);
    change();
    EXPECT_TRUE(told<streams_high>().empty()) << "one alone was refused for another reason";
}
TEST_F(SubstreamMonitor, OfRefusalsWithinAMinuteTheStrictestHolds) {
    m.refused(conn, 10, now);
    m.refused(conn, 20, now);
    add(6);
    auto high = told<streams_high>();
    ASSERT_EQ(high.size(), 1U);
    EXPECT_EQ(high[0].limit, 10U);
    drop(6);
    (void)told<streams_normal>();
    now += seconds{61};
    m.refused(conn, 20, now); // the first is a minute old
    add(12);
    high = told<streams_high>();
    ASSERT_EQ(high.size(), 1U);
    EXPECT_EQ(high[0].limit, 20U);
}
TEST_F(SubstreamMonitor, ARefusalBesideTwoOthersIsBelieved) {
    m.refused(conn, 2, now);
    add(2);
    EXPECT_EQ(told<streams_high>().back().limit, 2U);
}
TEST_F(SubstreamMonitor, TheTrendBeginsBeforeTheStepThatIsCounted) {
    bounds.streams_out = 100;
    add(1);
    now += seconds{1};
    add(59);
    EXPECT_EQ(told<streams_high>()[0].left, duration{seconds{1}} / 60 * 40)
        << "60 came in a second";
}
TEST_F(SubstreamMonitor, TheTrendForgetsWhatIsAMinuteOld) {
    bounds.streams_out = 100;
    add(50);
    now += seconds{100};
    change();
    now += seconds{1};
    add(10);
    EXPECT_EQ(told<streams_high>()[0].left, seconds{4});
}
TEST_F(SubstreamMonitor, TheTrendBeginsAnewWithAFall) {
    bounds.streams_out = 100;
    add(50);
    now += seconds{61};
    change();
    now += seconds{1};
    drop(30);
    now += seconds{1};
    add(40);
    EXPECT_EQ(told<streams_high>()[0].left, seconds{1}) << "40 came in a second, 40 are left";
}
TEST_F(SubstreamMonitor, TheFirstCountBeginsATrendWheneverItIs) {
    now = instant{} + seconds{1}; // of a clock that has only begun
    bounds.streams_out = 100;
    add(60);
    EXPECT_EQ(told<streams_high>()[0].left, duration::max());
}
TEST_F(SubstreamMonitor, NothingIsLeftOfAFullOne) {
    for (const std::uint32_t limit : {2U, 1U}) { // reached, and passed: it is only assumed
        bounds.streams_out = 1000;
        add(1);
        now += seconds{1};
        bounds.streams_out = limit;
        add(1);
        const auto high = told<streams_high>();
        ASSERT_EQ(high.size(), 1U);
        EXPECT_EQ(high[0].level, 95);
        EXPECT_EQ(high[0].left, duration::zero());
        drop(2);
    }
}
TEST_F(SubstreamMonitor, TheTrendSaysWhenItEnds) {
    bounds.streams_out = 100;
    for (int i = 0; i < 60; ++i) {
        add(1);
        now += milliseconds{100};
    }
    const auto high = told<streams_high>();
    ASSERT_EQ(high.size(), 1U);
    EXPECT_NEAR(static_cast<double>(high[0].left.count()), 4e9, 0.2e9) << "40 more, ten a second";
}
TEST_F(SubstreamMonitor, OldSubstreamsWithoutProgressAreSuspected) {
    bounds.leak_streams = 4;
    add(3);
    add(8, direction::inbound, "/meshsub/1.1.0", purpose::pubsub); // idle by nature
    look(minutes{5});
    EXPECT_TRUE(told<streams_leaking>().empty());
    add(1);
    look(seconds{59});
    EXPECT_TRUE(told<streams_leaking>().empty());
    look(seconds{40});
    const auto leaking = told<streams_leaking>();
    ASSERT_EQ(leaking.size(), 1U);
    EXPECT_EQ(leaking[0].count, 4U);
    EXPECT_EQ(leaking[0].protocol, "/a/1");
    EXPECT_GE(leaking[0].age, minutes{5});
    look(minutes{10});
    EXPECT_TRUE(told<streams_leaking>().empty()) << "once";
}
TEST_F(SubstreamMonitor, AsManyAsTheBoundAreLookedAtAndAreOldAtTheirAge) {
    bounds.leak_streams = 4;
    add(4);
    look(seconds{59});
    EXPECT_TRUE(told<streams_leaking>().empty());
    look(seconds{1});
    const auto leaking = told<streams_leaking>();
    ASSERT_EQ(leaking.size(), 1U);
    EXPECT_EQ(leaking[0].age, seconds{60});
}
TEST_F(SubstreamMonitor, ChangesDoNotPutTheLookOff) {
    bounds.leak_streams = 4;
    add(4);
    for (int i = 0; i < 12; ++i) {
        look(seconds{10});
        change();
    }
    EXPECT_EQ(told<streams_leaking>().size(), 1U);
}
TEST_F(SubstreamMonitor, EachProtocolAndDirectionLeaksByItself) {
    bounds.leak_streams = 4;
    add(2, direction::inbound);
    add(2, direction::outbound);
    add(2, direction::inbound, "/b/1");
    look(minutes{5});
    EXPECT_TRUE(told<streams_leaking>().empty()) << "six of three kinds";
    add(2, direction::inbound);
    look(minutes{5});
    EXPECT_EQ(told<streams_leaking>().size(), 1U);
    add(2, direction::outbound);
    look(minutes{5});
    auto leaking = told<streams_leaking>();
    ASSERT_EQ(leaking.size(), 1U) << "the other direction of the same protocol";
    EXPECT_EQ(leaking[0].dir, direction::outbound);
    add(2, direction::inbound, "/b/1");
    look(minutes{5});
    leaking = told<streams_leaking>();
    ASSERT_EQ(leaking.size(), 1U) << "and another protocol";
    EXPECT_EQ(leaking[0].protocol, "/b/1");
}
TEST_F(SubstreamMonitor, ALeakThatWasOverIsToldAnew) {
    bounds.leak_streams = 4;
    add(4);
    look(minutes{2});
    EXPECT_EQ(told<streams_leaking>().size(), 1U);
    for (const auto index : open) ledger.find(index)->last_progress = now;
    look(minutes{5});
    EXPECT_EQ(told<streams_leaking>().size(), 1U);
}
TEST_F(SubstreamMonitor, WhatIsNegotiatedHasDeadlinesOfItsOwn) {
    bounds.leak_streams = 4;
    for (int i = 0; i < 8; ++i)
        ledger.add(direction::outbound, purpose::application, substream_phase::negotiating, now);
    change();
    look(minutes{5});
    EXPECT_TRUE(told<streams_leaking>().empty());
}
TEST_F(SubstreamMonitor, ProgressIsNoLeak) {
    bounds.leak_streams = 4;
    add(8);
    for (int i = 0; i < 20; ++i) {
        look(seconds{20});
        for (const auto index : open) ledger.find(index)->last_progress = now;
    }
    EXPECT_TRUE(told<streams_leaking>().empty());
}
TEST_F(SubstreamMonitor, AnEndedConnectionIsForgotten) {
    add(100);
    m.ended(conn);
    EXPECT_FALSE(m.next_timeout());
    EXPECT_EQ(m.assumed(conn), assumed_limits(""));
}

} // namespace
} // namespace lp2p
