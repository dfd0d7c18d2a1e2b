// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/noise/errc.hpp>

#include <gtest/gtest.h>

#include <set>

namespace lp2p::noise {
namespace {

TEST(NoiseErrc, EveryCodeHasANameASentenceAndAFault) {
    std::set<std::string_view> names, sentences;
    std::uint16_t code = 1;
    for (; !name(static_cast<errc>(code)).empty(); ++code) {
        const auto e = static_cast<errc>(code);
        EXPECT_TRUE(names.insert(name(e)).second) << name(e);
        EXPECT_TRUE(sentences.insert(describe(e)).second) << name(e);
        EXPECT_GT(describe(e).size(), name(e).size()) << name(e);
        EXPECT_NE(fault_of(e), fault::none) << name(e);
        EXPECT_EQ(make_error(e), (error{domain::noise, fault_of(e), code})) << name(e);
    }
    EXPECT_EQ(code - 1, static_cast<int>(errc::bad_seal)); // the last one
    EXPECT_TRUE(describe(static_cast<errc>(code)).empty());
    EXPECT_EQ(fault_of(static_cast<errc>(code)), fault::none);
}

TEST(NoiseErrc, AnEndWithoutAnAnswerIsNotTheRemotesFault) {
    EXPECT_EQ(error{errc::transport_closed}, fault::closed);
    EXPECT_EQ(error{errc::handshake_timeout}, fault::timeout);
    EXPECT_EQ(error{errc::message_too_long}, fault::limit);
    EXPECT_EQ(error{errc::decrypt_failed}, fault::remote);
}

} // namespace
} // namespace lp2p::noise
