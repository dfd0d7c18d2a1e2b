// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/node/own_record.hpp>

#include "tests/support/laws.hpp"
#include "tests/support/null_crypto.hpp"

#include <lp2p/crypto/botan.hpp>

#include <gtest/gtest.h>

namespace lp2p {
namespace {

using test::null_crypto;
using test::start;

wire::multiaddr address(int n) {
    return wire::multiaddr::tcp4({std::byte{10}}, static_cast<std::uint16_t>(n));
}
std::vector<wire::multiaddr> addresses(int n) {
    std::vector<wire::multiaddr> all;
    for (int i = 1; i <= n; ++i) all.push_back(address(i));
    return all;
}

class OwnRecord : public testing::Test {
protected:
    null_crypto crypto{1};
    null_crypto::private_key key = crypto.generate(crypto::key_type::ed25519).value();
    wire::peer_id me = wire::peer_id::of({key.type(), to_vector(key.public_data())}, crypto);
    limits bounds{};
    own_record<null_crypto> ours{crypto, me, unix_time{1'000'000}, start};

    std::optional<byte_vector> envelope(const std::vector<wire::multiaddr>& said,
                                        instant now = start) {
        return ours.of(said, key, bounds, now);
    }
    wire::peer_record read(const std::optional<byte_vector>& e) const {
        return wire::open_peer_record(*e, me, crypto).value();
    }
};

TEST_F(OwnRecord, SaysTheAddressesInTheFormOfGo) {
    const auto e = envelope(addresses(2));
    ASSERT_TRUE(e);
    EXPECT_EQ(read(e).addresses, addresses(2));
    EXPECT_TRUE(wire::open_peer_record(*e, me, crypto, {}, false)) << "not rust's";
}

TEST_F(OwnRecord, IsMadeAnewOnlyWhereTheAddressesChangeAndItsNumberGrows) {
    const auto first = envelope(addresses(1));
    EXPECT_EQ(envelope(addresses(1), start + seconds{5}), first);
    const auto second = envelope(addresses(2), start + seconds{5});
    EXPECT_EQ(read(first).seq, 1'000'001U);
    EXPECT_EQ(read(second).seq, 1'000'000U + 5'000'000'000U) << "nanoseconds";
    const auto third = envelope(addresses(1), start + seconds{5});
    EXPECT_EQ(read(third).seq, read(second).seq + 1) << "in the same nanosecond";
    const auto fourth = envelope(addresses(2), start - seconds{5});
    EXPECT_EQ(read(fourth).seq, read(third).seq + 1) << "whatever time it is";
}

TEST_F(OwnRecord, IsNotThereWithoutAddresses) {
    EXPECT_FALSE(envelope({}));
    EXPECT_TRUE(envelope(addresses(1)));
    EXPECT_FALSE(envelope({}));
}

TEST_F(OwnRecord, HoldsNoMoreAddressesThanOthersKeep) {
    EXPECT_EQ(read(envelope(addresses(100))).addresses.size(), 100U);
    const auto e = envelope(addresses(101));
    EXPECT_EQ(read(e).addresses, addresses(100)) << "the first";
    EXPECT_EQ(read(e).left_out, 0U);
    byte_vector path{std::byte{0x90}, std::byte{0x03}};
    wire::encode_uvarint(900, path);
    path.push_back(std::byte{'/'});
    path.resize(4 + 900, std::byte{'a'});
    const std::vector<wire::multiaddr> large(9, wire::multiaddr::from_bytes(path).value());
    EXPECT_EQ(read(envelope(large)).addresses.size(), 4U);
}

TEST_F(OwnRecord, ThatOverfillsAPartOfIdentifyIsLeftOut) {
    bounds.identify_part = 100; // whatever a user sets
    EXPECT_FALSE(envelope(addresses(3)));
    bounds.identify_part = 8 * 1024;
    EXPECT_TRUE(envelope(addresses(3)));
}

/// The largest key there is.
TEST(OwnRecordOfRsa, FitsIntoAPartOfIdentifyBesideTheLargestKeyAndSignature) {
    struct huge_key {
        crypto::key_type type() const { return crypto::key_type::rsa; }
        byte_view public_data() const { return data; }
        byte_vector data = byte_vector(1062); // RSA of 8192 bits
    };
    struct huge_crypto {
        using private_key = huge_key;
        result<byte_vector> sign(const huge_key&, byte_view) const { return byte_vector(1024); }
    };
    own_record<huge_crypto> ours{huge_crypto{}, {}, unix_time{}, start};
    const limits bounds;
    byte_vector path{std::byte{0x90}, std::byte{0x03}};
    path.resize(2 + 30, std::byte{'a'});
    path[2] = std::byte{29};
    path[3] = std::byte{'/'};
    const std::vector<wire::multiaddr> many(100, wire::multiaddr::from_bytes(path).value());
    const auto e = ours.of(many, huge_key{}, bounds, start);
    ASSERT_TRUE(e);
    EXPECT_GT(e->size(), 5000U);
    EXPECT_LT(e->size(), bounds.identify_part);
}

} // namespace
} // namespace lp2p
