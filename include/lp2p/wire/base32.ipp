// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of base32.hpp: see there what each does.
#pragma once

#include <lp2p/wire/base32.hpp>

namespace lp2p::inline v0::wire {

LP2P_DECL std::string base32_encode(byte_view bytes) {
    std::string text;
    text.reserve((bytes.size() * 8 + 4) / 5);
    std::uint32_t held = 0; // bits not written yet, at most 12
    unsigned bits = 0;
    for (const std::byte b : bytes) {
        held = (held << 8U | std::to_integer<std::uint32_t>(b)) & 0xfffU;
        for (bits += 8; bits >= 5; bits -= 5)
            text.push_back(detail::base32_digits[held >> (bits - 5) & 31U]);
    }
    if (bits != 0) text.push_back(detail::base32_digits[held << (5 - bits) & 31U]);
    return text;
}

LP2P_DECL result<byte_vector> base32_decode(std::string_view text) {
    byte_vector bytes;
    bytes.reserve(text.size() * 5 / 8);
    std::uint32_t held = 0; // at most 12 bits
    unsigned bits = 0;
    for (const char c : text) {
        const std::size_t digit = detail::base32_digits.find(c);
        if (digit == std::string_view::npos) return fail(errc::bad_digit);
        held = (held << 5U | static_cast<std::uint32_t>(digit)) & 0xfffU;
        bits += 5;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push_back(static_cast<std::byte>(held >> bits & 0xffU));
    }
    // What is left is less than a digit, and zero.
    if (bits >= 5 || (held & ((1U << bits) - 1)) != 0) return fail(errc::bad_padding);
    return bytes;
}

} // namespace lp2p::inline v0::wire
