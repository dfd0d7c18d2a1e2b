// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/connection/events.hpp>

#include <gtest/gtest.h>

namespace lp2p::connections {
namespace {

static_assert(sizeof(event) <= 32, "events are small values");
static_assert(std::is_trivially_copyable_v<event>);

TEST(ConnectionEvents, TheFirstAndTheLastOfALife) {
    EXPECT_TRUE((std::is_same_v<std::variant_alternative_t<0, event>, identity_proven>));
    EXPECT_TRUE(
        (std::is_same_v<std::variant_alternative_t<std::variant_size_v<event> - 1, event>, ended>));
}

} // namespace
} // namespace lp2p::connections
