// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/node/node.hpp>

#include "tests/node/node_net.hpp"

namespace lp2p {
namespace {

using test::node_net;
using net = node_net<test::null_stack>;
using node = net::node;

static_assert(machine<node>);

/// Two that are connected, and have had a second to learn of each other.
net two(node_config c = {}) {
    net n{2, std::move(c)};
    n.dial(0, 1);
    n.net.advance(seconds{1});
    return n;
}
conn_id connection_of(net& n, std::size_t from, std::size_t to) {
    return n[from].established(n[to].id()).value_or(conn_id{});
}

// ---- two nodes ----

TEST(Node, TwoConnectLearnAndGossip) {
    net n{2};
    n.subscribe_all("t");
    n.dial(0, 1);
    n.net.advance(seconds{3});
    for (std::size_t h = 0; h < 2; ++h) {
        EXPECT_EQ(n.count<swarms::conn_opened>(h), 1U);
        EXPECT_EQ(n.count<service::identified>(h), 1U);
        EXPECT_EQ(n.count<service::pubsub_stream_out>(h), 1U);
        EXPECT_EQ(n.count<service::pubsub_stream_in>(h), 1U);
        EXPECT_EQ(n.count<service::grafted>(h), 1U);
        const auto* said = n[h].about(connection_of(n, h, 1 - h));
        ASSERT_NE(said, nullptr);
        EXPECT_EQ(said->agent, "lp2p/0.1.0");
        EXPECT_EQ(said->addresses, std::vector{test::address_of(1 - h)});
        EXPECT_EQ(said->observed, test::address_of(h)) << "our address as the other sees it";
        EXPECT_EQ(n[h].supports(n[1 - h].id(), "/meshsub/1.1.0"), support::supported);
        EXPECT_EQ(n[h].pubsub_state()->mesh_peers("t"), std::vector{n[1 - h].id()});
    }
    n.everybody_publishes("t", "a");
    n.net.advance(seconds{1});
    EXPECT_EQ(n.pairs_delivered("a"), 2U);
}

// ---- signed records (threats.md §6) ----

TEST(Node, AddressesAreLearntAsTheirPeerSignedThem) {
    net n = two();
    for (std::size_t h = 0; h < 2; ++h) {
        const auto known = n[h].addresses(n[1 - h].id());
        ASSERT_EQ(known.size(), 1U);
        EXPECT_EQ(known[0].address, test::address_of(1 - h));
        EXPECT_TRUE(known[0].certified);
        const auto* said = n[h].about(connection_of(n, h, 1 - h));
        ASSERT_TRUE(said != nullptr && said->record);
        EXPECT_EQ(said->record->peer, n[1 - h].id());
        EXPECT_EQ(said->record_ignored, error{});
    }
    EXPECT_TRUE(n[0].addresses(n[0].id()).empty());
}
TEST(Node, AnAddressMoreIsANewerRecordThatIsPushed) {
    net n = two();
    const auto seq = n[0].about(connection_of(n, 0, 1))->record->seq;
    const auto more = wire::multiaddr::tcp4({std::byte{10}, {}, {}, std::byte{99}}, 4001);
    n[1].listening(more, n.net.now());
    n.net.advance(seconds{3});
    const auto& record = n[0].about(connection_of(n, 0, 1))->record;
    EXPECT_GT(record->seq, seq);
    EXPECT_EQ(record->addresses, (std::vector{test::address_of(1), more}));
    EXPECT_EQ(n[0].addresses(n[1].id()).size(), 2U);
    for (const auto& r : n[0].addresses(n[1].id())) EXPECT_TRUE(r.certified);
}
TEST(Node, OfARecordOnlyAddressesThatCanBeDialedAreKept) {
    net n{2};
    n[1].listening(wire::multiaddr::from_bytes(to_vector(as_bytes("\x04\x0a\x01\x02\x03"))).value(),
                   n.net.now()); // an IP address and no port
    n.dial(0, 1);
    n.net.advance(seconds{1});
    EXPECT_EQ(n[0].about(connection_of(n, 0, 1))->record->addresses.size(), 2U);
    EXPECT_EQ(n[0].addresses(n[1].id()).size(), 1U);
}

// ---- what others see as our address (identify.md §6) ----

TEST(Node, AnAddressThatFourHostsObserveIsSaidToAllAndSigned) {
    net n{6};
    const auto seen =
        wire::multiaddr::tcp4({std::byte{192}, std::byte{168}, {}, std::byte{9}}, 30000);
    n.net.translate(0, seen);
    const auto said_by_0 = [&](std::size_t to) {
        return n[to].about(connection_of(n, to, 0))->addresses;
    };
    for (std::size_t to = 1; to <= 3; ++to) n.dial(0, to);
    n.net.advance(seconds{5});
    for (std::size_t to = 1; to <= 3; ++to)
        EXPECT_EQ(said_by_0(to), std::vector{test::address_of(0)}) << "three are not enough";
    n.dial(0, 4);
    n.net.advance(seconds{5});
    n.dial(5, 0); // comes later, and hears it at once
    n.net.advance(seconds{1});
    for (std::size_t to = 1; to <= 5; ++to) {
        EXPECT_EQ(said_by_0(to), (std::vector{test::address_of(0), seen})) << to;
        EXPECT_EQ(n[to].about(connection_of(n, to, 0))->record->addresses.back(), seen) << to;
    }
}
TEST(Node, AnObservedAddressIsForgottenAWhileAfterTheLastConnection) {
    node_config c;
    c.bounds.observed_for = seconds{30};
    net n{6, c};
    const auto seen =
        wire::multiaddr::tcp4({std::byte{192}, std::byte{168}, {}, std::byte{9}}, 30000);
    n.net.translate(0, seen);
    for (std::size_t to = 1; to <= 4; ++to) n.dial(0, to);
    n.dial(5, 0);
    n.net.advance(seconds{5});
    for (std::size_t to = 1; to <= 4; ++to) n[0].disconnect(n[to].id(), n.net.now());
    n.net.advance(seconds{25});
    const auto said = [&] { return n[5].about(connection_of(n, 5, 0))->addresses; };
    EXPECT_EQ(said(), (std::vector{test::address_of(0), seen}));
    n.net.advance(seconds{10});
    EXPECT_EQ(said(), std::vector{test::address_of(0)});
}
TEST(Node, EveryInterfaceIsNotSaid) {
    net n{2};
    n[1].listening(wire::multiaddr::tcp4({}, 4001), n.net.now());
    n.dial(0, 1);
    n.net.advance(seconds{1});
    EXPECT_EQ(n[0].about(connection_of(n, 0, 1))->addresses, std::vector{test::address_of(1)});
}

TEST(Node, ThroughPlaintextItIsTheSame) {
    node_net<test::plain_stack> n{2};
    n.subscribe_all("t");
    n.dial(0, 1);
    n.net.advance(seconds{3});
    n.everybody_publishes("t", "a");
    n.net.advance(seconds{1});
    EXPECT_EQ(n.pairs_delivered("a"), 2U);
    EXPECT_EQ(n.count<service::identified>(0), 1U);
}

TEST(Node, TheSameSeedTellsTheSameStory) {
    const auto story = [](std::uint64_t seed) {
        net n{4, {.seed = seed}, seed};
        n.subscribe_all("t");
        for (std::size_t h = 1; h < 4; ++h) n.dial(h, h - 1);
        n.net.advance(seconds{3});
        n.everybody_publishes("t", "a");
        n.net.advance(seconds{20});
        return n.transcript;
    };
    EXPECT_EQ(story(5), story(5));
    EXPECT_NE(story(5), story(6));
}

// ---- dialing and ends ----

TEST(Node, AtItsLimitAConnectionGoesThatCarriesNoMoreThanIdentifyAndPing) {
    node_config small;
    small.bounds.connections = 1;
    small.router = router_kind::none;
    net quiet{3, small};
    quiet.dial(1, 0);
    quiet.net.advance(seconds{2});
    ASSERT_TRUE(quiet[0].ping(quiet[1].id(), quiet.net.now()));
    quiet.net.advance(seconds{2});
    quiet.dial(2, 0);
    quiet.net.advance(seconds{2});
    EXPECT_EQ(quiet[0].peers(), std::vector{quiet[2].id()});

    small.router = router_kind::gossipsub;
    net gossiping{3, small};
    gossiping.dial(1, 0);
    gossiping.net.advance(seconds{2});
    gossiping.dial(2, 0);
    gossiping.net.advance(seconds{2});
    EXPECT_EQ(gossiping[0].peers(), std::vector{gossiping[1].id()}) << "never one in use";
}
TEST(Node, DialsAreOpenedJoinedOrAnswered) {
    net n{2};
    n.dial(0, 1);
    n.dial(0, 1);
    n.net.advance(seconds{1});
    n.dial(0, 1);
    n.net.advance(seconds{1});
    std::vector<dial_outcome> how;
    for (const auto& e : n.net.events(0))
        if (const auto* d = std::get_if<swarms::dialed>(&e)) how.push_back(d->how);
    EXPECT_EQ(how, (std::vector{dial_outcome::opened, dial_outcome::joined, dial_outcome::reused}));
    EXPECT_EQ(n.net.accepted(1), 1U);
}

TEST(Node, ADialThatFailsSaysWhyAndNames) {
    net n{2};
    n.net.take_down(1);
    std::vector<peer_dialer::cause> causes;
    n.also = [&](std::size_t h, const node_event& e) {
        if (const auto* f = std::get_if<swarms::dial_failed>(&e)) {
            EXPECT_EQ(f->peer, n[1].id());
            causes = n[h].take_causes(f->request);
        }
    };
    n.dial(0, 1);
    n.net.advance(seconds{1});
    EXPECT_EQ(n.count<swarms::dial_failed>(0), 1U);
    ASSERT_EQ(causes.size(), 1U);
    EXPECT_EQ(causes[0].why, n.net.refused_connect);
}

TEST(Node, WhoEndedCanBeAskedAboutWhenItIsTold) {
    net n = two();
    bool asked = false;
    n.also = [&](std::size_t h, const node_event& e) {
        const auto* closed = std::get_if<swarms::conn_closed>(&e);
        if (closed == nullptr) return;
        asked = true;
        EXPECT_EQ(n[h].peer(closed->id), n[1 - h].id());
        EXPECT_EQ(n[h].remote(closed->id), test::address_of(1 - h));
        EXPECT_EQ(n[h].dialed_by(closed->id), h == 0 ? direction::outbound : direction::inbound);
    };
    const conn_id id = connection_of(n, 0, 1);
    n[0].disconnect(n[1].id(), n.net.now());
    n.net.advance(seconds{1});
    EXPECT_TRUE(asked);
    EXPECT_TRUE(n[0].peer(id).empty()) << "forgotten with the poll behind it";
    EXPECT_FALSE(n[0].established(n[1].id()));
    EXPECT_TRUE(n[0].pubsub_state()->topic_peers("t").empty());
}

TEST(Node, NothingThatNamesAConnectionComesBehindItsEnd) {
    net n{2};
    n.subscribe_all("t");
    n.dial(0, 1);
    n.net.advance(milliseconds{95}); // identify is on its way
    std::size_t nameless = 0, late = 0;
    bool closed = false;
    n.also = [&](std::size_t h, const node_event& e) {
        if (h != 0) return;
        closed = closed || std::holds_alternative<swarms::conn_closed>(e);
        late += closed && (std::holds_alternative<service::pubsub_stream_lost>(e) ||
                           std::holds_alternative<service::pubsub_refused>(e));
        if (const auto* f = std::get_if<service::identify_failed>(&e))
            nameless += n[h].peer(f->conn).empty() ? 1 : 0;
    };
    ASSERT_TRUE(n[0].established(n[1].id()));
    n[0].disconnect(n[1].id(), n.net.now());
    n.net.advance(seconds{1});
    EXPECT_TRUE(closed);
    EXPECT_EQ(n.count<service::identify_failed>(0), 1U);
    EXPECT_EQ(nameless, 0U);
    EXPECT_EQ(late, 0U);
}

TEST(Node, AfterACutItIsAsAfterAFreshStart) {
    net n{2};
    n.subscribe_all("t");
    n.dial(0, 1);
    n.net.advance(seconds{3});
    n.net.cut(0, 1);
    n.net.advance(seconds{60}); // keep-alive finds out on both sides
    for (std::size_t h = 0; h < 2; ++h) {
        EXPECT_EQ(n.count<swarms::conn_closed>(h), 1U);
        EXPECT_TRUE(n[h].peers().empty());
        EXPECT_TRUE(n[h].pubsub_state()->topic_peers("t").empty());
    }
    n.dial(0, 1);
    n.net.advance(seconds{3});
    n.everybody_publishes("t", "again");
    n.net.advance(seconds{1});
    EXPECT_EQ(n.pairs_delivered("again"), 2U);
}

TEST(Node, CrossingDialsEndInOneConnectionThatGossips) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        net n{2, {.seed = seed}, seed};
        n.subscribe_all("t");
        std::size_t unknown = 0;
        n.also = [&](std::size_t h, const node_event& e) {
            if (const auto* d = std::get_if<swarms::duplicate_ended>(&e))
                unknown += n[h].peer(d->closed).empty() || n[h].peer(d->kept).empty() ? 1 : 0;
        };
        n.dial(0, 1);
        n.net.advance(milliseconds{seed});
        n.dial(1, 0);
        n.net.advance(seconds{3});
        EXPECT_EQ(n.net.links_between(0, 1), 1U) << seed;
        EXPECT_EQ(n[0].connections_to(n[1].id()), 1U) << seed;
        EXPECT_EQ(n[1].connections_to(n[0].id()), 1U) << seed;
        EXPECT_EQ(unknown, 0U) << "a duplicate was told without a name, seed " << seed;
        n.everybody_publishes("t", "a");
        n.net.advance(seconds{2});
        EXPECT_EQ(n.pairs_delivered("a"), 2U) << seed;
    }
}

