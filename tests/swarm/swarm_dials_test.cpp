// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/swarm/swarm.hpp>

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
/// The same at every moment: what was dialed in vain spoils nothing for the time after.
TEST(SwarmDials, WhateverTheMomentTheNextDialIsFree) {
    std::size_t answered = 0;
    for (duration moment = 40ms; moment < 240ms; moment += 5ms) {
        test::simnet<machine> net;
        net.latency = 20ms;
        const auto a = net.add(make(1), address(1)), b = net.add(make(2), address(2));
        net.take_down(b);
        net[b].dial(at(1, 1), net.now());
        net.advance(moment);
        net[a].dial(at(2, 2), net.now());
        net.advance(2s);
        ASSERT_EQ(net.links_between(a, b), 1U) << moment.count();
        net.take_down(b, false);
        net[b].disconnect(test::person<test::null_stack>{1}.id, swarms::errc::disconnected,
                          net.now());
        net.advance(100ms);
        ASSERT_EQ(net.links_between(a, b), 0U) << moment.count();
        answered += count<swarms::dialed>(net.events(a));
        net[a].dial(at(2, 2), net.now());
        net.advance(200ms);
        EXPECT_EQ(net.links_between(a, b), 1U) << moment.count();
    }
    EXPECT_GE(answered, 10U);
}
/// We dial the peer while a connection from it has proven itself and goes no further: it is cut.
class Parked : public testing::Test {
protected:
    void SetUp() override {
        net.latency = 10ms;
        a = net.add(make(1), address(1));
        b = net.add(make(2), address(2));
        const auto other = twin(20);
        ASSERT_TRUE(net.advance_until([&] { return net[a].expects(id); }, 1s));
        net.cut(a, other); // until its upgrade has taken too long
    }
    /// The same peer once more, and its dial.
    std::size_t twin(int host) {
        const auto h = net.add(make(2), address(host));
        net[h].dial(at(1, 1), net.now());
        return h;
    }
    std::size_t failed() { return count<swarms::dial_failed>(net.events(a)); }

