// SPDX-License-Identifier: Apache-2.0 OR MIT
// Base64 (RFC 4648) without padding, in the alphabets whose texts may stand in an address.
//
// One text for each byte string: padding and left-over bits are refused. The alphabet with `+` and
// `/` is left out, since a slash ends a part of an address.
#pragma once

#include <lp2p/core/result.hpp>
#include <lp2p/wire/errc.hpp>
#include <lp2p/wire/sink.hpp>

#include <string>

namespace lp2p::inline v0::wire {

/// The last two of the 64 digits; the others are letters and numbers everywhere.
enum class base64_alphabet : std::uint8_t {
    url, ///< `-` and `_` (RFC 4648, 5; multibase `u`)
    i2p, ///< `-` and `~`
};

namespace detail {
[[nodiscard]] constexpr std::string_view base64_digits(base64_alphabet a) noexcept {
    return a == base64_alphabet::url
               ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
               : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-~";
}
} // namespace detail

/// The text of `bytes`, without a multibase prefix.
[[nodiscard]] inline std::string base64_encode(byte_view bytes, base64_alphabet a) {
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

/// The bytes of a text without multibase prefix. `bad_digit`, `bad_padding`.
[[nodiscard]] inline result<byte_vector> base64_decode(std::string_view text, base64_alphabet a) {
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
