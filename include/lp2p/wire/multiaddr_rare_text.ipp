// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of multiaddr_rare_text.hpp: see there what each does.
#pragma once

#include <lp2p/wire/multiaddr_rare_text.hpp>

namespace lp2p::inline v0::wire::detail {

LP2P_DECL error parse_onion(std::string_view text, std::size_t digits, byte_vector& to) {
    if (text.size() <= digits || text[digits] != ':') return errc::bad_onion;
    std::string host{text.substr(0, digits)};
    for (char& c : host)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const auto service = base32_decode(host);
    if (!service) return errc::bad_onion;
    const auto port = parse_number(text.substr(digits + 1), 10, 65535);
    if (!port || *port == 0) return errc::bad_onion_port;
    append(to, *service);
    to.resize(to.size() + 2);
    store_u16(static_cast<std::uint16_t>(*port), &to[to.size() - 2]);
    return {};
}

LP2P_DECL void append_onion(std::string& to, byte_view value) {
    to += base32_encode(value.first(value.size() - 2));
    to.push_back(':');
    append_number(to, load_u16(value.last(2).data()), 10);
}

LP2P_DECL error parse_garlic64(std::string_view text, byte_vector& to) {
    if (text.size() % 4 != 0) return errc::bad_garlic;
    if (text.ends_with('=')) text.remove_suffix(text.ends_with("==") ? 2 : 1);
    const auto bytes = base64_decode(text, base64_alphabet::i2p);
    if (!bytes || !is_garlic64_length(bytes->size())) return errc::bad_garlic;
    append(to, *bytes);
    return {};
}

LP2P_DECL void append_garlic64(std::string& to, byte_view value) {
    to += base64_encode(value, base64_alphabet::i2p);
    to.append((3 - value.size() % 3) % 3, '=');
}

LP2P_DECL error parse_garlic32(std::string_view text, byte_vector& to) {
    const auto bytes = base32_decode(text);
    if (!bytes || !is_garlic32_length(bytes->size())) return errc::bad_garlic;
    append(to, *bytes);
    return {};
}

LP2P_DECL int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

LP2P_DECL std::optional<std::byte> hex_byte(std::string_view two) noexcept {
    const int high = two.size() == 2 ? hex_digit(two[0]) : -1;
    const int low = two.size() == 2 ? hex_digit(two[1]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    return static_cast<std::byte>(high * 16 + low);
}

LP2P_DECL result<byte_vector> base16_decode(std::string_view text) {
    byte_vector bytes;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const auto b = hex_byte(text.substr(i, 2));
        if (!b) return fail(errc::bad_digit);
        bytes.push_back(*b);
    }
    return bytes;
}

LP2P_DECL result<byte_vector> decode_certhash(std::string_view text) {
    const std::string_view digits = text.substr(1);
    switch (text.front()) {
    case 'u':
        return base64_decode(digits, base64_alphabet::url);
    case 'z':
        return base58_decode(digits);
    case 'b':
        return base32_decode(digits);
    case 'f':
        return base16_decode(digits);
    default:
        return fail(errc::unsupported_base);
    }
}

LP2P_DECL error parse_certhash(std::string_view text, byte_vector& to) {
    const auto hash = decode_certhash(text);
    if (!hash || !decode_multihash(*hash)) return errc::bad_certhash;
    append(to, *hash);
    return {};
}

LP2P_DECL void append_certhash(std::string& to, byte_view value) {
    to.push_back('u');
    to += base64_encode(value, base64_alphabet::url);
}

LP2P_DECL error parse_http_path(std::string_view text, byte_vector& to) {
    byte_vector path;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') return errc::ambiguous_plus;
        auto b = std::optional{static_cast<std::byte>(text[i])};
        if (text[i] == '%') {
            b = hex_byte(text.substr(i + 1, 2));
            i += 2;
        }
        if (!b) return errc::bad_http_path;
        path.push_back(*b);
    }
    if (!valid_utf8(path)) return errc::bad_http_path;
    append(to, path);
    return {};
}

LP2P_DECL void append_http_path(std::string& to, byte_view value) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    constexpr std::string_view marks = "-._~";
    for (const char c : as_text(value)) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (letter || (c >= '0' && c <= '9') || marks.find(c) != std::string_view::npos) {
            to.push_back(c);
            continue;
        }
        const auto b = static_cast<unsigned char>(c);
        to.push_back('%');
        to.push_back(digits[b >> 4U]);
        to.push_back(digits[b & 15U]);
    }
}

LP2P_DECL error parse_memory(std::string_view text, byte_vector& to) {
    const auto n = parse_number(text, 10, ~std::uint64_t{0});
    if (!n) return errc::bad_memory;
    to.resize(to.size() + 8);
    store_u64(*n, &to[to.size() - 8]);
    return {};
}

LP2P_DECL error parse_rare_value(address_rule rule, std::string_view text, byte_vector& to) {
    switch (rule) {
    case address_rule::onion:
        return parse_onion(text, 16, to);
    case address_rule::onion3:
        return parse_onion(text, 56, to);
    case address_rule::garlic64:
        return parse_garlic64(text, to);
    case address_rule::garlic32:
        return parse_garlic32(text, to);
    case address_rule::certhash:
        return parse_certhash(text, to);
    case address_rule::http_path:
        return parse_http_path(text, to);
    case address_rule::memory:
        return parse_memory(text, to);
    default:
        return errc::empty_component; // a flag, which has no value
    }
}

LP2P_DECL void append_rare_value(std::string& to, address_rule rule, byte_view value) {
    switch (rule) {
    case address_rule::onion:
    case address_rule::onion3:
        return append_onion(to, value);
    case address_rule::garlic64:
        return append_garlic64(to, value);
    case address_rule::garlic32:
        to += base32_encode(value);
        return;
    case address_rule::certhash:
        return append_certhash(to, value);
    case address_rule::http_path:
        return append_http_path(to, value);
    case address_rule::memory:
        return append_number(to, load_u64(value.data()), 10);
    default:
        return; // a flag, which has no value
    }
}

} // namespace lp2p::inline v0::wire::detail
