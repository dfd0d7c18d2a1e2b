// SPDX-License-Identifier: Apache-2.0 OR MIT
// Addresses of lp2p and endpoints of TCP, each as the other.
//
// Nothing here opens a socket.
#pragma once

#include <lp2p/core/result.hpp>
#include <lp2p/io/errc.hpp>
#include <lp2p/wire/multiaddr.hpp>

#include <asio/ip/tcp.hpp>

#include <string>

namespace lp2p::inline v0::io {

/// `/ip4/…/tcp/…` or `/ip6/…/tcp/…` of an endpoint; an IPv4 address mapped into IPv6 is an ip4.
[[nodiscard]] inline wire::multiaddr to_multiaddr(const asio::ip::tcp::endpoint& at) {
    asio::ip::address ip = at.address();
    if (ip.is_v6() && ip.to_v6().is_v4_mapped())
        ip = asio::ip::make_address_v4(asio::ip::v4_mapped, ip.to_v6());
    if (ip.is_v4()) {
        std::array<std::byte, 4> raw{};
        const auto from = ip.to_v4().to_bytes();
        for (std::size_t i = 0; i < raw.size(); ++i) raw[i] = std::byte{from[i]};
        return wire::multiaddr::tcp4(raw, at.port());
    }
    std::array<std::byte, 16> raw{};
    const auto from = ip.to_v6().to_bytes();
    for (std::size_t i = 0; i < raw.size(); ++i) raw[i] = std::byte{from[i]};
    return wire::multiaddr::tcp6(raw, at.port());
}

/// Whether the address names a host that has to be looked up first.
[[nodiscard]] inline bool is_name(const wire::tcp_endpoint& to) noexcept {
    return to.family == wire::tcp_endpoint::dns || to.family == wire::tcp_endpoint::dns4 ||
           to.family == wire::tcp_endpoint::dns6;
}

/// The endpoint of a literal address. Errors: `not_an_endpoint`, also for names;
/// `dnsaddr_not_supported`.
[[nodiscard]] inline result<asio::ip::tcp::endpoint> to_endpoint(const wire::multiaddr& address) {
    const auto to = address.tcp();
    if (!address.empty() && (*address.begin()).code == wire::address_code::dnsaddr)
        return fail(errc::dnsaddr_not_supported);
    if (!to || is_name(*to)) return fail(errc::not_an_endpoint);
    if (to->family == wire::tcp_endpoint::ip4) {
        asio::ip::address_v4::bytes_type raw{};
        for (std::size_t i = 0; i < raw.size(); ++i)
            raw[i] = std::to_integer<unsigned char>(to->ip[i]);
        return asio::ip::tcp::endpoint{asio::ip::address_v4{raw}, to->port};
    }
    asio::ip::address_v6::bytes_type raw{};
    for (std::size_t i = 0; i < raw.size(); ++i) raw[i] = std::to_integer<unsigned char>(to->ip[i]);
    return asio::ip::tcp::endpoint{asio::ip::address_v6{raw}, to->port};
}

} // namespace lp2p::inline v0::io
