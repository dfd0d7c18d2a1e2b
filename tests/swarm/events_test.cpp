// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/swarm/events.hpp>

#include <gtest/gtest.h>

#include <set>

namespace lp2p {
namespace {

static_assert(sizeof(swarms::event) <= 80, "events are small values");
static_assert(std::is_same_v<
              std::variant_alternative_t<std::variant_size_v<swarms::event> - 1, swarms::event>,
              swarms::ended>);

TEST(SwarmEvents, EveryRuleAndOutcomeHasItsWord) {
    std::set<std::string_view> words;
    for (auto r = duplicate_rule{}; r <= duplicate_rule::by_remote;
         r = static_cast<duplicate_rule>(static_cast<int>(r) + 1))
        EXPECT_TRUE(words.insert(to_string(r)).second);
    for (auto o = dial_outcome{}; o <= dial_outcome::reused;
         o = static_cast<dial_outcome>(static_cast<int>(o) + 1))
        EXPECT_TRUE(words.insert(to_string(o)).second);
    EXPECT_FALSE(words.contains(""));
}

} // namespace
} // namespace lp2p
