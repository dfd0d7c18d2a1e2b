// SPDX-License-Identifier: Apache-2.0 OR MIT
// Two machines and the wire between them, in virtual time: latency, pieces, cuts; no threads, no
// sleep, no real clock.
//
//     test::pair p{yamux::session{role::dialer, config, test::start},
//                  yamux::session{role::listener, config, test::start}};
//     p.pump();           // everything that can happen now
//     p.cut();            // bytes stop flowing, nobody is told
//     p.advance(25s);     // every deadline and arrival on the way, in order
//     p.dialer.ended();   // the machines are there to be called; then pump() again
#pragma once

#include "tests/support/laws.hpp"

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <limits>

namespace lp2p::test {

/// One direction of the wire.
struct wire_state {
    struct parcel {
        instant due;
        byte_vector bytes;
        std::optional<end> how; ///< the sender ended its direction; bytes are empty
    };
    std::deque<parcel> flying;
    bool cut = false;        ///< what is sent from now on is lost; what flies still arrives
    bool held = false;       ///< nothing is delivered until it is false again
    bool end_sent = false;   ///< the sender's end is on its way or there
    bool refused = false;    ///< the receiver took no more: it ended, or finished
    std::size_t sent = 0;    ///< bytes that entered
    std::size_t arrived = 0; ///< bytes that the receiver was given
    byte_vector leftover;    ///< bytes behind the end of the receiving machine: the next layer's
};

/// A dialer, a listener and the wire between them.
template <duplex Dialer, duplex Listener = Dialer>
class pair {
public:
    pair(Dialer d, Listener l, instant begin = start)
        : dialer{std::move(d)}
        , listener{std::move(l)}
        , now_{begin} {}

    Dialer dialer;
    Listener listener;
    std::vector<typename Dialer::event> dialer_events;     ///< polled so far, oldest first
    std::vector<typename Listener::event> listener_events; ///< polled so far, oldest first
    duration latency{};                                    ///< one way
    std::size_t piece = 0; ///< deliver at most so many bytes at once; 0 = as they were sent
    std::size_t packet = 16 * 1024; ///< most bytes asked of one transmit
    bool poll_events = true;        ///< false: the test polls by itself
    wire_state to_listener;
    wire_state to_dialer;

    [[nodiscard]] instant now() const noexcept { return now_; }

    /// From now on nothing that is sent arrives, and nobody is told.
    void cut() { to_listener.cut = to_dialer.cut = true; }
    /// The wire works again; what was lost stays lost.
    void mend() { to_listener.cut = to_dialer.cut = false; }
    /// The transport under both ends: each is told so at once, with nothing more in flight.
    void break_transport(end how = {end::reset, 0}) {
        to_listener.flying.clear();
        to_dialer.flying.clear();
        to_listener.end_sent = to_dialer.end_sent = true;
        dialer.receive_end(how, now_);
        listener.receive_end(how, now_);
        pump();
    }
    /// Everything that can happen at this instant.
    void pump() {
        for (int round = 0; round < 100'000; ++round) {
            const bool one = step(dialer, dialer_events, to_listener, to_dialer);
            const bool other = step(listener, listener_events, to_dialer, to_listener);
            if (!one && !other) return;
        }
        give_up("the two ends talk to each other without end");
    }
    /// Lets `by` pass: deliveries and deadlines in the order of their instants.
    void advance(duration by) {
        const instant until = after(now_, by);
        std::size_t spins = 0;
        pump();
        for (auto at = next(); at && *at <= until; at = next()) {
            spins = *at <= now_ ? spins + 1 : 0;
            if (spins > 1000) give_up("a deadline stays due after handle_timeout");
            now_ = std::max(now_, *at);
            tick();
            pump();
        }
        now_ = until;
        tick();
        pump();
    }
    /// Advances from one deadline or arrival to the next until `done()`; false where `most` passed.
    template <class Done>
    bool advance_until(Done done, duration most) {
        const instant until = after(now_, most);
        pump();
        while (!done()) {
            const auto at = next();
            if (!at || *at > until) return false;
            advance(*at > now_ ? *at - now_ : duration{});
        }
        return true;
    }
    /// The events so far, handed over.
    [[nodiscard]] auto take_dialer_events() { return std::exchange(dialer_events, {}); }
    [[nodiscard]] auto take_listener_events() { return std::exchange(listener_events, {}); }

private:
    [[noreturn]] static void give_up(const char* why) {
        std::fprintf(stderr, "test::pair: %s\n", why);
        std::abort();
    }
    [[nodiscard]] std::optional<instant> next() const {
        auto at = earlier(dialer.next_timeout(), listener.next_timeout());
        for (const wire_state* w : {&to_listener, &to_dialer})
            if (!w->flying.empty() && !w->held && w->flying.front().due > now_)
                at = earlier(at, w->flying.front().due);
        return at;
    }
    void tick() {
        dialer.handle_timeout(now_);
        listener.handle_timeout(now_);
    }
    template <class M>
    bool step(M& m, std::vector<typename M::event>& events, wire_state& out, wire_state& in) {
        bool moved = deliver(m, in);
        while (poll_events) {
            auto e = m.poll_event();
            if (!e) break;
            events.push_back(std::move(*e));
            moved = true;
        }
        return send(m, out) || moved;
    }
    template <class M>
    bool send(M& m, wire_state& out) {
        bool moved = false;
        for (byte_view bytes = m.transmit(packet); !bytes.empty(); bytes = m.transmit(packet)) {
            out.sent += bytes.size();
            if (!out.cut && !out.end_sent)
                out.flying.push_back({after(now_, latency), to_vector(bytes), std::nullopt});
            m.transmitted(bytes.size());
            moved = true;
            if (out.sent > std::size_t{1} << 34U) give_up("output without end");
        }
        if (const auto how = m.wants_end(); how && !out.end_sent) {
            out.end_sent = true;
            if (!out.cut) out.flying.push_back({after(now_, latency), {}, how});
            moved = true;
        }
        return moved;
    }
    template <class M>
    static bool wants(const M& m) {
        if constexpr (requires {
                          { m.wants_input() } -> std::same_as<bool>;
                      })
            return m.wants_input();
        else
            return true;
    }
    template <class M>
    bool deliver(M& m, wire_state& in) {
        bool moved = false;
        while (!in.flying.empty() && in.flying.front().due <= now_ && !in.held && wants(m)) {
            auto& first = in.flying.front();
            moved = true;
            if (first.how) {
                m.receive_end(*first.how, now_);
                in.flying.pop_front();
                continue;
            }
            const std::size_t n =
                piece == 0 ? first.bytes.size() : std::min(piece, first.bytes.size());
            give(m, in, mutable_bytes{first.bytes}.first(n));
            if (n == first.bytes.size())
                in.flying.pop_front();
            else
                first.bytes.erase(first.bytes.begin(), first.bytes.begin() + std::ptrdiff_t(n));
        }
        return moved;
    }
    /// What a machine leaves behind its own end is kept for the test: the next layer's bytes.
    template <class M>
    void give(M& m, wire_state& in, mutable_bytes bytes) {
        in.arrived += bytes.size();
        if (in.refused) return append(in.leftover, bytes);
        const result<std::size_t> took = m.receive(bytes, now_);
        if (took && *took == bytes.size()) return;
        in.refused = true;
        if (took) append(in.leftover, bytes.subspan(*took));
    }

    instant now_;
};
template <class D, class L>
pair(D, L) -> pair<D, L>;
template <class D, class L>
pair(D, L, instant) -> pair<D, L>;

} // namespace lp2p::test
