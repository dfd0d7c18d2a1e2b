// SPDX-License-Identifier: Apache-2.0 OR MIT
// How a topic names its messages: the functions that go, rust and js use, and room for one's own.
//
// Their defaults never agree (hazard H10), so a mesh must choose one. A function is a value: a
// pointer and its state. Hashing is the caller's, who hands in a function for it; nothing here
// knows any crypto.
#pragma once

#include <lp2p/protocol/pubsub/rpc.hpp>
#include <lp2p/wire/base58.hpp>
#include <lp2p/wire/cursor.hpp>

#include <array>
#include <charconv>

namespace lp2p::inline v0::pubsub {

/// The id of a message, shared by all who keep it. Opaque bytes, never empty.
using message_id = shared_bytes;
/// Longest id that is kept; a longer one is `bad_message_id`.
inline constexpr std::size_t most_message_id = 1024;

/// SHA-256 as the caller has it; `self` is what was given with it.
struct hash_function {
    std::array<std::byte, 32> (*sha256)(const void* self, byte_view) = nullptr;
    const void* self = nullptr;
};

/// Computes the id of a message. It writes the id behind what `out` holds; `bad_message_id` where
/// the message lacks what the id is made of.
struct id_function {
    status (*compute)(const id_function& self, const message_view&, byte_vector& out) = nullptr;
    hash_function hash{};
    const void* state = nullptr; ///< for a function of one's own; must outlive every router

    [[nodiscard]] status operator()(const message_view& m, byte_vector& out) const;
};

/// The default of the specification and of go: `from` ‖ `seqno`.
[[nodiscard]] id_function spec_id() noexcept;
/// The default of rust: the author in base58, then the sequence number in decimal; a missing author
/// is the id 00 01 00, a missing number is 0.
[[nodiscard]] id_function rust_id() noexcept;
/// The default of js: the author's PublicKey message ‖ `seqno`; of an unsigned message the SHA-256
/// of its data.
[[nodiscard]] id_function js_id(hash_function hash) noexcept;
/// SHA-256 of the data: needs no author, so it serves unsigned topics too.
[[nodiscard]] id_function sha256_id(hash_function hash) noexcept;

/// The hash of a crypto provider that has no state of its own, as `crypto::botan`.
template <class Crypto>
[[nodiscard]] hash_function hash_of() noexcept {
    return {[](const void*, byte_view data) { return Crypto{}.sha256(data); }, nullptr};
}
/// The hash of a provider that outlives the router.
template <class Crypto>
[[nodiscard]] hash_function hash_of(const Crypto& crypto) noexcept {
    return {[](const void* self, byte_view data) {
                return static_cast<const Crypto*>(self)->sha256(data);
            },
            &crypto};
}

namespace detail {

status spec_id(const id_function&, const message_view& m, byte_vector& out);

status rust_id(const id_function&, const message_view& m, byte_vector& out);

status sha256_id(const id_function& self, const message_view& m, byte_vector& out);

status js_id(const id_function& self, const message_view& m, byte_vector& out);

} // namespace detail

inline id_function spec_id() noexcept { return {detail::spec_id}; }
inline id_function rust_id() noexcept { return {detail::rust_id}; }
inline id_function js_id(hash_function hash) noexcept { return {detail::js_id, hash}; }
inline id_function sha256_id(hash_function hash) noexcept { return {detail::sha256_id, hash}; }

} // namespace lp2p::inline v0::pubsub

#ifndef LP2P_SEPARATE_COMPILATION
#include "message_id.ipp"
#endif