TEST(Node, ShuttingDownTellsEveryEndAndEndsLast) {
    net n{3};
    n.subscribe_all("t");
    n.dial(0, 1);
    n.dial(2, 0);
    n.net.advance(seconds{3});
    n[0].shut_down(n.net.now());
    n.net.advance(seconds{30});
    ASSERT_TRUE(n[0].ended());
    EXPECT_EQ(n[0].ended()->why, error{swarms::errc::node_closed});
    EXPECT_EQ(n.count<swarms::conn_closed>(0), 2U);
    ASSERT_FALSE(n.net.events(0).empty());
    EXPECT_TRUE(std::holds_alternative<swarms::ended>(n.net.events(0).back()));
    EXPECT_EQ(n.count<swarms::ended>(0), 1U);
    EXPECT_FALSE(n[0].next_timeout()) << "nothing is left to do";
    EXPECT_EQ(n.net.links(), 0U);
    EXPECT_EQ(n.count<swarms::conn_closed>(1), 1U);
    EXPECT_FALSE(n[0].accepted(test::address_of(1), test::address_of(0), n.net.now()));
}

// ---- your protocols ----

const std::vector<std::string> echo{"/echo/1"};

/// Node 1 echoes.
void serve_echo(net& n) {
    ASSERT_TRUE(n[1].serve("/echo/1", n.net.now()));
    n.also = [&n](std::size_t h, const node_event& e) {
        if (h != 1) return;
        if (const auto* r = std::get_if<swarms::substream_readable>(&e)) {
            const byte_vector all = to_vector(n[1].read(r->id));
            n[1].consume(r->id, all.size(), n.net.now());
            EXPECT_EQ(n[1].write(r->id, all, n.net.now()).value_or(0), all.size());
        }
        if (const auto* f = std::get_if<swarms::substream_finished>(&e))
            n[1].finish(f->id, n.net.now());
    };
}

