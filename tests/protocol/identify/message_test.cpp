// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/identify/message.hpp>

#include "samples.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace {

namespace id = lp2p::identify;
using id::errc;
using lp2p::as_bytes;
using lp2p::byte_vector;
using lp2p::test::address;
using lp2p::test::encoded;
using lp2p::test::merged;
using lp2p::test::parts_of;
using lp2p::test::raw;
using lp2p::test::usual;

constexpr std::uint32_t field_address = 2, field_protocol = 3, field_observed = 4, field_agent = 6,
                        field_record = 8;

/// One part made of `fields`, in their order.
byte_vector part(std::initializer_list<std::pair<std::uint32_t, std::string_view>> fields) {
    byte_vector out;
    lp2p::wire::message_writer writer{out};
    for (const auto& [field, value] : fields) writer.text(field, value);
    return out;
}

TEST(IdentifyMessage, WhatIsEncodedIsReadBack) {
    auto m = usual();
    m.signed_peer_record = raw("an envelope");
    EXPECT_EQ(merged({encoded(m)}), m);
}

TEST(IdentifyMessage, TheBytesAreThoseOfTheSpecification) {
    id::message m;
    m.public_key = raw("k");
    m.listen_addrs = {address(4001)};
    m.protocols = {"/a"};
    m.observed = address(1);
    m.protocol_version = "p";
    m.agent_version = "g";
    m.signed_peer_record = raw("r");
    EXPECT_EQ(lp2p::test::to_hex(encoded(m)), "0a016b"
                                              "1208047f000001060fa1"
                                              "1a022f61"
                                              "2208047f000001060001"
                                              "2a0170"
                                              "320167"
                                              "420172");
}

RC_GTEST_PROP(IdentifyMessage, WhatIsReadIsWrittenTheSame, ()) {
    id::message m;
    if (*rc::gen::arbitrary<bool>()) m.public_key = raw(*rc::gen::arbitrary<std::string>());
    for (const auto port : *rc::gen::arbitrary<std::vector<std::uint16_t>>())
        m.listen_addrs.push_back(address(port));
    const auto ascii = rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
    m.protocols = *rc::gen::container<std::vector<std::string>>(rc::gen::nonEmpty(ascii));
    if (*rc::gen::arbitrary<bool>()) m.agent_version = *ascii;
    m.listen_addrs_present = !m.listen_addrs.empty();
    m.protocols_present = !m.protocols.empty();
    RC_PRE(m.listen_addrs.size() <= 100U);
    RC_ASSERT(merged({encoded(m)}) == m);
}

TEST(IdentifyMessage, PartsAreMergedAsProtobufMerges) {
    const auto m =
        merged({part({{field_protocol, "/a"}, {field_agent, "old"}}),
                part({{field_protocol, "/b"}, {field_agent, "new"}}), part({{field_record, "r"}})});
    EXPECT_EQ(m.protocols, (std::vector<std::string>{"/a", "/b"}));
    EXPECT_EQ(m.agent_version, "new");
    EXPECT_EQ(m.signed_peer_record, raw("r"));
    EXPECT_FALSE(m.public_key);
}

TEST(IdentifyMessage, AnAbsentListIsNotAListWhoseEntriesWereAllLeftOut) {
    const auto absent = merged({part({{field_agent, "x"}})});
    EXPECT_FALSE(absent.protocols_present);
    EXPECT_FALSE(absent.listen_addrs_present);
    const auto odd = merged({part({{field_protocol, "\xff"}, {field_address, "\xff"}})});
    EXPECT_TRUE(odd.protocols_present);
    EXPECT_TRUE(odd.listen_addrs_present);
    EXPECT_TRUE(odd.protocols.empty());
}

// identify.md §9, row by row; lengths, parts and keys are in requester_test.cpp.
TEST(IdentifyMessage, MalformedUnknownFieldsAreIgnored) {
    auto bytes = part({{field_protocol, "/a"}});
    lp2p::wire::message_writer{bytes}.varint(7, 9);
    lp2p::wire::message_writer{bytes}.text(100, "unknown");
    const auto m = merged({bytes});
    EXPECT_EQ(m.protocols, (std::vector<std::string>{"/a"}));
    EXPECT_FALSE(m.left_out.any());
}

