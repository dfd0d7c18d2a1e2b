// SPDX-License-Identifier: Apache-2.0 OR MIT
// The rows of performance.md e that need no network: the RPC codec, and what a message costs the
// router without its signature.
#include <lp2p/protocol/pubsub/gossipsub.hpp>

#include <benchmark/benchmark.h>

#include <string>

namespace {
using namespace lp2p;

/// As on the wire: 1 KiB of data, a signed message's other fields.
struct sample {
    byte_vector from = byte_vector(38, std::byte{1});
    byte_vector seqno = byte_vector(8, std::byte{2});
    byte_vector data = byte_vector(1024, std::byte{3});
    byte_vector signature = byte_vector(64, std::byte{4});
    sample() {
        const std::uint8_t head[] = {0, 0x24, 8, 1, 0x12, 0x20};
        for (std::size_t i = 0; i < 6; ++i) from[i] = std::byte{head[i]};
    }
    [[nodiscard]] pubsub::message_view view() const {
        return {from, data, seqno, "a topic", signature, {}};
    }
};

void encode_message(benchmark::State& state) {
    const sample s;
    byte_vector out;
    for (auto _ : state) {
        out.clear();
        pubsub::encode_publish(s.view(), out);
        benchmark::DoNotOptimize(out.data());
    }
}
BENCHMARK(encode_message);

void decode_message(benchmark::State& state) {
    const sample s;
    byte_vector bytes;
    pubsub::encode_publish(s.view(), bytes);
    pubsub::rpc r;
    for (auto _ : state) {
        if (!pubsub::decode_rpc(bytes, {}, r)) state.SkipWithError("not decoded");
        benchmark::DoNotOptimize(r.messages.data());
    }
}
BENCHMARK(decode_message);

struct hundred_ids {
    byte_vector raw = byte_vector(2000);
    std::vector<byte_view> ids;
    hundred_ids() {
        for (std::size_t i = 0; i < raw.size(); ++i) raw[i] = static_cast<std::byte>(i * 7);
        for (std::size_t i = 0; i < 100; ++i) ids.push_back(byte_view{raw}.subspan(i * 20, 20));
    }
};

void encode_ihave_100(benchmark::State& state) {
    const hundred_ids h;
    byte_vector out;
    for (auto _ : state) {
        out.clear();
        pubsub::encode_ihave("a topic", h.ids, out);
        benchmark::DoNotOptimize(out.data());
    }
}
BENCHMARK(encode_ihave_100);

void decode_ihave_100(benchmark::State& state) {
    const hundred_ids h;
    byte_vector control;
    pubsub::encode_ihave("a topic", h.ids, control);
    byte_vector bytes;
    pubsub::encode_control_header(control.size(), bytes);
    append(bytes, control);
    pubsub::rpc r;
    for (auto _ : state) {
        if (!pubsub::decode_rpc(bytes, {}, r)) state.SkipWithError("not decoded");
        benchmark::DoNotOptimize(r.ihave_ids.data());
    }
}
BENCHMARK(decode_ihave_100);

/// A router with `peers` in its mesh.
struct meshed {
    gossipsub::router router;
    instant now{};
    std::vector<pubsub::peer_index> peers{};

    explicit meshed(std::size_t n)
        : router{gossipsub::config{}, id(200), instant{}} {
        (void)router.subscribe("a topic", now);
        for (std::size_t i = 0; i < n; ++i) {
            peers.push_back(
                router.peer_ready(id(i + 1), pubsub::peer_kind::gossipsub_v11, true, now));
            pubsub::rpc r;
            r.subscriptions.push_back({"a topic", true});
            r.graft.push_back("a topic");
            router.receive(peers.back(), r, now);
        }
    }
    static wire::peer_id id(std::size_t n) {
        byte_vector bytes = sample{}.from;
        bytes.back() = static_cast<std::byte>(n);
        return *wire::peer_id::from_bytes(bytes);
    }
    void settle() {
        while (auto e = router.poll_event()) {
            if (const auto* v = std::get_if<pubsub::validate>(&*e))
                router.validated(v->id, pubsub::verdict::accept, now);
            if (const auto* m = std::get_if<pubsub::message>(&*e)) (void)router.take(m->id);
            if (const auto* s = std::get_if<pubsub::send_rpc>(&*e)) {
                out.clear();
                while (router.take_rpc(s->peer, out)) out.clear();
            }
        }
    }
    byte_vector out{};
};

/// Decode, id, seen set, message cache, queues and encoded RPCs of `range` peers.
void new_message_to_peers(benchmark::State& state) {
    meshed m{static_cast<std::size_t>(state.range(0)) + 1};
    m.settle();
    sample s;
    byte_vector bytes;
    pubsub::rpc r;
    std::uint64_t n = 0;
    for (auto _ : state) {
        wire::store_u64(++n, s.seqno.data());
        if (n % 1000 == 0) m.router.handle_timeout(m.now += seconds{1});
        bytes.clear();
        pubsub::encode_publish(s.view(), bytes);
        if (!pubsub::decode_rpc(bytes, {}, r)) state.SkipWithError("not decoded");
        m.router.receive(m.peers[0], r, m.now);
        m.settle();
    }
    if (m.router.counters().delivered != n) state.SkipWithError("not delivered");
}
BENCHMARK(new_message_to_peers)->Arg(0)->Arg(8);

void duplicate_message(benchmark::State& state) {
    meshed m{8};
    const sample s;
    byte_vector bytes;
    pubsub::encode_publish(s.view(), bytes);
    pubsub::rpc r;
    for (auto _ : state) {
        if (!pubsub::decode_rpc(bytes, {}, r)) state.SkipWithError("not decoded");
        m.router.receive(m.peers[0], r, m.now);
        m.settle();
    }
}
BENCHMARK(duplicate_message);

} // namespace
