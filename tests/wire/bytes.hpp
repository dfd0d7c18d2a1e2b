// SPDX-License-Identifier: Apache-2.0 OR MIT
// Bytes for the tests of wire/: written as hexadecimal, or drawn at random by rapidcheck.
//
// A mistake in a test's own hexadecimal throws, so that it cannot pass unnoticed.
#pragma once

#include <lp2p/core/bytes.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <stdexcept>
#include <string>

namespace lp2p::wire_test {

/// `"0a 0B"` and `"0a0b"` are both two bytes.
inline byte_vector hex(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    byte_vector bytes;
    unsigned held = 1;
    for (const char c : text) {
        if (c == ' ') continue;
        const std::size_t digit = digits.find(c);
        if (digit == std::string_view::npos) throw std::invalid_argument{"no hexadecimal digit"};
        held = held << 4U | static_cast<unsigned>(digit);
        if (held < 0x100) continue;
        bytes.push_back(static_cast<std::byte>(held & 0xffU));
        held = 1;
    }
    if (held != 1) throw std::invalid_argument{"half a byte"};
    return bytes;
}

inline std::string to_hex(byte_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::byte b : bytes) {
        text += digits[std::to_integer<std::size_t>(b >> 4)];
        text += digits[std::to_integer<std::size_t>(b & std::byte{15})];
    }
    return text;
}

inline byte_vector bytes_of(const std::vector<std::uint8_t>& drawn) {
    byte_vector bytes;
    for (const std::uint8_t b : drawn) bytes.push_back(static_cast<std::byte>(b));
    return bytes;
}

/// Any bytes, as long as rapidcheck likes.
inline byte_vector any_bytes() {
    return bytes_of(*rc::gen::arbitrary<std::vector<std::uint8_t>>());
}
inline byte_vector any_bytes(std::size_t size) {
    return bytes_of(
        *rc::gen::container<std::vector<std::uint8_t>>(size, rc::gen::arbitrary<std::uint8_t>()));
}

/// `bytes` with some of them changed, and perhaps cut: near misses, which any bytes seldom are.
inline byte_vector damaged(byte_vector bytes) {
    const auto hits = *rc::gen::inRange(1, 4);
    for (int i = 0; i < hits && !bytes.empty(); ++i) {
        const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
        bytes[at] ^= static_cast<std::byte>(*rc::gen::inRange(1, 256));
    }
    if (*rc::gen::inRange(0, 4) == 0)
        bytes.resize(*rc::gen::inRange<std::size_t>(0, bytes.size() + 1));
    return bytes;
}

} // namespace lp2p::wire_test
