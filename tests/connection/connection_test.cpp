// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/connection/connection.hpp>

#include "tests/connection/raw_peer.hpp"
#include "tests/support/pair.hpp"
#include "tests/support/stacks.hpp"

#include <gtest/gtest.h>

// Substreams over a whole stack, and how a connection lives and ends. The upgrade has its own file.
namespace lp2p {
namespace {

using namespace std::chrono_literals;
using connections::errc;
using test::count;
using test::last;
using test::start;
static_assert(duplex<connection<test::null_stack>>);
static_assert(duplex<connection<test::plain_stack>>);
static_assert(duplex<connection<test::real_stack>>);

std::vector<std::string> names(std::initializer_list<const char*> all) {
    return {all.begin(), all.end()};
}

template <class Stack>
class Connection : public testing::Test {
protected:
    using machine = connection<Stack>;
    using config = typename machine::config;
    static config serving(std::initializer_list<std::string_view> protocols) {
        config c;
        c.serves = test::serves(protocols);
        return c;
    }
    auto connected(config listener = serving({"/echo/1"})) {
        test::pair p{a.dials(b), b.listens(std::move(listener))};
        test::welcome(p);
        EXPECT_TRUE(p.dialer.is_ready() && p.listener.is_ready());
        p.dialer_events.clear();
        p.listener_events.clear();
        return p;
    }
    template <class Pair>
    static result<substream_index> open(Pair& p, std::initializer_list<const char*> protocols,
                                        confirm how = confirm::wait, duration within = 10s) {
        return p.dialer.open(names(protocols), purpose::application, after(p.now(), within), how,
                             p.now());
    }
    /// An open substream: the dialer's index and the listener's.
    template <class Pair>
    static std::pair<substream_index, substream_index> opened(Pair& p) {
        const auto id = open(p, {"/echo/1"});
        p.pump();
        const auto theirs = last<connections::substream_open>(p.take_listener_events());
        const auto ours = last<connections::substream_open>(p.take_dialer_events());
        EXPECT_TRUE(id && ours && theirs);
        EXPECT_EQ(ours->id, *id);
        EXPECT_EQ(theirs->dir, direction::inbound);
        return {*id, theirs->id};
    }
    template <class Machine>
    static std::string all(Machine& m, substream_index id, instant now) {
        std::string text;
        for (byte_view v = m.read(id); !v.empty(); v = m.read(id)) {
            text += as_text(v);
            m.consume(id, v.size(), now);
        }
        return text;
    }
    test::person<Stack> a{1}, b{2};
};
using stacks = testing::Types<test::null_stack, test::plain_stack, test::real_stack>;
TYPED_TEST_SUITE(Connection, stacks);

TYPED_TEST(Connection, BytesGoBothWaysAndHalfClose) {
    auto p = this->connected();
    const auto [ours, theirs] = this->opened(p);
    EXPECT_EQ(p.dialer.protocol(ours), "/echo/1");
    EXPECT_EQ(p.listener.protocol(theirs), "/echo/1");
    EXPECT_EQ(p.dialer.knowledge().of("/echo/1"), support::supported);
    ASSERT_EQ(p.dialer.write(ours, as_bytes("there"), p.now()), 5U);
    p.dialer.finish(ours, p.now());
    EXPECT_EQ(p.dialer.write(ours, as_bytes("x"), p.now()).error(), errc::write_after_finish);
    p.pump();
    EXPECT_EQ(this->all(p.listener, theirs, p.now()), "there");
    EXPECT_EQ(count<connections::substream_finished>(p.listener_events), 1U);
    EXPECT_EQ(count<connections::substream_ended>(p.listener_events), 0U);
    ASSERT_EQ(p.listener.write(theirs, as_bytes("and back"), p.now()), 8U);
    p.listener.finish(theirs, p.now());
    p.pump();
    EXPECT_EQ(this->all(p.dialer, ours, p.now()), "and back");
    p.pump();
    for (auto* events : {&p.dialer_events, &p.listener_events}) {
        ASSERT_EQ(count<connections::substream_ended>(*events), 1U);
        EXPECT_EQ(last<connections::substream_ended>(*events)->why, reason{});
    }
    EXPECT_EQ(p.dialer.ledger().outbound(), 0U);
    EXPECT_EQ(p.listener.ledger().inbound(), 0U);
    EXPECT_EQ(p.dialer.write(ours, as_bytes("x"), p.now()).error(), errc::unknown_substream);
}
TYPED_TEST(Connection, LargeTransfersKeepTheirBytes) {
    auto p = this->connected();
    const auto [ours, theirs] = this->opened(p);
    byte_vector sent;
    for (std::size_t i = 0; i < 1'500'000; ++i) sent.push_back(static_cast<std::byte>(i * i >> 7U));
    std::size_t put = 0;
    byte_vector got;
    for (int round = 0; round < 2000 && got.size() < sent.size(); ++round) {
        const auto n = p.dialer.write(ours, byte_view{sent}.subspan(put), p.now());
        ASSERT_TRUE(n);
        put += *n;
        p.pump();
        for (byte_view v = p.listener.read(theirs); !v.empty(); v = p.listener.read(theirs)) {
            append(got, v);
            p.listener.consume(theirs, v.size(), p.now());
        }
        p.pump();
    }
    EXPECT_EQ(got, sent);
    EXPECT_GE(count<connections::substream_writable>(p.dialer_events), 1U)
        << "a write of 1.5 MB is short, and room is told";
}
TYPED_TEST(Connection, NaIsRefusedAndOnlyThat) {
    auto p = this->connected();
    ASSERT_TRUE(this->open(p, {"/no/1", "/no/2"}));
    p.pump();
    const auto failed = last<connections::substream_failed>(p.dialer_events);
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->why, fault::refused);
    EXPECT_EQ(p.dialer.knowledge().of("/no/1"), support::unsupported);
    EXPECT_EQ(p.dialer.knowledge().of("/no/2"), support::unsupported);
    EXPECT_EQ(p.dialer.ledger().outbound(), 0U);
    EXPECT_EQ(p.listener.ledger().inbound(), 0U);
    ASSERT_TRUE(this->open(p, {"/no/1", "/echo/1"}));
    p.pump();
    EXPECT_EQ(count<connections::substream_open>(p.dialer_events), 1U) << "the second was taken";
}
TYPED_TEST(Connection, LazyIsOpenAtOnceAndDataFollowsTheProposal) {
    auto p = this->connected();
    const auto id = this->open(p, {"/echo/1"}, confirm::lazy);
    ASSERT_TRUE(id);
    ASSERT_EQ(p.dialer.write(*id, as_bytes("early"), p.now()), 5U);
    const auto first = p.dialer.poll_event();
    ASSERT_TRUE(first && std::holds_alternative<connections::substream_open>(*first));
    p.pump();
    const auto theirs = last<connections::substream_open>(p.listener_events);
    ASSERT_TRUE(theirs);
    EXPECT_EQ(this->all(p.listener, theirs->id, p.now()), "early");
    EXPECT_EQ(count<connections::substream_open>(p.dialer_events), 0U) << "told once";
    ASSERT_TRUE(p.listener.write(theirs->id, as_bytes("late"), p.now()));
    p.pump();
    EXPECT_EQ(this->all(p.dialer, *id, p.now()), "late");
}
TYPED_TEST(Connection, WhatTheRemoteOpensIsNotAnsweredWhileHeld) {
    auto p = this->connected();
    p.listener.hold_inbound(true, p.now());
    const auto id = this->open(p, {"/echo/1"});
    p.pump();
    EXPECT_TRUE(p.take_dialer_events().empty()) << "neither agreed nor refused";
    p.listener.hold_inbound(false, p.now());
    p.pump();
    const auto ours = last<connections::substream_open>(p.take_dialer_events());
    ASSERT_TRUE(id && ours);
    EXPECT_EQ(ours->id, *id);
    EXPECT_EQ(count<connections::substream_open>(p.take_listener_events()), 1U);
}

TYPED_TEST(Connection, LateNaEndsALazySubstreamAsRefused) {
    auto p = this->connected();
    const auto id = this->open(p, {"/gone/1"}, confirm::lazy);
    ASSERT_TRUE(p.dialer.write(*id, as_bytes("early"), p.now()));
    p.pump();
    const auto ended = last<connections::substream_ended>(p.dialer_events);
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->id, *id);
    EXPECT_EQ(ended->why.why, fault::refused);
    EXPECT_EQ(count<connections::substream_ended>(p.dialer_events), 1U);
    EXPECT_EQ(count<connections::substream_failed>(p.dialer_events), 0U);
    EXPECT_EQ(p.dialer.knowledge().of("/gone/1"), support::unsupported);
    EXPECT_EQ(p.dialer.write(*id, as_bytes("x"), p.now()).error(), errc::unknown_substream);
    EXPECT_FALSE(p.dialer.ended() || p.listener.ended());
}
TYPED_TEST(Connection, ResetsCarryTheirCode) {
    auto p = this->connected();
    const auto [ours, theirs] = this->opened(p);
    p.listener.reset(theirs, 0x77, p.now());
    p.pump();
    const auto told = last<connections::substream_reset>(p.dialer_events);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->id, ours);
    EXPECT_EQ(told->code, 0x77U);
    const auto ended = last<connections::substream_ended>(p.dialer_events);
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->why.wire_code, 0x77U);
    EXPECT_EQ(ended->why.by, party::remote);
    EXPECT_EQ(count<connections::substream_ended>(p.listener_events), 1U);
}
TYPED_TEST(Connection, TheEndTellsEachSubstreamOnce) {
    auto p = this->connected();
    const auto [ours, theirs] = this->opened(p);
    (void)this->opened(p);
    p.to_listener.held = true;
    ASSERT_TRUE(this->open(p, {"/echo/1"})); // is never answered
    p.pump();
    p.dialer_events.clear();
    p.break_transport({end::reset, 0});
    EXPECT_EQ(count<connections::substream_ended>(p.dialer_events), 2U);
    EXPECT_EQ(count<connections::substream_failed>(p.dialer_events), 1U);
    EXPECT_EQ(count<connections::ended>(p.dialer_events), 1U);
    EXPECT_TRUE(std::holds_alternative<connections::ended>(p.dialer_events.back()));
    EXPECT_EQ(last<connections::ended>(p.dialer_events)->why.by, party::transport);
    EXPECT_EQ(count<connections::substream_ended>(p.listener_events), 2U);
    EXPECT_EQ(p.dialer.write(ours, as_bytes("x"), p.now()).error(), errc::unknown_substream);
    p.dialer.consume(ours, 1, p.now());
    p.dialer.reset(ours, 1, p.now());
    p.dialer.finish(ours, p.now());
    EXPECT_FALSE(p.dialer.poll_event()) << "after the end nothing is told";
    EXPECT_FALSE(p.dialer.next_timeout());
}
TYPED_TEST(Connection, CloseSaysGoAwayAndKeepsItsReason) {
    for (const bool busy : {false, true}) {
        auto p = this->connected();
        if (busy) (void)this->opened(p);
        p.dialer.close(errc::closed_by_caller, p.now());
        ASSERT_TRUE(p.dialer.ended());
        EXPECT_EQ(*p.dialer.ended(), (reason{errc::closed_by_caller, party::local}));
        EXPECT_EQ(p.dialer.wants_end(), end{});
        p.pump();
        EXPECT_EQ(count<connections::went_away>(p.listener_events), 1U);
        ASSERT_TRUE(p.listener.ended());
        EXPECT_EQ(count<connections::ended>(p.listener_events), 1U);
        EXPECT_EQ(count<connections::substream_ended>(p.listener_events), busy ? 1U : 0U);
        EXPECT_EQ(count<connections::substream_ended>(p.dialer_events), busy ? 1U : 0U);
    }
}
TYPED_TEST(Connection, WhatWasWrittenBeforeCloseArrives) {
    auto p = this->connected();
    const auto [ours, theirs] = this->opened(p);
    ASSERT_TRUE(p.dialer.write(ours, as_bytes("last words"), p.now()));
    p.dialer.close(errc::closed_by_caller, p.now());
    p.to_listener.held = true;
    p.pump();
    ASSERT_FALSE(p.to_listener.flying.empty());
    auto bytes = p.to_listener.flying.front().bytes;
    ASSERT_TRUE(p.listener.receive(bytes, p.now()));
    EXPECT_EQ(as_text(p.listener.read(theirs)), "last words");
}
TYPED_TEST(Connection, AnUnansweredPingEndsIt) {
    auto p = this->connected();
    p.cut();
    p.advance(26s);
    ASSERT_TRUE(p.dialer.ended() && p.listener.ended());
    EXPECT_EQ(p.dialer.ended()->why, yamux::errc::keepalive_timeout);
    EXPECT_EQ(p.dialer.wants_end(), (end{end::reset, 0}));
}
TYPED_TEST(Connection, LivesQuietlyForAnHour) {
    auto p = this->connected();
    p.latency = 30ms;
    p.advance(1h);
    EXPECT_FALSE(p.dialer.ended() || p.listener.ended());
    EXPECT_EQ(p.dialer.rtt(), 60ms);
}
TYPED_TEST(Connection, OpensBeforeReadyAreNotReady) {
    test::pair p{this->a.dials(this->b), this->b.listens()};
    EXPECT_EQ(this->open(p, {"/echo/1"}).error(), errc::not_ready);
    p.pump();
    EXPECT_EQ(this->open(p, {"/echo/1"}).error(), errc::not_ready);
}

