// SPDX-License-Identifier: Apache-2.0 OR MIT
// The name of a peer: a hash of its public key, or the key itself where it is short.
//
// A small value without heap memory. It proves nothing: a peer is who it says once it has signed
// with the key that this is the id of.
#pragma once

#include <lp2p/wire/base32.hpp>
#include <lp2p/wire/base58.hpp>
#include <lp2p/wire/multihash.hpp>
#include <lp2p/wire/public_key.hpp>

#include <compare>

namespace lp2p::inline v0::wire {

/// spec: peer-ids, "Peer Ids". Ordered by bytes, as the rule for duplicate connections compares
/// them. Two ids are equal when their bytes are; texts are never compared (there are two forms).
class peer_id {
public:
    /// Longest encoded key that is kept whole instead of hashed, and the id that it makes.
    static constexpr std::size_t most_inline_key = 42;
    static constexpr std::size_t most_bytes = 2 + most_inline_key;

    /// Nobody.
    constexpr peer_id() noexcept = default;
    /// Reads a multihash: sha2-256, or identity of at most 42 bytes. `unknown_hash`, `hash_length`,
    /// and the errors of `decode_multihash`.
    [[nodiscard]] static result<peer_id> from_bytes(byte_view bytes) noexcept;
    /// Reads base58 (`12D3Koo…`, `16Uiu2…`, `Qm…`), or a CID version 1 in base32 (`b…`) or base58
    /// (`z…`). `bad_digit`, `bad_padding`, `unsupported_base`, `text_too_long`, `not_a_peer_id`.
    [[nodiscard]] static result<peer_id> parse(std::string_view text);
    /// The id of a key. `Crypto` hashes where the key is long.
    template <class Crypto>
    [[nodiscard]] static peer_id of(const public_key& key, const Crypto& crypto) {
        const byte_vector encoded = key.encode();
        if (encoded.size() <= most_inline_key) return peer_id{hash_code::identity, encoded};
        const crypto::digest hash = crypto.sha256(encoded);
        return peer_id{hash_code::sha2_256, hash};
    }

    /// The multihash; empty for nobody. Valid as long as this id.
    [[nodiscard]] constexpr byte_view bytes() const noexcept { return {bytes_.data(), size_}; }
    /// Base58 of the bytes.
    [[nodiscard]] std::string to_string() const { return base58_encode(bytes()); }
    /// The key, where the id holds it. `no_inline_key`, or why it is no key.
    [[nodiscard]] result<public_key> inline_key() const;
    [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }

    friend bool operator==(const peer_id& a, const peer_id& b) noexcept {
        return equal(a.bytes(), b.bytes());
    }
    friend std::strong_ordering operator<=>(const peer_id& a, const peer_id& b) noexcept {
        if (a == b) return std::strong_ordering::equal;
        return less(a.bytes(), b.bytes()) ? std::strong_ordering::less
                                          : std::strong_ordering::greater;
    }

private:
    peer_id(hash_code code, byte_view digest) noexcept;

    std::array<std::byte, most_bytes> bytes_{};
    std::uint8_t size_ = 0;
};
static_assert(sizeof(peer_id) <= 48);

namespace detail {
/// A multibase text of bytes that a CID is expected in.
[[nodiscard]] result<byte_vector> decode_multibase(std::string_view text);
/// Who wrote a text is told that it is no id, not which byte of it is wrong.
[[nodiscard]] result<peer_id> id_from_text(byte_view bytes) noexcept;
} // namespace detail

} // namespace lp2p::inline v0::wire

#ifndef LP2P_SEPARATE_COMPILATION
#include "peer_id.ipp"
#endif
