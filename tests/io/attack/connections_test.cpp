// SPDX-License-Identifier: Apache-2.0 OR MIT
// threats.md, section 8, over TCP against a whole node, as far as a socket can show it in
// milliseconds: descriptors and handlers that throw are in tests/io, slow links and split networks
// in the simulated network.
#include "tests/io/attack/world.hpp"

#include <set>

namespace lp2p::test::attack {
namespace {

using namespace std::chrono_literals;
using frames::operator+;

struct Section8Connections : row {
    struct answers {
        std::vector<std::error_code> codes;
        std::set<conn_id> conns;
    };
    /// Each address of the last failed dial with its cause.
    std::vector<peer_dialer::cause> causes;

    node& victim() { return w->victim.driver.node(); }
    void begin_listening_to_causes() {
        begin();
        w->victim.heard = [this, tell = w->victim.heard](const node_event& e) {
            if (const auto* no = std::get_if<swarms::dial_failed>(&e))
                causes = victim().take_causes(no->request);
            tell(e);
        };
    }
    void dial(const wire::multiaddr& to, answers& got, int times = 1) {
        for (int i = 0; i < times; ++i)
            w->victim.driver.async_dial(to, [&got](std::error_code ec, conn_id conn) {
                got.codes.push_back(ec);
                if (!ec) got.conns.insert(conn);
            });
    }
    /// Nobody waits to be accepted.
    [[nodiscard]] bool nobody_waits(tcp::acceptor& at) {
        at.non_blocking(true);
        tcp::socket s{w->context};
        std::error_code ec;
        at.accept(s, ec);
        return ec == asio::error::would_block;
    }
    [[nodiscard]] std::size_t opened() const { return w->count<swarms::conn_opened>(); }
    /// An address where nobody listens.
    [[nodiscard]] wire::multiaddr closed_port() {
        const impostor gone{w->context};
        return gone.at;
    }
};

// --- dialing
// --------------------------------------------------------------------------------------

TEST_F(Section8Connections, AHundredCallersOfOnePeerGetOneConnection) {
    begin();
    impostor them{w->context};
    answers got;
    dial(them.at.with_peer(person{80}.id), got, 100);
    attacker& a = them.next(*w, 80);
    ASSERT_TRUE(a.upgrade_as_listener());
    ASSERT_TRUE(w->until([&] { return got.codes.size() == 100; }));
    EXPECT_EQ(got.codes, std::vector<std::error_code>(100));
    EXPECT_EQ(got.conns.size(), 1U);
    EXPECT_TRUE(nobody_waits(them.acceptor)) << "one TCP connection";
    EXPECT_EQ(opened(), 1U);
}
TEST_F(Section8Connections, AHundredCallersOfNobodyGetTheSameError) {
    begin_listening_to_causes();
    answers got;
    dial(closed_port().with_peer(person{80}.id), got, 100);
    ASSERT_TRUE(w->until([&] { return got.codes.size() == 100; }));
    EXPECT_TRUE(got.codes.front());
    EXPECT_EQ(got.codes, std::vector(100, got.codes.front()));
}
TEST_F(Section8Connections, AFailedDialNamesEveryAddressAndIsNotRepeatedAtOnce) {
    begin_listening_to_causes();
    const auto who = person{80}.id;
    const auto first = closed_port(), second = closed_port();
    answers got;
    dial(first.with_peer(who), got);
    ASSERT_TRUE(w->until([&] { return got.codes.size() == 1; }));
    ASSERT_EQ(causes.size(), 1U);
    EXPECT_EQ(causes[0].address.without_peer(), first);
    EXPECT_EQ(causes[0].why, error{io::errc::connection_refused});
    dial(second.with_peer(who), got);
    ASSERT_TRUE(w->until([&] { return got.codes.size() == 2; }));
    std::map<wire::multiaddr, error> by_address;
    for (const auto& cause : causes) by_address[cause.address.without_peer()] = cause.why;
    EXPECT_EQ(by_address,
              (std::map<wire::multiaddr, error>{{first, swarms::errc::dial_backoff},
                                                {second, io::errc::connection_refused}}));
    // Somebody listens there by now: within its backoff nobody asks.
    tcp::acceptor late{w->context, *io::to_endpoint(first)};
    dial(first.with_peer(who), got);
    ASSERT_TRUE(w->until([&] { return got.codes.size() == 3; }));
    EXPECT_TRUE(got.codes.back());
    EXPECT_TRUE(nobody_waits(late));
}
TEST_F(Section8Connections, APeerWhoIsSomebodyElseIsNotTheDialedOne) {
    begin_listening_to_causes();
    impostor them{w->context};
    answers got;
    dial(them.at.with_peer(person{80}.id), got);
    (void)them.next(*w, 81).upgrade_as_listener();
    ASSERT_TRUE(w->until([&] { return got.codes.size() == 1; }));
    EXPECT_TRUE(got.codes[0]);
    EXPECT_EQ(opened(), 0U);
}

// --- duplicates
// -----------------------------------------------------------------------------------

/// Somebody whose id is smaller, or larger, than the node's.
std::uint8_t somebody(const wire::peer_id& node, bool smaller) {
    std::uint8_t seed = 100;
    while ((person{seed}.id < node) != smaller) ++seed;
    return seed;
}
struct Section8Crossing : Section8Connections, testing::WithParamInterface<bool> {};
INSTANTIATE_TEST_SUITE_P(Rows, Section8Crossing, testing::Bool(), [](const auto& info) {
    return std::string{info.param ? "WithASmallerId" : "WithALargerId"};
});
TEST_P(Section8Crossing, LeavesOneConnectionThoughThePeerKeepsBoth) {
    begin();
    const std::uint8_t seed = somebody(w->victim.id, GetParam());
    impostor them{w->context};
    answers got;
    dial(them.at.with_peer(person{seed}.id), got);
    attacker& dialed = them.next(*w, seed);
    attacker& dials = w->connect_as(seed);
    const auto begun = std::chrono::steady_clock::now();
    (void)dials.upgrade();
    (void)dialed.upgrade_as_listener(); // where it lost, it is not answered any more
    const auto one_left = [&] {
        return w->is_connected(dials) && dials.over() != dialed.over() && got.codes.size() == 1;
    };
    EXPECT_TRUE(w->until(one_left));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 3s);
    EXPECT_FALSE(got.codes.empty() || got.codes[0]) << "the dial is answered by whichever is left";
    attacker& kept = dials.over() ? dialed : dials;
    const std::uint32_t id = dials.over() ? 2 : 1;
    ASSERT_TRUE(kept.agree(id, "/echo/1"));
    EXPECT_TRUE(kept.echoes(id));
    w->pass(200ms);
    EXPECT_TRUE(w->is_connected(kept)) << "and stays";
}
TEST_F(Section8Connections, APeerThatDialsAgainAndAgainKeepsItsOneConnection) {
    begin();
    attacker& a = w->connect_as(80);
    ASSERT_TRUE(a.upgrade());
    ASSERT_TRUE(w->until([&] { return w->is_connected(a); }));
    ASSERT_TRUE(a.agree(1, "/echo/1"));
    const auto conn = victim().established(a.who().id);
    for (int i = 0; i < 30; ++i) {
        attacker& again = w->connect_as(80);
        (void)again.upgrade();
        ASSERT_TRUE(again.until_over()) << i;
        EXPECT_TRUE(again.streams.empty()) << "nothing was carried";
    }
    EXPECT_EQ(w->count<swarms::duplicate_ended>(), 30U);
    EXPECT_GE(w->count<swarms::redial_storm>(), 1U);
    EXPECT_EQ(victim().established(a.who().id), conn);
    EXPECT_EQ(opened(), 1U);
    EXPECT_EQ(w->count<swarms::conn_closed>(), 0U);
    const auto& ledger = victim().look(*conn)->conn.ledger();
    EXPECT_LE(ledger.inbound() + ledger.outbound(), 8U);
    EXPECT_TRUE(a.echoes(1));
}
TEST_F(Section8Connections, WhereTheOldConnectionIsHalfOpenTheNewOneTakesItsPlace) {
    c.bounds.incumbent_pong_least = 100ms;
    c.bounds.incumbent_pong_most = 200ms;
    begin();
    attacker& old = w->connect_as(80);
    ASSERT_TRUE(old.upgrade());
    ASSERT_TRUE(w->until([&] { return w->is_connected(old); }));
    old.answers_pings = false;
    const auto conn = victim().established(old.who().id);
    attacker& fresh = w->connect_as(80);
    ASSERT_TRUE(fresh.upgrade());
    const auto moved = [&] {
        const auto now = victim().established(fresh.who().id);
        return now && now != conn && w->is_connected(fresh) && old.over();
    };
    ASSERT_TRUE(w->until(moved));
    ASSERT_TRUE(fresh.agree(1, "/echo/1"));
    EXPECT_TRUE(fresh.echoes(1));
}

// --- links
// ----------------------------------------------------------------------------------------

TEST_F(Section8Connections, CutAtAnyFrameNothingIsLeft) {
    begin();
    const std::vector<byte_vector> story = {frames::update(1, 0, yamux::syn),
                                            frames::data(1, lines({hello})),
                                            frames::data(1, lines({"/echo/1"})),
                                            frames::data(1, std::string(1000, 'x')),
                                            frames::ping(7),
                                            frames::data(3, lines({hello, "/hold/1"}), yamux::syn),
                                            frames::data(3, "kept"),
                                            frames::update(1, 0, yamux::fin),
                                            frames::update(3, 9, yamux::rst),
                                            frames::go_away(0)};
    for (std::size_t n = 0; n <= story.size(); ++n) {
        attacker& a = w->intrude();
        for (std::size_t i = 0; i < n; ++i) ASSERT_TRUE(a.frames(story[i])) << n;
        n % 2 == 0 ? a.cut() : a.fin();
        ASSERT_TRUE(w->until([&] { return w->closed(a).has_value(); })) << n;
        EXPECT_NE(w->closed(a)->by, party::local) << n;
    }
    EXPECT_EQ(opened(), story.size() + 1);
    EXPECT_EQ(w->count<swarms::conn_closed>(), story.size() + 1);
}
TEST_F(Section8Connections, OneByteASegmentIsTheSameOnlyLater) {
    begin();
    attacker& a = w->connect();
    a.segment = 1;
    ASSERT_TRUE(a.upgrade());
    ASSERT_TRUE(w->until([&] { return w->is_connected(a); }));
    ASSERT_TRUE(a.agree(1, "/echo/1"));
    EXPECT_TRUE(a.echoes(1, std::string(3000, 'b')));
}

} // namespace
} // namespace lp2p::test::attack
