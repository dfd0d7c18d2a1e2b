// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/identify/errc.hpp>

#include <gtest/gtest.h>

#include <set>

namespace {

using lp2p::fault;
using lp2p::identify::errc;

TEST(IdentifyErrc, EveryCodeHasANameASentenceAndAFault) {
    constexpr auto last = static_cast<std::uint16_t>(errc::too_many_protocols);
    std::set<std::string_view> names;
    for (std::uint16_t code = 1; code <= last; ++code) {
        const auto e = static_cast<errc>(code);
        EXPECT_FALSE(name(e).empty()) << code;
        EXPECT_GT(describe(e).size(), name(e).size()) << code;
        EXPECT_TRUE(names.insert(name(e)).second) << name(e);
        const lp2p::error error = e;
        EXPECT_EQ(error.where, lp2p::domain::identify);
        EXPECT_EQ(error.code, code);
        EXPECT_NE(error.kind, fault::none) << name(e);
        EXPECT_NE(error.kind, fault::refused) << name(e);
    }
    EXPECT_TRUE(name(static_cast<errc>(last + 1)).empty());
    EXPECT_TRUE(describe(static_cast<errc>(0)).empty());
}

} // namespace
