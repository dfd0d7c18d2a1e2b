// SPDX-License-Identifier: Apache-2.0 OR MIT
// For fuzz targets of codecs: the input as bytes, and laws that end the program when broken.
//
// Unlike `assert` it is there in every build.
#pragma once

#include <lp2p/core/bytes.hpp>

#include <cstdlib>

namespace lp2p::fuzz {

inline byte_view input(const std::uint8_t* data, std::size_t size) noexcept {
    return {reinterpret_cast<const std::byte*>(data), size};
}

inline void law(bool holds) noexcept {
    if (!holds) std::abort();
}

} // namespace lp2p::fuzz