// ---- limits ----

TYPED_TEST(Connection, OpensWithoutAcknowledgementQueueToTheirDeadline) {
    limits bounds;
    bounds.streams_unacknowledged = 3;
    typename TestFixture::config c;
    c.bounds = &bounds;
    test::pair p{this->a.dials(this->b, c), this->b.listens(this->serving({"/echo/1"}))};
    test::welcome(p);
    p.to_listener.held = true;
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(this->open(p, {"/echo/1"}, confirm::wait, 4s));
    p.pump();
    EXPECT_EQ(p.dialer.ledger().counts().queued, 2U);
    EXPECT_EQ(p.dialer.ledger().counts().negotiating, 3U);
    p.advance(4s);
    std::size_t backlog = 0, timeout = 0;
    for (const auto& e : p.dialer_events)
        if (const auto* f = std::get_if<connections::substream_failed>(&e)) {
            backlog += f->why == error{errc::ack_backlog} ? 1U : 0U;
            timeout += f->why == error{errc::negotiation_timeout} ? 1U : 0U;
        }
    EXPECT_EQ(backlog, 2U);
    EXPECT_EQ(timeout, 3U);
    EXPECT_EQ(p.dialer.knowledge().of("/echo/1"), support::unknown) << "a deadline is no answer";
    p.to_listener.held = false;
    p.pump();
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(this->open(p, {"/echo/1"}));
    p.pump();
    EXPECT_EQ(count<connections::substream_open>(p.dialer_events), 5U) << "queued ones follow";
}
TYPED_TEST(Connection, TheLastSlotsAreForIdentifyPingAndPubsub) {
    limits bounds;
    bounds.streams_out = 12;
    typename TestFixture::config c;
    c.bounds = &bounds;
    test::pair p{this->a.dials(this->b, c), this->b.listens(this->serving({"/echo/1"}))};
    test::welcome(p);
    std::vector<substream_index> ids;
    for (int i = 0; i < 8; ++i) {
        const auto id = this->open(p, {"/echo/1"});
        ASSERT_TRUE(id) << i;
        ids.push_back(*id);
        p.pump();
    }
    EXPECT_EQ(this->open(p, {"/echo/1"}).error(), errc::stream_limit);
    for (const purpose use : {purpose::identify, purpose::ping, purpose::pubsub, purpose::pubsub})
        ASSERT_TRUE(
            p.dialer.open(names({"/echo/1"}), use, after(p.now(), 10s), confirm::wait, p.now()));
    EXPECT_EQ(
        p.dialer
            .open(names({"/echo/1"}), purpose::ping, after(p.now(), 10s), confirm::wait, p.now())
            .error(),
        errc::stream_limit);
    p.pump();
    EXPECT_FALSE(p.dialer.ended());
    for (int i = 0; i < 5; ++i) p.dialer.reset(ids[static_cast<std::size_t>(i)], 0, p.now());
    EXPECT_TRUE(this->open(p, {"/echo/1"})) << "a freed slot works at once";
}

