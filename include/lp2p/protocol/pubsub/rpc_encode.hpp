// SPDX-License-Identifier: Apache-2.0 OR MIT
// Writes the parts of a pubsub RPC: each function gives one whole field, ready to be strung
// together with others.
//
// An RPC is a sequence of fields, so a message that was encoded once serves every peer that it goes
// to. Nothing here checks limits: `peer_queue` cuts RPCs to what a peer takes.
#pragma once

#include <lp2p/protocol/pubsub/rpc.hpp>

#include <span>

namespace lp2p::inline v0::pubsub {

/// A message as field `publish` of an RPC, fields in the order of their numbers, unknown ones
/// dropped: what go, rust and js all verify (hazard H36).
void encode_publish(const message_view& m, byte_vector& out);
/// How many bytes that takes.
[[nodiscard]] std::size_t publish_size(const message_view& m) noexcept;
/// The Message inside bytes that `encode_publish` wrote.
[[nodiscard]] result<message_view> decode_publish(byte_view field) noexcept;

void encode_subscription(std::string_view topic, bool subscribe, byte_vector& out);

/// Entries of a ControlMessage. They go behind `encode_control_header`.
void encode_ihave(std::string_view topic, std::span<const byte_view> ids, byte_vector& out);
void encode_iwant(std::span<const byte_view> ids, byte_vector& out);
/// For a peer of gossipsub 1.2 or later; go reads no more than 10 ids of one entry (H40).
void encode_idontwant(std::span<const byte_view> ids, byte_vector& out);
void encode_graft(std::string_view topic, byte_vector& out);
/// `backoff` in seconds; nothing for a peer of gossipsub 1.0, which knows no such field.
void encode_prune(std::string_view topic, std::optional<std::uint64_t> backoff, byte_vector& out);
/// The tag and length before `size` bytes of control entries.
void encode_control_header(std::size_t size, byte_vector& out);

namespace detail {

[[nodiscard]] constexpr std::size_t field_size(std::size_t size) noexcept {
    return 1 + wire::uvarint_size(size) + size;
}
[[nodiscard]] constexpr std::size_t field_size(byte_view value) noexcept {
    return has(value) ? field_size(value.size()) : 0;
}
/// Writes fields with numbers below 16 into bytes that were measured before: no check per byte.
class measured_writer {
public:
    /// Room for exactly `size` bytes more.
    measured_writer(byte_vector& out, std::size_t size);
    void open(std::uint32_t field, std::size_t size) noexcept;
    void bytes(std::uint32_t field, byte_view value) noexcept;
    /// Nothing where the field is absent.
    void some(std::uint32_t field, byte_view value) noexcept;
    /// Fields 1 to 4, which are what a signature covers.
    void signed_fields(const message_view& m) noexcept;

private:
    std::byte* at_;
};
[[nodiscard]] std::size_t signed_size(const message_view& m) noexcept;
[[nodiscard]] std::size_t message_size(const message_view& m) noexcept;

} // namespace detail

/// Fields 1 to 4, which are what a signature covers.
void encode_signed_fields(const message_view& m, byte_vector& out);

namespace detail {
/// IWANT and IDONTWANT: ids and nothing else.
void encode_ids(std::uint32_t entry, std::span<const byte_view> ids, byte_vector& out);
} // namespace detail

} // namespace lp2p::inline v0::pubsub

#ifndef LP2P_SEPARATE_COMPILATION
#include "rpc_encode.ipp"
#endif
