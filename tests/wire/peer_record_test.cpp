// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/peer_record.hpp>

#include "bytes.hpp"
#include "known_records.hpp"

#include "tests/support/null_crypto.hpp"

#include <lp2p/core/limits.hpp>
#include <lp2p/crypto/botan.hpp>

namespace {

using namespace lp2p;
using test::null_crypto;
using wire::errc;
using wire::multiaddr;
using wire::peer_id;
using wire::peer_record;
using wire::record_form;
using wire_test::hex;

const null_crypto crypto_{1};
const auto identity = crypto_.generate(crypto::key_type::ed25519).value();
const auto stranger = crypto_.generate(crypto::key_type::ed25519).value();
multiaddr address(std::string_view digits) { return multiaddr::from_bytes(hex(digits)).value(); }
const multiaddr here = address("04 c0000207 06 0fa1");
const multiaddr there = address("29 20010db8000000000000000000000007 06 0fa1 dd03"); // …/ws

peer_id id_of(const test::null_private_key& key) {
    return peer_id::of(wire::public_key{key.type(), to_vector(key.public_data())}, crypto_);
}
const peer_id me = id_of(identity);

peer_record record(std::vector<multiaddr> addresses = {here, there}) {
    return {.peer = me, .seq = 7, .addresses = std::move(addresses)};
}
byte_vector sealed(const peer_record& r = record(), const test::null_private_key& key = identity,
                   record_form form = record_form::peer_record) {
    return wire::seal_peer_record(r, key, crypto_, form).value();
}
error why(byte_view envelope, const peer_id& expected = me, const wire::record_bounds& keep = {},
          bool routing_state = true) {
    const auto read = wire::open_peer_record(envelope, expected, crypto_, keep, routing_state);
    return read ? error{} : read.error();
}

TEST(WirePeerRecord, ItsBoundsAreThoseOfIdentify) { // threats.md §2
    const wire::record_bounds keep;
    EXPECT_EQ(keep.bytes, default_limits.identify_part);
    EXPECT_EQ(keep.addresses, default_limits.identify_addresses);
    EXPECT_EQ(keep.address_length, default_limits.identify_address_length);
}

TEST(WirePeerRecord, RecordsOfGoAndOfRustAreBelieved) {
    const crypto::botan botan;
    for (const auto& known : wire_test::known_records) {
        const byte_vector envelope = hex(known.envelope);
        const auto peer = peer_id::parse(known.peer).value();
        const auto read = wire::open_peer_record(envelope, peer, botan);
        ASSERT_TRUE(read) << known.name;
        EXPECT_EQ(*read, (peer_record{.peer = peer, .seq = known.seq, .addresses = {here, there}}));
        EXPECT_EQ(read->encode(), to_vector(wire::signed_envelope::decode(envelope)->payload));
        EXPECT_EQ(wire::open_peer_record(envelope, me, botan).error(), error{errc::foreign_record})
            << known.name;
        const auto strict = wire::open_peer_record(envelope, peer, botan, {}, false);
        EXPECT_EQ(strict.has_value(), !known.legacy) << known.name;
    }
}

TEST(WirePeerRecord, OursIsOfTheFormOfGoAndJs) { // identify.md §5
    const byte_vector envelope = sealed();
    const auto e = wire::signed_envelope::decode(envelope).value();
    EXPECT_TRUE(equal(e.payload_type, hex("0301")));
    EXPECT_TRUE(wire::verify_envelope(e, "libp2p-peer-record", crypto_));
    EXPECT_EQ(wire::open_peer_record(envelope, me, crypto_), record());
}

TEST(WirePeerRecord, RustsFormIsReadUnlessThatIsSwitchedOff) {
    const byte_vector envelope = sealed(record(), identity, record_form::routing_state);
    EXPECT_EQ(wire::open_peer_record(envelope, me, crypto_), record());
    EXPECT_EQ(why(envelope, me, {}, false), error{errc::unknown_payload_type});
}

TEST(WirePeerRecord, TheDomainOfOneFormWithTheTypeOfTheOtherIsABadSignature) {
    const auto go = wire::signing_of(record_form::peer_record);
    const auto rust = wire::signing_of(record_form::routing_state);
    for (const auto& [domain, type] :
         {std::pair{go.domain, rust.payload_type}, std::pair{rust.domain, go.payload_type}}) {
        const byte_vector envelope =
            wire::seal_envelope(domain, as_bytes(type), record().encode(), identity, crypto_)
                .value();
        EXPECT_EQ(why(envelope), error{crypto::errc::bad_signature});
    }
    const byte_vector other =
        wire::seal_envelope(go.domain, hex("0302"), record().encode(), identity, crypto_).value();
    EXPECT_EQ(why(other), error{errc::unknown_payload_type});
}

TEST(WirePeerRecord, ARecordOfAnotherPeerIsRefused) { // threats.md §6
    auto about_another = record();
    about_another.peer = id_of(stranger);
    EXPECT_EQ(why(sealed(about_another)), error{errc::foreign_record}) << "about another";
    EXPECT_EQ(why(sealed(record(), stranger)), error{errc::foreign_record}) << "signed by another";
    EXPECT_EQ(why(sealed(about_another, stranger)), error{errc::foreign_record});
    EXPECT_EQ(why(sealed(about_another, stranger), id_of(stranger)), error{});
}

TEST(WirePeerRecord, NothingIsReadBeforeTheSignatureHolds) {
    byte_vector envelope =
        wire::seal_envelope("libp2p-peer-record", hex("0301"), hex("ff"), identity, crypto_)
            .value();
    EXPECT_EQ(why(envelope), error{errc::message_truncated}) << "signed nonsense";
    envelope.back() ^= std::byte{1};
    EXPECT_EQ(why(envelope), error{crypto::errc::bad_signature});
}

TEST(WirePeerRecord, AnEnvelopeOverTheBoundIsNotRead) {
    const byte_vector envelope = sealed();
    EXPECT_EQ(why(envelope, me, {.bytes = envelope.size()}), error{});
    EXPECT_EQ(why(envelope, me, {.bytes = envelope.size() - 1}), error{errc::too_long});
}

TEST(WirePeerRecord, OneBadAddressCostsThatAddress) { // divergences.md, "envelope"
    byte_vector payload = record({here}).encode();
    append(payload, hex("1a04 0a02 ffff"));                           // no protocol that we know
    append(payload, hex("1a02 0a00"));                                // empty
    append(payload, hex("1a00"));                                     // none at all
    append(payload, hex("1a01 0a"));                                  // no message
    append(payload, hex("1a02 0801"));                                // of another wire type
    append(payload, byte_view{record({there}).encode()}.subspan(42)); // behind peer and seq
    const auto read = peer_record::decode(payload);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->addresses, (std::vector{here, there}));
    EXPECT_EQ(read->left_out, 5U);
    EXPECT_EQ(read->seq, 7U);
}

