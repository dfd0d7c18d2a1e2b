// SPDX-License-Identifier: Apache-2.0 OR MIT
// What can go wrong with one connection and its substreams, apart from the protocols it stacks.
#pragma once

#include <lp2p/core/error.hpp>

namespace lp2p::inline v0::connections {

/// Codes of `domain::connection`. Errors of multistream, noise and yamux pass through unchanged.
enum class errc : std::uint16_t {
    upgrade_timeout = 1, ///< TCP to muxer ready took longer than `limits::upgrade_timeout`
    upgrade_bytes,       ///< more was sent than is held for a connection being upgraded
    transport_closed,    ///< the transport ended
    transport_reset,     ///< the transport was reset
    closed_by_caller,    ///< `close()`
    refused_by_caller,   ///< `refuse()` after the identity was proven
    went_away,           ///< the remote sent GoAway 0 and its grace is over
    stream_limit,        ///< no outbound slot left for this purpose
    ack_backlog,         ///< the remote acknowledged no stream before the deadline
    not_ready,           ///< the connection has no muxer yet
    unknown_substream,   ///< no such substream, or it has ended
    not_supported,       ///< the remote answered `na` to every protocol
    negotiation_timeout, ///< no answer before the deadline
    negotiation_reset,   ///< the remote reset the substream before it answered
    negotiation_closed,  ///< the remote ended the substream before it answered
    write_after_finish,  ///< the caller finished this substream already
};

[[nodiscard]] constexpr fault fault_of(errc e) noexcept {
    switch (e) {
    case errc::upgrade_timeout:
    case errc::ack_backlog:
    case errc::negotiation_timeout:
        return fault::timeout;
    case errc::upgrade_bytes:
    case errc::stream_limit:
        return fault::limit;
    case errc::not_supported:
        return fault::refused;
    case errc::not_ready:
    case errc::unknown_substream:
    case errc::write_after_finish:
        return fault::local;
    default:
        return fault::closed;
    }
}
[[nodiscard]] constexpr error make_error(errc e) noexcept {
    return {domain::connection, fault_of(e), static_cast<std::uint16_t>(e)};
}
[[nodiscard]] constexpr std::string_view name(errc e) noexcept {
    switch (e) {
    case errc::upgrade_timeout:
        return "upgrade_timeout";
    case errc::upgrade_bytes:
        return "upgrade_bytes";
    case errc::transport_closed:
        return "transport_closed";
    case errc::transport_reset:
        return "transport_reset";
    case errc::closed_by_caller:
        return "closed_by_caller";
    case errc::refused_by_caller:
        return "refused_by_caller";
    case errc::went_away:
        return "went_away";
    case errc::stream_limit:
        return "stream_limit";
    case errc::ack_backlog:
        return "ack_backlog";
    case errc::not_ready:
        return "not_ready";
    case errc::unknown_substream:
        return "unknown_substream";
    case errc::not_supported:
        return "not_supported";
    case errc::negotiation_timeout:
        return "negotiation_timeout";
    case errc::negotiation_reset:
        return "negotiation_reset";
    case errc::negotiation_closed:
        return "negotiation_closed";
    case errc::write_after_finish:
        return "write_after_finish";
    }
    return {};
}
[[nodiscard]] constexpr std::string_view describe(errc e) noexcept {
    switch (e) {
    case errc::upgrade_timeout:
        return "the connection was not ready within its upgrade deadline";
    case errc::upgrade_bytes:
        return "the remote sent more than is held for a connection being upgraded";
    case errc::transport_closed:
        return "the transport was closed";
    case errc::transport_reset:
        return "the transport was reset";
    case errc::closed_by_caller:
        return "closed by this node";
    case errc::refused_by_caller:
        return "refused by this node once the peer's identity was proven";
    case errc::went_away:
        return "the remote said that it goes away";
    case errc::stream_limit:
        return "this connection has no outbound stream left for this purpose";
    case errc::ack_backlog:
        return "the remote acknowledged no stream before the deadline";
    case errc::not_ready:
        return "the connection is not ready for substreams";
    case errc::unknown_substream:
        return "the substream does not exist or has ended";
    case errc::not_supported:
        return "the remote supports none of the proposed protocols";
    case errc::negotiation_timeout:
        return "the remote did not answer the proposal before the deadline";
    case errc::negotiation_reset:
        return "the remote reset the substream before it answered";
    case errc::negotiation_closed:
        return "the remote ended the substream before it answered";
    case errc::write_after_finish:
        return "the substream was finished by this side already";
    }
    return {};
}

} // namespace lp2p::inline v0::connections
