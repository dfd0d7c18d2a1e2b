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
    measured_writer(byte_vector& out, std::size_t size) {
        out.resize(out.size() + size);
        at_ = out.data() + (out.size() - size);
    }
    void open(std::uint32_t field, std::size_t size) noexcept {
        *at_++ = static_cast<std::byte>(field << 3U | 2U);
        for (; size >= 0x80U; size >>= 7U) *at_++ = static_cast<std::byte>(size | 0x80U);
        *at_++ = static_cast<std::byte>(size);
    }
    void bytes(std::uint32_t field, byte_view value) noexcept {
        open(field, value.size());
        if (!value.empty()) std::memcpy(at_, value.data(), value.size());
        at_ += value.size();
    }
    /// Nothing where the field is absent.
    void some(std::uint32_t field, byte_view value) noexcept {
        if (has(value)) bytes(field, value);
    }
    /// Fields 1 to 4, which are what a signature covers.
    void signed_fields(const message_view& m) noexcept {
        some(field::from, m.from);
        some(field::data, m.data);
        some(field::seqno, m.seqno);
        some(field::topic, as_bytes(m.topic));
    }

private:
    std::byte* at_;
};
[[nodiscard]] inline std::size_t signed_size(const message_view& m) noexcept {
    return field_size(m.from) + field_size(m.data) + field_size(m.seqno) +
           field_size(as_bytes(m.topic));
}
[[nodiscard]] inline std::size_t message_size(const message_view& m) noexcept {
    return signed_size(m) + field_size(m.signature) + field_size(m.key);
}

} // namespace detail

/// Fields 1 to 4, which are what a signature covers.
inline void encode_signed_fields(const message_view& m, byte_vector& out) {
    detail::measured_writer{out, detail::signed_size(m)}.signed_fields(m);
}

inline std::size_t publish_size(const message_view& m) noexcept {
    return detail::field_size(detail::message_size(m));
}

inline void encode_publish(const message_view& m, byte_vector& out) {
    const std::size_t size = detail::message_size(m);
    detail::measured_writer w{out, detail::field_size(size)};
    w.open(field::publish, size);
    w.signed_fields(m);
    w.some(field::signature, m.signature);
    w.some(field::key, m.key);
}

inline result<message_view> decode_publish(byte_view field) noexcept {
    if (field.empty()) return fail(errc::malformed_rpc);
    const auto size = wire::decode_uvarint(field.subspan(1));
    if (!size || field.size() != 1 + size->size + size->value) return fail(errc::malformed_rpc);
    return decode_message(field.subspan(1 + size->size));
}

inline void encode_subscription(std::string_view topic, bool subscribe, byte_vector& out) {
    wire::message_writer w{out};
    w.nested(field::subscriptions, [&](wire::message_writer& s) {
        s.varint(field::subscribe, subscribe ? 1 : 0);
        s.text(field::subscription_topic, topic);
    });
}

inline void encode_ihave(std::string_view topic, std::span<const byte_view> ids, byte_vector& out) {
    std::size_t size = detail::field_size(topic.size());
    for (const byte_view id : ids) size += detail::field_size(id.size());
    detail::measured_writer w{out, detail::field_size(size)};
    w.open(field::ihave, size);
    w.bytes(field::ihave_topic, as_bytes(topic));
    for (const byte_view id : ids) w.bytes(field::ihave_id, id);
}

namespace detail {
/// IWANT and IDONTWANT: ids and nothing else.
inline void encode_ids(std::uint32_t entry, std::span<const byte_view> ids, byte_vector& out) {
    std::size_t size = 0;
    for (const byte_view id : ids) size += field_size(id.size());
    measured_writer w{out, field_size(size)};
    w.open(entry, size);
    for (const byte_view id : ids) w.bytes(field::iwant_id, id);
}
} // namespace detail

inline void encode_iwant(std::span<const byte_view> ids, byte_vector& out) {
    detail::encode_ids(field::iwant, ids, out);
}
inline void encode_idontwant(std::span<const byte_view> ids, byte_vector& out) {
    detail::encode_ids(field::idontwant, ids, out);
}

inline void encode_graft(std::string_view topic, byte_vector& out) {
    wire::message_writer w{out};
    w.nested(field::graft, [&](wire::message_writer& g) { g.text(field::graft_topic, topic); });
}

inline void encode_prune(std::string_view topic, std::optional<std::uint64_t> backoff,
                         byte_vector& out) {
    wire::message_writer w{out};
    w.nested(field::prune, [&](wire::message_writer& p) {
        p.text(field::prune_topic, topic);
        if (backoff) p.varint(field::prune_backoff, *backoff);
    });
}

inline void encode_control_header(std::size_t size, byte_vector& out) {
    wire::encode_uvarint(field::control << 3U | 2U, out);
    wire::encode_uvarint(size, out);
}

} // namespace lp2p::inline v0::pubsub
