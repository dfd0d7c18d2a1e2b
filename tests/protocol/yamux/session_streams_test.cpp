// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/yamux/session.hpp>

#include "frames.hpp"

#include <gtest/gtest.h>

namespace {

using namespace lp2p;
using namespace lp2p::test::frames;
using test::start;

constexpr std::uint32_t window = 256 * 1024;
constexpr stream_id one{1};

/// What the peer would answer to SYN.
void acknowledge(session& s, stream_id id) {
    ASSERT_TRUE(s.receive(update(value_of(id), 0, ack), start));
}

TEST(YamuxStreams, OurIdsHaveOurParityAndNeverComeAgain) {
    session d = settled(role::dialer);
    session l = settled(role::listener);
    for (std::uint32_t i = 0; i < 5; ++i) {
        const auto a = *d.open(start);
        EXPECT_EQ(value_of(a), 2 * i + 1);
        EXPECT_EQ(value_of(*l.open(start)), 2 * i + 2);
        ASSERT_TRUE(d.reset(a));
    }
}
TEST(YamuxStreams, StreamsNeverAcknowledged) {
    session s = settled(role::dialer);
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(s.open(start));
    EXPECT_EQ(s.counts().unacked, 200U);
    const auto more = s.open(start);
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error(), error{errc::ack_backlog});
    EXPECT_EQ(more.error(), fault::limit);
    (void)sent(s);
    acknowledge(s, one);
    acknowledge(s, one); // a duplicate frees no second slot
    EXPECT_EQ(s.counts().unacked, 199U);
    ASSERT_TRUE(s.open(start));
    EXPECT_FALSE(s.open(start));
    ASSERT_TRUE(s.receive(data(3, "x"), start)); // H22: data is as good as ACK
    ASSERT_TRUE(s.open(start));
    ASSERT_TRUE(s.receive(update(5, 0, rst), start));
    ASSERT_TRUE(s.open(start));
    EXPECT_EQ(s.counts().unacked, 200U);
}
TEST(YamuxStreams, AllOutboundSlotsUsed) {
    session s = settled(role::dialer);
    for (std::uint32_t i = 0; i < 256; ++i) {
        const auto id = s.open(start);
        ASSERT_TRUE(id);
        acknowledge(s, *id);
    }
    const auto more = s.open(start);
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error(), error{errc::stream_limit});
    EXPECT_FALSE(s.ended());
    ASSERT_TRUE(s.reset(one));
    EXPECT_TRUE(s.open(start)) << "a freed slot works at once";
}
TEST(YamuxStreams, BothDirectionsTogetherStayUnder480) {
    session s = settled(role::dialer);
    for (std::uint32_t i = 1; i <= 300; ++i) ASSERT_TRUE(s.receive(data(2 * i, "x", syn), start));
    std::uint32_t ours = 0;
    for (auto id = s.open(start); id; id = s.open(start), ++ours) acknowledge(s, *id);
    EXPECT_EQ(ours, 180U);
    EXPECT_EQ(s.open(start).error(), error{errc::stream_limit});
    ASSERT_TRUE(s.receive(data(602, "x", syn), start)) << "theirs are bounded by their own limit";
    EXPECT_EQ(s.counts().in, 301U);
}
TEST(YamuxStreams, AStreamThePeerNeverSawIsResetSilently) {
    session s = settled(role::dialer);
    const auto id = *s.open(start);
    ASSERT_TRUE(s.write(id, as_bytes("x")));
    ASSERT_TRUE(s.reset(id, 9));
    EXPECT_EQ(s.pending(), 0U);
    const auto all = events(s);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(only<stream_ended>(all)[0].why, (reason{errc::stream_reset, party::local, 9}));
    EXPECT_EQ(s.counts(), session_counts{});
}
TEST(YamuxStreams, CreditFollowsReadingAndNotArrival) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(data(1, bytes(window), syn), start));
    EXPECT_EQ(s.pending(), 0U);
    s.consume(one, window / 2 - 1);
    EXPECT_EQ(s.pending(), 0U);
    s.consume(one, 1);
    auto out = sent(s);
    ASSERT_EQ(out.size(), 1U);
    EXPECT_EQ(out[0].head, (header{frame_type::window_update, 0, one, window / 2}));
    s.consume(one, 1'000'000); // more than there is
    EXPECT_EQ(sent(s).at(0).head.length, window / 2);
    EXPECT_EQ(s.counts().buffered, 0U);
}
TEST(YamuxStreams, NoCreditForAStreamThePeerFinished) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(data(1, bytes(window), syn | fin), start));
    s.consume(one, window);
    EXPECT_EQ(s.pending(), 0U);
    session t = settled(role::listener);
    ASSERT_TRUE(t.receive(data(1, bytes(window), syn), start));
    t.consume(one, window);
    EXPECT_NE(t.pending(), 0U);
    ASSERT_TRUE(t.receive(data(1, "", fin), start)); // FIN overtakes the update that was due
    EXPECT_EQ(t.pending(), 0U);
}
TEST(YamuxStreams, WindowGrowsWithAFastReaderAndItsUpdateCarriesTheGrowth) {
    session s{role::listener, {}, start};
    const auto first = sent(s);
    const instant later = start + milliseconds{50};
    ASSERT_TRUE(s.receive(test::frames::ping(first.at(0).head.length, ack), later));
    ASSERT_TRUE(s.receive(data(1, bytes(window), syn), later));
    s.consume(one, window);
    EXPECT_EQ(sent(s).at(0).head.length, 2 * window) << "refilled to a window twice as large";
    ASSERT_TRUE(s.receive(data(1, bytes(2 * window)), later + seconds{1}));
    s.consume(one, 2 * window);
    EXPECT_EQ(sent(s).at(0).head.length, 2 * window) << "a slow one does not grow";
}
TEST(YamuxStreams, WindowGrowthNeverPassesTheBudget) {
    config cfg;
    cfg.unread = 3 * window;
    session s{role::listener, cfg, start};
    const auto first = sent(s);
    const instant later = start + milliseconds{50};
    ASSERT_TRUE(s.receive(test::frames::ping(first.at(0).head.length, ack), later));
    std::uint64_t granted = 0;
    for (std::uint32_t i = 0; i < 4; ++i) {
        const std::uint32_t id = 2 * i + 1;
        ASSERT_TRUE(s.receive(data(id, bytes(window), syn), later));
        s.consume(stream_id{id}, window);
        for (const auto& f : sent(s)) granted += f.head.length;
    }
    // One window doubled (512 KiB reserved); for the next there are 256 KiB left, not enough to
    // grow.
    EXPECT_EQ(granted, 4 * std::uint64_t{window} + window);
    ASSERT_TRUE(s.reset(stream_id{1}));
    (void)sent(s);
    ASSERT_TRUE(s.receive(data(3, bytes(window)), later));
    s.consume(stream_id{3}, window);
    EXPECT_EQ(sent(s).at(0).head.length, 2 * window) << "what a stream held is free when it ends";
}
TEST(YamuxStreams, FinishedBothWaysEndsOnceWithNoError) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(data(1, "question", syn | fin), start));
    ASSERT_TRUE(s.write(one, as_bytes("answer")));
    ASSERT_TRUE(s.finish(one));
    (void)sent(s);
    auto all = events(s);
    EXPECT_TRUE(only<stream_ended>(all).empty()) << "something is left to read";
    s.consume(one, 7);
    EXPECT_TRUE(events(s).empty());
    s.consume(one, 1);
    all = events(s);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(only<stream_ended>(all)[0].why, reason{});
    EXPECT_FALSE(s.inspect(one));
    EXPECT_EQ(s.write(one, as_bytes("x")).error(), error{errc::unknown_stream});
    EXPECT_EQ(s.finish(one).error(), error{errc::unknown_stream});
    EXPECT_EQ(s.accept(one).error(), error{errc::unknown_stream});
    EXPECT_EQ(s.reset(one).error(), error{errc::unknown_stream});
    EXPECT_TRUE(s.read(one).empty());
    s.consume(one, 1);
}
TEST(YamuxStreams, TheirResetIsToldAtOnceAndWhatCameBeforeCanBeRead) {
    session s = settled(role::dialer);
    const auto id = *s.open(start);
    ASSERT_TRUE(s.write(id, bytes(window + 1)));
    (void)sent(s);
    ASSERT_TRUE(s.receive(data(1, "before") + update(1, 0x1004, rst), start));
    auto all = events(s);
    ASSERT_EQ(only<stream_reset>(all).size(), 1U);
    EXPECT_EQ(only<stream_reset>(all)[0].code, 0x1004U);
    EXPECT_TRUE(only<stream_ended>(all).empty());
    EXPECT_EQ(s.counts().queued, 0U);
    EXPECT_EQ(s.write(id, as_bytes("x")).error(), error{errc::stream_reset});
    EXPECT_EQ(text(s, id), "before");
    all = events(s);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(only<stream_ended>(all)[0].why, (reason{errc::stream_reset, party::remote, 0x1004}));
    EXPECT_EQ(s.pending(), 0U) << "a reset is not answered with a reset";
}
TEST(YamuxStreams, OurResetCarriesItsCodeAndDropsEverything) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(data(1, "unread", syn), start));
    ASSERT_TRUE(s.write(one, bytes(100'000)));
    (void)events(s);
    ASSERT_TRUE(s.reset(one, 77));
    EXPECT_EQ(s.counts(), session_counts{});
    const auto out = sent(s);
    ASSERT_EQ(out.size(), 1U);
    EXPECT_EQ(out[0].head, (header{frame_type::window_update, rst, one, 77}));
    EXPECT_EQ(events(s).size(), 1U);
    ASSERT_TRUE(s.receive(data(1, "late"), start));
    EXPECT_TRUE(events(s).empty());
}
TEST(YamuxStreams, ResetInTheMiddleOfABodySkipsTheRest) {
    session s = settled(role::listener);
    byte_vector in = data(1, bytes(1000), syn | fin);
    append(in, data(3, "next", syn));
    ASSERT_TRUE(s.receive(byte_view{in}.first(500), start));
    ASSERT_TRUE(s.reset(one));
    ASSERT_TRUE(s.receive(byte_view{in}.subspan(500), start));
    EXPECT_EQ(text(s, stream_id{3}), "next");
    EXPECT_EQ(s.counts().in, 1U);
}
TEST(YamuxStreams, AcceptIsForTheirStreams) {
    session s = settled(role::dialer);
    EXPECT_EQ(s.accept(*s.open(start)).error(), error{errc::not_inbound});
    EXPECT_EQ(s.accept(stream_id{2}).error(), error{errc::unknown_stream});
}
TEST(YamuxStreams, ReadableIsAnEdge) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(data(1, "a", syn) + data(1, "b") + data(1, "c"), start));
    EXPECT_EQ(only<stream_readable>(events(s)).size(), 1U);
    ASSERT_TRUE(s.receive(data(1, "d"), start));
    EXPECT_TRUE(events(s).empty());
    EXPECT_EQ(text(s, one), "abcd");
    ASSERT_TRUE(s.receive(data(1, "e"), start));
    EXPECT_EQ(events(s).size(), 1U);
}
TEST(YamuxStreams, AStreamGoneBeforeItsOpeningWasPolledTellsNothing) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(update(1, 0, syn) + update(3, 0, syn) + update(1, 5, rst), start));
    auto all = events(s);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(only<stream_opened>(all)[0].id, stream_id{3});
    ASSERT_TRUE(s.receive(data(5, "kept", syn) + update(5, 5, rst), start));
    all = events(s);
    EXPECT_EQ(all.size(), 3U) << "one that still has something to read is told";
    EXPECT_EQ(text(s, stream_id{5}), "kept");
}

} // namespace
