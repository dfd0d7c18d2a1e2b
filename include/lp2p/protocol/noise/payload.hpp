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
[[nodiscard]] byte_vector signed_data(byte_view static_key);

/// Which muxer both sides use: the first of the initiator's that the responder has too, as an index
/// into the initiator's list; nothing where there is none, and then multistream-select decides
/// (spec: inlined-muxer-negotiation).
[[nodiscard]] std::optional<std::size_t>
choose_muxer(std::span<const std::string> initiator,
             std::span<const std::string> responder) noexcept;

namespace detail {

enum class payload_field : std::uint32_t { identity_key = 1, identity_sig = 2, extensions = 4 };
inline constexpr std::uint32_t stream_muxers_field = 2;

[[nodiscard]] status decode_extensions(byte_view message, std::size_t muxers_most,
                                       std::vector<std::string>& muxers);

[[nodiscard]] status decode_field(wire::message_reader& in, std::size_t muxers_most, payload& p);

} // namespace detail

} // namespace lp2p::inline v0::noise

#ifndef LP2P_SEPARATE_COMPILATION
#include "payload.ipp"
#endif
