// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/service/pubsub_peer.hpp>

#include "tests/support/laws.hpp"

#include <gtest/gtest.h>

namespace lp2p::service {
namespace {

substream_id stream(std::uint64_t conn, std::uint32_t n) {
    return {conn_id{conn}, substream_index{n}};
}

TEST(PubsubPeer, FindsItsConnectionsAndStreams) {
    pubsub_peer p;
    p.conns = {{conn_id{1}, direction::inbound, 2, false},
               {conn_id{2}, direction::outbound, 0, false}};
    ASSERT_NE(p.carrier_of(conn_id{1}), nullptr);
    EXPECT_EQ(p.carrier_of(conn_id{1})->streams, 2U);
    EXPECT_EQ(p.carrier_of(conn_id{3}), nullptr);
    const auto reader = [] {
        return std::make_unique<pubsub::rpc_stream>(pubsub::rpc_flow::inbound,
                                                    pubsub::rpc_stream_config{}, test::start);
    };
    p.in.push_back({stream(1, 1), reader()});
    p.in.push_back({stream(2, 1), reader()});
    EXPECT_EQ(p.stream_of(stream(2, 1)), p.in[1].reader.get());
    EXPECT_EQ(p.stream_of(stream(2, 2)), nullptr);
    p.out_id = stream(2, 2);
    EXPECT_EQ(p.stream_of(stream(2, 2)), nullptr) << "not open yet";
}
TEST(PubsubPeer, WhatWasCutGoesBeforeWhatWasKeptAndHasABound) {
    pubsub_peer p;
    p.keep_unsent(to_vector(as_bytes("later")), 10);
    p.keep_unsent(to_vector(as_bytes("first")), 10);
    EXPECT_EQ(as_text(p.unsent), "firstlater");
    p.keep_unsent(to_vector(as_bytes("x")), 10);
    EXPECT_TRUE(p.unsent.empty());
}

TEST(PubsubPeer, TheNewestThatIsNotBeingReplacedStays) {
    pubsub_peer p;
    EXPECT_EQ(p.staying(), nullptr);
    p.conns.push_back({conn_id{1}, direction::outbound});
    p.conns.push_back({conn_id{2}, direction::outbound});
    EXPECT_EQ(p.staying()->conn, conn_id{2});
    p.conns.back().leaving = true;
    EXPECT_EQ(p.staying()->conn, conn_id{1});
    p.conns.front().leaving = true;
    EXPECT_EQ(p.staying(), nullptr);
}

} // namespace
} // namespace lp2p::service
