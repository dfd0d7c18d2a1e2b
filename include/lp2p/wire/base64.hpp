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
[[nodiscard]] std::string base64_encode(byte_view bytes, base64_alphabet a);

/// The bytes of a text without multibase prefix. `bad_digit`, `bad_padding`.
[[nodiscard]] result<byte_vector> base64_decode(std::string_view text, base64_alphabet a);

} // namespace lp2p::inline v0::wire

#ifndef LP2P_SEPARATE_COMPILATION
#include "base64.ipp"
#endif
