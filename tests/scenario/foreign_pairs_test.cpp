// SPDX-License-Identifier: Apache-2.0 OR MIT
// One lp2p node and one model of go or rust: dials that cross, bursts, streams that are refused or
// reset, handlers that gave up (seed-fault.md, T2 to T4 and section 6). What go and rust do to each
// other in the same place is told first, so that each test is known to ask something.
#include "tests/support/mixed_net.hpp"

namespace lp2p {
namespace {

using net = test::mixed_net;

enum class foreigner : std::uint8_t { go, rust_old, rust_new };

std::size_t add(net& n, foreigner which) {
    if (which == foreigner::go) return n.add_go();
    return n.add_rust({.dials_always = true, .old = which == foreigner::rust_old});
}
/// How many rounds of a talk arrived, of host 0 and of host 1.
std::pair<std::size_t, std::size_t> heard(const net& n, const std::string& name) {
    return {n.arrived(0, 1, name), n.arrived(1, 0, name)};
}
const std::pair<std::size_t, std::size_t> all_ten{10, 10};

template <class Event>
std::size_t told(net& n, std::size_t h) {
    std::size_t count = 0;
    for (const net::any_node::event& e : n.net.events(h))
        if (const auto* of = std::get_if<node_event>(&e))
            count += std::holds_alternative<Event>(*of);
    return count;
}

/// Handlers that a rust gave up; a go has none.
std::size_t disabled(net& n, std::size_t h) {
    const auto* r = n.net[h].as<net::rust>();
    return r == nullptr ? 0 : r->counts().disabled;
}

// --- both dial at the same moment (T3)
// ------------------------------------------------------------

TEST(GoAndRust, LoseEachOtherInACrossing) {
    std::size_t hurt = 0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        net n{seed};
        n.add_go();
        n.add_rust();
        n.dial(0, 1);
        n.dial(1, 0);
        n.net.advance(seconds{3});
        n.talk("after", 10);
        hurt += heard(n, "after") != all_ten || n.as_go(0).topic_peers().empty();
    }
    EXPECT_GT(hurt, 0U);
}

class Pair : public testing::TestWithParam<foreigner> {};
std::string name_of(const testing::TestParamInfo<foreigner>& p) {
    constexpr const char* names[] = {"go", "rust_old", "rust_new"};
    return names[static_cast<std::size_t>(p.param)];
}
INSTANTIATE_TEST_SUITE_P(With, Pair,
                         testing::Values(foreigner::go, foreigner::rust_old, foreigner::rust_new),
                         name_of);

TEST_P(Pair, ACrossingSettlesToOneConnectionAndNothingIsLostBehindIt) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed)
        for (const bool ours_first : {false, true}) { // either peer id is the smaller one
            net n{seed};
            if (ours_first) n.add_lp2p();
            add(n, GetParam());
            if (!ours_first) n.add_lp2p();
            n.dial(0, 1);
            n.dial(1, 0);
            n.net.advance(seconds{3});
            EXPECT_EQ(n.net.links_between(0, 1), 1U) << seed << ours_first;
            EXPECT_EQ(n.connections(0, 1), 1U) << seed << ours_first;
            EXPECT_EQ(n.connections(1, 0), 1U) << seed << ours_first;
            n.talk("after", 10);
            EXPECT_EQ(heard(n, "after"), all_ten) << seed << ours_first;
            const std::size_t theirs = ours_first ? 1 : 0;
            EXPECT_EQ(disabled(n, theirs), 0U) << seed << ours_first;
            const std::size_t topic_peers =
                n.net[theirs].visit([]<class Node>(Node& node) -> std::size_t {
                    if constexpr (std::is_same_v<Node, net::lp2p_node>)
                        return 0;
                    else
                        return node.topic_peers().size();
                });
            EXPECT_EQ(topic_peers, 1U) << seed << ours_first;
        }
}

// --- one of them dials many times at once (T2)
// ----------------------------------------------------

TEST(GoAndRust, LoseEachOtherInABurst) {
    std::size_t hurt = 0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        net n{seed};
        n.add_go();
        n.add_rust({.dials_always = true});
        for (int i = 0; i < 4; ++i) n.dial(1, 0);
        n.net.advance(seconds{3});
        n.talk("after", 10);
        hurt += heard(n, "after") != all_ten || n.as_go(0).topic_peers().empty();
    }
    EXPECT_GT(hurt, 0U);
}

TEST_P(Pair, ABurstEveryHalfSecondIsRefusedAndNothingIsLost) {
    net n;
    n.add_lp2p();
    add(n, GetParam());
    for (int second = 0; second < 12; ++second) {
        for (int i = 0; i < 4; ++i) n.dial(1, 0);
        n.net.advance(milliseconds{500});
    }
    EXPECT_EQ(n.connections(0, 1), 1U);
    EXPECT_EQ(n.connections(1, 0), 1U);
    n.talk("after", 10);
    EXPECT_EQ(heard(n, "after"), all_ten);
    EXPECT_EQ(told<service::pubsub_stream_in_lost>(n, 0), 0U);
    EXPECT_EQ(told<service::pubsub_stream_lost>(n, 0), 0U);
    EXPECT_EQ(disabled(n, 1), 0U);
}

