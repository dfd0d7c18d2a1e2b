// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/swarm/protected_peers.hpp>

#include "tests/swarm/people.hpp"

#include <gtest/gtest.h>

namespace lp2p {
namespace {

using namespace std::chrono_literals;
using swarms::errc;
using test::peer;
using test::start;

struct ProtectedPeers : testing::Test {
    protected_peers p{{.most = 2, .seed = 5}};
    instant now = start;
    std::uint32_t last_request = 0;
    const wire::peer_id one = peer(1); // making it takes a key

    /// What it plans, which must be one dial of peer 1.
    protected_peers::plan plan() {
        const auto planned = p.poll();
        EXPECT_TRUE(planned && planned->peer == one);
        EXPECT_FALSE(p.poll());
        return planned.value_or(protected_peers::plan{});
    }
    /// Goes to the next deadline; the dial there fails, or connects.
    void dial(bool works) {
        now = *p.next_timeout();
        EXPECT_EQ(p.due(now), one);
        EXPECT_FALSE(p.due(now));
        const request_id request{++last_request};
        p.dialing(one, request);
        if (works)
            p.connected(one, now);
        else
            p.failed(one, request, now);
    }
    static bool about(duration wait, duration expected) {
        return wait >= expected * 4 / 5 && wait <= expected * 6 / 5;
    }
};

TEST_F(ProtectedPeers, OneThatIsConnectedIsLeftAlone) {
    EXPECT_TRUE(p.protect(peer(1), true, start));
    EXPECT_FALSE(p.poll());
    EXPECT_FALSE(p.next_timeout());
    EXPECT_TRUE(p.contains(peer(1)));
    EXPECT_FALSE(p.contains(peer(2)));
}
TEST_F(ProtectedPeers, OneThatIsNotConnectedIsDueAtOnce) {
    EXPECT_TRUE(p.protect(peer(1), false, start));
    const auto first = plan();
    EXPECT_EQ(first.attempt, 1);
    EXPECT_EQ(first.wait, duration::zero());
    EXPECT_EQ(p.next_timeout(), start);
    EXPECT_EQ(p.due(start), peer(1));
    EXPECT_EQ(p.dialing(peer(1), request_id{1}), 1);
}
TEST_F(ProtectedPeers, AnEndIsFollowedByADialAndFailuresDoubleTheWait) {
    ASSERT_TRUE(p.protect(peer(1), true, now));
    now = after(now, 61s);
    p.ended(peer(1), now);
    duration expected = 1s;
    for (std::uint16_t attempt = 1; attempt < 30; ++attempt) {
        const auto planned = plan();
        EXPECT_EQ(planned.attempt, attempt);
        EXPECT_TRUE(about(planned.wait, expected)) << attempt;
        EXPECT_EQ(p.next_timeout(), after(now, planned.wait));
        EXPECT_FALSE(p.due(after(now, planned.wait - duration{1})));
        dial(false);
        expected = std::min<duration>(expected * 2, 300s);
    }
}
TEST_F(ProtectedPeers, AConnectionThatDidNotLastDoesNotEndTheBackoff) {
    ASSERT_TRUE(p.protect(peer(1), true, now));
    p.ended(peer(1), now);
    EXPECT_TRUE(about(plan().wait, 1s));
    for (const duration expected : {2s, 4s, 8s}) {
        dial(true);
        now = after(now, 60s - 1ns);
        p.ended(peer(1), now);
        EXPECT_TRUE(about(plan().wait, expected));
    }
    dial(true);
    now = after(now, 60s);
    p.ended(peer(1), now);
    const auto planned = plan();
    EXPECT_TRUE(about(planned.wait, 1s)) << "it lasted";
    EXPECT_EQ(planned.attempt, 1);
}
TEST_F(ProtectedPeers, AConnectionFromTheOtherSideEndsTheWait) {
    ASSERT_TRUE(p.protect(peer(1), true, now));
    p.ended(peer(1), now);
    (void)plan();
    p.connected(peer(1), now);
    EXPECT_FALSE(p.next_timeout());
    p.connected(peer(1), now); // the one that replaces it
    p.failed(peer(1), request_id{1}, now);
    EXPECT_FALSE(p.poll()) << "nobody waits for a dial";
}
TEST_F(ProtectedPeers, TheFailureOfAnothersDialIsNoFailure) {
    ASSERT_TRUE(p.protect(peer(1), true, now));
    p.ended(peer(1), now);
    (void)plan();
    const auto due = p.next_timeout();
    p.failed(peer(1), request_id{77}, now);
    p.failed(peer(1), request_id{}, now);
    EXPECT_FALSE(p.poll());
    EXPECT_EQ(p.next_timeout(), due);
}
TEST_F(ProtectedPeers, PostponedItIsTheSameAttempt) {
    ASSERT_TRUE(p.protect(peer(1), false, now));
    EXPECT_EQ(p.due(now), peer(1));
    p.postpone(peer(1), after(now, 3s));
    EXPECT_EQ(p.next_timeout(), after(now, 3s));
    EXPECT_EQ(plan().attempt, 1);
    EXPECT_EQ(p.due(after(now, 3s)), peer(1));
    EXPECT_EQ(p.dialing(peer(1), request_id{1}), 1);
    p.postpone(peer(2), start); // nobody's
    EXPECT_FALSE(p.next_timeout());
}
TEST_F(ProtectedPeers, UnprotectedItIsForgotten) {
    ASSERT_TRUE(p.protect(peer(1), true, now));
    p.ended(peer(1), now);
    (void)plan();
    p.unprotect(peer(1));
    EXPECT_FALSE(p.next_timeout());
    p.ended(peer(1), now);
    p.failed(peer(1), request_id{1}, now);
    EXPECT_EQ(p.dialing(peer(1), request_id{1}), 0);
    EXPECT_FALSE(p.poll());
    p.unprotect(peer(1));
    EXPECT_EQ(p.size(), 0U);
}
TEST_F(ProtectedPeers, NoMoreThanTheBound) {
    EXPECT_TRUE(p.protect(peer(1), true, now));
    EXPECT_TRUE(p.protect(peer(2), true, now));
    EXPECT_TRUE(p.protect(peer(2), true, now)) << "the same again";
    const status third = p.protect(peer(3), true, now);
    EXPECT_EQ(third.error(), errc::too_many_protected);
    EXPECT_EQ(third.error(), fault::limit);
    p.unprotect(peer(1));
    EXPECT_TRUE(p.protect(peer(3), false, now));
    p.clear();
    EXPECT_EQ(p.size(), 0U);
    EXPECT_FALSE(p.next_timeout());
}
TEST_F(ProtectedPeers, AttemptsAreCountedToTheEndOfTheirNumber) {
    ASSERT_TRUE(p.protect(peer(1), true, now));
    p.ended(peer(1), now);
    std::uint16_t attempt = 0;
    for (int i = 0; i < 70'000; ++i) {
        attempt = plan().attempt;
        dial(false);
    }
    EXPECT_EQ(attempt, 0xffff);
}

} // namespace
} // namespace lp2p
