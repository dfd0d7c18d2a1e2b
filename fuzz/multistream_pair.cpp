// SPDX-License-Identifier: Apache-2.0 OR MIT
// Two ends of a negotiation over a wire that cuts, delays and breaks: they never disagree.
#include <lp2p/protocol/multistream/dialer.hpp>
#include <lp2p/protocol/multistream/listener.hpp>

#include "fuzz/support/script.hpp"
#include "tests/support/pair.hpp"

using namespace lp2p;

namespace {

std::vector<std::string> names(fuzz::script& in) {
    std::vector<std::string> out;
    for (std::size_t n = in.below(6); n > 0; --n)
        out.push_back("/" + std::string(in.below(5), 'p'));
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::script in{data, size};
    const auto proposed = names(in);
    const auto served = names(in);
    test::pair p{
        multistream::dialer{{.protocols = proposed}, test::start},
        multistream::listener{{.protocols = *multistream::protocol_list::of(served)}, test::start}};
    p.piece = in.below(32);
    p.packet = 1 + in.below(64);
    p.latency = milliseconds{in.below(100)};
    const bool faults = in.flag();
    while (faults && !in.empty()) {
        const auto what = in.below(4);
        if (what == 0) p.cut();
        if (what == 1) p.mend();
        if (what == 2) p.break_transport({end::reset, in.byte()});
        if (what == 3) p.advance(in.wait());
    }
    p.advance(seconds{20});
    fuzz::require(p.dialer.ended() && p.listener.ended(), "both ends come to an end");
    if (p.dialer.agreed())
        fuzz::require(p.dialer.agreed() == p.listener.agreed(), "a dialer agrees with nobody");
    if (faults) return 0;
    const auto common =
        std::find_if(proposed.begin(), proposed.end(), [&](const std::string& name) {
            return std::find(served.begin(), served.end(), name) != served.end();
        });
    fuzz::require(p.dialer.agreed().has_value() == (common != proposed.end()),
                  "agreed iff possible");
    if (p.dialer.agreed()) fuzz::require(*p.dialer.agreed() == *common, "the first common one");
    return 0;
}
