// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/service/pubsub_events.hpp>

#include <gtest/gtest.h>

namespace lp2p::service {
namespace {

static_assert(sizeof(pubsub_event) <= 96, "events own small values; messages are taken by id");
static_assert(std::is_nothrow_move_constructible_v<pubsub_event>);

TEST(PubsubEvents, ATopicIsSharedAndNotCopied) {
    const pubsub::topic_name topic{std::string(200, 't')};
    const pubsub_event first = peer_subscribed{topic, {}};
    const pubsub_event second = first; // NOLINT: the copy is the point
    EXPECT_EQ(std::get<peer_subscribed>(first).topic.text().data(),
              std::get<peer_subscribed>(second).topic.text().data());
}

} // namespace
} // namespace lp2p::service
