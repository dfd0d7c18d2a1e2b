// SPDX-License-Identifier: Apache-2.0 OR MIT
// Base58 in the Bitcoin alphabet: how peer ids are written.
//
// Its work grows with the square of the length, so it is for ids and hashes, never for payloads;
// decoding has a bound for that reason.
#pragma once

#include <lp2p/core/result.hpp>
#include <lp2p/wire/errc.hpp>
#include <lp2p/wire/sink.hpp>

#include <string>

namespace lp2p::inline v0::wire {

/// The text of `bytes`; a `1` for each leading zero byte.
[[nodiscard]] std::string base58_encode(byte_view bytes);
/// The bytes of a text. `bad_digit`; `text_too_long` where it has more than `most` characters.
[[nodiscard]] result<byte_vector> base58_decode(std::string_view text, std::size_t most = 128);

namespace detail {
inline constexpr std::string_view base58_digits =
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// `number = number * base + digit`, on digits of `radix` with the least significant first. Grows
/// the number by what is carried out of it.
template <class Digits>
constexpr void multiply_add(Digits& number, std::uint32_t base, std::uint32_t radix,
                            std::uint32_t digit) {
    using value = typename Digits::value_type;
    for (value& d : number) {
        digit += static_cast<std::uint32_t>(d) * base;
        d = static_cast<value>(digit % radix);
        digit /= radix;
    }
    for (; digit != 0; digit /= radix) number.push_back(static_cast<value>(digit % radix));
}
} // namespace detail

inline std::string base58_encode(byte_view bytes) {
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

inline result<byte_vector> base58_decode(std::string_view text, std::size_t most) {
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
