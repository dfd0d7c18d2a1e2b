// SPDX-License-Identifier: Apache-2.0 OR MIT
// Whether bytes are UTF-8, for texts that come from peers.
//
// It converts nothing and says nothing about what the characters mean or how they print.
#pragma once

#include <lp2p/core/bytes.hpp>

namespace lp2p::inline v0::wire {

/// True where `text` is UTF-8: shortest forms only, no surrogates, at most U+10FFFF (RFC 3629).
[[nodiscard]] bool valid_utf8(byte_view text) noexcept;

} // namespace lp2p::inline v0::wire

#ifndef LP2P_SEPARATE_COMPILATION
#include "utf8.ipp"
#endif
