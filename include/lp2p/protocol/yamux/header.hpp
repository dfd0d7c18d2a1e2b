// SPDX-License-Identifier: Apache-2.0 OR MIT
// The 12-byte header in front of every yamux frame, as a value and as bytes.
//
// It knows no stream and keeps no state; encode cannot fail, decode names what is wrong.
// spec: yamux, "Framing". All fields are big endian.
#pragma once

#include <lp2p/core/bytes.hpp>
#include <lp2p/core/result.hpp>
#include <lp2p/protocol/yamux/errc.hpp>

#include <cstdint>
#include <span>

namespace lp2p::inline v0::yamux {

/// 0 is the session itself; the dialer's streams are odd, the listener's even.
enum class stream_id : std::uint32_t {};
inline constexpr stream_id session_id{0};

/// Which end of the connection we are; it decides the parity of our ids.
enum class role : std::uint8_t { dialer, listener };

[[nodiscard]] constexpr std::uint32_t value_of(stream_id id) noexcept {
    return static_cast<std::uint32_t>(id);
}
/// Whether `id` is one that `who` may open. No one may open 0.
[[nodiscard]] constexpr bool opened_by(stream_id id, role who) noexcept {
    return id != session_id && (value_of(id) % 2 == 1) == (who == role::dialer);
}

enum class frame_type : std::uint8_t { data, window_update, ping, go_away };

/// Bits of `header::flags`; others may be set and mean nothing.
enum flag_bits : std::uint16_t { syn = 1, ack = 2, fin = 4, rst = 8 };

/// Codes of GoAway.
inline constexpr std::uint32_t goaway_normal = 0;
inline constexpr std::uint32_t goaway_protocol_error = 1;
inline constexpr std::uint32_t goaway_internal_error = 2;
/// Codes of a reset, as go-libp2p numbers them. 0 says nothing.
inline constexpr std::uint32_t reset_resource_limit = 0x1002;
inline constexpr std::uint32_t reset_protocol_violation = 0x1004;

struct header {
    static constexpr std::size_t size = 12;

    frame_type type = frame_type::data;
    std::uint16_t flags = 0;
    stream_id stream = session_id;
    /// data: bytes of body · window update: credit, or the error code where `rst` is set (never
    /// both) · ping: an opaque value · go away: the code
    std::uint32_t length = 0;

    [[nodiscard]] constexpr bool has(flag_bits f) const noexcept { return (flags & f) != 0; }
    friend constexpr bool operator==(const header&, const header&) noexcept = default;
};

/// Errors: `wrong_version`, `unknown_type`. Whether ids and lengths make sense is the session's
/// question.
[[nodiscard]] result<header> decode_header(std::span<const std::byte, header::size> in);

void encode(const header& h, std::span<std::byte, header::size> out) noexcept;

} // namespace lp2p::inline v0::yamux

#ifndef LP2P_SEPARATE_COMPILATION
#include "header.ipp"
#endif
