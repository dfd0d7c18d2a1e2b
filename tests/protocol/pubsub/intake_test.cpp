// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/pubsub/intake.hpp>

#include "tests/protocol/pubsub/support.hpp"

#include <gtest/gtest.h>

namespace {
using namespace lp2p;
using pubsub::message_handle;

pubsub::waiting_message waiting(pubsub::intake& in, std::size_t size = 10) {
    pubsub::waiting_message w;
    w.handle = in.next_handle();
    w.encoded = shared_bytes{byte_vector(size)};
    return w;
}
pubsub::delivery delivered(std::uint64_t handle, std::size_t size = 10) {
    pubsub::delivery d;
    d.handle = message_handle{handle};
    d.encoded = shared_bytes{byte_vector(size)};
    return d;
}

TEST(PubsubIntake, WaitingMessagesAreFoundByHandle) {
    pubsub::intake in{{}};
    for (int i = 0; i < 5; ++i) in.add(waiting(in));
    EXPECT_EQ(50U, in.waiting_bytes());
    EXPECT_TRUE(in.remove(message_handle{3}));
    EXPECT_FALSE(in.remove(message_handle{3}));
    EXPECT_EQ(nullptr, in.find(message_handle{3}));
    for (const std::uint64_t h : {1U, 2U, 4U, 5U}) {
        ASSERT_NE(nullptr, in.find(message_handle{h}));
        EXPECT_EQ(message_handle{h}, in.find(message_handle{h})->handle);
    }
    EXPECT_EQ(4U, in.waiting());
    EXPECT_EQ(40U, in.waiting_bytes());
}

TEST(PubsubIntake, Threats2_UntakenMessagesAreBoundedByCount) {
    pubsub::intake in{{}};
    for (std::uint64_t h = 1; h <= 10; ++h) in.deliver(delivered(h), 4, 1000);
    EXPECT_EQ(4U, in.untaken());
    EXPECT_EQ(6U, in.take_dropped());
    EXPECT_EQ(0U, in.take_dropped());
    EXPECT_FALSE(in.take(message_handle{6}));
    EXPECT_TRUE(in.take(message_handle{8})) << "in any order";
    EXPECT_FALSE(in.take(message_handle{8})) << "once";
    EXPECT_TRUE(in.take(message_handle{7}));
}

TEST(PubsubIntake, Threats2_UntakenMessagesAreBoundedByBytes) {
    pubsub::intake in{{}};
    for (std::uint64_t h = 1; h <= 10; ++h) in.deliver(delivered(h, 100), 1000, 250);
    EXPECT_EQ(2U, in.untaken());
    EXPECT_TRUE(in.take(message_handle{9}));
    in.deliver(delivered(11, 100), 1000, 250);
    EXPECT_TRUE(in.take(message_handle{10}));
    in.deliver(delivered(12, 251), 1000, 250);
    EXPECT_EQ(0U, in.untaken()) << "larger than all that is allowed";
}

TEST(PubsubIntake, DigestsDependOnTheSeed) {
    pubsub::router_config other;
    other.seed = 5;
    EXPECT_NE(pubsub::intake{{}}.digest(as_bytes("id")),
              pubsub::intake{other}.digest(as_bytes("id")));
}

} // namespace
