// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/yamux/session.hpp>

#include "frames.hpp"
#include "tests/support/counting_new.hpp"

#include <gtest/gtest.h>

#include <memory>

// Memory budgets of performance.md and threats.md §2, as bytes asked of the heap.
namespace {

using namespace lp2p;
using namespace lp2p::test::frames;
using test::live_bytes;
using test::start;

TEST(YamuxMemory, AnIdleSessionTakesAtMost1KiB) {
    const std::size_t before = live_bytes();
    auto s = std::make_unique<session>(role::dialer, config{}, start);
    const byte_view first = s->transmit(65536);
    const auto head = decode_header(first.first<12>());
    s->transmitted(first.size());
    ASSERT_TRUE(s->receive(test::frames::ping(head->length, ack), start));
    ASSERT_TRUE(s->poll_event());
    const std::size_t held = live_bytes() - before;
    s.reset();
    EXPECT_EQ(live_bytes(), before);
    EXPECT_LE(held, 1024U);
    RecordProperty("bytes", static_cast<int>(held));
}
TEST(YamuxMemory, AnIdleStreamTakesAtMost256BytesAnEnd) {
    auto dialer = std::make_unique<session>(settled(role::dialer));
    auto listener = std::make_unique<session>(settled(role::listener));
    const auto carry = [](session& from, session& to) {
        for (byte_view out = from.transmit(65536); !out.empty(); out = from.transmit(65536)) {
            ASSERT_TRUE(to.receive(out, start));
            from.transmitted(out.size());
        }
    };
    const std::size_t before = live_bytes();
    constexpr std::size_t count = 200;
    std::vector<stream_id> ids;
    ids.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto id = *dialer->open(start);
        ASSERT_TRUE(dialer->write(id, as_bytes("x")));
        ids.push_back(id);
        carry(*dialer, *listener);
        while (listener->poll_event()) {
        }
        listener->consume(id, 1);
        ASSERT_TRUE(listener->accept(id));
        carry(*listener, *dialer);
    }
    const std::size_t both = (live_bytes() - before - count * sizeof(stream_id)) / count;
    EXPECT_LE(both, 2 * 256U);
    EXPECT_EQ(dialer->counts().out, count);
    EXPECT_EQ(listener->counts().in, count);
    for (const auto id : ids) ASSERT_TRUE(dialer->reset(id));
    carry(*dialer, *listener);
    while (dialer->poll_event()) {
    }
    while (listener->poll_event()) {
    }
    EXPECT_LE(live_bytes() - before, ids.capacity() * sizeof(stream_id) + 2 * 512)
        << "a burst of streams leaves nothing behind";
    RecordProperty("bytes_both_ends", static_cast<int>(both));
}
TEST(YamuxMemory, FiveThousandSynsHoldLessThan2MB) {
    byte_vector in;
    for (std::uint32_t i = 0; i < 5000; ++i) append(in, update(2 * i + 1, 0, syn));
    auto s = std::make_unique<session>(settled(role::listener));
    const std::size_t before = live_bytes();
    test::reset_peak();
    ASSERT_TRUE(s->receive(in, start));
    EXPECT_LE(test::peak_bytes() - before, 2U * 1000 * 1000);
    EXPECT_EQ(s->counts().waiting, 256U);
}
TEST(YamuxMemory, AnAnnouncedLengthReservesNothing) {
    auto s = std::make_unique<session>(settled(role::listener));
    const std::size_t before = live_bytes();
    ASSERT_TRUE(s->receive(announce(1, 256 * 1024, syn), start));
    EXPECT_LE(live_bytes() - before, 512U);
    ASSERT_TRUE(s->receive(bytes(100), start));
    EXPECT_LE(live_bytes() - before, 512U + 400);
}
TEST(YamuxMemory, OneByteFramesTakeTwiceTheirBytesAtMost) {
    auto s = std::make_unique<session>(settled(role::listener));
    ASSERT_TRUE(s->receive(data(1, "a", syn), start));
    const byte_vector small = data(1, "b");
    const std::size_t before = live_bytes();
    for (int i = 0; i < 100'000; ++i) ASSERT_TRUE(s->receive(small, start));
    EXPECT_LE(live_bytes() - before, 200'000U + 1000);
}
TEST(YamuxMemory, PingAndResetFloodsWorkWithoutTheHeap) {
    auto s = std::make_unique<session>(settled(role::listener));
    for (std::uint32_t i = 0; i < 8; ++i) {
        ASSERT_TRUE(s->receive(test::frames::ping(i), start));
        s->transmitted(s->transmit(65536).size());
    }
    const byte_vector one = test::frames::ping(7);
    const std::size_t before = test::allocations();
    std::array<std::byte, 64> out{};
    for (std::uint32_t i = 0; i < 200'000; ++i) {
        if (!s->receive(one, start)) break;
        (void)s->pack(out);
    }
    EXPECT_EQ(test::allocations(), before) << "200,000 pings, not one allocation";
    EXPECT_FALSE(s->ended());
}
TEST(YamuxMemory, SharedPayloadsAreNotCopied) {
    const shared_bytes payload{bytes(100'000)};
    auto s = std::make_unique<session>(settled(role::dialer));
    const auto id = *s->open(start);
    const std::size_t before = live_bytes();
    ASSERT_EQ(*s->write(id, payload), 100'000U);
    EXPECT_LE(live_bytes() - before, 64U);
}
TEST(YamuxMemory, QueuesStayWithinTheirBounds) {
    auto s = std::make_unique<session>(settled(role::dialer));
    const std::size_t before = live_bytes();
    const byte_vector text = bytes(300'000);
    const std::size_t ours = live_bytes() - before;
    for (int i = 0; i < 50; ++i) {
        const auto id = *s->open(start);
        for (int j = 0; j < 10; ++j) ASSERT_TRUE(s->write(id, text));
    }
    EXPECT_EQ(s->counts().queued, 8U * 1024 * 1024);
    EXPECT_LE(live_bytes() - before - ours, 8U * 1024 * 1024 + 100'000 + 50 * 512);
}

} // namespace
