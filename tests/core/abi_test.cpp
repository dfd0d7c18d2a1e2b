// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/core/abi.hpp>

#include <lp2p/core/error.hpp>

#include <gtest/gtest.h>

#include <string_view>
#include <typeinfo>

namespace {

TEST(Abi, EverySymbolLivesInTheInlineNamespace) {
    static_assert(std::is_same_v<lp2p::error, lp2p::v0::error>);
    // The name that the linker sees carries it, so two versions cannot mix silently.
    EXPECT_NE(std::string_view{typeid(lp2p::error).name()}.find("2v0"), std::string_view::npos);
}

} // namespace