TEST(Node, AProtocolOfYoursIsServedAndOpened) {
    net n{2};
    serve_echo(n);
    n.dial(0, 1);
    n.net.advance(seconds{1});
    const auto id =
        n[0].open(n[1].id(), echo, after(n.net.now(), seconds{5}), confirm::wait, n.net.now());
    ASSERT_TRUE(id);
    n.net.advance(seconds{1});
    ASSERT_EQ(n.count<swarms::substream_open>(0), 1U);
    ASSERT_EQ(n.count<swarms::substream_open>(1), 1U);
    EXPECT_EQ(n[0].protocol(*id), "/echo/1");
    ASSERT_EQ(n[0].write(*id, as_bytes("hello"), n.net.now()).value_or(0), 5U);
    n[0].finish(*id, n.net.now());
    n.net.advance(seconds{1});
    EXPECT_EQ(as_text(n[0].read(*id)), "hello");
    EXPECT_EQ(n.count<swarms::substream_finished>(0), 1U);
    n[0].consume(*id, 5, n.net.now());
    n.net.advance(seconds{1});
    EXPECT_EQ(n.count<swarms::substream_ended>(0), 1U);
    EXPECT_EQ(n.count<swarms::substream_ended>(1), 1U);
}

TEST(Node, ALateProtocolIsPushed) {
    net n = two();
    EXPECT_EQ(n[0].supports(n[1].id(), "/echo/1"), support::unsupported);
    ASSERT_TRUE(n[1].serve("/echo/1", n.net.now()));
    ASSERT_TRUE(n[1].serve("/echo/1", n.net.now())) << "again is no error";
    n.net.advance(seconds{2});
    EXPECT_EQ(n[0].supports(n[1].id(), "/echo/1"), support::supported);
    const auto change = n[0].take_change(connection_of(n, 0, 1));
    EXPECT_EQ(std::count(change.added.begin(), change.added.end(), "/echo/1"), 1);
    EXPECT_EQ(n.count<service::protocols_updated>(0), 2U) << "identify and push";
}

