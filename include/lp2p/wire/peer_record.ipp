// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of peer_record.hpp: see there what each does.
#pragma once

#include <lp2p/wire/peer_record.hpp>

namespace lp2p::inline v0::wire::detail {

LP2P_DECL byte_view address_of(byte_view info) noexcept {
    byte_view address;
    auto fields = message_reader::open(info);
    while (fields && fields->next())
        if (fields->field() == address_info_multiaddr) address = fields->bytes().value_or(address);
    return address;
}

LP2P_DECL void keep_record_address(peer_record& into, byte_view info, const record_bounds& keep) {
    const byte_view bytes = address_of(info);
    if (bytes.size() <= keep.address_length && into.addresses.size() < keep.addresses) {
        if (auto address = multiaddr::from_bytes(bytes)) {
            into.addresses.push_back(std::move(*address));
            return;
        }
    }
    ++into.left_out;
}

LP2P_DECL void drop_addresses_of_others(peer_record& r) {
    r.left_out += static_cast<std::uint32_t>(std::erase_if(r.addresses, [&](const multiaddr& a) {
        const auto named = a.peer();
        return named && *named != r.peer;
    }));
}

} // namespace lp2p::inline v0::wire::detail

namespace lp2p::inline v0::wire {

LP2P_DECL result<peer_record> peer_record::decode(byte_view payload, const record_bounds& keep) {
    auto fields = message_reader::open(payload);
    if (!fields) return fail(fields.error());
    peer_record r;
    while (fields->next()) {
        const std::uint32_t field = fields->field();
        if (field == detail::record_seq) {
            const auto seq = fields->varint();
            if (!seq) return fail(seq.error());
            r.seq = *seq;
        } else if (field == detail::record_peer || field == detail::record_addresses) {
            const auto value = fields->bytes();
            if (!value) return fail(value.error());
            if (field == detail::record_addresses) {
                detail::keep_record_address(r, *value, keep);
                continue;
            }
            const auto peer = peer_id::from_bytes(*value);
            if (!peer) return fail(peer.error());
            r.peer = *peer;
        }
    }
    if (r.peer.empty()) return fail(errc::missing_field);
    detail::drop_addresses_of_others(r);
    return r;
}

LP2P_DECL byte_vector peer_record::encode() const {
    byte_vector out;
    message_writer to{out};
    to.bytes(detail::record_peer, peer.bytes());
    to.varint(detail::record_seq, seq);
    for (const multiaddr& a : addresses)
        to.nested(detail::record_addresses, [&](message_writer& info) {
            info.bytes(detail::address_info_multiaddr, a.bytes());
        });
    return out;
}

} // namespace lp2p::inline v0::wire
