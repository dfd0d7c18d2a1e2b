// SPDX-License-Identifier: Apache-2.0 OR MIT
// Two yamux sessions in memory, both ends counted: bulk data, small writes, and streams that are
// opened, used and closed. The rows have the names of performance.md a and b.
#include <lp2p/protocol/yamux/session.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <cstdlib>

namespace {

using namespace lp2p;
using namespace lp2p::yamux;

constexpr std::size_t noise_room = 65519;

struct ends {
    instant now = instant{} + std::chrono::hours{1};
    session dialer{role::dialer, {}, now};
    session listener{role::listener, {}, now};
    byte_vector room = byte_vector(noise_room);

    static void check(bool holds) {
        if (!holds) std::abort();
    }
    /// As connection does it: packed into a lent buffer, taken from there.
    bool carry(session& from, session& to) {
        const std::size_t n = from.pack(room);
        if (n == 0) return false;
        check(to.receive(byte_view{room}.first(n), now).has_value());
        return true;
    }
    /// As a driver does it that stands on yamux alone.
    bool transmit(session& from, session& to) {
        const byte_view out = from.transmit(64 * 1024);
        if (out.empty()) return false;
        check(to.receive(out, now).has_value());
        from.transmitted(out.size());
        return true;
    }
    std::size_t read(session& at, stream_id id) {
        std::size_t n = 0;
        for (byte_view some = at.read(id); !some.empty(); some = at.read(id)) {
            benchmark::DoNotOptimize(some.data());
            n += some.size();
            at.consume(id, some.size());
        }
        return n;
    }
    void settle() {
        while (carry(dialer, listener) || carry(listener, dialer)) {
        }
        while (dialer.poll_event() || listener.poll_event()) {
        }
    }
};

enum class how { pack, transmit, shared };

/// `flush` = writes that are gathered into one flush.
template <how How>
void bulk(benchmark::State& state) {
    ends e;
    const auto size = static_cast<std::size_t>(state.range(0));
    const auto streams = static_cast<std::size_t>(state.range(1));
    const auto flush = static_cast<std::size_t>(state.range(2));
    const byte_vector text(size, std::byte{7});
    const shared_bytes payload{text};
    std::vector<stream_id> ids;
    for (std::size_t i = 0; i < streams; ++i) ids.push_back(*e.dialer.open(e.now));
    e.settle();
    std::size_t turn = 0;
    std::size_t arrived = 0;
    for (auto _ : state) {
        for (std::size_t i = 0; i < flush; ++i, ++turn) {
            const stream_id id = ids[turn % streams];
            const auto n =
                How == how::shared ? e.dialer.write(id, payload) : e.dialer.write(id, text);
            ends::check(n && *n == size);
        }
        while (How == how::transmit ? e.transmit(e.dialer, e.listener)
                                    : e.carry(e.dialer, e.listener))
            while (const auto what = e.listener.poll_event())
                if (const auto* r = std::get_if<stream_readable>(&*what))
                    arrived += e.read(e.listener, r->id);
        e.carry(e.listener, e.dialer);
    }
    ends::check(arrived == turn * size);
    state.SetBytesProcessed(static_cast<std::int64_t>(arrived));
    state.counters["ns_per_write"] =
        benchmark::Counter(static_cast<double>(turn) * 1e-9,
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

/// Opens `range(0)` streams, 100 B there, 100 B back, closes them.
void open_talk_close(benchmark::State& state) {
    ends e;
    const auto at_once = static_cast<std::size_t>(state.range(0));
    const byte_vector text(100, std::byte{7});
    e.settle();
    std::size_t closed = 0;
    const auto run = [&](session& from, session& to, bool answers) {
        while (e.carry(from, to)) {
        }
        while (const auto what = to.poll_event()) {
            if (const auto* r = std::get_if<stream_readable>(&*what)) {
                ends::check(e.read(to, r->id) == text.size());
                if (answers) {
                    ends::check(to.write(r->id, text).has_value());
                    ends::check(to.finish(r->id).has_value());
                }
            }
            if (std::holds_alternative<stream_ended>(*what)) ++closed;
        }
    };
    for (auto _ : state) {
        for (std::size_t i = 0; i < at_once; ++i) {
            const auto id = e.dialer.open(e.now);
            ends::check(id.has_value());
            ends::check(e.dialer.write(*id, text).has_value());
            ends::check(e.dialer.finish(*id).has_value());
        }
        run(e.dialer, e.listener, true);
        run(e.listener, e.dialer, false);
        while (const auto what = e.listener.poll_event())
            if (std::holds_alternative<stream_ended>(*what)) ++closed;
    }
    const auto streams = static_cast<std::size_t>(state.iterations()) * at_once;
    ends::check(closed == 2 * streams);
    state.SetItemsProcessed(static_cast<std::int64_t>(streams));
}

/// What can be no faster: two copies, into the frame and out of it.
void floor_two_copies(benchmark::State& state) {
    const byte_vector text(64 * 1024, std::byte{7});
    byte_vector frame(text.size());
    byte_vector reader(text.size());
    for (auto _ : state) {
        copy(text, frame);
        benchmark::DoNotOptimize(frame.data());
        copy(frame, reader);
        benchmark::DoNotOptimize(reader.data());
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * 64 * 1024);
}

BENCHMARK(bulk<how::pack>)
    ->Name("yamux_memory_write")
    ->ArgNames({"bytes", "streams", "flush"})
    ->Args({64 * 1024, 1, 1})
    ->Args({1024, 1, 1})
    ->Args({1024, 1, 64})
    ->Args({1024, 100, 64});
BENCHMARK(bulk<how::transmit>)
    ->Name("yamux_memory_transmit")
    ->ArgNames({"bytes", "streams", "flush"})
    ->Args({64 * 1024, 1, 1})
    ->Args({1024, 1, 64});
BENCHMARK(bulk<how::shared>)
    ->Name("yamux_memory_write_shared")
    ->ArgNames({"bytes", "streams", "flush"})
    ->Args({64 * 1024, 1, 1})
    ->Args({1024, 1, 64});
BENCHMARK(open_talk_close)
    ->Name("yamux_streams_open_100B_back_close")
    ->ArgName("at_once")
    ->Arg(1)
    ->Arg(100);
BENCHMARK(floor_two_copies)->Name("floor_two_copies_64KiB");

} // namespace

BENCHMARK_MAIN();
