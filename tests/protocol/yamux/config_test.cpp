// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/yamux/config.hpp>

#include <gtest/gtest.h>

namespace {

using namespace lp2p;

TEST(YamuxConfig, DefaultsAreTheTableOfThreatsSection2) {
    const yamux::config c;
    EXPECT_EQ(c.streams_in, 512U);
    EXPECT_EQ(c.streams_waiting, 256U);
    EXPECT_EQ(c.streams_out, 256U);
    EXPECT_EQ(c.streams_both, 480U);
    EXPECT_EQ(c.streams_unacknowledged, 200U);
    EXPECT_EQ(c.window_most, 16U * 1024 * 1024);
    EXPECT_EQ(c.unread, 12U * 1024 * 1024);
    EXPECT_EQ(c.queued_stream, 1024U * 1024);
    EXPECT_EQ(c.queued_connection, 8U * 1024 * 1024);
    EXPECT_EQ(c.data_frame, 16U * 1024);
    EXPECT_EQ(c.control_owed, 1000U);
    EXPECT_EQ(c.pings_owed, 32U);
    EXPECT_EQ(c.resets, (bucket_size{1000, 33}));
    EXPECT_EQ(c.useless_frames, (bucket_size{10000, 330}));
    EXPECT_EQ(c.skipped_bytes, 256U * 1024);
    EXPECT_EQ(c.stalled_writer, seconds{60});
    EXPECT_EQ(c.write_progress, seconds{10});
    EXPECT_EQ(c.keepalive_idle, seconds{15});
    EXPECT_EQ(c.keepalive_answer, seconds{10});
    EXPECT_EQ(c.goaway_grace, seconds{5});
}

} // namespace
