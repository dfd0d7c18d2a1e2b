// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of multiaddr_parts.hpp: see there what each does.
#pragma once

#include <lp2p/wire/multiaddr_parts.hpp>

namespace lp2p::inline v0::wire::detail {

LP2P_DECL multiaddr cut(byte_view piece) {
    return multiaddr::from_bytes(piece).value_or(multiaddr{}); // not an address: it is empty
}

LP2P_DECL bool is_border(byte_view address, std::size_t at) noexcept {
    cursor in{address};
    while (in.remaining() != 0 && address.size() - in.remaining() < at)
        if (!take_component(in)) return false; // cannot be: the bytes were checked
    return address.size() - in.remaining() == at;
}

} // namespace lp2p::inline v0::wire::detail

namespace lp2p::inline v0::wire {

LP2P_DECL result<multiaddr> encapsulate(const multiaddr& outer, const multiaddr& inner) {
    if (inner.empty()) return outer;
    byte_vector both = to_vector(outer.bytes());
    append(both, inner.bytes());
    return multiaddr::from_bytes(both);
}

LP2P_DECL bool starts_with(const multiaddr& address, const multiaddr& prefix) noexcept {
    const std::size_t n = prefix.bytes().size();
    return n <= address.bytes().size() && equal(address.bytes().first(n), prefix.bytes());
}

LP2P_DECL bool ends_with(const multiaddr& address, const multiaddr& suffix) noexcept {
    const std::size_t n = suffix.bytes().size();
    return n <= address.bytes().size() && equal(address.bytes().last(n), suffix.bytes()) &&
           detail::is_border(address.bytes(), address.bytes().size() - n);
}

LP2P_DECL std::optional<multiaddr> decapsulate(const multiaddr& address, const multiaddr& suffix,
                                               peer_part peer) {
    if (peer == peer_part::ignored)
        return decapsulate(address.without_peer(), suffix.without_peer());
    if (!ends_with(address, suffix)) return std::nullopt;
    return detail::cut(address.bytes().first(address.bytes().size() - suffix.bytes().size()));
}

LP2P_DECL std::optional<multiaddr> before_last(const multiaddr& address, address_code code) {
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

LP2P_DECL std::optional<component> find_component(const multiaddr& address,
                                                  address_code code) noexcept {
    for (const component& c : address)
        if (c.code == code) return c;
    return std::nullopt;
}

} // namespace lp2p::inline v0::wire
