// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of key_forms.hpp: see there what each does.
#pragma once

#include <lp2p/crypto/key_forms.hpp>

namespace lp2p::inline v0::crypto {

LP2P_DECL bool is_scalar(byte_view scalar, std::string_view order) noexcept {
    std::byte any{};
    for (const std::byte b : scalar) any |= b;
    return scalar.size() == order.size() && any != std::byte{} && less(scalar, as_bytes(order));
}

LP2P_DECL bool has_low_s(const ecdsa_numbers& n) noexcept {
    return !less(as_bytes(secp256k1_half_order), byte_view{n}.last(32));
}

LP2P_DECL void make_low_s(ecdsa_numbers& n) noexcept {
    if (has_low_s(n)) return;
    int borrow = 0;
    for (std::size_t i = 32; i-- > 0;) {
        const int d = std::to_integer<int>(as_bytes(secp256k1_order)[i]) -
                      std::to_integer<int>(n[32 + i]) - borrow;
        borrow = d < 0 ? 1 : 0;
        n[32 + i] = static_cast<std::byte>(d & 0xff);
    }
}

LP2P_DECL result<rsa_numbers> read_rsa_private(byte_view der) noexcept {
    constexpr errc malformed = errc::malformed_private_key;
    const auto body = der_contents(der_tag::sequence, der);
    if (!body) return fail(malformed);
    der_reader in{*body};
    const auto version = in.take(der_tag::integer); // 0: two primes
    if (!version || version->size() != 1 || version->front() != std::byte{}) return fail(malformed);
    const auto read = detail::take_rsa_numbers(in, malformed);
    if (!read) return read;
    for (int i = 0; i < 6; ++i) // d, p, q, d mod p-1, d mod q-1, 1/q mod p
        if (const auto n = in.positive(); !n || n->size() > read->modulus.size())
            return fail(malformed);
    if (!in.empty()) return fail(malformed);
    return read;
}

LP2P_DECL result<curve_private> read_curve_private(byte_view der, std::string_view oid) noexcept {
    constexpr errc malformed = errc::malformed_private_key;
    const auto body = der_contents(der_tag::sequence, der);
    if (!body) return fail(malformed);
    der_reader in{*body};
    const auto version = in.take(der_tag::integer);
    const auto scalar = in.take(der_tag::octet_string);
    if (!version || version->size() != 1 || version->front() != std::byte{1} || !scalar ||
        scalar->size() != 32)
        return fail(malformed);
    curve_private key{*scalar, {}};
    if (in.at(der_tag::context_0)) {
        const auto curve = in.take(der_tag::context_0);
        if (!curve || as_text(*curve) != oid) return fail(malformed);
    }
    if (in.at(der_tag::context_1)) {
        const auto wrapped = in.take(der_tag::context_1);
        der_reader inner{wrapped.value_or(byte_view{})};
        key.point = detail::take_bits(inner).value_or(byte_view{});
        if (!detail::is_uncompressed_point(key.point) || !inner.empty()) return fail(malformed);
    }
    if (!in.empty()) return fail(malformed);
    return key;
}

LP2P_DECL byte_vector write_p256_private(const curve_private& key) {
    constexpr std::byte one{1};
    byte_vector bits(1), wrapped, body, out;
    append(bits, key.point);
    put_der(der_tag::bit_string, bits, wrapped);
    put_der(der_tag::integer, {&one, 1}, body);
    put_der(der_tag::octet_string, key.scalar, body);
    put_der(der_tag::context_0, as_bytes(p256_oid), body);
    put_der(der_tag::context_1, wrapped, body);
    put_der(der_tag::sequence, body, out);
    wipe(body);
    return out;
}

LP2P_DECL result<ecdsa_numbers> read_ecdsa_signature(byte_view der) noexcept {
    const auto body = der_contents(der_tag::sequence, der);
    if (!body) return fail(errc::bad_signature);
    der_reader in{*body};
    const auto r = in.positive();
    const auto s = in.positive();
    if (!r || !s || !in.empty() || r->size() > 32 || s->size() > 32)
        return fail(errc::bad_signature);
    ecdsa_numbers out{};
    copy(*r, mutable_bytes{out}.subspan(32 - r->size()));
    copy(*s, mutable_bytes{out}.subspan(64 - s->size()));
    return out;
}

LP2P_DECL byte_vector write_ecdsa_signature(const ecdsa_numbers& numbers) {
    byte_vector body, out;
    put_der_positive(byte_view{numbers}.first(32), body);
    put_der_positive(byte_view{numbers}.last(32), body);
    put_der(der_tag::sequence, body, out);
    return out;
}

} // namespace lp2p::inline v0::crypto
