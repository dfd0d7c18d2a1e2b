// SPDX-License-Identifier: Apache-2.0 OR MIT
// Published vectors are hexadecimal text: this makes bytes of it.
//
// A bad digit ends the program; it can only be a slip in a test.
#pragma once

#include <lp2p/crypto/provider.hpp>

#include <cstdlib>

namespace lp2p::test {

[[nodiscard]] inline byte_vector from_hex(std::string_view text) {
    const auto digit = [](char c) -> unsigned {
        if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
        if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
        std::abort();
    };
    byte_vector out;
    for (; text.size() >= 2; text.remove_prefix(2))
        out.push_back(static_cast<std::byte>(digit(text[0]) << 4U | digit(text[1])));
    if (!text.empty()) std::abort();
    return out;
}
[[nodiscard]] inline crypto::key32 key_from_hex(std::string_view text) {
    crypto::key32 key{};
    if (copy(from_hex(text), key) != key.size()) std::abort();
    return key;
}

} // namespace lp2p::test
