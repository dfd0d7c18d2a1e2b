// SPDX-License-Identifier: Apache-2.0 OR MIT
// Where encoders put their bytes: a vector, a fixed buffer, or a counter that only measures.
//
// An encoder never reads back what it wrote, and no sink here throws anything but `bad_alloc`.
#pragma once

#include <lp2p/core/bytes.hpp>

namespace lp2p::inline v0::wire {

inline void put(byte_vector& to, byte_view bytes) { append(to, bytes); }

/// Measures: encode into it first where the size must be known.
struct byte_counter {
    std::size_t size = 0;
};
constexpr void put(byte_counter& to, byte_view bytes) noexcept { to.size += bytes.size(); }

/// Writes into a buffer of the caller. What does not fit is left out as a whole, and `overflow` is
/// true from then on; `size` counts what was written.
struct span_sink {
    mutable_bytes out;
    std::size_t size = 0;
    bool overflow = false;
};
inline void put(span_sink& to, byte_view bytes) noexcept {
    to.overflow = to.overflow || bytes.size() > to.out.size() - to.size;
    if (!to.overflow) to.size += copy(bytes, to.out.subspan(to.size));
}

/// Anything that bytes can be put into.
template <class S>
concept byte_sink = requires(S& s, byte_view b) { put(s, b); };

static_assert(byte_sink<byte_vector> && byte_sink<byte_counter> && byte_sink<span_sink>);

} // namespace lp2p::inline v0::wire
