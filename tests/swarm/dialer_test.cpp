// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/swarm/dialer.hpp>

#include "tests/swarm/people.hpp"

#include <gtest/gtest.h>

namespace lp2p {
namespace {

using swarms::errc;
using test::address;
using test::peer;
using test::start;

class Dialer : public testing::Test {
protected:
    request_id dial(std::uint8_t who) {
        const request_id r{++last};
        d.dial(r, peer(who), book, start);
        return r;
    }
    address_book book{{}};
    peer_dialer d{{.dials = 2}};
    std::uint32_t last = 0;
};
TEST_F(Dialer, OneAddressAfterTheOther) {
    for (int i = 1; i <= 3; ++i) book.add(peer(1), address(i));
    dial(1);
    for (int i = 1; i <= 3; ++i) {
        const auto a = d.poll_attempt();
        ASSERT_TRUE(a);
        EXPECT_EQ(a->address, address(i));
        EXPECT_FALSE(d.poll_attempt()) << "one at a time";
        d.attempt_failed(*a, errc::not_connected, start);
    }
    const auto answer = d.poll_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->why, errc::not_connected);
    EXPECT_EQ(answer->causes.size(), 3U);
    EXPECT_EQ(d.jobs(), 0U);
}
TEST_F(Dialer, EverybodyIsAnsweredByOneConnection) {
    book.add(peer(1), address(1));
    dial(1);
    EXPECT_TRUE(d.is_dialing(peer(1)));
    for (int i = 0; i < 9; ++i) dial(1);
    ASSERT_TRUE(d.poll_attempt());
    EXPECT_FALSE(d.poll_attempt());
    d.connected(peer(1), start);
    const auto answer = d.poll_answer();
    ASSERT_TRUE(answer);
    EXPECT_FALSE(answer->why);
    ASSERT_EQ(answer->waiters.size(), 10U);
    EXPECT_EQ(answer->waiters[0].how, dial_outcome::opened);
    EXPECT_EQ(answer->waiters[9].how, dial_outcome::joined);
    EXPECT_FALSE(d.poll_answer());
}
TEST_F(Dialer, ALateOutcomeOfAnOldAttemptChangesNothing) {
    book.add(peer(1), address(1));
    dial(1);
    const auto old = *d.poll_attempt();
    d.connected(peer(1), start);
    (void)d.poll_answer();
    dial(1); // the connection was short
    const auto fresh = *d.poll_attempt();
    d.attempt_failed(old, errc::not_connected, start);
    EXPECT_FALSE(d.poll_answer()) << "the new attempt still runs";
    EXPECT_FALSE(d.again(old, start));
    EXPECT_FALSE(d.poll_attempt());
    EXPECT_FALSE(d.waits_for(old));
    EXPECT_TRUE(d.waits_for(fresh));
    d.attempt_failed(fresh, errc::not_connected, start);
    const auto answer = d.poll_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->causes.size(), 1U) << "the new one's";
}
TEST_F(Dialer, WhoJoinsBringsAnAddress) {
    book.add(peer(1), address(1));
    dial(1);
    const auto first = *d.poll_attempt();
    dial(1); // brings none
    EXPECT_FALSE(d.next_timeout()) << "there is nothing to try beside it";
    book.add(peer(1), address(2));
    dial(1);
    EXPECT_FALSE(d.poll_attempt());
    ASSERT_EQ(d.next_timeout(), start + default_limits.dial_stagger);
    book.add(peer(1), address(3));
    d.dial(request_id{++last}, peer(1), book, start + milliseconds{100});
    ASSERT_EQ(d.next_timeout(), start + default_limits.dial_stagger) << "nobody puts it off";
    d.handle_timeout(start + default_limits.dial_stagger);
    const auto second = d.poll_attempt();
    ASSERT_TRUE(second) << "the first may hang for long";
    EXPECT_EQ(second->address, address(2));
    d.attempt_failed(first, errc::not_connected, start + seconds{1});
    d.attempt_failed(*second, errc::not_connected, start + seconds{1});
    d.attempt_failed(*d.poll_attempt(), errc::not_connected, start + seconds{1});
    EXPECT_EQ(d.poll_answer()->causes.size(), 3U) << "each address once";
}
TEST_F(Dialer, WhoWaitsForRoomHasNoDeadline) {
    for (std::uint8_t i = 1; i <= 3; ++i) {
        book.add(peer(i), address(i));
        dial(i);
    }
    book.add(peer(3), address(4));
    dial(3);
    EXPECT_FALSE(d.next_timeout());
}
TEST_F(Dialer, WithoutAnAddressTheAnswerWaitsForNobody) {
    for (std::uint8_t i = 1; i <= 2; ++i) {
        book.add(peer(i), address(i));
        dial(i);
    }
    dial(3); // all dials run
    const auto answer = d.poll_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->peer, peer(3));
    EXPECT_EQ(answer->why, errc::no_address);
}
TEST_F(Dialer, TheRestWaitsInTheOrderItCame) {
    for (std::uint8_t i = 1; i <= 4; ++i) {
        book.add(peer(i), address(i));
        dial(i);
    }
    const auto one = *d.poll_attempt(), two = *d.poll_attempt();
    EXPECT_FALSE(d.poll_attempt());
    d.connected(two.peer, start);
    EXPECT_EQ(d.poll_attempt()->address, address(3));
    d.attempt_failed(one, errc::not_connected, start);
    EXPECT_EQ(d.poll_attempt()->address, address(4));
}
TEST_F(Dialer, BackoffAndForeignAddressesAreCauses) {
    book.add(peer(1), address(1));
    book.add(peer(1), *wire::multiaddr::parse("/ip4/10.0.0.1"));
    book.failed(peer(1), address(1), errc::not_connected, start);
    dial(1);
    EXPECT_FALSE(d.poll_attempt());
    const auto answer = d.poll_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->causes.size(), 2U);
    EXPECT_EQ(answer->why, errc::address_unsupported) << "not the backoff: waiting would not help";
}
TEST_F(Dialer, ABackoffIsOverWhenItSaysSo) {
    book.add(peer(1), address(1));
    book.failed(peer(1), address(1), errc::not_connected, start);
    const instant ready = *book.ready_at(peer(1));
    d.dial(request_id{1}, peer(1), book, ready - duration{1});
    EXPECT_EQ(d.poll_answer()->why, errc::dial_backoff);
    d.dial(request_id{2}, peer(1), book, ready);
    EXPECT_TRUE(d.poll_attempt());
}
TEST_F(Dialer, ADnsaddrIsACauseOfItsOwn) {
    book.add(peer(1), *wire::multiaddr::parse("/dnsaddr/bootstrap.libp2p.io"));
    dial(1);
    EXPECT_FALSE(d.poll_attempt());
    EXPECT_EQ(d.poll_answer()->why, errc::dnsaddr_unsupported);
}
TEST_F(Dialer, EveryAddressOfANameIsACause) {
    const auto name = *wire::multiaddr::parse("/dns/a.example/tcp/1");
    book.add(peer(1), name);
    book.add(peer(1), address(2));
    dial(1);
    d.attempt_failed(
        *d.poll_attempt(),
        {{name, errc::not_connected, address(7)}, {name, errc::disconnected, address(8)}}, start);
    d.attempt_failed(*d.poll_attempt(), errc::duplicate, start);
    const auto answer = d.poll_answer();
    ASSERT_EQ(answer->causes.size(), 3U);
    EXPECT_EQ(answer->causes[0].resolved, address(7));
    EXPECT_EQ(answer->causes[1].resolved, address(8));
    EXPECT_EQ(answer->causes[1].address, name);
    EXPECT_EQ(answer->causes[2].address, address(2));
    EXPECT_TRUE(answer->causes[2].resolved.empty());
    EXPECT_EQ(answer->why, errc::duplicate) << "the last one";
}
TEST_F(Dialer, AgainOnceAJob) {
    book.add(peer(1), address(1));
    book.add(peer(1), address(2));
    dial(1);
    const auto a = *d.poll_attempt();
    EXPECT_TRUE(d.again(a, start));
    const auto b = *d.poll_attempt();
    EXPECT_EQ(b.address, a.address);
    EXPECT_FALSE(d.again(a, start));
    EXPECT_FALSE(d.again(b, start));
    d.attempt_failed(b, errc::not_connected, start);
    d.attempt_failed(*d.poll_attempt(), errc::not_connected, start);
    EXPECT_EQ(d.poll_answer()->why, errc::not_connected);
}
TEST_F(Dialer, AnAddressThatTakesLongIsJoinedByTheNext) {
    for (int i = 1; i <= 3; ++i) book.add(peer(1), address(i));
    dial(1);
    const auto first = *d.poll_attempt();
    ASSERT_EQ(d.next_timeout(), start + default_limits.dial_stagger);
    d.handle_timeout(start + milliseconds{249});
    EXPECT_FALSE(d.poll_attempt());
    d.handle_timeout(start + milliseconds{250});
    const auto second = d.poll_attempt();
    ASSERT_TRUE(second);
    EXPECT_EQ(second->address, address(2));
    EXPECT_FALSE(d.poll_attempt()) << "two of two dials run";
    d.attempt_failed(first, errc::not_connected, start + milliseconds{260});
    const auto third = d.poll_attempt();
    ASSERT_TRUE(third) << "a failure is not waited for";
    d.transport_connected(*third);
    const auto gone = d.poll_withdrawn();
    ASSERT_TRUE(gone);
    EXPECT_EQ(gone->number, second->number);
    EXPECT_FALSE(d.poll_withdrawn());
    EXPECT_FALSE(d.next_timeout()) << "nobody else is tried while it is upgraded";
    d.attempt_failed(*third, errc::not_connected, start + seconds{1});
    const auto again = d.poll_attempt();
    ASSERT_TRUE(again) << "the one that was sent away has its turn";
    EXPECT_EQ(again->address, address(2));
    d.attempt_failed(*again, errc::not_connected, start + seconds{1});
    const auto answer = d.poll_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->causes.size(), 3U) << "each address once";
}
TEST_F(Dialer, WhoWasSentAwayKeepsItsPlaceInTheOrder) {
    peer_dialer three{{.dials = 3}};
    for (int i = 1; i <= 4; ++i) book.add(peer(1), address(i));
    three.dial(request_id{1}, peer(1), book, start);
    instant now = start;
    std::vector<peer_dialer::attempt> run;
    run.push_back(*three.poll_attempt());
    for (int i = 0; i < 2; ++i) {
        three.handle_timeout(now += milliseconds{250});
        run.push_back(*three.poll_attempt());
    }
    ASSERT_TRUE(three.next_timeout());
    three.transport_connected(run[2]);
    EXPECT_FALSE(three.next_timeout()) << "an address is left, and waits";
    while (three.poll_withdrawn()) {
    }
    std::vector<wire::multiaddr> order;
    three.attempt_failed(run[2], errc::not_connected, now);
    while (const auto a = three.poll_attempt()) {
        order.push_back(a->address);
        three.attempt_failed(*a, errc::not_connected, now);
    }
    EXPECT_EQ(order, (std::vector{address(1), address(2), address(4)}));
}
TEST_F(Dialer, NobodyBeginsBesideOneThatIsUpgraded) {
    for (int i = 1; i <= 2; ++i) book.add(peer(1), address(i));
    book.add(peer(2), address(3));
    dial(1);
    dial(2);
    const auto one = *d.poll_attempt(), two = *d.poll_attempt();
    d.handle_timeout(start + seconds{1}); // it takes long, and two of two dials run
    d.transport_connected(one);
    d.connected(two.peer, start + seconds{1});
    EXPECT_FALSE(d.poll_attempt()) << "there is room, and no need";
    d.attempt_failed(one, errc::not_connected, start + seconds{2});
    EXPECT_EQ(d.poll_attempt()->address, address(2));
}
TEST_F(Dialer, AnAnsweredDialHasNoDeadline) {
    for (int i = 1; i <= 2; ++i) book.add(peer(1), address(i));
    dial(1);
    EXPECT_TRUE(d.next_timeout());
    d.connected(peer(1), start);
    EXPECT_FALSE(d.next_timeout());
}
TEST_F(Dialer, FamiliesTakeTurnsBeginningWithSix) {
    const auto six = [](int n) {
        return *wire::multiaddr::parse("/ip6/2001:db8::" + std::to_string(n) + "/tcp/4001");
    };
    for (int i = 1; i <= 3; ++i) book.add(peer(1), address(i));
    for (int i = 1; i <= 2; ++i) book.add(peer(1), six(i));
    dial(1);
    std::vector<wire::multiaddr> order;
    while (const auto a = d.poll_attempt()) {
        order.push_back(a->address);
        d.attempt_failed(*a, errc::not_connected, start);
    }
    EXPECT_EQ(order, (std::vector{six(1), address(1), six(2), address(2), address(3)}));
}
TEST_F(Dialer, WhoHasNoAttemptYetGoesBeforeASecondOne) {
    for (int i = 1; i <= 2; ++i) book.add(peer(1), address(i));
    for (std::uint8_t i = 2; i <= 3; ++i) book.add(peer(i), address(10 + i));
    dial(1);
    dial(2);
    dial(3); // two dials run
    const auto one = *d.poll_attempt();
    const auto two = *d.poll_attempt();
    d.handle_timeout(start + seconds{1});
    EXPECT_FALSE(d.poll_attempt());
    d.attempt_failed(two, errc::not_connected, start + seconds{1});
    EXPECT_EQ(d.poll_attempt()->peer, peer(3));
    d.connected(peer(3), start + seconds{1});
    EXPECT_EQ(d.poll_attempt()->peer, one.peer) << "now there is room beside";
}
TEST_F(Dialer, StopLeavesNothingToDo) {
    for (int i = 1; i <= 4; ++i) book.add(peer(1), address(i));
    dial(1);
    d.attempt_failed(*d.poll_attempt(), errc::not_connected, start);
    const auto second = *d.poll_attempt();
    d.handle_timeout(start + milliseconds{250});
    const auto third = *d.poll_attempt();
    EXPECT_TRUE(d.next_timeout());
    for (const bool sent_away : {false, true}) {
        peer_dialer stopped = d;
        if (sent_away) stopped.transport_connected(third);
        stopped.stop(errc::node_closed);
        EXPECT_EQ(stopped.poll_answer()->causes.size(), 1U) << "what was tried";
        EXPECT_FALSE(stopped.poll_withdrawn()) << "whoever stops it ends them all";
        EXPECT_FALSE(stopped.next_timeout());
    }
    EXPECT_TRUE(d.waits_for(second));
}
TEST_F(Dialer, StopAnswersEverybody) {
    for (std::uint8_t i = 1; i <= 4; ++i) {
        book.add(peer(i), address(i));
        dial(i);
    }
    d.stop(errc::node_closed);
    for (int i = 0; i < 4; ++i) EXPECT_EQ(d.poll_answer()->why, errc::node_closed);
    EXPECT_FALSE(d.poll_attempt());
    EXPECT_EQ(d.jobs(), 0U);
    dial(1);
    EXPECT_TRUE(d.poll_attempt()) << "slots are free";
}

} // namespace
} // namespace lp2p
