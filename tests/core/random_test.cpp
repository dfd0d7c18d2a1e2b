// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/core/random.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

namespace {

using namespace lp2p;

// The published test values of SplitMix64 for seed 1234567: other compilers, same draws.
static_assert([] {
    random_source r{1234567};
    return r.next() == 6457827717110365317U && r.next() == 3203168211198807973U &&
           r.next() == 9817491932198370423U && r.next() == 4593380528125082431U &&
           r.next() == 16408922859458223821U;
}());

TEST(Random, TheSameSeedGivesTheSameDraws) {
    random_source a{42};
    random_source b{42};
    random_source c{43};
    EXPECT_EQ(a.next(), b.next());
    EXPECT_EQ(a.below(1000), b.below(1000));
    EXPECT_EQ(a.unit(), b.unit());
    EXPECT_NE(a.next(), c.next());
}

RC_GTEST_PROP(Random, BelowStaysBelow, (std::uint64_t seed, std::uint32_t bound)) {
    random_source r{seed};
    for (int i = 0; i < 20; ++i) {
        const std::uint32_t n = r.below(bound);
        RC_ASSERT((bound == 0 && n == 0) || n < bound);
    }
}

TEST(Random, BelowIsUniform) {
    random_source r{1};
    std::array<int, 6> seen{};
    for (int i = 0; i < 60'000; ++i) ++seen[r.below(6)];
    for (const int n : seen) EXPECT_NEAR(n, 10'000, 400); // 4 standard deviations
    EXPECT_EQ(r.below(1), 0U);
    EXPECT_EQ(r.below(0), 0U);
}

TEST(Random, UnitIsInsideTheHalfOpenInterval) {
    random_source r{2};
    double sum = 0;
    for (int i = 0; i < 10'000; ++i) {
        const double u = r.unit();
        ASSERT_GE(u, 0.0);
        ASSERT_LT(u, 1.0);
        sum += u;
    }
    EXPECT_NEAR(sum / 10'000, 0.5, 0.02);
}

TEST(Random, ShuffleIsAPermutationAndReachesEveryOrder) {
    std::vector<int> items(100);
    std::iota(items.begin(), items.end(), 0);
    const std::vector<int> sorted = items;
    random_source r{3};
    r.shuffle(std::span{items});
    EXPECT_NE(items, sorted);
    EXPECT_TRUE(std::is_permutation(items.begin(), items.end(), sorted.begin()));

    std::array<int, 6> orders{};
    for (int i = 0; i < 6000; ++i) {
        std::array<int, 3> three{0, 1, 2};
        r.shuffle(std::span<int>{three});
        ++orders[static_cast<std::size_t>(three[0] * 2 + (three[1] > three[2] ? 1 : 0))];
    }
    for (const int n : orders) EXPECT_NEAR(n, 1000, 120);
    r.shuffle(std::span<int>{});
}

} // namespace
