// SPDX-License-Identifier: Apache-2.0 OR MIT
// The names of connections and substreams: who opened them, what for, how far they are.
//
// Values only: nothing here owns a stream.
#pragma once

#include <lp2p/core/abi.hpp>

#include <compare>
#include <string_view>

namespace lp2p::inline v0 {

/// A connection of a node; never reused while the node lives. 0 is no connection.
enum class conn_id : std::uint64_t {};
/// A substream of one connection; never reused while the connection lives. 0 is none.
enum class substream_index : std::uint32_t {};

/// A substream of a node.
struct substream_id {
    conn_id conn{};
    substream_index stream{};
    friend constexpr auto operator<=>(const substream_id&, const substream_id&) noexcept = default;
};

/// Who opened it.
enum class direction : std::uint8_t { inbound, outbound };

/// What a substream is for: the last outbound slots are kept for the protocols without which a
/// connection looks healthy and is dead (H1, H2).
enum class purpose : std::uint8_t { application, identify, ping, pubsub };
/// Tells what inbound substreams of a protocol are for.
using purpose_function = purpose (*)(std::string_view protocol) noexcept;

/// When an outbound substream counts as open.
enum class confirm : std::uint8_t {
    wait, ///< when the remote has echoed the protocol
    lazy, ///< at once; only for protocols that the remote is known to support (identify listed it)
};

/// Which end of a connection: the dialer proposes.
enum class role : std::uint8_t { dialer, listener };

/// Where an upgrade stands; errors name it.
enum class upgrade_stage : std::uint8_t { security, handshake, proven, muxer, done };

[[nodiscard]] constexpr std::string_view to_string(upgrade_stage s) noexcept {
    constexpr std::string_view names[] = {"security", "handshake", "proven", "muxer", "done"};
    return names[static_cast<std::size_t>(s)];
}

[[nodiscard]] constexpr std::string_view to_string(direction d) noexcept {
    return d == direction::inbound ? "in" : "out";
}
[[nodiscard]] constexpr std::string_view to_string(purpose p) noexcept {
    constexpr std::string_view names[] = {"application", "identify", "ping", "pubsub"};
    return names[static_cast<std::size_t>(p)];
}

} // namespace lp2p::inline v0
