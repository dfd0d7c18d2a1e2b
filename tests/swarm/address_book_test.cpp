// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/swarm/address_book.hpp>

#include <lp2p/swarm/errc.hpp>

#include "tests/swarm/people.hpp"

#include <gtest/gtest.h>

namespace lp2p {
namespace {

using namespace std::chrono_literals;
using test::address;
using test::peer;
using test::start;

TEST(AddressBook, AnAddressIsKeptOnceWithoutItsPeer) {
    address_book b{{}};
    b.add(peer(1), address(1).with_peer(peer(1)));
    b.add(peer(1), address(1));
    b.add(peer(1), address(2));
    const auto all = b.of(peer(1));
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].address, address(1));
    EXPECT_TRUE(b.of(peer(2)).empty());
}
TEST(AddressBook, BackoffDoublesToItsMostWithTwentyPercent) {
    address_book b{{.seed = 3}};
    b.add(peer(1), address(1));
    duration expected = 1s;
    for (int i = 0; i < 40; ++i) {
        b.failed(peer(1), address(1), swarms::errc::not_connected, start);
        const auto r = b.of(peer(1)).front();
        EXPECT_GE(r.not_before - start, expected * 4 / 5) << i;
        EXPECT_LE(r.not_before - start, expected * 6 / 5) << i;
        EXPECT_EQ(r.last, swarms::errc::not_connected);
        expected = std::min<duration>(2 * expected, 300s);
    }
    b.succeeded(peer(1));
    EXPECT_EQ(b.of(peer(1)).front().not_before, instant{});
}
TEST(AddressBook, WhatFailedComesLast) {
    address_book b{{}};
    for (int i = 1; i <= 3; ++i) b.add(peer(1), address(i));
    b.failed(peer(1), address(1), swarms::errc::not_connected, start);
    EXPECT_EQ(b.of(peer(1)).front().address, address(2));
    EXPECT_EQ(b.of(peer(1)).back().address, address(1));
}
TEST(AddressBook, BoundsPerPeerAndInAll) {
    address_book b{{.addresses_per_peer = 3, .peers = 2}};
    for (int i = 1; i <= 3; ++i) b.add(peer(1), address(i));
    b.failed(peer(1), address(2), swarms::errc::not_connected, start);
    b.add(peer(1), address(4));
    ASSERT_EQ(b.of(peer(1)).size(), 3U);
    for (const auto& r : b.of(peer(1))) EXPECT_NE(r.address, address(2)) << "the worst left";
    b.add(peer(2), address(1));
    b.add(peer(1), address(1)); // used again
    b.add(peer(3), address(1));
    EXPECT_EQ(b.peers(), 2U);
    EXPECT_TRUE(b.of(peer(2)).empty()) << "used longest ago";
    EXPECT_FALSE(b.of(peer(1)).empty());
}

TEST(AddressBook, WhoIsKeptLeavesLast) {
    address_book b{{.peers = 2}};
    b.keep(peer(1), true);
    b.add(peer(1), address(1));
    for (std::uint8_t i = 2; i < 9; ++i) b.add(peer(i), address(i));
    EXPECT_FALSE(b.of(peer(1)).empty());
    EXPECT_EQ(b.peers(), 2U);
    b.keep(peer(8), true);
    b.add(peer(9), address(9));
    EXPECT_EQ(b.peers(), 2U) << "the bound holds where all are kept";
    EXPECT_TRUE(b.of(peer(1)).empty());
    b.keep(peer(8), false);
    b.keep(peer(7), false); // nobody
    EXPECT_EQ(b.peers(), 2U);
    b.add(peer(10), address(10));
    b.add(peer(11), address(11));
    EXPECT_TRUE(b.of(peer(8)).empty());
}
TEST(AddressBook, TheFirstAddressThatIsReadyIsWhatAPeerWaitsFor) {
    address_book b{{}};
    EXPECT_FALSE(b.ready_at(peer(1)));
    b.add(peer(1), *wire::multiaddr::parse("/ip4/10.0.0.1")); // cannot be dialed
    EXPECT_FALSE(b.ready_at(peer(1)));
    b.add(peer(1), address(1));
    b.add(peer(1), address(2));
    EXPECT_EQ(b.ready_at(peer(1)), instant{});
    b.failed(peer(1), address(1), swarms::errc::not_connected, start);
    EXPECT_EQ(b.ready_at(peer(1)), instant{});
    b.failed(peer(1), address(2), swarms::errc::not_connected, after(start, 1h));
    EXPECT_GE(*b.ready_at(peer(1)), after(start, 800ms));
    EXPECT_LE(*b.ready_at(peer(1)), after(start, 1200ms));
}

