// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/swarm/dial_backoff.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace lp2p {
namespace {

TEST(DialBackoff, DoublesToItsMostWithTwentyPercentAround) {
    random_source random{7};
    duration expected = seconds{1};
    for (std::uint32_t failures = 0; failures < 70; ++failures) {
        const duration wait = dial_backoff(seconds{1}, seconds{300}, failures, random);
        EXPECT_GE(wait, expected * 4 / 5) << failures;
        EXPECT_LE(wait, expected * 6 / 5) << failures;
        expected = std::min<duration>(expected * 2, seconds{300});
    }
    EXPECT_LE(dial_backoff(seconds{1}, seconds{300}, 0xffffffff, random), seconds{360});
}
TEST(DialBackoff, TheChanceUsesAllOfItsRange) {
    random_source random{7};
    std::vector<duration> waits;
    for (int i = 0; i < 1000; ++i)
        waits.push_back(dial_backoff(seconds{10}, seconds{300}, 0, random));
    const auto [least, most] = std::minmax_element(waits.begin(), waits.end());
    EXPECT_LT(*least, milliseconds{8100});
    EXPECT_GT(*most, milliseconds{11900});
}
TEST(DialBackoff, TheSameSeedGivesTheSameWaits) {
    random_source one{1}, same{1}, other{2};
    const auto wait = [](random_source& r) { return dial_backoff(seconds{1}, seconds{300}, 3, r); };
    const duration first = wait(one);
    EXPECT_EQ(first, wait(same));
    EXPECT_NE(first, wait(other));
}
TEST(DialBackoff, AMostBelowTheLeastHolds) {
    random_source random{7};
    EXPECT_LE(dial_backoff(seconds{10}, seconds{1}, 5, random), milliseconds{1200});
}

} // namespace
} // namespace lp2p
