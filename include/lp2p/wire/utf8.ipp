// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of utf8.hpp: see there what each does.
#pragma once

#include <lp2p/wire/utf8.hpp>

namespace lp2p::inline v0::wire {

LP2P_DECL bool valid_utf8(byte_view text) noexcept {
    constexpr std::uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = std::to_integer<std::uint32_t>(text[i++]);
        if (lead < 0x80) continue;
        const std::size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
        if (lead < 0xc2 || lead > 0xf4 || text.size() - i < more) return false;
        std::uint32_t point = lead & (0x3fU >> more);
        for (std::size_t k = 0; k < more; ++k) {
            const auto b = std::to_integer<std::uint32_t>(text[i++]);
            if ((b & 0xc0U) != 0x80U) return false;
            point = point << 6U | (b & 0x3fU);
        }
        const bool surrogate = point >= 0xd800 && point <= 0xdfff;
        if (point < least[more] || point > 0x10ffff || surrogate) return false;
    }
    return true;
}

} // namespace lp2p::inline v0::wire