TEST(Node, WhatNobodyServesIsRefusedAndWhatIsNoProtocolIsNoneToServe) {
    net n = two();
    const auto id =
        n[0].open(n[1].id(), echo, after(n.net.now(), seconds{5}), confirm::wait, n.net.now());
    ASSERT_TRUE(id);
    n.net.advance(seconds{1});
    const auto failed = test::last<swarms::substream_failed>(n.net.events(0));
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->id, *id);
    EXPECT_EQ(failed->why, fault::refused);
    EXPECT_FALSE(n[1].serve("echo", n.net.now()));
    EXPECT_EQ(n[0].open(wire::peer_id{}, echo, n.net.now(), confirm::wait, n.net.now()).error(),
              error{swarms::errc::not_connected});
}

TEST(Node, MoreProtocolsThanIdentifyMaySayAreNotServed) {
    net n{1};
    status done{};
    int served = 0;
    for (; done && served < 200; ++served)
        done = n[0].serve("/many/" + std::to_string(served), n.net.now());
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error(), error{identify::errc::too_many_protocols});
    EXPECT_GT(served, 90);
}

TEST(Node, ASubstreamThatWasResetBeforeItWasOpenIsNotHeardOfAgain) {
    net n{2};
    serve_echo(n);
    n.dial(0, 1);
    n.net.advance(seconds{1});
    const auto id =
        n[0].open(n[1].id(), echo, after(n.net.now(), seconds{5}), confirm::wait, n.net.now());
    n[0].reset(*id, 0, n.net.now());
    n.net.advance(seconds{10});
    EXPECT_EQ(n.count<swarms::substream_open>(0), 0U);
    EXPECT_EQ(n.count<swarms::substream_failed>(0), 0U);
    EXPECT_EQ(n.count<swarms::substream_ended>(0), 0U);
}

