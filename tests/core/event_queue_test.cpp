// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/core/event_queue.hpp>

#include "tests/support/counting_new.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <memory>

namespace {

using namespace lp2p;

TEST(EventQueue, GivesEventsOldestFirst) {
    event_queue<int> q;
    EXPECT_FALSE(q.poll());
    q.push(1);
    q.push(2);
    EXPECT_EQ(q.poll(), 1);
    q.push(3);
    EXPECT_EQ(q.poll(), 2);
    EXPECT_EQ(q.poll(), 3);
    EXPECT_FALSE(q.poll());
    EXPECT_TRUE(q.empty());
}

TEST(EventQueue, CarriesWhatCanOnlyMove) {
    event_queue<std::unique_ptr<int>> q;
    q.push(std::make_unique<int>(5));
    EXPECT_EQ(**q.poll(), 5);
}

TEST(EventQueue, DropsWhatMatchesAndKeepsTheOrderOfTheRest) {
    event_queue<int> q;
    for (int i = 0; i < 10; ++i) q.push(i);
    EXPECT_EQ(q.poll(), 0); // told already: not asked about
    q.drop_if([](const int& i) {
        EXPECT_NE(i, 0);
        return i % 2 == 0;
    });
    EXPECT_EQ(q.size(), 5U);
    for (const int i : {1, 3, 5, 7, 9}) EXPECT_EQ(q.poll(), i);
    EXPECT_FALSE(q.poll());
}

TEST(EventQueue, AnEmptyOneOwnsLittleHoweverMuchItHeld) {
    const std::size_t before = test::live_bytes();
    event_queue<std::uint64_t> q;
    for (std::uint64_t i = 0; i < 10'000; ++i) q.push(i);
    while (q.poll()) {
    }
    EXPECT_LE(test::live_bytes() - before, 64U);
    for (std::uint64_t i = 0; i < 10'000; ++i) q.push(i);
    q.drop_if([](std::uint64_t) { return true; });
    EXPECT_LE(test::live_bytes() - before, 64U);
}

TEST(EventQueue, OneThatIsNeverQuiteEmptyDoesNotGrow) {
    const std::size_t before = test::live_bytes();
    event_queue<std::uint64_t> q;
    q.push(std::uint64_t{0});
    for (std::uint64_t i = 1; i < 100'000; ++i) {
        q.push(i);
        ASSERT_EQ(q.poll(), i - 1);
    }
    EXPECT_EQ(q.size(), 1U);
    EXPECT_LE(test::live_bytes() - before, 256U);
}

RC_GTEST_PROP(EventQueue, BehavesLikeADeque, (const std::vector<int>& steps)) {
    event_queue<int> q;
    std::deque<int> model;
    for (const int step : steps) {
        if (step % 3 == 0) {
            const auto got = q.poll();
            RC_ASSERT(got.has_value() == !model.empty());
            if (!got) continue;
            RC_ASSERT(*got == model.front());
            model.pop_front();
        } else if (step % 7 == 1) {
            const auto odd = [](const int& i) { return i % 2 != 0; };
            q.drop_if(odd);
            std::erase_if(model, odd);
        } else {
            q.push(step);
            model.push_back(step);
        }
        RC_ASSERT(q.size() == model.size());
        RC_ASSERT(q.empty() == model.empty());
    }
}

} // namespace
