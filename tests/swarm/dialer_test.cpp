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
        d.attempt_failed(*a, errc::not_connected);
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
    d.connected(peer(1));
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
    d.connected(peer(1));
    (void)d.poll_answer();
    dial(1); // the connection was short
    const auto fresh = *d.poll_attempt();
    d.attempt_failed(old, errc::not_connected);
    EXPECT_FALSE(d.poll_answer()) << "the new attempt still runs";
    EXPECT_FALSE(d.waits_for(old));
    EXPECT_TRUE(d.waits_for(fresh));
    d.attempt_failed(fresh, errc::not_connected);
    EXPECT_TRUE(d.poll_answer());
}
TEST_F(Dialer, TheRestWaitsInTheOrderItCame) {
    for (std::uint8_t i = 1; i <= 4; ++i) {
        book.add(peer(i), address(i));
        dial(i);
    }
    const auto one = *d.poll_attempt(), two = *d.poll_attempt();
    EXPECT_FALSE(d.poll_attempt());
    d.connected(two.peer);
    EXPECT_EQ(d.poll_attempt()->address, address(3));
    d.attempt_failed(one, errc::not_connected);
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
    d.attempt_failed(*d.poll_attempt(), {{name, errc::not_connected, address(7)},
                                         {name, errc::disconnected, address(8)}});
    d.attempt_failed(*d.poll_attempt(), errc::duplicate);
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
    EXPECT_TRUE(d.again(a));
    const auto b = *d.poll_attempt();
    EXPECT_EQ(b.address, a.address);
    EXPECT_FALSE(d.again(a));
    EXPECT_FALSE(d.again(b));
    d.attempt_failed(b, errc::not_connected);
    EXPECT_EQ(d.poll_answer()->why, errc::not_connected);
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
