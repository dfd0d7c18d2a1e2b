// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/sink.hpp>

#include "bytes.hpp"

#include <array>

namespace {

using namespace lp2p;
using wire_test::hex;

struct no_sink {};
static_assert(!wire::byte_sink<no_sink>);
static_assert(!wire::byte_sink<byte_view>);

TEST(WireSink, AVectorGrows) {
    byte_vector to = hex("01");
    wire::put(to, hex("0203"));
    EXPECT_EQ(to, hex("010203"));
}

TEST(WireSink, ACounterOnlyMeasures) {
    wire::byte_counter to;
    wire::put(to, hex("0203"));
    wire::put(to, byte_view{});
    wire::put(to, hex("04"));
    EXPECT_EQ(to.size, 3U);
}

TEST(WireSink, ASpanTakesWhatFitsExactly) {
    std::array<std::byte, 3> room{};
    wire::span_sink to{room};
    wire::put(to, hex("0102"));
    wire::put(to, hex("03"));
    EXPECT_FALSE(to.overflow);
    EXPECT_EQ(to.size, 3U);
    EXPECT_TRUE(equal(room, hex("010203")));
}

TEST(WireSink, ASpanThatOverflowedWritesNothingMore) {
    std::array<std::byte, 3> room{};
    wire::span_sink to{room};
    wire::put(to, hex("0102"));
    wire::put(to, hex("0304"));
    EXPECT_TRUE(to.overflow);
    wire::put(to, hex("05")); // would fit, but what came before it is missing
    EXPECT_TRUE(to.overflow);
    EXPECT_EQ(to.size, 2U);
    EXPECT_TRUE(equal(room, hex("010200")));
}

} // namespace
