// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of header.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/yamux/header.hpp>

namespace lp2p::inline v0::yamux {

LP2P_DECL result<header> decode_header(std::span<const std::byte, header::size> in) {
    const auto at = [in](std::size_t i) { return std::to_integer<std::uint32_t>(in[i]); };
    const auto u32 = [at](std::size_t i) {
        return at(i) << 24U | at(i + 1) << 16U | at(i + 2) << 8U | at(i + 3);
    };
    if (at(0) != 0) return fail(errc::wrong_version);
    if (at(1) > 3) return fail(errc::unknown_type);
    return header{static_cast<frame_type>(at(1)), static_cast<std::uint16_t>(at(2) << 8U | at(3)),
                  stream_id{u32(4)}, u32(8)};
}

LP2P_DECL void encode(const header& h, std::span<std::byte, header::size> out) noexcept {
    const auto put = [out](std::size_t i, std::uint32_t v) {
        out[i] = static_cast<std::byte>(v >> 24U);
        out[i + 1] = static_cast<std::byte>(v >> 16U & 0xffU);
        out[i + 2] = static_cast<std::byte>(v >> 8U & 0xffU);
        out[i + 3] = static_cast<std::byte>(v & 0xffU);
    };
    put(0, static_cast<std::uint32_t>(h.type) << 16U | h.flags);
    put(4, value_of(h.stream));
    put(8, h.length);
}

} // namespace lp2p::inline v0::yamux
