// SPDX-License-Identifier: Apache-2.0 OR MIT
// How a ping stream fails.
//
// None of these says that the connection is dead; who pings decides what a silence means.
#pragma once

#include <lp2p/core/error.hpp>

namespace lp2p::inline v0::ping {

enum class errc : std::uint16_t {
    ping_timeout = 1, ///< no whole payload in time
    wrong_echo,       ///< other bytes than ours came back
    unasked_echo,     ///< bytes came though nothing was asked
    truncated,        ///< the stream ended inside a payload
    closed,           ///< the stream was ended by the other side
    reset,            ///< the stream was reset
    echoes_owed,      ///< payloads come and their echoes are not taken
    ping_in_flight,   ///< a second ping before the answer to the first
    finished,         ///< a ping after the end
};

[[nodiscard]] constexpr fault fault_of(errc e) noexcept {
    switch (e) {
    case errc::wrong_echo:
    case errc::unasked_echo:
        return fault::remote;
    case errc::ping_timeout:
        return fault::timeout;
    case errc::echoes_owed:
        return fault::limit;
    case errc::truncated:
    case errc::closed:
    case errc::reset:
        return fault::closed;
    case errc::ping_in_flight:
    case errc::finished:
        return fault::local;
    }
    return fault::none;
}

[[nodiscard]] constexpr error make_error(errc e) noexcept {
    return {domain::ping, fault_of(e), static_cast<std::uint16_t>(e)};
}

[[nodiscard]] constexpr std::string_view name(errc e) noexcept {
    switch (e) {
    case errc::ping_timeout:
        return "ping_timeout";
    case errc::wrong_echo:
        return "wrong_echo";
    case errc::unasked_echo:
        return "unasked_echo";
    case errc::truncated:
        return "truncated";
    case errc::closed:
        return "closed";
    case errc::reset:
        return "reset";
    case errc::echoes_owed:
        return "echoes_owed";
    case errc::ping_in_flight:
        return "ping_in_flight";
    case errc::finished:
        return "finished";
    }
    return {};
}

[[nodiscard]] constexpr std::string_view describe(errc e) noexcept {
    switch (e) {
    case errc::ping_timeout:
        return "the other side did not send a whole payload in time";
    case errc::wrong_echo:
        return "the other side sent back other bytes than it was given";
    case errc::unasked_echo:
        return "the other side sent bytes that no ping had asked for";
    case errc::truncated:
        return "the stream ended in the middle of a payload";
    case errc::closed:
        return "the other side ended the ping stream; open a new one to ping again";
    case errc::reset:
        return "the other side reset the ping stream; open a new one to ping again";
    case errc::echoes_owed:
        return "the other side sends pings and does not take the echoes";
    case errc::ping_in_flight:
        return "a ping waits for its echo already; wait for `pong`";
    case errc::finished:
        return "this ping stream has ended; open a new one";
    }
    return {};
}

} // namespace lp2p::inline v0::ping
