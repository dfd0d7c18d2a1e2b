// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/identify/push.hpp>

#include "samples.hpp"
#include "tests/support/pair.hpp"

#include <gtest/gtest.h>

namespace {

namespace id = lp2p::identify;
using id::errc;
using id::push_receiver;
using lp2p::party;
using lp2p::reason;
using lp2p::test::encoded;
using lp2p::test::framed;
using lp2p::test::key;
using lp2p::test::start;
using lp2p::test::usual;
using namespace std::chrono_literals;

push_receiver make(lp2p::instant now = start) { return push_receiver{{.remote_key = key()}, now}; }

id::message received(const id::message& m) {
    push_receiver r = make();
    EXPECT_TRUE(r.receive(framed(encoded(m)), start));
    r.receive_end({}, start);
    EXPECT_EQ(*r.ended(), reason{});
    return r.take();
}

TEST(IdentifyPush, AReceiverReadsWhatASenderSays) {
    lp2p::test::pair p{id::push_sender{usual(), {}, start}, make()};
    p.pump();
    EXPECT_EQ(p.listener.take(), usual());
    EXPECT_EQ(*p.dialer.ended(), reason{});
}

TEST(IdentifyPush, TheKeyMayBeAbsentButNotAnothers) {
    auto m = usual();
    m.public_key.reset();
    EXPECT_EQ(received(m), m);
    m.public_key = lp2p::test::raw("another");
    push_receiver r = make();
    EXPECT_EQ(r.receive(framed(encoded(m)), start).error(), errc::wrong_key);
}

TEST(IdentifyPush, ThreatPushWithoutProtocolsOrWithoutAnyFieldSaysNothingOfThem) {
    id::message agent;
    agent.agent_version = "only this";
    EXPECT_FALSE(received(agent).protocols_present);
    EXPECT_FALSE(received({}).protocols_present);
    EXPECT_FALSE(received({}).listen_addrs_present);
}

TEST(IdentifyPush, AStreamThatEndsWithoutAMessageIsAnError) {
    push_receiver r = make();
    r.receive_end({}, start);
    EXPECT_EQ(*r.ended(), (reason{errc::no_message, party::remote, 0}));
}

TEST(IdentifyPush, KeepsTheLaws) {
    using namespace lp2p::test;
    subject s{[](lp2p::instant now) { return make(now); }, tell_identify};
    for (const auto& bytes : {framed(encoded({})), framed(encoded(usual())), raw("\x03/a")}) {
        EXPECT_EQ(all_laws(s, {arrives(bytes), other_side_ends()}), "");
        EXPECT_EQ(all_laws(s, {arrives(bytes), time_passes(6s)}), "");
    }
}

} // namespace
