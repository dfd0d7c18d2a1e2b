// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/service/pubsub.hpp>

#include "tests/service/pubsub_world.hpp"

namespace lp2p::service {
namespace {

class Pubsub : public PubsubWorld {};

// ---- our stream ----

TEST_F(Pubsub, OneStreamIsOpenedPerPeerWhateverHappensBelow) {
    opened();
    ASSERT_EQ(streams(), 1U);
    const auto& first = h.streams.at(newest());
    EXPECT_EQ(first.use, purpose::pubsub);
    EXPECT_EQ(first.proposals.size(), 2U);
    EXPECT_EQ(first.deadline, now + seconds{10});
    const conn_id other = h.connect(them.id);
    s.opened(other, direction::inbound, h, now);
    EXPECT_EQ(streams(), 1U) << "while one is being opened";
    (void)agree();
    s.opened(h.connect(them.id), direction::inbound, h, now);
    (void)remote_opens();
    (void)remote_opens();
    advance(minutes{1});
    EXPECT_EQ(streams(), 1U) << "while one lives";
}

TEST_F(Pubsub, TheHelloGoesFirst) {
    ASSERT_TRUE(s.subscribe("u", h, now));
    const auto id = live();
    const auto all = rpcs(written(id));
    ASSERT_GE(all.size(), 1U);
    EXPECT_EQ(all[0].subscribed, (std::vector<std::string>{"u", "t"}));
    const auto out = told<pubsub_stream_out>();
    ASSERT_EQ(out.size(), 1U);
    EXPECT_EQ(out[0].peer, them.id);
    EXPECT_EQ(out[0].kind, pubsub::peer_kind::gossipsub_v11);
}

TEST_F(Pubsub, ANewStreamBeginsWithTheSubscriptionsAndTheGraftsOfTheMesh) {
    auto id = live();
    (void)remote_opens(subscribes("t"));
    advance(seconds{2});
    ASSERT_EQ(s.mesh_peers("t"), std::vector{them.id});
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(s.finished(id, {end::reset, 1}, h, now));
        EXPECT_FALSE(s.ended(id, connections::errc::transport_reset, h, now)) << "ours no more";
        publish("while there is no stream " + std::to_string(i));
        advance(seconds{1});
        id = agree();
        const auto all = rpcs(written(id));
        ASSERT_GE(all.size(), 1U);
        EXPECT_EQ(all[0].subscribed, std::vector<std::string>{"t"});
        EXPECT_EQ(all[0].grafted, std::vector<std::string>{"t"});
        EXPECT_EQ(messages_in(written(id)).size(), 1U) << "what waited follows";
    }
    EXPECT_EQ(s.mesh_peers("t"), std::vector{them.id});
}

TEST_F(Pubsub, SubscriptionsGoAgainWhenTheRemoteOpensANewStream) {
    const auto id = live();
    (void)remote_opens();
    const std::size_t before = rpcs(written(id)).size();
    (void)remote_opens();
    const auto all = rpcs(written(id));
    ASSERT_EQ(all.size(), before + 1) << "H3";
    EXPECT_EQ(all.back().subscribed, std::vector<std::string>{"t"});
}

/// go takes a peer out of its mesh when its own stream to it ends, and grafts it by itself only
/// where that mesh is small: a link that one side holds alone.
TEST_F(Pubsub, APeerThatOpensAnotherStreamIsGraftedAgain) {
    const auto id = live();
    (void)remote_opens(subscribes("t"));
    advance(seconds{2});
    ASSERT_EQ(s.mesh_peers("t"), std::vector{them.id});
    const std::size_t before = rpcs(written(id)).size();
    (void)remote_opens();
    const auto all = rpcs(written(id));
    ASSERT_EQ(all.size(), before + 1);
    EXPECT_EQ(all.back().subscribed, std::vector<std::string>{"t"});
    EXPECT_EQ(all.back().grafted, std::vector<std::string>{"t"});
}

TEST_F(Pubsub, EveryFailureIsTriedAgainWithBackoff) {
    const error causes[] = {connections::errc::negotiation_reset,
                            connections::errc::negotiation_timeout, connections::errc::ack_backlog,
                            connections::errc::negotiation_closed};
    opened();
    duration wait = milliseconds{500};
    std::size_t opened_so_far = 1;
    for (const error why : causes) {
        ASSERT_TRUE(s.failed(newest(), why, h, now));
        const auto refused = told<pubsub_refused>();
        ASSERT_EQ(refused.size(), 1U);
        EXPECT_EQ(refused[0].why, why);
        if (opened_so_far == 4) break; // no fifth on this connection
        advance(wait - duration{1});
        EXPECT_EQ(streams(), opened_so_far);
        advance(duration{1});
        EXPECT_EQ(streams(), ++opened_so_far);
        wait = wait * 2;
    }
}

TEST_F(Pubsub, AnOpenThatFailsAtOnceCostsNoneOfTheFourAndIsTriedForEver) {
    h.open_fails = connections::errc::stream_limit;
    opened();
    advance(minutes{10});
    EXPECT_EQ(streams(), 0U);
    const auto refused = told<pubsub_refused>();
    EXPECT_GT(refused.size(), 15U);
    EXPECT_LT(refused.size(), 40U) << "with backoff";
    EXPECT_EQ(refused[0].why, error{connections::errc::stream_limit});
    h.open_fails.reset();
    advance(seconds{32});
    EXPECT_EQ(streams(), 1U);
    (void)agree();
    EXPECT_EQ(told<pubsub_exhausted>().size(), 0U);
}

TEST_F(Pubsub, AnExplicitNoWaitsForAList) {
    opened();
    h.refuse(newest());
    EXPECT_TRUE(s.failed(newest(), connections::errc::not_supported, h, now));
    advance(minutes{10});
    EXPECT_EQ(streams(), 1U);
    (void)remote_opens(); // that it speaks to us is no list
    s.listed(conn, "go-libp2p", h, now);
    EXPECT_EQ(streams(), 1U) << "no list has it yet";
    h.knowledge(conn)->listed({std::string{mesh}});
    s.listed(conn, "go-libp2p", h, now);
    ASSERT_EQ(streams(), 2U);
    (void)agree();
    s.listed(conn, "go-libp2p", h, now);
    EXPECT_EQ(streams(), 2U);
}

TEST_F(Pubsub, AnExplicitNoWaitsForANewConnection) {
    opened();
    h.refuse(newest());
    EXPECT_TRUE(s.failed(newest(), connections::errc::not_supported, h, now));
    const conn_id other = h.connect(them.id);
    s.opened(other, direction::outbound, h, now);
    ASSERT_EQ(streams(), 2U);
    EXPECT_EQ(newest().conn, other);
}

TEST_F(Pubsub, AWithdrawnProtocolKeepsTheOpenStreamAndGetsNoNewOne) {
    const auto id = live();
    h.knowledge(conn)->listed({std::string{mesh}});
    s.listed(conn, "go-libp2p", h, now);
    h.knowledge(conn)->listed({"/ipfs/ping/1.0.0"});
    s.listed(conn, "go-libp2p", h, now);
    publish("still");
    EXPECT_FALSE(h.streams.at(id).gone());
    EXPECT_TRUE(s.finished(id, {}, h, now));
    advance(minutes{5});
    EXPECT_EQ(streams(), 1U);
    EXPECT_TRUE(h.replaced.empty()) << "that is its will";
    EXPECT_TRUE(s.mesh_peers("t").empty()) << "nothing can be sent to it";
    const conn_id other = h.connect(them.id);
    h.knowledge(other)->listed({std::string{mesh}});
    s.opened(other, direction::outbound, h, now);
    EXPECT_EQ(streams(), 2U) << "another connection lists it";
    EXPECT_EQ(newest().conn, other);
}

TEST_F(Pubsub, AtMostFourStreamsOnOneConnectionThenItSaysSo) {
    ASSERT_TRUE(s.subscribe("t", h, now));
    opened();
    for (int i = 0; i < 4; ++i) {
        const auto id = agree();
        EXPECT_TRUE(s.finished(id, {end::reset, 0}, h, now));
        advance(seconds{40});
    }
    EXPECT_EQ(streams(), 4U);
    const auto events = drained();
    std::size_t exhausted = 0, lost = 0;
    for (const auto& e : events) {
        if (const auto* x = std::get_if<pubsub_exhausted>(&e)) {
            ++exhausted;
            EXPECT_EQ(x->conn, conn);
        }
        lost += std::holds_alternative<pubsub_stream_lost>(e) ? 1 : 0;
    }
    EXPECT_EQ(exhausted, 1U);
    EXPECT_EQ(lost, 4U);
    ASSERT_FALSE(h.replaced.empty()) << "a new connection is asked for";
    EXPECT_EQ(h.replaced[0].first, conn);
    EXPECT_EQ(h.replaced[0].second, errc::streams_exhausted);
    advance(minutes{5});
    EXPECT_EQ(streams(), 4U);
    s.opened(h.connect(them.id), direction::outbound, h, now);
    ASSERT_EQ(streams(), 5U) << "another connection has four of its own";
    EXPECT_EQ(rpcs(written(agree()))[0].subscribed, std::vector<std::string>{"t"});
}

TEST_F(Pubsub, ItMovesToTheConnectionThatIsLeft) {
    const conn_id older = conn;
    const auto before = live();
    (void)remote_opens(subscribes("t"));
    advance(seconds{2});
    const conn_id newer = h.connect(them.id);
    s.opened(newer, direction::inbound, h, now);
    ASSERT_EQ(streams(), 1U);
    h.streams.at(before).room = 3; // an RPC is cut
    publish("cut in the middle");
    publish("waits");
    cut(older);
    ASSERT_EQ(streams(), 2U) << "at once";
    EXPECT_EQ(newest().conn, newer);
    const auto after = agree();
    const auto all = rpcs(written(after));
    ASSERT_GE(all.size(), 2U);
    EXPECT_EQ(all[0].subscribed, std::vector<std::string>{"t"});
    EXPECT_EQ(messages_in(written(after)),
              (std::vector<std::string>{"waits", "cut in the middle"}));
    EXPECT_TRUE(told<pubsub_exhausted>().empty());
}

TEST_F(Pubsub, WhatASecondConnectionCarriedGoesBackToTheFirst) {
    const conn_id first = conn;
    opened();
    h.refuse(newest());
    (void)s.failed(newest(), connections::errc::negotiation_reset, h, now);
    const conn_id second = h.connect(them.id);
    s.opened(second, direction::inbound, h, now);
    h.knowledge(first)->listed({std::string{mesh}});
    (void)agree();
    cut(second);
    ASSERT_EQ(streams(), 3U);
    EXPECT_EQ(newest().conn, first);
}

TEST_F(Pubsub, AnUnfinishedRpcGoesAgainWholeBehindTheHello) {
    auto id = live();
    (void)remote_opens(subscribes("t"));
    advance(seconds{2});
    for (int i = 0; i < 3; ++i) { // and again where that is cut too
        h.streams.at(id).room = 20;
        if (i == 0) publish("the one that is cut");
        EXPECT_TRUE(messages_in(written(id)).empty());
        EXPECT_TRUE(s.finished(id, {end::reset, 0}, h, now));
        advance(seconds{1});
        id = newest();
        if (i < 2) h.streams.at(id).room = 3;
        (void)agree();
    }
    const auto all = rpcs(written(id));
    ASSERT_GE(all.size(), 2U);
    EXPECT_EQ(all[0].subscribed, std::vector<std::string>{"t"});
    EXPECT_EQ(messages_in(written(id)), std::vector<std::string>{"the one that is cut"});
}

TEST_F(Pubsub, AShortWriteGoesOnWhenThereIsRoom) {
    const auto id = live();
    (void)remote_opens(subscribes("t"));
    advance(seconds{2});
    h.streams.at(id).room = 1;
    publish("one");
    publish("two");
    EXPECT_TRUE(messages_in(written(id)).empty());
    h.streams.at(id).room = 100'000;
    EXPECT_TRUE(s.writable(id, h, now));
    EXPECT_EQ(messages_in(written(id)), (std::vector<std::string>{"one", "two"}));
}

TEST_F(Pubsub, TheRemotesEndOfOurStreamMeansThatNobodyReadsIt) {
    const auto id = live();
    h.arrives(id, as_bytes("nobody sends on it"));
    EXPECT_TRUE(s.readable(id, h, now));
    EXPECT_TRUE(h.streams.at(id).in.empty());
    EXPECT_TRUE(s.finished(id, {}, h, now));
    EXPECT_TRUE(h.streams.at(id).reset);
    const auto lost = told<pubsub_stream_lost>();
    ASSERT_EQ(lost.size(), 1U);
    EXPECT_EQ(lost[0].why, error{pubsub::errc::closed_by_peer});
    EXPECT_FALSE(s.readable(id, h, now));
    EXPECT_FALSE(s.writable(id, h, now));
    EXPECT_FALSE(s.finished(id, {}, h, now));
    EXPECT_FALSE(s.ended(id, {}, h, now));
    advance(milliseconds{500});
    EXPECT_EQ(streams(), 2U);
}

TEST_F(Pubsub, ARetryOfAConnectionThatEndedIsForgotten) {
    opened();
    (void)s.failed(newest(), connections::errc::negotiation_timeout, h, now);
    cut(conn);
    advance(minutes{5});
    EXPECT_EQ(streams(), 1U);
    conn = h.connect(them.id);
    opened();
    EXPECT_EQ(streams(), 2U);
}

// ---- their streams ----

TEST_F(Pubsub, TheNewestStreamWinsAndTheOlderOnesWholeRpcsCount) {
    (void)live();
    const auto older = remote_opens(subscribes("t"));
    const auto newer = remote_opens();
    EXPECT_TRUE(h.streams.at(older).finished);
    EXPECT_FALSE(h.streams.at(older).reset);
    EXPECT_FALSE(h.streams.at(newer).finished);
    byte_vector rest = says(them, 1, "on the older");
    append(rest, byte_view{says(them, 2, "cut")}.first(20));
    arrives(older, rest);
    arrives(newer, says(them, 3, "on the newer"));
    EXPECT_TRUE(s.finished(older, {}, h, now));
    EXPECT_EQ(delivered(), (std::vector<std::string>{"on the older", "on the newer"}));
    EXPECT_EQ(s.topic_peers("t"), std::vector{them.id}) << "topics stay";
}

TEST_F(Pubsub, AHundredStreamsKeepFour) {
    (void)live();
    std::vector<substream_id> all;
    for (int i = 0; i < 100; ++i)
        all.push_back(remote_opens(i == 0 ? subscribes("t") : byte_vector{}));
    std::size_t kept = 0;
    for (const auto id : all) kept += h.streams.at(id).reset ? 0 : 1;
    EXPECT_EQ(kept, 4U);
    arrives(all.back(), says(them, 1, "works"));
    EXPECT_EQ(delivered(), std::vector<std::string>{"works"});
    EXPECT_FALSE(s.readable(all.front(), h, now));
}

TEST_F(Pubsub, AStreamMayComeBeforeTheConnectionCounts) {
    ASSERT_TRUE(s.subscribe("t", h, now));
    const auto id = remote_opens(subscribes("t"));
    EXPECT_FALSE(h.streams.at(id).reset) << "rust says its subscriptions once";
    EXPECT_EQ(told<peer_subscribed>().size(), 1U);
    opened();
    (void)agree();
    EXPECT_EQ(s.topic_peers("t"), std::vector{them.id});
    advance(seconds{2});
    EXPECT_EQ(s.mesh_peers("t"), std::vector{them.id});
}

TEST_F(Pubsub, AConnectionThatNeverCountedLeavesNothing) {
    ASSERT_TRUE(s.subscribe("t", h, now));
    const auto id = remote_opens(subscribes("t"));
    EXPECT_TRUE(s.ended(id, connections::errc::transport_reset, h, now));
    EXPECT_TRUE(s.topic_peers("t").empty());
}

TEST_F(Pubsub, WhoNeverProvedAnIdentityIsReset) {
    const conn_id nobody = h.connect({});
    const auto id = h.remote_opens(nobody, mesh);
    s.inbound(id, h, now);
    EXPECT_TRUE(h.streams.at(id).reset);
}

TEST_F(Pubsub, AnOversizedRpcResetsThatStreamAlone) {
    const auto ours = live();
    const auto good = remote_opens(subscribes("t"));
    const auto bad = remote_opens();
    byte_vector huge = says(them, 1, "before it");
    wire::encode_uvarint(bounds.rpc + 1, huge);
    arrives(bad, huge);
    EXPECT_TRUE(h.streams.at(bad).reset);
    EXPECT_FALSE(h.streams.at(good).reset);
    EXPECT_FALSE(h.streams.at(ours).gone());
    const auto events = drained();
    std::size_t rejected = 0, messages = 0;
    for (const auto& e : events) {
        if (const auto* r = std::get_if<message_rejected>(&e)) {
            ++rejected;
            EXPECT_EQ(r->why, error{pubsub::errc::rpc_too_large});
            EXPECT_EQ(r->peer, them.id);
        }
        messages += std::holds_alternative<pubsub_message>(e) ? 1 : 0;
    }
    EXPECT_EQ(rejected, 1U);
    EXPECT_EQ(messages, 1U) << "what came whole before counts";
}

TEST_F(Pubsub, WhatIsNoRpcResetsThatStreamAlone) {
    const auto ours = live();
    const auto bad = remote_opens(framed(as_bytes("\xff\xff\xff\xff")));
    EXPECT_TRUE(h.streams.at(bad).reset);
    EXPECT_FALSE(h.streams.at(ours).gone());
    const auto next = remote_opens(subscribes("t"));
    EXPECT_FALSE(h.streams.at(next).reset);
    EXPECT_EQ(s.topic_peers("t"), std::vector{them.id});
}

TEST_F(Pubsub, WhoLeavesIsNamedInWhatIsTold) {
    (void)live();
    (void)remote_opens(subscribes("t"));
    advance(seconds{2});
    (void)drained();
    cut(conn);
    const auto left = told<pruned>();
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left[0].peer, them.id);
    EXPECT_EQ(left[0].why, error{pubsub::errc::peer_left_topic});
    EXPECT_TRUE(s.topic_peers("t").empty());
    EXPECT_TRUE(s.mesh_peers("t").empty());
}

