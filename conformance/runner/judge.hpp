// SPDX-License-Identifier: Apache-2.0 OR MIT
// What lp2p says to a vector: one function for each kind.
#pragma once

#include "vector.hpp"

#include <lp2p/core/result.hpp>
#include <lp2p/crypto/botan.hpp>

namespace conformance {

/// Accepted with a value, or refused for a reason whose name is the fault.
struct verdict {
    bool accepts = false;
    json value = json::object();
    std::string fault{};
};

[[nodiscard]] verdict accepted(json value);
[[nodiscard]] verdict refused(lp2p::error why);

/// How the bytes of a stream are cut: the verdict must be the same.
enum class cut { as_given, in_pieces };

/// Throws `std::runtime_error` for a kind that is not known.
[[nodiscard]] verdict judge(const vector& v, cut how);
/// Whether the kind is about a stream, which may be cut.
[[nodiscard]] bool is_stream(const vector& v);

// One for each kind; judge.cpp has the list.
[[nodiscard]] verdict judge_uvarint(const vector& v);
[[nodiscard]] verdict judge_multihash(const vector& v);
[[nodiscard]] verdict judge_peer_id(const vector& v);
[[nodiscard]] verdict judge_peer_id_text(const vector& v);
[[nodiscard]] verdict judge_multiaddr(const vector& v);
[[nodiscard]] verdict judge_multiaddr_text(const vector& v);
[[nodiscard]] verdict judge_public_key(const vector& v);
[[nodiscard]] verdict judge_private_key(const vector& v);
[[nodiscard]] verdict judge_signature(const vector& v);
[[nodiscard]] verdict judge_envelope(const vector& v);
[[nodiscard]] verdict judge_peer_record(const vector& v);
[[nodiscard]] verdict judge_multistream(const vector& v, cut how);
[[nodiscard]] verdict judge_yamux(const vector& v, cut how);
[[nodiscard]] verdict judge_noise_payload(const vector& v, cut how);
[[nodiscard]] verdict judge_plaintext(const vector& v, cut how);
[[nodiscard]] verdict judge_identify(const vector& v, cut how);
[[nodiscard]] verdict judge_pubsub_rpc(const vector& v);
[[nodiscard]] verdict judge_signed_message(const vector& v);
[[nodiscard]] verdict judge_message_id(const vector& v);

/// The bytes of the peer, step by step, or cut into smaller pieces.
[[nodiscard]] std::vector<lp2p::byte_vector> peer_bytes(const vector& v, cut how);

/// The Ed25519 key whose seed is the SHA-256 of a text, as the generators make theirs.
[[nodiscard]] lp2p::crypto::botan::private_key key_from_seed(std::string_view text);

} // namespace conformance
