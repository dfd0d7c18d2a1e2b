// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/node/own_addresses.hpp>

#include "tests/support/laws.hpp"

#include <gtest/gtest.h>

namespace lp2p {
namespace {

using test::start;
using addresses = std::vector<wire::multiaddr>;

wire::multiaddr address(std::string_view text) { return wire::multiaddr::parse(text).value(); }
wire::multiaddr ip4(unsigned a, unsigned b, unsigned c, unsigned d, std::uint16_t port) {
    return wire::multiaddr::tcp4({std::byte(a), std::byte(b), std::byte(c), std::byte(d)}, port);
}

const wire::multiaddr home = address("/ip4/10.0.0.1/tcp/4001");
const wire::multiaddr home6 = address("/ip6/2001:db8:0:1::1/tcp/4001");
const wire::multiaddr outside = address("/ip4/8.8.8.8/tcp/4001");

/// A node that listens at `home` and `home6`, in a network that translates addresses.
class OwnAddresses : public testing::Test {
protected:
    OwnAddresses() {
        ours.listening(home);
        ours.listening(home6);
    }
    limits bounds{};
    own_addresses ours{bounds};
    std::uint64_t last = 0;

    /// Somebody connected to us from a host of the world: 1.0.0.`from`.
    bool inbound(unsigned from, const wire::multiaddr& said, const wire::multiaddr& local = home) {
        return hear(direction::inbound, ip4(1, 0, 0, from, 999), local, said);
    }
    bool hear(direction dir, const wire::multiaddr& remote, const wire::multiaddr& local,
              const wire::multiaddr& said) {
        return ours.observed({conn_id{++last}, dir, remote, local, said});
    }
    /// Whether four hosts that say so on such connections are believed.
    bool four_believed(direction dir, const wire::multiaddr& local, const wire::multiaddr& said,
                       std::string_view net = "/ip4/1.0.0.") {
        bool changed = false;
        for (int i = 1; i <= 4; ++i)
            changed =
                hear(dir, address(std::string{net} + std::to_string(i) + "/tcp/999"), local, said);
        return changed;
    }
    addresses observed() const { return {ours.all().begin() + 2, ours.all().end()}; }
};

// ---- where it listens ----

TEST_F(OwnAddresses, ThoseItListensAtAreSaidOnceInOrderWithoutThePeer) {
    own_addresses fresh{bounds};
    EXPECT_TRUE(fresh.listening(address(
        "/ip4/10.0.0.1/tcp/4001/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA")));
    EXPECT_TRUE(fresh.listening(address("/dns4/a.example/tcp/1")));
    EXPECT_FALSE(fresh.listening(home)) << "known";
    EXPECT_EQ(fresh.all(), (addresses{home, address("/dns4/a.example/tcp/1")}));
}
TEST_F(OwnAddresses, EveryInterfaceIsNoAddress) {
    own_addresses fresh{bounds};
    for (const char* any : {"/ip4/0.0.0.0/tcp/4001", "/ip6/::/tcp/4001",
                            "/ip6/::ffff:0.0.0.0/tcp/1", "/ip4/0.0.0.0/udp/1/quic-v1"})
        EXPECT_FALSE(fresh.listening(address(any))) << any;
    EXPECT_FALSE(fresh.listening(wire::multiaddr{}));
    EXPECT_TRUE(fresh.all().empty());
}

// ---- who is believed ----

TEST_F(OwnAddresses, FourHostsAreBelievedAndNotThree) {
    for (unsigned from = 1; from <= 3; ++from) EXPECT_FALSE(inbound(from, outside)) << from;
    EXPECT_TRUE(inbound(4, outside));
    EXPECT_EQ(ours.all(), (addresses{home, home6, outside}));
    EXPECT_FALSE(inbound(5, outside)) << "no news";
}
TEST_F(OwnAddresses, OneHostIsOneVoiceHoweverOftenItConnects) {
    for (int i = 0; i < 100; ++i) EXPECT_FALSE(inbound(1, outside));
    for (unsigned from = 2; from <= 3; ++from) EXPECT_FALSE(inbound(from, outside));
    EXPECT_TRUE(observed().empty());
    EXPECT_TRUE(inbound(4, outside));
}
TEST_F(OwnAddresses, OneIp6CustomerIsOneVoice) {
    const auto said = address("/ip6/2600::7/tcp/4001");
    for (int i = 1; i <= 8; ++i) // one /56
        EXPECT_FALSE(hear(direction::inbound,
                          address("/ip6/2600:0:0:4" + std::to_string(i) + "::1/tcp/9"), home6,
                          said));
    for (int i = 1; i <= 3; ++i) // others
        EXPECT_EQ(hear(direction::inbound,
                       address("/ip6/2600:0:0:" + std::to_string(i) + "00::1/tcp/9"), home6, said),
                  i == 3);
    EXPECT_EQ(observed(), addresses{said});
}
TEST_F(OwnAddresses, AConnectionHasOneWordItsNewest) {
    const auto other = address("/ip4/9.9.9.9/tcp/4001");
    for (unsigned from = 1; from <= 4; ++from) inbound(from, outside);
    const conn_id fourth{last};
    EXPECT_TRUE(ours.observed({fourth, direction::inbound, ip4(1, 0, 0, 4, 999), home, other}));
    EXPECT_TRUE(observed().empty()) << "three are left";
}

// ---- what is believed ----

TEST_F(OwnAddresses, WhatReachesFurtherThanTheConnectionIsNotBelieved) {
    EXPECT_FALSE(four_believed(direction::inbound, home, address("/ip4/192.168.1.1/tcp/4001")));
    EXPECT_FALSE(four_believed(direction::inbound, home, address("/ip4/127.0.0.1/tcp/4001")));
    EXPECT_FALSE(four_believed(direction::inbound, home, outside, "/ip4/10.0.0."));
    EXPECT_FALSE(four_believed(direction::inbound, home, outside, "/ip4/127.0.0."));
    EXPECT_FALSE(four_believed(direction::inbound, home, address("/ip4/127.0.0.1/tcp/4001"),
                               "/ip4/127.0.0."));
    EXPECT_EQ(ours.all().size(), 2U);
    EXPECT_TRUE(four_believed(direction::inbound, home, address("/ip4/192.168.1.1/tcp/4001"),
                              "/ip4/10.0.0."))
        << "private of private";
}
TEST_F(OwnAddresses, WhatIsNoAddressOfOneHostIsNotBelieved) {
    for (const char* said :
         {"/ip4/0.0.0.0/tcp/1", "/ip4/224.0.0.1/tcp/1", "/ip4/8.8.8.8/tcp/0", "/ip4/8.8.8.8/udp/1",
          "/dns4/a.example/tcp/1", "/ip4/169.254.0.1/tcp/1"})
        EXPECT_FALSE(four_believed(direction::inbound, home, address(said))) << said;
    for (const char* said : {"/ip6/fe80::1/tcp/1", "/ip6/64:ff9b::8.8.8.8/tcp/1", "/ip6/::1/tcp/1"})
        EXPECT_FALSE(four_believed(direction::inbound, home6, address(said))) << said;
    EXPECT_FALSE(four_believed(direction::inbound, home, address("/ip6/2600::7/tcp/1")))
        << "the other family";
    EXPECT_EQ(ours.all().size(), 2U);
}
TEST_F(OwnAddresses, AnIp4AddressInIp6FormIsAnIp4Address) {
    EXPECT_TRUE(four_believed(direction::inbound, home, address("/ip6/::ffff:8.8.8.8/tcp/4001")));
    EXPECT_EQ(observed(), addresses{outside});
}
TEST_F(OwnAddresses, WhereItListensIsNotSaidTwice) {
    own_addresses fresh{bounds};
    fresh.listening(outside);
    for (unsigned from = 1; from <= 4; ++from)
        EXPECT_FALSE(fresh.observed(
            {conn_id{from}, direction::inbound, ip4(1, 0, 0, from, 9), outside, outside}));
    EXPECT_EQ(fresh.all(), addresses{outside});
}

// ---- which port ----

TEST_F(OwnAddresses, AtAPortThatItListensAtThePortIsTheOneThatIsSeen) {
    const auto mapped = address("/ip4/8.8.8.8/tcp/30000");
    EXPECT_TRUE(four_believed(direction::outbound, home, mapped))
        << "dialed from the port it listens at";
    EXPECT_EQ(observed(), addresses{mapped});
}
TEST_F(OwnAddresses, DialedFromAnyOtherPortItIsThePortItListensAt) {
    EXPECT_TRUE(four_believed(direction::outbound, address("/ip4/10.0.0.1/tcp/50123"),
                              address("/ip4/8.8.8.8/tcp/50123")));
    EXPECT_EQ(observed(), addresses{outside});
}
TEST_F(OwnAddresses, WhereItDoesNotListenNothingIsSaid) {
    EXPECT_FALSE(four_believed(direction::outbound, address("/ip4/10.0.0.2/tcp/4001"), outside))
        << "another interface";
    EXPECT_FALSE(four_believed(direction::inbound, address("/ip4/10.0.0.1/tcp/4002"), outside))
        << "another port";
    own_addresses deaf{bounds};
    for (unsigned from = 1; from <= 4; ++from)
        EXPECT_FALSE(deaf.observed(
            {conn_id{from}, direction::outbound, ip4(1, 0, 0, from, 9), home, outside}));
    EXPECT_TRUE(deaf.all().empty());
}

// ---- how long, how many ----

TEST_F(OwnAddresses, AWordOutlivesItsConnectionForAWhile) {
    for (unsigned from = 1; from <= 5; ++from) inbound(from, outside);
    EXPECT_EQ(ours.next_timeout(), std::nullopt) << "live words do not expire";
    for (std::uint64_t c = 1; c <= 2; ++c) ours.closed(conn_id{c}, start + seconds{c});
    ours.closed(conn_id{99}, start); // said nothing
    EXPECT_EQ(ours.next_timeout(), start + seconds{1} + bounds.observed_for);
    EXPECT_FALSE(ours.handle_timeout(start + bounds.observed_for)) << "early";
    EXPECT_FALSE(ours.handle_timeout(*ours.next_timeout())) << "four are left";
    EXPECT_EQ(observed(), addresses{outside});
    EXPECT_TRUE(ours.handle_timeout(*ours.next_timeout()));
    EXPECT_TRUE(observed().empty());
    EXPECT_EQ(ours.next_timeout(), std::nullopt);
}
TEST_F(OwnAddresses, AHostCountsAsLongAsOneOfItsConnectionsDoes) {
    inbound(1, outside);
    for (unsigned from = 1; from <= 4; ++from) inbound(from, outside);
    ours.closed(conn_id{1}, start);
    EXPECT_FALSE(ours.handle_timeout(start + bounds.observed_for)) << "there is its second one";
    EXPECT_EQ(observed(), addresses{outside});
    ours.closed(conn_id{2}, start);
    EXPECT_TRUE(ours.handle_timeout(start + bounds.observed_for));
}
TEST_F(OwnAddresses, NoMoreAreSaidThanThoseThatMostHostsSay) {
    const auto at = [](unsigned n) { return ip4(8, 8, 8, n, 4001); };
    for (unsigned n = 1; n <= 5; ++n)
        for (unsigned from = 1; from <= 3 + n; ++from) inbound(from, at(n));
    EXPECT_EQ(observed(), (addresses{at(3), at(4), at(5)}));
    EXPECT_FALSE(inbound(9, at(4))) << "who leads is no news";
    for (unsigned from = 10; from <= 20; ++from) inbound(from, at(1));
    EXPECT_EQ(observed(), (addresses{at(1), at(4), at(5)}));
}
TEST_F(OwnAddresses, AtTheBoundWordsOfEndedConnectionsLeaveAndThenNoneIsKept) {
    bounds.observations = 10;
    for (unsigned from = 1; from <= 4; ++from) inbound(from, outside);
    for (unsigned n = 1; n <= 6; ++n) inbound(100, ip4(8, 8, 4, n, 4001)); // 10 words
    const auto other = address("/ip4/9.9.9.9/tcp/4001");
    for (unsigned from = 1; from <= 4; ++from) EXPECT_FALSE(inbound(from, other)) << "no room";
    EXPECT_EQ(observed(), addresses{outside});
    for (std::uint64_t c = 1; c <= 4; ++c) ours.closed(conn_id{c}, start);
    EXPECT_TRUE(inbound(1, other)) << "the oldest of those that ended made room: three are left";
    EXPECT_TRUE(observed().empty());
    for (unsigned from = 2; from <= 3; ++from) EXPECT_FALSE(inbound(from, other));
    EXPECT_TRUE(inbound(4, other));
    EXPECT_EQ(observed(), addresses{other});
    EXPECT_EQ(ours.next_timeout(), std::nullopt) << "none of those that ended is left";
}

} // namespace
} // namespace lp2p
