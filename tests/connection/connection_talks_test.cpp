// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/connection/connection.hpp>

#include "tests/support/simnet.hpp"
#include "tests/support/stacks.hpp"

#include <lp2p/swarm/swarm.hpp>

#include <gtest/gtest.h>

// What an answer teaches, and what a failure does not; the rest of negotiation is in connection_test.
namespace lp2p {
namespace {

using namespace std::chrono_literals;
using machine = swarm<test::plain_stack>;
using test::start;

class Talks : public testing::Test {
protected:
    test::simnet<machine> net{1};
    std::size_t a = 0, b = 0;

    static wire::multiaddr at(std::uint8_t host) {
        return wire::multiaddr::tcp4({std::byte{10}, {}, {}, static_cast<std::byte>(host)}, 4001);
    }
    static machine make(std::uint8_t seed) {
        const test::person<test::plain_stack> who{seed};
        machine m{who.self, who.id, {}, who.crypto, start};
        m.serve(test::serves({"/echo/1"}));
        return m;
    }
    static wire::peer_id id(std::uint8_t seed) { return test::person<test::plain_stack>{seed}.id; }
    void SetUp() override {
        a = net.add(make(1), at(1));
        b = net.add(make(2), at(2));
        net[a].dial(at(2).with_peer(id(2)), net.now());
        net.advance(1s);
    }
    result<substream_id> open(const std::string& protocol) {
        const auto opened = net[a].open(id(2), std::span{&protocol, 1}, purpose::application,
                                        net.now() + 1s, confirm::wait, net.now());
        net.advance(2s);
        return opened;
    }
};

TEST_F(Talks, AnAnswerTeachesEitherWay) {
    EXPECT_EQ(net[a].supports(id(2), "/echo/1"), support::unknown);
    ASSERT_TRUE(open("/echo/1"));
    EXPECT_EQ(net[a].supports(id(2), "/echo/1"), support::supported);
    ASSERT_TRUE(open("/nobody/1"));
    EXPECT_EQ(net[a].supports(id(2), "/nobody/1"), support::unsupported);
    EXPECT_EQ(test::last<swarms::substream_failed>(net.events(a))->why, fault::refused);
}
TEST_F(Talks, ADeadlineTeachesNothing) {
    net.cut(a, b);
    ASSERT_TRUE(open("/echo/1"));
    EXPECT_EQ(test::last<swarms::substream_failed>(net.events(a))->why, fault::timeout);
    EXPECT_EQ(net[a].supports(id(2), "/echo/1"), support::unknown);
}

} // namespace
} // namespace lp2p
