// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/connection/session_config.hpp>

#include <gtest/gtest.h>

namespace {

using namespace lp2p;

TEST(SessionConfig, TheDefaultTableIsTheDefaultOfASession) {
    const yamux::config told = session_config(default_limits, {}, conn_id{7});
    const yamux::config own;
    EXPECT_EQ(told.trace_connection, 7U);
    EXPECT_EQ(told.streams_in, own.streams_in);
    EXPECT_EQ(told.streams_both, own.streams_both);
    EXPECT_EQ(told.unread, own.unread);
    EXPECT_EQ(told.farewell, own.farewell);
}

TEST(SessionConfig, EveryLimitOfASessionComesFromTheTable) {
    limits l;
    std::uint32_t n = 1; // each limit gets a value of its own
    for_each_limit(l, [&]<class T>(std::string_view, T& member) {
        if constexpr (std::is_same_v<T, duration>)
            member = seconds{n++};
        else
            member = static_cast<T>(n++);
    });
    l.resets = {1001, 2};
    l.useless_frames = {1002, 3};
    const yamux::config c = session_config(l, {}, conn_id{1});
    EXPECT_EQ(c.streams_in, l.streams_in);
    EXPECT_EQ(c.streams_waiting, l.streams_waiting);
    EXPECT_EQ(c.streams_out, l.streams_out);
    EXPECT_EQ(c.streams_both, l.streams_both);
    EXPECT_EQ(c.streams_unacknowledged, l.streams_unacknowledged);
    EXPECT_EQ(c.window_most, l.window_most);
    EXPECT_EQ(c.unread, l.unread_connection);
    EXPECT_EQ(c.queued_stream, l.queued_stream);
    EXPECT_EQ(c.queued_connection, l.queued_connection);
    EXPECT_EQ(c.data_frame, l.data_frame);
    EXPECT_EQ(c.control_owed, l.control_owed);
    EXPECT_EQ(c.pings_owed, l.pings_owed);
    EXPECT_EQ(c.resets, l.resets);
    EXPECT_EQ(c.useless_frames, l.useless_frames);
    EXPECT_EQ(c.skipped_bytes, l.skipped_bytes);
    EXPECT_EQ(c.stalled_writer, l.stalled_writer);
    EXPECT_EQ(c.write_progress, l.write_progress);
    EXPECT_EQ(c.keepalive_idle, l.keepalive_idle);
    EXPECT_EQ(c.keepalive_answer, l.keepalive_answer);
    EXPECT_EQ(c.goaway_grace, l.goaway_grace);
}

} // namespace
