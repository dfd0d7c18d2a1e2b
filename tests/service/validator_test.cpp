// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/service/validator.hpp>

#include <gtest/gtest.h>

namespace lp2p::service {
namespace {

TEST(Validator, WhereThereIsNoneEverythingIsAccepted) {
    EXPECT_EQ(validator{}({}, {}, {}), pubsub::verdict::accept);
}
TEST(Validator, IsAskedWithTheMessageAndAnswersNowOrLater) {
    struct state {
        std::string_view topic;
        pubsub::message_handle id{};
    } seen;
    const validator v{&seen,
                      [](void* self, pubsub::message_handle id, const pubsub::message_view& m,
                         const wire::peer_id&) noexcept -> std::optional<pubsub::verdict> {
                          *static_cast<state*>(self) = {m.topic, id};
                          if (m.data.empty()) return std::nullopt;
                          return pubsub::verdict::reject;
                      }};
    pubsub::message_view m;
    m.topic = "t";
    EXPECT_EQ(v(pubsub::message_handle{7}, m, {}), std::nullopt);
    EXPECT_EQ(seen.topic, "t");
    EXPECT_EQ(seen.id, pubsub::message_handle{7});
    m.data = as_bytes("x");
    EXPECT_EQ(v(pubsub::message_handle{8}, m, {}), pubsub::verdict::reject);
}

} // namespace
} // namespace lp2p::service
