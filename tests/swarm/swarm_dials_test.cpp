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
/// The one command that a machine has, which asks for a dial.
conn_id dialing(machine& m) {
    const auto c = m.poll_command();
    const auto* asked = c ? std::get_if<dial_command>(&*c) : nullptr;
    EXPECT_NE(asked, nullptr);
    return asked == nullptr ? conn_id{} : asked->id;
}
std::optional<swarms::dial_failed> failure(machine& m) {
    const auto e = m.poll_event();
    const auto* no = e ? std::get_if<swarms::dial_failed>(&*e) : nullptr;
    return no == nullptr ? std::nullopt : std::optional{*no};
}
constexpr error refused{domain::io, fault::refused, 1};
constexpr error timed_out{domain::io, fault::timeout, 2};

TEST(SwarmDials, TheFirstAddressThatConnectsSendsTheOthersAway) {
    machine m = make(1);
    for (int host : {2, 3}) m.add_address(test::person<test::null_stack>{2}.id, address(host));
    m.dial(test::person<test::null_stack>{2}.id, start);
    const conn_id slow = dialing(m);
    EXPECT_FALSE(m.poll_command());
    m.handle_timeout(start + 250ms);
    const conn_id fast = dialing(m);
    ASSERT_NE(fast, conn_id{});
    m.connected(fast, address(1), start + 260ms);
    bool sent_away = false;
    while (const auto c = m.poll_command())
        if (const auto* end = std::get_if<hang_up_command>(&*c)) sent_away = end->id == slow;
    EXPECT_TRUE(sent_away);
    m.connect_failed(slow, timed_out, start + 270ms); // too late to matter
    m.released(slow);
    EXPECT_EQ(m.size(), 1U);
    EXPECT_FALSE(failure(m)) << "the dial goes on";
    m.receive_end(fast, {end::reset, 0}, start + 300ms);
    std::optional<wire::multiaddr> next;
    while (const auto c = m.poll_command())
        if (const auto* asked = std::get_if<dial_command>(&*c)) next = asked->to;
    EXPECT_EQ(next, address(2)) << "and tries the other address again";
}

TEST(SwarmDials, AFailedDialByNameListsEachAddressThatTheNameStoodFor) {
    auto m = make(1);
    const auto name = *wire::multiaddr::parse("/dns/a.example/tcp/1");
    m.dial(name.with_peer(test::person<test::null_stack>{2}.id), start);
    const conn_id id = dialing(m);
    m.tried(id, address(7), refused);
    m.tried(id, address(8), timed_out);
    m.connect_failed(id, timed_out, start);
    const auto no = failure(m);
    ASSERT_TRUE(no);
    EXPECT_EQ(no->why, timed_out);
    const auto causes = m.take_causes(no->request);
    ASSERT_EQ(causes.size(), 2U);
    EXPECT_EQ(causes[0].address, name);
    EXPECT_EQ(causes[0].resolved, address(7));
    EXPECT_EQ(causes[0].why, refused);
    EXPECT_EQ(causes[1].resolved, address(8));
    EXPECT_EQ(causes[1].why, timed_out);
}
TEST(SwarmDials, ANameThatIsNotFoundIsItsOwnCause) {
    auto m = make(1);
    const auto name = *wire::multiaddr::parse("/dns/a.example/tcp/1");
    m.dial(name.with_peer(test::person<test::null_stack>{2}.id), start);
    m.connect_failed(dialing(m), timed_out, start);
    const auto causes = m.take_causes(failure(m)->request);
    ASSERT_EQ(causes.size(), 1U);
    EXPECT_EQ(causes[0].address, name);
    EXPECT_TRUE(causes[0].resolved.empty());
}
TEST(SwarmDials, AConnectionByNameIsAtTheAddressThatAnswered) {
    auto m = make(1);
    const auto name = *wire::multiaddr::parse("/dns/a.example/tcp/1");
    m.dial(name.with_peer(test::person<test::null_stack>{2}.id), start);
    const conn_id id = dialing(m);
    m.tried(id, address(7), refused);
    m.tried(id, address(8), {});
    m.connected(id, address(1), start);
    EXPECT_EQ(m.remote(id), address(8)); // identify tells the peer how we see it
    m.receive_end(id, end{end::reset, 0}, start);
    const auto no = failure(m);
    ASSERT_TRUE(no);
    const auto causes = m.take_causes(no->request);
    ASSERT_EQ(causes.size(), 2U) << "the upgrade that failed is one, too";
    EXPECT_EQ(causes[1].address, name);
    EXPECT_EQ(causes[1].resolved, address(8));
    EXPECT_EQ(causes[1].why, fault::closed);
    m.dial(name.with_peer(test::person<test::null_stack>{2}.id), start);
    EXPECT_EQ(failure(m)->why, swarms::errc::dial_backoff) << "it is the name that waits";
}
TEST(SwarmDials, WhatANameStoodForIsBounded) {
    auto m = make(1, {.addresses_per_peer = 3});
    const auto name = *wire::multiaddr::parse("/dns/a.example/tcp/1");
    m.dial(name.with_peer(test::person<test::null_stack>{2}.id), start);
    const conn_id id = dialing(m);
    for (int i = 1; i < 100; ++i) m.tried(id, address(i), refused);
    m.connect_failed(id, refused, start);
    EXPECT_EQ(m.take_causes(failure(m)->request).size(), 3U);
    m.tried(id, address(1), refused); // of a dial that is over: nothing
}
TEST(SwarmDials, ADnsaddrIsRefusedBeforeAnythingElseAndSaysWhatToDo) {
    auto m = make(1);
    const auto peer = test::person<test::null_stack>{2}.id;
    const auto records = *wire::multiaddr::parse("/dnsaddr/bootstrap.libp2p.io");
    for (const auto& to : {records, records.with_peer(peer)}) {
        m.dial(to, start);
        EXPECT_FALSE(m.poll_command());
        const auto no = failure(m);
        ASSERT_TRUE(no);
        EXPECT_EQ(no->why, swarms::errc::dnsaddr_unsupported);
        EXPECT_EQ(no->why, fault::local);
        EXPECT_EQ(m.take_causes(no->request).front().address, to);
    }
    EXPECT_NE(describe(swarms::errc::dnsaddr_unsupported).find("_dnsaddr."),
              std::string_view::npos);
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
