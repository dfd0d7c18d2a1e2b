// SPDX-License-Identifier: Apache-2.0 OR MIT
// What can go wrong with a node's connections as a whole: dials, duplicates and limits.
#pragma once

#include <lp2p/core/error.hpp>

namespace lp2p::inline v0::swarms {

/// Codes of `domain::swarm`.
enum class errc : std::uint16_t {
    duplicate = 1,        ///< another connection to this peer stays
    no_address,           ///< nothing to dial is known for this peer
    no_peer_id,           ///< the address does not say who is to be there
    dial_self,            ///< that peer is this node
    dial_backoff,         ///< every known address failed a moment ago
    address_unsupported,  ///< not an address that can be dialed over TCP
    dnsaddr_unsupported,  ///< a dnsaddr: its TXT records are the caller's to look up
    too_many_upgrading,   ///< dropped for a newer connection, `limits::upgrading`
    too_many_connections, ///< `limits::connections`
    not_connected,        ///< no established connection to this peer
    unknown_connection,   ///< no such connection
    disconnected,         ///< the caller asked for it
    node_closed,          ///< the node shuts down
    unread_limit,         ///< this connection held most of `limits::unread_node`
    too_many_protected,   ///< `limits::protected_peers`
    trimmed,              ///< nobody used it, and there were too many
    unused,               ///< nobody used it for `limits::unused_connection`
    replaced,             ///< this node wanted a new connection to the peer
};

[[nodiscard]] constexpr fault fault_of(errc e) noexcept {
    switch (e) {
    case errc::duplicate:
    case errc::disconnected:
    case errc::node_closed:
    case errc::replaced:
        return fault::closed;
    case errc::dial_backoff:
    case errc::too_many_upgrading:
    case errc::too_many_connections:
    case errc::unread_limit:
    case errc::too_many_protected:
    case errc::trimmed:
        return fault::limit;
    default:
        return fault::local;
    }
}
[[nodiscard]] constexpr error make_error(errc e) noexcept {
    return {domain::swarm, fault_of(e), static_cast<std::uint16_t>(e)};
}
[[nodiscard]] constexpr std::string_view name(errc e) noexcept {
    switch (e) {
    case errc::duplicate:
        return "duplicate";
    case errc::no_address:
        return "no_address";
    case errc::no_peer_id:
        return "no_peer_id";
    case errc::dial_self:
        return "dial_self";
    case errc::dial_backoff:
        return "dial_backoff";
    case errc::address_unsupported:
        return "address_unsupported";
    case errc::dnsaddr_unsupported:
        return "dnsaddr_unsupported";
    case errc::too_many_upgrading:
        return "too_many_upgrading";
    case errc::too_many_connections:
        return "too_many_connections";
    case errc::not_connected:
        return "not_connected";
    case errc::unknown_connection:
        return "unknown_connection";
    case errc::disconnected:
        return "disconnected";
    case errc::node_closed:
        return "node_closed";
    case errc::unread_limit:
        return "unread_limit";
    case errc::too_many_protected:
        return "too_many_protected";
    case errc::trimmed:
        return "trimmed";
    case errc::unused:
        return "unused";
    case errc::replaced:
        return "replaced";
    }
    return {};
}
[[nodiscard]] constexpr std::string_view describe(errc e) noexcept {
    switch (e) {
    case errc::duplicate:
        return "another connection to this peer is the one that stays";
    case errc::no_address:
        return "no address is known for this peer";
    case errc::no_peer_id:
        return "the address must end in /p2p/ and the peer id that is expected there";
    case errc::dial_self:
        return "this node does not dial itself";
    case errc::dial_backoff:
        return "every known address of this peer failed a moment ago; try later";
    case errc::address_unsupported:
        return "only ip4, ip6 and dns addresses with tcp can be dialed";
    case errc::dnsaddr_unsupported:
        return "dnsaddr is not looked up: dial what the TXT records of _dnsaddr.HOST name (dig "
               "TXT)";
    case errc::too_many_upgrading:
        return "dropped for a newer connection: too many are being upgraded";
    case errc::too_many_connections:
        return "this node has as many connections as it may";
    case errc::not_connected:
        return "there is no established connection to this peer";
    case errc::unknown_connection:
        return "there is no such connection";
    case errc::disconnected:
        return "closed at the caller's wish";
    case errc::node_closed:
        return "the node was shut down";
    case errc::unread_limit:
        return "this connection held most of the bytes that nobody reads";
    case errc::too_many_protected:
        return "as many peers are protected as may be; unprotect one first";
    case errc::trimmed:
        return "nobody used this connection, and there were too many";
    case errc::unused:
        return "nobody used this connection for as long as it may be unused";
    case errc::replaced:
        return "a new connection to the same peer took its place, at this node's wish";
    }
    return {};
}

} // namespace lp2p::inline v0::swarms
