// SPDX-License-Identifier: Apache-2.0 OR MIT
// Host names of addresses looked up by Asio's resolver, and which of the answers are tried.
//
// Asio has one thread for all names of a process' execution context: they are looked up one after
// the other, and one that has begun cannot be interrupted, only ignored. `/dnsaddr` is not for
// this: it stands for whole addresses, in TXT records.
#pragma once

#include <lp2p/core/result.hpp>
#include <lp2p/io/errc.hpp>
#include <lp2p/wire/multiaddr.hpp>

#include <asio/ip/tcp.hpp>

#include <string>
#include <vector>

namespace lp2p::inline v0::io {

/// Most bytes of a host name (RFC 1035, 2.3.4, as written).
inline constexpr std::size_t most_host_name = 253;

/// Why a name is not even asked for: the system would take a zero byte for its end. No error where
/// it can be.
[[nodiscard]] inline error check_host_name(std::string_view name) noexcept {
    if (name.empty() || name.size() > most_host_name || name.find('\0') != std::string_view::npos)
        return errc::bad_host_name;
    return {};
}

/// What of an answer is tried, in this order: IPv6 first, within each family as the system sorted
/// them (RFC 6724), each once, at most `most`.
template <class Answers>
[[nodiscard]] std::vector<asio::ip::tcp::endpoint> in_order(const Answers& found,
                                                            std::size_t most) {
    std::vector<asio::ip::tcp::endpoint> all;
    for (const bool six : {true, false})
        for (const auto& one : found) {
            const asio::ip::tcp::endpoint at = one.endpoint();
            if (at.address().is_v6() != six || all.size() >= most) continue;
            bool known = false;
            for (const auto& before : all) known = known || before == at;
            if (!known) all.push_back(at);
        }
    return all;
}

/// Looks the name of `to` up: both families for `dns`, one for `dns4` and `dns6`.
/// `told(error, endpoints)` follows, from a handler; the endpoints are `in_order`, and there is one
/// unless there is an error. Cancelled (`resolver.cancel()`, or its end): `cancelled`, or the answer
/// where that was there already.
template <class Told>
void look_up(asio::ip::tcp::resolver& resolver, const wire::tcp_endpoint& to, std::size_t most,
             Told told) {
    using tcp = asio::ip::tcp;
    const auto found = [most, told = std::move(told)](const std::error_code& ec,
                                                      const tcp::resolver::results_type& all) {
        const auto at = ec ? std::vector<tcp::endpoint>{} : in_order(all, most);
        if (ec)
            told(from_system(ec), at);
        else
            told(at.empty() ? error{errc::name_not_found} : error{}, at);
    };
    const std::string host{to.name}, port = std::to_string(to.port);
    const auto flags = tcp::resolver::numeric_service;
    if (to.family == wire::tcp_endpoint::dns4)
        resolver.async_resolve(tcp::v4(), host, port, flags, found);
    else if (to.family == wire::tcp_endpoint::dns6)
        resolver.async_resolve(tcp::v6(), host, port, flags, found);
    else
        resolver.async_resolve(host, port, flags, found);
}

} // namespace lp2p::inline v0::io
