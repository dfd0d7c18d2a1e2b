// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/service/errc.hpp>

#include <gtest/gtest.h>

#include <set>

namespace lp2p::service {
namespace {

constexpr auto last = static_cast<std::uint16_t>(errc::protocol_refused);

TEST(ServiceErrc, EveryCodeHasANameASentenceAndAFault) {
    std::set<std::string_view> names;
    for (std::uint16_t code = 1; code <= last; ++code) {
        const auto e = static_cast<errc>(code);
        EXPECT_FALSE(name(e).empty()) << code;
        EXPECT_FALSE(describe(e).empty()) << code;
        EXPECT_TRUE(names.insert(name(e)).second) << name(e);
        const error made = e;
        EXPECT_EQ(made.where, domain::service);
        EXPECT_EQ(made.code, code);
        EXPECT_TRUE(made) << "no fault: " << name(e);
    }
}

TEST(ServiceErrc, ACodeThatIsNoneHasNoWords) {
    EXPECT_TRUE(name(errc{last + 1}).empty());
    EXPECT_TRUE(describe(errc{last + 1}).empty());
}

TEST(ServiceErrc, LimitsEndsAndOurOwnMistakesAreTold) {
    EXPECT_EQ(error{errc::push_too_often}, fault::limit);
    EXPECT_EQ(error{errc::connection_ended}, fault::closed);
    EXPECT_EQ(error{errc::no_pubsub}, fault::local);
}

} // namespace
} // namespace lp2p::service
