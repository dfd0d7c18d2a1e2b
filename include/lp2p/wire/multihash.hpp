// SPDX-License-Identifier: Apache-2.0 OR MIT
// A hash that says which hash it is: code, length, digest.
//
// It computes no hash. Which hashes are good enough is decided where they are used.
#pragma once

#include <lp2p/wire/cursor.hpp>

namespace lp2p::inline v0::wire {

/// The two that peer ids are made of (multicodec table).
enum class hash_code : std::uint64_t { identity = 0x00, sha2_256 = 0x12 };

/// Longest digest, in bytes (divergences.md: as rust).
inline constexpr std::size_t most_digest = 64;

/// Borrows its digest.
struct multihash {
    hash_code code = hash_code::identity;
    byte_view digest;
};

/// Reads bytes that are exactly one multihash. `truncated`, `trailing_bytes`, `hash_length` (over
/// `most_digest`, or not 32 for sha2-256), and the errors of varints.
[[nodiscard]] result<multihash> decode_multihash(byte_view bytes) noexcept;

template <byte_sink S>
void encode_multihash(const multihash& value, S& to) {
    encode_uvarint(static_cast<std::uint64_t>(value.code), to);
    encode_uvarint(value.digest.size(), to);
    put(to, value.digest);
}

} // namespace lp2p::inline v0::wire

#ifndef LP2P_SEPARATE_COMPILATION
#include "multihash.ipp"
#endif
