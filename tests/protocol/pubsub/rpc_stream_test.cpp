// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/pubsub/rpc_stream.hpp>

#include "tests/protocol/pubsub/support.hpp"
#include "tests/support/laws.hpp"

#include <gtest/gtest.h>

namespace {
using namespace lp2p;
using pubsub::errc;
using pubsub::rpc_flow;
using test::from_hex;

constexpr instant now = test::pubsub_start;

/// Takes every RPC as soon as it is told.
auto inbound(std::size_t most = 1024) {
    return test::subject{[most](instant at) {
                             return pubsub::rpc_stream{rpc_flow::inbound, {.rpc_most = most}, at};
                         },
                         [](auto& m, const auto& event, instant, test::journal& j) {
                             if (std::holds_alternative<pubsub::rpc_received>(event))
                                 while (const auto rpc = m.take())
                                     j.say("rpc " + test::to_hex(*rpc));
                             if (const auto* e = std::get_if<pubsub::rpc_stream_ended>(&event))
                                 j.say("ended " + test::to_text(e->why));
                         }};
}
/// Writes an RPC at each local call, where it may.
auto outbound() {
    return test::subject{[](instant at) {
                             return pubsub::rpc_stream{rpc_flow::outbound, {}, at};
                         },
                         [](auto&, const auto& event, instant, test::journal& j) {
                             if (const auto* e = std::get_if<pubsub::rpc_stream_ended>(&event))
                                 j.say("ended " + test::to_text(e->why));
                         },
                         [](auto& m, unsigned which, instant, test::journal&) {
                             if (which == 0) m.send(from_hex("03010203"));
                             if (which == 1) m.finish();
                         }};
}

TEST(PubsubRpcStream, KeepsTheLaws) {
    const byte_vector three = from_hex("03aabbcc0002ddee");
    byte_vector large = from_hex("01ff8109");
    EXPECT_EQ("", test::all_laws(inbound(), {test::arrives(three), test::other_side_ends()}));
    EXPECT_EQ("", test::all_laws(inbound(), {test::arrives(three)}));
    EXPECT_EQ("", test::all_laws(inbound(), {test::arrives(from_hex("03aa")),
                                             test::other_side_ends({end::reset, 5})}));
    EXPECT_EQ("", test::all_laws(inbound(), {test::arrives(large)}));
    EXPECT_EQ("", test::all_laws(inbound(), {test::arrives(from_hex("018000"))}));
    EXPECT_EQ("", test::all_laws(outbound(), {test::local_call(0), test::arrives(three),
                                              test::local_call(0), test::local_call(1)}));
    EXPECT_EQ("", test::all_laws(outbound(), {test::local_call(0), test::other_side_ends()}));
}

TEST(PubsubRpcStream, CutsWhatArrivesIntoRpcs) {
    const auto j = test::play(
        inbound(), {test::arrives(from_hex("03aabbcc0002ddee")), test::other_side_ends()});
    EXPECT_EQ((std::vector<std::string>{"rpc aabbcc", "rpc ", "rpc ddee",
                                        "ended " + test::to_text(reason{{}, party::remote})}),
              j.lines);
    EXPECT_EQ(end{end::fin}, j.wanted_end);
}

TEST(PubsubRpcStream, Threats7_RpcOverTheLimitIsRefusedOnItsLength) {
    pubsub::rpc_stream s{rpc_flow::inbound, {}, now};
    const byte_vector at_bound = from_hex("808040"); // 1 MiB
    ASSERT_TRUE(s.receive(at_bound, now));
    EXPECT_FALSE(s.ended());
    pubsub::rpc_stream over{rpc_flow::inbound, {}, now};
    const auto took = over.receive(from_hex("818040"), now);
    ASSERT_FALSE(took);
    EXPECT_EQ(error{errc::rpc_too_large}, took.error());
    EXPECT_EQ((end{end::reset, 0}), over.wants_end());
    EXPECT_EQ(party::remote, over.ended()->by);
    EXPECT_EQ(took.error(), over.receive(from_hex("00"), now).error());
}

TEST(PubsubRpcStream, MemoryFollowsBytesReceived) {
    pubsub::rpc_stream s{rpc_flow::inbound, {}, now};
    ASSERT_TRUE(s.receive(from_hex("ffff3f0102"), now));
    EXPECT_EQ(5U, s.held());
    pubsub::rpc_stream t{rpc_flow::inbound, {}, now};
    ASSERT_TRUE(t.receive(from_hex("0401020304"), now));
    ASSERT_TRUE(t.take());
    EXPECT_FALSE(t.take());
    EXPECT_EQ(0U, t.held());
}

TEST(PubsubRpcStream, RpcsBeforeABadLengthCanStillBeTaken) {
    pubsub::rpc_stream s{rpc_flow::inbound, {}, now};
    EXPECT_EQ(error{errc::bad_length}, s.receive(from_hex("01aa8000"), now).error());
    ASSERT_TRUE(std::holds_alternative<pubsub::rpc_received>(*s.poll_event()));
    EXPECT_EQ(from_hex("aa"), to_vector(*s.take()));
    EXPECT_FALSE(s.take());
    EXPECT_TRUE(std::holds_alternative<pubsub::rpc_stream_ended>(*s.poll_event()));
}

TEST(PubsubRpcStream, EndsAreTold) {
    const auto ended = [](std::string_view hex, end how, rpc_flow flow = rpc_flow::inbound) {
        pubsub::rpc_stream s{flow, {}, now};
        (void)s.receive(from_hex(hex), now);
        s.receive_end(how, now);
        return *s.ended();
    };
    EXPECT_EQ((reason{{}, party::remote}), ended("01aa", {}));
    EXPECT_EQ((reason{errc::cut_short, party::remote}), ended("02aa", {}));
    EXPECT_EQ((reason{errc::cut_short, party::remote}), ended("80", {}));
    EXPECT_EQ((reason{errc::stream_reset, party::remote, 9}), ended("01aa", {end::reset, 9}));
    EXPECT_EQ((reason{errc::closed_by_peer, party::remote}), ended("", {}, rpc_flow::outbound));
    EXPECT_EQ((reason{errc::stream_reset, party::remote, 9}),
              ended("", {end::reset, 9}, rpc_flow::outbound));
}

TEST(PubsubRpcStream, BytesOnAStreamThatOnlyWeSendOnAreCounted) {
    pubsub::rpc_stream s{rpc_flow::outbound, {}, now};
    EXPECT_EQ(5U, *s.receive(from_hex("ffffffffff"), now));
    EXPECT_EQ(5U, s.ignored_bytes());
    EXPECT_EQ(0U, s.held());
    EXPECT_FALSE(s.ended());
    EXPECT_FALSE(s.poll_event());
}

TEST(PubsubRpcStream, SendsOneAfterTheOtherAndGivesBackWhatDidNotLeave) {
    pubsub::rpc_stream s{rpc_flow::outbound, {}, now};
    EXPECT_TRUE(s.may_send());
    EXPECT_FALSE(s.send({}));
    EXPECT_TRUE(s.send(from_hex("020102")));
    EXPECT_FALSE(s.may_send());
    EXPECT_FALSE(s.send(from_hex("0103")));
    EXPECT_EQ(from_hex("02"), to_vector(s.transmit(1)));
    s.transmitted(1);
    EXPECT_EQ(from_hex("0102"), to_vector(s.transmit(100)));
    EXPECT_FALSE(s.poll_event());
    s.transmitted(2);
    EXPECT_TRUE(std::holds_alternative<pubsub::rpc_sent>(*s.poll_event()));
    EXPECT_TRUE(s.send(from_hex("0103")));
    s.transmitted(1);
    s.receive_end({end::reset, 1}, now);
    EXPECT_FALSE(s.may_send());
    EXPECT_EQ(from_hex("0103"), std::move(s).unsent()) << "whole, for the next stream";
}

TEST(PubsubRpcStream, AnInboundStreamCarriesNothingOut) {
    pubsub::rpc_stream s{rpc_flow::inbound, {}, now};
    EXPECT_FALSE(s.may_send());
    EXPECT_FALSE(s.send(from_hex("0103")));
    EXPECT_TRUE(s.transmit(100).empty());
}

TEST(PubsubRpcStream, FinishingLetsTheRestLeaveFirst) {
    pubsub::rpc_stream s{rpc_flow::outbound, {}, now};
    ASSERT_TRUE(s.send(from_hex("020102")));
    s.finish();
    EXPECT_EQ(reason{}, *s.ended());
    EXPECT_EQ(end{end::fin}, s.wants_end());
    EXPECT_EQ(3U, s.transmit(100).size());
    s.transmitted(3);
    EXPECT_TRUE(s.transmit(100).empty());
    EXPECT_TRUE(std::holds_alternative<pubsub::rpc_stream_ended>(*s.poll_event()));
    EXPECT_FALSE(s.poll_event());
}

} // namespace