TEST(IdentifyMessage, MalformedAddressesAreSkippedAndCounted) {
    const auto good = address(4001);
    const auto m = merged({part({{field_address, "\x04\x7f"},
                                 {field_address, ""},
                                 {field_address, lp2p::as_text(good.bytes())},
                                 {field_address, "\xff\xff\x03"},
                                 {field_observed, "\xff"}})});
    EXPECT_EQ(m.listen_addrs, std::vector{good});
    EXPECT_FALSE(m.observed);
    EXPECT_EQ(m.left_out.addresses_bad, 4U);
}

TEST(IdentifyMessage, AnEmptyObservedAddressIsAnAbsentOne) {
    const auto m = merged({part({{field_observed, ""}})});
    EXPECT_FALSE(m.observed);
    EXPECT_FALSE(m.left_out.any());
}

TEST(IdentifyMessage, MalformedProtocolWithoutSlashIsKeptAsItIs) {
    EXPECT_EQ(merged({part({{field_protocol, "odd"}})}).protocols,
              (std::vector<std::string>{"odd"}));
}

TEST(IdentifyMessage, MalformedProtocolThatIsNotUtf8IsSkipped) {
    const auto m =
        merged({part({{field_protocol, "/\xff"}, {field_protocol, ""}, {field_protocol, "/a"}})});
    EXPECT_EQ(m.protocols, (std::vector<std::string>{"/a"}));
    EXPECT_EQ(m.left_out.protocols_bad, 2U);
}

TEST(IdentifyMessage, WhatIsNoProtobufOrHasAnotherWireTypeIsMalformed) {
    id::message m;
    EXPECT_EQ(id::merge(m, as_bytes("GET / HTTP/1.1")).error(), errc::malformed);
    EXPECT_EQ(id::merge(m, as_bytes("\x1a\x7f/a")).error(), errc::malformed);
    for (const std::uint32_t field : {1U, 2U, 3U, 4U, 5U, 6U, 8U}) {
        byte_vector number;
        lp2p::wire::message_writer{number}.varint(field, 1);
        EXPECT_EQ(id::merge(m, number).error(), errc::malformed) << field;
    }
}

TEST(IdentifyMessage, ThreatContentOverTheBoundsIsCutAndCounted) {
    byte_vector bytes;
    lp2p::wire::message_writer out{bytes};
    for (int i = 0; i < 1030; ++i) out.text(field_protocol, "/p" + std::to_string(i));
    for (std::uint16_t i = 0; i < 103; ++i) out.bytes(field_address, address(i).bytes());
    const auto many = merged({bytes});
    EXPECT_EQ(many.protocols.size(), 1024U);
    EXPECT_EQ(many.protocols.back(), "/p1023");
    EXPECT_EQ(many.left_out.protocols_over, 6U);
    EXPECT_EQ(many.listen_addrs.size(), 100U);
    EXPECT_EQ(many.left_out.addresses_over, 3U);

    const auto at = merged({part({{field_protocol, "/" + std::string(255, 'x')}})});
    EXPECT_EQ(at.protocols.size(), 1U);
    const auto over = merged({part({{field_protocol, "/" + std::string(256, 'x')}})});
    EXPECT_TRUE(over.protocols.empty());
    EXPECT_EQ(over.left_out.protocols_over, 1U);
}

TEST(IdentifyMessage, ThreatAnAddressOverOneKibibyteIsLeftOut) {
    // /dns with a name so long that the whole address is one byte over, and at the bound.
    const auto named = [](std::size_t size) {
        byte_vector a = raw("\x35");
        const std::size_t name = size - 3; // code, length in two bytes
        lp2p::wire::encode_uvarint(name, a);
        a.resize(size, std::byte{'x'});
        return a;
    };
    ASSERT_TRUE(lp2p::wire::multiaddr::from_bytes(named(1025)));
    const auto m = merged({part({{field_address, lp2p::as_text(named(1024))},
                                 {field_address, lp2p::as_text(named(1025))},
                                 {field_observed, lp2p::as_text(named(1025))}})});
    EXPECT_EQ(m.listen_addrs.size(), 1U);
    EXPECT_EQ(m.left_out.addresses_over, 2U);
    EXPECT_FALSE(m.observed);
}

