// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/service/ping.hpp>
#include <lp2p/service/ping.ipp>

#include "tests/support/fake_host.hpp"
#include "tests/support/laws.hpp"
#include "tests/support/null_crypto.hpp"

#include <gtest/gtest.h>

namespace lp2p::service {
namespace {

using test::fake_host;
using test::start;

class Ping : public testing::Test {
protected:
    fake_host h;
    instant now = start;
    ping_service<test::null_crypto> s{test::null_crypto{7}};
    conn_id conn = h.connect({});

    substream_id ours() const { return h.opened_for(ping::protocol).back(); }
    std::size_t streams() const { return h.opened_for(ping::protocol).size(); }
    void agree() {
        h.agree(ours());
        EXPECT_TRUE(s.outbound(ours(), h, now));
    }
    /// The remote sends back what was written and not echoed yet.
    void echo() {
        const auto& out = h.streams[ours()].out;
        h.arrives(ours(), byte_view{out}.subspan(echoed_));
        echoed_ = out.size();
        EXPECT_TRUE(s.progress(ours(), h, now));
    }
    std::vector<ping_service<test::null_crypto>::event> told() {
        std::vector<ping_service<test::null_crypto>::event> all;
        while (auto e = s.poll_event()) all.push_back(*e);
        return all;
    }
    template <class Kind>
    Kind one() {
        const auto all = told();
        EXPECT_EQ(all.size(), 1U);
        const Kind* k = all.empty() ? nullptr : std::get_if<Kind>(&all[0]);
        EXPECT_NE(k, nullptr);
        return k == nullptr ? Kind{} : *k;
    }

private:
    std::size_t echoed_ = 0;
};

TEST_F(Ping, OneStreamMeasuresAgainAndAgain) {
    s.ask(conn, h, now);
    s.ask(conn, h, now); // while it is being opened: the one that runs serves
    agree();
    for (int i = 1; i <= 3; ++i) {
        s.ask(conn, h, now); // while one is in flight
        EXPECT_EQ(h.streams[ours()].out.size(), 32U * static_cast<unsigned>(i));
        now += milliseconds{i};
        echo();
        EXPECT_EQ(one<pinged>().rtt, milliseconds{i});
        if (i < 3) s.ask(conn, h, now);
    }
    EXPECT_EQ(streams(), 1U);
    EXPECT_EQ(h.streams[ours()].use, purpose::ping);
}

TEST_F(Ping, AnOpenThatFailsIsOneFailureAndTheNextAskOpensAgain) {
    h.open_fails = connections::errc::stream_limit;
    s.ask(conn, h, now);
    EXPECT_EQ(one<ping_failed>().why, error{connections::errc::stream_limit});
    h.open_fails.reset();
    s.ask(conn, h, now);
    EXPECT_TRUE(s.failed(ours(), connections::errc::not_supported));
    EXPECT_EQ(one<ping_failed>().why, error{connections::errc::not_supported});
    EXPECT_FALSE(s.failed(ours(), connections::errc::not_supported)) << "ours no more";
    s.ask(conn, h, now);
    EXPECT_EQ(streams(), 2U);
}

TEST_F(Ping, SilenceEndsThatStreamOnly) {
    s.ask(conn, h, now);
    agree();
    now += seconds{10};
    EXPECT_EQ(s.next_timeout(), now);
    s.handle_timeout(h, now);
    EXPECT_EQ(one<ping_failed>().why, error{ping::errc::ping_timeout});
    EXPECT_TRUE(h.streams[ours()].reset);
    EXPECT_FALSE(s.next_timeout());
    EXPECT_FALSE(s.progress(ours(), h, now));
    s.ask(conn, h, now);
    EXPECT_EQ(streams(), 2U);
}

TEST_F(Ping, AWrongEchoIsAFailure) {
    s.ask(conn, h, now);
    agree();
    h.arrives(ours(), byte_vector(32));
    EXPECT_TRUE(s.progress(ours(), h, now));
    EXPECT_EQ(one<ping_failed>().why, error{ping::errc::wrong_echo});
    EXPECT_TRUE(h.streams[ours()].reset);
}

TEST_F(Ping, TheRemotesFinBetweenPingsIsNoFailureOfOne) {
    s.ask(conn, h, now);
    agree();
    echo();
    (void)told();
    EXPECT_TRUE(s.finished(ours(), {}, h, now));
    EXPECT_TRUE(h.streams[ours()].finished);
    s.ask(conn, h, now);
    EXPECT_EQ(streams(), 2U);
}

TEST_F(Ping, AStreamThatEndsUnderAQuestionIsReplacedOnce) {
    s.ask(conn, h, now);
    agree();
    echo();
    (void)told();
    s.ask(conn, h, now);
    EXPECT_TRUE(s.finished(ours(), {}, h, now)); // go: 30 s after it was opened
    EXPECT_TRUE(told().empty()) << "nobody's failure yet";
    EXPECT_EQ(streams(), 2U);
    agree();
    EXPECT_TRUE(s.finished(ours(), {}, h, now));
    EXPECT_EQ(one<ping_failed>().why, error{ping::errc::closed}) << "this one never answered";
    EXPECT_EQ(streams(), 2U);
}

TEST_F(Ping, TheEndOfAConnectionFailsWhatIsInFlight) {
    s.ask(conn, h, now);
    agree();
    EXPECT_TRUE(s.ended(ours(), connections::errc::transport_reset));
    EXPECT_EQ(one<ping_failed>().why, error{connections::errc::transport_reset});
    s.closed(conn);
    EXPECT_FALSE(s.next_timeout());
    EXPECT_FALSE(s.poll_event());
}

TEST_F(Ping, EchoesOnAnyNumberOfStreams) {
    const byte_vector payload(32, std::byte{3});
    const auto a = h.remote_opens(conn, ping::protocol, payload);
    const auto b = h.remote_opens(conn, ping::protocol);
    s.inbound(a, h, now);
    s.inbound(b, h, now);
    EXPECT_EQ(h.streams[a].out, payload);
    h.arrives(b, byte_view{payload}.first(10));
    EXPECT_TRUE(s.progress(b, h, now));
    EXPECT_TRUE(s.finished(a, {}, h, now));
    EXPECT_TRUE(h.streams[a].finished);
    now += seconds{10};
    s.handle_timeout(h, now);
    EXPECT_TRUE(h.streams[b].reset) << "half a payload, then silence";
    EXPECT_FALSE(s.next_timeout());
}

TEST_F(Ping, AClosedConnectionTakesItsEchoesWithIt) {
    const auto a = h.remote_opens(conn, ping::protocol, byte_vector(10));
    s.inbound(a, h, now);
    h.disconnect(conn);
    s.closed(conn);
    EXPECT_FALSE(s.next_timeout());
    EXPECT_FALSE(s.ended(a, connections::errc::transport_reset));
}

} // namespace
} // namespace lp2p::service
