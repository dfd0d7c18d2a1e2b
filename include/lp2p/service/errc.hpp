// SPDX-License-Identifier: Apache-2.0 OR MIT
// What can go wrong in a service, apart from the protocol that it speaks.
#pragma once

#include <lp2p/core/error.hpp>

namespace lp2p::inline v0::service {

/// Codes of `domain::service`.
enum class errc : std::uint16_t {
    push_too_often = 1, ///< more pushes than the bucket allows, or two at once
    streams_exhausted,  ///< as many pubsub streams as one connection may see
    replaced_by_newer,  ///< the remote opened a newer stream for the same purpose
    connection_ended,   ///< the connection under it is over
    no_pubsub,          ///< this node runs no router
    unknown_topic,      ///< not subscribed to it
    message_too_large,  ///< over what peers take
    record_outdated,    ///< a signed record with a lower number than one before it
    gossip_silent,      ///< nothing was heard from the peer, though it was asked
    no_stream,          ///< the peer has no pubsub stream to us
    protocol_refused,   ///< the peer lists pubsub and refuses it, or took it back
};

[[nodiscard]] constexpr fault fault_of(errc e) noexcept {
    switch (e) {
    case errc::push_too_often:
    case errc::streams_exhausted:
    case errc::message_too_large:
        return fault::limit;
    case errc::replaced_by_newer:
    case errc::connection_ended:
        return fault::closed;
    case errc::gossip_silent:
    case errc::no_stream:
        return fault::timeout;
    case errc::protocol_refused:
        return fault::refused;
    case errc::no_pubsub:
    case errc::unknown_topic:
        return fault::local;
    case errc::record_outdated:
        return fault::remote;
    }
    return fault::local;
}
[[nodiscard]] constexpr error make_error(errc e) noexcept {
    return {domain::service, fault_of(e), static_cast<std::uint16_t>(e)};
}
[[nodiscard]] constexpr std::string_view name(errc e) noexcept {
    switch (e) {
    case errc::push_too_often:
        return "push_too_often";
    case errc::streams_exhausted:
        return "streams_exhausted";
    case errc::replaced_by_newer:
        return "replaced_by_newer";
    case errc::connection_ended:
        return "connection_ended";
    case errc::no_pubsub:
        return "no_pubsub";
    case errc::unknown_topic:
        return "unknown_topic";
    case errc::message_too_large:
        return "message_too_large";
    case errc::record_outdated:
        return "record_outdated";
    case errc::gossip_silent:
        return "gossip_silent";
    case errc::no_stream:
        return "no_stream";
    case errc::protocol_refused:
        return "protocol_refused";
    }
    return {};
}
[[nodiscard]] constexpr std::string_view describe(errc e) noexcept {
    switch (e) {
    case errc::push_too_often:
        return "the peer pushes identify more often than it may";
    case errc::streams_exhausted:
        return "this connection has seen as many pubsub streams as it may";
    case errc::replaced_by_newer:
        return "the peer opened a newer stream for the same purpose";
    case errc::connection_ended:
        return "the connection under it is over";
    case errc::no_pubsub:
        return "this node runs no pubsub router";
    case errc::unknown_topic:
        return "this node is not subscribed to that topic";
    case errc::message_too_large:
        return "the message is larger than peers take";
    case errc::record_outdated:
        return "the peer signed a newer record of its addresses before";
    case errc::gossip_silent:
        return "no gossip was heard from the peer, though it was asked for some";
    case errc::no_stream:
        return "the peer opened no pubsub stream to this node, or no other after it ended";
    case errc::protocol_refused:
        return "the peer listed pubsub on this connection and refuses it";
    }
    return {};
}

} // namespace lp2p::inline v0::service
