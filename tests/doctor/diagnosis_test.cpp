// SPDX-License-Identifier: Apache-2.0 OR MIT
// Each rule: its evidence is enough, and what looks like it and is healthy is not.
#include "examples/doctor/diagnosis.hpp"

#include <gtest/gtest.h>

namespace {

using doctor::fact;
using doctor::fault;
using doctor::kind;
using doctor::severity;

/// A record that a test writes by hand; `at` moves its clock.
struct tale {
    doctor::record r{.observer = "node", .impl = "lp2p", .self = "us", .facts = {}};
    std::int64_t now = 0;

    tale& at(std::int64_t ms) {
        now = r.ends_ms = ms;
        return *this;
    }
    fact& say(kind what, const std::string& peer = "them", std::uint64_t conn = 1) {
        fact f{.at_ms = now, .what = what};
        f.peer = peer;
        f.conn = conn;
        return r.facts.emplace_back(std::move(f));
    }
    tale& opened(std::uint64_t conn, const char* dir = "in") {
        say(kind::conn_opened, "them", conn).by = dir;
        return *this;
    }
    tale& closed(std::uint64_t conn, const char* why = "transport_closed",
                 const char* by = "transport") {
        fact& f = say(kind::conn_closed, "them", conn);
        f.why = why;
        f.by = by;
        return *this;
    }
    tale& refused(const char* rule, std::uint64_t beside = 1) {
        say(kind::newcomer_refused, "them", beside).why = rule;
        return *this;
    }
    tale& topic(kind what, const char* name, const char* peer = "them") {
        say(what, peer, 0).topic = name;
        return *this;
    }
    [[nodiscard]] std::vector<fault> faults() const {
        std::vector<fault> out;
        for (const auto& f : doctor::diagnose({&r, 1})) out.push_back(f.what);
        return out;
    }
};
using faults = std::vector<fault>;

TEST(DoctorDuplicates, TwoThatStandForMoreThanThreeSeconds) {
    EXPECT_EQ(tale{}.opened(1).at(100).opened(2).at(5000).faults(),
              faults{fault::duplicate_connections});
    EXPECT_EQ(tale{}.opened(1).opened(2).at(2900).closed(1).at(9000).faults(), faults{})
        << "a crossing";
    EXPECT_EQ(tale{}.opened(1).at(50).closed(1).opened(2).at(9000).faults(), faults{})
        << "one after the other";
    EXPECT_EQ(tale{}.opened(1).opened(2).at(4000).closed(1).at(9000).faults(),
              faults{fault::duplicate_connections})
        << "it was there, though it is over";
}
TEST(DoctorDuplicates, RefusedTwiceInAMinuteAreContained) {
    tale t;
    t.opened(1).at(10).refused("incumbent_alive").at(20).refused("burst");
    const auto found = doctor::diagnose({&t.r, 1});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].what, fault::duplicate_connections);
    EXPECT_EQ(found[0].how, severity::contained);
    EXPECT_EQ(found[0].evidence.size(), 2U);
    EXPECT_EQ(
        tale{}.opened(1).refused("incumbent_alive").at(70'000).refused("incumbent_alive").faults(),
        faults{});
    EXPECT_EQ(tale{}
                  .opened(1)
                  .refused("incumbent_alive")
                  .closed(1)
                  .opened(2)
                  .refused("incumbent_alive", 2)
                  .faults(),
              faults{})
        << "each meeting can cross";
    EXPECT_EQ(
        tale{}.opened(1).refused("crossing").refused("crossing").refused("by_remote").faults(),
        faults{});
    EXPECT_EQ(tale{}.opened(1).refused("replaced").refused("replaced").faults(), faults{})
        << "we wanted it";
}

TEST(DoctorStorm, SixInTenSecondsOrWhereTheObserverSaysSo) {
    tale storm, slow;
    for (int i = 0; i < 6; ++i)
        storm.at(i * 1000)
            .opened(static_cast<std::uint64_t>(i))
            .at(i * 1000 + 500)
            .closed(static_cast<std::uint64_t>(i));
    for (int i = 0; i < 6; ++i)
        slow.at(i * 5000)
            .opened(static_cast<std::uint64_t>(i))
            .at(i * 5000 + 500)
            .closed(static_cast<std::uint64_t>(i));
    EXPECT_EQ(storm.faults(), faults{fault::redial_storm});
    EXPECT_EQ(slow.faults(), faults{}) << "a link that is bad is no storm";
    tale ours;
    for (int i = 0; i < 9; ++i)
        ours.at(i * 100)
            .opened(static_cast<std::uint64_t>(i))
            .closed(static_cast<std::uint64_t>(i), "disconnected", "local");
    EXPECT_EQ(ours.faults(), faults{}) << "we ended each, so they may come back";
    tale told;
    told.say(kind::redial_storm);
    EXPECT_EQ(told.faults(), faults{fault::redial_storm});
}

