// SPDX-License-Identifier: Apache-2.0 OR MIT
// How the values of seldom used address protocols are written: onion services, garlic, certificate
// hashes, http paths, memory addresses.
//
// Each reader appends the bytes that a text means and returns what was wrong with it, if anything;
// each writer takes a value that was checked (`check_address_value`).
#pragma once

#include <lp2p/wire/base32.hpp>
#include <lp2p/wire/base58.hpp>
#include <lp2p/wire/base64.hpp>
#include <lp2p/wire/ip_text.hpp>
#include <lp2p/wire/multiaddr_protocols.hpp>

namespace lp2p::inline v0::wire::detail {

/// `digits` of base32 in any case, a colon, a port that is not 0.
[[nodiscard]] error parse_onion(std::string_view text, std::size_t digits, byte_vector& to);
void append_onion(std::string& to, byte_view value);

/// With padding, as I2P and go write it; rust writes and reads it without.
[[nodiscard]] error parse_garlic64(std::string_view text, byte_vector& to);
void append_garlic64(std::string& to, byte_view value);
[[nodiscard]] error parse_garlic32(std::string_view text, byte_vector& to);

[[nodiscard]] int hex_digit(char c) noexcept;
/// The byte that two digits mean; nothing where they are none.
[[nodiscard]] std::optional<std::byte> hex_byte(std::string_view two) noexcept;
[[nodiscard]] result<byte_vector> base16_decode(std::string_view text);
/// Multibase `u`, `z`, `b` or `f`; go and rust write `u` and read them all.
[[nodiscard]] result<byte_vector> decode_certhash(std::string_view text);
/// `text` is not empty.
[[nodiscard]] error parse_certhash(std::string_view text, byte_vector& to);
void append_certhash(std::string& to, byte_view value);

/// RFC 3986, 2.1. A plus sign is refused: go reads it as a space, rust as itself.
[[nodiscard]] error parse_http_path(std::string_view text, byte_vector& to);
/// Everything but the unreserved characters (RFC 3986, 2.3) in hexadecimal, which go and rust both
/// read back as it was.
void append_http_path(std::string& to, byte_view value);

/// Eight bytes in go and rust, whatever protocols.csv says (H45).
[[nodiscard]] error parse_memory(std::string_view text, byte_vector& to);

/// The reader of a rule. `text` is not empty.
[[nodiscard]] error parse_rare_value(address_rule rule, std::string_view text, byte_vector& to);
/// The writer of a rule.
void append_rare_value(std::string& to, address_rule rule, byte_view value);

} // namespace lp2p::inline v0::wire::detail

#ifndef LP2P_SEPARATE_COMPILATION
#include "multiaddr_rare_text.ipp"
#endif
