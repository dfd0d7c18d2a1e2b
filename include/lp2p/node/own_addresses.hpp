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
    explicit own_addresses(const limits& bounds) noexcept;

    /// Those that it listens at, in the order they were told; then those that are observed.
    [[nodiscard]] const std::vector<wire::multiaddr>& all() const noexcept { return all_; }

    /// The node listens there. False where that changes nothing: it is known, or stands for every
    /// interface (0.0.0.0, ::) and so for no address at all.
    bool listening(const wire::multiaddr& at);
    /// A connection's newest word counts. True where `all` changed.
    bool observed(const observation& o);
    /// What was said on this connection is good for a while longer. Nothing changes yet.
    void closed(conn_id conn, instant now);

    [[nodiscard]] std::optional<instant> next_timeout() const noexcept;
    /// True where `all` changed.
    bool handle_timeout(instant now);

private:
    /// An IPv4 address, or the /56 of an IPv6 address, which is what one customer has; as go.
    using host = std::array<std::byte, 8>;
    struct word {
        host from{};
        wire::multiaddr at;
    };

    [[nodiscard]] static host host_of(const wire::tcp_endpoint& to) noexcept;
    /// A literal address, an IPv4 address that is mapped into IPv6 as what it is.
    [[nodiscard]] static std::optional<wire::tcp_endpoint> endpoint_of(const wire::multiaddr& a);
    [[nodiscard]] static bool is_unspecified(const wire::multiaddr& a);
    [[nodiscard]] bool listens_at(const wire::multiaddr& a) const noexcept;

    /// The address that this word is about; nothing where it is about none that could be reached.
    [[nodiscard]] std::optional<wire::multiaddr> believable(const observation& o) const;
    /// A connection at a port that we listen at shows the port that others reach it by. One that we
    /// dialed from any other port shows the host alone: there it is taken to be the port that we
    /// listen at, as rust does. Nothing where we do not listen at that interface.
    [[nodiscard]] std::optional<std::uint16_t>
    port_outside(direction dir, const wire::tcp_endpoint& local, std::uint16_t seen) const;

    // --- voices ---------------------------------------------------------------------------------
    void count(const host& from, const wire::multiaddr& at);
    void forget(conn_id conn);
    /// For one word more: the one that would be forgotten first goes.
    bool make_room();
    /// True where it made a difference.
    bool rebuild();

    const limits* bounds_;
    std::vector<wire::multiaddr> listened_;
    std::vector<wire::multiaddr> all_;
    std::map<conn_id, word> words_;
    std::map<wire::multiaddr, std::map<host, std::size_t>> voices_; // how often each host says it
    deadline_index<conn_id> ends_;                                  // of ended connections' words
};

} // namespace lp2p::inline v0

#ifndef LP2P_SEPARATE_COMPILATION
#include "own_addresses.ipp"
#endif
