// SPDX-License-Identifier: Apache-2.0 OR MIT
// How far an IP address reaches: this machine, this link, a private network, everybody.
//
// It knows the registries' fixed ranges and asks no system; a name reaches nobody knows where.
#pragma once

#include <lp2p/wire/multiaddr.hpp>

namespace lp2p::inline v0::wire {

enum class ip_scope : std::uint8_t {
    none,        ///< never the address of one host elsewhere: multicast, reserved, translators'
    unspecified, ///< 0.0.0.0 and ::, which mean "every interface" and go nowhere
    loopback,    ///< this machine alone
    link_local,  ///< one link; in IPv6 it needs a zone, which no multiaddr of a peer carries
    private_use, ///< a site or a provider: RFC 1918, RFC 6598, RFC 4193
    global,      ///< everybody
};

/// RFC 6890.
[[nodiscard]] constexpr ip_scope scope_of(const ip4_bytes& ip) noexcept {
    const auto a = std::to_integer<unsigned>(ip[0]), b = std::to_integer<unsigned>(ip[1]);
    if (ip == ip4_bytes{}) return ip_scope::unspecified;
    if (a == 0 || a >= 224) return ip_scope::none;
    if (a == 127) return ip_scope::loopback;
    if (a == 169 && b == 254) return ip_scope::link_local;
    if (a == 10 || (a == 172 && b / 16 == 1) || (a == 192 && b == 168))
        return ip_scope::private_use;
    if (a == 100 && b / 64 == 1) return ip_scope::private_use;
    return ip_scope::global;
}

/// The IPv4 address that is mapped into this one (RFC 4291, 2.5.5.2), if there is one.
[[nodiscard]] constexpr std::optional<ip4_bytes> mapped_ip4(const ip6_bytes& ip) noexcept {
    for (std::size_t i = 0; i < 10; ++i)
        if (ip[i] != std::byte{0}) return std::nullopt;
    if (ip[10] != std::byte{0xff} || ip[11] != std::byte{0xff}) return std::nullopt;
    return ip4_bytes{ip[12], ip[13], ip[14], ip[15]};
}

/// RFC 6890; of a mapped IPv4 address that of the IPv4 address. One made by a translator (RFC 6052,
/// 64:ff9b::/96) is nobody's address outside the translator's network.
[[nodiscard]] constexpr ip_scope scope_of(const ip6_bytes& ip) noexcept {
    if (const auto four = mapped_ip4(ip)) return scope_of(*four);
    ip6_bytes loopback{};
    loopback[15] = std::byte{1};
    if (ip == ip6_bytes{}) return ip_scope::unspecified;
    if (ip == loopback) return ip_scope::loopback;
    const auto a = std::to_integer<unsigned>(ip[0]), b = std::to_integer<unsigned>(ip[1]);
    if (a == 0xfe && b / 64 == 2) return ip_scope::link_local;
    if (a / 2 == 0xfc / 2) return ip_scope::private_use;
    if (a / 32 == 1) return ip_scope::global;
    return ip_scope::none;
}

/// Where a TCP address goes; `none` for a name.
[[nodiscard]] inline ip_scope scope_of(const tcp_endpoint& to) noexcept {
    if (to.family == tcp_endpoint::ip6) return scope_of(to.ip);
    if (to.family != tcp_endpoint::ip4) return ip_scope::none;
    return scope_of(ip4_bytes{to.ip[0], to.ip[1], to.ip[2], to.ip[3]});
}

} // namespace lp2p::inline v0::wire