// ---- laws: what the listener hears in a whole life, in any pieces ----

template <class Stack>
struct recorded {
    /// A dialer's life: two substreams, one refused, data, FIN, a reset, and a GoAway at the end.
    static byte_vector life() {
        const test::person<Stack> a{1}, b{2};
        typename connection<Stack>::config c;
        c.serves = test::serves({"/echo/1"});
        auto d = a.dials(b);
        auto l = b.listens(c);
        byte_vector all;
        const auto carry = [&](auto& from, auto& to, byte_vector* log) {
            for (byte_view v = from.transmit(65536); !v.empty(); v = from.transmit(65536)) {
                byte_vector copy = to_vector(v);
                if (log != nullptr) append(*log, v);
                from.transmitted(v.size());
                (void)to.receive(copy, start);
            }
            while (from.poll_event()) {
            }
        };
        const auto both = [&] {
            for (int i = 0; i < 8; ++i) {
                carry(d, l, &all);
                d.proceed(start);
                l.proceed(start);
                carry(l, d, nullptr);
            }
        };
        both();
        const auto open = [&](const char* what, confirm how) {
            return d.open(names({what}), purpose::application, after(start, 10s), how, start);
        };
        const auto one = open("/echo/1", confirm::wait);
        both();
        (void)d.write(*one, as_bytes("first"), start);
        d.finish(*one, start);
        const auto two = open("/echo/1", confirm::lazy);
        (void)d.write(*two, as_bytes("second"), start);
        (void)open("/nothing/1", confirm::wait);
        both();
        d.reset(*two, 5, start);
        (void)open("/echo/1", confirm::wait);
        both();
        d.close(errc::closed_by_caller, start);
        both();
        return all;
    }
    static auto subject() {
        const auto make = [](instant now) {
            static const test::person<Stack> b{2};
            // the same chance in each play, as in the recording
            const test::person<Stack> fresh{2};
            typename connection<Stack>::config c;
            c.serves = test::serves({"/echo/1"});
            return connection<Stack>{role::listener, b.self, c, fresh.crypto, now};
        };
        const auto tell = [](auto& m, const auto& event, instant now, test::journal& j) {
            std::visit(
                overloaded{
                    [&](const connections::identity_proven&) {
                        j.say("proven " + m.peer().to_string());
                        m.proceed(now);
                    },
                    [&](const connections::ready&) { j.say("ready"); },
                    [&](const connections::substream_open& e) {
                        j.say("open " + std::string{m.protocol(e.id)});
                        m.finish(e.id, now);
                    },
                    [&](const connections::substream_failed&) { j.say("failed"); },
                    [&](const connections::substream_readable& e) {
                        for (byte_view v = m.read(e.id); !v.empty(); v = m.read(e.id)) {
                            j.stream(static_cast<std::uint64_t>(e.id), v);
                            m.consume(e.id, v.size(), now);
                        }
                    },
                    [&](const connections::substream_writable&) {},
                    [&](const connections::substream_finished& e) {
                        j.say("finished " + std::to_string(static_cast<unsigned>(e.id)));
                    },
                    [&](const connections::substream_reset& e) {
                        j.say("reset " + std::to_string(e.code));
                    },
                    [&](const connections::substream_ended& e) {
                        j.say("ended " + test::to_text(e.why));
                    },
                    [&](const connections::pong&) { j.say("pong"); },
                    [&](const connections::went_away& e) {
                        j.say("away " + std::to_string(e.code));
                    },
                    [&](const connections::ended& e) { j.say("end " + test::to_text(e.why)); },
                },
                event);
        };
        return test::subject{make, tell};
    }
};
template <class Stack>
class ConnectionLaws : public testing::Test {};
using repeatable = testing::Types<test::null_stack, test::plain_stack>;
TYPED_TEST_SUITE(ConnectionLaws, repeatable);

