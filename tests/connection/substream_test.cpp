// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/connection/substream.hpp>

#include <gtest/gtest.h>

namespace lp2p {
namespace {

TEST(Substream, IdsAreOrderedByConnectionThenStream) {
    const substream_id a{conn_id{1}, substream_index{9}}, b{conn_id{2}, substream_index{1}};
    EXPECT_LT(a, b);
    EXPECT_LT(a, (substream_id{conn_id{1}, substream_index{10}}));
    EXPECT_EQ(substream_id{}, (substream_id{conn_id{}, substream_index{}})) << "0 is none";
}
TEST(Substream, WordsForLogs) {
    EXPECT_EQ(to_string(direction::inbound), "in");
    EXPECT_EQ(to_string(direction::outbound), "out");
    EXPECT_EQ(to_string(purpose::pubsub), "pubsub");
    EXPECT_EQ(to_string(upgrade_stage::security), "security");
    EXPECT_EQ(to_string(upgrade_stage::done), "done");
}

} // namespace
} // namespace lp2p
