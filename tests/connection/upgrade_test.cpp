// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/connection/upgrade.hpp>

#include "tests/connection/raw_peer.hpp"
#include "tests/support/pair.hpp"
#include "tests/support/stacks.hpp"

#include <gtest/gtest.h>

// From the first byte to the first pong, through `connection`, which owns the deadline.
namespace lp2p {
namespace {

using namespace std::chrono_literals;
using connections::errc;
using test::count;
using test::hello;
using test::last;
using test::lines;
using test::start;
namespace frames = test::frames;

template <class Stack>
class Upgrade : public testing::Test {
protected:
    using machine = connection<Stack>;
    using config = typename machine::config;
    auto both(config d = {}, config l = {}) { return test::pair{a.dials(b, d), b.listens(l)}; }
    test::person<Stack> a{1}, b{2}, c{3};
};
using stacks = testing::Types<test::null_stack, test::plain_stack, test::real_stack>;
TYPED_TEST_SUITE(Upgrade, stacks);

TYPED_TEST(Upgrade, BothAreProvenThenReadyByTheFirstPong) {
    auto p = this->both();
    p.latency = 10ms;
    p.advance(200ms);
    ASSERT_EQ(count<connections::identity_proven>(p.dialer_events), 1U);
    EXPECT_EQ(p.dialer.peer(), this->b.id);
    EXPECT_EQ(p.dialer.stage(), upgrade_stage::proven);
    p.dialer.proceed(p.now());
    p.advance(200ms);
    ASSERT_EQ(count<connections::identity_proven>(p.listener_events), 1U);
    EXPECT_EQ(p.listener.peer(), this->a.id);
    EXPECT_EQ(p.listener.remote_key().data, to_vector(this->a.key.public_data()));
    EXPECT_EQ(count<connections::ready>(p.dialer_events), 0U) << "a muxer alone proves nothing";
    p.listener.proceed(p.now());
    p.pump();
    EXPECT_FALSE(p.dialer.is_ready() || p.listener.is_ready());
    p.advance(20ms);
    EXPECT_TRUE(p.listener.is_ready());
    p.advance(50ms);
    EXPECT_TRUE(p.dialer.is_ready());
    EXPECT_EQ(count<connections::ready>(p.dialer_events), 1U);
    EXPECT_EQ(count<connections::ready>(p.listener_events), 1U);
    EXPECT_EQ(p.dialer.stage(), upgrade_stage::done);
}
TYPED_TEST(Upgrade, AnyPiecesWillDo) {
    for (const std::size_t piece : {1U, 2U, 3U, 17U}) {
        auto p = this->both();
        p.piece = piece;
        test::welcome(p);
        EXPECT_TRUE(p.dialer.is_ready() && p.listener.is_ready()) << piece;
    }
}
TYPED_TEST(Upgrade, ItsDeadlineIsForTheWholeToThePong) {
    for (const int silence : {0, 1, 2, 3}) {
        auto p = this->both();
        if (silence == 0) p.cut();
        p.pump();
        if (silence == 2) p.cut(); // after the identity, told to go on
        if (silence != 1) p.dialer.proceed(p.now());
        if (silence == 3) { // the dialer is through, the listener was never told
            p.pump();
        }
        p.advance(10s - 1ms);
        EXPECT_FALSE(p.dialer.ended()) << silence;
        p.advance(1ms);
        ASSERT_TRUE(p.dialer.ended() && p.listener.ended()) << silence;
        EXPECT_EQ(p.listener.ended()->why, errc::upgrade_timeout) << silence;
        EXPECT_EQ(count<connections::ended>(p.dialer_events), 1U);
        EXPECT_FALSE(p.dialer.next_timeout());
    }
}
TYPED_TEST(Upgrade, RefuseEndsItWithNothingCarried) {
    auto p = this->both();
    p.pump();
    p.dialer.refuse(errc::refused_by_caller, p.now());
    p.pump();
    EXPECT_EQ(p.dialer.ended()->why, errc::refused_by_caller);
    EXPECT_EQ(p.dialer.ended()->by, party::local);
    EXPECT_EQ(p.dialer.stage(), upgrade_stage::proven) << "still told after the end";
    EXPECT_EQ(p.listener.ended()->why, errc::transport_closed);
    EXPECT_EQ(p.listener.ended()->by, party::transport);
    EXPECT_EQ(count<connections::ready>(p.listener_events), 0U);
    p.dialer.proceed(p.now());
    EXPECT_FALSE(p.dialer.poll_event()) << "too late";
}
TYPED_TEST(Upgrade, ANewcomerIsHeldWithItsEarlyData) {
    typename TestFixture::config serving;
    serving.serves = test::serves({"/echo/1"});
    auto p = this->both({}, serving);
    p.pump();
    p.dialer.proceed(p.now());
    p.pump();
    EXPECT_EQ(p.listener.stage(), upgrade_stage::proven);
    EXPECT_GT(p.to_listener.arrived, 0U);
    EXPECT_FALSE(p.listener.has_output()) << "never answered while it is held";
    p.advance(2s);
    p.listener.proceed(p.now());
    p.pump();
    EXPECT_TRUE(p.dialer.is_ready() && p.listener.is_ready());
}
TYPED_TEST(Upgrade, TheWrongPeerIsNamed) {
    typename TestFixture::config c;
    auto d = this->a.dials(this->c);
    test::pair p{std::move(d), this->b.listens()};
    test::welcome(p);
    ASSERT_TRUE(p.dialer.ended());
    EXPECT_EQ(p.dialer.ended()->why, fault::remote);
    EXPECT_TRUE(p.dialer.ended()->why == error{noise::errc::peer_id_mismatch} ||
                p.dialer.ended()->why == error{insecure::errc::peer_id_mismatch});
    EXPECT_TRUE(p.listener.ended()) << "the end of the transport came over";
    EXPECT_EQ(count<connections::identity_proven>(p.dialer_events), 0U);
}
TYPED_TEST(Upgrade, AnotherProtocolOnThePortIsClosedQuietly) {
    for (const std::string_view text :
         {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\x16\x03\x01\x02", "SSH-2.0-OpenSSH_9\r\n"}) {
        for (const bool dials : {false, true}) {
            auto m = dials ? this->a.dials(this->b) : this->b.listens();
            for (byte_view v = m.transmit(65536); !v.empty(); v = m.transmit(65536))
                m.transmitted(v.size());
            byte_vector in = to_vector(as_bytes(text));
            const auto took = m.receive(in, start);
            ASSERT_FALSE(took);
            ASSERT_TRUE(m.ended());
            EXPECT_EQ(m.ended()->why, multistream::errc::wrong_header);
            EXPECT_TRUE(m.transmit(1000).empty()) << "not a byte";
            EXPECT_EQ(m.wants_end(), end{}) << "closes at once";
        }
    }
}
TYPED_TEST(Upgrade, AnotherSecurityIsRefusedByName) {
    auto l = this->b.listens();
    byte_vector in = lines({hello, "/tls/1.0.0"});
    ASSERT_TRUE(l.receive(in, start));
    EXPECT_EQ(to_vector(l.transmit(1000)), lines({hello, "na"}));
    EXPECT_FALSE(l.ended()) << "another proposal may follow";

    auto d = this->a.dials(this->b);
    in = lines({hello, "na"});
    ASSERT_FALSE(d.receive(in, start));
    EXPECT_EQ(d.ended()->why, multistream::errc::not_supported);
}
TYPED_TEST(Upgrade, CutAfterAnyByte) {
    // Counts the bytes of a whole upgrade, then cuts each direction after each of them.
    auto whole = this->both();
    test::welcome(whole);
    const std::size_t there = whole.to_listener.arrived, back = whole.to_dialer.arrived;
    const std::size_t step = std::is_same_v<TypeParam, test::real_stack> ? 37 : 1;
    for (const end how : {end{}, end{end::reset, 0}})
        for (std::size_t at = 0; at < std::max(there, back); at += step) {
            auto p = this->both();
            p.piece = 1;
            std::size_t moved = 0;
            while (moved < at && !p.dialer.is_ready()) {
                // one byte each way, then everything that follows from it
                const auto carry = [&](auto& from, auto& to) {
                    const byte_view v = from.transmit(1);
                    if (v.empty()) return false;
                    byte_vector one = to_vector(v);
                    from.transmitted(1);
                    return to.receive(one, start).has_value();
                };
                const bool any = carry(p.dialer, p.listener);
                const bool other = carry(p.listener, p.dialer);
                for (auto* m : {&p.dialer, &p.listener})
                    while (auto e = m->poll_event())
                        if (std::holds_alternative<connections::identity_proven>(*e))
                            m->proceed(start);
                ++moved;
                if (!any && !other) break;
            }
            for (auto* m : {&p.dialer, &p.listener}) {
                const bool over = m->ended().has_value();
                m->receive_end(how, start);
                ASSERT_TRUE(m->ended());
                if (!over) {
                    EXPECT_EQ(m->ended()->why, fault::closed) << at;
                    EXPECT_EQ(m->ended()->by, party::transport) << at;
                }
                std::size_t ends = 0;
                while (auto e = m->poll_event())
                    ends += std::holds_alternative<connections::ended>(*e) ? 1U : 0U;
                EXPECT_EQ(ends, over ? 0U : 1U) << at;
                EXPECT_FALSE(m->next_timeout());
            }
        }
}

// ---- noise alone ----

template <class Stack>
class NoiseUpgrade : public Upgrade<Stack> {};
using noisy = testing::Types<test::null_stack, test::real_stack>;
TYPED_TEST_SUITE(NoiseUpgrade, noisy);

TYPED_TEST(NoiseUpgrade, AnyBitFlippedInATransportFrameEndsIt) {
    for (const std::size_t at : {0U, 1U, 2U, 9U, 15U, 29U}) {
        auto p = this->both();
        test::welcome(p);
        ASSERT_TRUE(p.listener.is_ready());
        p.dialer.ping(p.now());
        byte_vector frame = to_vector(p.dialer.transmit(65536));
        ASSERT_EQ(frame.size(), 30U);
        frame[at] ^= std::byte{1};
        if (at < 2) frame.resize(65537 + 2); // the length grew: give it what it waits for
        const auto took = p.listener.receive(frame, p.now());
        ASSERT_FALSE(took) << at;
        EXPECT_EQ(p.listener.ended()->why, noise::errc::decrypt_failed) << at;
        while (p.listener.poll_event()) {
        }
        EXPECT_LE(p.listener.transmit(65536).size(), 30U) << "a farewell at most";
    }
}

/// A remote with noise but without a list of muxers (rust): it speaks multistream inside the
/// channel and, lazily, yamux right behind.
class OldRemote : public testing::Test {
protected:
    using crypto = test::null_crypto;
    using noise_channel = noise::channel<crypto>;
    test::person<test::null_stack> us{1}, them{2};

    static byte_vector drain(auto& m) {
        byte_vector out;
        for (byte_view v = m.transmit(65536); !v.empty(); v = m.transmit(65536)) {
            append(out, v);
            m.transmitted(v.size());
        }
        return out;
    }
    static byte_vector sealed(noise_channel& ch, byte_view text) {
        byte_vector frame(noise_channel::header + text.size() + noise_channel::trailer);
        copy(text, mutable_bytes{frame}.subspan(noise_channel::header));
        ch.seal(frame);
        return frame;
    }
    static byte_vector opened(noise_channel& ch, byte_vector in) {
        byte_vector out;
        for (mutable_bytes rest{in}; !rest.empty();) {
            const auto took = ch.receive(rest, start);
            if (!took) break;
            append(out, ch.plaintext());
            rest = rest.subspan(*took);
        }
        return out;
    }
    /// As a dialer: up to the channel. `conn` has proven it and was told to proceed.
    noise_channel dial(connection<test::null_stack>& conn) {
        noise::handshake<crypto> h{noise::role::dialer, them.self, {}, them.crypto, start};
        byte_vector in = lines({hello, "/noise"});
        append(in, drain(h));
        EXPECT_TRUE(conn.receive(in, start));
        byte_vector out = drain(conn);
        const byte_vector echo = lines({hello, "/noise"});
        EXPECT_TRUE(equal(byte_view{out}.first(echo.size()), echo));
        out.erase(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(echo.size()));
        EXPECT_TRUE(h.receive(out, start));
        h.proceed();
        in = drain(h);
        EXPECT_TRUE(conn.receive(in, start));
        return h.take_channel();
    }
};
TEST_F(OldRemote, NegotiatesTheMuxerInsideTheChannel) {
    auto conn = us.listens();
    auto ch = dial(conn);
    conn.proceed(start);
    EXPECT_EQ(conn.stage(), upgrade_stage::muxer);
    byte_vector in = sealed(ch, lines({hello, "/mplex/6.7.0"}));
    ASSERT_TRUE(conn.receive(in, start));
    EXPECT_EQ(opened(ch, drain(conn)), lines({hello, "na"}));
    in = sealed(ch, lines({yamux_protocol}));
    ASSERT_TRUE(conn.receive(in, start));
    EXPECT_EQ(conn.stage(), upgrade_stage::done);
    const byte_vector answer = opened(ch, drain(conn));
    const byte_vector echo = lines({yamux_protocol});
    ASSERT_GT(answer.size(), echo.size());
    EXPECT_TRUE(equal(byte_view{answer}.first(echo.size()), echo));
    const auto sent = frames::parse(byte_view{answer}.subspan(echo.size()));
    ASSERT_EQ(sent.size(), 1U) << "our ping";
    in = sealed(ch, frames::ping(sent[0].head.length, yamux::ack));
    ASSERT_TRUE(conn.receive(in, start));
    EXPECT_TRUE(conn.is_ready());
}
TEST_F(OldRemote, LazyDataRightBehindIsKeptInOrderWhileItIsHeld) {
    for (const int how : {0, 1, 2}) { // one frame, a frame each, told to proceed before
        connection<test::null_stack>::config c;
        c.serves = test::serves({"/echo/1"});
        auto conn = us.listens(c);
        auto ch = dial(conn);
        byte_vector stream = lines({hello, "/echo/1"});
        append(stream, as_bytes("early"));
        byte_vector in;
        if (how == 2) conn.proceed(start);
        if (how == 0) {
            byte_vector text = lines({hello, yamux_protocol});
            append(text, frames::data(1, stream, yamux::syn));
            in = sealed(ch, text);
        } else {
            in = sealed(ch, lines({hello}));
            append(in, sealed(ch, lines({yamux_protocol})));
            append(in, sealed(ch, frames::data(1, stream, yamux::syn)));
        }
        for (std::size_t i = 0; i < in.size(); ++i) {
            byte_vector one{in[i]};
            ASSERT_TRUE(conn.receive(one, start));
        }
        conn.proceed(start);
        ASSERT_FALSE(conn.ended()) << how;
        std::vector<connections::event> events;
        while (auto e = conn.poll_event()) events.push_back(*e);
        ASSERT_EQ(count<connections::substream_open>(events), 1U) << how;
        EXPECT_EQ(as_text(conn.read(last<connections::substream_open>(events)->id)), "early");
    }
}
TEST_F(OldRemote, WhatIsHeldHasABound) {
    for (const bool over : {false, true}) {
        auto conn = us.listens();
        auto ch = dial(conn);
        byte_vector early(default_limits.upgrade_bytes + (over ? 1 : 0));
        for (std::size_t at = 0; at < early.size(); at += 1000) {
            const auto piece =
                mutable_bytes{early}.subspan(at, std::min<std::size_t>(1000, early.size() - at));
            const auto took = conn.receive(piece, start);
            EXPECT_EQ(took.has_value(), !(over && at + 1000 > early.size()));
        }
        ASSERT_EQ(conn.ended().has_value(), over);
        if (over) {
            EXPECT_EQ(conn.ended()->why, errc::upgrade_bytes);
            EXPECT_EQ(conn.ended()->why, fault::limit);
        }
    }
}
TEST_F(OldRemote, AnEmptyFrameInTheHandshakeEndsIt) {
    auto conn = us.listens();
    byte_vector in = lines({hello, "/noise"});
    in.resize(in.size() + 2); // a length of 0
    ASSERT_FALSE(conn.receive(in, start));
    EXPECT_EQ(conn.ended()->why, noise::errc::empty_frame);
    EXPECT_EQ(conn.stage(), upgrade_stage::handshake);
}

} // namespace
} // namespace lp2p