// ---- messages ----

TEST_F(Pubsub, ASignedMessageIsDeliveredOnce) {
    (void)live();
    const auto in = remote_opens(subscribes("t"));
    arrives(in, says(third, 1, "hello"));
    arrives(in, says(third, 1, "hello"));
    const auto told_all = told<pubsub_message>();
    ASSERT_EQ(told_all.size(), 1U);
    EXPECT_EQ(told_all[0].via, them.id);
    const auto m = s.take(told_all[0].id);
    ASSERT_TRUE(m);
    EXPECT_EQ(as_text(m->view.data), "hello");
    EXPECT_TRUE(equal(m->view.from, third.id.bytes()));
    EXPECT_FALSE(s.take(told_all[0].id)) << "once";
}

TEST_F(Pubsub, TheApplicationJudgesWhatHasAGoodSignature) {
    struct judge {
        std::vector<std::string> asked;
        std::vector<pubsub::message_handle> later;
        static std::optional<pubsub::verdict> ask(void* self, pubsub::message_handle id,
                                                  const pubsub::message_view& m,
                                                  const wire::peer_id&) noexcept {
            auto& j = *static_cast<judge*>(self);
            j.asked.emplace_back(as_text(m.data));
            if (j.asked.back() == "bad") return pubsub::verdict::reject;
            if (j.asked.back() == "good") return pubsub::verdict::accept;
            j.later.push_back(id);
            return std::nullopt;
        }
    } j;
    auto c = config(pubsub::signature_policy::strict_sign);
    c.validate = {&j, &judge::ask};
    s = {std::move(c), gossipsub::router{{}, us.id, start}, us.id, null_crypto{}};
    (void)live();
    const auto in = remote_opens(subscribes("t"));
    arrives(in, says(third, 1, "forged", true));
    arrives(in, says(third, 2, "good"));
    arrives(in, says(third, 3, "bad"));
    arrives(in, says(third, 4, "later"));
    arrives(in, says(third, 4, "later"));
    EXPECT_EQ(j.asked, (std::vector<std::string>{"good", "bad", "later"})) << "each once";
    std::vector<error> refused;
    std::vector<std::string> got;
    for (const auto& e : drained()) {
        if (const auto* m = std::get_if<pubsub_message>(&e))
            got.emplace_back(as_text(s.take(m->id)->view.data));
        if (const auto* r = std::get_if<message_rejected>(&e)) refused.push_back(r->why);
    }
    EXPECT_EQ(got, std::vector<std::string>{"good"});
    EXPECT_EQ(refused, (std::vector<error>{pubsub::errc::bad_signature,
                                           pubsub::errc::rejected_by_validator}));
    ASSERT_EQ(j.later.size(), 1U);
    s.validated(j.later[0], pubsub::verdict::accept, h, now);
    EXPECT_EQ(delivered(), std::vector<std::string>{"later"});
    s.validated(j.later[0], pubsub::verdict::accept, h, now);
    EXPECT_TRUE(delivered().empty()) << "it waits no more";
}