wire::peer_record record(std::uint64_t seq, std::initializer_list<int> addresses) {
    wire::peer_record r{.peer = peer(1), .seq = seq};
    for (const int a : addresses) r.addresses.push_back(address(a).with_peer(peer(1)));
    return r;
}
std::vector<wire::multiaddr> certified(const address_book& b) {
    std::vector<wire::multiaddr> all;
    for (const auto& r : b.of(peer(1)))
        if (r.certified) all.push_back(r.address);
    return all;
}

TEST(AddressBook, WhatThePeerSignedIsMarkedAndComesFirst) {
    address_book b{{}};
    b.add(peer(1), address(1));
    b.add(peer(1), address(2));
    EXPECT_TRUE(b.certify(record(7, {2, 3})));
    const auto all = b.of(peer(1));
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].address, address(2));
    EXPECT_EQ(all[1].address, address(3)) << "without the peer at its end";
    EXPECT_EQ(all[2].address, address(1));
    EXPECT_EQ(certified(b), (std::vector{address(2), address(3)}));
    b.failed(peer(1), address(2), swarms::errc::not_connected, start);
    EXPECT_EQ(b.of(peer(1)).back().address, address(2)) << "but not before what works";
}
TEST(AddressBook, TheNumberOfARecordMustGrow) {
    address_book b{{}};
    EXPECT_TRUE(b.certify(record(7, {1})));
    EXPECT_FALSE(b.certify(record(6, {2})));
    EXPECT_FALSE(b.certify(record(0, {2})));
    EXPECT_EQ(b.of(peer(1)).size(), 1U) << "nothing of it is stored";
    EXPECT_TRUE(b.certify(record(7, {2}))) << "that record again";
    EXPECT_EQ(b.of(peer(1)).size(), 1U) << "says nothing new";
    EXPECT_TRUE(b.certify(record(8, {2, 3})));
    EXPECT_EQ(certified(b), (std::vector{address(2), address(3)}));
    EXPECT_EQ(b.of(peer(1)).size(), 3U) << "the older one is kept as anybody's word";
    auto other = record(1, {4});
    other.peer = peer(2);
    EXPECT_TRUE(b.certify(other)) << "each peer counts for itself";
    address_book fresh{{}};
    EXPECT_TRUE(fresh.certify(record(0, {1}))) << "zero is a number";
    EXPECT_TRUE(fresh.certify(record(~std::uint64_t{0}, {1})));
    EXPECT_FALSE(fresh.certify(record(1, {1})));
}
TEST(AddressBook, AnybodysWordDoesNotPushOutWhatThePeerSigned) {
    address_book b{{.addresses_per_peer = 3}};
    b.add(peer(1), address(9));
    EXPECT_TRUE(b.certify(record(1, {1, 2, 3, 4, 5})));
    EXPECT_EQ(certified(b), (std::vector{address(1), address(2), address(3)})) << "the first";
    for (int i = 20; i < 40; ++i) b.add(peer(1), address(i));
    EXPECT_EQ(certified(b).size(), 3U);
    b.failed(peer(1), address(2), swarms::errc::not_connected, start);
    b.add(peer(1), address(9));
    EXPECT_EQ(certified(b), (std::vector{address(1), address(3)})) << "unless it does not work";
    EXPECT_EQ(b.of(peer(1)).size(), 3U);
}

} // namespace
} // namespace lp2p
