// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/service/host.hpp>

#include "tests/support/fake_host.hpp"
#include "tests/support/laws.hpp"

#include <lp2p/protocol/ping/ping.hpp>

#include <gtest/gtest.h>

namespace lp2p::service {
namespace {

using test::fake_host;
using test::start;

struct world {
    fake_host h;
    conn_id conn = h.connect({});
};

TEST(ServicePump, EchoesMoreThanAMachineMayOwe) {
    world w;
    const auto id = w.h.remote_opens(w.conn, ping::protocol, byte_vector(32 * 100, std::byte{7}));
    ping::listener m{{}, start};
    EXPECT_FALSE(pump(m, id, w.h, start));
    EXPECT_EQ(w.h.streams[id].out.size(), 32U * 100) << "each answered, none of them too many";
}

TEST(ServicePump, ReadsNoMoreWhileAnswersFindNoRoom) {
    world w;
    const auto id = w.h.remote_opens(w.conn, ping::protocol, byte_vector(32 * 100, std::byte{7}));
    w.h.streams[id].room = 40;
    ping::listener m{{}, start};
    EXPECT_FALSE(pump(m, id, w.h, start));
    EXPECT_EQ(w.h.streams[id].in.size(), 32U * 100 - pump_piece) << "one piece was read";
    w.h.streams[id].room = ~std::size_t{0};
    EXPECT_FALSE(pump(m, id, w.h, start));
    EXPECT_EQ(w.h.streams[id].out.size(), 32U * 100);
}

TEST(ServicePump, AMachineThatEndedIsNotOverBeforeItsLastBytesAreWritten) {
    world w;
    const auto id = w.h.remote_opens(w.conn, ping::protocol, byte_vector(32, std::byte{7}));
    w.h.streams[id].room = 10;
    ping::listener m{{}, start};
    EXPECT_FALSE(pump(m, id, w.h, start));
    m.receive_end({}, start);
    EXPECT_FALSE(pump(m, id, w.h, start)) << "22 bytes of the echo wait";
    w.h.streams[id].room = 100;
    EXPECT_TRUE(pump(m, id, w.h, start));
    conclude(m, id, w.h, start);
    EXPECT_TRUE(w.h.streams[id].finished);
}

TEST(ServicePump, AResetNeedsNoRoom) {
    world w;
    const auto id = w.h.remote_opens(w.conn, ping::protocol, byte_vector(32, std::byte{7}));
    w.h.streams[id].room = 10;
    ping::listener m{{}, start};
    EXPECT_FALSE(pump(m, id, w.h, start));
    m.receive_end({end::reset, 5}, start);
    EXPECT_TRUE(pump(m, id, w.h, start));
}

TEST(ServiceLeaving, DropsWhatComesAndIsOverWithTheRemotesEnd) {
    world w;
    const auto id = w.h.remote_opens(w.conn, "/x", byte_vector(5000));
    leaving m{start + seconds{5}};
    EXPECT_FALSE(pump(m, id, w.h, start));
    EXPECT_TRUE(w.h.streams[id].in.empty()) << "credit went back";
    m.receive_end({}, start);
    EXPECT_TRUE(pump(m, id, w.h, start));
    EXPECT_FALSE(m.wants_end());
    EXPECT_FALSE(m.was_reset());
    EXPECT_FALSE(m.next_timeout());
}

TEST(ServiceLeaving, ResetsAStreamThatTheRemoteNeverEnds) {
    leaving m{start + seconds{5}};
    m.handle_timeout(start + seconds{5} - duration{1});
    EXPECT_FALSE(m.ended());
    m.handle_timeout(start + seconds{5});
    ASSERT_TRUE(m.ended());
    EXPECT_EQ(m.wants_end(), (end{end::reset, 0}));
}

} // namespace
} // namespace lp2p::service
