// SPDX-License-Identifier: Apache-2.0 OR MIT
// How the plaintext exchange of identities ends when it does not end well.
//
// The same causes as noise has, without the cryptographic ones: nothing here is ever proven.
#pragma once

#include <lp2p/core/error.hpp>

namespace lp2p::inline v0::insecure {

/// Codes of `domain::plaintext`.
enum class errc : std::uint16_t {
    bad_length = 1,     ///< the length prefix is no minimal varint
    exchange_too_long,  ///< over `config::exchange_most`
    malformed_exchange, ///< no such protobuf message, or no peer id in it
    missing_key,        ///< an Exchange without a public key
    missing_id,         ///< an Exchange without a peer id
    malformed_key,      ///< a public key that is not in its canonical form
    id_not_of_key,      ///< a peer id that was not made from the key beside it
    peer_id_mismatch,   ///< the remote is not the peer that was dialed
    exchange_timeout,   ///< not done within `config::timeout`
    transport_closed,   ///< the byte stream ended before the exchange was done
    transport_reset,    ///< the byte stream was reset before the exchange was done
    refused_by_caller,  ///< `refuse()`
};

[[nodiscard]] constexpr fault fault_of(errc e) noexcept {
    switch (e) {
    case errc::bad_length:
    case errc::malformed_exchange:
    case errc::missing_key:
    case errc::missing_id:
    case errc::malformed_key:
    case errc::id_not_of_key:
    case errc::peer_id_mismatch:
        return fault::remote;
    case errc::exchange_too_long:
        return fault::limit;
    case errc::exchange_timeout:
        return fault::timeout;
    case errc::transport_closed:
    case errc::transport_reset:
    case errc::refused_by_caller:
        return fault::closed;
    }
    return fault::none;
}
[[nodiscard]] constexpr error make_error(errc e) noexcept {
    return {domain::plaintext, fault_of(e), static_cast<std::uint16_t>(e)};
}
/// The code as it is spelled in logs.
[[nodiscard]] constexpr std::string_view name(errc e) noexcept {
    switch (e) {
    case errc::bad_length:
        return "bad_length";
    case errc::exchange_too_long:
        return "exchange_too_long";
    case errc::malformed_exchange:
        return "malformed_exchange";
    case errc::missing_key:
        return "missing_key";
    case errc::missing_id:
        return "missing_id";
    case errc::malformed_key:
        return "malformed_key";
    case errc::id_not_of_key:
        return "id_not_of_key";
    case errc::peer_id_mismatch:
        return "peer_id_mismatch";
    case errc::exchange_timeout:
        return "exchange_timeout";
    case errc::transport_closed:
        return "transport_closed";
    case errc::transport_reset:
        return "transport_reset";
    case errc::refused_by_caller:
        return "refused_by_caller";
    }
    return {};
}
/// One sentence for people.
[[nodiscard]] constexpr std::string_view describe(errc e) noexcept {
    switch (e) {
    case errc::bad_length:
        return "the exchange does not begin with a length; the remote may not speak plaintext";
    case errc::exchange_too_long:
        return "the remote's exchange message is over the limit";
    case errc::malformed_exchange:
        return "the remote's exchange is not the protobuf message that it must be";
    case errc::missing_key:
        return "the remote's exchange has no public key";
    case errc::missing_id:
        return "the remote's exchange has no peer id";
    case errc::malformed_key:
        return "the remote's public key is not a canonical one";
    case errc::id_not_of_key:
        return "the remote's peer id does not belong to its public key";
    case errc::peer_id_mismatch:
        return "another peer than the dialed one answers at this address";
    case errc::exchange_timeout:
        return "the exchange was not done before its deadline";
    case errc::transport_closed:
        return "the connection was closed during the exchange";
    case errc::transport_reset:
        return "the connection was reset during the exchange";
    case errc::refused_by_caller:
        return "refused by this node once the peer had named itself";
    }
    return {};
}

} // namespace lp2p::inline v0::insecure
