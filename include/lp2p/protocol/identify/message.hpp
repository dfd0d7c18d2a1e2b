// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a peer says of itself: its key, addresses, protocols and version, as bytes and as values.
//
// A message may come in several parts that are merged. What is bad or too much inside a part is
// left out and counted, so one odd entry costs that entry; nothing here is verified against a peer.
#pragma once

#include <lp2p/core/limits.hpp>
#include <lp2p/protocol/identify/errc.hpp>
#include <lp2p/wire/length_prefix.hpp>
#include <lp2p/wire/multiaddr.hpp>
#include <lp2p/wire/protobuf.hpp>

#include <optional>
#include <string>
#include <vector>

namespace lp2p::inline v0::identify {

/// spec: identify, "identify" and "identify/push"
inline constexpr std::string_view protocol = "/ipfs/id/1.0.0";
inline constexpr std::string_view push_protocol = "/ipfs/id/push/1.0.0";

/// Entries of received parts that were left out; worth one warning where `any()`.
struct losses {
    std::uint32_t addresses_bad = 0;  ///< not multiaddrs, or with a protocol that we do not know
    std::uint32_t addresses_over = 0; ///< too long, or more than we keep
    std::uint32_t protocols_bad = 0;  ///< not UTF-8, or empty
    std::uint32_t protocols_over = 0; ///< too long, or more than we keep
    std::uint32_t texts_bad = 0;      ///< versions that are not UTF-8
    std::uint32_t texts_cut = 0;      ///< versions that were cut
    [[nodiscard]] constexpr bool any() const noexcept { return *this != losses{}; }
    friend constexpr bool operator==(const losses&, const losses&) noexcept = default;
};

/// spec: identify, "The Identify Message". An absent field says nothing about the peer, and neither
/// does an empty list (go would read it as "supports nothing", hazard H6).
struct message {
    std::optional<byte_vector> public_key; ///< an encoded PublicKey, as it came
    std::vector<wire::multiaddr> listen_addrs;
    std::vector<std::string> protocols;      ///< opaque UTF-8, not all begin with '/'
    std::optional<wire::multiaddr> observed; ///< how the sender sees the receiver's address
    std::optional<std::string> protocol_version;
    std::optional<std::string> agent_version;
    std::optional<byte_vector> signed_peer_record; ///< an envelope, not verified
    bool listen_addrs_present = false; ///< the field came, even if every entry was left out
    bool protocols_present = false;    ///< the same
    losses left_out{};
    friend bool operator==(const message&, const message&) = default;
};

/// What is kept of received parts; the rest is counted in `losses` (threats.md §2, "content").
struct bounds {
    std::size_t protocols = default_limits.identify_protocols;
    std::size_t protocol_length = default_limits.identify_protocol_length; ///< bytes
    std::size_t addresses = default_limits.identify_addresses;
    std::size_t address_length = default_limits.identify_address_length; ///< bytes
    std::size_t text = default_limits.identify_text;                     ///< bytes of a version
};

/// Merges one part (without its length) into `into` as protobuf merges: lists grow, of anything
/// else the last one counts. Errors: `malformed` where it is no protobuf message or a known field
/// has another wire type; `into` may then have some of it.
[[nodiscard]] status merge(message& into, byte_view part, const bounds& keep = {});

/// Writes the message without a length. An empty list and an absent field are the same bytes.
void encode(const message& m, byte_vector& to);

/// How large we let our own message become.
struct sent_bounds {
    std::size_t first = default_limits.identify_first;     ///< bytes; rust reads no more (H27)
    std::size_t part = default_limits.identify_part;       ///< bytes of any other part
    std::size_t protocols = default_limits.protocols_sent; ///< go keeps its old list at 129 (H28)
};

/// The whole message as one part if it fits into `first`; else key, versions and protocols, with as
/// many addresses as fit, and the signed record in a second part. Each part with its length.
/// Errors: `incomplete` without a key or without protocols (a peer might forget what it knows, H6),
/// `too_many_protocols`, `too_large` where key and protocols alone do not fit, or the record.
[[nodiscard]] result<byte_vector> encode_parts(const message& m, const sent_bounds& most = {});

namespace detail {

enum field : std::uint32_t {
    public_key = 1,
    listen_addrs = 2,
    protocols = 3,
    observed_addr = 4,
    protocol_version = 5,
    agent_version = 6,
    signed_peer_record = 8,
};

void keep_address(message& into, byte_view value, const bounds& keep);
void keep_observed(message& into, byte_view value, const bounds& keep);
void keep_protocol(message& into, byte_view value, const bounds& keep);
void keep_text(message& into, std::optional<std::string>& text, byte_view value,
               const bounds& keep);
void keep_field(message& into, std::uint32_t which, byte_view value, const bounds& keep);
[[nodiscard]] constexpr bool is_known(std::uint32_t which) noexcept {
    return which >= field::public_key && which <= field::signed_peer_record && which != 7;
}

/// The message without some of it, at the end: addresses from `addresses` on, and the record.
void encode_some(const message& m, std::size_t addresses, bool record, byte_vector& to);
/// How many of the addresses, in their order, fit behind `used` bytes.
[[nodiscard]] std::size_t fitting(const message& m, std::size_t used, std::size_t most);

} // namespace detail

} // namespace lp2p::inline v0::identify

#ifndef LP2P_SEPARATE_COMPILATION
#include "message.ipp"
#endif
