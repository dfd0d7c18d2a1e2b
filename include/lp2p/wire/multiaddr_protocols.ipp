// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of multiaddr_protocols.hpp: see there what each does.
#pragma once

#include <lp2p/wire/multiaddr_protocols.hpp>

namespace lp2p::inline v0::wire {

LP2P_DECL bool is_address_name(byte_view value) noexcept {
    return !value.empty() && as_text(value).find('/') == std::string_view::npos &&
           valid_utf8(value);
}

LP2P_DECL bool is_address_path(byte_view value) noexcept {
    return value.size() >= 2 && value.front() == std::byte{'/'} && value.back() != std::byte{'/'} &&
           valid_utf8(value);
}

LP2P_DECL error check_address_value(const address_protocol& p, byte_view value) noexcept {
    const auto unless = [](bool fine, errc why) { return fine ? error{} : error{why}; };
    const std::size_t n = value.size();
    switch (p.rule) {
    case address_rule::name:
    case address_rule::zone:
        return unless(is_address_name(value), errc::bad_name_value);
    case address_rule::peer:
        return unless(peer_id::from_bytes(value).has_value(), errc::bad_peer_value);
    case address_rule::path:
        return unless(is_address_path(value), errc::bad_path_value);
    case address_rule::onion:
    case address_rule::onion3:
        return unless(load_u16(value.last(2).data()) != 0, errc::bad_onion_value);
    case address_rule::garlic64:
        return unless(is_garlic64_length(n), errc::bad_garlic_value);
    case address_rule::garlic32:
        return unless(is_garlic32_length(n), errc::bad_garlic_value);
    case address_rule::certhash:
        return unless(decode_multihash(value).has_value(), errc::bad_certhash_value);
    case address_rule::http_path:
        return unless(n != 0 && valid_utf8(value), errc::bad_http_path_value);
    default:
        return {}; // any value of its size
    }
}

} // namespace lp2p::inline v0::wire
