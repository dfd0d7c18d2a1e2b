// SPDX-License-Identifier: Apache-2.0 OR MIT
// What names cost: multiaddrs and peer ids, text and bytes, and the varints under everything.
#include <lp2p/wire/multiaddr.hpp>
#include <lp2p/wire/peer_id.hpp>

#include <benchmark/benchmark.h>

namespace {
using namespace lp2p;

constexpr std::string_view id_text = "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";
const std::string address_text = "/ip4/192.0.2.1/tcp/4001/p2p/" + std::string{id_text};

void uvarint_decode(benchmark::State& state) {
    byte_vector bytes;
    wire::encode_uvarint(static_cast<std::uint64_t>(state.range(0)), bytes);
    for (auto _ : state) benchmark::DoNotOptimize(wire::decode_uvarint(bytes));
}
BENCHMARK(uvarint_decode)->Arg(1)->Arg(300)->Arg(1 << 30);

void multiaddr_parse(benchmark::State& state) {
    for (auto _ : state) {
        auto a = wire::multiaddr::parse(address_text);
        if (!a) return state.SkipWithError("not an address");
        benchmark::DoNotOptimize(a);
    }
}
BENCHMARK(multiaddr_parse);

void multiaddr_to_string(benchmark::State& state) {
    const auto a = *wire::multiaddr::parse(address_text);
    for (auto _ : state) benchmark::DoNotOptimize(a.to_string());
}
BENCHMARK(multiaddr_to_string);

void multiaddr_from_bytes(benchmark::State& state) {
    const auto a = *wire::multiaddr::parse(address_text);
    for (auto _ : state) {
        auto b = wire::multiaddr::from_bytes(a.bytes());
        if (!b) return state.SkipWithError("not an address");
        benchmark::DoNotOptimize(b);
    }
}
BENCHMARK(multiaddr_from_bytes);

void peer_id_parse(benchmark::State& state) {
    for (auto _ : state) {
        auto id = wire::peer_id::parse(id_text);
        if (!id) return state.SkipWithError("no id");
        benchmark::DoNotOptimize(id);
    }
}
BENCHMARK(peer_id_parse);

void peer_id_to_string(benchmark::State& state) {
    const auto id = *wire::peer_id::parse(id_text);
    for (auto _ : state) benchmark::DoNotOptimize(id.to_string());
}
BENCHMARK(peer_id_to_string);

void peer_id_from_bytes(benchmark::State& state) {
    const auto id = *wire::peer_id::parse(id_text);
    for (auto _ : state) {
        auto again = wire::peer_id::from_bytes(id.bytes());
        if (!again) return state.SkipWithError("no id");
        benchmark::DoNotOptimize(again);
    }
}
BENCHMARK(peer_id_from_bytes);

} // namespace