TYPED_TEST(ConnectionLaws, AWholeLife) {
    const byte_vector all = recorded<TypeParam>::life();
    const auto s = recorded<TypeParam>::subject();
    const test::story steps{test::arrives(all), test::other_side_ends()};
    // Polled late, a stream that came and went is never told: chopping holds while events are
    // taken as they come.
    for (const std::size_t piece : {1U, 2U, 7U, 100U}) {
        test::manner how;
        how.poll_between = true;
        how.piece = 1;
        const auto one = test::play(s, steps, how);
        how.piece = piece;
        const auto two = test::play(s, steps, how);
        EXPECT_EQ(test::detail::told_the_same(one, two, "pieces"), "");
        EXPECT_EQ(std::count(two.lines.begin(), two.lines.end(), "ready"), 1);
        EXPECT_EQ(std::count(two.lines.begin(), two.lines.end(), "open /echo/1"), 3);
    }
    EXPECT_EQ(test::patience(s, steps), "");
    EXPECT_EQ(test::replay(s, steps), "");
    EXPECT_EQ(test::finality(s, steps, true), "");
    EXPECT_EQ(test::offering(s, steps), "");
}
TYPED_TEST(ConnectionLaws, SilenceAndTime) {
    const byte_vector all = recorded<TypeParam>::life();
    const auto s = recorded<TypeParam>::subject();
    for (std::size_t cut = 0; cut < all.size() - 12; cut += 13) {
        const test::story steps{test::arrives(byte_view{all}.first(cut)), test::time_passes(1min)};
        EXPECT_EQ(test::patience(s, steps), "") << cut;
        EXPECT_EQ(test::replay(s, steps), "") << cut;
        EXPECT_EQ(test::finality(s, steps, true), "") << cut;
    }
}

