// SPDX-License-Identifier: Apache-2.0 OR MIT
// Codec: what decodes encodes to the same bytes; what does not has one of two names.
#include <lp2p/protocol/yamux/header.hpp>

#include "fuzz/support/script.hpp"

using namespace lp2p;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    byte_view in{reinterpret_cast<const std::byte*>(data), size};
    for (; in.size() >= yamux::header::size; in = in.subspan(yamux::header::size)) {
        const auto bytes = in.first<yamux::header::size>();
        const auto h = yamux::decode_header(bytes);
        if (!h) {
            const bool version = bytes[0] != std::byte{0};
            const auto why = version ? yamux::errc::wrong_version : yamux::errc::unknown_type;
            fuzz::require(h.error() == error{why}, "the error names what is wrong");
            fuzz::require(version || bytes[1] > std::byte{3}, "only these two are refused");
            continue;
        }
        std::array<std::byte, yamux::header::size> out{};
        yamux::encode(*h, out);
        fuzz::require(equal(out, bytes), "decode and encode are inverse");
    }
    return 0;
}
