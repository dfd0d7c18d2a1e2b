// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/swarm/idle_watch.hpp>

#include <gtest/gtest.h>

#include <set>

namespace lp2p {
namespace {

using namespace std::chrono_literals;
using swarms::errc;

struct IdleWatch : testing::Test {
    limits bounds = [] {
        limits l;
        l.connections_high = 4;
        l.connections_low = 2;
        l.young_connection = 60s;
        return l;
    }();
    idle_watch w{{.bounds = &bounds}};
    instant now{100h};
    std::set<std::uint64_t> protects;

    static conn_id id(std::uint64_t n) { return conn_id{n}; }
    void open(std::uint64_t n) { w.opened(id(n), now); }
    void use(std::uint64_t n, bool in_use = true) { w.used(id(n), in_use, now); }
    auto spared() const {
        return [this](conn_id c) { return protects.contains(static_cast<std::uint64_t>(c)); };
    }
    /// Those that leave now, as the swarm does it.
    std::vector<std::uint64_t> leave(error why) {
        std::vector<std::uint64_t> all;
        for (const auto& l : w.due(now, spared())) {
            EXPECT_EQ(l.why, why);
            all.push_back(static_cast<std::uint64_t>(l.id));
            w.ended(l.id);
        }
        return all;
    }
    using ids = std::vector<std::uint64_t>;
};

TEST_F(IdleWatch, AtTheHighMarkAllStay) {
    for (std::uint64_t n = 1; n <= 4; ++n) open(n);
    EXPECT_FALSE(w.next_timeout());
    now += 1h;
    EXPECT_EQ(leave(errc::trimmed), ids{});
}
TEST_F(IdleWatch, AboveItTheLongestUnusedLeaveUntilTheLowMark) {
    for (std::uint64_t n = 1; n <= 5; ++n) {
        open(n);
        use(n);
        now += 60s;
    }
    for (const std::uint64_t n : ids{3, 1, 5, 2, 4}) {
        use(n, false);
        now += 1s;
    }
    EXPECT_EQ(w.next_timeout(), instant{100h} + 240s) << "as soon as there were too many";
    EXPECT_EQ(leave(errc::trimmed), (ids{3, 1, 5}));
    EXPECT_FALSE(w.next_timeout());
}
TEST_F(IdleWatch, WhatIsUsedProtectedOrYoungStays) {
    for (std::uint64_t n = 1; n <= 4; ++n) open(n);
    now += 59s;
    open(5);
    use(1);
    protects = {2};
    EXPECT_EQ(leave(errc::trimmed), ids{}) << "all are young";
    EXPECT_EQ(w.next_timeout(), now + 10s);
    now += 10s;
    EXPECT_EQ(leave(errc::trimmed), (ids{3, 4})) << "a used, a protected and a young one are left";
    EXPECT_FALSE(w.next_timeout());
}
TEST_F(IdleWatch, WhileNobodyCanLeaveItLooksAgainEveryTenSeconds) {
    for (std::uint64_t n = 1; n <= 5; ++n) open(n), use(n);
    now += 2min;
    EXPECT_EQ(leave(errc::trimmed), ids{});
    EXPECT_EQ(w.next_timeout(), now + 10s);
    now += 9s;
    EXPECT_EQ(leave(errc::trimmed), ids{});
    EXPECT_EQ(w.next_timeout(), now + 1s) << "it did not look";
    w.ended(id(5));
    EXPECT_FALSE(w.next_timeout()) << "the number is in order";
}
TEST_F(IdleWatch, ALowMarkAboveTheHighOneIsTheHighOne) {
    bounds.connections_low = 100;
    for (std::uint64_t n = 1; n <= 6; ++n) open(n);
    now += 1min;
    EXPECT_EQ(leave(errc::trimmed), (ids{1, 2}));
}
TEST_F(IdleWatch, UnusedForTooLongItLeavesAtThatInstant) {
    bounds.unused_connection = 30s;
    open(1);
    open(2);
    now += 10s;
    use(1);
    now += 19s;
    EXPECT_EQ(leave(errc::unused), ids{});
    EXPECT_EQ(w.next_timeout(), now + 1s);
    now += 1s;
    EXPECT_EQ(leave(errc::unused), ids{2});
    use(1, false);
    now += 10s;
    use(1, false); // says nothing new
    now += 20s;
    EXPECT_EQ(leave(errc::unused), ids{1});
    EXPECT_FALSE(w.next_timeout());
}
TEST_F(IdleWatch, AProtectedOneMayBeUnusedAndIsAskedAboutAgain) {
    bounds.unused_connection = 30s;
    protects = {1};
    open(1);
    now += 30s;
    EXPECT_EQ(leave(errc::unused), ids{});
    protects.clear();
    now += 30s;
    EXPECT_EQ(leave(errc::unused), ids{1});
}
TEST_F(IdleWatch, NobodyLeavesTwice) {
    bounds.unused_connection = 30s;
    for (std::uint64_t n = 1; n <= 5; ++n) {
        open(n);
        if (n < 3) use(n);
    }
    now += 60s;
    EXPECT_EQ(leave(errc::unused), (ids{3, 4, 5})) << "then there are not too many";
}
TEST_F(IdleWatch, WhatLeavesUnusedDoesNotCountForTheMarks) {
    bounds.unused_connection = 80s;
    open(1);
    now += 20s;
    for (std::uint64_t n = 2; n <= 5; ++n) open(n);
    now += 60s;
    const auto all = w.due(now, spared());
    ASSERT_EQ(all.size(), 1U) << "with the four that are left the number is in order";
    EXPECT_EQ(all[0].id, id(1));
}
TEST_F(IdleWatch, OneThatLeavesUnusedIsNotTrimmedToo) {
    bounds.unused_connection = 80s;
    open(1);
    now += 20s;
    for (std::uint64_t n = 2; n <= 6; ++n) open(n);
    now += 60s;
    ids named;
    for (const auto& l : w.due(now, spared())) named.push_back(static_cast<std::uint64_t>(l.id));
    EXPECT_EQ(named, (ids{1, 2, 3, 4}));
}
TEST_F(IdleWatch, OfOneThatEndedNothingIsLeft) {
    bounds.unused_connection = 30s;
    open(1);
    w.ended(id(1));
    EXPECT_FALSE(w.next_timeout());
    now += 30s;
    EXPECT_EQ(leave(errc::unused), ids{});
}
TEST_F(IdleWatch, WhoIsUnusedForLongestCanBeAskedFor) {
    EXPECT_FALSE(w.longest_unused(spared()));
    open(2);
    now += 1s;
    open(1);
    EXPECT_EQ(w.longest_unused(spared()), id(2));
    now += 1s;
    open(3);
    EXPECT_EQ(w.longest_unused(spared()), id(2));
    protects = {2};
    EXPECT_EQ(w.longest_unused(spared()), id(1));
    use(1);
    use(3);
    EXPECT_FALSE(w.longest_unused(spared()));
}
TEST_F(IdleWatch, AConnectionThatItDoesNotKnowIsNothing) {
    use(7);
    w.ended(id(7));
    EXPECT_FALSE(w.next_timeout());
}

} // namespace
} // namespace lp2p
