// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/yamux/flow_control.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace {

using namespace lp2p;
using namespace lp2p::yamux;

constexpr instant start = instant{} + std::chrono::hours{1};
constexpr std::uint32_t k = 1024;
constexpr std::uint32_t m = 1024 * k;

TEST(YamuxReceiveWindow, TakesToTheLastByteAndNotOneMore) {
    receive_window w{start};
    EXPECT_FALSE(w.take(initial_window + 1));
    EXPECT_TRUE(w.take(initial_window));
    EXPECT_FALSE(w.take(1));
    EXPECT_TRUE(w.take(0));
}
TEST(YamuxReceiveWindow, AnUpdateIsDueAtHalfAWindow) {
    receive_window w{start};
    ASSERT_TRUE(w.take(initial_window));
    EXPECT_FALSE(w.due(initial_window));
    EXPECT_FALSE(w.due(initial_window / 2 + 1));
    EXPECT_TRUE(w.due(initial_window / 2));
    EXPECT_EQ(w.refill(100 * k), 156 * k);
    EXPECT_EQ(w.credit(), 156 * k);
    EXPECT_EQ(w.refill(100 * k), 0U);
}
TEST(YamuxReceiveWindow, GrowsOnlyWhereTheReaderKeepsUpWithFourRoundTrips) {
    growth_budget budget{12 * m};
    receive_window w{start};
    const duration rtt = milliseconds{10};
    EXPECT_FALSE(w.adapt(start + milliseconds{1}, std::nullopt, 16 * m, budget, 0));
    EXPECT_FALSE(w.adapt(start + milliseconds{41}, rtt, 16 * m, budget, 0)); // 40 ms since the last
    EXPECT_TRUE(w.adapt(start + milliseconds{80}, rtt, 16 * m, budget, 0));  // 39 ms
    EXPECT_EQ(w.size(), 512 * k);
    EXPECT_EQ(budget.reserved(), 512 * k);
}
TEST(YamuxReceiveWindow, GrowsToTheMostAndNoFurther) {
    growth_budget budget{100 * m};
    receive_window w{start};
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(w.adapt(start, milliseconds{1}, 2 * m - 5, budget, 0)) << i;
    EXPECT_EQ(w.size(), 2 * m - 5);
    EXPECT_FALSE(w.adapt(start, milliseconds{1}, 2 * m - 5, budget, 0));
    EXPECT_FALSE(w.adapt(start, milliseconds{1}, 1, budget, 0)); // and never shrinks
    EXPECT_EQ(w.size(), 2 * m - 5);
}
TEST(YamuxReceiveWindow, TheBudgetOfTheConnectionStopsGrowth) {
    growth_budget budget{m};
    receive_window a{start};
    receive_window b{start};
    EXPECT_TRUE(a.adapt(start, milliseconds{1}, 16 * m, budget, 0)); // 512 KiB reserved
    EXPECT_TRUE(b.adapt(start, milliseconds{1}, 16 * m, budget, 200 * k));
    EXPECT_EQ(b.size(), 312 * k); // 1 MiB - 512 KiB - 200 KiB unread
    EXPECT_FALSE(a.adapt(start, milliseconds{1}, 16 * m, budget, 200 * k));
    budget.release(b.size());
    EXPECT_TRUE(a.adapt(start, milliseconds{1}, 16 * m, budget, 0));
    EXPECT_EQ(a.size(), m);
    EXPECT_EQ(budget.reserved(), m);
    budget.release(initial_window); // a window that never grew gives nothing back
    EXPECT_EQ(budget.reserved(), m);
}
TEST(YamuxReceiveWindow, AStrangeRoundTripBreaksNothing) {
    growth_budget budget{m};
    receive_window w{start};
    EXPECT_TRUE(w.adapt(start + seconds{39}, duration::max(), 16 * m, budget, 0));
    EXPECT_FALSE(w.adapt(instant::max(), seconds{1}, 16 * m, budget, 0));
    EXPECT_FALSE(w.adapt(instant::max(), duration{0}, 16 * m, budget, 0));
}
RC_GTEST_PROP(YamuxReceiveWindow, CreditAndUnreadNeverPassTheWindow, ()) {
    growth_budget budget{2 * m};
    receive_window w{start};
    std::size_t held = 0;
    instant now = start;
    for (int i = 0; i < 50; ++i) {
        const auto n = *rc::gen::inRange<std::uint32_t>(0, 2 * initial_window);
        now += milliseconds{*rc::gen::inRange(0, 100)};
        if (*rc::gen::arbitrary<bool>()) {
            if (w.take(n))
                held += n;
            else
                RC_ASSERT(n > w.credit());
        } else {
            held -= std::min<std::size_t>(n, held);
            if (w.due(held)) {
                (void)w.adapt(now, milliseconds{20}, 16 * m, budget, held);
                RC_ASSERT(w.refill(held) >= initial_window / 2);
            }
        }
        RC_ASSERT(w.credit() + held <= w.size());
        RC_ASSERT(budget.reserved() <= 2 * m);
    }
}
TEST(YamuxSendWindow, AddsToTheLastNumberAndNotOneMore) {
    send_window w;
    EXPECT_EQ(w.credit(), initial_window);
    EXPECT_TRUE(w.add(0xffffffff - initial_window));
    EXPECT_FALSE(w.add(1));
    EXPECT_EQ(w.credit(), 0xffffffff);
    w.take(5);
    EXPECT_TRUE(w.add(5));
}

} // namespace