TEST(IdentifyMessage, ThreatAVersionIsCutBetweenCharacters) {
    const auto at = merged({part({{field_agent, std::string(256, 'a')}})});
    EXPECT_EQ(at.agent_version->size(), 256U);
    EXPECT_FALSE(at.left_out.any());
    const auto over = merged({part({{field_agent, std::string(255, 'a') + "\xc3\xa9"}})});
    EXPECT_EQ(over.agent_version, std::string(255, 'a'));
    EXPECT_EQ(over.left_out.texts_cut, 1U);
    const auto bad = merged({part({{field_agent, "lp2p\xff"}})});
    EXPECT_FALSE(bad.agent_version);
    EXPECT_EQ(bad.left_out.texts_bad, 1U);
}

TEST(IdentifyMessage, ASmallMessageIsSentInOnePart) {
    auto m = usual();
    m.signed_peer_record = raw("record");
    const auto parts = parts_of(id::encode_parts(m).value());
    ASSERT_EQ(parts.size(), 1U);
    EXPECT_EQ(parts[0], encoded(m));
}

// Hazard H27: rust reads one message of at most 4096 bytes and fails on a longer one.
TEST(IdentifyMessage, ALargeOneHasKeyAndProtocolsFirstAndTheRecordBehind) {
    auto m = usual();
    m.signed_peer_record = byte_vector(3980, std::byte{1});
    ASSERT_GT(encoded(m).size(), 4096U);
    auto parts = parts_of(id::encode_parts(m).value());
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_LE(parts[0].size(), 4096U);
    EXPECT_EQ(merged({parts[0], parts[1]}), m);
    auto first = m;
    first.signed_peer_record.reset();
    EXPECT_EQ(merged({parts[0]}), first);
}

TEST(IdentifyMessage, TheFirstPartIsAtMostTheBoundToTheByte) {
    auto m = usual();
    const std::size_t rest = encoded(m).size() + 3; // tag and length of the record
    m.signed_peer_record = byte_vector(4096 - rest, std::byte{1});
    EXPECT_EQ(encoded(m).size(), 4096U);
    EXPECT_EQ(parts_of(id::encode_parts(m).value()).size(), 1U);
    m.signed_peer_record->push_back({});
    EXPECT_EQ(parts_of(id::encode_parts(m).value()).size(), 2U);
}

TEST(IdentifyMessage, AddressesAreTrimmedToFitInTheirOrder) {
    auto m = usual();
    m.listen_addrs.clear();
    for (std::uint16_t i = 0; i < 600; ++i) m.listen_addrs.push_back(address(i));
    const auto parts = parts_of(id::encode_parts(m).value());
    ASSERT_EQ(parts.size(), 1U);
    EXPECT_LE(parts[0].size(), 4096U);
    EXPECT_GT(parts[0].size() + 10, 4096U); // one more would not have fitted
    id::message read;
    ASSERT_TRUE(id::merge(read, parts[0], {.addresses = 600}));
    EXPECT_EQ(read.protocols, m.protocols);
    EXPECT_EQ(read.public_key, m.public_key);
    ASSERT_LT(read.listen_addrs.size(), 600U);
    EXPECT_TRUE(
        std::equal(read.listen_addrs.begin(), read.listen_addrs.end(), m.listen_addrs.begin()));
}

TEST(IdentifyMessage, WhatNoPeerShouldBeSentIsAnErrorOfTheCaller) {
    auto m = usual();
    m.public_key.reset();
    EXPECT_EQ(id::encode_parts(m).error(), errc::incomplete);
    m = usual();
    m.protocols.clear();
    EXPECT_EQ(id::encode_parts(m).error(), errc::incomplete);
    m.protocols.assign(100, "/a");
    EXPECT_TRUE(id::encode_parts(m));
    m.protocols.assign(101, "/a");
    EXPECT_EQ(id::encode_parts(m).error(), errc::too_many_protocols);
    m.protocols.assign(100, "/" + std::string(60, 'x'));
    EXPECT_EQ(id::encode_parts(m).error(), errc::too_large);
    m = usual();
    m.signed_peer_record = byte_vector(8192, std::byte{1});
    EXPECT_EQ(id::encode_parts(m).error(), errc::too_large);
    m.signed_peer_record->resize(8192 - 3);
    EXPECT_EQ(parts_of(id::encode_parts(m).value())[1].size(), 8192U);
}

} // namespace
