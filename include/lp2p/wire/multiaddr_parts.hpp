// SPDX-License-Identifier: Apache-2.0 OR MIT
// Addresses put together and taken apart, by whole components.
//
// Bytes that look alike across the border of a component are never taken for one. What is not there
// to be taken off is no error: the answer is nothing.
#pragma once

#include <lp2p/wire/multiaddr.hpp>

namespace lp2p::inline v0::wire {

/// Whether a `/p2p` at the end of an address is a part like any other.
enum class peer_part : std::uint8_t { counts, ignored };

namespace detail {
/// A piece of an address, cut between components.
[[nodiscard]] inline multiaddr cut(byte_view piece) {
    return multiaddr::from_bytes(piece).value_or(multiaddr{}); // not an address: it is empty
}
/// Whether a component begins, or the address ends, at this offset.
[[nodiscard]] inline bool is_border(byte_view address, std::size_t at) noexcept {
    cursor in{address};
    while (in.remaining() != 0 && address.size() - in.remaining() < at)
        if (!take_component(in)) return false; // cannot be: the bytes were checked
    return address.size() - in.remaining() == at;
}
} // namespace detail

/// `outer`, and through it `inner`: a relay's address and `/p2p-circuit`, a host and `/tcp/1`.
/// `path_not_last` where `outer` ends in a unix path, which takes all that follows.
[[nodiscard]] inline result<multiaddr> encapsulate(const multiaddr& outer, const multiaddr& inner) {
    if (inner.empty()) return outer;
    byte_vector both = to_vector(outer.bytes());
    append(both, inner.bytes());
    return multiaddr::from_bytes(both);
}

[[nodiscard]] inline bool starts_with(const multiaddr& address, const multiaddr& prefix) noexcept {
    const std::size_t n = prefix.bytes().size();
    return n <= address.bytes().size() && equal(address.bytes().first(n), prefix.bytes());
}
[[nodiscard]] inline bool ends_with(const multiaddr& address, const multiaddr& suffix) noexcept {
    const std::size_t n = suffix.bytes().size();
    return n <= address.bytes().size() && equal(address.bytes().last(n), suffix.bytes()) &&
           detail::is_border(address.bytes(), address.bytes().size() - n);
}

/// The address without `suffix`, which are its last components; nothing where they are others. With
/// `ignored` a peer at the end of either is left out of the comparison, and of the answer.
[[nodiscard]] inline std::optional<multiaddr>
decapsulate(const multiaddr& address, const multiaddr& suffix, peer_part peer = peer_part::counts) {
    if (peer == peer_part::ignored)
        return decapsulate(address.without_peer(), suffix.without_peer());
    if (!ends_with(address, suffix)) return std::nullopt;
    return detail::cut(address.bytes().first(address.bytes().size() - suffix.bytes().size()));
}
/// What stands before the last component of this protocol; nothing where there is none.
[[nodiscard]] inline std::optional<multiaddr> before_last(const multiaddr& address,
                                                          address_code code) {
    cursor in{address.bytes()};
    std::optional<std::size_t> last;
    while (in.remaining() != 0) {
        const std::size_t at = address.bytes().size() - in.remaining();
        const auto c = detail::take_component(in);
        if (!c) break; // cannot be: the bytes were checked
        if (c->protocol->code == code) last = at;
    }
    if (!last) return std::nullopt;
    return detail::cut(address.bytes().first(*last));
}

/// The first component of this protocol; its value is valid as long as the address.
[[nodiscard]] inline std::optional<component> find_component(const multiaddr& address,
                                                             address_code code) noexcept {
    for (const component& c : address)
        if (c.code == code) return c;
    return std::nullopt;
}

} // namespace lp2p::inline v0::wire
