// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of ip_text.hpp: see there what each does.
#pragma once

#include <lp2p/wire/ip_text.hpp>

namespace lp2p::inline v0::wire::detail {

LP2P_DECL std::optional<std::uint64_t> parse_number(std::string_view text, int base,
                                                    std::uint64_t most) noexcept {
    std::uint64_t n = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), n, base);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || n > most) return {};
    return n;
}

LP2P_DECL void append_number(std::string& to, std::uint64_t n, int base) {
    std::array<char, 20> digits{}; // base 10 or 16
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), n, base);
    to.append(digits.data(), written.ptr);
}

LP2P_DECL std::optional<ip6_groups> parse_groups(std::string_view text, bool dotted) noexcept {
    ip6_groups read;
    if (text.empty()) return read;
    for (bool more = true; more;) {
        more = text.find(':') != std::string_view::npos;
        const std::string_view part = take_until(text, ':');
        if (!more && dotted && part.find('.') != std::string_view::npos) {
            const auto ip4 = parse_ip4(part);
            if (!ip4 || read.size > 6) return {};
            read.group[read.size++] = load_u16(ip4->data());
            read.group[read.size++] = load_u16(ip4->data() + 2);
            return read;
        }
        const auto n = part.size() <= 4 ? parse_number(part, 16, 0xffff) : std::nullopt;
        if (!n || read.size == 8) return {};
        read.group[read.size++] = static_cast<std::uint16_t>(*n);
    }
    return read;
}

} // namespace lp2p::inline v0::wire::detail

namespace lp2p::inline v0::wire {

LP2P_DECL result<ip4_bytes> parse_ip4(std::string_view text) noexcept {
    ip4_bytes ip{};
    for (std::size_t i = 0; i < 4; ++i) {
        if ((text.find('.') == std::string_view::npos) != (i == 3)) return fail(errc::bad_ip4);
        const std::string_view part = detail::take_until(text, '.');
        const auto n = detail::parse_number(part, 10, 255);
        if (!n || (part.size() > 1 && part[0] == '0')) return fail(errc::bad_ip4);
        ip[i] = static_cast<std::byte>(*n);
    }
    return ip;
}

LP2P_DECL result<ip6_bytes> parse_ip6(std::string_view text) noexcept {
    const std::size_t gap = text.find("::");
    const bool elided = gap != std::string_view::npos;
    const auto front = detail::parse_groups(text.substr(0, gap), !elided);
    const auto back =
        detail::parse_groups(elided ? text.substr(gap + 2) : std::string_view{}, true);
    if (!front || !back) return fail(errc::bad_ip6);
    const std::size_t given = front->size + back->size;
    if (elided ? given > 7 : given != 8) return fail(errc::bad_ip6);
    ip6_bytes ip{};
    for (std::size_t i = 0; i < front->size; ++i) store_u16(front->group[i], &ip[2 * i]);
    for (std::size_t i = 0; i < back->size; ++i)
        store_u16(back->group[i], &ip[2 * (8 - back->size + i)]);
    return ip;
}

LP2P_DECL std::string ip4_text(const ip4_bytes& ip) {
    std::string text;
    for (const std::byte b : ip) {
        if (!text.empty()) text.push_back('.');
        detail::append_number(text, std::to_integer<std::uint32_t>(b), 10);
    }
    return text;
}

LP2P_DECL std::string ip6_text(const ip6_bytes& ip) {
    constexpr ip6_bytes mapped{std::byte{}, std::byte{}, std::byte{},     std::byte{},
                               std::byte{}, std::byte{}, std::byte{},     std::byte{},
                               std::byte{}, std::byte{}, std::byte{0xff}, std::byte{0xff}};
    if (std::equal(ip.begin(), ip.begin() + 12, mapped.begin()))
        return "::ffff:" + ip4_text(ip4_bytes{ip[12], ip[13], ip[14], ip[15]});
    std::array<std::uint16_t, 8> group{};
    for (std::size_t i = 0; i < 8; ++i) group[i] = load_u16(&ip[2 * i]);
    std::size_t gap = 0;
    std::size_t length = 1; // a single zero group is not elided
    for (std::size_t i = 0; i < 8; ++i) {
        std::size_t n = 0;
        while (i + n < 8 && group[i + n] == 0) ++n;
        if (n > length) {
            gap = i;
            length = n;
        }
    }
    std::string text;
    for (std::size_t i = 0; i < 8; ++i) {
        if (length > 1 && i == gap) {
            text += "::";
            i += length - 1;
            continue;
        }
        if (!text.empty() && text.back() != ':') text.push_back(':');
        detail::append_number(text, group[i], 16);
    }
    return text;
}

} // namespace lp2p::inline v0::wire