TEST(WirePeerRecord, AddressesPastTheBoundsAreLeftOutAndCounted) {
    auto many = record(std::vector<multiaddr>(101, here));
    auto read = peer_record::decode(many.encode());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->addresses.size(), 100U);
    EXPECT_EQ(read->left_out, 1U);
    const auto path = [](std::size_t size) { // /unix/aaa…
        byte_vector bytes = hex("9003");
        wire::encode_uvarint(size - 4, bytes);
        bytes.push_back(std::byte{'/'});
        bytes.resize(size, std::byte{'a'});
        return multiaddr::from_bytes(bytes).value();
    };
    ASSERT_EQ(path(1024).bytes().size(), 1024U);
    read = peer_record::decode(record({path(1024), path(1025), here}).encode());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->addresses, (std::vector{path(1024), here}));
    EXPECT_EQ(read->left_out, 1U);
}

TEST(WirePeerRecord, AnAddressThatNamesAnotherPeerIsLeftOut) {
    byte_vector bytes = to_vector(here.with_peer(id_of(stranger)).bytes());
    append(bytes, hex("a202")); // /p2p-circuit
    const auto relay = multiaddr::from_bytes(bytes).value();
    const auto read = peer_record::decode(
        record({here.with_peer(id_of(stranger)), here.with_peer(me), relay}).encode());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->addresses, (std::vector{here.with_peer(me), relay}));
    EXPECT_EQ(read->left_out, 1U);
}

TEST(WirePeerRecord, TheOrderOfFieldsIsFreeAndAnAbsentSeqIsZero) {
    byte_vector payload = hex("1a0a 0a08 04c0000207 06 0fa1"); // the address first
    append(payload, hex("0a26"));
    append(payload, me.bytes());
    const auto read = peer_record::decode(payload);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, (peer_record{.peer = me, .seq = 0, .addresses = {here}}));
}

TEST(WirePeerRecord, AFieldThatIsMissingOrOfAnotherTypeIsNamed) {
    const auto refused = [](const byte_vector& payload) {
        const auto read = peer_record::decode(payload);
        return read ? error{} : read.error();
    };
    EXPECT_EQ(refused({}), error{errc::missing_field});
    EXPECT_EQ(refused(hex("1007")), error{errc::missing_field});
    EXPECT_EQ(refused(hex("0a00 1007")), error{errc::truncated});
    EXPECT_EQ(refused(hex("0a02 1100 1007")), error{errc::unknown_hash});
    EXPECT_EQ(refused(hex("0807")), error{errc::wrong_wire_type});
    EXPECT_EQ(refused(hex("1201 07")), error{errc::wrong_wire_type});
    EXPECT_EQ(refused(hex("1801")), error{errc::wrong_wire_type});
}

RC_GTEST_PROP(WirePeerRecord, WhatIsWrittenIsRead, ()) {
    peer_record r = record({});
    r.seq = *rc::gen::arbitrary<std::uint64_t>();
    const auto n = *rc::gen::inRange(0, 5);
    for (int i = 0; i < n; ++i)
        r.addresses.push_back(multiaddr::tcp4({}, *rc::gen::arbitrary<std::uint16_t>()));
    RC_ASSERT(peer_record::decode(r.encode()) == r);
}

RC_GTEST_PROP(WirePeerRecord, DamageIsNeverBelieved, ()) {
    const byte_vector envelope = wire_test::damaged(sealed());
    const auto read = wire::open_peer_record(envelope, me, crypto_);
    if (read) RC_ASSERT(*read == record()); // what changed was not signed
}

} // namespace
