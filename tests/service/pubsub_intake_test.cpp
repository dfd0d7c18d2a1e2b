// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/service/pubsub.hpp>

#include "tests/service/pubsub_world.hpp"

namespace lp2p::service {
namespace {

class Intake : public PubsubWorld {
protected:
    /// One RPC with so many messages by a peer, and subscriptions and GRAFT around them.
    byte_vector crowd(std::size_t messages) {
        byte_vector body, control;
        pubsub::encode_subscription("t", true, body);
        for (std::size_t i = 1; i <= messages; ++i) {
            const std::string text = std::to_string(i); // a signed message is a view of it
            const auto m = *pubsub::sign(null_crypto{}, them.key, them.id, i, "t", as_bytes(text));
            pubsub::encode_publish(m.view(), body);
        }
        pubsub::encode_graft("t", control);
        pubsub::encode_control_header(control.size(), body);
        append(body, control);
        return framed(body);
    }
};

TEST_F(Intake, MoreMessagesThanMayWaitForAVerdictArriveWhole) {
    bounds.validations_per_peer = 4;
    for (const std::size_t n : {1U, 2U, 3U, 4U, 5U, 100U}) {
        s = make();
        conn = h.connect(them.id);
        (void)live();
        (void)remote_opens(crowd(n));
        std::size_t messages = 0, rejected = 0, subscribed = 0;
        for (const auto& e : drained()) {
            if (const auto* m = std::get_if<pubsub_message>(&e)) {
                ++messages;
                EXPECT_EQ(as_text(s.take(m->id)->view.data), std::to_string(messages));
            }
            rejected += std::holds_alternative<message_rejected>(e) ? 1 : 0;
            subscribed += std::holds_alternative<peer_subscribed>(e) ? 1 : 0;
        }
        EXPECT_EQ(messages, n);
        EXPECT_EQ(rejected, 0U) << n;
        EXPECT_EQ(subscribed, 1U) << n;
        EXPECT_EQ(s.mesh_peers("t").size(), 1U) << "control counts once, behind them";
    }
}

} // namespace
} // namespace lp2p::service
