// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/full.hpp>

#include <asio/io_context.hpp>

#include <gtest/gtest.h>

namespace lp2p {
namespace {

TEST(Full, ANodeThatIsMadeHasAKeyASeedAndTheTimeOfDay) {
    const unix_time before = io::unix_now();
    const node a = make_node();
    const node b = make_node();
    EXPECT_FALSE(a.id() == b.id());
    EXPECT_NE(a.settings().seed, 0U);
    EXPECT_NE(a.settings().seed, b.settings().seed);
    EXPECT_GE(a.settings().unix_now, before);
    EXPECT_LE(b.settings().unix_now, io::unix_now());
}
TEST(Full, WhatTheConfigSaysStays) {
    const node n = make_node({.agent = "mine", .seed = 7, .unix_now = unix_time{9}});
    EXPECT_EQ(n.settings().agent, "mine");
    EXPECT_EQ(n.settings().seed, 7U);
    EXPECT_EQ(n.settings().unix_now, unix_time{9});
}
TEST(Full, TheSameKeyIsTheSamePeer) {
    const crypto::botan crypto;
    const auto pem = crypto.to_pem(*crypto.generate(crypto::key_type::ed25519));
    ASSERT_TRUE(pem);
    EXPECT_TRUE(make_node(*crypto.load_pem(*pem)).id() == make_node(*crypto.load_pem(*pem)).id());
}
TEST(Full, TwoDriversOfOneContextMeet) {
    asio::io_context context;
    driver a{context.get_executor(), make_node()};
    driver b{context.get_executor(), make_node()};
    const auto at = a.listen(*wire::multiaddr::parse("/ip4/127.0.0.1/tcp/0"));
    ASSERT_TRUE(at);
    std::error_code dialed = asio::error::would_block;
    b.async_dial(at->with_peer(a.node().id()), [&](std::error_code ec, conn_id conn) {
        dialed = ec;
        EXPECT_TRUE(b.node().peer(conn) == a.node().id());
        b.async_shut_down([](std::error_code) {});
        a.async_shut_down([](std::error_code) {});
    });
    context.run_for(std::chrono::seconds{30});
    EXPECT_FALSE(dialed) << dialed.message();
    EXPECT_TRUE(context.stopped()) << "nothing is left to run";
}

} // namespace
} // namespace lp2p