    test::simnet<machine> net;
    std::size_t a = 0, b = 0;
    wire::peer_id id = test::person<test::null_stack>{2}.id;
};
TEST_F(Parked, AnAddressThatLedToThePeerIsTriedAgain) {
    net[a].dial(at(2, 2), net.now());
    net.advance(25ms);
    ASSERT_EQ(net.accepted(b), 1U);
    net[b].shut_down(net.now());
    net.advance(15ms);
    net.restart(b, make(2));
    net.advance(9s);
    EXPECT_EQ(net.accepted(b), 1U) << "the other one may answer it";
    net.advance(2s);
    EXPECT_EQ(net.accepted(b), 2U);
    EXPECT_TRUE(net[a].established(id));
    EXPECT_EQ(count<swarms::dialed>(net.events(a)), 1U);
    EXPECT_EQ(failed(), 0U);
}
TEST_F(Parked, OneThatDidNotIsAFailureAndWaits) {
    net.take_down(b);
    net[a].dial(at(2, 2), net.now());
    net.advance(1s);
    EXPECT_EQ(failed(), 0U) << "the other one may answer it";
    net.take_down(b, false);
    ASSERT_TRUE(net.advance_until([&] { return failed() == 1; }, 10s));
    EXPECT_EQ(last<swarms::dial_failed>(net.events(a))->why, fault::refused);
    net[a].dial(at(2, 2), net.now());
    net.settle();
    EXPECT_EQ(last<swarms::dial_failed>(net.events(a))->why, swarms::errc::dial_backoff);
}
TEST_F(Parked, TheEndOfOneOfTwoOthersDecidesNothing) {
    const auto second = twin(30);
    net.advance(200ms); // it is held
    net.take_down(b);
    net[a].dial(at(2, 2), net.now());
    net.advance(1s);
    net[second].shut_down(net.now());
    net.advance(1s);
    EXPECT_EQ(net[a].size(), 1U) << "the one that is cut";
    EXPECT_EQ(failed(), 0U);
    net.advance(10s);
    EXPECT_EQ(failed(), 1U);
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
    m.connect_failed(fast, timed_out, start + 270ms); // it did connect
    m.connect_failed(slow, timed_out, start + 270ms); // too late to matter
    m.tried(slow, address(9), {});
    EXPECT_EQ(m.remote(slow), address(2));
    for (const auto& known : m.addresses().of(test::person<test::null_stack>{2}.id))
        EXPECT_EQ(known.failures, 0U);
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
    m.tried(id, address(9), {});
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
TEST(SwarmDials, AfterTheEndNobodyIsDialed) {
    auto m = make(1);
    const auto peer = test::person<test::null_stack>{2}.id;
    m.add_address(peer, address(2));
    m.shut_down(start);
    while (m.poll_event()) {
    }
    for (const bool by_address : {false, true}) {
        by_address ? m.dial(at(2, 2), start) : m.dial(peer, start);
        const auto no = failure(m);
        ASSERT_TRUE(no);
        EXPECT_EQ(no->why, swarms::errc::node_closed);
        EXPECT_FALSE(m.poll_command());
    }
}
TEST(SwarmDials, WhoIsProtectedNoMoreMayBeForgotten) {
    auto m = make(1);
    const auto kept = test::person<test::null_stack>{2}.id,
               free = test::person<test::null_stack>{3}.id;
    for (const auto& peer : {kept, free}) {
        m.add_address(peer, address(2));
        ASSERT_TRUE(m.protect(peer, start));
    }
    m.unprotect(free);
    for (std::uint32_t i = 0; i < 1024; ++i) {
        const byte_vector key{std::byte{static_cast<std::uint8_t>(i)},
                              std::byte{static_cast<std::uint8_t>(i >> 8)}};
        m.add_address(wire::peer_id::of({crypto::key_type::ed25519, key}, test::null_crypto{}),
                      address(3));
    }
    EXPECT_EQ(m.addresses().of(kept).size(), 1U);
    EXPECT_TRUE(m.addresses().of(free).empty());
}
/// Both ends of a connection by hand, so that a test may keep a transport that is over.
struct by_hand {
    machine& one;
    machine& two;
    conn_id from{}, to{};
    bool moved = false;

    void move(machine& a, conn_id x, machine& b, conn_id y) {
        for (byte_view v = a.transmit(x, 1 << 16); !v.empty(); v = a.transmit(x, 1 << 16)) {
            byte_vector bytes = to_vector(v);
            a.transmitted(x, bytes.size(), start);
            (void)b.receive(y, bytes, start);
            moved = true;
        }
    }
    by_hand(machine& a, machine& b, std::uint8_t seed)
        : one{a}
        , two{b} {
        one.dial(at(seed, seed), start);
        from = dialing(one);
        to = *two.accepted(address(1), address(seed), start);
        one.connected(from, address(1), start);
        do {
            moved = false;
            move(one, from, two, to);
            move(two, to, one, from);
        } while (moved);
    }
};
TEST(SwarmBounds, WhatIsOverTakesNoRoomAndMakesNone) {
    auto full = make(9, {.connections = 1});
    auto first = make(2), second = make(3), third = make(4);
    const by_hand one{first, full, 9};
    ASSERT_TRUE(full.established(first.self()));
    full.close(one.to, swarms::errc::disconnected, start); // its transport is not released
    EXPECT_EQ(full.replace(one.to, swarms::errc::replaced, start).error(),
              swarms::errc::unknown_connection);
    const by_hand two{second, full, 9};
    ASSERT_TRUE(full.established(second.self())) << "there is room";
    ASSERT_TRUE(full.protect(second.self(), start));
    const by_hand three{third, full, 9};
    EXPECT_FALSE(full.established(third.self())) << "there is none";
    EXPECT_EQ(full.size(), 3U);
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
