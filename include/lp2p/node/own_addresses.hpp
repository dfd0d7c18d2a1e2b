// SPDX-License-Identifier: Apache-2.0 OR MIT
// Where this node can be reached: where it listens, and where enough others say that they see it.
//
// One host is one voice, however many peers it plays. Nothing is believed that reaches further, or
// less far, than the connection it was said on: a public peer knows nothing of private networks.
// It asks nobody and dials nothing: what it says is as good as those voices.
#pragma once

#include <lp2p/connection/substream.hpp>
#include <lp2p/core/deadlines.hpp>
#include <lp2p/core/limits.hpp>
#include <lp2p/wire/ip_scope.hpp>

#include <map>

namespace lp2p::inline v0 {

class own_addresses {
public:
    /// What a peer said that it sees as our address, and on which connection.
    struct observation {
        conn_id conn{};
        direction dir = direction::inbound;
        const wire::multiaddr& remote;
        const wire::multiaddr& local;
        const wire::multiaddr& said;
    };

    /// `bounds` must outlive it.
    explicit own_addresses(const limits& bounds) noexcept
        : bounds_{&bounds} {}

    /// Those that it listens at, in the order they were told; then those that are observed.
    [[nodiscard]] const std::vector<wire::multiaddr>& all() const noexcept { return all_; }

    /// The node listens there. False where that changes nothing: it is known, or stands for every
    /// interface (0.0.0.0, ::) and so for no address at all.
    bool listening(const wire::multiaddr& at) {
        if (at.empty() || is_unspecified(at)) return false;
        wire::multiaddr bare = at.without_peer();
        if (listens_at(bare)) return false;
        listened_.push_back(std::move(bare));
        rebuild();
        return true;
    }
    /// A connection's newest word counts. True where `all` changed.
    bool observed(const observation& o) {
        const auto at = believable(o);
        if (!at) return false;
        const host from = host_of(endpoint_of(o.remote).value());
        forget(o.conn);
        if (!make_room()) return rebuild();
        words_[o.conn] = {from, *at};
        count(from, *at);
        return rebuild();
    }
    /// What was said on this connection is good for a while longer. Nothing changes yet.
    void closed(conn_id conn, instant now) {
        if (words_.contains(conn)) ends_.set(conn, after(now, bounds_->observed_for));
    }

    [[nodiscard]] std::optional<instant> next_timeout() const noexcept { return ends_.next(); }
    /// True where `all` changed.
    bool handle_timeout(instant now) {
        bool some = false;
        for (; const auto conn = ends_.expire(now); some = true) forget(*conn);
        return some && rebuild();
    }

private:
    /// An IPv4 address, or the /56 of an IPv6 address, which is what one customer has; as go.
    using host = std::array<std::byte, 8>;
    struct word {
        host from{};
        wire::multiaddr at;
    };

    [[nodiscard]] static host host_of(const wire::tcp_endpoint& to) noexcept {
        host h{};
        const bool four = to.family == wire::tcp_endpoint::ip4;
        h[0] = four ? std::byte{4} : std::byte{6};
        for (std::size_t i = 0; i < (four ? 4U : 7U); ++i) h[i + 1] = to.ip[i];
        return h;
    }
    /// A literal address, an IPv4 address that is mapped into IPv6 as what it is.
    [[nodiscard]] static std::optional<wire::tcp_endpoint> endpoint_of(const wire::multiaddr& a) {
        auto to = a.tcp();
        if (!to || wire::scope_of(*to) == wire::ip_scope::none) return std::nullopt;
        if (const auto four = wire::mapped_ip4(to->ip);
            four && to->family == wire::tcp_endpoint::ip6)
            to = wire::multiaddr::tcp4(*four, to->port).tcp();
        return to;
    }
    [[nodiscard]] static bool is_unspecified(const wire::multiaddr& a) {
        const wire::component host = *a.begin();
        wire::tcp_endpoint ip;
        if (host.code == wire::address_code::ip6)
            ip.family = wire::tcp_endpoint::ip6;
        else if (host.code != wire::address_code::ip4)
            return false;
        copy(host.value, ip.ip);
        return wire::scope_of(ip) == wire::ip_scope::unspecified;
    }
    [[nodiscard]] bool listens_at(const wire::multiaddr& a) const noexcept {
        return std::find(listened_.begin(), listened_.end(), a) != listened_.end();
    }

    /// The address that this word is about; nothing where it is about none that could be reached.
    [[nodiscard]] std::optional<wire::multiaddr> believable(const observation& o) const {
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
    /// A connection at a port that we listen at shows the port that others reach it by. One that we
    /// dialed from any other port shows the host alone: there it is taken to be the port that we
    /// listen at, as rust does. Nothing where we do not listen at that interface.
    [[nodiscard]] std::optional<std::uint16_t>
    port_outside(direction dir, const wire::tcp_endpoint& local, std::uint16_t seen) const {
        std::optional<std::uint16_t> first;
        for (const wire::multiaddr& l : listened_) {
            const auto at = endpoint_of(l);
            if (!at || at->family != local.family || at->ip != local.ip) continue;
            if (at->port == local.port) return seen;
            if (!first) first = at->port;
        }
        return dir == direction::outbound ? first : std::nullopt;
    }

    // --- voices
    // -----------------------------------------------------------------------------------
    void count(const host& from, const wire::multiaddr& at) { ++voices_[at][from]; }
    void forget(conn_id conn) {
        const auto said = words_.find(conn);
        if (said == words_.end()) return;
        const auto at = voices_.find(said->second.at);
        const auto from = at->second.find(said->second.from);
        if (--from->second == 0) at->second.erase(from);
        if (at->second.empty()) voices_.erase(at);
        words_.erase(said);
        ends_.erase(conn);
    }
    /// For one word more: the one that would be forgotten first goes.
    bool make_room() {
        if (words_.size() < bounds_->observations) return true;
        const auto next = ends_.next();
        if (!next) return false;
        forget(*ends_.expire(*next));
        return true;
    }
    /// True where it made a difference.
    bool rebuild() {
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

    const limits* bounds_;
    std::vector<wire::multiaddr> listened_;
    std::vector<wire::multiaddr> all_;
    std::map<conn_id, word> words_;
    std::map<wire::multiaddr, std::map<host, std::size_t>> voices_; // how often each host says it
    deadline_index<conn_id> ends_;                                  // of ended connections' words
};

} // namespace lp2p::inline v0
