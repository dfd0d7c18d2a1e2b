// SPDX-License-Identifier: Apache-2.0 OR MIT
// IPv4 and IPv6 addresses as text, the same on every platform.
//
// It resolves no name, knows no zone (`%eth0`) and uses no system call.
#pragma once

#include <lp2p/core/result.hpp>
#include <lp2p/wire/cursor.hpp>
#include <lp2p/wire/errc.hpp>

#include <charconv>
#include <optional>
#include <string>

namespace lp2p::inline v0::wire {

using ip4_bytes = std::array<std::byte, 4>;
using ip6_bytes = std::array<std::byte, 16>;

/// Four decimal numbers, without leading zeros. `bad_ip4`.
[[nodiscard]] result<ip4_bytes> parse_ip4(std::string_view text) noexcept;
/// RFC 4291, 2.2, with any case, any run elided and a dotted tail; a bare IPv4 address is none.
/// `bad_ip6`.
[[nodiscard]] result<ip6_bytes> parse_ip6(std::string_view text) noexcept;
/// Dotted decimal.
[[nodiscard]] std::string ip4_text(const ip4_bytes& ip);
/// RFC 5952: lower case, the first longest run of two or more zero groups elided, a dotted tail
/// for IPv4-mapped addresses.
[[nodiscard]] std::string ip6_text(const ip6_bytes& ip);

namespace detail {

/// The part of `text` before the next `separator`, which is dropped too; all where there is none.
[[nodiscard]] constexpr std::string_view take_until(std::string_view& text,
                                                    char separator) noexcept {
    const std::size_t at = text.find(separator);
    const std::string_view part = text.substr(0, at);
    text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
    return part;
}

/// A whole text as a number; nothing where it is none or over `most`.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text, int base,
                                                        std::uint64_t most) noexcept;

void append_number(std::string& to, std::uint64_t n, int base);

/// Some groups of an IPv6 address, from its front or its back.
struct ip6_groups {
    std::array<std::uint16_t, 8> group{};
    std::size_t size = 0;
};

/// Reads groups between colons. `dotted`: the last may be an IPv4 address, which makes two.
[[nodiscard]] std::optional<ip6_groups> parse_groups(std::string_view text, bool dotted) noexcept;

} // namespace detail

} // namespace lp2p::inline v0::wire

#ifndef LP2P_SEPARATE_COMPILATION
#include "ip_text.ipp"
#endif
