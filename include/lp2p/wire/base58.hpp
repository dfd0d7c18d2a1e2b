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

} // namespace lp2p::inline v0::wire

#ifndef LP2P_SEPARATE_COMPILATION
#include "base58.ipp"
#endif
