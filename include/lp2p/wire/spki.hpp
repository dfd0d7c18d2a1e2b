// SPDX-License-Identifier: Apache-2.0 OR MIT
// Checks the DER SubjectPublicKeyInfo of RSA and P-256 keys, byte by byte, before any arithmetic.
//
// It accepts one encoding of each key and nothing behind it (divergences.md, "DER with trailing
// bytes"), and keeps nothing. How they are read: crypto/spki.hpp.
#pragma once

#include <lp2p/crypto/spki.hpp>
#include <lp2p/wire/errc.hpp>

namespace lp2p::inline v0::wire {

/// An RSA key (RFC 3279, 2.3.1): modulus of 2048 to 8192 bits (threats.md §2), else `rsa_key_size`;
/// odd exponent from 3 to 2^31-1. Anything else that is not its one DER form: `bad_key_data`.
[[nodiscard]] status check_rsa_spki(byte_view der) noexcept;
/// A P-256 key (RFC 5480) as an uncompressed point, 91 bytes. Whether the point is on the curve is
/// the crypto provider's to say.
[[nodiscard]] status check_p256_spki(byte_view der) noexcept;

} // namespace lp2p::inline v0::wire

#ifndef LP2P_SEPARATE_COMPILATION
#include "spki.ipp"
#endif
