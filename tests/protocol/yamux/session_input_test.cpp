// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/yamux/session.hpp>

#include "frames.hpp"

#include <gtest/gtest.h>

// One test for each row of threats.md §5 and protocols/yamux.md §6. The session under test is the
// listener: its peer's streams are odd.
namespace {

using namespace lp2p;
using namespace lp2p::test::frames;
using test::start;

constexpr stream_id one{1};
constexpr std::uint32_t window = 256 * 1024;

/// Feeds `in` to a listener and expects GoAway 1, that reason, and silence afterwards.
void expect_go_away(const byte_vector& in, errc why, session s = settled(role::listener)) {
    const auto took = s.receive(in, start);
    ASSERT_FALSE(took) << name(why);
    EXPECT_EQ(took.error(), error{why}) << name(why);
    ASSERT_TRUE(s.ended());
    EXPECT_EQ(*s.ended(), (reason{why, party::local, 1})) << name(why);
    EXPECT_EQ(told_end(events(s)), s.ended());
    const auto out = sent(s);
    ASSERT_EQ(out.size(), 1U);
    EXPECT_EQ(out[0].head, (header{frame_type::go_away, 0, session_id, 1}));
    EXPECT_EQ(s.wants_end(), end{end::fin});
    EXPECT_EQ(s.receive(ping(1), start).error(), error{why});
    EXPECT_EQ(s.pending(), 0U);
    EXPECT_FALSE(s.next_timeout());
}

TEST(YamuxThreats, VersionNotZero) { expect_go_away(raw(1, 0, 0, 1, 0), errc::wrong_version); }
TEST(YamuxThreats, TypeAbove3) {
    expect_go_away(raw(0, 4, 0, 1, 0), errc::unknown_type);
    expect_go_away(raw(0, 255, 0, 1, 0), errc::unknown_type);
}
TEST(YamuxThreats, SynWithOurParityOrOnId0) {
    expect_go_away(update(2, 0, syn), errc::wrong_parity);
    expect_go_away(update(0, 0, syn), errc::stream_zero);
    expect_go_away(announce(0, 5, syn), errc::stream_zero);
    expect_go_away(update(1, 0, syn), errc::wrong_parity, settled(role::dialer));
}
TEST(YamuxThreats, SynForALiveStream) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(data(1, "hello", syn), start));
    const auto before = *s.inspect(one);
    ASSERT_FALSE(s.receive(update(1, 7, syn), start));
    EXPECT_EQ(s.ended()->why, error{errc::duplicate_syn});
    (void)before;
    (void)events(s);
}
TEST(YamuxThreats, SynForALiveStreamDoesNotTouchIt) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(data(1, "hello", syn), start));
    ASSERT_EQ(events(s).size(), 2U);
    ASSERT_FALSE(s.receive(data(1, "again", syn), start));
    const auto ends = only<stream_ended>(events(s));
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_EQ(ends[0].why.why, error{errc::duplicate_syn});
    EXPECT_EQ(text(s, one), "hello"); // what had come can still be read, and nothing more
}
TEST(YamuxThreats, FirstDataOver256KiB) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(announce(1, window, syn), start));
    EXPECT_EQ(s.counts().in, 1U);
    expect_go_away(announce(1, window + 1, syn), errc::window_exceeded);
    session t = settled(role::listener);
    ASSERT_FALSE(t.receive(announce(1, 0xffffffff, syn), start));
    EXPECT_EQ(t.counts().in, 0U); // no half-made stream
    EXPECT_EQ(events(t).size(), 1U);
}
TEST(YamuxThreats, DataOverTheGrantedWindow) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(data(1, bytes(window), syn), start));
    (void)events(s);
    session same = s;
    ASSERT_FALSE(s.receive(announce(1, 1), start)) << "on the header, before any body";
    EXPECT_EQ(s.ended()->why, error{errc::window_exceeded});
    same.consume(one, window / 2);
    EXPECT_EQ(sent(same).at(0).head, (header{frame_type::window_update, 0, one, window / 2}));
    ASSERT_TRUE(same.receive(data(1, bytes(window / 2)), start));
    ASSERT_FALSE(same.receive(announce(1, 1), start));
}
TEST(YamuxThreats, CreditIsNotGivenTwiceForABodyOnItsWay) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(data(1, bytes(window / 2), syn), start));
    ASSERT_TRUE(s.receive(announce(1, window / 2), start)); // announced, nothing of it came
    s.consume(one, window / 2);
    const auto out = sent(s);
    ASSERT_EQ(out.size(), 1U);
    EXPECT_EQ(out[0].head.length, window / 2);
}
TEST(YamuxThreats, WindowUpdatesPast32Bits) {
    session s = settled(role::listener);
    const std::uint32_t most = 0xffffffff - window;
    ASSERT_TRUE(s.receive(update(1, 0, syn) + update(1, most), start));
    EXPECT_EQ(s.inspect(one)->credit, 0xffffffff);
    ASSERT_FALSE(s.receive(update(1, 1), start));
    EXPECT_EQ(s.ended()->why, error{errc::window_overflow});
    expect_go_away(update(1, most + 1, syn), errc::window_overflow);
}
TEST(YamuxThreats, DataForAStreamThatNeverWasIsSkippedWithinTheBudget) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(data(1, bytes(window - 10)) + data(8, bytes(10)), start));
    EXPECT_EQ(s.counts(), session_counts{});
    EXPECT_TRUE(events(s).empty());
    EXPECT_EQ(s.pending(), 0U); // never answered
    ASSERT_FALSE(s.receive(announce(3, 1), start)) << "on the header";
    EXPECT_EQ(s.ended()->why, error{errc::skipped_too_much});
}
TEST(YamuxThreats, DataForAStreamThatIsGoneMayUseTheCreditItHad) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(data(1, bytes(1000), syn), start));
    ASSERT_TRUE(s.reset(one, 5));
    const std::uint32_t had = window - 1000;
    ASSERT_TRUE(s.receive(data(1, bytes(had)) + data(1, bytes(window)), start));
    EXPECT_EQ(s.counts().buffered, 0U);
    EXPECT_FALSE(s.receive(announce(1, 1), start));
    EXPECT_EQ(s.ended()->why, error{errc::skipped_too_much});
}
TEST(YamuxThreats, AckFinRstAndUpdatesForUnknownStreamsAreIgnored) {
    session s = settled(role::listener);
    for (const unsigned flags : {0U, unsigned{ack}, unsigned{fin}, unsigned{rst}, 0xfff0U})
        for (const std::uint32_t id : {1U, 2U, 77U})
            ASSERT_TRUE(s.receive(update(id, 9, flags) + data(id, "", flags), start));
    EXPECT_TRUE(events(s).empty());
    EXPECT_EQ(s.pending(), 0U);
    EXPECT_FALSE(s.ended());
}
TEST(YamuxThreats, PingFloodAnswersRead) {
    session s = settled(role::listener);
    std::size_t answered = 0;
    for (std::uint32_t i = 0; i < 200'000; ++i) {
        ASSERT_TRUE(s.wants_input());
        ASSERT_TRUE(s.receive(ping(i), start));
        const byte_view out = s.transmit(65536);
        ASSERT_EQ(out.size(), header::size); // one small frame of work for each
        ASSERT_EQ(decode_header(out.first<12>()), (header{frame_type::ping, ack, session_id, i}));
        s.transmitted(out.size());
        ++answered;
    }
    EXPECT_EQ(answered, 200'000U);
    EXPECT_FALSE(s.ended());
    EXPECT_TRUE(events(s).empty());
}
TEST(YamuxThreats, PingFloodAnswersNotRead) {
    session s = settled(role::listener);
    std::uint32_t pings = 0;
    while (s.wants_input()) ASSERT_TRUE(s.receive(ping(pings++), start));
    EXPECT_EQ(pings, 32U);
    EXPECT_EQ(s.pending(), 32 * header::size);
    s.handle_timeout(start + seconds{10});
    ASSERT_TRUE(s.ended());
    EXPECT_EQ(s.ended()->why, error{errc::connection_stalled});
    EXPECT_EQ(s.pending(), 0U);
    EXPECT_EQ(s.wants_end(), (end{end::reset, 0}));
}
TEST(YamuxThreats, EachPingIsAnsweredOnceInItsOrder) {
    session s = settled(role::listener);
    byte_vector in;
    for (std::uint32_t i = 0; i < 100; ++i) in = in + ping(i * 3);
    ASSERT_TRUE(s.receive(in, start)); // what one read held is answered, whatever it was
    EXPECT_FALSE(s.wants_input());
    const auto out = sent(s);
    ASSERT_EQ(out.size(), 100U);
    for (std::uint32_t i = 0; i < 100; ++i)
        EXPECT_EQ(out[i].head, (header{frame_type::ping, ack, session_id, i * 3}));
    EXPECT_TRUE(s.wants_input());
    EXPECT_TRUE(sent(s).empty());
}
TEST(YamuxThreats, FiveThousandSynsAndNothingElse) {
    session s = settled(role::listener);
    std::size_t opened = 0;
    std::size_t refused = 0;
    for (std::uint32_t i = 0; i < 5000; ++i) {
        ASSERT_TRUE(s.receive(update(2 * i + 1, 0, syn), start));
        for (const auto& f : sent(s)) {
            EXPECT_EQ(f.head, (header{frame_type::window_update, rst, stream_id{2 * i + 1},
                                      reset_resource_limit}));
            ++refused;
        }
        opened += events(s).size();
    }
    EXPECT_EQ(opened, 256U);
    EXPECT_EQ(refused, 5000U - 256U);
    EXPECT_EQ(s.counts().waiting, 256U);
    EXPECT_FALSE(s.ended());
    ASSERT_TRUE(s.receive(data(1, "x"), start)); // one begins to talk: a slot of waiting is free
    ASSERT_TRUE(s.receive(update(20001, 0, syn), start));
    EXPECT_EQ(s.counts().in, 257U);
}
TEST(YamuxThreats, WaitingCountsUntilAByteOrAccept) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(update(1, 0, syn) + update(3, 0, syn) + data(5, "a", syn), start));
    EXPECT_EQ(s.counts().waiting, 2U);
    ASSERT_TRUE(s.accept(one));
    EXPECT_EQ(s.counts().waiting, 1U);
    ASSERT_TRUE(s.receive(data(3, "b"), start));
    EXPECT_EQ(s.counts().waiting, 0U);
    EXPECT_EQ(s.counts().in, 3U);
}
TEST(YamuxThreats, InboundStreamLimitRefusesTheNewest) {
    session s = settled(role::listener);
    for (std::uint32_t i = 0; i < 512; ++i)
        ASSERT_TRUE(s.receive(data(2 * i + 1, "x", syn), start));
    EXPECT_EQ(s.counts().in, 512U);
    ASSERT_TRUE(s.receive(data(9999, "too many", syn), start));
    EXPECT_EQ(s.counts().in, 512U);
    const auto out = sent(s);
    ASSERT_EQ(out.size(), 1U);
    EXPECT_EQ(out[0].head,
              (header{frame_type::window_update, rst, stream_id{9999}, reset_resource_limit}));
    ASSERT_TRUE(s.reset(one));
    ASSERT_TRUE(s.receive(data(10001, "fits", syn), start));
    EXPECT_EQ(text(s, stream_id{10001}), "fits");
}
TEST(YamuxThreats, OpenAndReset50000TimesIsMetered) {
    session s = settled(role::listener);
    std::size_t rounds = 0;
    while (!s.ended() && rounds < 50'000) {
        const auto id = static_cast<std::uint32_t>(2 * rounds + 1);
        (void)s.receive(update(id, 0, syn) + update(id, 0, rst), start);
        ++rounds;
    }
    EXPECT_EQ(rounds, 1001U); // the work is bounded by the bucket, not by the peer
    ASSERT_TRUE(s.ended());
    EXPECT_EQ(s.ended()->why, error{errc::reset_flood});
    EXPECT_EQ(s.ended()->why, fault::limit);
    const auto all = events(s);
    ASSERT_EQ(all.size(), 1U) << "streams gone before their opening was polled tell nothing";
    EXPECT_EQ(told_end(all), s.ended());
}
TEST(YamuxThreats, ResetsAreForgivenWithTime) {
    session s = settled(role::listener);
    instant now = start;
    for (std::uint32_t i = 0; i < 3000; ++i) {
        now += milliseconds{31}; // a little under 33 a second
        ASSERT_TRUE(s.receive(update(2 * i + 1, 0, syn) + update(2 * i + 1, 0, rst), now)) << i;
        (void)sent(s);
    }
}
TEST(YamuxThreats, ResetsThatThePeerProvokesCountLikeItsOwn) {
    session s = settled(role::listener);
    session spared = s;
    std::uint32_t rounds = 0;
    for (; rounds < 2000 && !s.ended(); ++rounds) {
        const std::uint32_t id = 2 * rounds + 1;
        ASSERT_TRUE(s.receive(data(id, "bad", syn), start));
        (void)s.reset(stream_id{id}, 0, party::remote);
        ASSERT_TRUE(spared.receive(data(id, "ok", syn), start));
        ASSERT_TRUE(spared.reset(stream_id{id}, 0));
        (void)events(s);
        (void)events(spared);
        (void)sent(spared);
    }
    EXPECT_EQ(rounds, 1001U);
    EXPECT_EQ(s.ended()->why, error{errc::reset_flood});
    EXPECT_FALSE(spared.ended());
}
TEST(YamuxThreats, PongNobodyAskedFor) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(ping(99, ack), start));
    EXPECT_TRUE(events(s).empty());
    EXPECT_EQ(s.pending(), 0U);
    EXPECT_FALSE(s.ended());
}
TEST(YamuxThreats, PongIsTakenOnce) {
    session s{role::listener, {}, start};
    const auto first = sent(s);
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0].head.type, frame_type::ping);
    EXPECT_EQ(first[0].head.flags, syn);
    EXPECT_EQ(first[0].head.stream, session_id);
    const byte_vector answer = ping(first[0].head.length, ack);
    ASSERT_TRUE(s.receive(answer + answer, start + milliseconds{40}));
    const auto pongs = only<pong>(events(s));
    ASSERT_EQ(pongs.size(), 1U);
    EXPECT_EQ(pongs[0].rtt, milliseconds{40});
    EXPECT_EQ(s.rtt(), milliseconds{40});
}
TEST(YamuxThreats, OddPingsAreIgnored) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(ping(1, 0) + ping(2, syn | ack) + ping(3, syn, 1), start));
    EXPECT_EQ(s.pending(), 0U);
    EXPECT_TRUE(events(s).empty());
}
TEST(YamuxThreats, GoAway0) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(data(1, "x", syn) + go_away(0), start));
    auto all = events(s);
    ASSERT_EQ(only<went_away>(all).size(), 1U);
    EXPECT_EQ(only<went_away>(all)[0].code, 0U);
    EXPECT_FALSE(s.ended());
    EXPECT_EQ(s.open(start).error(), error{errc::going_away});
    ASSERT_TRUE(s.receive(update(3, 0, syn) + data(1, "yz"), start));
    EXPECT_EQ(s.counts().in, 1U);
    EXPECT_EQ(text(s, one), "xyz");
    (void)sent(s);
    s.handle_timeout(start + milliseconds{4999});
    EXPECT_FALSE(s.ended());
    s.handle_timeout(start + seconds{5});
    ASSERT_TRUE(s.ended());
    EXPECT_EQ(*s.ended(), (reason{errc::went_away, party::remote, 0}));
    all = events(s);
    ASSERT_EQ(only<stream_ended>(all).size(), 1U);
    EXPECT_EQ(told_end(all), s.ended());
}
TEST(YamuxThreats, GoAway0EndsWithTheLastStream) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(data(1, "x", syn) + go_away(0, 7), start));
    EXPECT_EQ(text(s, one), "x");
    ASSERT_TRUE(s.finish(one));
    (void)sent(s);
    EXPECT_FALSE(s.ended());
    EXPECT_FALSE(s.receive(data(1, "", fin), start));
    ASSERT_TRUE(s.ended());
    EXPECT_EQ(s.ended()->by, party::remote);
}
TEST(YamuxThreats, GoAwayWithAnotherCode) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(data(1, "x", syn), start));
    const auto mine = *s.open(start);
    (void)events(s);
    const auto took = s.receive(go_away(0x1002), start);
    ASSERT_FALSE(took);
    EXPECT_EQ(*s.ended(), (reason{errc::went_away, party::remote, 0x1002}));
    const auto all = events(s);
    const auto ends = only<stream_ended>(all);
    ASSERT_EQ(ends.size(), 2U);
    for (const auto& e : ends) EXPECT_EQ(e.why.wire_code, 0x1002U);
    EXPECT_EQ(told_end(all), s.ended());
    EXPECT_EQ(s.pending(), 0U);
    EXPECT_EQ(s.wants_end(), end{end::fin}); // at once: some peers never close
    EXPECT_EQ(s.write(mine, as_bytes("x")).error(), error{errc::session_ended});
}
TEST(YamuxThreats, DataAfterFin) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(data(1, "all", syn) + data(1, "", fin), start));
    (void)events(s);
    ASSERT_TRUE(s.receive(data(1, "more"), start));
    const auto ends = only<stream_ended>(events(s));
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_EQ(ends[0].why.why, error{errc::data_after_fin});
    EXPECT_EQ(sent(s).at(0).head,
              (header{frame_type::window_update, rst, one, reset_protocol_violation}));
    EXPECT_FALSE(s.ended());
}
TEST(YamuxThreats, DataAfterRst) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(data(1, "some", syn) + update(1, 9, rst) + data(1, "more"), start));
    EXPECT_EQ(text(s, one), "some");
    EXPECT_TRUE(s.read(one).empty());
    EXPECT_EQ(s.pending(), 0U);
}
TEST(YamuxThreats, SecondFin) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(data(1, "x", syn | fin) + data(1, "", fin) + update(1, 0, fin), start));
    const auto all = events(s);
    EXPECT_EQ(only<stream_finished>(all).size(), 1U);
    EXPECT_FALSE(s.ended());
}
TEST(YamuxThreats, TwoHundredThousandEmptyFrames) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(update(1, 0, syn), start));
    std::size_t frames = 0;
    while (!s.ended() && frames < 200'000) {
        (void)s.receive(frames % 2 == 0 ? data(1, "") : update(1, 0), start);
        ++frames;
    }
    EXPECT_EQ(frames, 10'001U);
    EXPECT_EQ(s.ended()->why, error{errc::noise_flood});
}
TEST(YamuxThreats, EveryKindOfUselessFrameIsMetered) {
    const std::vector<byte_vector> kinds{data(1, ""),       update(1, 0),      update(77, 5),
                                         data(77, "x"),     data(77, "", rst), ping(5, ack),
                                         ping(5, 0),        ping(5, syn, 1),   data(1, "", ack),
                                         update(2, 0, fin), data(1, "", 0x40)};
    for (const auto& kind : kinds) {
        config cfg;
        cfg.useless_frames = {5, 0};
        session s = settled(role::listener, cfg);
        ASSERT_TRUE(s.receive(update(1, 0, syn), start));
        int frames = 0;
        while (!s.ended() && frames < 100) {
            (void)s.receive(kind, start);
            ++frames;
        }
        EXPECT_EQ(frames, 6) << test::to_hex(kind);
    }
}
TEST(YamuxThreats, UnknownFlagBitsAreIgnored) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(data(1, "a", syn | 0xfff0) + data(1, "b", 0x8010), start));
    EXPECT_EQ(text(s, one), "ab");
}
TEST(YamuxThreats, SynWithRstReportsNothing) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(data(1, "body", syn | rst) + update(3, 4, syn | rst), start));
    EXPECT_TRUE(events(s).empty());
    EXPECT_EQ(s.counts(), session_counts{});
    EXPECT_EQ(s.pending(), 0U);
    config cfg;
    cfg.resets = {3, 0};
    session metered = settled(role::listener, cfg);
    for (std::uint32_t i = 0; i < 3; ++i)
        ASSERT_TRUE(metered.receive(update(2 * i + 1, 0, syn | rst), start));
    EXPECT_FALSE(metered.receive(update(9, 0, syn | rst), start));
    EXPECT_EQ(metered.ended()->why, error{errc::reset_flood});
}
TEST(YamuxThreats, SynWithFinOpensHalfClosed) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(data(1, "q", syn | fin), start));
    const auto all = events(s);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_TRUE(std::holds_alternative<stream_opened>(all[0]));
    EXPECT_TRUE(std::holds_alternative<stream_readable>(all[1]));
    EXPECT_TRUE(std::holds_alternative<stream_finished>(all[2]));
    EXPECT_EQ(*s.write(one, as_bytes("answer")), 6U);
    ASSERT_TRUE(s.finish(one));
    const auto out = sent(s);
    ASSERT_EQ(out.size(), 2U);
    EXPECT_EQ(out[0].head, (header{frame_type::data, ack, one, 6}));
    EXPECT_EQ(out[1].head, (header{frame_type::window_update, fin, one, 0}));
    EXPECT_EQ(text(s, one), "q");
    EXPECT_EQ(only<stream_ended>(events(s)).size(), 1U);
}
TEST(YamuxThreats, LengthOfAResetIsACodeAndNoCredit) {
    session s = settled(role::dialer);
    const auto id = *s.open(start);
    (void)sent(s);
    ASSERT_TRUE(s.receive(update(value_of(id), 0xffffffff, rst), start));
    EXPECT_FALSE(s.ended());
    const auto all = events(s);
    ASSERT_EQ(only<stream_reset>(all).size(), 1U);
    EXPECT_EQ(only<stream_reset>(all)[0].code, 0xffffffffU);
    EXPECT_EQ(only<stream_ended>(all)[0].why,
              (reason{errc::stream_reset, party::remote, 0xffffffff}));
}
TEST(YamuxThreats, SynsOutOfOrderAndOnEitherTypeAreAccepted) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(data(7, "c", syn) + update(3, 0, syn) + data(1, "a", syn), start));
    EXPECT_EQ(only<stream_opened>(events(s)).size(), 3U);
    EXPECT_EQ(s.counts().in, 3U);
}
TEST(YamuxThreats, AnIdUsedAgainAfterItsEndIsAccepted) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(data(1, "a", syn), start));
    (void)events(s);
    EXPECT_EQ(text(s, one), "a");
    // The old one ends and a new one comes and goes before anything is polled: only the old one,
    // which was known, says so.
    ASSERT_TRUE(s.receive(update(1, 3, rst) + update(1, 0, syn) + update(1, 4, rst), start));
    const auto all = events(s);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(only<stream_reset>(all)[0].code, 3U);
    EXPECT_EQ(only<stream_ended>(all)[0].why.wire_code, 3U);
    ASSERT_TRUE(s.receive(data(1, "b", syn), start));
    EXPECT_EQ(text(s, one), "b");
}
TEST(YamuxThreats, EofInsideAFrame) {
    for (const auto& part : {to_vector(byte_view{ping(1)}.first(5)), announce(1, 4, syn)}) {
        session s = settled(role::listener);
        ASSERT_TRUE(s.receive(part, start));
        s.receive_end(end{}, start);
        EXPECT_EQ(s.ended()->why, error{errc::truncated_frame});
        EXPECT_EQ(s.ended()->by, party::transport);
    }
}
TEST(YamuxThreats, BodiesOverOneMiBAreStreamed) {
    config cfg;
    session s = settled(role::listener, cfg);
    ASSERT_TRUE(s.receive(announce(1, window, syn), start));
    const byte_vector piece = bytes(1024);
    for (std::size_t i = 0; i < window / 1024; ++i) {
        ASSERT_TRUE(s.receive(piece, start));
        EXPECT_EQ(s.counts().buffered, 1024U);
        EXPECT_TRUE(equal(read_all(s, one), piece));
    }
    EXPECT_EQ(s.inspect(one)->buffered, 0U);
}
TEST(YamuxThreats, UnreadBytesPastTheBudgetResetTheStreamThatHoldsMost) {
    config cfg;
    cfg.unread = 1000;
    session s = settled(role::listener, cfg);
    ASSERT_TRUE(s.receive(
        data(1, bytes(300), syn) + data(3, bytes(600), syn) + data(5, bytes(100), syn), start));
    (void)events(s);
    EXPECT_TRUE(sent(s).empty());
    ASSERT_TRUE(s.receive(data(5, bytes(1)), start));
    const auto ends = only<stream_ended>(events(s));
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_EQ(ends[0].id, stream_id{3});
    EXPECT_EQ(ends[0].why.why, error{errc::unread_limit});
    EXPECT_EQ(s.counts().buffered, 401U);
    EXPECT_EQ(s.counts().in, 2U);
}

} // namespace
