// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/core/bytes.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <string>

namespace {

using namespace lp2p;

TEST(Bytes, TextIsSeenAsBytesAndBackWithoutACopy) {
    const std::string text = "/noise\n";
    const byte_view bytes = as_bytes(text);
    EXPECT_EQ(static_cast<const void*>(bytes.data()), static_cast<const void*>(text.data()));
    EXPECT_EQ(as_text(bytes), text);
    EXPECT_EQ(as_text(to_vector(bytes)), text);
}

TEST(Bytes, EqualAndLessAreOfUnsignedBytesAndTakeEmptyViews) {
    EXPECT_TRUE(equal({}, {}));
    EXPECT_TRUE(equal(as_bytes("ab"), as_bytes("ab")));
    EXPECT_FALSE(equal(as_bytes("ab"), as_bytes("ac")));
    EXPECT_FALSE(equal(as_bytes("ab"), as_bytes("abc")));
    EXPECT_FALSE(less({}, {}));
    EXPECT_TRUE(less({}, as_bytes("a")));
    EXPECT_FALSE(less(as_bytes("a"), {}));
    EXPECT_TRUE(less(as_bytes("ab"), as_bytes("abc")));
    EXPECT_TRUE(less(as_bytes("\x7f"), as_bytes("\x80"))); // not signed
    EXPECT_FALSE(less(as_bytes("\xff"), as_bytes("\x01")));
}

TEST(Bytes, CopyTakesWhatFitsAndSaysHowMuch) {
    std::array<std::byte, 3> room{};
    EXPECT_EQ(copy(as_bytes("abcdef"), room), 3U);
    EXPECT_EQ(as_text(room), "abc");
    EXPECT_EQ(copy(as_bytes("x"), room), 1U);
    EXPECT_EQ(as_text(room), "xbc");
    EXPECT_EQ(copy({}, room), 0U);
    EXPECT_EQ(copy(as_bytes("x"), {}), 0U);
    EXPECT_EQ(copy(byte_view{room}.first(2), mutable_bytes{room}.subspan(1)), 2U); // overlapping
    EXPECT_EQ(as_text(room), "xxb");
}

TEST(ByteQueue, GivesBytesInOrderAndNoMoreThanThereAre) {
    byte_queue q;
    EXPECT_TRUE(q.empty());
    q.append(as_bytes("hello "));
    q.append(as_bytes("world"));
    EXPECT_EQ(as_text(q.view()), "hello world");
    q.consume(6);
    EXPECT_EQ(as_text(q.view()), "world");
    EXPECT_EQ(q.size(), 5U);
    q.mutable_view()[0] = std::byte{'W'};
    EXPECT_EQ(as_text(q.view()), "World");
    q.consume(500);
    EXPECT_TRUE(q.empty());
    EXPECT_EQ(q.view().size(), 0U);
    q.append(as_bytes("again"));
    q.clear();
    EXPECT_TRUE(q.empty());
}

RC_GTEST_PROP(ByteQueue, BehavesLikeAString, ()) {
    byte_queue q;
    std::string model;
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(-40, 40));
    char next = 'a';
    for (const int step : steps) {
        if (step >= 0) {
            const std::string more(static_cast<std::size_t>(step), next++);
            q.append(as_bytes(more));
            model += more;
        } else {
            const auto n = std::min(model.size(), static_cast<std::size_t>(-step));
            q.consume(static_cast<std::size_t>(-step));
            model.erase(0, n);
        }
        RC_ASSERT(as_text(q.view()) == model);
        RC_ASSERT(q.size() == model.size());
        RC_ASSERT(q.empty() == model.empty());
    }
}

TEST(SharedBytes, OwnersShareOneBlockAndTheLastFreesIt) {
    EXPECT_TRUE(shared_bytes{}.empty());
    EXPECT_TRUE(shared_bytes{byte_view{}}.empty());
    EXPECT_EQ(shared_bytes{}.owners(), 0U);

    shared_bytes one{as_bytes("gossip")};
    EXPECT_EQ(one.owners(), 1U);
    {
        const shared_bytes two = one;
        EXPECT_EQ(two.owners(), 2U);
        EXPECT_EQ(two.view().data(), one.view().data());
    }
    EXPECT_EQ(one.owners(), 1U);
    const shared_bytes moved = std::move(one);
    EXPECT_TRUE(one.empty()); // NOLINT(bugprone-use-after-move): the promise is that it is empty
    EXPECT_EQ(moved.owners(), 1U);
    EXPECT_EQ(as_text(moved.view()), "gossip");
    EXPECT_EQ(moved.size(), 6U);
}

TEST(SharedBytes, AssignmentGivesUpTheOldBlockAndBearsItself) {
    shared_bytes one{as_bytes("one")};
    const shared_bytes witness = one;
    shared_bytes two{as_bytes("two")};
    one = two;
    EXPECT_EQ(witness.owners(), 1U);
    EXPECT_EQ(two.owners(), 2U);
    shared_bytes& same = two;
    two = same;
    EXPECT_EQ(as_text(two.view()), "two");
    EXPECT_EQ(two.owners(), 2U);
    two = shared_bytes{};
    EXPECT_TRUE(two.empty());
    EXPECT_EQ(one.owners(), 1U);
}

} // namespace
