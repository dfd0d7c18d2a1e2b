// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/plaintext/errc.hpp>

#include <gtest/gtest.h>

#include <set>

namespace lp2p::insecure {
namespace {

TEST(PlaintextErrc, EveryCodeHasANameASentenceAndAFault) {
    std::set<std::string_view> names, sentences;
    std::uint16_t code = 1;
    for (; !name(static_cast<errc>(code)).empty(); ++code) {
        const auto e = static_cast<errc>(code);
        EXPECT_TRUE(names.insert(name(e)).second) << name(e);
        EXPECT_TRUE(sentences.insert(describe(e)).second) << name(e);
        EXPECT_GT(describe(e).size(), name(e).size()) << name(e);
        EXPECT_NE(fault_of(e), fault::none) << name(e);
        EXPECT_EQ(make_error(e), (error{domain::plaintext, fault_of(e), code})) << name(e);
    }
    EXPECT_EQ(code - 1, static_cast<int>(errc::refused_by_caller)); // the last one
    EXPECT_TRUE(describe(static_cast<errc>(code)).empty());
    EXPECT_EQ(fault_of(static_cast<errc>(code)), fault::none);
}

TEST(PlaintextErrc, AnEndWithoutAnAnswerIsNotTheRemotesFault) {
    EXPECT_EQ(error{errc::transport_closed}, fault::closed);
    EXPECT_EQ(error{errc::exchange_timeout}, fault::timeout);
    EXPECT_EQ(error{errc::exchange_too_long}, fault::limit);
    EXPECT_EQ(error{errc::id_not_of_key}, fault::remote);
}

} // namespace
} // namespace lp2p::insecure