TEST(Node, PingMeasures) {
    net n = two();
    ASSERT_TRUE(n[0].ping(n[1].id(), n.net.now()));
    n.net.advance(seconds{1});
    const auto pong = test::last<service::pinged>(n.net.events(0));
    ASSERT_TRUE(pong);
    EXPECT_GE(pong->rtt, milliseconds{20});
    EXPECT_EQ(n[0].ping(wire::peer_id{}, n.net.now()).error(), error{swarms::errc::not_connected});
}

TEST(Node, AProtectedPeerComesBackWithItsGossip) {
    net n{2};
    n.subscribe_all("t");
    n.dial(0, 1);
    n.net.advance(seconds{2});
    ASSERT_TRUE(n[0].protect(n[1].id(), n.net.now()));
    EXPECT_TRUE(n[0].is_protected(n[1].id()));
    EXPECT_EQ(n[0].protect(n[0].id(), n.net.now()).error(), error{swarms::errc::dial_self});
    n[1].disconnect(n[0].id(), n.net.now());
    n.net.advance(seconds{5});
    EXPECT_EQ(n.count<swarms::reconnect_planned>(0), 1U);
    EXPECT_EQ(n.count<swarms::reconnecting>(0), 1U);
    EXPECT_EQ(n.count<swarms::conn_opened>(0), 2U);
    n.everybody_publishes("t", "a");
    n.net.advance(seconds{1});
    EXPECT_EQ(n.pairs_delivered("a"), 2U);
    n[0].unprotect(n[1].id());
    n[1].disconnect(n[0].id(), n.net.now());
    n.net.advance(seconds{600});
    EXPECT_EQ(n.count<swarms::reconnecting>(0), 1U);
    EXPECT_FALSE(n[0].established(n[1].id()));
}

