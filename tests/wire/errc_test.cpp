// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/errc.hpp>

#include <gtest/gtest.h>

#include <set>

namespace {

using lp2p::error;
using lp2p::fault;
using lp2p::wire::errc;

constexpr auto first = static_cast<std::uint16_t>(errc::truncated);
constexpr auto last = static_cast<std::uint16_t>(errc::ambiguous_plus);

TEST(WireErrc, EveryCodeHasItsOwnNameASentenceAndAFault) {
    std::set<std::string_view> names;
    std::set<std::string_view> sentences;
    for (std::uint16_t code = first; code <= last; ++code) {
        const auto e = static_cast<errc>(code);
        EXPECT_FALSE(name(e).empty()) << code;
        EXPECT_EQ(name(e).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"),
                  std::string_view::npos)
            << name(e);
        EXPECT_TRUE(names.insert(name(e)).second) << name(e);
        EXPECT_GT(describe(e).size(), name(e).size());
        EXPECT_TRUE(sentences.insert(describe(e)).second) << name(e);
        EXPECT_NE(fault_of(e), fault::none) << name(e);
        EXPECT_EQ(error{e}, (error{lp2p::domain::wire, fault_of(e), code})) << name(e);
    }
    EXPECT_EQ(first, 1);
    EXPECT_TRUE(name(static_cast<errc>(last + 1)).empty()); // `last` is the last
}

TEST(WireErrc, BytesAreTheRemotesFaultTextIsTheCallersAndABoundIsALimit) {
    EXPECT_EQ(error{errc::key_not_canonical}, fault::remote);
    EXPECT_EQ(error{errc::unknown_protocol}, fault::remote);
    EXPECT_EQ(error{errc::bad_digit}, fault::local);
    EXPECT_EQ(error{errc::bad_port}, fault::local);
    EXPECT_EQ(error{errc::no_inline_key}, fault::local);
    EXPECT_EQ(error{errc::too_long}, fault::limit);
}

} // namespace
