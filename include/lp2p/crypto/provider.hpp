// SPDX-License-Identifier: Apache-2.0 OR MIT
// Everything that lp2p asks of a crypto library, as one concept: the seam where a library is
// swapped.
//
// It implements nothing and includes no crypto library; `crypto/botan.hpp` is one model of it.
#pragma once

#include <lp2p/core/bytes.hpp>
#include <lp2p/core/result.hpp>
#include <lp2p/crypto/aead.hpp>
#include <lp2p/crypto/errc.hpp>

namespace lp2p::inline v0::crypto {

/// Types of identity keys, with the numbers of the wire (spec: peer-ids, "Keys").
enum class key_type : std::uint8_t { rsa = 0, ed25519 = 1, secp256k1 = 2, ecdsa = 3 };

/// The output of SHA-256 or HMAC-SHA-256.
using digest = std::array<std::byte, 32>;

/// An X25519 key pair.
struct key_pair {
    key32 secret{};
    key32 public_key{};
};

/// An identity key that can sign. `public_data` and `private_data` are the Data fields of libp2p's
/// PublicKey and PrivateKey messages (spec: peer-ids, "Keys").
template <class K>
concept private_key = std::movable<K> && requires(const K k) {
    { k.type() } -> std::same_as<key_type>;
    { k.public_data() } -> std::same_as<byte_view>;
    { k.private_data() } -> std::same_as<byte_vector>;
};

/// A crypto library. A cheap value; every call is const and none blocks, throws (but `bad_alloc`)
/// or keeps a view that it was given.
/// - `random` fills with bytes fit for secrets.
/// - `x25519` refuses an all-zero result: `errc::low_order_point`.
/// - `generate`, `load`, `verify` answer `errc::unsupported_key_type` for a type it has not.
/// - `load` takes what `private_data` gave; else `errc::malformed_private_key`.
/// - `from_seed` makes the Ed25519 key of an RFC 8032 seed.
/// - `verify` fails with `errc::malformed_public_key` or `errc::bad_signature`; size and type are
///   checked before any arithmetic.
template <class P>
concept provider =
    std::copyable<P> && aead<typename P::aead> && private_key<typename P::private_key> &&
    requires(const P p, mutable_bytes out, byte_view in, const key32& key, key_type type,
             const typename P::private_key& identity) {
        { p.random(out) } -> std::same_as<void>;
        { p.sha256(in) } -> std::same_as<digest>;
        { p.hmac_sha256(in, in) } -> std::same_as<digest>;
        { p.x25519_generate() } -> std::same_as<key_pair>;
        { p.x25519(key, key) } -> std::same_as<result<key32>>;
        { p.generate(type) } -> std::same_as<result<typename P::private_key>>;
        { p.from_seed(key) } -> std::same_as<result<typename P::private_key>>;
        { p.load(type, in) } -> std::same_as<result<typename P::private_key>>;
        { p.sign(identity, in) } -> std::same_as<result<byte_vector>>;
        { p.verify(type, in, in, in) } -> std::same_as<status>;
    };

/// Overwrites a secret with zeros in a way that the compiler does not remove.
inline void wipe(mutable_bytes secret) noexcept {
    for (std::byte& b : secret) *static_cast<volatile std::byte*>(&b) = std::byte{};
}

/// The bytes of a fixed-size array, not copied.
template <std::size_t N>
[[nodiscard]] constexpr byte_view view(const std::array<std::byte, N>& bytes) noexcept {
    return {bytes.data(), N};
}

} // namespace lp2p::inline v0::crypto
