// SPDX-License-Identifier: Apache-2.0 OR MIT
// The noise rows of performance.md d: handshakes with both ends in one process, and frames sealed and
// opened. Botan is what they mostly measure.
#include <lp2p/crypto/botan.hpp>
#include <lp2p/protocol/noise/handshake.hpp>

#include <benchmark/benchmark.h>

namespace {
using namespace lp2p;

struct owner {
    crypto::botan crypto{};
    crypto::botan::private_key key;
    noise::identity own = noise::make_identity(crypto, key);
    explicit owner(std::uint8_t seed)
        : key{*crypto.from_seed(crypto::key32{std::byte{seed}})} {}
};
using machine = noise::handshake<crypto::botan>;

template <class From, class To>
bool move_bytes(From& from, To& to) {
    const byte_view out = from.transmit(65536);
    if (out.empty()) return false;
    if (!to.receive(out, instant{})) return false;
    from.transmitted(out.size());
    return true;
}
/// Both ends of one handshake, to their good end.
bool shake(machine& d, machine& l) {
    move_bytes(d, l);
    move_bytes(l, d);
    d.proceed();
    move_bytes(d, l);
    l.proceed();
    return d.ended() && l.ended() && !d.ended()->why && !l.ended()->why;
}

void noise_handshake_with_identity(benchmark::State& state) {
    const owner a{1}, b{2};
    for (auto _ : state) {
        machine d{noise::role::dialer, a.own, {}, a.crypto, instant{}};
        machine l{noise::role::listener, b.own, {}, b.crypto, instant{}};
        if (!shake(d, l)) return state.SkipWithError("no good end");
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(noise_handshake_with_identity);

/// XX alone, without identities: what flynn and snow do in their own benches.
void noise_xx(benchmark::State& state) {
    const crypto::botan crypto;
    const crypto::key_pair a = crypto.x25519_generate(), b = crypto.x25519_generate();
    using xx = noise::handshake_state<crypto::botan>;
    for (auto _ : state) {
        xx d{noise::role::dialer, a, {}, crypto}, l{noise::role::listener, b, {}, crypto};
        byte_vector out;
        bool good = true;
        for (int turn = 0; turn < 3; ++turn) {
            xx& from = turn == 1 ? l : d;
            xx& to = turn == 1 ? d : l;
            out.clear();
            good = good && from.write_message({}, out) && to.read_message(out);
        }
        if (!good) return state.SkipWithError("no handshake");
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(noise_xx);

/// One frame of `size` bytes of text, sealed at one end and opened at the other.
void noise_seal_and_open(benchmark::State& state) {
    const auto size = static_cast<std::size_t>(state.range(0));
    const owner a{1}, b{2};
    machine d{noise::role::dialer, a.own, {}, a.crypto, instant{}};
    machine l{noise::role::listener, b.own, {}, b.crypto, instant{}};
    if (!shake(d, l)) return state.SkipWithError("no good end");
    auto out = d.take_channel();
    auto in = l.take_channel();
    byte_vector frame(out.header + size + out.trailer, std::byte{7});
    for (auto _ : state) {
        out.seal(frame);
        const auto used = in.receive(frame, instant{});
        if (!used || in.plaintext().size() != size) return state.SkipWithError("not opened");
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
}
BENCHMARK(noise_seal_and_open)->Arg(100)->Arg(1024)->Arg(65519);

} // namespace
