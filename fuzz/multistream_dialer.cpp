// SPDX-License-Identifier: Apache-2.0 OR MIT
// A multistream dialer under any story keeps the laws, and calls nothing but `na` a refusal (H2).
#include <lp2p/protocol/multistream/dialer.hpp>

#include "fuzz/support/tell_negotiation.hpp"

using namespace lp2p;

namespace {

bool holds(byte_view bytes, std::string_view what) {
    return as_text(bytes).find(what) != std::string_view::npos;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::script in{data, size};
    std::vector<std::string> protocols{"/a", "/meshsub/1.1.0", "/ipfs/id/1.0.0"};
    protocols.resize(in.below(4));
    const test::subject s{[&](instant now) {
                              return multistream::dialer{{.protocols = protocols}, now};
                          },
                          fuzz::tell_negotiation};
    const test::story steps = fuzz::story_of(in);
    fuzz::require(test::all_laws(s, steps));
    const test::journal told = test::play(s, steps);
    byte_vector input;
    for (const test::step& step : steps) append(input, step.input);
    if (told.ended && told.ended->why == fault::refused)
        fuzz::require(holds(input, "\x03na\n"), "a refusal without a `na`");
    if (told.ended && !told.ended->why)
        fuzz::require(holds(input, "\x13/multistream/1.0.0\n"), "an agreement without a header");
    return 0;
}
