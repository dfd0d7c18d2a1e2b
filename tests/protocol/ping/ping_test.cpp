// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/ping/ping.hpp>

#include "tests/support/pair.hpp"

#include <gtest/gtest.h>

namespace {

namespace ping = lp2p::ping;
using lp2p::byte_vector;
using lp2p::byte_view;
using lp2p::end;
using lp2p::fault;
using lp2p::party;
using lp2p::reason;
using lp2p::test::start;
using ping::errc;
using namespace std::chrono_literals;

ping::payload random_bytes(std::uint64_t seed = 1) {
    lp2p::random_source source{seed};
    ping::payload p;
    for (std::byte& b : p) b = static_cast<std::byte>(source.next());
    return p;
}
ping::dialer asking(const ping::payload& p = random_bytes()) {
    ping::dialer d{{}, start};
    EXPECT_TRUE(d.ping(p, start));
    d.transmitted(d.transmit(100).size());
    return d;
}
constexpr end reset{end::reset, 0};

TEST(PingDialer, AnEchoGivesTheRoundTrip) {
    lp2p::test::pair p{ping::dialer{{}, start}, ping::listener{{}, start}};
    p.latency = 20ms;
    for (std::uint64_t i = 0; i < 3; ++i) { // any number on one stream
        ASSERT_TRUE(p.dialer.ping(random_bytes(i), p.now()));
        EXPECT_TRUE(p.dialer.in_flight());
        p.advance(1s);
        const auto events = p.take_dialer_events();
        ASSERT_EQ(events.size(), 1U);
        EXPECT_EQ(std::get<ping::pong>(events[0]).rtt, 40ms);
        EXPECT_FALSE(p.dialer.in_flight());
    }
    p.dialer.finish();
    p.advance(1s);
    EXPECT_EQ(*p.dialer.ended(), reason{});
    EXPECT_EQ(*p.listener.ended(), reason{});
    EXPECT_EQ(p.dialer.wants_end(), end{});
    EXPECT_EQ(p.listener.wants_end(), end{});
}

TEST(PingDialer, OnePingAtATimeAndNoneAfterTheEnd) {
    ping::dialer d = asking();
    EXPECT_EQ(d.ping(random_bytes(2), start).error(), errc::ping_in_flight);
    d.finish();
    EXPECT_FALSE(d.ended()); // the echo is still to come
    EXPECT_EQ(d.ping(random_bytes(2), start).error(), errc::finished);
    EXPECT_TRUE(d.receive(random_bytes(), start + 5ms));
    EXPECT_EQ(*d.ended(), reason{});
    EXPECT_EQ(std::get<ping::pong>(*d.poll_event()).rtt, 5ms);
    EXPECT_EQ(d.ping(random_bytes(2), start).error(), errc::finished);
}

TEST(PingDialer, NoEchoInTenSecondsEndsTheStream) {
    ping::dialer d = asking();
    ASSERT_EQ(d.next_timeout(), start + 10s);
    d.handle_timeout(start + 10s);
    EXPECT_EQ(*d.ended(), (reason{errc::ping_timeout, party::local, 0}));
    EXPECT_EQ(d.ended()->why, fault::timeout);
    EXPECT_EQ(d.wants_end(), reset);
}

TEST(PingDialer, AnIdleStreamHasNoDeadline) {
    ping::dialer d{{}, start};
    EXPECT_FALSE(d.next_timeout());
    d.handle_timeout(start + std::chrono::hours{24});
    EXPECT_FALSE(d.ended());
}

TEST(PingDialer, AnyBitFlippedInTheEchoIsAWrongEcho) {
    for (std::size_t bit = 0; bit < 8 * ping::payload_size; ++bit) {
        ping::dialer d = asking();
        ping::payload echo = random_bytes();
        echo[bit / 8] ^= std::byte{1} << bit % 8;
        EXPECT_EQ(d.receive(echo, start).error(), errc::wrong_echo);
        EXPECT_EQ(d.wants_end(), reset);
    }
}

TEST(PingDialer, BytesThatNobodyAskedForEndTheStream) {
    ping::dialer idle{{}, start};
    EXPECT_EQ(idle.receive(random_bytes(), start).error(), errc::unasked_echo);
    ping::dialer d = asking();
    byte_vector more;
    lp2p::append(more, random_bytes());
    more.push_back({});
    EXPECT_EQ(d.receive(more, start).error(), errc::unasked_echo);
}

TEST(PingDialer, AnEchoMayBeToldBeforeTheWriteThatItAnswers) {
    ping::dialer d{{}, start};
    EXPECT_TRUE(d.ping(random_bytes(), start));
    EXPECT_EQ(d.transmit(100).size(), 32U); // an asynchronous write is under way
    EXPECT_TRUE(d.receive(random_bytes(), start));
    EXPECT_EQ(d.ping(random_bytes(2), start).error(), errc::ping_in_flight);
    d.transmitted(32);
    EXPECT_TRUE(d.ping(random_bytes(2), start));
    EXPECT_TRUE(lp2p::equal(d.transmit(100), random_bytes(2)));
}

TEST(PingDialer, AFinAResetAndACutPayloadAreDifferentEnds) {
    ping::dialer fin = asking();
    fin.receive_end({}, start);
    EXPECT_EQ(*fin.ended(), (reason{errc::closed, party::remote, 0}));
    EXPECT_EQ(fin.wants_end(), end{});
    ping::dialer cut = asking();
    EXPECT_TRUE(cut.receive(byte_view{random_bytes()}.first(31), start));
    cut.receive_end({}, start);
    EXPECT_EQ(cut.ended()->why, errc::truncated);
    ping::dialer gone = asking();
    gone.receive_end({end::reset, 0x1002}, start);
    EXPECT_EQ(*gone.ended(), (reason{errc::reset, party::remote, 0x1002}));
}

TEST(PingListener, EchoesWholePayloadsOnly) {
    ping::listener l{{}, start};
    const auto p = random_bytes();
    EXPECT_EQ(l.receive(byte_view{p}.first(31), start), 31U);
    EXPECT_TRUE(l.transmit(100).empty());
    EXPECT_EQ(l.receive(byte_view{p}.last(1), start), 1U);
    EXPECT_TRUE(lp2p::equal(l.transmit(100), p));
}

TEST(PingListener, APayloadThatIsNotCompletedInTimeEndsTheStream) {
    ping::listener l{{}, start};
    EXPECT_FALSE(l.next_timeout());
    EXPECT_TRUE(l.receive(byte_view{random_bytes()}.first(1), start + 1s));
    EXPECT_TRUE(l.receive(byte_view{random_bytes()}.first(1), start + 5s)); // buys no time
    ASSERT_EQ(l.next_timeout(), start + 11s);
    l.handle_timeout(start + 11s);
    EXPECT_EQ(l.ended()->why, errc::ping_timeout);
    EXPECT_EQ(l.wants_end(), reset);
}

TEST(PingListener, ThirtyTwoEchoesAreOwedAndOneMoreIsALimit) {
    ping::listener l{{}, start};
    for (int i = 0; i < 32; ++i) ASSERT_TRUE(l.receive(random_bytes(), start));
    EXPECT_EQ(l.receive(random_bytes(), start).error(), errc::echoes_owed);
    EXPECT_EQ(l.ended()->why, fault::limit);
    EXPECT_TRUE(l.transmit(10000).empty());
    ping::listener taken{{}, start};
    for (int i = 0; i < 1000; ++i) {
        ASSERT_TRUE(taken.receive(random_bytes(), start));
        taken.transmitted(taken.transmit(100).size());
    }
}

TEST(PingListener, AnEndInsideAPayloadIsNoGoodEnd) {
    ping::listener cut{{}, start};
    EXPECT_TRUE(cut.receive(byte_view{random_bytes()}.first(5), start));
    cut.receive_end({}, start);
    EXPECT_EQ(*cut.ended(), (reason{errc::truncated, party::remote, 0}));
    ping::listener gone{{}, start};
    gone.receive_end({end::reset, 4}, start);
    EXPECT_EQ(*gone.ended(), (reason{errc::reset, party::remote, 4}));
}

TEST(PingListener, EchoesWhatIsOwedAfterTheOthersFin) {
    ping::listener l{{}, start};
    EXPECT_TRUE(l.receive(random_bytes(), start));
    l.receive_end({}, start);
    EXPECT_EQ(*l.ended(), reason{});
    EXPECT_TRUE(lp2p::equal(l.transmit(100), random_bytes()));
    EXPECT_EQ(l.wants_end(), end{});
}

constexpr auto tell = [](auto&, const auto& event, lp2p::instant, lp2p::test::journal& j) {
    if (const reason* why = lp2p::test::ended_in(event))
        return j.say("ended " + lp2p::test::to_text(*why));
    if constexpr (!std::is_same_v<std::remove_cvref_t<decltype(event)>, ping::listener::event>)
        j.say("pong " + std::to_string(std::get<ping::pong>(event).rtt.count()));
};

TEST(PingListener, KeepsTheLaws) {
    using namespace lp2p::test;
    subject s{[](lp2p::instant now) { return ping::listener{{}, now}; }, tell};
    for (const std::size_t n : {0U, 1U, 32U, 33U, 1024U, 1056U, 2000U}) {
        const byte_vector bytes(n, std::byte{7});
        EXPECT_EQ(all_laws(s, {arrives(bytes), time_passes(11s)}), "") << n;
        EXPECT_EQ(all_laws(s, {arrives(bytes), other_side_ends()}), "") << n;
        EXPECT_EQ(finality(s, {arrives(bytes), other_side_ends({end::reset, 1})}, true), "") << n;
    }
}

TEST(PingDialer, KeepsTheLaws) {
    using namespace lp2p::test;
    subject s{[](lp2p::instant now) {
                  ping::dialer d{{}, now};
                  EXPECT_TRUE(d.ping(random_bytes(), now));
                  d.transmitted(d.transmit(100).size());
                  return d;
              },
              tell, [](ping::dialer& d, unsigned, lp2p::instant, journal&) { d.finish(); }};
    byte_vector good;
    lp2p::append(good, random_bytes());
    byte_vector longer = good;
    longer.push_back({});
    for (const byte_vector& bytes : {good, longer, byte_vector(32), byte_vector{}}) {
        EXPECT_EQ(all_laws(s, {time_passes(1s), arrives(bytes), time_passes(11s)}), "");
        EXPECT_EQ(all_laws(s, {arrives(bytes), local_call(0), time_passes(11s)}), "");
        EXPECT_EQ(finality(s, {arrives(bytes), other_side_ends()}, true), "");
    }
}

} // namespace
