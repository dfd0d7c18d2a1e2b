// SPDX-License-Identifier: Apache-2.0 OR MIT
// The public key that stands behind a peer id, and its one canonical encoding.
//
// Peer ids are hashes of these bytes, so only the canonical form is read. It checks shapes and
// sizes; whether the numbers are a point of their curve is the crypto provider's to say.
#pragma once

#include <lp2p/crypto/provider.hpp>
#include <lp2p/wire/cursor.hpp>
#include <lp2p/wire/spki.hpp>

namespace lp2p::inline v0::wire {

/// spec: peer-ids, "Keys". `data` is, by type: 32 bytes of Ed25519; 33 bytes of compressed
/// secp256k1; the DER SubjectPublicKeyInfo of RSA or ECDSA P-256.
struct public_key {
    crypto::key_type type = crypto::key_type::ed25519;
    byte_vector data;

    /// Reads a PublicKey message that is exactly what `encode` would write. `key_not_canonical`,
    /// `unknown_key_type`, `bad_key_data`, `rsa_key_size`.
    [[nodiscard]] static result<public_key> decode(byte_view message);
    /// The PublicKey message: field 1 (type, written even where it is 0), then field 2 (data).
    [[nodiscard]] byte_vector encode() const;

    friend bool operator==(const public_key&, const public_key&) = default;
};

/// Whether `data` can be a key of its type, before any arithmetic is done with it.
[[nodiscard]] status check_key_data(crypto::key_type type, byte_view data) noexcept;

namespace detail {

/// What PublicKey and PrivateKey messages have in common: field 1 (type), field 2 (data).
struct key_message {
    crypto::key_type type;
    byte_view data;
};
[[nodiscard]] result<key_message> read_key_message(byte_view message) noexcept;
[[nodiscard]] byte_vector write_key_message(const key_message& key);

} // namespace detail

} // namespace lp2p::inline v0::wire

#ifndef LP2P_SEPARATE_COMPILATION
#include "public_key.ipp"
#endif