// --- a go that refuses, resets or forgets
// ---------------------------------------------------------

void refuse(net& n, std::size_t go, bool on) {
    n.as_go(go).make([&](auto& rules, auto&) { rules.refuse_pubsub(on); }, n.net.now());
}

TEST(GoAndRust, ARefusalOutlivesItsCause) {
    net n;
    n.add_go({.refuses_pubsub = true});
    n.add_rust({.old = false, .ping_every = milliseconds{500}});
    n.dial(1, 0);
    n.talk("refused", 10);
    EXPECT_EQ(n.as_rust(1).rules().handlers_disabled(n.id(0)), 1U) << "T4: five attempts";
    EXPECT_FALSE(n.as_go(0).rules().lists_meshsub(n.id(1)));
    refuse(n, 0, false);
    n.net.advance(seconds{10});
    n.talk("after", 10);
    EXPECT_EQ(n.silent_pairs("after"), 2U);
}

TEST(Lp2pAndGo, ARefusalEndsWithItsCause) {
    net n;
    n.add_go({.refuses_pubsub = true});
    n.add_lp2p();
    n.dial(1, 0);
    n.net.advance(seconds{2});
    EXPECT_GE(told<service::pubsub_refused>(n, 1), 1U);
    n.talk("refused", 40); // through several connections
    EXPECT_TRUE(n.as_go(0).rules().lists_meshsub(n.id(1)));
    EXPECT_EQ(n.arrived(1, 0, "refused"), 0U);
    refuse(n, 0, false);
    n.net.advance(seconds{10});
    n.talk("after", 10);
    EXPECT_EQ(heard(n, "after"), all_ten);
}

TEST(Lp2pAndGo, AStreamThatIsResetTwentyTimesComesBackTwentyTimes) {
    net n;
    n.add_go();
    n.add_lp2p();
    n.dial(1, 0);
    n.net.advance(seconds{3});
    for (int i = 0; i < 20; ++i) {
        n.as_go(0).make(
            [&](auto& rules, auto& host) { rules.reset_inbound(n.id(1), host, n.net.now()); },
            n.net.now());
        n.net.advance(seconds{1});
    }
    n.net.advance(seconds{5});
    n.talk("after", 10);
    EXPECT_EQ(heard(n, "after"), all_ten);
    EXPECT_EQ(n.as_go(0).topic_peers().size(), 1U);
    EXPECT_EQ(n.net.links_between(0, 1), 1U);
}

TEST(Lp2pAndGo, AGoThatGaveUpIsRemindedByAPush) {
    net n;
    n.add_go();
    n.add_lp2p();
    n.dial(1, 0);
    n.net.advance(seconds{3});
    n.as_go(0).make([&](auto& rules, auto& host) { rules.give_up_on(n.id(1), host, n.net.now()); },
                    n.net.now());
    n.net.advance(seconds{4});
    EXPECT_GE(told<service::gossip_remedy>(n, 1), 1U);
    n.talk("after", 10);
    EXPECT_EQ(heard(n, "after"), all_ten);
}

// --- a rust whose handler gave up (H1)
// ------------------------------------------------------------

/// Who dialed does not matter: the address of the other is known by identify.
class DisabledHandler : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(DialedBy, DisabledHandler, testing::Bool(),
                         [](const auto& p) { return p.param ? "lp2p" : "rust"; });

TEST_P(DisabledHandler, IsCuredByANewConnection) {
    net n;
    n.add_lp2p();
    n.add_rust();
    GetParam() ? n.dial(0, 1) : n.dial(1, 0);
    n.net.advance(seconds{3});
    n.talk("before", 10);
    EXPECT_EQ(heard(n, "before"), all_ten);
    n.as_rust(1).make(
        [&](auto& rules, auto& host) { rules.disable_handlers(n.id(0), host, n.net.now()); },
        n.net.now());
    n.net.advance(seconds{5});
    EXPECT_EQ(told<protocol_withdrawn>(n, 0), 1U);
    EXPECT_GE(told<service::gossip_remedy>(n, 0), 1U);
    EXPECT_EQ(n.net.links_between(0, 1), 1U) << "the new one";
    EXPECT_EQ(n.as_rust(1).rules().handlers_disabled(n.id(0)), 0U);
    n.talk("after", 10);
    EXPECT_EQ(heard(n, "after"), all_ten);
}

TEST(GoAndRust, ADisabledHandlerIsNotCured) {
    net n;
    n.add_go();
    n.add_rust();
    n.dial(1, 0);
    n.net.advance(seconds{3});
    n.as_rust(1).make(
        [&](auto& rules, auto& host) { rules.disable_handlers(n.id(0), host, n.net.now()); },
        n.net.now());
    n.net.advance(seconds{10});
    n.talk("after", 10);
    EXPECT_EQ(n.silent_pairs("after"), 2U);
}

} // namespace
} // namespace lp2p
