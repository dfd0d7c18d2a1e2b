// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of base64.hpp: see there what each does.
#pragma once

#include <lp2p/wire/base64.hpp>

namespace lp2p::inline v0::wire {

LP2P_DECL std::string base64_encode(byte_view bytes, base64_alphabet a) {
    const std::string_view digits = detail::base64_digits(a);
    std::string text;
    text.reserve((bytes.size() * 8 + 5) / 6);
    std::uint32_t held = 0; // bits not written yet, at most 12
    unsigned bits = 0;
    for (const std::byte b : bytes) {
        held = (held << 8U | std::to_integer<std::uint32_t>(b)) & 0xfffU;
        for (bits += 8; bits >= 6; bits -= 6) text.push_back(digits[held >> (bits - 6) & 63U]);
    }
    if (bits != 0) text.push_back(digits[held << (6 - bits) & 63U]);
    return text;
}

LP2P_DECL result<byte_vector> base64_decode(std::string_view text, base64_alphabet a) {
    const std::string_view digits = detail::base64_digits(a);
    byte_vector bytes;
    bytes.reserve(text.size() * 6 / 8);
    std::uint32_t held = 0; // at most 12 bits
    unsigned bits = 0;
    for (const char c : text) {
        const std::size_t digit = digits.find(c);
        if (digit == std::string_view::npos) return fail(errc::bad_digit);
        held = (held << 6U | static_cast<std::uint32_t>(digit)) & 0xfffU;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push_back(static_cast<std::byte>(held >> bits & 0xffU));
    }
    // What is left is less than a digit, and zero.
    if (bits >= 6 || (held & ((1U << bits) - 1)) != 0) return fail(errc::bad_padding);
    return bytes;
}

} // namespace lp2p::inline v0::wire
