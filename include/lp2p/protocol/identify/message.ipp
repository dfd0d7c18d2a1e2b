// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of message.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/identify/message.hpp>

namespace lp2p::inline v0::identify::detail {

LP2P_DECL void keep_address(message& into, byte_view value, const bounds& keep) {
    into.listen_addrs_present = true;
    if (value.size() > keep.address_length || into.listen_addrs.size() >= keep.addresses) {
        ++into.left_out.addresses_over;
        return;
    }
    if (auto address = wire::multiaddr::from_bytes(value))
        into.listen_addrs.push_back(std::move(*address));
    else
        ++into.left_out.addresses_bad;
}

LP2P_DECL void keep_observed(message& into, byte_view value, const bounds& keep) {
    into.observed.reset();
    if (value.empty()) return; // rust's way of not knowing it
    if (value.size() > keep.address_length) {
        ++into.left_out.addresses_over;
        return;
    }
    if (auto address = wire::multiaddr::from_bytes(value))
        into.observed = std::move(*address);
    else
        ++into.left_out.addresses_bad;
}

LP2P_DECL void keep_protocol(message& into, byte_view value, const bounds& keep) {
    into.protocols_present = true;
    // A name is left out, never cut: a part of it would be the name of something else.
    if (value.size() > keep.protocol_length || into.protocols.size() >= keep.protocols)
        ++into.left_out.protocols_over;
    else if (value.empty() || !wire::valid_utf8(value))
        ++into.left_out.protocols_bad;
    else
        into.protocols.emplace_back(as_text(value));
}

LP2P_DECL void keep_text(message& into, std::optional<std::string>& text, byte_view value,
                         const bounds& keep) {
    text.reset();
    if (!wire::valid_utf8(value)) {
        ++into.left_out.texts_bad;
        return;
    }
    std::size_t size = std::min(value.size(), keep.text);
    if (size < value.size()) {
        ++into.left_out.texts_cut;
        // Back to where a character begins.
        while (size > 0 && (value[size] & std::byte{0xc0}) == std::byte{0x80}) --size;
    }
    text.emplace(as_text(value.first(size)));
}

LP2P_DECL void keep_field(message& into, std::uint32_t which, byte_view value, const bounds& keep) {
    switch (which) {
    case field::public_key:
        into.public_key = to_vector(value);
        return;
    case field::listen_addrs:
        keep_address(into, value, keep);
        return;
    case field::protocols:
        keep_protocol(into, value, keep);
        return;
    case field::observed_addr:
        keep_observed(into, value, keep);
        return;
    case field::protocol_version:
        keep_text(into, into.protocol_version, value, keep);
        return;
    case field::agent_version:
        keep_text(into, into.agent_version, value, keep);
        return;
    case field::signed_peer_record:
        into.signed_peer_record = to_vector(value);
        return;
    default:
        return;
    }
}

LP2P_DECL void encode_some(const message& m, std::size_t addresses, bool record, byte_vector& to) {
    wire::message_writer out{to};
    if (m.public_key) out.bytes(field::public_key, *m.public_key);
    for (std::size_t i = 0; i < addresses; ++i)
        out.bytes(field::listen_addrs, m.listen_addrs[i].bytes());
    for (const std::string& p : m.protocols) out.text(field::protocols, p);
    if (m.observed) out.bytes(field::observed_addr, m.observed->bytes());
    if (m.protocol_version) out.text(field::protocol_version, *m.protocol_version);
    if (m.agent_version) out.text(field::agent_version, *m.agent_version);
    if (record && m.signed_peer_record) out.bytes(field::signed_peer_record, *m.signed_peer_record);
}

LP2P_DECL std::size_t fitting(const message& m, std::size_t used, std::size_t most) {
    std::size_t n = 0;
    for (const wire::multiaddr& a : m.listen_addrs) {
        const std::size_t size = a.bytes().size();
        used += 1 + wire::uvarint_size(size) + size;
        if (used > most) break;
        ++n;
    }
    return n;
}

} // namespace lp2p::inline v0::identify::detail

namespace lp2p::inline v0::identify {

LP2P_DECL status merge(message& into, byte_view part, const bounds& keep) {
    auto fields = wire::message_reader::open(part);
    if (!fields) return fail(errc::malformed);
    while (fields->next()) {
        const std::uint32_t which = fields->field(); // reading the value forgets it
        if (!detail::is_known(which)) continue;
        const auto value = fields->bytes();
        if (!value) return fail(errc::malformed);
        detail::keep_field(into, which, *value, keep);
    }
    return {};
}

LP2P_DECL void encode(const message& m, byte_vector& to) {
    detail::encode_some(m, m.listen_addrs.size(), true, to);
}

LP2P_DECL result<byte_vector> encode_parts(const message& m, const sent_bounds& most) {
    if (!m.public_key || m.protocols.empty()) return fail(errc::incomplete);
    if (m.protocols.size() > most.protocols) return fail(errc::too_many_protocols);
    byte_vector out;
    byte_vector part;
    encode(m, part);
    if (part.size() <= most.first) {
        wire::encode_length_prefixed(part, out);
        return out;
    }
    part.clear();
    detail::encode_some(m, 0, false, part);
    if (part.size() > most.first) return fail(errc::too_large);
    const std::size_t addresses = detail::fitting(m, part.size(), most.first);
    part.clear();
    detail::encode_some(m, addresses, false, part);
    wire::encode_length_prefixed(part, out);
    if (!m.signed_peer_record) return out;
    part.clear();
    wire::message_writer{part}.bytes(detail::field::signed_peer_record, *m.signed_peer_record);
    if (part.size() > most.part) return fail(errc::too_large);
    wire::encode_length_prefixed(part, out);
    return out;
}

} // namespace lp2p::inline v0::identify