// ---- pubsub ----

TEST(Node, WithoutARouterThereIsNoPubsub) {
    net n{1, {.router = router_kind::none}};
    EXPECT_EQ(n[0].subscribe("t", n.net.now()).error(), error{service::errc::no_pubsub});
    EXPECT_EQ(n[0].unsubscribe("t", n.net.now()).error(), error{service::errc::no_pubsub});
    EXPECT_EQ(n[0].publish("t", {}, n.net.now()).error(), error{service::errc::no_pubsub});
    EXPECT_EQ(n[0].pubsub_state(), nullptr);
}

TEST(Node, FloodsubAndGossipsubNodesHearEachOther) {
    net n{2, {.router = router_kind::floodsub}};
    n.subscribe_all("t");
    n.dial(0, 1);
    n.net.advance(seconds{2});
    n.everybody_publishes("t", "a");
    n.net.advance(seconds{1});
    EXPECT_EQ(n.pairs_delivered("a"), 2U);
}

TEST(Node, UnsubscribingIsToldAndNothingMoreComes) {
    net n{2};
    n.subscribe_all("t");
    n.dial(0, 1);
    n.net.advance(seconds{2});
    ASSERT_TRUE(n[1].unsubscribe("t", n.net.now()));
    n.net.advance(seconds{1});
    EXPECT_EQ(n.count<service::peer_unsubscribed>(0), 1U);
    ASSERT_TRUE(n[0].publish("t", as_bytes("x"), n.net.now()));
    n.net.advance(seconds{1});
    EXPECT_TRUE(n.got[1].empty());
}

TEST(Node, AStreamOpenedBeforeWeCountAsConnectedCarriesGossip) {
    // The listener's end is established a round trip after the dialer's can be: whatever comes
    // first, subscriptions are learned.
    for (int jitter = 0; jitter < 40; jitter += 4) {
        net n{2, {}, static_cast<std::uint64_t>(jitter)};
        n.net.jitter = milliseconds{jitter};
        n.subscribe_all("t");
        n.dial(0, 1);
        n.net.advance(seconds{3});
        EXPECT_EQ(n.count<service::peer_subscribed>(0), 1U) << jitter;
        EXPECT_EQ(n.count<service::peer_subscribed>(1), 1U) << jitter;
        EXPECT_EQ(n.count<service::pubsub_stream_in_lost>(1), 0U) << jitter;
    }
}

TEST(Node, ABurstOfMessagesArrivesWhole) {
    test::node_net<test::null_stack> n{2};
    n.subscribe_all("t");
    n.dial(0, 1);
    n.net.advance(seconds{3});
    for (int i = 0; i < 500; ++i)
        ASSERT_TRUE(n[0].publish("t", as_bytes("m" + std::to_string(i)), n.net.now()));
    n.net.advance(seconds{1});
    EXPECT_EQ(n.got[1].size(), 500U);
    EXPECT_EQ(n.count<service::message_rejected>(1), 0U);
}
TEST(Node, WhoIsNotPolledStopsReading) {
    node_config c;
    c.bounds.untold_events = 3;
    test::node_net<test::null_stack> n{2, c};
    n.dial(0, 1);
    n.net.advance(seconds{3});
    const auto conn = n[0].established(n[1].id());
    ASSERT_TRUE(conn);
    EXPECT_TRUE(n[0].wants_input(*conn));
    for (int i = 0; i < 3; ++i) n[0].dial(test::address_of(1).with_peer(n[1].id()), n.net.now());
    EXPECT_FALSE(n[0].wants_input(*conn)) << "three answers wait";
    ASSERT_TRUE(n[0].poll_event());
    EXPECT_TRUE(n[0].wants_input(*conn));
}

} // namespace
} // namespace lp2p
