// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/pubsub/errc.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace {
using namespace lp2p;

TEST(PubsubErrc, EveryCodeHasANameASentenceAndAFault) {
    std::set<std::string> names;
    for (std::uint16_t i = 1; i <= static_cast<std::uint16_t>(pubsub::last_errc); ++i) {
        const auto e = static_cast<pubsub::errc>(i);
        const error why = e;
        EXPECT_NE(fault::none, why.kind) << i;
        EXPECT_EQ(domain::pubsub, why.where);
        EXPECT_EQ(i, why.code);
        EXPECT_GT(describe(e).size(), 15U) << i;
        EXPECT_TRUE(names.insert(std::string{name(e)}).second) << name(e);
        EXPECT_FALSE(name(e).empty()) << i;
    }
    EXPECT_TRUE(name(static_cast<pubsub::errc>(names.size() + 1)).empty());
}

} // namespace
