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

[[nodiscard]] inline bool is_odd(byte_view number) noexcept {
    return (number.back() & std::byte{1}) != std::byte{};
}
/// Modulus and exponent, the next two numbers. `malformed` is what anything but the size is.
[[nodiscard]] inline result<rsa_numbers> take_rsa_numbers(der_reader& in, errc malformed) noexcept {
    const auto modulus = in.positive();
    const auto exponent = in.positive();
    if (!modulus || !exponent || exponent->size() > 4) return fail(malformed);
    std::uint64_t e = 0;
    for (const std::byte b : *exponent) e = e << 8U | std::to_integer<std::uint64_t>(b);
    if (e < 3 || e > 0x7fffffff || !is_odd(*exponent)) return fail(malformed);
    const auto top = std::to_integer<unsigned>(modulus->front());
    const std::size_t bits =
        modulus->size() * 8 - 8 + static_cast<std::size_t>(std::bit_width(top));
    if (bits < least_rsa_bits || bits > most_rsa_bits) return fail(errc::rsa_key_size);
    if (!is_odd(*modulus)) return fail(malformed);
    return rsa_numbers{.modulus = *modulus, .exponent = *exponent};
}
/// The contents of a BIT STRING of whole bytes.
[[nodiscard]] inline std::optional<byte_view> take_bits(der_reader& in) noexcept {
    const auto bits = in.take(der_tag::bit_string);
    if (!bits || bits->empty() || bits->front() != std::byte{}) return std::nullopt;
    return bits->subspan(1);
}
[[nodiscard]] inline bool is_uncompressed_point(byte_view point) noexcept {
    return point.size() == point_size && point.front() == std::byte{4};
}

} // namespace detail

inline result<rsa_numbers> read_rsa_spki(byte_view der) noexcept {
    constexpr errc malformed = errc::malformed_public_key;
    auto body = der_contents(der_tag::sequence, der);
    if (!body || !as_text(*body).starts_with(detail::rsa_algorithm)) return fail(malformed);
    der_reader in{body->subspan(detail::rsa_algorithm.size())};
    const auto bits = detail::take_bits(in);
    const auto key = bits ? der_contents(der_tag::sequence, *bits) : bits;
    if (!key || !in.empty()) return fail(malformed);
    der_reader numbers{*key};
    auto read = detail::take_rsa_numbers(numbers, malformed);
    if (!read) return read;
    if (!numbers.empty()) return fail(malformed);
    read->der = *bits;
    return read;
}

inline byte_vector write_rsa_spki(const rsa_numbers& key) {
    byte_vector numbers, bits, body, out;
    put_der_positive(key.modulus, numbers);
    put_der_positive(key.exponent, numbers);
    bits.push_back(std::byte{});
    put_der(der_tag::sequence, numbers, bits);
    append(body, as_bytes(detail::rsa_algorithm));
    put_der(der_tag::bit_string, bits, body);
    put_der(der_tag::sequence, body, out);
    return out;
}

inline result<byte_view> read_p256_spki(byte_view der) noexcept {
    const std::string_view head = detail::p256_spki_head;
    if (!as_text(der).starts_with(head) || !detail::is_uncompressed_point(der.subspan(head.size())))
        return fail(errc::malformed_public_key);
    return der.subspan(head.size());
}

inline byte_vector write_p256_spki(byte_view point) {
    byte_vector out = to_vector(as_bytes(detail::p256_spki_head));
    append(out, point);
    return out;
}

} // namespace lp2p::inline v0::crypto
