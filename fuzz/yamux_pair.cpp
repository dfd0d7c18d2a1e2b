// SPDX-License-Identifier: Apache-2.0 OR MIT
// Pair: two honest ends, small limits, delays and pieces chosen by the input. Neither may ever
// blame the other, and what one reads is what the other wrote.
#include <lp2p/protocol/yamux/session.hpp>

#include "fuzz/support/script.hpp"

#include <map>

namespace {

using namespace lp2p;
using namespace lp2p::yamux;

/// One end with what it wrote, read and was told.
struct side {
    session s;
    std::map<stream_id, byte_vector> wrote;
    std::map<stream_id, byte_vector> read;
    std::map<stream_id, bool> finished; ///< the other side's FIN was told
    std::map<stream_id, reason> over;
    byte_vector flying; ///< sent and not yet delivered to the other
    std::uint8_t next = 0;
    bool lazy = false;

    side(role who, const config& cfg, instant now)
        : s{who, cfg, now} {}

    void write(stream_id id, std::size_t n, bool shared) {
        byte_vector text(n);
        for (auto& b : text) b = std::byte{next++};
        const auto took = shared ? s.write(id, shared_bytes{text}) : s.write(id, text);
        if (took) append(wrote[id], byte_view{text}.first(*took));
        next = static_cast<std::uint8_t>(next - (took ? n - *took : n));
    }
    void take(stream_id id) {
        for (byte_view some = s.read(id); !some.empty(); some = s.read(id)) {
            append(read[id], some);
            s.consume(id, some.size());
        }
    }
    void poll() {
        while (const auto e = s.poll_event()) {
            const stream_id id = detail::stream_of(*e);
            if (std::holds_alternative<stream_finished>(*e)) finished[id] = true;
            if (const auto* end = std::get_if<stream_ended>(&*e))
                fuzz::require(over.emplace(id, end->why).second, "a stream ends once");
            if (!lazy && std::holds_alternative<stream_readable>(*e)) take(id);
        }
        if (s.ended()) fuzz::require(s.ended()->why != fault::remote, "nobody is blamed");
    }
    void send(std::size_t n) {
        const byte_view out = s.transmit(n);
        append(flying, out);
        s.transmitted(out.size());
    }
    void deliver(side& to, std::size_t n, instant now) {
        n = std::min(n, flying.size());
        if (n != 0 && to.s.wants_input()) {
            (void)to.s.receive(byte_view{flying}.first(n), now);
            flying.erase(flying.begin(), flying.begin() + static_cast<std::ptrdiff_t>(n));
        }
        to.poll();
    }
};

/// What `a` read is the beginning of what `b` wrote; all of it where the stream ended well.
void agree(const side& a, const side& b) {
    for (const auto& [id, got] : a.read) {
        const auto found = b.wrote.find(id);
        const byte_view said = found == b.wrote.end() ? byte_view{} : byte_view{found->second};
        fuzz::require(got.size() <= said.size() && equal(got, said.first(got.size())),
                      "what is read was written");
        const auto end = a.over.find(id);
        if (end != a.over.end() && end->second == reason{})
            fuzz::require(got.size() == said.size(), "a good end loses nothing");
    }
}

config config_of(fuzz::script& in) {
    config c;
    c.streams_in = 4 + in.below(20);
    c.streams_waiting = 2 + in.below(8);
    c.queued_stream = 1 + in.below(60'000);
    c.data_frame = 1 + in.below(20'000);
    return c;
}

void call(side& me, fuzz::script& in, instant now) {
    const stream_id id{1 + in.below(10)};
    switch (in.below(10)) {
    case 0:
    case 1:
        (void)me.s.open(now);
        break;
    case 2:
    case 3:
        me.write(id, in.below(60'000), false);
        break;
    case 4:
        me.write(id, in.below(5'000), true);
        break;
    case 5:
        (void)me.s.finish(id);
        break;
    case 6:
        if (in.below(4) == 0) (void)me.s.reset(id, in.byte());
        break;
    case 7:
        (void)me.s.accept(id);
        break;
    case 8:
        me.s.ping(now);
        break;
    default:
        me.lazy = !me.lazy;
        if (!me.lazy)
            for (std::uint32_t i = 1; i < 12; ++i) me.take(stream_id{i});
    }
    me.poll();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::script in{data, size};
    instant now = test::start;
    side a{role::dialer, config_of(in), now};
    side b{role::listener, config_of(in), now};
    for (int i = 0; i < 300 && !in.empty(); ++i) {
        const std::uint32_t what = in.below(8);
        side& me = in.flag() ? a : b;
        side& other = &me == &a ? b : a;
        if (what < 4)
            call(me, in, now);
        else if (what < 6)
            me.send(1 + in.below(70'000));
        else if (what < 7)
            me.deliver(other, 1 + in.below(70'000), now);
        else
            now += duration{in.wait().count() % 50'000'000};
    }
    a.lazy = b.lazy = false;
    for (int round = 0; round < 10'000; ++round) {
        for (std::uint32_t i = 1; i < 12; ++i) {
            a.take(stream_id{i});
            b.take(stream_id{i});
        }
        if (a.s.pending() + b.s.pending() + a.flying.size() + b.flying.size() == 0) break;
        a.send(65536);
        b.send(65536);
        a.deliver(b, 65536, now);
        b.deliver(a, 65536, now);
    }
    agree(a, b);
    agree(b, a);
    fuzz::require(a.s.pending() + b.s.pending() + a.flying.size() + b.flying.size() == 0 ||
                      a.s.ended() || b.s.ended(),
                  "two ends that read fall silent");
    const session_counts x = a.s.counts();
    const session_counts y = b.s.counts();
    fuzz::require(a.s.ended() || b.s.ended() || (x.in == y.out && x.out == y.in),
                  "both ends know the same streams");
    fuzz::require(x.queued + y.queued == 0 || a.s.ended() || b.s.ended(),
                  "all that was written went");
    return 0;
}
