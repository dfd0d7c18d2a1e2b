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
[[nodiscard]] multiaddr cut(byte_view piece);
/// Whether a component begins, or the address ends, at this offset.
[[nodiscard]] bool is_border(byte_view address, std::size_t at) noexcept;
} // namespace detail

/// `outer`, and through it `inner`: a relay's address and `/p2p-circuit`, a host and `/tcp/1`.
/// `path_not_last` where `outer` ends in a unix path, which takes all that follows.
[[nodiscard]] result<multiaddr> encapsulate(const multiaddr& outer, const multiaddr& inner);

[[nodiscard]] bool starts_with(const multiaddr& address, const multiaddr& prefix) noexcept;
[[nodiscard]] bool ends_with(const multiaddr& address, const multiaddr& suffix) noexcept;

/// The address without `suffix`, which are its last components; nothing where they are others. With
/// `ignored` a peer at the end of either is left out of the comparison, and of the answer.
[[nodiscard]] std::optional<multiaddr>
decapsulate(const multiaddr& address, const multiaddr& suffix, peer_part peer = peer_part::counts);
/// What stands before the last component of this protocol; nothing where there is none.
[[nodiscard]] std::optional<multiaddr> before_last(const multiaddr& address, address_code code);

/// The first component of this protocol; its value is valid as long as the address.
[[nodiscard]] std::optional<component> find_component(const multiaddr& address,
                                                      address_code code) noexcept;

} // namespace lp2p::inline v0::wire

#ifndef LP2P_SEPARATE_COMPILATION
#include "multiaddr_parts.ipp"
#endif
