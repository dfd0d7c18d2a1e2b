// SPDX-License-Identifier: Apache-2.0 OR MIT
// What whole nodes cost: a signed message of 1 KiB through noise, yamux and gossipsub to four
// others in virtual time, without a trace, with one that nobody reads, and with one written as
// lines.
#include <lp2p/io/trace_log.hpp>
#include <lp2p/node/node.hpp>

#include "tests/support/simnet.hpp"
#include "tests/support/stacks.hpp"

#include <benchmark/benchmark.h>

namespace {
using namespace lp2p;
using node = basic_node<test::real_stack>;

constexpr std::size_t nodes = 5;

wire::multiaddr address(std::size_t host) {
    return wire::multiaddr::tcp4({std::byte{10}, {}, {}, static_cast<std::byte>(host + 1)}, 4001);
}

/// A full mesh; the messages that arrived are counted.
class mesh {
public:
    explicit mesh(trace_sink trace) {
        net.latency = milliseconds{1};
        for (std::size_t i = 0; i < nodes; ++i) {
            test::person<test::real_stack> p{static_cast<std::uint8_t>(i + 1)};
            node_config c;
            c.seed = i;
            c.trace = trace;
            net.add(node{p.crypto, std::move(p.key), std::move(c), net.now()}, address(i));
            (void)net[i].subscribe("t", net.now());
        }
        net.on_event = [this](std::size_t h, const node_event& e) {
            if (const auto* m = std::get_if<service::pubsub_message>(&e))
                got += net[h].take(m->id) ? 1 : 0;
        };
        for (std::size_t i = 0; i < nodes; ++i)
            for (std::size_t j = 0; j < i; ++j)
                net[i].dial(address(j).with_peer(net[j].id()), net.now());
        net.advance(seconds{3});
    }
    void publish() {
        (void)net[0].publish("t", body, net.now());
        net.advance(milliseconds{20});
        for (std::size_t i = 0; i < nodes; ++i) net.events(i).clear();
    }
    test::simnet<node> net;
    byte_vector body = byte_vector(1024, std::byte{7});
    std::size_t got = 0;
};

void run(benchmark::State& state, trace_sink trace) {
    mesh m{trace};
    for (auto _ : state) m.publish();
    if (m.got != static_cast<std::size_t>(state.iterations()) * (nodes - 1))
        state.SkipWithError("messages are missing");
    state.SetItemsProcessed(static_cast<std::int64_t>(m.got));
}

void gossip(benchmark::State& state) { run(state, {}); }
BENCHMARK(gossip)->Unit(benchmark::kMicrosecond);

void gossip_traced(benchmark::State& state) {
    std::uint64_t lines = 0;
    run(state, {&lines, [](void* self, const trace_event&) noexcept {
                    ++*static_cast<std::uint64_t*>(self);
                }});
    state.counters["traces"] = static_cast<double>(lines);
}
BENCHMARK(gossip_traced)->Unit(benchmark::kMicrosecond);

void gossip_trace_written(benchmark::State& state) {
    std::FILE* nowhere = std::fopen("/dev/null", "w");
    if (nowhere == nullptr) return state.SkipWithError("no /dev/null");
    {
        io::trace_log log{nowhere, test::start};
        run(state, log.sink());
    }
    (void)std::fclose(nowhere);
}
BENCHMARK(gossip_trace_written)->Unit(benchmark::kMicrosecond);

} // namespace