TEST_F(Pubsub, AForgeryIsRefusedAndDoesNotHideTheRealMessage) {
    (void)live();
    const auto in = remote_opens(subscribes("t"));
    arrives(in, says(third, 1, "real", true));
    const auto refused = told<message_rejected>();
    ASSERT_EQ(refused.size(), 1U);
    EXPECT_EQ(refused[0].why, error{pubsub::errc::bad_signature});
    arrives(in, says(third, 1, "real"));
    EXPECT_EQ(delivered(), std::vector<std::string>{"real"});
    byte_vector both = says(third, 2, "second", true); // and within one read
    append(both, says(third, 2, "second"));
    arrives(in, both);
    EXPECT_EQ(delivered(), std::vector<std::string>{"second"});
}

TEST_F(Pubsub, AMessageInOurNameIsRefused) {
    (void)live();
    arrives(remote_opens(subscribes("t")), says(us, 1, "not by us"));
    EXPECT_TRUE(delivered().empty());
}

TEST_F(Pubsub, StrictNoSignTakesBareMessagesOnly) {
    s = make(pubsub::signature_policy::strict_no_sign);
    const auto out = live();
    const auto in = remote_opens(subscribes("t"));
    advance(seconds{2});
    pubsub::message_view m;
    m.data = as_bytes("bare");
    m.topic = "t";
    byte_vector body;
    pubsub::encode_publish(m, body);
    arrives(in, framed(body));
    arrives(in, says(third, 1, "signed"));
    const auto events = drained();
    std::size_t messages = 0;
    for (const auto& e : events)
        if (const auto* got = std::get_if<pubsub_message>(&e)) {
            ++messages;
            EXPECT_EQ(as_text(s.take(got->id)->view.data), "bare");
        } else if (const auto* no = std::get_if<message_rejected>(&e)) {
            EXPECT_EQ(no->why, error{pubsub::errc::unexpected_field});
        }
    EXPECT_EQ(messages, 1U);
    publish("ours");
    EXPECT_EQ(messages_in(written(out)), std::vector<std::string>{"ours"});
}

