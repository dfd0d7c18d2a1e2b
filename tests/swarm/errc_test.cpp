// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/swarm/errc.hpp>

#include <gtest/gtest.h>

#include <set>

namespace lp2p::swarms {
namespace {

TEST(SwarmErrc, EachCodeHasANameASentenceAndAFault) {
    std::set<std::string_view> names, sentences;
    std::uint16_t code = 1;
    for (; !name(errc{code}).empty(); ++code) {
        const errc e{code};
        EXPECT_TRUE(names.insert(name(e)).second) << code;
        EXPECT_TRUE(sentences.insert(describe(e)).second) << code;
        EXPECT_GT(describe(e).size(), name(e).size()) << name(e);
        const error made = e;
        EXPECT_TRUE(made);
        EXPECT_EQ(made.where, domain::swarm);
        EXPECT_EQ(made.kind, fault_of(e));
        EXPECT_EQ(made.code, code);
    }
    EXPECT_EQ(code - 1, static_cast<int>(errc::replaced));
}
TEST(SwarmErrc, OnlyAnAnswerIsARefusal) {
    for (std::uint16_t code = 1; !name(errc{code}).empty(); ++code)
        EXPECT_EQ(fault_of(errc{code}) == fault::refused, false) << code;
}

} // namespace
} // namespace lp2p::swarms
