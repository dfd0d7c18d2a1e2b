// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of multiaddr_text.hpp: see there what each does.
#pragma once

#include <lp2p/wire/multiaddr_text.hpp>

namespace lp2p::inline v0::wire::detail {

LP2P_DECL error take_text(bool fine, std::string_view text, errc why, byte_vector& to) {
    if (!fine) return why;
    append(to, as_bytes(text));
    return {};
}

LP2P_DECL error parse_port(std::string_view text, byte_vector& to) {
    const auto port = parse_number(text, 10, 65535);
    if (!port) return errc::bad_port;
    to.resize(to.size() + 2);
    store_u16(static_cast<std::uint16_t>(*port), &to[to.size() - 2]);
    return {};
}

LP2P_DECL error parse_prefix_length(std::string_view text, byte_vector& to) {
    const auto bits = parse_number(text, 10, 255);
    if (!bits) return errc::bad_prefix_length;
    to.push_back(static_cast<std::byte>(*bits));
    return {};
}

LP2P_DECL error parse_peer(std::string_view text, byte_vector& to) {
    const auto id = peer_id::parse(text);
    if (!id) return id.error();
    append(to, id->bytes());
    return {};
}

} // namespace lp2p::inline v0::wire::detail

namespace lp2p::inline v0::wire {

LP2P_DECL error parse_address_value(const address_protocol& protocol, std::string_view text,
                                    byte_vector& to) {
    switch (protocol.rule) {
    case address_rule::ip4:
        return detail::take_value(parse_ip4(text), to);
    case address_rule::ip6:
        return detail::take_value(parse_ip6(text), to);
    case address_rule::zone:
        return detail::take_text(is_address_name(as_bytes(text)), text, errc::bad_zone, to);
    case address_rule::prefix_length:
        return detail::parse_prefix_length(text, to);
    case address_rule::port:
        return detail::parse_port(text, to);
    case address_rule::name:
        return detail::take_text(is_address_name(as_bytes(text)), text, errc::bad_name, to);
    case address_rule::path:
        return detail::take_text(is_address_path(as_bytes(text)), text, errc::bad_unix_path, to);
    case address_rule::peer:
        return detail::parse_peer(text, to);
    default:
        return detail::parse_rare_value(protocol.rule, text, to);
    }
}

LP2P_DECL void append_address_value(std::string& to, const address_protocol& protocol,
                                    byte_view value) {
    switch (protocol.rule) {
    case address_rule::ip4:
        to += ip4_text(ip4_bytes{value[0], value[1], value[2], value[3]});
        break;
    case address_rule::ip6: {
        ip6_bytes ip{};
        copy(value, ip);
        to += ip6_text(ip);
        break;
    }
    case address_rule::prefix_length:
        detail::append_number(to, std::to_integer<std::uint64_t>(value[0]), 10);
        break;
    case address_rule::port:
        detail::append_number(to, load_u16(value.data()), 10);
        break;
    case address_rule::name:
    case address_rule::zone:
    case address_rule::path:
        to += as_text(value);
        break;
    case address_rule::peer:
        to += base58_encode(value);
        break;
    default:
        detail::append_rare_value(to, protocol.rule, value);
        break;
    }
}

} // namespace lp2p::inline v0::wire
