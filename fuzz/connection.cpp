// SPDX-License-Identifier: Apache-2.0 OR MIT
// One end of a connection against anything: raw bytes during the upgrade, whole frames of an
// attacker that did upgrade, time, calls. The laws are the oracle.
//
// The first byte picks the security, the role and how far an honest remote comes along before the
// input speaks.
#include <lp2p/connection/connection.hpp>

#include "fuzz/support/script.hpp"
#include "tests/support/stacks.hpp"

namespace {

using namespace lp2p;
using test::start;

/// What the other end would have said up to `ready`, byte by byte; made once.
template <class Stack>
byte_vector honest(role tested) {
    const test::person<Stack> a{1}, b{2};
    auto d = a.dials(b);
    auto l = b.listens();
    byte_vector all;
    const auto carry = [&](auto& from, auto& to, bool log) {
        for (byte_view v = from.transmit(65536); !v.empty(); v = from.transmit(65536)) {
            byte_vector copy = to_vector(v);
            if (log) append(all, v);
            from.transmitted(v.size());
            (void)to.receive(copy, start);
        }
        while (from.poll_event()) {
        }
    };
    for (int i = 0; i < 8; ++i) {
        carry(d, l, tested == role::listener);
        d.proceed(start);
        l.proceed(start);
        carry(l, d, tested == role::dialer);
    }
    return all;
}

template <class Machine>
void tell(Machine& m, const connections::event& event, instant now, test::journal& j) {
    const auto n = [](substream_index id) { return std::to_string(static_cast<unsigned>(id)); };
    std::visit(
        overloaded{
            [&](const connections::identity_proven&) {
                j.say("proven");
                m.proceed(now);
            },
            [&](const connections::ready&) { j.say("ready"); },
            [&](const connections::substream_open& e) {
                j.say("open " + n(e.id));
                (void)m.write(e.id, as_bytes("hello"), now);
            },
            [&](const connections::substream_failed& e) { j.say("failed " + n(e.id)); },
            [&](const connections::substream_readable& e) {
                for (byte_view v = m.read(e.id); !v.empty(); v = m.read(e.id)) {
                    j.stream(static_cast<std::uint64_t>(e.id), v);
                    m.consume(e.id, v.size(), now);
                }
            },
            [&](const connections::substream_writable& e) { j.say_edge("writable " + n(e.id)); },
            [&](const connections::substream_finished& e) {
                j.say("finished " + n(e.id));
                m.finish(e.id, now);
            },
            [&](const connections::substream_reset& e) {
                j.say("reset " + n(e.id) + " " + std::to_string(e.code));
            },
            [&](const connections::substream_ended& e) {
                j.say("over " + n(e.id) + " " + test::to_text(e.why));
            },
            [&](const connections::pong&) { j.say("pong"); },
            [&](const connections::went_away& e) { j.say("away " + std::to_string(e.code)); },
            [&](const connections::ended& e) { j.say("ended " + test::to_text(e.why)); },
        },
        event);
}
template <class Machine>
void call(Machine& m, unsigned which, instant now, test::journal& j) {
    const std::vector<std::string> one{"/echo/1"}, two{"/none/1", "/echo/1"};
    const substream_index some{which % 5 + 1};
    switch (which % 8) {
    case 0:
        (void)m.open(one, purpose::application, after(now, seconds{10}), confirm::wait, now);
        break;
    case 1:
        (void)m.open(one, purpose::ping, after(now, seconds{10}), confirm::lazy, now);
        break;
    case 2:
        (void)m.open(two, purpose::pubsub, after(now, seconds{1}), confirm::wait, now);
        break;
    case 3:
        if (const auto put = m.write(some, as_bytes("some text"), now)) j.say("put");
        break;
    case 4:
        m.finish(some, now);
        break;
    case 5:
        m.reset(some, which, now);
        break;
    case 6:
        m.ping(now);
        break;
    default:
        if (which > 60) m.close(connections::errc::closed_by_caller, now);
    }
}

template <class Stack>
void run(fuzz::script& in, role tested) {
    static const byte_vector to_listener = honest<Stack>(role::listener);
    static const byte_vector to_dialer = honest<Stack>(role::dialer);
    const byte_view whole = tested == role::listener ? to_listener : to_dialer;
    const std::size_t come_along = in.flag() ? whole.size() : in.below(65536) % (whole.size() + 1);
    const test::subject s{
        [tested](instant now) {
            static const test::person<Stack> a{1}, b{2};
            const test::person<Stack> fresh{std::uint8_t(tested == role::dialer ? 1 : 2)};
            typename connection<Stack>::config c;
            c.serves = test::serves({"/echo/1"});
            if (tested == role::dialer) c.expected = b.id;
            return connection<Stack>{tested, (tested == role::dialer ? a : b).self, c, fresh.crypto,
                                     now};
        },
        [](auto& m, const auto& e, instant now, test::journal& j) { tell(m, e, now, j); },
        [](auto& m, unsigned which, instant now, test::journal& j) { call(m, which, now, j); }};
    test::story steps{test::arrives(whole.first(come_along))};
    for (auto& step : fuzz::story_of(in, 64)) steps.push_back(std::move(step));
    fuzz::require(test::patience(s, steps));
    fuzz::require(test::replay(s, steps));
    fuzz::require(test::finality(s, steps, false, 16 * 1024 * 1024));
    // Pieces: the same told while events are taken as they come.
    test::manner bytewise;
    bytewise.poll_between = true;
    bytewise.piece = 1;
    test::manner pieces = bytewise;
    pieces.piece = 0;
    pieces.chop_seed = 7;
    const bool still = std::none_of(steps.begin(), steps.end(), [](const test::step& one) {
        return one.kind == test::step::call;
    });
    if (still)
        fuzz::require(test::detail::told_the_same(test::play(s, steps, bytewise),
                                                  test::play(s, steps, pieces), "pieces"));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::script in{data, size};
    const auto how = in.byte();
    const role tested = (how & 1U) != 0 ? role::dialer : role::listener;
    if ((how & 2U) != 0)
        run<test::plain_stack>(in, tested);
    else
        run<test::null_stack>(in, tested);
    return 0;
}
