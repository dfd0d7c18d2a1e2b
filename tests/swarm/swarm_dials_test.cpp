// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/swarm/swarm_dials.hpp>

#include "tests/support/counting_new.hpp"
#include "tests/support/simnet.hpp"
#include "tests/swarm/people.hpp"

#include <gtest/gtest.h>

// A program of its own: it counts the heap.
namespace lp2p {
namespace {

using namespace std::chrono_literals;
using test::address;
using test::count;
using test::last;
using test::start;
using machine = swarm<test::null_stack>;

machine make(std::uint8_t seed, limits bounds = {}) {
    const test::person<test::null_stack> who{seed};
    machine::config c;
    c.bounds = bounds;
    return {who.self, who.id, c, who.crypto, start};
}
wire::multiaddr at(int host, std::uint8_t seed) {
    return address(host).with_peer(test::person<test::null_stack>{seed}.id);
}

TEST(SwarmDials, ADialThatFailsWhileTheOtherSidesComesUpIsAnsweredByThat) {
    test::simnet<machine> net;
    net.latency = 20ms;
    const auto a = net.add(make(1), address(1)), b = net.add(make(2), address(2));
    // a dials where nobody is; b's own dial proves itself before that failure is known.
    net.take_down(b);
    net[b].dial(at(1, 1), net.now());
    net.advance(110ms);
    net[a].dial(at(2, 2), net.now());
    net.advance(2s);
    EXPECT_EQ(net.links_between(a, b), 1U);
    EXPECT_EQ(count<swarms::dialed>(net.events(a)), 1U);
    EXPECT_EQ(count<swarms::dial_failed>(net.events(a)), 0U);
    EXPECT_EQ(count<swarms::dialed>(net.events(b)), 1U);
}
TEST(SwarmDials, WithoutAnotherConnectionTheFailureIsTold) {
    test::simnet<machine> net;
    net.latency = 20ms;
    const auto a = net.add(make(1), address(1)), b = net.add(make(2), address(2));
    net.take_down(b);
    net[a].dial(at(2, 2), net.now());
    net.advance(1s);
    EXPECT_EQ(last<swarms::dial_failed>(net.events(a))->why, fault::refused);
    EXPECT_EQ(net[a].size(), 0U);
}
TEST(SwarmBounds, TwoHundredSilentConnectionsHoldLittleAndGiveItBack) {
    auto m = make(2);
    const auto drain = [&] {
        while (auto c = m.poll_command())
            if (const auto* over = std::get_if<hang_up_command>(&*c)) m.released(over->id);
        while (m.poll_event()) {
        }
    };
    const auto from = address(66), here = address(2);
    const std::size_t before = test::live_bytes();
    for (int i = 0; i < 200; ++i) {
        ASSERT_TRUE(m.accepted(from, here, start));
        drain();
    }
    EXPECT_EQ(m.size(), 64U);
    const std::size_t each = (test::live_bytes() - before) / 64;
    EXPECT_LE(each, 4096U);
    m.handle_timeout(after(start, 10s));
    drain();
    EXPECT_EQ(m.size(), 0U);
    EXPECT_FALSE(m.next_timeout());
    EXPECT_LE(test::live_bytes() - before, 4096U) << "a few places of queues";
    RecordProperty("bytes_each", static_cast<int>(each));
}

} // namespace
} // namespace lp2p
