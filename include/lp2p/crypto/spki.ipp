// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of spki.hpp: see there what each does.
#pragma once

#include <lp2p/crypto/spki.hpp>

namespace lp2p::inline v0::crypto::detail {

LP2P_DECL bool is_odd(byte_view number) noexcept {
    return (number.back() & std::byte{1}) != std::byte{};
}

LP2P_DECL result<rsa_numbers> take_rsa_numbers(der_reader& in, errc malformed) noexcept {
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

LP2P_DECL std::optional<byte_view> take_bits(der_reader& in) noexcept {
    const auto bits = in.take(der_tag::bit_string);
    if (!bits || bits->empty() || bits->front() != std::byte{}) return std::nullopt;
    return bits->subspan(1);
}

LP2P_DECL bool is_uncompressed_point(byte_view point) noexcept {
    return point.size() == point_size && point.front() == std::byte{4};
}

} // namespace lp2p::inline v0::crypto::detail

namespace lp2p::inline v0::crypto {

LP2P_DECL result<rsa_numbers> read_rsa_spki(byte_view der) noexcept {
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

LP2P_DECL byte_vector write_rsa_spki(const rsa_numbers& key) {
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

LP2P_DECL result<byte_view> read_p256_spki(byte_view der) noexcept {
    const std::string_view head = detail::p256_spki_head;
    if (!as_text(der).starts_with(head) || !detail::is_uncompressed_point(der.subspan(head.size())))
        return fail(errc::malformed_public_key);
    return der.subspan(head.size());
}

LP2P_DECL byte_vector write_p256_spki(byte_view point) {
    byte_vector out = to_vector(as_bytes(detail::p256_spki_head));
    append(out, point);
    return out;
}

} // namespace lp2p::inline v0::crypto
