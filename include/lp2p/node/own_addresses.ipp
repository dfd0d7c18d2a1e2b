// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of own_addresses.hpp: see there what each does.
#pragma once

#include <lp2p/node/own_addresses.hpp>

namespace lp2p::inline v0 {

LP2P_DECL own_addresses::own_addresses(const limits& bounds) noexcept
    : bounds_{&bounds} {}

LP2P_DECL bool own_addresses::listening(const wire::multiaddr& at) {
    if (at.empty() || is_unspecified(at)) return false;
    wire::multiaddr bare = at.without_peer();
    if (listens_at(bare)) return false;
    listened_.push_back(std::move(bare));
    rebuild();
    return true;
}

LP2P_DECL bool own_addresses::observed(const observation& o) {
    const auto at = believable(o);
    if (!at) return false;
    const host from = host_of(endpoint_of(o.remote).value());
    forget(o.conn);
    if (!make_room()) return rebuild();
    words_[o.conn] = {from, *at};
    count(from, *at);
    return rebuild();
}

LP2P_DECL void own_addresses::closed(conn_id conn, instant now) {
    if (words_.contains(conn)) ends_.set(conn, after(now, bounds_->observed_for));
}

LP2P_DECL std::optional<instant> own_addresses::next_timeout() const noexcept {
    return ends_.next();
}

LP2P_DECL bool own_addresses::handle_timeout(instant now) {
    bool some = false;
    for (; const auto conn = ends_.expire(now); some = true) forget(*conn);
    return some && rebuild();
}

LP2P_DECL own_addresses::host own_addresses::host_of(const wire::tcp_endpoint& to) noexcept {
    host h{};
    const bool four = to.family == wire::tcp_endpoint::ip4;
    h[0] = four ? std::byte{4} : std::byte{6};
    for (std::size_t i = 0; i < (four ? 4U : 7U); ++i) h[i + 1] = to.ip[i];
    return h;
}

LP2P_DECL std::optional<wire::tcp_endpoint> own_addresses::endpoint_of(const wire::multiaddr& a) {
    auto to = a.tcp();
    if (!to || wire::scope_of(*to) == wire::ip_scope::none) return std::nullopt;
    if (const auto four = wire::mapped_ip4(to->ip); four && to->family == wire::tcp_endpoint::ip6)
        to = wire::multiaddr::tcp4(*four, to->port).tcp();
    return to;
}

LP2P_DECL bool own_addresses::is_unspecified(const wire::multiaddr& a) {
    const wire::component host = *a.begin();
    wire::tcp_endpoint ip;
    if (host.code == wire::address_code::ip6)
        ip.family = wire::tcp_endpoint::ip6;
    else if (host.code != wire::address_code::ip4)
        return false;
    copy(host.value, ip.ip);
    return wire::scope_of(ip) == wire::ip_scope::unspecified;
}

LP2P_DECL bool own_addresses::listens_at(const wire::multiaddr& a) const noexcept {
    return std::find(listened_.begin(), listened_.end(), a) != listened_.end();
}

LP2P_DECL std::optional<wire::multiaddr> own_addresses::believable(const observation& o) const {
    const auto said = endpoint_of(o.said), remote = endpoint_of(o.remote),
               local = endpoint_of(o.local);
    if (!said || !remote || !local || said->family != local->family) return std::nullopt;
    const wire::ip_scope scope = wire::scope_of(*said);
    if (scope != wire::ip_scope::private_use && scope != wire::ip_scope::global)
        return std::nullopt; // ours without anybody's word, or nobody's
    if (scope != wire::scope_of(*remote) || said->port == 0) return std::nullopt;
    const auto port = port_outside(o.dir, *local, said->port);
    if (!port) return std::nullopt;
    if (said->family == wire::tcp_endpoint::ip6) return wire::multiaddr::tcp6(said->ip, *port);
    return wire::multiaddr::tcp4({said->ip[0], said->ip[1], said->ip[2], said->ip[3]}, *port);
}

LP2P_DECL std::optional<std::uint16_t> own_addresses::port_outside(direction dir,
                                                                   const wire::tcp_endpoint& local,
                                                                   std::uint16_t seen) const {
    std::optional<std::uint16_t> first;
    for (const wire::multiaddr& l : listened_) {
        const auto at = endpoint_of(l);
        if (!at || at->family != local.family || at->ip != local.ip) continue;
        if (at->port == local.port) return seen;
        if (!first) first = at->port;
    }
    return dir == direction::outbound ? first : std::nullopt;
}

LP2P_DECL void own_addresses::forget(conn_id conn) {
    const auto said = words_.find(conn);
    if (said == words_.end()) return;
    const auto at = voices_.find(said->second.at);
    const auto from = at->second.find(said->second.from);
    if (--from->second == 0) at->second.erase(from);
    if (at->second.empty()) voices_.erase(at);
    words_.erase(said);
    ends_.erase(conn);
}

LP2P_DECL bool own_addresses::make_room() {
    if (words_.size() < bounds_->observations) return true;
    const auto next = ends_.next();
    if (!next) return false;
    forget(*ends_.expire(*next));
    return true;
}

LP2P_DECL bool own_addresses::rebuild() {
    std::vector<std::pair<std::size_t, const wire::multiaddr*>> sure;
    for (const auto& [at, hosts] : voices_)
        if (hosts.size() >= bounds_->observers && !listens_at(at))
            sure.emplace_back(hosts.size(), &at);
    std::sort(sure.begin(), sure.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first > b.first : *a.second < *b.second;
    });
    if (sure.size() > bounds_->observed_addresses) sure.resize(bounds_->observed_addresses);
    std::vector<wire::multiaddr> now = listened_;
    for (const auto& [hosts, at] : sure) now.push_back(*at);
    // One voice more for one of them is no news: their order does not tell how many they are.
    std::sort(now.begin() + static_cast<std::ptrdiff_t>(listened_.size()), now.end());
    if (now == all_) return false;
    all_ = std::move(now);
    return true;
}

LP2P_DECL void own_addresses::count(const host& from, const wire::multiaddr& at) {
    ++voices_[at][from];
}

} // namespace lp2p::inline v0
