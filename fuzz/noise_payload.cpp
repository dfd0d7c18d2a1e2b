// SPDX-License-Identifier: Apache-2.0 OR MIT
// Decodes a handshake payload; what is read must survive being written and read again.
#include <lp2p/protocol/noise/payload.hpp>

#include "fuzz/support/script.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lp2p;
    const byte_view message{reinterpret_cast<const std::byte*>(data), size};
    const auto read = noise::decode_payload(message);
    if (!read) {
        fuzz::require(read.error().where == domain::noise && bool{read.error()}, "a foreign error");
        return 0;
    }
    fuzz::require(read->stream_muxers.size() <= noise::default_muxers_most, "too many muxers");
    const byte_vector written = noise::encode_payload(*read);
    fuzz::require(written.size() <= size, "the encoding grew");
    const auto again = noise::decode_payload(written);
    fuzz::require(again && *again == *read, "what was written reads differently");
    return 0;
}
