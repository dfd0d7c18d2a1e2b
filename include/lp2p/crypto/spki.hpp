// SPDX-License-Identifier: Apache-2.0 OR MIT
// The SubjectPublicKeyInfo that RSA and P-256 keys are written in, read and written byte by byte.
//
// Only shapes and sizes, so that a crypto library does no arithmetic with what cannot be a key. It
// accepts one encoding of each and nothing behind it (divergences.md, "DER with trailing bytes").
#pragma once

#include <lp2p/core/result.hpp>
#include <lp2p/crypto/der.hpp>
#include <lp2p/crypto/errc.hpp>

#include <bit>

namespace lp2p::inline v0::crypto {

/// Bits of an RSA modulus (threats.md §2).
inline constexpr std::size_t least_rsa_bits = 2048;
inline constexpr std::size_t most_rsa_bits = 8192;

/// The public numbers of an RSA key, big endian without leading zeros.
struct rsa_numbers {
    byte_view modulus;
    byte_view exponent;
    byte_view der{}; ///< the RSAPublicKey (RFC 8017, A.1.1) that they were read from, if any
};

/// Reads the SubjectPublicKeyInfo of an RSA key (RFC 3279, 2.3.1): odd modulus of 2048 to 8192
/// bits, else `rsa_key_size`; odd exponent from 3 to 2^31-1. Else `malformed_public_key`.
[[nodiscard]] result<rsa_numbers> read_rsa_spki(byte_view der) noexcept;
[[nodiscard]] byte_vector write_rsa_spki(const rsa_numbers& key);

/// Reads the SubjectPublicKeyInfo of a P-256 key (RFC 5480) as an uncompressed point, 91 bytes in
/// all: the point, 65 bytes that begin with 04. Whether it is on the curve is not looked at.
/// `malformed_public_key`.
[[nodiscard]] result<byte_view> read_p256_spki(byte_view der) noexcept;
[[nodiscard]] byte_vector write_p256_spki(byte_view point);

namespace detail {

/// AlgorithmIdentifier { rsaEncryption 1.2.840.113549.1.1.1, NULL }
inline constexpr std::string_view rsa_algorithm{
    "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00", 15};
/// Before the point: { id-ecPublicKey 1.2.840.10045.2.1, prime256v1 }, a BIT STRING of 66 bytes.
inline constexpr std::string_view p256_spki_head{
    "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08"
    "\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00",
    26};
inline constexpr std::size_t point_size = 65;

[[nodiscard]] bool is_odd(byte_view number) noexcept;
/// Modulus and exponent, the next two numbers. `malformed` is what anything but the size is.
[[nodiscard]] result<rsa_numbers> take_rsa_numbers(der_reader& in, errc malformed) noexcept;
/// The contents of a BIT STRING of whole bytes.
[[nodiscard]] std::optional<byte_view> take_bits(der_reader& in) noexcept;
[[nodiscard]] bool is_uncompressed_point(byte_view point) noexcept;

} // namespace detail

} // namespace lp2p::inline v0::crypto

#ifndef LP2P_SEPARATE_COMPILATION
#include "spki.ipp"
#endif
