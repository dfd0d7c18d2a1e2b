// SPDX-License-Identifier: Apache-2.0 OR MIT
// Checks the DER SubjectPublicKeyInfo of RSA and P-256 keys, byte by byte, before any arithmetic.
//
// It accepts one encoding of each key and nothing behind it (divergences.md, "DER with trailing
// bytes"); it is no general DER parser and keeps nothing.
#pragma once

#include <lp2p/wire/cursor.hpp>

#include <bit>

namespace lp2p::inline v0::wire {

/// An RSA key (RFC 3279, 2.3.1): modulus of 2048 to 8192 bits (threats.md §2), else `rsa_key_size`;
/// odd exponent from 3 to 2^31-1. Anything else that is not its one DER form: `bad_key_data`.
[[nodiscard]] status check_rsa_spki(byte_view der) noexcept;
/// A P-256 key (RFC 5480) as an uncompressed point, 91 bytes. Whether the point is on the curve is
/// the crypto provider's to say.
[[nodiscard]] status check_p256_spki(byte_view der) noexcept;

namespace detail {

enum class der_tag : std::uint8_t { integer = 0x02, bit_string = 0x03, sequence = 0x30 };

/// The contents of the value at the front; its length must be in DER's shortest form.
[[nodiscard]] inline result<byte_view> take_der(cursor& in, der_tag tag) noexcept {
    const auto head = in.take(2);
    if (!head || (*head)[0] != static_cast<std::byte>(tag)) return fail(errc::bad_key_data);
    auto length = std::to_integer<std::size_t>((*head)[1]);
    if (length >= 0x80) {
        const std::size_t bytes = length - 0x80;
        if (bytes < 1 || bytes > 2) return fail(errc::bad_key_data); // no key needs 64 KiB
        const auto more = in.take(bytes);
        if (!more) return fail(errc::bad_key_data);
        length = 0;
        for (const std::byte b : *more) length = length << 8U | std::to_integer<std::size_t>(b);
        if (length < (bytes == 1 ? 0x80U : 0x100U)) return fail(errc::bad_key_data);
    }
    const auto contents = in.take(length);
    if (!contents) return fail(errc::bad_key_data);
    return *contents;
}

/// A positive INTEGER without its sign byte: big endian, no leading zero.
[[nodiscard]] inline result<byte_view> take_positive(cursor& in) noexcept {
    const auto contents = take_der(in, der_tag::integer);
    if (!contents) return contents;
    byte_view number = *contents;
    if (!number.empty() && number[0] == std::byte{0}) {
        number = number.subspan(1);
        if (number.empty() || number[0] < std::byte{0x80}) return fail(errc::bad_key_data);
    } else if (number.empty() || number[0] >= std::byte{0x80}) {
        return fail(errc::bad_key_data); // negative
    }
    return number;
}

/// RSAPublicKey (RFC 8017, A.1.1).
[[nodiscard]] inline status check_rsa_public_key(byte_view der) noexcept {
    cursor outer{der};
    const auto body = take_der(outer, der_tag::sequence);
    if (!body || outer.remaining() != 0) return fail(errc::bad_key_data);
    cursor in{*body};
    const auto modulus = take_positive(in);
    const auto exponent = modulus ? take_positive(in) : modulus;
    if (!exponent || in.remaining() != 0) return fail(errc::bad_key_data);
    std::uint64_t e = 0;
    if (exponent->size() > 4) return fail(errc::bad_key_data);
    for (const std::byte b : *exponent) e = e << 8U | std::to_integer<std::uint64_t>(b);
    const auto odd = [](byte_view n) { return (n.back() & std::byte{1}) != std::byte{0}; };
    if (e < 3 || e > 0x7fffffff || !odd(*exponent)) return fail(errc::bad_key_data);
    const auto top = std::to_integer<unsigned>(modulus->front());
    const std::size_t bits =
        modulus->size() * 8 - 8 + static_cast<std::size_t>(std::bit_width(top));
    if (bits < 2048 || bits > 8192) return fail(errc::rsa_key_size);
    if (!odd(*modulus)) return fail(errc::bad_key_data);
    return {};
}

} // namespace detail

inline status check_rsa_spki(byte_view der) noexcept {
    // AlgorithmIdentifier { rsaEncryption 1.2.840.113549.1.1.1, NULL }
    constexpr std::string_view algorithm{
        "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00", 15};
    cursor outer{der};
    const auto body = detail::take_der(outer, detail::der_tag::sequence);
    if (!body || outer.remaining() != 0) return fail(errc::bad_key_data);
    cursor in{*body};
    const auto given = in.take(algorithm.size());
    if (!given || !equal(*given, as_bytes(algorithm))) return fail(errc::bad_key_data);
    const auto bits = detail::take_der(in, detail::der_tag::bit_string);
    if (!bits || in.remaining() != 0 || bits->empty() || bits->front() != std::byte{0})
        return fail(errc::bad_key_data);
    return detail::check_rsa_public_key(bits->subspan(1));
}

inline status check_p256_spki(byte_view der) noexcept {
    // { id-ecPublicKey 1.2.840.10045.2.1, prime256v1 1.2.840.10045.3.1.7 }, then 04 for an
    // uncompressed point of 64 bytes
    constexpr std::string_view head{"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08"
                                    "\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00\x04",
                                    27};
    if (der.size() != head.size() + 64 || !equal(der.first(head.size()), as_bytes(head)))
        return fail(errc::bad_key_data);
    return {};
}

} // namespace lp2p::inline v0::wire