TEST(DoctorHalfOpen, SilenceEndedItAndNotAWord) {
    EXPECT_EQ(tale{}.opened(1).at(9).closed(1, "keepalive_timeout", "local").faults(),
              faults{fault::half_open});
    EXPECT_EQ(tale{}.opened(1).at(9).closed(1, "connection_stalled", "local").faults(),
              faults{fault::half_open});
    EXPECT_EQ(tale{}.opened(1).at(9).closed(1, "keepalive timeout").faults(),
              faults{fault::half_open})
        << "go's words";
    EXPECT_EQ(tale{}.opened(1).refused("half_open").faults(), faults{fault::half_open});
    EXPECT_EQ(tale{}.opened(1).closed(1).faults(), faults{});
    EXPECT_EQ(tale{}.opened(1).closed(1, "transport_reset").faults(), faults{})
        << "killed: the system said so";
}

TEST(DoctorWrongPeer, OnlyAnotherIdentity) {
    tale t, refused;
    t.say(kind::dial_failed).why = "peer_id_mismatch";
    refused.say(kind::dial_failed).why = "connection_refused";
    EXPECT_EQ(t.faults(), faults{fault::wrong_peer_id});
    EXPECT_EQ(refused.faults(), faults{});
}

tale streams(std::uint64_t many, const char* end) {
    tale t;
    t.opened(1);
    for (std::uint64_t i = 1; i <= many; ++i) {
        fact& f = t.say(kind::stream_opened);
        f.stream = i;
        f.text = "/job/1";
        f.by = "in";
    }
    t.at(30'000);
    for (std::uint64_t i = 1; i <= many && end != nullptr; ++i) {
        fact& f = t.say(kind::stream_ended);
        f.stream = i;
        f.why = end;
    }
    return t;
}
TEST(DoctorLeak, TenThatNobodyEnds) {
    EXPECT_EQ(streams(10, nullptr).faults(), faults{fault::stream_leak});
    EXPECT_EQ(streams(9, nullptr).faults(), faults{});
    EXPECT_EQ(streams(100, "finished").faults(), faults{}) << "long, but ended";
    EXPECT_EQ(streams(10, "disconnected").closed(1, "disconnected", "local").faults(),
              faults{fault::stream_leak})
        << "they fell with their connection";
    tale told;
    told.say(kind::stream_leak).text = "/job/1";
    EXPECT_EQ(told.faults(), faults{fault::stream_leak});
}

TEST(DoctorLimit, EachWithItsNumbersAndThoseOfThePeer) {
    tale t;
    fact& f = t.say(kind::limit_hit);
    f.text = "streams_out";
    f.value = 3;
    f.most = 3;
    const auto found = doctor::diagnose({&t.r, 1});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NE(found[0].evidence[0].find("streams_out, value 3, limit 3"), std::string::npos);
    const auto resets = [](int many, const char* why) {
        tale r;
        for (int i = 0; i < many; ++i) r.say(kind::stream_failed).why = why;
        return r.faults();
    };
    EXPECT_EQ(resets(3, "negotiation_reset"), faults{fault::limit_hit});
    EXPECT_EQ(resets(2, "negotiation_reset"), faults{}) << "a connection that just ended";
    EXPECT_EQ(resets(9, "not_supported"), faults{}) << "an answer is no limit";
}

TEST(DoctorWithdrawal, ByRustItIsAHandlerElseAProtocol) {
    const auto list = [](const char* agent, std::vector<std::string> gone) {
        tale t;
        t.opened(1).say(kind::agent_told).text = agent;
        t.say(kind::protocols_gone).list = std::move(gone);
        return t.faults();
    };
    EXPECT_EQ(list("rust-libp2p/0.57", {"/meshsub/1.1.0"}), faults{fault::handler_disabled});
    EXPECT_EQ(list("go-libp2p", {"/meshsub/1.1.0"}), faults{fault::protocol_withdrawn});
    EXPECT_EQ(list("go-libp2p", {"/unused/1"}), faults{}) << "nobody used it";
    tale told;
    told.say(kind::handler_disabled).text = "said rust itself";
    EXPECT_EQ(told.faults(), faults{fault::handler_disabled});
}

TEST(DoctorOneWay, WhatLastsAndNotWhatWasMended) {
    tale refused;
    refused.opened(1).say(kind::gossip_refused).why = "stream_reset";
    EXPECT_EQ(tale{refused}.at(1000).faults(), faults{}) << "too early to say";
    EXPECT_EQ(tale{refused}.at(3000).faults(), faults{fault::one_way_gossip});
    tale mended = refused;
    mended.at(3000).say(kind::gossip_out_open);
    EXPECT_EQ(mended.at(9000).faults(), faults{});
    mended.say(kind::gossip_out_closed).why = "connection_ended";
    EXPECT_EQ(mended.closed(1).at(20'000).faults(), faults{}) << "it ended with its connection";

    tale silent;
    silent.opened(1).say(kind::gossip_silent).value = 4000;
    EXPECT_EQ(silent.faults(), faults{fault::one_way_gossip});
    silent.say(kind::gossip_heard);
    EXPECT_EQ(silent.faults(), faults{});

    tale one;
    one.opened(1).say(kind::gossip_out_open);
    one.say(kind::gossip_in_open);
    EXPECT_EQ(tale{one}.at(60'000).faults(), faults{});
    one.at(1000).say(kind::gossip_in_closed);
    EXPECT_EQ(tale{one}.at(7000).faults(), faults{fault::one_way_gossip});
    one.at(2000).say(kind::gossip_in_open);
    EXPECT_EQ(one.at(60'000).faults(), faults{});
}
TEST(DoctorOneWay, SubscriptionsThatWentWithAReplacedStream) {
    tale t;
    t.opened(1).topic(kind::subscribed, "t").at(1000).topic(kind::unsubscribed, "t");
    EXPECT_EQ(tale{t}.at(9000).faults(), faults{}) << "the peer left the topic";
    t.at(1500).say(kind::counted).most = 1;
    EXPECT_EQ(tale{t}.at(9000).faults(), faults{fault::one_way_gossip});
    EXPECT_EQ(t.at(2000).topic(kind::subscribed, "t").at(9000).faults(), faults{}) << "it is back";
}
TEST(DoctorOneWay, OneHearsAndTheOtherDoesNot) {
    tale a, b;
    a.r.observer = a.r.self = "a";
    b.r.observer = b.r.self = "b";
    b.topic(kind::topic_joined, "t", "b").say(kind::conn_opened, "a", 1).by = "in";
    for (int i = 0; i < 10; ++i) a.topic(kind::published, "t", "a");
    std::vector<doctor::record> both{a.r, b.r};
    EXPECT_TRUE(doctor::diagnose(both).empty()) << "nothing shows that it works the other way";
    a.topic(kind::message, "t", "b");
    both = {a.r, b.r};
    ASSERT_EQ(doctor::diagnose(both).size(), 1U);
    EXPECT_EQ(doctor::diagnose(both)[0].what, fault::one_way_gossip);
    b.topic(kind::message, "t", "a");
    both = {a.r, b.r};
    EXPECT_TRUE(doctor::diagnose(both).empty());
}

TEST(DoctorTopics, LookAlikesAndStrangers) {
    const auto pair = [](const char* ours, const char* theirs) {
        return tale{}
            .opened(1)
            .topic(kind::topic_joined, ours, "us")
            .topic(kind::subscribed, theirs)
            .at(1000)
            .faults();
    };
    for (const char* theirs : {"Blocks", "/blocks", "block", "blokcs", "blocks/"})
        EXPECT_EQ(pair("blocks", theirs), faults{fault::topic_mismatch}) << theirs;
    for (const char* theirs : {"blocks", "blocks/1", "orders"})
        EXPECT_EQ(pair("blocks", theirs), faults{}) << theirs;
    tale other;
    other.opened(1).topic(kind::topic_joined, "blocks", "us").topic(kind::subscribed, "orders");
    EXPECT_EQ(tale{other}.at(5000).faults(), faults{fault::topic_mismatch}) << "nobody has ours";
    EXPECT_EQ(other.topic(kind::subscribed, "blocks", "third").at(5000).faults(), faults{})
        << "somebody has";
    tale both;
    both.opened(1)
        .topic(kind::topic_joined, "Blocks", "us")
        .topic(kind::subscribed, "Blocks")
        .topic(kind::subscribed, "blocks");
    EXPECT_EQ(both.at(5000).faults(), faults{}) << "one peer has both: they are two topics";
}

TEST(DoctorMessageIds, PromisesAndForms) {
    tale t;
    for (int i = 0; i < 2; ++i) {
        fact& f = t.say(kind::rejected);
        f.why = "broken_promise";
        f.value = 1;
    }
    EXPECT_EQ(t.faults(), faults{}) << "two can be lost with a stream";
    t.r.facts.back().value = 2;
    EXPECT_EQ(t.faults(), faults{fault::message_id_mismatch});

    tale a, b;
    b.r.observer = "other";
    a.topic(kind::published, "t").r.facts.back().text = "00240801122000";
    b.topic(kind::published, "t").r.facts.back().text = "3132443f";
    std::vector<doctor::record> both{a.r, a.r};
    EXPECT_TRUE(doctor::diagnose(both).empty());
    both = {a.r, b.r};
    b.r.facts.back().text = "31324433";
    both = {a.r, b.r};
    ASSERT_EQ(doctor::diagnose(both).size(), 1U);
    EXPECT_EQ(doctor::diagnose(both)[0].what, fault::message_id_mismatch);
    EXPECT_EQ(doctor::diagnose(both)[0].evidence.size(), 2U);
}

/// Ids of an Ed25519, a secp256k1 and an RSA author by each function that has the author in it.
TEST(DoctorMessageIds, KeysOfSeveralTypesAreNoMismatch) {
    const std::string number(16, '0'), key(64, 'a'), hash(64, 'b');
    const std::vector<std::vector<std::string>> functions{
        {"002408011220" + key + number, "00250802122102" + key + number, "1220" + hash + number},
        {"08011220" + key + number, "0802122102" + key + number, hash + number},
        {"313244334b6f6f57", "3136556975324841", "516d"}}; // 12D3KooW 16Uiu2HA Qm
    std::vector<doctor::record> one_each;
    for (const auto& ids : functions) {
        std::vector<doctor::record> all;
        for (const std::string& id : ids) {
            tale t;
            t.topic(kind::published, "t").r.facts.back().text = id;
            all.push_back(t.r);
        }
        EXPECT_TRUE(doctor::diagnose(all).empty()) << ids[0];
        one_each.push_back(all[0]);
    }
    EXPECT_FALSE(doctor::diagnose(one_each).empty());
}

TEST(DoctorKeys, SignaturesPoliciesAndRecords) {
    for (const char* why :
         {"bad_signature", "missing_signature", "key_mismatch", "bad_seqno", "invalid signature"}) {
        tale t;
        t.say(kind::rejected).why = why;
        EXPECT_EQ(t.faults(), faults{fault::clock_or_key_trouble}) << why;
    }
    for (const char* why :
         {"graft_in_backoff", "duplicate", "ignored_by_validator", "own_author"}) {
        tale t;
        t.say(kind::rejected).why = why;
        EXPECT_EQ(t.faults(), faults{}) << why;
    }
    tale outdated, twins;
    outdated.say(kind::record_ignored).why = "record_outdated";
    EXPECT_EQ(outdated.faults(), faults{fault::clock_or_key_trouble});
    fact& own = twins.say(kind::rejected);
    own.why = "own_author";
    own.value = 5;
    EXPECT_EQ(twins.faults(), faults{fault::clock_or_key_trouble}) << "somebody has our key";
}
TEST(DoctorKeys, NumbersThatGoBackOrLieInTheFuture) {
    const auto hex = [](std::uint64_t n) {
        char text[17];
        std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(n));
        return std::string{text};
    };
    constexpr std::uint64_t now_ns = 1'700'000'000'000'000'000, second = 1'000'000'000;
    const auto numbers = [&](std::uint64_t first, std::uint64_t then) {
        tale t;
        t.r.unix_ms = static_cast<std::int64_t>(now_ns / 1'000'000);
        t.topic(kind::message, "t").r.facts.back().text = hex(first);
        t.topic(kind::message, "t").r.facts.back().text = hex(then);
        return t.faults();
    };
    EXPECT_EQ(numbers(now_ns, now_ns + 1), faults{});
    EXPECT_EQ(numbers(now_ns, now_ns - 30 * second), faults{}) << "out of order";
    EXPECT_EQ(numbers(now_ns, now_ns - 90 * second), faults{fault::clock_or_key_trouble});
    EXPECT_EQ(numbers(now_ns, now_ns + 3600 * second), faults{fault::clock_or_key_trouble});
    EXPECT_EQ(numbers(7, 3), faults{}) << "numbers that are no time";
    EXPECT_EQ(numbers(UINT64_MAX, 3), faults{});
}

TEST(DoctorChart, EvidenceIsBoundedAndFindingsAreMerged) {
    tale t;
    for (int i = 0; i < 100; ++i) t.say(kind::limit_hit).text = "streams_in";
    t.say(kind::limit_hit, "other").text = "streams_in";
    const auto found = doctor::diagnose({&t.r, 1});
    ASSERT_EQ(found.size(), 2U) << "one for each peer";
    const auto& many = found[0].peer == "them" ? found[0] : found[1];
    ASSERT_EQ(many.evidence.size(), doctor::most_evidence + 1);
    EXPECT_EQ(many.evidence.back(), "and 94 more");
    EXPECT_TRUE(doctor::diagnose({}).empty());
}

} // namespace
