// SPDX-License-Identifier: Apache-2.0 OR MIT
// Bytes with the signature of the peer that wrote them, for one purpose only: signed envelopes.
//
// It never looks into the payload, and gives it out as signed only after the signature held. Who
// signed is for the caller to compare.
#pragma once

#include <lp2p/wire/protobuf.hpp>
#include <lp2p/wire/public_key.hpp>
#include <lp2p/wire/sink.hpp>

namespace lp2p::inline v0::wire {

/// spec: RFC 0002, "Wire Format". It borrows: the views live as long as the message.
struct signed_envelope {
    byte_view public_key;   ///< an encoded PublicKey message; not signed
    byte_view payload_type; ///< says what the payload is; signed
    byte_view payload;      ///< not to be believed before `verify_envelope`
    byte_view signature;

    /// Checks nothing but the form. `missing_field` without a key, a type or a signature, and the
    /// errors of `message_reader`.
    [[nodiscard]] static result<signed_envelope> decode(byte_view message) noexcept;
    [[nodiscard]] byte_vector encode() const;
};

/// What an envelope's signature covers: the domain, the type and the payload, each behind its
/// length (spec: RFC 0002, "Signature Production / Verification").
[[nodiscard]] byte_vector envelope_signed_bytes(std::string_view domain, byte_view payload_type,
                                                byte_view payload);

/// Who signed an envelope for this purpose. The errors of `public_key::decode`, and those of
/// `Crypto::verify` (`crypto::errc::bad_signature` where the domain is another one).
template <class Crypto>
[[nodiscard]] result<public_key> verify_envelope(const signed_envelope& e, std::string_view domain,
                                                 const Crypto& crypto) {
    auto key = public_key::decode(e.public_key);
    if (!key) return key;
    const byte_vector covered = envelope_signed_bytes(domain, e.payload_type, e.payload);
    const status holds = crypto.verify(key->type, key->data, covered, e.signature);
    if (!holds) return fail(holds.error());
    return key;
}

/// A whole envelope around a payload, signed for this purpose. The errors of `Crypto::sign`.
template <class Crypto>
[[nodiscard]] result<byte_vector>
seal_envelope(std::string_view domain, byte_view payload_type, byte_view payload,
              const typename Crypto::private_key& identity, const Crypto& crypto) {
    const byte_vector covered = envelope_signed_bytes(domain, payload_type, payload);
    const auto signature = crypto.sign(identity, covered);
    if (!signature) return fail(signature.error());
    const byte_vector key = public_key{identity.type(), to_vector(identity.public_data())}.encode();
    return signed_envelope{key, payload_type, payload, *signature}.encode();
}

namespace detail {
enum envelope_field : std::uint32_t { key = 1, payload_type = 2, payload = 3, signature = 5 };
} // namespace detail

} // namespace lp2p::inline v0::wire

#ifndef LP2P_SEPARATE_COMPILATION
#include "signed_envelope.ipp"
#endif
