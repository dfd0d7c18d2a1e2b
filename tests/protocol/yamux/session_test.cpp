// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/yamux/session.hpp>

#include "frames.hpp"
#include "tests/support/pair.hpp"

#include <gtest/gtest.h>

// Two sessions together, and the laws of every machine.
namespace {

using namespace lp2p;
using namespace lp2p::test::frames;
using test::start;

using sessions = test::pair<session>;

sessions make(config cfg = {}) {
    return sessions{session{role::dialer, cfg, start}, session{role::listener, cfg, start}};
}
/// Says everything in words and reads what there is.
auto subject_of(role who, config cfg = {}) {
    return test::subject{
        [who, cfg](instant now) {
            return session{who, cfg, now};
        },
        [](session& s, const event& e, instant, test::journal& j) {
            const auto id = std::to_string(value_of(detail::stream_of(e)));
            std::visit(
                overloaded{
                    [&](const stream_opened&) { j.say("opened " + id); },
                    [&](const stream_readable& r) {
                        j.say_edge("readable " + id);
                        j.stream(value_of(r.id), read_all(s, r.id));
                    },
                    [&](const stream_writable&) { j.say_edge("writable " + id); },
                    [&](const stream_finished&) { j.say("finished " + id); },
                    [&](const stream_reset& r) { j.say("reset " + id + std::to_string(r.code)); },
                    [&](const stream_ended& d) { j.say("ended " + id + test::to_text(d.why)); },
                    [&](const pong& p) { j.say("pong " + std::to_string(p.rtt.count())); },
                    [&](const went_away& w) { j.say("away " + std::to_string(w.code)); },
                    [&](const ended& d) { j.say("ended " + test::to_text(d.why)); }},
                e);
        },
        [](session& s, unsigned which, instant now, test::journal&) {
            const stream_id id{which / 8 + 1};
            switch (which % 8) {
            case 0:
                (void)s.open(now);
                break;
            case 1:
                (void)s.write(id, bytes(30'000, which));
                break;
            case 2:
                (void)s.finish(id);
                break;
            case 3:
                (void)s.reset(id, which);
                break;
            case 4:
                (void)s.accept(id);
                break;
            case 5:
                s.ping(now);
                break;
            case 6:
                s.go_away(0, now);
                break;
            default:
                (void)s.write(id, shared_bytes{bytes(50, which)});
                break;
            }
        }};
}

/// The chopping law where events are polled after each arrival: what is polled only at the end
/// leaves out streams that are gone by then, as the session promises.
template <class Subject>
std::string chopped(const Subject& s, const test::story& talk) {
    test::manner how;
    how.poll_between = true;
    const test::journal whole = test::play(s, talk, how);
    for (const std::size_t piece : {1U, 5U, 12U, 13U, 1000U}) {
        how.piece = piece;
        const test::journal pieces = test::play(s, talk, how);
        const std::string name = "pieces of " + std::to_string(piece);
        if (auto bad = test::detail::told_the_same(whole, pieces, name); !bad.empty()) return bad;
        if (auto bad = test::detail::same_output(whole, pieces, name); !bad.empty()) return bad;
    }
    return {};
}
template <class Subject>
std::string laws(const Subject& s, const test::story& talk) {
    for (std::string bad : {chopped(s, talk), test::patience(s, talk), test::replay(s, talk),
                            test::finality(s, talk), test::offering(s, talk)})
        if (!bad.empty()) return bad;
    return {};
}

TEST(YamuxSession, ModelsDuplex) {
    static_assert(duplex<session>);
    static_assert(std::copyable<session>);
    EXPECT_LE(sizeof(session::event), 64U);
}
TEST(YamuxSession, QuestionAndAnswer) {
    sessions p = make();
    const auto id = *p.dialer.open(p.now());
    ASSERT_TRUE(p.dialer.write(id, as_bytes("question")));
    ASSERT_TRUE(p.dialer.finish(id));
    p.pump();
    EXPECT_EQ(text(p.listener, id), "question");
    EXPECT_TRUE(p.listener.inspect(id)->remote_finished);
    ASSERT_TRUE(p.listener.write(id, as_bytes("answer")));
    ASSERT_TRUE(p.listener.finish(id));
    p.pump();
    EXPECT_EQ(text(p.dialer, id), "answer");
    p.pump();
    EXPECT_EQ(only<stream_ended>(p.dialer_events).size(), 1U);
    EXPECT_EQ(only<stream_ended>(p.listener_events).size(), 1U);
    EXPECT_EQ(p.dialer.counts(), session_counts{});
    EXPECT_EQ(p.listener.counts(), session_counts{});
}
TEST(YamuxSession, TenMiBBothWaysOn100StreamsInSmallPieces) {
    sessions p = make();
    p.latency = milliseconds{5};
    p.piece = 1460;
    const byte_vector text = bytes(100'000, 9);
    std::vector<stream_id> ids;
    for (int i = 0; i < 50; ++i) {
        ids.push_back(*p.dialer.open(p.now()));
        ids.push_back(*p.listener.open(p.now()));
    }
    for (const auto id : ids) {
        session& s = opened_by(id, role::dialer) ? p.dialer : p.listener;
        ASSERT_EQ(*s.write(id, text), text.size());
        ASSERT_TRUE(s.finish(id));
    }
    p.advance(seconds{1});
    std::map<std::uint32_t, byte_vector> got;
    for (const auto id : ids) {
        session& to = opened_by(id, role::dialer) ? p.listener : p.dialer;
        EXPECT_EQ(read_all(to, id), text);
        ASSERT_TRUE(to.finish(id));
    }
    p.advance(seconds{1});
    EXPECT_EQ(p.dialer.counts(), session_counts{});
    EXPECT_EQ(p.listener.counts(), session_counts{});
    EXPECT_EQ(only<stream_ended>(p.dialer_events).size(), 100U);
    EXPECT_EQ(only<stream_ended>(p.listener_events).size(), 100U);
}
TEST(YamuxSession, ALongTransferGrowsItsWindowWithinTheBudget) {
    sessions p = make();
    p.latency = milliseconds{30};
    p.advance(seconds{1}); // the first pings are answered
    const auto id = *p.dialer.open(p.now());
    std::size_t sent_bytes = 0;
    std::size_t read_bytes = 0;
    const byte_vector text = bytes(1024 * 1024);
    const instant begin = p.now();
    while (p.now() < begin + seconds{3}) {
        sent_bytes += *p.dialer.write(id, text);
        p.advance(milliseconds{1});
        for (byte_view some = p.listener.read(id); !some.empty(); some = p.listener.read(id)) {
            read_bytes += some.size();
            p.listener.consume(id, some.size());
        }
    }
    // A window of 256 KiB would carry 256 KiB a round trip of 60 ms: 13 MB in 3 s.
    EXPECT_GT(read_bytes, 100U * 1024 * 1024);
    EXPECT_LE(p.dialer.inspect(id)->credit, 12U * 1024 * 1024);
    EXPECT_LE(sent_bytes - read_bytes, 13U * 1024 * 1024);
    EXPECT_FALSE(p.dialer.ended());
}
TEST(YamuxSession, AnIdleSessionLivesForEver) {
    sessions p = make();
    p.advance(std::chrono::hours{1});
    EXPECT_FALSE(p.dialer.ended());
    EXPECT_FALSE(p.listener.ended());
    EXPECT_LE(p.to_listener.sent, 12U * 2 * 241) << "a ping each 15 s and its answer";
}
TEST(YamuxSession, ACutWireIsNoticed) {
    sessions p = make();
    p.pump();
    p.cut();
    p.advance(seconds{25});
    ASSERT_TRUE(p.dialer.ended());
    EXPECT_EQ(p.dialer.ended()->why, error{errc::keepalive_timeout});
    ASSERT_TRUE(p.listener.ended());
}
TEST(YamuxSession, ACopyLivesItsOwnLife) {
    session a = settled(role::dialer);
    const auto id = *a.open(start);
    ASSERT_TRUE(a.write(id, bytes(40'000)));
    session b = a;
    EXPECT_EQ(drain(a), drain(b));
    ASSERT_TRUE(a.reset(id));
    EXPECT_TRUE(b.inspect(id));
    EXPECT_FALSE(a.inspect(id));
}
TEST(YamuxLaws, AFriendlyPeer) {
    const test::story talk{
        test::arrives(test::frames::ping(1, ack) + test::frames::ping(77)),
        test::arrives(data(1, bytes(3000), syn) + data(3, "three", syn) + update(5, 10, syn)),
        test::local_call(4),
        test::local_call(1),
        test::local_call(7 + 8 * 2),
        test::time_passes(seconds{3}),
        test::arrives(data(1, bytes(70'000, 3), fin) + update(1, 5000) + data(3, "more")),
        test::local_call(2),
        test::local_call(0),
        test::local_call(1 + 8 * 1),
        test::time_passes(seconds{20}),
        test::arrives(test::frames::ping(2, ack) + update(2, 0, ack) + data(2, "x", fin)),
        test::arrives(test::frames::go_away(0)),
        test::time_passes(seconds{6}),
        test::other_side_ends()};
    EXPECT_EQ(laws(subject_of(role::listener), talk), "");
}
TEST(YamuxLaws, EveryBadFrameInAnyPieces) {
    for (const byte_vector& bad :
         {raw(1, 0, 0, 0, 0), raw(0, 9, 0, 0, 0), update(2, 0, syn), announce(1, 300'000),
          update(3, 0xffffffff), test::frames::go_away(3), announce(99, 300'000),
          update(1, 0, syn)}) {
        const test::story talk{test::arrives(data(1, "abc", syn) + update(3, 0, syn)),
                               test::local_call(1), test::local_call(4 + 8 * 2),
                               test::arrives(test::frames::ping(5) + bad + data(1, "never"))};
        EXPECT_EQ(laws(subject_of(role::listener), talk), "") << test::to_hex(bad);
        EXPECT_EQ(test::finality(subject_of(role::listener), talk, true), "");
    }
}
TEST(YamuxLaws, LocalEnds) {
    const test::story talk{test::local_call(0),           test::local_call(1),
                           test::local_call(0),           test::local_call(3 + 8 * 2),
                           test::local_call(2),           test::local_call(6),
                           test::time_passes(seconds{7}), test::other_side_ends({end::reset, 4})};
    EXPECT_EQ(laws(subject_of(role::dialer), talk), "");
}
TEST(YamuxLaws, OneReasonForSilence) {
    const test::story talk{test::local_call(0), test::time_passes(seconds{60})};
    EXPECT_EQ(laws(subject_of(role::dialer), talk), "");
    EXPECT_EQ(test::finality(subject_of(role::dialer), talk, true), "");
}

} // namespace
