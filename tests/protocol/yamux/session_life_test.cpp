// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/yamux/session.hpp>

#include "frames.hpp"

#include <gtest/gtest.h>

namespace {

using namespace lp2p;
using namespace lp2p::test::frames;
using test::start;

constexpr stream_id one{1};
constexpr std::uint32_t window = 256 * 1024;

TEST(YamuxLife, PingsAtStartAndAfterSilence) {
    session s{role::dialer, {}, start};
    auto out = sent(s);
    ASSERT_EQ(out.size(), 1U);
    ASSERT_TRUE(s.receive(test::frames::ping(out[0].head.length, ack), start + seconds{1}));
    EXPECT_EQ(s.next_timeout(), start + seconds{16});
    s.handle_timeout(start + seconds{15});
    EXPECT_EQ(s.pending(), 0U);
    s.handle_timeout(start + seconds{16});
    out = sent(s);
    ASSERT_EQ(out.size(), 1U);
    EXPECT_EQ(out[0].head.type, frame_type::ping);
    EXPECT_EQ(s.next_timeout(), start + seconds{26});
}
TEST(YamuxLife, AnUnansweredPingEndsTheSession) {
    session s = settled(role::dialer);
    const auto id = *s.open(start);
    (void)sent(s);
    s.handle_timeout(start + seconds{15});
    (void)sent(s);
    s.handle_timeout(start + seconds{25} - milliseconds{1});
    EXPECT_FALSE(s.ended());
    s.handle_timeout(start + seconds{25});
    ASSERT_TRUE(s.ended());
    EXPECT_EQ(s.ended()->why, error{errc::keepalive_timeout});
    EXPECT_EQ(s.ended()->why, fault::timeout);
    EXPECT_EQ(s.wants_end(), (end{end::reset, 0}));
    EXPECT_EQ(s.pending(), 0U);
    const auto all = events(s);
    ASSERT_EQ(only<stream_ended>(all).size(), 1U);
    EXPECT_EQ(only<stream_ended>(all)[0].id, id);
    EXPECT_EQ(told_end(all), s.ended());
}
TEST(YamuxLife, APingOfOursIsNeverOnAStreamAndNeverTwice) {
    session s = settled(role::dialer);
    s.ping(start);
    s.ping(start);
    const auto out = sent(s);
    ASSERT_EQ(out.size(), 1U);
    EXPECT_EQ(out[0].head.stream, session_id);
    ASSERT_TRUE(s.receive(test::frames::ping(out[0].head.length, ack), start + milliseconds{3}));
    EXPECT_EQ(only<pong>(events(s)).at(0).rtt, milliseconds{3});
}
TEST(YamuxLife, NothingWrittenWhileSomethingWaitsEndsTheSession) {
    session s = settled(role::dialer);
    ASSERT_TRUE(s.write(*s.open(start), bytes(10)));
    EXPECT_EQ(s.next_timeout(), start) << "it asks for the time, since write brings none";
    s.handle_timeout(start);
    EXPECT_EQ(s.next_timeout(), start + seconds{10});
    EXPECT_FALSE(s.transmit(1).empty()); // offered, but nothing left
    s.handle_timeout(start + seconds{10});
    ASSERT_TRUE(s.ended());
    EXPECT_EQ(s.ended()->why, error{errc::connection_stalled});
    EXPECT_EQ(s.pending(), 0U);
}
TEST(YamuxLife, AByteNowAndThenIsProgress) {
    session s = settled(role::dialer);
    ASSERT_TRUE(s.write(*s.open(start), bytes(100)));
    instant now = start;
    for (int i = 0; i < 20; ++i) {
        s.handle_timeout(now);
        (void)s.transmit(1);
        s.transmitted(1);
        now += seconds{9};
        ASSERT_TRUE(s.receive(data(8, ""), now)); // the peer lives
        ASSERT_FALSE(s.ended()) << i;
    }
}
TEST(YamuxLife, AWriteAfterALongSilenceIsNotStalled) {
    session s = settled(role::dialer);
    const auto id = *s.open(start);
    (void)sent(s);
    // The latest told instant is 14 s old when the application writes, which brings no time.
    ASSERT_TRUE(s.write(id, bytes(10)));
    s.handle_timeout(start + seconds{14});
    EXPECT_FALSE(s.ended());
    EXPECT_EQ(s.next_timeout(), start + seconds{15});
}
TEST(YamuxLife, AWriterWhosePeerFinishedAndGivesNoCreditIsReset) {
    session s = settled(role::dialer);
    const auto id = *s.open(start);
    ASSERT_TRUE(s.write(id, bytes(window + 1)));
    (void)sent(s);
    ASSERT_TRUE(s.receive(data(1, "", fin), start + seconds{5}));
    (void)events(s);
    instant now = start + seconds{5};
    while (now < start + seconds{64}) { // pings are answered all the while
        now += seconds{1};
        s.handle_timeout(now);
        for (const auto& f : sent(s))
            ASSERT_TRUE(s.receive(test::frames::ping(f.head.length, ack), now));
        ASSERT_TRUE(s.inspect(id)) << (now - start).count();
    }
    s.handle_timeout(start + seconds{65});
    EXPECT_EQ(only<stream_ended>(events(s)).at(0).why.why, error{errc::stalled_writer});
    EXPECT_EQ(sent(s).back().head, (header{frame_type::window_update, rst, id, 0}));
    EXPECT_FALSE(s.ended());
}
TEST(YamuxLife, CreditSavesAStalledWriter) {
    session s = settled(role::dialer);
    const auto id = *s.open(start);
    ASSERT_TRUE(s.write(id, bytes(window + 2)));
    (void)sent(s);
    ASSERT_TRUE(s.receive(data(1, "", fin), start));
    const auto tick = [&s](instant now) {
        s.handle_timeout(now);
        (void)sent(s);
        ASSERT_TRUE(s.receive(data(8, ""), now));
    };
    for (int i = 1; i <= 50; ++i) tick(start + seconds{i});
    ASSERT_TRUE(s.receive(update(1, 1), start + seconds{50}));
    (void)sent(s);
    for (int i = 51; i < 110; ++i) tick(start + seconds{i});
    EXPECT_TRUE(s.inspect(id)) << "60 s from the last credit, not from the first stall";
    tick(start + seconds{110});
    EXPECT_FALSE(s.inspect(id));
}
TEST(YamuxLife, OurGoAway0LetsStreamsEndAndThenEndsWell) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(data(1, "bye", syn), start));
    s.go_away(0);
    s.go_away(0);
    EXPECT_EQ(s.open(start).error(), error{errc::going_away});
    auto out = sent(s);
    ASSERT_EQ(out.size(), 1U);
    EXPECT_EQ(out[0].head, (header{frame_type::go_away, 0, session_id, 0}));
    ASSERT_TRUE(s.receive(data(3, "late", syn), start));
    EXPECT_EQ(sent(s).at(0).head, (header{frame_type::window_update, rst, stream_id{3}, 0}));
    EXPECT_EQ(text(s, one), "bye");
    ASSERT_TRUE(s.finish(one));
    (void)sent(s);
    EXPECT_FALSE(s.ended());
    ASSERT_EQ(*s.receive(data(1, "", fin) + test::frames::ping(1), start), 12U);
    ASSERT_TRUE(s.ended());
    EXPECT_EQ(*s.ended(), reason{});
    EXPECT_EQ(*s.receive(test::frames::ping(1), start), 0U);
    EXPECT_EQ(s.wants_end(), end{end::fin});
    EXPECT_EQ(told_end(events(s)), reason{});
}
TEST(YamuxLife, OurGoAway0HasAGrace) {
    for (const bool with_time : {false, true}) {
        session s = settled(role::listener);
        ASSERT_TRUE(s.receive(data(1, "x", syn), start));
        if (with_time)
            s.go_away(0, start);
        else
            s.go_away(0);
        EXPECT_EQ(s.next_timeout(), with_time ? start + seconds{5} : start);
        (void)sent(s);
        s.handle_timeout(start);
        s.handle_timeout(start + milliseconds{4999});
        EXPECT_FALSE(s.ended());
        s.handle_timeout(start + seconds{5});
        ASSERT_TRUE(s.ended());
        EXPECT_EQ(*s.ended(), (reason{errc::goaway_grace, party::local, 0}));
    }
}
TEST(YamuxLife, GoAwayWithACodeEndsAtOnceAndIsStillSaid) {
    session s = settled(role::dialer);
    ASSERT_TRUE(s.write(*s.open(start), bytes(1000)));
    s.go_away(0x1007);
    ASSERT_TRUE(s.ended());
    EXPECT_EQ(*s.ended(), (reason{errc::closed_here, party::local, 0x1007}));
    const auto out = sent(s);
    ASSERT_EQ(out.size(), 1U);
    EXPECT_EQ(out[0].head, (header{frame_type::go_away, 0, session_id, 0x1007}));
    EXPECT_EQ(s.open(start).error(), error{errc::session_ended});
    EXPECT_EQ(s.finish(one).error(), error{errc::session_ended});
    EXPECT_EQ(s.reset(one).error(), error{errc::session_ended});
    EXPECT_EQ(s.accept(one).error(), error{errc::session_ended});
    s.ping(start);
    s.go_away(1);
    EXPECT_EQ(s.pending(), 0U);
}
TEST(YamuxLife, AFarewellThatCannotLeaveIsDropped) {
    session s = settled(role::dialer);
    ASSERT_FALSE(s.receive(raw(9, 0, 0, 0, 0), start + seconds{1}));
    EXPECT_EQ(s.next_timeout(), start + seconds{1} + milliseconds{100});
    s.handle_timeout(start + seconds{1} + milliseconds{99});
    EXPECT_NE(s.pending(), 0U);
    s.handle_timeout(start + seconds{1} + milliseconds{100});
    EXPECT_EQ(s.pending(), 0U);
    EXPECT_FALSE(s.next_timeout());
}
TEST(YamuxLife, TheFarewellComesBehindAFrameThatLeftInPart) {
    session s = settled(role::dialer);
    ASSERT_TRUE(s.write(*s.open(start), bytes(500)));
    byte_vector wire = to_vector(s.transmit(100));
    s.transmitted(100);
    ASSERT_FALSE(s.receive(raw(9, 0, 0, 0, 0), start));
    append(wire, drain(s));
    std::size_t rest = 0;
    const auto out = parse(wire, &rest);
    EXPECT_EQ(rest, 0U) << "the peer can still read frames";
    ASSERT_EQ(out.size(), 2U);
    EXPECT_EQ(out[1].head.type, frame_type::go_away);
}
TEST(YamuxLife, TheTransportsEndIsTheEndOfEveryStream) {
    const std::pair<end, errc> cases[] = {{end{end::fin}, errc::transport_ended},
                                          {end{end::reset, 5}, errc::transport_reset}};
    for (const auto& [how, why] : cases) {
        session s = settled(role::listener);
        ASSERT_TRUE(s.receive(data(1, "read me", syn) + update(3, 0, syn), start));
        (void)s.poll_event(); // 1 is told, 3 is not
        s.receive_end(how, start);
        s.receive_end(how, start);
        ASSERT_TRUE(s.ended());
        EXPECT_EQ(*s.ended(), (reason{why, party::transport, how.code}));
        const auto all = events(s);
        EXPECT_EQ(only<stream_ended>(all).size(), 1U);
        EXPECT_TRUE(only<stream_opened>(all).empty());
        EXPECT_EQ(told_end(all), s.ended());
        EXPECT_EQ(text(s, one), "read me") << "what came before the end can still be read";
        EXPECT_EQ(s.counts(), session_counts{});
    }
}
TEST(YamuxLife, AJumpOfTheClockBreaksNothing) {
    session s = settled(role::dialer);
    s.handle_timeout(start + std::chrono::hours{24});
    EXPECT_FALSE(s.ended()) << "it asks before it gives up";
    const auto out = sent(s);
    ASSERT_EQ(out.size(), 1U);
    ASSERT_TRUE(
        s.receive(test::frames::ping(out[0].head.length, ack), start)); // and runs backwards
    EXPECT_FALSE(s.ended());
    EXPECT_GE(*s.next_timeout(), start + std::chrono::hours{24});
}
TEST(YamuxLife, TracesNameWhatHappened) {
    std::vector<std::string> names;
    config cfg;
    cfg.trace = {&names, [](void* to, const trace_event& e) noexcept {
                     EXPECT_EQ(e.connection, 7U);
                     static_cast<std::vector<std::string>*>(to)->emplace_back(e.name);
                 }};
    cfg.trace_connection = 7;
    cfg.streams_in = 1;
    session s = settled(role::listener, cfg);
    ASSERT_TRUE(s.receive(data(1, "x", syn) + data(3, "x", syn) + update(1, 0, rst), start));
    EXPECT_EQ(text(s, one), "x");
    s.go_away(2);
    EXPECT_EQ(names, (std::vector<std::string>{"yamux.stream.opened", "yamux.stream.refused",
                                               "yamux.stream.ended", "yamux.goaway"}));
}

} // namespace
