// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of base58.hpp: see there what each does.
#pragma once

#include <lp2p/wire/base58.hpp>

namespace lp2p::inline v0::wire {

LP2P_DECL std::string base58_encode(byte_view bytes) {
    std::size_t zeros = 0;
    while (zeros < bytes.size() && bytes[zeros] == std::byte{0}) ++zeros;
    std::string text; // digits first, least significant first; letters at the end
    for (const std::byte b : bytes.subspan(zeros))
        detail::multiply_add(text, 256, 58, std::to_integer<std::uint32_t>(b));
    for (char& c : text) c = detail::base58_digits[static_cast<std::size_t>(c)];
    text.append(zeros, '1');
    std::reverse(text.begin(), text.end());
    return text;
}

LP2P_DECL result<byte_vector> base58_decode(std::string_view text, std::size_t most) {
    if (text.size() > most) return fail(errc::text_too_long);
    std::size_t zeros = 0;
    while (zeros < text.size() && text[zeros] == '1') ++zeros;
    byte_vector bytes;
    for (const char c : text.substr(zeros)) {
        const std::size_t digit = detail::base58_digits.find(c);
        if (digit == std::string_view::npos) return fail(errc::bad_digit);
        detail::multiply_add(bytes, 58, 256, static_cast<std::uint32_t>(digit));
    }
    bytes.insert(bytes.end(), zeros, std::byte{0});
    std::reverse(bytes.begin(), bytes.end());
    return bytes;
}

} // namespace lp2p::inline v0::wire
