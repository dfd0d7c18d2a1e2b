// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/signed_envelope.hpp>

#include "bytes.hpp"
#include "known_records.hpp"

#include "tests/support/null_crypto.hpp"

#include <lp2p/crypto/botan.hpp>

namespace {

using namespace lp2p;
using test::null_crypto;
using wire::errc;
using wire::signed_envelope;
using wire_test::hex;

const null_crypto crypto_{1};
const auto identity = crypto_.generate(crypto::key_type::ed25519).value();
const byte_vector type = hex("0301");
const byte_vector payload = hex("aabbcc");

byte_vector sealed(std::string_view domain = "a domain") {
    return wire::seal_envelope(domain, type, payload, identity, crypto_).value();
}
template <class Crypto>
error why(const signed_envelope& e, std::string_view domain, const Crypto& crypto) {
    const auto signer = wire::verify_envelope(e, domain, crypto);
    return signer ? error{} : signer.error();
}
error why(const byte_vector& message) {
    const auto e = signed_envelope::decode(message);
    return e ? error{} : e.error();
}

TEST(WireSignedEnvelope, EnvelopesOfGoAndOfRustAreReadVerifiedAndWrittenTheSame) {
    for (const auto& known : wire_test::known_records) {
        const byte_vector message = hex(known.envelope);
        const auto e = signed_envelope::decode(message);
        ASSERT_TRUE(e) << known.name;
        EXPECT_EQ(e->encode(), message) << known.name;
        const std::string_view domain =
            known.legacy ? "libp2p-routing-state" : "libp2p-peer-record";
        const crypto::botan botan;
        EXPECT_EQ(why(*e, domain, botan), error{}) << known.name;
        EXPECT_EQ(why(*e, "another", botan), error{crypto::errc::bad_signature}) << known.name;
    }
}

TEST(WireSignedEnvelope, WhatIsSignedIsDomainTypeAndPayloadEachBehindItsLength) { // spec: RFC 0002
    EXPECT_EQ(wire::envelope_signed_bytes("ab", hex("0301"), byte_vector(200)), [] {
        byte_vector all = hex("02 6162 02 0301 c801");
        all.resize(all.size() + 200);
        return all;
    }());
    EXPECT_EQ(wire::envelope_signed_bytes("", {}, {}), hex("00 00 00"));
}

TEST(WireSignedEnvelope, ASealedOneOpensForItsDomainOnly) {
    const byte_vector message = sealed();
    const auto e = signed_envelope::decode(message);
    ASSERT_TRUE(e);
    EXPECT_TRUE(equal(e->payload_type, type));
    EXPECT_TRUE(equal(e->payload, payload));
    const auto signer = wire::verify_envelope(*e, "a domain", crypto_);
    ASSERT_TRUE(signer);
    EXPECT_TRUE(equal(signer->data, identity.public_data()));
    EXPECT_EQ(why(*e, "b domain", crypto_), error{crypto::errc::bad_signature});
    EXPECT_EQ(why(*e, "", crypto_), error{crypto::errc::bad_signature});
}

TEST(WireSignedEnvelope, AnythingThatIsSignedMayNotChange) {
    const byte_vector message = sealed();
    auto e = *signed_envelope::decode(message);
    const byte_vector other = hex("0302");
    auto changed = e;
    changed.payload_type = other;
    EXPECT_EQ(why(changed, "a domain", crypto_), error{crypto::errc::bad_signature});
    changed = e;
    changed.payload = other;
    EXPECT_EQ(why(changed, "a domain", crypto_), error{crypto::errc::bad_signature});
    changed = e;
    changed.signature = other;
    EXPECT_EQ(why(changed, "a domain", crypto_), error{crypto::errc::bad_signature});
    // A byte moved from the type to the payload: the lengths are signed, too.
    const byte_vector longer = hex("01aabbcc");
    changed = e;
    changed.payload_type = e.payload_type.first(1);
    changed.payload = longer;
    EXPECT_EQ(why(changed, "a domain", crypto_), error{crypto::errc::bad_signature});
    const auto stranger = crypto_.generate(crypto::key_type::ed25519).value();
    const byte_vector key =
        wire::public_key{stranger.type(), to_vector(stranger.public_data())}.encode();
    changed = e;
    changed.public_key = key;
    EXPECT_EQ(why(changed, "a domain", crypto_), error{crypto::errc::bad_signature});
}

TEST(WireSignedEnvelope, AKeyThatIsNotCanonicalIsRefusedBeforeAnyArithmetic) {
    const byte_vector message = sealed();
    auto e = *signed_envelope::decode(message);
    byte_vector key = to_vector(e.public_key);
    key.push_back(std::byte{0});
    e.public_key = key;
    EXPECT_EQ(why(e, "a domain", crypto_), error{errc::key_not_canonical});
    const byte_vector unknown = hex("0804 1201 aa");
    e.public_key = unknown;
    EXPECT_EQ(why(e, "a domain", crypto_), error{errc::unknown_key_type});
}

TEST(WireSignedEnvelope, AFieldThatIsNeededAndMissingIsNamed) {
    EXPECT_EQ(why(hex("0a0101 120102 1a0103 2a0104")), error{});
    EXPECT_EQ(why(hex("0a0101 120102 2a0104")), error{}) << "an empty payload";
    EXPECT_EQ(why(hex("120102 1a0103 2a0104")), error{errc::missing_field});
    EXPECT_EQ(why(hex("0a0101 1a0103 2a0104")), error{errc::missing_field});
    EXPECT_EQ(why(hex("0a0101 120102 1a0103")), error{errc::missing_field});
    EXPECT_EQ(why(hex("0a0101 1200 1a0103 2a0104")), error{errc::missing_field}) << "empty type";
    EXPECT_EQ(why({}), error{errc::missing_field});
}

TEST(WireSignedEnvelope, MalformedOnesAreRefusedAndUnknownFieldsAreSkipped) {
    EXPECT_EQ(why(hex("0a0101 120102 1a0103 220105 3007 2a0104")), error{}); // 4 and 6
    EXPECT_EQ(why(hex("0a0101 120102 1a0103 2a0204")), error{errc::message_truncated});
    EXPECT_EQ(why(hex("0801 120102 1a0103 2a0104")), error{errc::wrong_wire_type});
    EXPECT_EQ(why(hex("0a0101 120102 1a0103 2b")), error{errc::bad_wire_type});
}

TEST(WireSignedEnvelope, OfAFieldThatComesTwiceTheLastOneCounts) { // protobuf, "Last One Wins"
    const byte_vector message = hex("0a0101 120102 1a0103 2a0104 1a0109");
    const auto e = signed_envelope::decode(message);
    ASSERT_TRUE(e);
    EXPECT_TRUE(equal(e->payload, hex("09")));
}

RC_GTEST_PROP(WireSignedEnvelope, WhatIsSealedIsOpened, ()) {
    const byte_vector any_type = wire_test::any_bytes(*rc::gen::inRange<std::size_t>(1, 40));
    const byte_vector any_payload = wire_test::any_bytes();
    const auto domain = *rc::gen::arbitrary<std::string>();
    const byte_vector message =
        wire::seal_envelope(domain, any_type, any_payload, identity, crypto_).value();
    const auto e = signed_envelope::decode(message);
    RC_ASSERT(e.has_value());
    RC_ASSERT(equal(e->payload_type, any_type) && equal(e->payload, any_payload));
    RC_ASSERT(wire::verify_envelope(*e, domain, crypto_).has_value());
}

RC_GTEST_PROP(WireSignedEnvelope, DamageIsNeverBelieved, ()) {
    const byte_vector good = sealed();
    const byte_vector message = wire_test::damaged(good);
    const auto e = signed_envelope::decode(message);
    if (!e || !wire::verify_envelope(*e, "a domain", crypto_)) return;
    const auto before = *signed_envelope::decode(good); // what changed was not signed
    RC_ASSERT(equal(e->payload, before.payload) && equal(e->payload_type, before.payload_type) &&
              equal(e->public_key, before.public_key));
}

} // namespace