// ---- a remote that is told what to send ----

using test::hello;
using test::line;
using test::lines;
using test::raw_peer;
namespace frames = test::frames;

connection<test::plain_stack>::config echo() {
    connection<test::plain_stack>::config c;
    c.serves = test::serves({"/echo/1"});
    return c;
}

TEST(ConnectionRow, ABareSynCostsNothing) {
    raw_peer p{echo()};
    ASSERT_TRUE(p.conn.is_ready());
    p.send(frames::update(1, 0, yamux::syn));
    EXPECT_EQ(p.conn.ledger().counts().waiting, 1U);
    EXPECT_EQ(p.conn.ledger().entries().front().talk, nullptr);
    EXPECT_FALSE(p.flag_on(1, yamux::ack)) << "waits";
    p.send(frames::data(1, line(hello).front() == std::byte{} ? "" : "\x13"));
    EXPECT_TRUE(p.flag_on(1, yamux::ack)) << "with its first byte it is accepted";
    EXPECT_EQ(p.conn.ledger().counts().negotiating, 1U);
}
TEST(ConnectionRow, HeaderThenSilenceIsResetAtTenSecondsAndTheRestLives) {
    raw_peer p{echo()};
    p.open(1, "/echo/1");
    p.send(frames::data(3, line(hello), yamux::syn));
    p.advance(9999ms);
    EXPECT_FALSE(p.flag_on(3, yamux::rst));
    p.advance(1ms);
    EXPECT_EQ(p.flag_on(3, yamux::rst), multistream::negotiation_failed);
    EXPECT_FALSE(p.conn.ended());
    EXPECT_EQ(p.conn.ledger().inbound(), 1U);
    p.send(frames::data(1, "alive"));
    EXPECT_GE(count<connections::substream_readable>(p.events), 1U);
}
TEST(ConnectionRow, FiveHundredStalledNegotiations) {
    raw_peer p{echo()};
    p.open(1, "/echo/1");
    for (std::uint32_t i = 1; i <= 500; ++i)
        p.send(frames::data(1 + 2 * i, line(hello), yamux::syn));
    EXPECT_EQ(p.conn.ledger().counts().negotiating, 500U);
    p.send(frames::data(1, "still"));
    const auto id = last<connections::substream_open>(p.events)->id;
    EXPECT_EQ(as_text(p.conn.read(id)), "still");
    p.advance(10s);
    EXPECT_FALSE(p.conn.ended());
    EXPECT_EQ(p.conn.ledger().inbound(), 1U);
    for (std::uint32_t i = 1; i <= 500; ++i) ASSERT_TRUE(p.flag_on(1 + 2 * i, yamux::rst)) << i;
    EXPECT_FALSE(p.flag_on(1, yamux::rst));
}
TEST(ConnectionRow, BadLinesResetTheirStreamOnly) {
    raw_peer p{echo()};
    const byte_vector bad[] = {to_vector(as_bytes("GET / HTTP/1.1\r\n")),
                               line("/multistream/2.0.0"),
                               {std::byte{0xff}, std::byte{0xff}},
                               {std::byte{0}}};
    std::uint32_t id = 1;
    for (const auto& b : bad) {
        p.send(frames::data(id, b, yamux::syn));
        EXPECT_TRUE(p.flag_on(id, yamux::rst)) << id;
        id += 2;
    }
    EXPECT_EQ(p.conn.ledger().inbound(), 0U);
    EXPECT_FALSE(p.conn.ended());
}
TEST(ConnectionRow, ThousandsOfProposalsEndAtSixtyFour) {
    raw_peer p{echo()};
    p.send(frames::data(1, line(hello), yamux::syn));
    for (int i = 0; i < 64; ++i) p.send(frames::data(1, line("/x/" + std::to_string(i))));
    EXPECT_FALSE(p.flag_on(1, yamux::rst));
    p.send(frames::data(1, line("/x/64")));
    EXPECT_TRUE(p.flag_on(1, yamux::rst));
    EXPECT_FALSE(p.conn.ended());
}
TEST(ConnectionRow, ANaArrivesThoughTheRemoteFinishedBehindItsProposal) {
    raw_peer p{echo()};
    p.send(frames::data(1, lines({hello, "/no/1"}), yamux::syn | yamux::fin));
    EXPECT_EQ(p.said_on(1), lines({hello, "na"}));
    EXPECT_FALSE(p.flag_on(1, yamux::rst)) << "a reset would take the answer back (H2)";
    EXPECT_TRUE(p.flag_on(1, yamux::fin));
    EXPECT_EQ(p.conn.ledger().inbound(), 0U);
}
TEST(ConnectionRow, DataBehindTheProposalIsTheStreamsOwn) {
    raw_peer p{echo()};
    byte_vector all = lines({hello, "/echo/1"});
    append(all, as_bytes("payload"));
    p.send(frames::data(1, all, yamux::syn | yamux::fin));
    ASSERT_EQ(count<connections::substream_open>(p.events), 1U);
    const auto id = last<connections::substream_open>(p.events)->id;
    EXPECT_EQ(as_text(p.conn.read(id)), "payload");
    EXPECT_EQ(count<connections::substream_finished>(p.events), 1U);
    EXPECT_EQ(count<connections::substream_readable>(p.events), 1U);
}
TEST(ConnectionRow, ResetFinAndSilenceBeforeTheAnswerAreNoRefusals) {
    for (const int how : {0, 1, 2}) {
        raw_peer p{echo()};
        const auto id = p.conn.open(names({"/x/1"}), purpose::application, after(p.now, 10s),
                                    confirm::wait, p.now);
        ASSERT_TRUE(id);
        p.hear();
        EXPECT_EQ(p.said_on(2), lines({hello, "/x/1"}));
        if (how == 0) p.send(frames::update(2, 9, yamux::rst));
        if (how == 1) p.send(frames::data(2, line(hello), yamux::fin));
        if (how == 2) p.advance(10s);
        ASSERT_EQ(count<connections::substream_failed>(p.events), 1U) << how;
        const error why = last<connections::substream_failed>(p.events)->why;
        EXPECT_NE(why, fault::refused);
        EXPECT_EQ(why, how == 2 ? fault::timeout : fault::closed) << how;
        EXPECT_EQ(p.conn.knowledge().of("/x/1"), support::unknown) << how;
        EXPECT_EQ(p.conn.ledger().outbound(), 0U);
    }
}
TEST(ConnectionRow, AResetOfALazySubstreamCarriesItsCode) {
    raw_peer p{echo()};
    ASSERT_TRUE(p.conn.open(names({"/x/1"}), purpose::application, after(p.now, 10s), confirm::lazy,
                            p.now));
    p.hear();
    p.send(frames::update(2, 9, yamux::rst));
    const auto ended = last<connections::substream_ended>(p.events);
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->why.wire_code, 9U);
    EXPECT_EQ(ended->why.why, fault::closed);
    EXPECT_EQ(p.conn.knowledge().of("/x/1"), support::unknown);
}
TEST(ConnectionRow, GoAwayStopsOpensAndEndsAfterItsGrace) {
    raw_peer p{echo()};
    p.open(1, "/echo/1");
    p.send(frames::go_away(0));
    EXPECT_EQ(count<connections::went_away>(p.events), 1U);
    EXPECT_FALSE(p.conn.ended()) << "a stream is open";
    const auto id =
        p.conn.open(names({"/x/1"}), purpose::application, after(p.now, 10s), confirm::wait, p.now);
    p.hear();
    ASSERT_TRUE(id);
    EXPECT_EQ(count<connections::substream_failed>(p.events), 1U);
    p.advance(5s);
    ASSERT_TRUE(p.conn.ended());
    EXPECT_EQ(p.conn.ended()->by, party::remote);
    EXPECT_EQ(count<connections::substream_ended>(p.events), 1U);
}
TEST(ConnectionRow, GoAwayWithACodeFailsAllWithTheNumber) {
    raw_peer p{echo()};
    p.open(1, "/echo/1");
    EXPECT_FALSE(p.send(frames::go_away(2)));
    ASSERT_TRUE(p.conn.ended());
    EXPECT_EQ(p.conn.ended()->wire_code, 2U);
    EXPECT_EQ(last<connections::substream_ended>(p.events)->why.wire_code, 2U);
    EXPECT_EQ(last<connections::ended>(p.events)->why, *p.conn.ended());
}
TEST(ConnectionRow, ABadFrameSaysGoAwayOne) {
    raw_peer p{echo()};
    EXPECT_FALSE(p.send(frames::raw(1, 0, 0, 0, 0)));
    ASSERT_TRUE(p.conn.ended());
    EXPECT_EQ(p.conn.ended()->why, yamux::errc::wrong_version);
    const auto sent = p.frames_sent();
    ASSERT_FALSE(sent.empty());
    EXPECT_EQ(sent.back().head.type, yamux::frame_type::go_away);
    EXPECT_EQ(sent.back().head.length, 1U);
}
TEST(ConnectionRow, ServedProtocolsChangeForLaterSubstreams) {
    raw_peer p{echo()};
    p.conn.serve(test::serves({"/late/1"}));
    p.open(1, "/late/1");
    EXPECT_EQ(count<connections::substream_open>(p.events), 1U);
    p.open(3, "/echo/1");
    EXPECT_EQ(count<connections::substream_open>(p.events), 1U);
}

} // namespace
} // namespace lp2p
