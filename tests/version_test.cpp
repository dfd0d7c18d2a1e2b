// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/version.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

TEST(Version, IsTheOneThatCMakeRead) {
    const std::string written = std::to_string(LP2P_VERSION_MAJOR) + "." +
                                std::to_string(LP2P_VERSION_MINOR) + "." +
                                std::to_string(LP2P_VERSION_PATCH);
    EXPECT_EQ(written, LP2P_CMAKE_VERSION);
}

} // namespace
