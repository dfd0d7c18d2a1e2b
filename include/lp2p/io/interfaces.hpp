// SPDX-License-Identifier: Apache-2.0 OR MIT
// Where a socket that listens on every interface can be reached: at the address of each of them.
//
// It asks the system once, when it is called; interfaces that come later are not seen.
#pragma once

#include <lp2p/io/tcp.hpp>
#include <lp2p/wire/ip_scope.hpp>

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

namespace lp2p::inline v0::io {

namespace detail {
[[nodiscard]] inline std::optional<asio::ip::address> address_of(const sockaddr* at) {
    if (at == nullptr) return std::nullopt;
    if (at->sa_family == AF_INET) {
        sockaddr_in four{};
        std::memcpy(&four, at, sizeof four);
        return asio::ip::address_v4{ntohl(four.sin_addr.s_addr)};
    }
    if (at->sa_family != AF_INET6) return std::nullopt;
    sockaddr_in6 six{};
    std::memcpy(&six, at, sizeof six);
    asio::ip::address_v6::bytes_type raw{};
    std::memcpy(raw.data(), &six.sin6_addr, raw.size());
    return asio::ip::address_v6{raw};
}
} // namespace detail

/// The addresses of the interfaces that are up, in the system's order, each once; none where the
/// system does not say.
[[nodiscard]] inline std::vector<asio::ip::address> interface_addresses() {
    std::vector<asio::ip::address> all;
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0) return all;
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner{first, ::freeifaddrs};
    for (const ifaddrs* i = first; i != nullptr; i = i->ifa_next) {
        if ((i->ifa_flags & IFF_UP) == 0) continue;
        const auto ip = detail::address_of(i->ifa_addr);
        if (ip && std::find(all.begin(), all.end(), *ip) == all.end()) all.push_back(*ip);
    }
    return all;
}

/// The addresses that stand for one that a listener is bound to: itself, or for 0.0.0.0 and :: that
/// of each interface of the same family. Left out are link-local ones of IPv6, which nobody can
/// dial without a zone.
[[nodiscard]] inline std::vector<wire::multiaddr>
reachable_at(const wire::multiaddr& bound, const std::vector<asio::ip::address>& interfaces) {
    const auto to = bound.tcp();
    if (!to || wire::scope_of(*to) != wire::ip_scope::unspecified) return {bound};
    const bool four = to->family == wire::tcp_endpoint::ip4 || wire::mapped_ip4(to->ip);
    std::vector<wire::multiaddr> all;
    for (const auto& ip : interfaces) {
        const auto at = to_multiaddr({ip, to->port});
        const auto one = at.tcp().value();
        const auto scope = wire::scope_of(one);
        if ((one.family == wire::tcp_endpoint::ip4) != four) continue;
        if (!four && scope == wire::ip_scope::link_local) continue;
        if (scope != wire::ip_scope::unspecified) all.push_back(at);
    }
    return all;
}
[[nodiscard]] inline std::vector<wire::multiaddr> reachable_at(const wire::multiaddr& bound) {
    return reachable_at(bound, interface_addresses());
}

} // namespace lp2p::inline v0::io
