// SPDX-License-Identifier: Apache-2.0 OR MIT
// What two peers tell each other inside the noise handshake: who they are and which muxers they
// have.
//
// It reads and writes the message; whether the signature holds is for the handshake to check.
#pragma once

#include <lp2p/core/limits.hpp>
#include <lp2p/protocol/noise/errc.hpp>
#include <lp2p/wire/protobuf.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lp2p::inline v0::noise {

/// NoiseHandshakePayload (spec: noise, "Libp2p Data in Handshake Messages"). Field 3, the legacy
/// data, and the extensions that we have no use for are skipped.
struct payload {
    byte_vector identity_key; ///< an encoded PublicKey message
    byte_vector identity_sig; ///< over `signed_data` of the sender's static noise key
    std::vector<std::string> stream_muxers{};

    friend bool operator==(const payload&, const payload&) = default;
};

/// How much of a list of muxers is read; go reads as many (noise.md §3).
inline constexpr std::size_t default_muxers_most = 100;

/// A muxer's id is a protocol id; none is longer than identify allows one to be.
inline constexpr std::size_t muxer_length_most = default_limits.identify_protocol_length;

/// Errors: `malformed_payload`, `missing_key`, `missing_signature`, `too_many_muxers`. A repeated
/// key or signature counts as protobuf says: the last one.
[[nodiscard]] result<payload> decode_payload(byte_view message,
                                             std::size_t muxers_most = default_muxers_most);
[[nodiscard]] byte_vector encode_payload(const payload& p);

/// What an identity key signs: a fixed prefix, then the static noise key.
[[nodiscard]] inline byte_vector signed_data(byte_view static_key) {
    byte_vector data = to_vector(as_bytes("noise-libp2p-static-key:"));
    append(data, static_key);
    return data;
}

/// Which muxer both sides use: the first of the initiator's that the responder has too, as an index
/// into the initiator's list; nothing where there is none, and then multistream-select decides
/// (spec: inlined-muxer-negotiation).
[[nodiscard]] inline std::optional<std::size_t>
choose_muxer(std::span<const std::string> initiator,
             std::span<const std::string> responder) noexcept {
    for (std::size_t i = 0; i < initiator.size(); ++i)
        for (const std::string& other : responder)
            if (initiator[i] == other) return i;
    return std::nullopt;
}

namespace detail {

enum class payload_field : std::uint32_t { identity_key = 1, identity_sig = 2, extensions = 4 };
inline constexpr std::uint32_t stream_muxers_field = 2;

[[nodiscard]] inline status decode_extensions(byte_view message, std::size_t muxers_most,
                                              std::vector<std::string>& muxers) {
    auto in = wire::message_reader::open(message);
    if (!in) return fail(errc::malformed_payload);
    while (in->next()) {
        if (in->field() != stream_muxers_field) continue;
        const auto muxer = in->bytes();
        if (!muxer || !wire::valid_utf8(*muxer)) return fail(errc::malformed_payload);
        if (muxers.size() == muxers_most || muxer->size() > muxer_length_most)
            return fail(errc::too_many_muxers);
        muxers.emplace_back(as_text(*muxer));
    }
    return {};
}

[[nodiscard]] inline status decode_field(wire::message_reader& in, std::size_t muxers_most,
                                         payload& p) {
    const auto field = static_cast<payload_field>(in.field());
    if (field != payload_field::identity_key && field != payload_field::identity_sig &&
        field != payload_field::extensions)
        return {};
    const auto value = in.bytes();
    if (!value) return fail(errc::malformed_payload);
    if (field == payload_field::identity_key) p.identity_key = to_vector(*value);
    if (field == payload_field::identity_sig) p.identity_sig = to_vector(*value);
    if (field == payload_field::extensions)
        return decode_extensions(*value, muxers_most, p.stream_muxers);
    return {};
}

} // namespace detail

inline result<payload> decode_payload(byte_view message, std::size_t muxers_most) {
    payload p;
    auto in = wire::message_reader::open(message);
    if (!in) return fail(errc::malformed_payload);
    while (in->next())
        if (const auto read = detail::decode_field(*in, muxers_most, p); !read)
            return fail(read.error());
    if (p.identity_key.empty()) return fail(errc::missing_key);
    if (p.identity_sig.empty()) return fail(errc::missing_signature);
    return p;
}

inline byte_vector encode_payload(const payload& p) {
    byte_vector out;
    wire::message_writer to{out};
    to.bytes(static_cast<std::uint32_t>(detail::payload_field::identity_key), p.identity_key);
    to.bytes(static_cast<std::uint32_t>(detail::payload_field::identity_sig), p.identity_sig);
    if (!p.stream_muxers.empty())
        to.nested(static_cast<std::uint32_t>(detail::payload_field::extensions),
                  [&](wire::message_writer& extensions) {
                      for (const std::string& muxer : p.stream_muxers)
                          extensions.text(detail::stream_muxers_field, muxer);
                  });
    return out;
}

} // namespace lp2p::inline v0::noise
