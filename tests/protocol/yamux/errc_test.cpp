// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/yamux/errc.hpp>

#include <gtest/gtest.h>

#include <set>

namespace {

using namespace lp2p;
using yamux::errc;

TEST(YamuxErrc, EveryCodeHasANameASentenceAndAFault) {
    std::set<std::string_view> names;
    for (std::uint16_t i = 1; i <= static_cast<std::uint16_t>(errc::not_inbound); ++i) {
        const auto code = static_cast<errc>(i);
        EXPECT_TRUE(names.insert(name(code)).second) << "twice: " << name(code);
        EXPECT_GT(describe(code).size(), 15U) << name(code);
        EXPECT_NE(fault_of(code), fault::none) << name(code);
        EXPECT_EQ(error{code}, (error{domain::yamux, fault_of(code), i}));
    }
}
TEST(YamuxErrc, NamesAndFaultsStandBesideTheirCode) {
    EXPECT_EQ(name(errc::wrong_version), "wrong_version");
    EXPECT_EQ(name(errc::keepalive_timeout), "keepalive_timeout");
    EXPECT_EQ(name(errc::not_inbound), "not_inbound");
    EXPECT_EQ(fault_of(errc::window_exceeded), fault::remote);
    EXPECT_EQ(fault_of(errc::stream_limit), fault::limit);
    EXPECT_EQ(fault_of(errc::ack_backlog), fault::limit);
    EXPECT_EQ(fault_of(errc::connection_stalled), fault::timeout);
    EXPECT_EQ(fault_of(errc::stream_reset), fault::closed);
    EXPECT_EQ(fault_of(errc::write_after_finish), fault::local);
}
TEST(YamuxErrc, NoCodeClaimsThatThePeerRefused) {
    for (std::uint16_t i = 1; i <= static_cast<std::uint16_t>(errc::not_inbound); ++i)
        EXPECT_NE(fault_of(static_cast<errc>(i)), fault::refused); // hazard H2
}

TEST(YamuxErrc, ANumberThatIsNoCodeHasNoText) {
    EXPECT_TRUE(describe(static_cast<errc>(9999)).empty());
    EXPECT_TRUE(name(errc{}).empty());
}

} // namespace
