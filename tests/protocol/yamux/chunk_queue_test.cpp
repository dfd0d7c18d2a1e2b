// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/yamux/chunk_queue.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace {

using namespace lp2p;
using yamux::chunk_queue;

byte_vector drain(chunk_queue& q) {
    byte_vector out(q.size());
    q.take(out);
    return out;
}

TEST(YamuxChunkQueue, GivesBackWhatItWasGivenInOrder) {
    chunk_queue q;
    EXPECT_TRUE(q.front().empty());
    q.append(as_bytes("hello "));
    q.append(as_bytes("world"));
    EXPECT_EQ(q.size(), 11U);
    q.consume(6);
    EXPECT_EQ(as_text(q.front()), "world");
    q.consume(100);
    EXPECT_TRUE(q.empty());
}
TEST(YamuxChunkQueue, RefersToSharedBytesAndLetsGo) {
    const shared_bytes payload{as_bytes("0123456789")};
    chunk_queue q;
    q.append(as_bytes("a"));
    q.append(payload, 2, 5);
    q.append(as_bytes("b"));
    EXPECT_EQ(payload.owners(), 2U);
    chunk_queue copy = q;
    EXPECT_EQ(payload.owners(), 3U);
    EXPECT_EQ(as_text(drain(q)), "a23456b");
    EXPECT_EQ(payload.owners(), 2U);
    copy.clear();
    EXPECT_EQ(payload.owners(), 1U);
    EXPECT_EQ(copy.size(), 0U);
}
TEST(YamuxChunkQueue, ACopyIsItsOwn) {
    chunk_queue a;
    a.append(as_bytes("same"));
    chunk_queue b = a;
    b.append(as_bytes(" not"));
    EXPECT_EQ(as_text(drain(a)), "same");
    EXPECT_EQ(as_text(drain(b)), "same not");
    b = a;
    EXPECT_TRUE(b.empty());
}
RC_GTEST_PROP(YamuxChunkQueue, IsOneLongByteString, ()) {
    chunk_queue q;
    byte_vector model;
    std::uint8_t next = 0;
    for (int i = 0; i < 60; ++i) {
        const auto n = *rc::gen::inRange<std::size_t>(0, i % 7 == 0 ? 100'000 : 300);
        byte_vector some(n);
        for (auto& b : some) b = std::byte{next++};
        switch (*rc::gen::inRange(0, 3)) {
        case 0:
            q.append(some);
            append(model, some);
            break;
        case 1: {
            const std::size_t from = n / 3;
            q.append(shared_bytes{some}, from, n - from);
            append(model, byte_view{some}.subspan(from));
            break;
        }
        default: {
            const std::size_t gone = std::min(n, model.size());
            q.consume(n);
            model.erase(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(gone));
        }
        }
        RC_ASSERT(q.size() == model.size());
        RC_ASSERT(q.empty() == q.front().empty());
        RC_ASSERT(equal(q.front(), byte_view{model}.first(q.front().size())));
    }
    RC_ASSERT(drain(q) == model);
}

} // namespace
