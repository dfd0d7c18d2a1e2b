// SPDX-License-Identifier: Apache-2.0 OR MIT
// Base32 (RFC 4648) in lower case without padding: how CIDs, and so some peer ids, are written.
//
// One text for each byte string: upper case, padding and left-over bits are refused.
#pragma once

#include <lp2p/core/result.hpp>
#include <lp2p/wire/errc.hpp>
#include <lp2p/wire/sink.hpp>

#include <string>

namespace lp2p::inline v0::wire {

namespace detail {
inline constexpr std::string_view base32_digits = "abcdefghijklmnopqrstuvwxyz234567";
} // namespace detail

/// The text of `bytes`, without a multibase prefix.
[[nodiscard]] std::string base32_encode(byte_view bytes);

/// The bytes of a text without multibase prefix. `bad_digit`, `bad_padding`.
[[nodiscard]] result<byte_vector> base32_decode(std::string_view text);

} // namespace lp2p::inline v0::wire

#ifndef LP2P_SEPARATE_COMPILATION
#include "base32.ipp"
#endif
