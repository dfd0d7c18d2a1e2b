// SPDX-License-Identifier: Apache-2.0 OR MIT
// A multistream listener under any story keeps the laws, and its end has one of its own reasons.
#include <lp2p/protocol/multistream/listener.hpp>

#include "fuzz/support/tell_negotiation.hpp"

using namespace lp2p;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::script in{data, size};
    const auto list = multistream::protocol_list::of({"/a", "/meshsub/1.1.0", "/ipfs/id/1.0.0"});
    const std::size_t proposals = in.below(8);
    const test::subject s{
        [&](instant now) {
            return multistream::listener{{.protocols = *list, .proposals = proposals}, now};
        },
        fuzz::tell_negotiation};
    const test::story steps = fuzz::story_of(in);
    fuzz::require(test::all_laws(s, steps));
    const test::journal told = test::play(s, steps);
    fuzz::require(told.output.size() <= 20 + 3 + 4 * proposals + 20, "output is bounded");
    if (!told.ended) return 0;
    fuzz::require(told.ended->why.where == (told.ended->why ? domain::multistream : domain::none),
                  "errors are multistream's own");
    fuzz::require(!told.ended->why == !told.wanted_end.has_value(),
                  "only a failure ends the stream");
    return 0;
}
