// SPDX-License-Identifier: Apache-2.0 OR MIT
// The protocols that an address can be made of: code, name, size of the value, rule for the value.
//
// A code that is not in the table makes an address unreadable, since nobody can tell where its
// value ends. Left out on purpose are codes that only one implementation knows (divergences.md).
#pragma once

#include <lp2p/wire/multihash.hpp>
#include <lp2p/wire/peer_id.hpp>
#include <lp2p/wire/utf8.hpp>

namespace lp2p::inline v0::wire {

/// Numbers of multiaddr's protocols.csv.
enum class address_code : std::uint32_t {
    ip4 = 4,
    tcp = 6,
    dccp = 33,
    ip6 = 41,
    ip6zone = 42,
    ipcidr = 43,
    dns = 53,
    dns4 = 54,
    dns6 = 55,
    dnsaddr = 56,
    sctp = 132,
    udp = 273,
    p2p_webrtc_direct = 276,
    webrtc_direct = 280,
    webrtc = 281,
    p2p_circuit = 290,
    udt = 301,
    utp = 302,
    unix_path = 400, ///< `unix`, which some compilers have as a macro
    p2p = 421,
    https = 443,
    onion = 444,
    onion3 = 445,
    garlic64 = 446,
    garlic32 = 447,
    tls = 448,
    sni = 449,
    noise = 454,
    quic = 460,
    quic_v1 = 461,
    webtransport = 465,
    certhash = 466,
    ws = 477,
    wss = 478,
    http = 480,
    http_path = 481,
    memory = 777,
};

/// What a value must be, and how it is written as text (multiaddr_text.hpp).
enum class address_rule : std::uint8_t {
    flag, ///< no value
    ip4,
    ip6,
    zone,
    prefix_length,
    port,
    name,
    path, ///< takes the rest of the text
    peer,
    onion,  ///< ends in a port that is not 0
    onion3, ///< the same
    garlic64,
    garlic32,
    certhash,
    http_path,
    memory,
};

struct address_protocol {
    address_code code;
    std::string_view name;
    std::int8_t size; ///< of the value in bytes; -1: its length stands before it
    address_rule rule;
};

/// In the order of the codes.
inline constexpr address_protocol address_protocols[] = {
    {address_code::ip4, "ip4", 4, address_rule::ip4},
    {address_code::tcp, "tcp", 2, address_rule::port},
    {address_code::dccp, "dccp", 2, address_rule::port},
    {address_code::ip6, "ip6", 16, address_rule::ip6},
    {address_code::ip6zone, "ip6zone", -1, address_rule::zone},
    {address_code::ipcidr, "ipcidr", 1, address_rule::prefix_length},
    {address_code::dns, "dns", -1, address_rule::name},
    {address_code::dns4, "dns4", -1, address_rule::name},
    {address_code::dns6, "dns6", -1, address_rule::name},
    {address_code::dnsaddr, "dnsaddr", -1, address_rule::name},
    {address_code::sctp, "sctp", 2, address_rule::port},
    {address_code::udp, "udp", 2, address_rule::port},
    {address_code::p2p_webrtc_direct, "p2p-webrtc-direct", 0, address_rule::flag},
    {address_code::webrtc_direct, "webrtc-direct", 0, address_rule::flag},
    {address_code::webrtc, "webrtc", 0, address_rule::flag},
    {address_code::p2p_circuit, "p2p-circuit", 0, address_rule::flag},
    {address_code::udt, "udt", 0, address_rule::flag},
    {address_code::utp, "utp", 0, address_rule::flag},
    {address_code::unix_path, "unix", -1, address_rule::path},
    {address_code::p2p, "p2p", -1, address_rule::peer},
    {address_code::https, "https", 0, address_rule::flag},
    {address_code::onion, "onion", 12, address_rule::onion},
    {address_code::onion3, "onion3", 37, address_rule::onion3},
    {address_code::garlic64, "garlic64", -1, address_rule::garlic64},
    {address_code::garlic32, "garlic32", -1, address_rule::garlic32},
    {address_code::tls, "tls", 0, address_rule::flag},
    {address_code::sni, "sni", -1, address_rule::name},
    {address_code::noise, "noise", 0, address_rule::flag},
    {address_code::quic, "quic", 0, address_rule::flag},
    {address_code::quic_v1, "quic-v1", 0, address_rule::flag},
    {address_code::webtransport, "webtransport", 0, address_rule::flag},
    {address_code::certhash, "certhash", -1, address_rule::certhash},
    {address_code::ws, "ws", 0, address_rule::flag},
    {address_code::wss, "wss", 0, address_rule::flag},
    {address_code::http, "http", 0, address_rule::flag},
    {address_code::http_path, "http-path", -1, address_rule::http_path},
    {address_code::memory, "memory", 8, address_rule::memory},
};

/// Null where the code is not in the table.
[[nodiscard]] constexpr const address_protocol* find_address_protocol(std::uint64_t code) noexcept {
    for (const address_protocol& p : address_protocols)
        if (static_cast<std::uint64_t>(p.code) == code) return &p;
    return nullptr;
}
/// By name; `ipfs` is an old name of `p2p`. Null where nothing has that name.
[[nodiscard]] constexpr const address_protocol*
find_address_protocol(std::string_view name) noexcept {
    if (name == "ipfs") name = "p2p";
    for (const address_protocol& p : address_protocols)
        if (p.name == name) return &p;
    return nullptr;
}

/// A name of the domain name system, as far as all implementations agree: UTF-8, not empty, and no
/// slash in it (it could not be written as text).
[[nodiscard]] bool is_address_name(byte_view value) noexcept;

/// Absolute, of at least one character, and no folder.
[[nodiscard]] bool is_address_path(byte_view value) noexcept;

/// Lengths in bytes that go takes; rust takes any.
[[nodiscard]] constexpr bool is_garlic64_length(std::size_t n) noexcept { return n >= 386; }
[[nodiscard]] constexpr bool is_garlic32_length(std::size_t n) noexcept {
    return n == 32 || n >= 35;
}

/// What is wrong with a value of the right size, if anything is. What any of go and rust refuses is
/// refused (divergences.md, "rust loose", "go loose").
[[nodiscard]] error check_address_value(const address_protocol& p, byte_view value) noexcept;

} // namespace lp2p::inline v0::wire

#ifndef LP2P_SEPARATE_COMPILATION
#include "multiaddr_protocols.ipp"
#endif
