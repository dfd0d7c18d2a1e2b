// SPDX-License-Identifier: Apache-2.0 OR MIT
// multistream lines: pieces read as the whole does, and what is read is written back to the byte.
#include <lp2p/protocol/multistream/message.hpp>

#include "fuzz/support/script.hpp"

using namespace lp2p;

namespace {

struct read_all {
    std::vector<std::string> tokens;
    std::optional<error> why;
    std::size_t used = 0;
};
read_all read(byte_view in, std::size_t piece) {
    read_all out;
    multistream::token_reader reader{1024, 1024};
    while (out.used < in.size()) {
        const auto taken =
            reader.receive(in.subspan(out.used, std::min(piece, in.size() - out.used)));
        if (!taken) return out.why = taken.error(), out;
        out.used += *taken;
        if (!reader.complete()) continue;
        const auto token = reader.token();
        if (!token) return out.why = token.error(), out;
        out.tokens.emplace_back(*token);
        reader.next();
    }
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::script in{data, size};
    const std::size_t piece = 1 + in.below(64);
    const byte_view bytes = in.rest();
    const read_all whole = read(bytes, SIZE_MAX);
    const read_all pieces = read(bytes, piece);
    fuzz::require(whole.tokens == pieces.tokens, "pieces read as the whole does");
    fuzz::require(whole.why == pieces.why, "pieces fail as the whole does");
    byte_vector again;
    for (const std::string& token : whole.tokens) multistream::encode(token, again);
    fuzz::require(again.size() <= bytes.size() && equal(again, bytes.first(again.size())),
                  "what is read is written back to the byte");
    return 0;
}
