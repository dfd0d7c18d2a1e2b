// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a cipher that also authenticates (ChaCha20-Poly1305, RFC 8439) looks like to lp2p.
//
// Only the concept: no cipher is implemented here. Who calls one counts the nonces; an object never
// remembers which it has used.
#pragma once

#include <lp2p/core/bytes.hpp>
#include <lp2p/core/result.hpp>

#include <array>
#include <concepts>

namespace lp2p::inline v0::crypto {

/// A 32-byte key: secret or public, X25519 or symmetric.
using key32 = std::array<std::byte, 32>;

/// Bytes that the tag adds to a text.
inline constexpr std::size_t aead_tag_size = 16;

/// One key in one direction, kept for the life of that direction.
/// - The nonce on the wire of the algorithm is 4 zero bytes and `nonce` as 64 bits little endian
///   (spec: Noise, "The ChaChaPoly cipher functions").
/// - `text_and_tag` is the text with room for the tag behind it, at least `aead_tag_size` bytes.
/// - `seal` encrypts in place and writes the tag. Where the library fails it never leaves the text
///   readable: it is overwritten and the frame will not open.
/// - `open` decrypts in place; all but the last `aead_tag_size` bytes are the text. Fails with
///   `errc::authentication_failed`, also where fewer bytes than a tag are given; what is then left
///   in the buffer must not be used.
template <class A>
concept aead = std::movable<A> && !std::copyable<A> && std::constructible_from<A, const key32&> &&
               requires(A a, std::uint64_t nonce, byte_view ad, mutable_bytes text_and_tag) {
                   { a.seal(nonce, ad, text_and_tag) } -> std::same_as<void>;
                   { a.open(nonce, ad, text_and_tag) } -> std::same_as<status>;
               };

} // namespace lp2p::inline v0::crypto
