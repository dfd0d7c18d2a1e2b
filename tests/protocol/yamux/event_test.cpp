// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/yamux/event.hpp>

#include <gtest/gtest.h>

namespace {

using namespace lp2p;
using namespace lp2p::yamux;

TEST(YamuxEvent, NamesItsStreamOrTheSession) {
    const stream_id seven{7};
    for (const event& e : {event{stream_opened{seven}}, event{stream_readable{seven}},
                           event{stream_writable{seven}}, event{stream_finished{seven}},
                           event{stream_reset{seven, 1}}, event{stream_ended{seven, {}}}})
        EXPECT_EQ(detail::stream_of(e), seven);
    for (const event& e : {event{pong{}}, event{went_away{1}}, event{ended{}}})
        EXPECT_EQ(detail::stream_of(e), session_id);
}
TEST(YamuxEvent, IsSmall) { EXPECT_LE(sizeof(event), 24U); }

} // namespace