TEST_F(Pubsub, AMessageThatNobodyTakesIsTooLargeToPublish) {
    (void)live();
    EXPECT_EQ(s.publish("t", byte_vector(100'000), us.key, h, now).error(),
              error{pubsub::errc::too_large});
    EXPECT_TRUE(s.publish("t", byte_vector(40'000), us.key, h, now));
}

TEST_F(Pubsub, FloodsubIsTheSameStreamsWithoutAMesh) {
    s = service_type{config(pubsub::signature_policy::strict_sign),
                     floodsub::router{{}, us.id, start}, us.id, null_crypto{}};
    ASSERT_TRUE(s.subscribe("t", h, now));
    opened();
    const auto id = agree(pubsub::floodsub_protocol);
    EXPECT_EQ(rpcs(written(id))[0].subscribed, std::vector<std::string>{"t"});
    const auto in = remote_opens(subscribes("t"), pubsub::floodsub_protocol);
    arrives(in, says(third, 1, "hello"));
    EXPECT_EQ(delivered(), std::vector<std::string>{"hello"});
    publish("ours");
    EXPECT_EQ(messages_in(written(id)), std::vector<std::string>{"ours"});
    EXPECT_TRUE(s.mesh_peers("t").empty());
    arrives(in, subscribes("t", false));
    EXPECT_TRUE(s.topic_peers("t").empty());
}

TEST_F(Pubsub, OurStreamSaysWhatAPeerCanDo) {
    ASSERT_TRUE(s.subscribe("t", h, now));
    opened();
    (void)agree(pubsub::floodsub_protocol);
    (void)remote_opens(subscribes("t"), mesh); // we must still send floodsub on ours
    advance(seconds{5});
    EXPECT_TRUE(s.mesh_peers("t").empty());
    EXPECT_EQ(s.topic_peers("t"), std::vector{them.id});
}

TEST_F(Pubsub, AGraftIsAnsweredOnTheStream) {
    (void)live();
    const auto in = remote_opens(subscribes("t"));
    arrives(in, grafts("t"));
    EXPECT_EQ(s.mesh_peers("t"), std::vector{them.id});
}

} // namespace
} // namespace lp2p::service
