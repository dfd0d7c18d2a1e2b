// SPDX-License-Identifier: Apache-2.0 OR MIT
// The value of one part of an address as text, and back, for every protocol in the table.
//
// There is one text for each value, the canonical one; reading also takes what go and rust both
// take for it (leading zeros, another base). It splits no addresses: multiaddr.hpp does.
#pragma once

#include <lp2p/wire/ip_text.hpp>
#include <lp2p/wire/multiaddr_protocols.hpp>
#include <lp2p/wire/multiaddr_rare_text.hpp>

namespace lp2p::inline v0::wire {

namespace detail {
/// What `parse` gave, or why it gave nothing.
template <class Value>
[[nodiscard]] error take_value(const Value& read, byte_vector& to) {
    if (!read) return read.error();
    append(to, *read);
    return {};
}
[[nodiscard]] error take_text(bool fine, std::string_view text, errc why, byte_vector& to);
[[nodiscard]] error parse_port(std::string_view text, byte_vector& to);
[[nodiscard]] error parse_prefix_length(std::string_view text, byte_vector& to);
[[nodiscard]] error parse_peer(std::string_view text, byte_vector& to);
} // namespace detail

/// Appends the value that `text` means; it is not empty, and the protocol has a value. No error
/// where it could; else nothing was appended.
[[nodiscard]] error parse_address_value(const address_protocol& protocol, std::string_view text,
                                        byte_vector& to);
/// Appends the text of a value that `check_address_value` takes.
void append_address_value(std::string& to, const address_protocol& protocol, byte_view value);

} // namespace lp2p::inline v0::wire

#ifndef LP2P_SEPARATE_COMPILATION
#include "multiaddr_text.ipp"
#endif
