// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bytes that private keys and ECDSA signatures are written in (PKCS#1, SEC1), read and written.
//
// Only shapes and sizes, so that a crypto library does no arithmetic with what cannot be a key. It
// accepts one encoding of each and nothing behind it (divergences.md, "DER with trailing bytes").
#pragma once

#include <lp2p/crypto/provider.hpp>
#include <lp2p/crypto/spki.hpp>

namespace lp2p::inline v0::crypto {

/// Reads an RSAPrivateKey of two primes (RFC 8017, A.1.2): its public numbers, bounded as those of
/// `read_rsa_spki`. Whether the others fit to them is not looked at. `rsa_key_size`,
/// `malformed_private_key`.
[[nodiscard]] result<rsa_numbers> read_rsa_private(byte_view der) noexcept;
/// The object identifiers of the curves, in DER (SEC 2, A.2.1): prime256v1 1.2.840.10045.3.1.7 and
/// secp256k1 1.3.132.0.10.
inline constexpr std::string_view p256_oid{"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", 10};
inline constexpr std::string_view secp256k1_oid{"\x06\x05\x2b\x81\x04\x00\x0a", 7};

/// An ECPrivateKey of a 256-bit curve (RFC 5915).
struct curve_private {
    byte_view scalar; ///< 32 bytes
    byte_view point;  ///< 65 bytes that begin with 04; empty where the key does not say it
};
/// The name of the curve may be absent, since who asks knows it. `malformed_private_key`.
[[nodiscard]] result<curve_private> read_curve_private(byte_view der,
                                                       std::string_view oid) noexcept;
/// With the name of P-256 and the point, 121 bytes: what go and rust write and read.
[[nodiscard]] byte_vector write_p256_private(const curve_private& key);

/// r, then s, each 32 bytes big endian.
using ecdsa_numbers = std::array<std::byte, 64>;
/// Reads an ECDSA signature of a 256-bit curve (RFC 3279, 2.2.3). `bad_signature`.
[[nodiscard]] result<ecdsa_numbers> read_ecdsa_signature(byte_view der) noexcept;
[[nodiscard]] byte_vector write_ecdsa_signature(const ecdsa_numbers& numbers);

/// The order of a curve's group, and half of it (SEC 2, 2.4.1 and 2.4.2), big endian.
inline constexpr std::string_view p256_order{
    "\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"
    "\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51",
    32};
inline constexpr std::string_view secp256k1_order{
    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe"
    "\xba\xae\xdc\xe6\xaf\x48\xa0\x3b\xbf\xd2\x5e\x8c\xd0\x36\x41\x41",
    32};
inline constexpr std::string_view secp256k1_half_order{
    "\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
    "\x5d\x57\x6e\x73\x57\xa4\x50\x1d\xdf\xe9\x2f\x46\x68\x1b\x20\xa0",
    32};

/// Whether 32 bytes are a private key of the curve with this order: from 1 to the order less 1.
[[nodiscard]] bool is_scalar(byte_view scalar, std::string_view order) noexcept;
/// Whether s is at most half the order of secp256k1. The other s is a second signature of the same
/// message: go, rust and js make low ones only, and rust and js refuse high ones.
[[nodiscard]] bool has_low_s(const ecdsa_numbers& n) noexcept;
/// Makes s low where it is not. s is below the order.
void make_low_s(ecdsa_numbers& n) noexcept;

} // namespace lp2p::inline v0::crypto

#ifndef LP2P_SEPARATE_COMPILATION
#include "key_forms.ipp"
#endif
