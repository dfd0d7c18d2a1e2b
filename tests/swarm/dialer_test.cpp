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
    EXPECT_FALSE(d.waits_for(old));
    EXPECT_TRUE(d.waits_for(fresh));
    d.attempt_failed(fresh, errc::not_connected, start);
    EXPECT_TRUE(d.poll_answer());
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
    dial(1);
    const auto a = *d.poll_attempt();
    EXPECT_TRUE(d.again(a, start));
    const auto b = *d.poll_attempt();
    EXPECT_EQ(b.address, a.address);
    EXPECT_FALSE(d.again(a, start));
    EXPECT_FALSE(d.again(b, start));
    d.attempt_failed(b, errc::not_connected, start);
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
