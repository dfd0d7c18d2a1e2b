// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/service/pubsub.hpp>

#include "tests/service/pubsub_world.hpp"

// What the service does so that gossip with a peer does not stop: seed-fault.md R6, R9; H1, H4, H5.
namespace lp2p::service {
namespace {

class Remedies : public PubsubWorld {
protected:
    /// In a mesh with the peer, both streams open, one message of ours said a while ago.
    substream_id in = {};
    void meshed() {
        ours = live();
        in = remote_opens(subscribes("t"));
        arrives(in, grafts("t"));
        advance(seconds{2});
        ASSERT_EQ(s.mesh_peers("t").size(), 1U);
    }
    /// Another peer speaks once a second, and so do we.
    void others_speak(duration by) {
        if (third_in == substream_id{}) {
            const conn_id other = h.connect(third.id);
            s.opened(other, direction::inbound, h, now);
            third_in = h.remote_opens(other, mesh);
            s.inbound(third_in, h, now);
        }
        for (const instant until = now + by; now < until;) {
            advance(seconds{1});
            h.arrives(third_in, says(third, ++number, "x"));
            (void)s.readable(third_in, h, now);
            publish(std::to_string(number));
            for (auto& e : drained()) all.push_back(std::move(e));
        }
    }
    template <class Kind>
    std::size_t count() const {
        return static_cast<std::size_t>(std::count_if(
            all.begin(), all.end(), [](const auto& e) { return std::holds_alternative<Kind>(e); }));
    }
    /// Others speak until something is done for the peer, and not a moment longer.
    gossip_remedy until_remedy() {
        others_speak(seconds{1});
        instant speaks = now + seconds{1};
        for (int i = 0; i < 10'000; ++i) {
            now = std::max(now, std::min(speaks, s.next_timeout().value_or(speaks)));
            s.handle_timeout(h, now);
            for (auto& e : drained()) {
                const auto* g = std::get_if<gossip_remedy>(&e);
                if (g != nullptr && g->peer == them.id) return *g;
                all.push_back(std::move(e));
            }
            if (now < speaks) continue;
            h.arrives(third_in, says(third, ++number, "x"));
            (void)s.readable(third_in, h, now);
            speaks = now + seconds{1};
        }
        ADD_FAILURE() << "nothing is done";
        return {};
    }
    std::vector<remedy> used() const {
        std::vector<remedy> r;
        for (const auto& e : all)
            if (const auto* g = std::get_if<gossip_remedy>(&e))
                if (g->peer == them.id) r.push_back(g->action);
        return r;
    }
    std::size_t iwants(byte_view out) {
        std::size_t n = 0;
        while (!out.empty()) {
            const auto length = wire::decode_uvarint(out);
            if (!length || out.size() < length->size + length->value) break;
            n += pubsub::decode_rpc(
                     out.subspan(length->size, static_cast<std::size_t>(length->value)))
                     ->iwant_ids.size();
            out = out.subspan(length->size + static_cast<std::size_t>(length->value));
        }
        return n;
    }
    substream_id ours{}, third_in{};
    std::uint64_t number = 0;
    std::vector<pubsub_event> all;
};

TEST_F(Remedies, AQuietPeerIsAskedForAMessageThatItMustHave) {
    meshed();
    others_speak(seconds{25});
    EXPECT_EQ(iwants(written(ours)), 0U);
    for (int i = 0; i < 15 && iwants(written(ours)) == 0; ++i) others_speak(seconds{1});
    EXPECT_EQ(iwants(written(ours)), 1U);
    arrives(in, says(third, 1, "x")); // its answer: a duplicate
    others_speak(seconds{25});
    EXPECT_EQ(iwants(written(ours)), 1U);
    EXPECT_EQ(count<gossip_silent>(), 0U);
    EXPECT_TRUE(used().empty());
}
TEST_F(Remedies, OneThatDoesNotAnswerIsSilentAndIsHelpedInOrder) {
    meshed();
    others_speak(seconds{50});
    ASSERT_EQ(count<gossip_silent>(), 1U);
    ASSERT_GE(used().size(), 1U);
    EXPECT_EQ(used()[0], remedy::reopen);
    ASSERT_EQ(streams(), 3U) << "one to each peer, and the one opened again";
    (void)agree(); // the third, opened by `opened`, is the newest: ours is agreed below
    for (const auto& [id, st] : h.streams)
        if (id.conn == conn && st.dir == direction::outbound && st.protocol.empty()) {
            h.agree(id);
            EXPECT_TRUE(s.outbound(id, h, now));
            break;
        }
    others_speak(seconds{30});
    ASSERT_GE(used().size(), 3U);
    EXPECT_EQ(used()[1], remedy::push);
    EXPECT_EQ(used()[2], remedy::replace);
    ASSERT_FALSE(h.replaced.empty());
    EXPECT_EQ(h.replaced[0].first, conn);
    EXPECT_EQ(count<gossip_silent>(), 1U) << "said once";
    arrives(in, says(us, 1, "1"));
    for (auto& e : drained()) all.push_back(std::move(e));
    EXPECT_EQ(count<gossip_heard>(), 1U);
}
TEST_F(Remedies, AStreamIsOpenedAgainAtOnceAndTheOldOneEndsInOrder) {
    meshed();
    const std::size_t before = streams();
    EXPECT_EQ(until_remedy().action, remedy::reopen);
    EXPECT_TRUE(h.streams.at(ours).finished);
    EXPECT_FALSE(h.streams.at(ours).reset);
    ASSERT_EQ(streams(), before + 2) << "third's, and ours again";
    EXPECT_EQ(newest().conn, conn);
}
TEST_F(Remedies, ASecondSilenceIsNoticedAsSoonAsTheFirst) {
    meshed();
    for (int i = 0; i < 9; ++i) // the next one is waited for longer than a silence lasts
        if (until_remedy().action == remedy::reopen) (void)agree();
    EXPECT_EQ(count<gossip_silent>(), 1U);
    arrives(in, says(third, number, "x"));
    for (auto& e : drained()) all.push_back(std::move(e));
    EXPECT_EQ(count<gossip_heard>(), 1U);
    others_speak(seconds{43});
    EXPECT_EQ(count<gossip_silent>(), 2U);
}
TEST_F(Remedies, ARemedyIsForTheConnectionThatCarriesOurStream) {
    meshed();
    const conn_id newer = h.connect(them.id);
    s.opened(newer, direction::inbound, h, now);
    EXPECT_EQ(until_remedy().conn, conn);
}
TEST_F(Remedies, ARemedyWithoutBudgetComesWhenThereIsSome) {
    bounds.remedies = {1, 1.0 / 13};
    meshed();
    EXPECT_EQ(until_remedy().action, remedy::reopen);
    const instant first = now;
    (void)agree();
    EXPECT_EQ(until_remedy().action, remedy::push);
    EXPECT_GE(now, first + seconds{13});
    EXPECT_LE(now, first + seconds{13} + milliseconds{1});
}
TEST_F(Remedies, InAQuietNetworkNobodyIsAccused) {
    meshed();
    publish("one");
    advance(minutes{30});
    EXPECT_TRUE(told<gossip_silent>().empty());
    EXPECT_TRUE(h.replaced.empty());
}
TEST_F(Remedies, WhoNeverOpenedAStreamGetsOurIdentifyOnce) {
    (void)live(); // it takes ours and opens none (H5)
    advance(minutes{10});
    const auto r = told<gossip_remedy>();
    ASSERT_EQ(r.size(), 1U);
    EXPECT_EQ(r[0].action, remedy::push);
    EXPECT_EQ(r[0].why, errc::no_stream);
    EXPECT_EQ(r[0].conn, conn);
}
TEST_F(Remedies, WhoDoesNotOpenAnotherStreamIsRemindedAfterTwoSeconds) {
    meshed();
    (void)told<gossip_remedy>();
    EXPECT_TRUE(s.finished(in, {end::reset, 0}, h, now)); // go gives up after four (H5)
    advance(milliseconds{1900});
    EXPECT_TRUE(told<gossip_remedy>().empty()) << "it may come back by itself";
    advance(milliseconds{200});
    ASSERT_EQ(told<gossip_remedy>().size(), 1U);
    (void)remote_opens();
    advance(seconds{8});
    EXPECT_TRUE(told<gossip_remedy>().empty());
}
TEST_F(Remedies, WhoseStreamsComeAndGoIsRemindedWithinTheBudget) {
    (void)live();
    std::size_t pushes = 0;
    for (int i = 0; i < 20; ++i) { // 42 s: six and eight
        EXPECT_TRUE(s.finished(remote_opens(), {end::reset, 0}, h, now));
        advance(milliseconds{2100});
        pushes += told<gossip_remedy>().size();
    }
    EXPECT_GE(pushes, 12U);
    EXPECT_LE(pushes, 15U);
}
TEST_F(Remedies, AStreamThatIsResetAsSoonAsItIsAgreedIsRefused) {
    opened();
    EXPECT_TRUE(s.finished(agree(), {end::reset, 0}, h, now));
    EXPECT_TRUE(told<pubsub_refused>().empty()) << "once is no rule";
    advance(seconds{1});
    EXPECT_TRUE(s.finished(agree(), {end::reset, 0}, h, now));
    EXPECT_EQ(told<pubsub_refused>().size(), 1U);
    advance(seconds{1});
    (void)agree();
    EXPECT_TRUE(told<pubsub_accepted>().empty()) << "not yet";
    advance(seconds{2});
    EXPECT_EQ(told<pubsub_accepted>().size(), 1U);
    advance(seconds{10});
    EXPECT_TRUE(told<pubsub_accepted>().empty());
    EXPECT_TRUE(s.finished(newest(), {end::fin, 0}, h, now));
    advance(seconds{1});
    (void)agree();
    advance(seconds{10});
    EXPECT_TRUE(told<pubsub_accepted>().empty()) << "once for a refusal";
}
TEST_F(Remedies, ARefusalIsToldOnceForARowOfResets) {
    opened();
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(s.finished(agree(), {end::reset, 0}, h, now));
        advance(seconds{1});
    }
    EXPECT_EQ(told<pubsub_refused>().size(), 1U);
}
TEST_F(Remedies, ResetsCountInARowAndOnlyOfStreamsThatDidNotLast) {
    opened();
    for (int i = 0; i < 2; ++i) {
        EXPECT_TRUE(s.finished(agree(), {end::reset, 0}, h, now));
        advance(seconds{1});
        EXPECT_TRUE(s.finished(agree(), {end::fin, 0}, h, now)); // it is done, it does not refuse
        advance(seconds{2});
        h.disconnect(conn);
        s.closed(conn, them.id, true, h, now);
        conn = h.connect(them.id);
        opened();
    }
    EXPECT_TRUE(s.finished(agree(), {end::reset, 0}, h, now));
    advance(seconds{1});
    (void)agree();
    advance(seconds{5});
    EXPECT_TRUE(s.finished(newest(), {end::reset, 0}, h, now)); // it had lasted
    advance(seconds{1});
    EXPECT_TRUE(s.finished(agree(), {end::reset, 0}, h, now));
    EXPECT_TRUE(told<pubsub_refused>().empty());
}
TEST_F(Remedies, OneThatRefusedOnAnotherConnectionIsAcceptedToo) {
    opened();
    EXPECT_TRUE(s.finished(agree(), {end::reset, 0}, h, now));
    advance(seconds{1});
    const auto second = agree();
    const conn_id newer = h.connect(them.id);
    s.opened(newer, direction::inbound, h, now);
    EXPECT_TRUE(s.finished(second, {end::reset, 0}, h, now));
    EXPECT_EQ(told<pubsub_refused>().size(), 1U);
    EXPECT_EQ(newest().conn, newer) << "at once";
    (void)agree();
    advance(seconds{3});
    EXPECT_EQ(told<pubsub_accepted>().size(), 1U);
}
TEST_F(Remedies, WhoSaidNoIsAcceptedWhenAStreamHasLasted) {
    opened();
    h.refuse(newest());
    EXPECT_TRUE(s.failed(newest(), connections::errc::not_supported, h, now));
    EXPECT_EQ(told<pubsub_refused>().size(), 1U);
    h.knowledge(conn)->listed({std::string{mesh}});
    s.listed(conn, "github.com/libp2p/go-libp2p", h, now);
    (void)agree();
    advance(seconds{3});
    EXPECT_EQ(told<pubsub_accepted>().size(), 1U);
}
TEST_F(Remedies, WhatNobodyRefusedIsNotToldAsAccepted) {
    opened();
    EXPECT_TRUE(s.finished(agree(), {end::fin, 0}, h, now));
    advance(seconds{1});
    (void)agree();
    advance(seconds{10});
    EXPECT_TRUE(told<pubsub_accepted>().empty());
}
TEST_F(Remedies, AListDoesNotShortenTheWaitAfterAFailure) {
    opened();
    EXPECT_TRUE(s.finished(agree(), {end::reset, 0}, h, now));
    h.knowledge(conn)->listed({std::string{mesh}});
    s.listed(conn, "github.com/libp2p/go-libp2p", h, now);
    EXPECT_EQ(streams(), 1U);
    advance(seconds{1});
    EXPECT_EQ(streams(), 2U);
}
TEST_F(Remedies, FourStreamsAreFollowedByANewConnectionAgainAndAgain) {
    ASSERT_TRUE(s.subscribe("t", h, now));
    opened();
    for (int round = 0; round < 5; ++round) { // S12: twenty resets, a second apart
        for (int i = 0; i < 4; ++i) {
            ASSERT_EQ(newest().conn, conn) << round << i;
            const auto id = agree();
            EXPECT_EQ(rpcs(written(id))[0].subscribed, std::vector<std::string>{"t"});
            EXPECT_TRUE(s.finished(id, {end::reset, 0}, h, now));
            advance(seconds{1});
        }
        ASSERT_EQ(h.replaced.size(), static_cast<std::size_t>(round + 1));
        EXPECT_EQ(h.replaced.back().first, conn);
        const conn_id old = conn;
        conn = h.connect(them.id);
        s.opened(conn, direction::outbound, h, now);
        s.leaving(old, h, now);
        cut(old);
    }
    const auto id = agree();
    (void)remote_opens(subscribes("t"));
    publish("it lasts");
    EXPECT_EQ(messages_in(written(id)), std::vector<std::string>{"it lasts"});
}
TEST_F(Remedies, AReplaceThatCameToNothingIsAskedForAgain) {
    opened();
    for (int i = 0; i < 4; ++i) {
        EXPECT_TRUE(s.finished(agree(), {end::reset, 0}, h, now));
        advance(seconds{1});
    }
    ASSERT_EQ(h.replaced.size(), 1U);
    advance(minutes{1});
    const std::size_t then = h.replaced.size();
    EXPECT_GE(then, 3U);
    EXPECT_LE(then, 8U) << "less and less often";
    advance(minutes{60});
    EXPECT_GE(h.replaced.size(), then + 10) << "but never for the last time";
    EXPECT_LE(h.replaced.size(), then + 40);
}
TEST_F(Remedies, AReplaceTakesFromTheBudgetAndWaitsForIt) {
    bounds.remedies = {1, 0.01};
    opened();
    for (int i = 0; i < 4; ++i) {
        EXPECT_TRUE(s.finished(agree(), {end::reset, 0}, h, now));
        advance(seconds{1});
    }
    EXPECT_EQ(h.replaced.size(), 1U);
    advance(seconds{90});
    EXPECT_EQ(h.replaced.size(), 1U);
    advance(seconds{20});
    EXPECT_EQ(h.replaced.size(), 2U);
}
TEST_F(Remedies, WhoSaysNoOverAndOverIsReplacedSeldomAndNeverForTheLastTime) {
    opened();
    for (int i = 0; i < 3; ++i) { // it lists pubsub, and says no to it
        h.knowledge(conn)->listed({std::string{mesh}});
        s.listed(conn, "github.com/libp2p/go-libp2p", h, now);
        h.refuse(newest());
        EXPECT_TRUE(s.failed(newest(), connections::errc::not_supported, h, now));
        advance(milliseconds{100});
    }
    EXPECT_EQ(streams(), 3U) << "each list is a reason to ask";
    EXPECT_EQ(h.replaced.size(), 1U);
    advance(minutes{1});
    EXPECT_GE(h.replaced.size(), 3U);
}
TEST_F(Remedies, WhoSaysNoIsNotAskedAgainThoughItsListStillHasIt) {
    h.knowledge(conn)->listed({std::string{mesh}});
    opened();
    s.listed(conn, "github.com/libp2p/go-libp2p", h, now);
    EXPECT_TRUE(s.failed(newest(), connections::errc::not_supported, h, now));
    advance(minutes{1});
    EXPECT_EQ(streams(), 1U);
    EXPECT_GE(h.replaced.size(), 2U);
}
TEST_F(Remedies, WhoTakesNoStreamIsInNoMesh) {
    meshed();
    h.knowledge(conn)->listed({std::string{mesh}});
    s.listed(conn, "rust-libp2p/0.47.0", h, now);
    h.knowledge(conn)->listed({"/ipfs/ping/1.0.0"});
    s.listed(conn, "rust-libp2p/0.47.0", h, now);
    EXPECT_EQ(s.mesh_peers("t").size(), 1U) << "the open stream goes on";
    EXPECT_TRUE(s.finished(ours, {}, h, now));
    EXPECT_TRUE(s.mesh_peers("t").empty());
    EXPECT_EQ(s.topic_peers("t").size(), 1U) << "what it said holds";
}
TEST_F(Remedies, RustThatWithdrewPubsubIsCuredByANewConnection) {
    const auto id = live();
    h.knowledge(conn)->listed({std::string{mesh}});
    s.listed(conn, "rust-libp2p/0.47.0", h, now);
    h.knowledge(conn)->listed({"/ipfs/ping/1.0.0"}); // H1: the handler is disabled
    s.listed(conn, "rust-libp2p/0.47.0", h, now);
    EXPECT_TRUE(h.replaced.empty()) << "the open stream goes on";
    EXPECT_TRUE(s.finished(id, {}, h, now));
    ASSERT_EQ(h.replaced.size(), 1U);
    EXPECT_EQ(h.replaced[0].second, errc::protocol_refused);
    EXPECT_EQ(streams(), 1U);
}
TEST_F(Remedies, WhoSaysNoToWhatItListsIsAskedOnANewConnection) {
    h.knowledge(conn)->listed({std::string{mesh}});
    opened();
    s.listed(conn, "github.com/libp2p/go-libp2p", h, now);
    h.refuse(newest());
    EXPECT_TRUE(s.failed(newest(), connections::errc::not_supported, h, now));
    EXPECT_EQ(h.replaced.size(), 1U);
}
TEST_F(Remedies, WhoListsNoneIsLeftAlone) {
    opened();
    h.knowledge(conn)->listed({"/ipfs/ping/1.0.0"});
    s.listed(conn, "rust-libp2p/0.47.0", h, now);
    EXPECT_TRUE(s.failed(newest(), connections::errc::not_supported, h, now));
    advance(minutes{10});
    EXPECT_TRUE(h.replaced.empty());
    EXPECT_EQ(streams(), 1U);
}
TEST_F(Remedies, WhatAPeerSaidOutlivesACutThatANewcomerFollows) {
    meshed();
    h.disconnect(conn);
    s.closed(conn, them.id, true, h, now); // a newcomer was held
    EXPECT_EQ(s.topic_peers("t").size(), 1U);
    advance(seconds{1});
    conn = h.connect(them.id);
    opened();
    const auto id = agree();
    publish("for whom I know");
    EXPECT_EQ(messages_in(written(id)), std::vector<std::string>{"for whom I know"});
}
TEST_F(Remedies, WhereNothingFollowsItIsForgotten) {
    meshed();
    h.disconnect(conn);
    s.closed(conn, them.id, true, h, now);
    advance(seconds{9});
    EXPECT_EQ(s.topic_peers("t").size(), 1U);
    advance(seconds{2});
    EXPECT_TRUE(s.topic_peers("t").empty());
    EXPECT_EQ(s.next_timeout().has_value(), true) << "the heartbeat goes on";
}
TEST_F(Remedies, OurOwnEndOfAConnectionIsNoRefusal) {
    opened();
    const auto id = newest();
    h.disconnect(conn);
    EXPECT_TRUE(s.failed(id, connections::errc::transport_closed, h, now));
    s.closed(conn, them.id, false, h, now);
    EXPECT_TRUE(told<pubsub_refused>().empty());
}
TEST_F(Remedies, APlannedMoveLosesNothing) {
    const auto before = live();
    (void)remote_opens(subscribes("t"));
    advance(seconds{2});
    h.streams.at(before).room = 3; // an RPC is cut
    publish("cut in the middle");
    publish("waits");
    const conn_id newer = h.connect(them.id);
    s.opened(newer, direction::outbound, h, now);
    EXPECT_EQ(streams(), 1U);
    s.leaving(conn, h, now);
    EXPECT_TRUE(h.streams.at(before).finished) << "in order, not reset";
    ASSERT_EQ(streams(), 2U);
    EXPECT_EQ(newest().conn, newer);
    const auto after = agree();
    EXPECT_EQ(rpcs(written(after))[0].subscribed, std::vector<std::string>{"t"});
    EXPECT_EQ(messages_in(written(after)),
              (std::vector<std::string>{"waits", "cut in the middle"}));
    advance(seconds{5});
    EXPECT_EQ(streams(), 2U) << "nothing goes back to the one that leaves";
}
TEST_F(Remedies, TheOnlyConnectionGetsNoOtherStreamWhileItLeaves) {
    (void)live();
    s.leaving(conn, h, now);
    advance(minutes{1});
    EXPECT_EQ(streams(), 1U);
    EXPECT_TRUE(h.replaced.empty()) << "it is being replaced";
}
TEST_F(Remedies, AStreamThatNobodyAgreedToDoesNotMove) {
    opened();
    const auto before = newest();
    const conn_id newer = h.connect(them.id);
    s.opened(newer, direction::outbound, h, now);
    s.leaving(conn, h, now);
    EXPECT_TRUE(h.streams.at(before).reset);
    EXPECT_EQ(newest().conn, newer);
}

} // namespace
} // namespace lp2p::service
