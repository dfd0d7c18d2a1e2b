// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/connection/substream_talk.hpp>

#include <gtest/gtest.h>

namespace {

using namespace lp2p;

constexpr instant t0 = instant{} + std::chrono::hours{1};

/// Two sessions, and one stream of the first with a negotiation at both ends.
struct two {
    yamux::session a{yamux::role::dialer, {}, t0}, b{yamux::role::listener, {}, t0};
    yamux::stream_id stream = *a.open(t0);
    std::unique_ptr<negotiation> proposing, answering;

    two(const std::vector<std::string>& wanted, std::initializer_list<std::string_view> served)
        : proposing{propose(wanted, seconds{10}, default_limits, t0)}
        , answering{answer(*multistream::protocol_list::of(served), default_limits, t0)} {}

    static void move(yamux::session& from, yamux::session& to) {
        for (byte_view v = from.transmit(4096); !v.empty(); v = from.transmit(4096)) {
            const byte_vector copy = to_vector(v);
            from.transmitted(v.size());
            ASSERT_TRUE(to.receive(copy, t0));
        }
    }
    void run() {
        for (int i = 0; i < 10; ++i) {
            EXPECT_TRUE(pump(*proposing, a, stream, t0));
            move(a, b);
            EXPECT_TRUE(pump(*answering, b, stream, t0));
            move(b, a);
        }
    }
};

TEST(SubstreamTalk, BothSidesAgreeAndLeaveWhatIsBehind) {
    two t{{"/none", "/chat"}, {"/chat"}};
    EXPECT_TRUE(has_more_to_say(*t.proposing));
    EXPECT_FALSE(has_more_to_say(*t.answering)); // nothing before the first byte
    t.run();
    EXPECT_EQ(outcome(*t.proposing).agreed, "/chat");
    EXPECT_EQ(outcome(*t.answering).agreed, "/chat");
    ASSERT_TRUE(t.a.write(t.stream, as_bytes("hello")));
    t.run();
    EXPECT_EQ(as_text(t.b.read(t.stream)), "hello");
}
TEST(SubstreamTalk, WhileItRunsItHasNoOutcome) {
    two t{{"/chat"}, {"/chat"}};
    EXPECT_FALSE(outcome(*t.proposing).agreed);
    EXPECT_FALSE(outcome(*t.proposing).failed);
}
TEST(SubstreamTalk, ARefusalIsOneAndWantsAReset) {
    two t{{"/none"}, {"/chat"}};
    t.run();
    const talk_outcome went = outcome(*t.proposing);
    ASSERT_TRUE(went.failed);
    EXPECT_EQ(went.failed->why, fault::refused);
    EXPECT_EQ(wants_end(*t.proposing)->how, end::reset);
}
TEST(SubstreamTalk, AResetBeforeTheAnswerIsNoRefusal) {
    two t{{"/chat"}, {"/chat"}};
    receive_end(*t.proposing, {end::reset, 7}, t0);
    const talk_outcome went = outcome(*t.proposing);
    ASSERT_TRUE(went.failed);
    EXPECT_EQ(went.failed->why, fault::closed);
    EXPECT_EQ(went.failed->wire_code, 7U);
}

} // namespace
