// SPDX-License-Identifier: Apache-2.0 OR MIT
// What one protocol negotiation costs, both sides in memory: construction, every byte, every event.
#include <lp2p/protocol/multistream/dialer.hpp>
#include <lp2p/protocol/multistream/listener.hpp>

#include <benchmark/benchmark.h>

namespace {

namespace ms = lp2p::multistream;
using lp2p::instant;

/// A node's usual list; what is proposed last is served.
const ms::protocol_list& served() {
    static const ms::protocol_list list =
        ms::protocol_list::of({"/ipfs/id/1.0.0", "/ipfs/id/push/1.0.0", "/ipfs/ping/1.0.0",
                               "/meshsub/1.1.0", "/meshsub/1.0.0", "/floodsub/1.0.0"})
            .value();
    return list;
}

/// Moves everything that `from` has to say; false where that was nothing.
template <class From, class To>
bool move_bytes(From& from, To& to) {
    const lp2p::byte_view out = from.transmit(65536);
    if (out.empty()) return false;
    if (!to.receive(out, instant{})) return false;
    from.transmitted(out.size());
    return true;
}
template <class Machine>
std::size_t drain(Machine& m) {
    std::size_t events = 0;
    while (m.poll_event()) ++events;
    return events;
}

void negotiate(benchmark::State& state, const std::vector<std::string>& proposals) {
    for (auto _ : state) {
        ms::dialer d{{.protocols = proposals}, instant{}};
        ms::listener l{{.protocols = served()}, instant{}};
        for (bool moved = true; moved;) {
            moved = move_bytes(d, l);
            moved = move_bytes(l, d) || moved;
        }
        if (!d.agreed() || !l.agreed()) return state.SkipWithError("no agreement");
        benchmark::DoNotOptimize(drain(d) + drain(l));
    }
    state.SetItemsProcessed(state.iterations());
}

void multistream_one_proposal(benchmark::State& state) { negotiate(state, {"/meshsub/1.1.0"}); }
BENCHMARK(multistream_one_proposal);

void multistream_three_proposals_two_refused(benchmark::State& state) {
    negotiate(state, {"/meshsub/1.3.0", "/meshsub/1.2.0", "/meshsub/1.1.0"});
}
BENCHMARK(multistream_three_proposals_two_refused);

} // namespace
