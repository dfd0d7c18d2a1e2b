// SPDX-License-Identifier: Apache-2.0 OR MIT
// How a noise handshake or an encrypted channel ends when it does not end well.
//
// One code for each cause, so that a log says which rule was broken; none of them says anything
// about the protocols that the peer supports.
#pragma once

#include <lp2p/core/error.hpp>

namespace lp2p::inline v0::noise {

/// Codes of `domain::noise`.
enum class errc : std::uint16_t {
    empty_frame = 1,      ///< a handshake frame of length 0
    message_too_short,    ///< a handshake message shorter than its fixed parts
    message_too_long,     ///< a handshake message over `config::payload_most`
    unexpected_payload,   ///< message 1 carries more than its key
    low_order_point,      ///< an agreement with the remote's key gave all zeros
    decrypt_failed,       ///< a message or frame does not open
    malformed_payload,    ///< a payload that is no such protobuf message
    missing_key,          ///< a payload without an identity key
    missing_signature,    ///< a payload without a signature
    malformed_key,        ///< an identity key that is no canonical PublicKey
    unsupported_key_type, ///< an identity key of a type that the crypto provider lacks
    bad_signature,        ///< the signature is not by that key, or not over this noise key
    peer_id_mismatch,     ///< the remote is not the peer that was dialed
    too_many_muxers,      ///< more than `config::muxers_most` entries, or one too long
    handshake_timeout,    ///< not done within `config::timeout`
    transport_closed,     ///< the byte stream ended before the handshake
    transport_reset,      ///< the byte stream was reset before the handshake was done
    refused_by_caller,    ///< `refuse()`
    unusable_identity,    ///< the caller's identity has no signature, or does not fit
    crypto_failed,        ///< the crypto library failed
    nonce_exhausted,      ///< 2^64-1 frames in one direction
    bad_seal,             ///< the caller sealed a frame of an impossible size
};

[[nodiscard]] constexpr fault fault_of(errc e) noexcept {
    switch (e) {
    case errc::empty_frame:
    case errc::message_too_short:
    case errc::unexpected_payload:
    case errc::low_order_point:
    case errc::decrypt_failed:
    case errc::malformed_payload:
    case errc::missing_key:
    case errc::missing_signature:
    case errc::malformed_key:
    case errc::bad_signature:
    case errc::peer_id_mismatch:
        return fault::remote;
    case errc::message_too_long:
    case errc::unsupported_key_type:
    case errc::too_many_muxers:
    case errc::nonce_exhausted:
        return fault::limit;
    case errc::handshake_timeout:
        return fault::timeout;
    case errc::transport_closed:
    case errc::transport_reset:
    case errc::refused_by_caller:
        return fault::closed;
    case errc::unusable_identity:
    case errc::crypto_failed:
    case errc::bad_seal:
        return fault::local;
    }
    return fault::none;
}
[[nodiscard]] constexpr error make_error(errc e) noexcept {
    return {domain::noise, fault_of(e), static_cast<std::uint16_t>(e)};
}
/// The code as it is spelled in logs.
[[nodiscard]] constexpr std::string_view name(errc e) noexcept {
    switch (e) {
    case errc::empty_frame:
        return "empty_frame";
    case errc::message_too_short:
        return "message_too_short";
    case errc::message_too_long:
        return "message_too_long";
    case errc::unexpected_payload:
        return "unexpected_payload";
    case errc::low_order_point:
        return "low_order_point";
    case errc::decrypt_failed:
        return "decrypt_failed";
    case errc::malformed_payload:
        return "malformed_payload";
    case errc::missing_key:
        return "missing_key";
    case errc::missing_signature:
        return "missing_signature";
    case errc::malformed_key:
        return "malformed_key";
    case errc::unsupported_key_type:
        return "unsupported_key_type";
    case errc::bad_signature:
        return "bad_signature";
    case errc::peer_id_mismatch:
        return "peer_id_mismatch";
    case errc::too_many_muxers:
        return "too_many_muxers";
    case errc::handshake_timeout:
        return "handshake_timeout";
    case errc::transport_closed:
        return "transport_closed";
    case errc::transport_reset:
        return "transport_reset";
    case errc::refused_by_caller:
        return "refused_by_caller";
    case errc::unusable_identity:
        return "unusable_identity";
    case errc::crypto_failed:
        return "crypto_failed";
    case errc::nonce_exhausted:
        return "nonce_exhausted";
    case errc::bad_seal:
        return "bad_seal";
    }
    return {};
}
/// One sentence for people.
[[nodiscard]] constexpr std::string_view describe(errc e) noexcept {
    switch (e) {
    case errc::empty_frame:
        return "the remote sent an empty frame in the handshake";
    case errc::message_too_short:
        return "a handshake message is shorter than its keys; the remote may not speak noise";
    case errc::message_too_long:
        return "a handshake message is over the limit; the remote may not speak noise";
    case errc::unexpected_payload:
        return "the first handshake message is not exactly one key; the remote may not speak noise";
    case errc::low_order_point:
        return "the remote sent a key of low order, which would make the secret known to all";
    case errc::decrypt_failed:
        return "a frame does not decrypt: it was changed on the way, or is no noise frame";
    case errc::malformed_payload:
        return "the remote's handshake payload is not the protobuf message that it must be";
    case errc::missing_key:
        return "the remote's handshake payload has no identity key";
    case errc::missing_signature:
        return "the remote's handshake payload has no signature";
    case errc::malformed_key:
        return "the remote's identity key is not a canonical public key";
    case errc::unsupported_key_type:
        return "the remote's identity key has a type that this crypto provider does not support";
    case errc::bad_signature:
        return "the remote does not own the identity key that it showed";
    case errc::peer_id_mismatch:
        return "another peer than the dialed one answers at this address";
    case errc::too_many_muxers:
        return "the remote lists more muxers, or longer names, than are read";
    case errc::handshake_timeout:
        return "the handshake was not done before its deadline";
    case errc::transport_closed:
        return "the connection was closed during the handshake";
    case errc::transport_reset:
        return "the connection was reset during the handshake";
    case errc::refused_by_caller:
        return "refused by this node once the peer's identity was proven";
    case errc::unusable_identity:
        return "this node's identity has no signature, or its muxers and key are over the payload "
               "limit";
    case errc::crypto_failed:
        return "the crypto library failed, as it does when memory is short";
    case errc::nonce_exhausted:
        return "this connection has carried as many frames as one key may";
    case errc::bad_seal:
        return "a frame to be sealed has no room for its tag, or more text than one frame carries";
    }
    return {};
}

} // namespace lp2p::inline v0::noise
