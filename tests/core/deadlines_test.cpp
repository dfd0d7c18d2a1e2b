// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/core/deadlines.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace {

using namespace lp2p;

enum class timer : std::uint8_t { keep_alive, pong, grace, count };
constexpr instant t0 = instant{} + std::chrono::hours{1};

TEST(Deadlines, TheEarliestIsNextAndEachExpiresOnce) {
    deadlines<timer> d;
    EXPECT_FALSE(d.next());
    d.set(timer::pong, t0 + seconds{10});
    d.set(timer::keep_alive, t0 + seconds{5});
    EXPECT_EQ(d.next(), t0 + seconds{5});
    EXPECT_TRUE(d.is_set(timer::pong));
    EXPECT_FALSE(d.is_set(timer::grace));
    EXPECT_EQ(d.at(timer::pong), t0 + seconds{10});
    EXPECT_FALSE(d.at(timer::grace));

    EXPECT_FALSE(d.expire(timer::keep_alive, t0 + seconds{5} - duration{1}));
    EXPECT_TRUE(d.expire(timer::keep_alive, t0 + seconds{5})); // at it, not only after it
    EXPECT_FALSE(d.expire(timer::keep_alive, t0 + seconds{5}));
    EXPECT_EQ(d.next(), t0 + seconds{10});
    EXPECT_FALSE(d.expire(timer::grace, instant::max()));
}

TEST(Deadlines, CanBeMovedAndCleared) {
    deadlines<timer> d;
    d.set(timer::grace, t0);
    d.set(timer::grace, t0 + seconds{1});
    EXPECT_EQ(d.next(), t0 + seconds{1});
    d.clear(timer::grace);
    EXPECT_FALSE(d.next());
    d.set(timer::grace, t0);
    d.set(timer::pong, t0);
    d.clear();
    EXPECT_FALSE(d.next());
    EXPECT_FALSE(d.is_set(timer::pong));
}

TEST(DeadlineIndex, TiesExpireInTheOrderOfTheIds) {
    deadline_index<int> d;
    for (const int id : {3, 1, 2}) d.set(id, t0);
    EXPECT_FALSE(d.expire(t0 - duration{1}));
    EXPECT_EQ(d.expire(t0), 1);
    EXPECT_EQ(d.expire(t0), 2);
    EXPECT_EQ(d.expire(t0), 3);
    EXPECT_FALSE(d.expire(t0));
    EXPECT_EQ(d.size(), 0U);
}

TEST(DeadlineIndex, SettingMovesAndNothingRemoves) {
    deadline_index<int> d;
    d.set(1, t0);
    d.set(1, t0 + seconds{9});
    EXPECT_EQ(d.size(), 1U);
    EXPECT_EQ(d.next(), t0 + seconds{9});
    d.set(1, std::nullopt);
    EXPECT_FALSE(d.next());
    d.erase(1);
    d.set(7, std::nullopt);
    EXPECT_EQ(d.size(), 0U);
}

RC_GTEST_PROP(DeadlineIndex, AgreesWithAScanOfAll, ()) {
    deadline_index<int> d;
    std::map<int, instant> model;
    const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
        rc::gen::pair(rc::gen::inRange(0, 8), rc::gen::inRange(-1, 20)));
    for (const auto& [id, at] : steps) {
        if (at < 0) {
            d.erase(id);
            model.erase(id);
        } else {
            d.set(id, t0 + seconds{at});
            model[id] = t0 + seconds{at};
        }
        std::optional<instant> first;
        for (const auto& [i, t] : model) first = earlier(first, t);
        RC_ASSERT(d.next() == first);
        RC_ASSERT(d.size() == model.size());
    }
    instant last{};
    while (const auto id = d.expire(instant::max())) {
        RC_ASSERT(model.contains(*id));
        RC_ASSERT(model.at(*id) >= last);
        last = model.at(*id);
        model.erase(*id);
    }
    RC_ASSERT(model.empty());
}

} // namespace
