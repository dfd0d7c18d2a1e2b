// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/noise/payload.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace lp2p::noise {
namespace {

byte_vector bytes_of(std::initializer_list<int> values) {
    byte_vector out;
    for (const int v : values) out.push_back(static_cast<std::byte>(v));
    return out;
}
payload small() { return {bytes_of({1, 2}), bytes_of({3}), {}}; }

error decode_error(byte_view message) {
    const auto read = decode_payload(message);
    return read ? error{} : read.error();
}

TEST(NoisePayload, FieldsHaveTheNumbersOfTheSpecification) {
    payload p = small();
    EXPECT_EQ(encode_payload(p), bytes_of({0x0a, 2, 1, 2, 0x12, 1, 3}));
    p.stream_muxers = {"/a", "/b"};
    EXPECT_EQ(encode_payload(p),
              bytes_of({0x0a, 2, 1, 2, 0x12, 1, 3, 0x22, 8, 0x12, 2, '/', 'a', 0x12, 2, '/', 'b'}));
    EXPECT_EQ(decode_payload(encode_payload(p)).value(), p);
}

TEST(NoisePayload, AnEd25519IdentityTakes104Bytes) {
    EXPECT_EQ(encode_payload({byte_vector(36), byte_vector(64), {}}).size(), 104U);
}

TEST(NoisePayload, WhatIsSignedIsThePrefixAndTheStaticKey) {
    const byte_vector key(32, std::byte{0x55});
    const byte_vector data = signed_data(key);
    EXPECT_EQ(as_text(byte_view{data}.first(24)), "noise-libp2p-static-key:");
    EXPECT_TRUE(equal(byte_view{data}.subspan(24), key));
}

TEST(NoisePayload, KeyAndSignatureMustBeThereAndNotEmpty) {
    EXPECT_EQ(decode_error({}), errc::missing_key);
    EXPECT_EQ(decode_error(bytes_of({0x12, 1, 3})), errc::missing_key);
    EXPECT_EQ(decode_error(bytes_of({0x0a, 0, 0x12, 1, 3})), errc::missing_key);
    EXPECT_EQ(decode_error(bytes_of({0x0a, 1, 1})), errc::missing_signature);
    EXPECT_EQ(decode_error(bytes_of({0x0a, 1, 1, 0x12, 0})), errc::missing_signature);
}

TEST(NoisePayload, WhatIsNoProtobufIsMalformed) {
    for (const auto& message :
         {bytes_of({0x0a}), bytes_of({0x0a, 5, 1}), bytes_of({0xff, 0xff}), bytes_of({0x0b, 1}),
          bytes_of({0x00, 1}), bytes_of({0x0a, 1, 1, 0x12, 0xff, 0xff, 0xff, 0xff, 0x0f})})
        EXPECT_EQ(decode_error(message), errc::malformed_payload);
    // known fields with the wire type of another
    EXPECT_EQ(decode_error(bytes_of({0x08, 1, 0x12, 1, 3})), errc::malformed_payload);
    EXPECT_EQ(decode_error(bytes_of({0x0a, 1, 1, 0x10, 3})), errc::malformed_payload);
    EXPECT_EQ(decode_error(bytes_of({0x0a, 1, 1, 0x12, 1, 3, 0x20, 1})), errc::malformed_payload);
}

TEST(NoisePayload, BadExtensionsAreMalformed) {
    byte_vector base = encode_payload(small());
    const auto with = [&](std::initializer_list<int> extensions) {
        byte_vector message = base;
        message.push_back(std::byte{0x22});
        message.push_back(static_cast<std::byte>(extensions.size()));
        append(message, bytes_of(extensions));
        return message;
    };
    EXPECT_EQ(decode_error(with({})), error{});
    EXPECT_EQ(decode_error(with({0x12})), errc::malformed_payload);
    EXPECT_EQ(decode_error(with({0x12, 9, 1})), errc::malformed_payload);
    EXPECT_EQ(decode_error(with({0x10, 1})), errc::malformed_payload);
    EXPECT_EQ(decode_error(with({0x12, 1, 0xff})), errc::malformed_payload) << "not UTF-8";
    EXPECT_EQ(decode_error(with({0x0a, 2, 0xff, 0xff})), error{}) << "certhashes are bytes";
    EXPECT_EQ(decode_error(with({0xc2, 0x3f, 1, 0xff})), error{}) << "experiments above 1024";
}

TEST(NoisePayload, LegacyAndUnknownFieldsAreSkipped) {
    byte_vector message = encode_payload(small());
    append(message, bytes_of({0x1a, 3, 9, 9, 9}));             // field 3, legacy data
    append(message, bytes_of({0x28, 1}));                      // field 5, a varint
    append(message, bytes_of({0x35, 1, 2, 3, 4}));             // field 6, fixed32
    append(message, bytes_of({0x39, 1, 2, 3, 4, 5, 6, 7, 8})); // field 7, fixed64
    EXPECT_EQ(decode_payload(message).value(), small());
}

TEST(NoisePayload, ARepeatedFieldCountsAsProtobufSays) {
    byte_vector message = encode_payload({bytes_of({9}), bytes_of({9}), {"/a"}});
    append(message, encode_payload({bytes_of({1, 2}), bytes_of({3}), {"/b"}}));
    EXPECT_EQ(decode_payload(message).value(),
              (payload{bytes_of({1, 2}), bytes_of({3}), {"/a", "/b"}}));
}

TEST(NoisePayload, AsManyMuxersAsTheLimitAllows) {
    payload p = small();
    p.stream_muxers.assign(default_muxers_most, std::string(muxer_length_most, 'm'));
    EXPECT_EQ(decode_payload(encode_payload(p)).value(), p);
    payload many = p;
    many.stream_muxers.emplace_back("/m");
    EXPECT_EQ(decode_error(encode_payload(many)), errc::too_many_muxers);
    payload longer = small();
    longer.stream_muxers.emplace_back(muxer_length_most + 1, 'm');
    EXPECT_EQ(decode_error(encode_payload(longer)), errc::too_many_muxers);
    EXPECT_EQ(decode_payload(encode_payload(p), default_muxers_most - 1).error(),
              errc::too_many_muxers);
}

TEST(NoisePayload, TheFirstMuxerOfTheInitiatorThatBothHaveIsChosen) {
    using list = std::vector<std::string>;
    const auto choose = [](const list& initiator, const list& responder) {
        return choose_muxer(initiator, responder);
    };
    EXPECT_EQ(choose({"/yamux/1.0.0"}, {"/yamux/1.0.0"}), 0U);
    EXPECT_EQ(choose({"/a", "/b", "/c"}, {"/c", "/b"}), 1U) << "the initiator's order";
    EXPECT_EQ(choose({"/a"}, {"/b"}), std::nullopt);
    EXPECT_EQ(choose({}, {"/b"}), std::nullopt);
    EXPECT_EQ(choose({"/a"}, {}), std::nullopt);
}

RC_GTEST_PROP(NoisePayload, WhatIsWrittenIsRead,
              (const std::vector<std::uint8_t>& key, const std::vector<std::uint8_t>& signature)) {
    RC_PRE(!key.empty() && !signature.empty());
    payload p;
    for (const auto b : key) p.identity_key.push_back(std::byte{b});
    for (const auto b : signature) p.identity_sig.push_back(std::byte{b});
    RC_ASSERT(decode_payload(encode_payload(p)).value() == p);
}

} // namespace
} // namespace lp2p::noise
