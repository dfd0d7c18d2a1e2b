// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/crypto/errc.hpp>

#include <gtest/gtest.h>

#include <set>

namespace lp2p::crypto {
namespace {

TEST(CryptoErrc, EveryCodeHasANameASentenceAndAFault) {
    std::set<std::string_view> names;
    std::uint16_t code = 1;
    for (; !name(static_cast<errc>(code)).empty(); ++code) {
        const auto e = static_cast<errc>(code);
        EXPECT_TRUE(names.insert(name(e)).second) << name(e);
        EXPECT_GT(describe(e).size(), name(e).size()) << name(e);
        EXPECT_NE(fault_of(e), fault::none) << name(e);
        EXPECT_EQ(make_error(e), (error{domain::crypto, fault_of(e), code})) << name(e);
    }
    EXPECT_EQ(code - 1, static_cast<int>(errc::provider_failed)); // the last one
    EXPECT_TRUE(describe(static_cast<errc>(code)).empty());
    EXPECT_EQ(fault_of(static_cast<errc>(code)), fault::none);
}

TEST(CryptoErrc, AKeyTypeThatWeLackIsNobodysFault) {
    EXPECT_EQ(error{errc::unsupported_key_type}, fault::limit);
    EXPECT_EQ(error{errc::bad_signature}, fault::remote);
    EXPECT_EQ(error{errc::malformed_private_key}, fault::local);
}

} // namespace
} // namespace lp2p::crypto
