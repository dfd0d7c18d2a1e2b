// SPDX-License-Identifier: Apache-2.0 OR MIT
// A private key as a key file of libp2p holds it: the PrivateKey message, in its one encoding.
//
// It copies nothing out of the message: who holds the bytes wipes them. Whether the data is a key
// is the crypto provider's to say (`load`).
#pragma once

#include <lp2p/wire/public_key.hpp>

namespace lp2p::inline v0::wire {

/// spec: peer-ids, "Keys". `data` is what the provider's keys call `private_data`, by type: seed
/// and public key of Ed25519 (64 bytes); 32 bytes of secp256k1; DER of PKCS#1 (RSA) or an
/// ECPrivateKey (ECDSA).
struct private_key {
    crypto::key_type type = crypto::key_type::ed25519;
    byte_view data; ///< points into the message

    /// Reads a PrivateKey message that is exactly what `encode` would write. `key_not_canonical`,
    /// `unknown_key_type`.
    [[nodiscard]] static result<private_key> decode(byte_view message) noexcept;
    /// The PrivateKey message: field 1 (type, written even where it is 0), then field 2 (data).
    [[nodiscard]] byte_vector encode() const;
};

} // namespace lp2p::inline v0::wire

#ifndef LP2P_SEPARATE_COMPILATION
#include "private_key.ipp"
#endif
