// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/yamux/session.hpp>

#include "frames.hpp"

#include <gtest/gtest.h>

namespace {

using namespace lp2p;
using namespace lp2p::test::frames;
using test::start;

constexpr std::uint32_t window = 256 * 1024;
constexpr std::size_t body = 16 * 1024;

TEST(YamuxOutput, BodiesAreAtMost16KiBAndStreamsTakeTurns) {
    session s = settled(role::dialer);
    const auto a = *s.open(start);
    const auto b = *s.open(start);
    ASSERT_EQ(*s.write(a, bytes(3 * body)), 3 * body);
    ASSERT_EQ(*s.write(b, bytes(2 * body + 1)), 2 * body + 1);
    byte_vector room(1024 * 1024);
    const auto out = parse(byte_view{room}.first(s.pack(room)));
    std::vector<std::pair<std::uint32_t, std::size_t>> order;
    for (const auto& f : out) order.emplace_back(value_of(f.head.stream), f.body.size());
    EXPECT_EQ(order, (std::vector<std::pair<std::uint32_t, std::size_t>>{
                         {1, body}, {3, body}, {1, body}, {3, body}, {1, body}, {3, 1}}));
    EXPECT_EQ(out[0].head.flags, syn);
    EXPECT_EQ(out[1].head.flags, syn);
    EXPECT_EQ(out[2].head.flags, 0);
}
TEST(YamuxOutput, OneBusyStreamDoesNotHoldUpASmallOne) {
    session s = settled(role::dialer);
    const auto busy = *s.open(start);
    ASSERT_EQ(*s.write(busy, bytes(window)), window);
    const byte_view first = s.transmit(body + header::size);
    ASSERT_EQ(first.size(), body + header::size);
    s.transmitted(first.size());
    const auto small = *s.open(start);
    ASSERT_EQ(*s.write(small, as_bytes("hi")), 2U);
    const auto out = sent(s);
    EXPECT_EQ(out[1].head.stream, small); // behind at most one body of the other
}
TEST(YamuxOutput, ControlOvertakesData) {
    session s = settled(role::dialer);
    const auto id = *s.open(start);
    ASSERT_EQ(*s.write(id, bytes(100'000)), 100'000U);
    ASSERT_TRUE(s.receive(test::frames::ping(7) + data(2, "x", syn), start));
    ASSERT_TRUE(s.reset(stream_id{2}, 0x1001));
    const auto out = sent(s);
    EXPECT_EQ(out[0].head.type, frame_type::ping);
    EXPECT_EQ(out[1].head, (header{frame_type::window_update, rst, stream_id{2}, 0x1001}));
    EXPECT_EQ(out[2].head.stream, id);
}
TEST(YamuxOutput, SynGoesWithTheFirstDataOrAlone) {
    session s = settled(role::dialer);
    const auto talks = *s.open(start);
    const auto waits = *s.open(start);
    ASSERT_TRUE(s.write(talks, as_bytes("x")));
    const auto out = sent(s);
    ASSERT_EQ(out.size(), 2U);
    EXPECT_EQ(out[0].head, (header{frame_type::window_update, syn, waits, 0}));
    EXPECT_EQ(out[1].head, (header{frame_type::data, syn, talks, 1}));
}
TEST(YamuxOutput, AckGoesWithTheNextFrameOrAlone) {
    session s = settled(role::listener);
    ASSERT_TRUE(s.receive(update(1, 0, syn) + update(3, 0, syn) + update(5, 0, syn), start));
    EXPECT_EQ(s.pending(), 0U) << "nothing is acknowledged before accept";
    ASSERT_TRUE(s.accept(stream_id{1}));
    ASSERT_TRUE(s.accept(stream_id{3}));
    ASSERT_TRUE(s.accept(stream_id{3}));
    ASSERT_TRUE(s.write(stream_id{3}, as_bytes("x")));
    ASSERT_TRUE(s.finish(stream_id{5})); // accepts as well
    const auto out = sent(s);
    ASSERT_EQ(out.size(), 3U);
    EXPECT_EQ(out[0].head, (header{frame_type::window_update, ack, stream_id{1}, 0}));
    EXPECT_EQ(out[1].head, (header{frame_type::data, ack, stream_id{3}, 1}));
    EXPECT_EQ(out[2].head, (header{frame_type::window_update, ack | fin, stream_id{5}, 0}));
}
TEST(YamuxOutput, FinHasItsOwnFrameBehindTheData) {
    session s = settled(role::dialer);
    const auto id = *s.open(start);
    ASSERT_TRUE(s.write(id, bytes(body + 5)));
    ASSERT_TRUE(s.finish(id));
    ASSERT_TRUE(s.finish(id));
    EXPECT_EQ(s.write(id, as_bytes("x")).error(), error{errc::write_after_finish});
    const auto out = sent(s);
    ASSERT_EQ(out.size(), 3U);
    EXPECT_EQ(out[1].body.size(), 5U);
    EXPECT_EQ(out[2].head, (header{frame_type::window_update, fin, id, 0}));
    EXPECT_EQ(s.pending(), 0U);
}
TEST(YamuxOutput, NoMoreThanTheCreditLeaves) {
    session s = settled(role::dialer);
    const auto id = *s.open(start);
    ASSERT_TRUE(s.write(id, bytes(window + 100)));
    ASSERT_TRUE(s.finish(id));
    std::size_t n = 0;
    for (const auto& f : sent(s)) n += f.body.size();
    EXPECT_EQ(n, window);
    EXPECT_EQ(s.pending(), 0U);
    EXPECT_EQ(s.counts().queued, 100U);
    ASSERT_TRUE(s.receive(update(value_of(id), 60), start));
    auto out = sent(s);
    ASSERT_EQ(out.size(), 1U);
    EXPECT_EQ(out[0].body.size(), 60U);
    ASSERT_TRUE(s.receive(update(value_of(id), 60), start));
    out = sent(s);
    ASSERT_EQ(out.size(), 2U);
    EXPECT_EQ(out[0].body.size(), 40U);
    EXPECT_TRUE(out[1].head.has(fin));
}
TEST(YamuxOutput, AWindowNeverOpenedHoldsOnlyItsOwnStream) {
    session s = settled(role::dialer);
    const auto stuck = *s.open(start);
    ASSERT_TRUE(s.write(stuck, bytes(2 * window)));
    (void)sent(s);
    const auto other = *s.open(start);
    ASSERT_TRUE(s.write(other, bytes(window)));
    std::size_t n = 0;
    for (const auto& f : sent(s)) {
        EXPECT_EQ(f.head.stream, other);
        n += f.body.size();
    }
    EXPECT_EQ(n, window);
    EXPECT_EQ(s.inspect(stuck)->credit, 0U);
    EXPECT_EQ(s.inspect(stuck)->queued, window);
}
TEST(YamuxOutput, TransmitKeepsWhatDidNotLeave) {
    session s = settled(role::dialer);
    const auto id = *s.open(start);
    ASSERT_TRUE(s.write(id, bytes(1000)));
    const byte_vector whole = to_vector(s.transmit(5000));
    EXPECT_EQ(whole.size(), 1012U);
    EXPECT_EQ(to_vector(s.transmit(5000)), whole);
    EXPECT_EQ(to_vector(s.transmit(10)), to_vector(byte_view{whole}.first(10)));
    s.transmitted(10);
    ASSERT_TRUE(s.receive(test::frames::ping(3), start));
    const byte_vector rest = to_vector(s.transmit(5000));
    EXPECT_EQ(rest.size(), 1014U) << "the rest, and what came up meanwhile behind it";
    EXPECT_TRUE(equal(byte_view{rest}.first(1002), byte_view{whole}.subspan(10)));
    s.transmitted(100'000);
    EXPECT_EQ(s.pending(), 0U);
    EXPECT_TRUE(s.transmit(100).empty());
}
TEST(YamuxOutput, AnySizeOfRoomCarriesTheSameStreams) {
    for (const std::size_t size : {1U, 2U, 11U, 12U, 13U, 64U, 525U, 16395U, 65519U}) {
        for (const bool packs : {false, true}) {
            session from = settled(role::dialer);
            session to = settled(role::listener);
            const auto a = *from.open(start);
            const auto b = *from.open(start);
            const byte_vector text_a = bytes(3000, 1);
            const byte_vector text_b = bytes(70'000, 2);
            ASSERT_TRUE(from.write(a, text_a));
            ASSERT_TRUE(from.write(b, text_b));
            ASSERT_TRUE(from.finish(a));
            byte_vector room(size);
            while (from.pending() != 0) {
                byte_view out =
                    packs ? byte_view{room}.first(from.pack(room)) : from.transmit(size);
                ASSERT_FALSE(out.empty()) << size;
                ASSERT_LE(out.size(), size);
                ASSERT_TRUE(to.receive(out, start)) << size;
                if (!packs) from.transmitted(out.size());
            }
            EXPECT_EQ(read_all(to, a), text_a);
            EXPECT_EQ(read_all(to, b), text_b);
            EXPECT_TRUE(to.inspect(a)->remote_finished);
        }
    }
}
TEST(YamuxOutput, PackWritesTheBytesThatTransmitWouldGive) {
    session s = settled(role::dialer);
    ASSERT_TRUE(s.write(*s.open(start), bytes(20'000)));
    ASSERT_TRUE(s.receive(test::frames::ping(3), start));
    session t = s;
    byte_vector packed(65519);
    packed.resize(s.pack(packed));
    EXPECT_EQ(packed, to_vector(t.transmit(65519)));
    EXPECT_EQ(s.pending(), 0U);
    EXPECT_EQ(s.pack(packed), 0U);
}
TEST(YamuxOutput, PendingIsZeroExactlyWhereNothingLeaves) {
    session s = settled(role::dialer);
    EXPECT_EQ(s.pending(), 0U);
    const auto id = *s.open(start);
    EXPECT_EQ(s.pending(), 12U);
    ASSERT_TRUE(s.write(id, bytes(20'000)));
    EXPECT_GE(s.pending(), 20'000U + 24);
    EXPECT_EQ(drain(s).size(), 20'024U);
    EXPECT_EQ(s.pending(), 0U);
}
TEST(YamuxOutput, SmallWritesGatherIntoOneFrame) {
    session s = settled(role::dialer);
    const auto id = *s.open(start);
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(s.write(id, bytes(100)));
    EXPECT_EQ(sent(s).size(), 1U);
}
TEST(YamuxOutput, SharedBytesAreReferredToUntilTheyArePacked) {
    const shared_bytes payload{bytes(30'000)};
    session s = settled(role::dialer);
    const auto a = *s.open(start);
    const auto b = *s.open(start);
    EXPECT_EQ(*s.write(a, payload), 30'000U);
    EXPECT_EQ(*s.write(b, payload, 29'990), 10U);
    EXPECT_EQ(*s.write(b, payload, 30'000), 0U);
    EXPECT_EQ(*s.write(b, payload, 99'999), 0U);
    EXPECT_EQ(payload.owners(), 3U);
    byte_vector got;
    for (const auto& f : sent(s))
        if (f.head.stream == a) append(got, f.body);
    EXPECT_TRUE(equal(got, payload.view()));
    EXPECT_EQ(payload.owners(), 1U);
    ASSERT_TRUE(s.write(a, payload));
    ASSERT_TRUE(s.reset(a));
    EXPECT_EQ(payload.owners(), 1U);
}
TEST(YamuxOutput, WritersAreToldWhenThereIsRoomAgain) {
    config cfg;
    cfg.queued_stream = 1000;
    session s = settled(role::dialer, cfg);
    const auto id = *s.open(start);
    EXPECT_EQ(*s.write(id, bytes(600)), 600U);
    EXPECT_EQ(*s.write(id, bytes(600)), 400U);
    EXPECT_EQ(*s.write(id, bytes(1)), 0U);
    EXPECT_TRUE(events(s).empty());
    s.transmitted(s.transmit(400).size()); // 388 bytes of body: not yet half empty
    EXPECT_TRUE(events(s).empty());
    (void)drain(s);
    EXPECT_EQ(only<stream_writable>(events(s)).size(), 1U);
    EXPECT_EQ(*s.write(id, bytes(1000)), 1000U);
    (void)drain(s);
    EXPECT_TRUE(events(s).empty()) << "only after a short write";
}
TEST(YamuxOutput, TheConnectionsBoundHoldsForAllStreamsTogether) {
    config cfg;
    cfg.queued_stream = 1000;
    cfg.queued_connection = 1500;
    session s = settled(role::dialer, cfg);
    const auto a = *s.open(start);
    const auto b = *s.open(start);
    EXPECT_EQ(*s.write(a, bytes(1000)), 1000U);
    EXPECT_EQ(*s.write(b, bytes(1000)), 500U);
    EXPECT_EQ(*s.write(b, shared_bytes{bytes(10)}), 0U);
    EXPECT_EQ(s.counts().queued, 1500U);
    (void)drain(s);
    const auto all = only<stream_writable>(events(s));
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].id, b);
    EXPECT_EQ(s.counts().queued, 0U);
}

} // namespace
