// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of peer_id.hpp: see there what each does.
#pragma once

#include <lp2p/wire/peer_id.hpp>

namespace lp2p::inline v0::wire {

LP2P_DECL peer_id::peer_id(hash_code code, byte_view digest) noexcept {
    span_sink out{bytes_};
    encode_multihash(multihash{code, digest}, out);
    size_ = static_cast<std::uint8_t>(out.size);
}

LP2P_DECL result<peer_id> peer_id::from_bytes(byte_view bytes) noexcept {
    const auto hash = decode_multihash(bytes);
    if (!hash) return fail(hash.error());
    if (hash->code == hash_code::identity) {
        if (hash->digest.size() > most_inline_key) return fail(errc::hash_length);
    } else if (hash->code != hash_code::sha2_256) {
        return fail(errc::unknown_hash);
    }
    return peer_id{hash->code, hash->digest};
}

} // namespace lp2p::inline v0::wire

namespace lp2p::inline v0::wire::detail {

LP2P_DECL result<byte_vector> decode_multibase(std::string_view text) {
    switch (text.front()) {
    case 'b':
        return base32_decode(text.substr(1));
    case 'z':
        return base58_decode(text.substr(1));
    default:
        return fail(errc::unsupported_base);
    }
}

LP2P_DECL result<peer_id> id_from_text(byte_view bytes) noexcept {
    auto id = peer_id::from_bytes(bytes);
    if (!id) return fail(errc::not_a_peer_id);
    return id;
}

} // namespace lp2p::inline v0::wire::detail

namespace lp2p::inline v0::wire {

LP2P_DECL result<peer_id> peer_id::parse(std::string_view text) {
    if (text.size() > 128) return fail(errc::text_too_long); // the longest takes 75 characters
    if (text.empty()) return fail(errc::not_a_peer_id);
    if (text.starts_with('1') || text.starts_with("Qm")) {
        const auto bytes = base58_decode(text);
        if (!bytes) return fail(bytes.error());
        return detail::id_from_text(*bytes);
    }
    const auto cid = detail::decode_multibase(text);
    if (!cid) return fail(cid.error());
    // CIDv1: version 1, codec libp2p-key, multihash
    constexpr std::array<std::byte, 2> head{std::byte{0x01}, std::byte{0x72}};
    if (cid->size() < head.size() || !equal(byte_view{*cid}.first(head.size()), head))
        return fail(errc::not_a_peer_id);
    return detail::id_from_text(byte_view{*cid}.subspan(head.size()));
}

LP2P_DECL result<public_key> peer_id::inline_key() const {
    if (empty() || bytes_[0] != std::byte{0}) return fail(errc::no_inline_key);
    return public_key::decode(bytes().subspan(2));
}

} // namespace lp2p::inline v0::wire
