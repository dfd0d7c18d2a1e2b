// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of rpc_encode.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/pubsub/rpc_encode.hpp>

namespace lp2p::inline v0::pubsub::detail {

LP2P_DECL measured_writer::measured_writer(byte_vector& out, std::size_t size) {
    out.resize(out.size() + size);
    at_ = out.data() + (out.size() - size);
}

LP2P_DECL void measured_writer::open(std::uint32_t field, std::size_t size) noexcept {
    *at_++ = static_cast<std::byte>(field << 3U | 2U);
    for (; size >= 0x80U; size >>= 7U) *at_++ = static_cast<std::byte>(size | 0x80U);
    *at_++ = static_cast<std::byte>(size);
}

LP2P_DECL void measured_writer::bytes(std::uint32_t field, byte_view value) noexcept {
    open(field, value.size());
    if (!value.empty()) std::memcpy(at_, value.data(), value.size());
    at_ += value.size();
}

LP2P_DECL void measured_writer::some(std::uint32_t field, byte_view value) noexcept {
    if (has(value)) bytes(field, value);
}

LP2P_DECL void measured_writer::signed_fields(const message_view& m) noexcept {
    some(field::from, m.from);
    some(field::data, m.data);
    some(field::seqno, m.seqno);
    some(field::topic, as_bytes(m.topic));
}

LP2P_DECL std::size_t signed_size(const message_view& m) noexcept {
    return field_size(m.from) + field_size(m.data) + field_size(m.seqno) +
           field_size(as_bytes(m.topic));
}

LP2P_DECL std::size_t message_size(const message_view& m) noexcept {
    return signed_size(m) + field_size(m.signature) + field_size(m.key);
}

} // namespace lp2p::inline v0::pubsub::detail

namespace lp2p::inline v0::pubsub {

LP2P_DECL void encode_signed_fields(const message_view& m, byte_vector& out) {
    detail::measured_writer{out, detail::signed_size(m)}.signed_fields(m);
}

LP2P_DECL std::size_t publish_size(const message_view& m) noexcept {
    return detail::field_size(detail::message_size(m));
}

LP2P_DECL void encode_publish(const message_view& m, byte_vector& out) {
    const std::size_t size = detail::message_size(m);
    detail::measured_writer w{out, detail::field_size(size)};
    w.open(field::publish, size);
    w.signed_fields(m);
    w.some(field::signature, m.signature);
    w.some(field::key, m.key);
}

LP2P_DECL result<message_view> decode_publish(byte_view field) noexcept {
    if (field.empty()) return fail(errc::malformed_rpc);
    const auto size = wire::decode_uvarint(field.subspan(1));
    if (!size || field.size() != 1 + size->size + size->value) return fail(errc::malformed_rpc);
    return decode_message(field.subspan(1 + size->size));
}

LP2P_DECL void encode_subscription(std::string_view topic, bool subscribe, byte_vector& out) {
    wire::message_writer w{out};
    w.nested(field::subscriptions, [&](wire::message_writer& s) {
        s.varint(field::subscribe, subscribe ? 1 : 0);
        s.text(field::subscription_topic, topic);
    });
}

LP2P_DECL void encode_ihave(std::string_view topic, std::span<const byte_view> ids,
                            byte_vector& out) {
    std::size_t size = detail::field_size(topic.size());
    for (const byte_view id : ids) size += detail::field_size(id.size());
    detail::measured_writer w{out, detail::field_size(size)};
    w.open(field::ihave, size);
    w.bytes(field::ihave_topic, as_bytes(topic));
    for (const byte_view id : ids) w.bytes(field::ihave_id, id);
}

} // namespace lp2p::inline v0::pubsub

namespace lp2p::inline v0::pubsub::detail {

LP2P_DECL void encode_ids(std::uint32_t entry, std::span<const byte_view> ids, byte_vector& out) {
    std::size_t size = 0;
    for (const byte_view id : ids) size += field_size(id.size());
    measured_writer w{out, field_size(size)};
    w.open(entry, size);
    for (const byte_view id : ids) w.bytes(field::iwant_id, id);
}

} // namespace lp2p::inline v0::pubsub::detail

namespace lp2p::inline v0::pubsub {

LP2P_DECL void encode_iwant(std::span<const byte_view> ids, byte_vector& out) {
    detail::encode_ids(field::iwant, ids, out);
}

LP2P_DECL void encode_idontwant(std::span<const byte_view> ids, byte_vector& out) {
    detail::encode_ids(field::idontwant, ids, out);
}

LP2P_DECL void encode_graft(std::string_view topic, byte_vector& out) {
    wire::message_writer w{out};
    w.nested(field::graft, [&](wire::message_writer& g) { g.text(field::graft_topic, topic); });
}

LP2P_DECL void encode_prune(std::string_view topic, std::optional<std::uint64_t> backoff,
                            byte_vector& out) {
    wire::message_writer w{out};
    w.nested(field::prune, [&](wire::message_writer& p) {
        p.text(field::prune_topic, topic);
        if (backoff) p.varint(field::prune_backoff, *backoff);
    });
}

LP2P_DECL void encode_control_header(std::size_t size, byte_vector& out) {
    wire::encode_uvarint(field::control << 3U | 2U, out);
    wire::encode_uvarint(size, out);
}

} // namespace lp2p::inline v0::pubsub
