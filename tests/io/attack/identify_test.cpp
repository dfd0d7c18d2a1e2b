// SPDX-License-Identifier: Apache-2.0 OR MIT
// threats.md, section 6, over TCP against a whole node.
#include "tests/io/attack/world.hpp"

#include <lp2p/wire/length_prefix.hpp>

namespace lp2p::test::attack {
namespace {

using namespace std::chrono_literals;
using frames::operator+;

byte_vector prefixed(byte_view body) {
    byte_vector out;
    wire::encode_length_prefixed(body, out);
    return out;
}
byte_vector encoded(const identify::message& m) {
    byte_vector body;
    identify::encode(m, body);
    return prefixed(body);
}

struct Section6Identify : row {
    using talk = std::function<byte_vector(std::uint32_t, const attacker&)>;
    int asked = 0;

    /// An attacker who is asked who it is, and answers with these frames.
    attacker& intrude_saying(talk says) {
        attacker& a = w->connect();
        a.agrees_to = {std::string{identify::protocol}};
        a.says = [this, &a, says = std::move(says)](std::uint32_t id, const std::string&) {
            ++asked;
            return says(id, a);
        };
        EXPECT_TRUE(a.upgrade());
        EXPECT_TRUE(w->until([&] { return w->is_connected(a); }));
        return a;
    }
    static identify::message honest(const attacker& a) {
        identify::message m;
        m.public_key = a.who().public_key;
        m.protocols = {"/x/1", "/y/1"};
        m.agent_version = "attacker";
        return m;
    }
    static byte_vector answer(std::uint32_t id, const identify::message& m) {
        return frames::data(id, encoded(m), yamux::fin);
    }
    [[nodiscard]] support knows(const attacker& a, std::string_view protocol) {
        return w->victim.driver.node().supports(a.who().id, protocol);
    }
    [[nodiscard]] std::size_t failures() const { return w->count<service::identify_failed>(); }
    [[nodiscard]] bool until_identified(attacker& a) {
        return w->until([&] { return knows(a, "/x/1") == support::supported; });
    }
};

// --- answers that are none
// ------------------------------------------------------------------------

struct bad_answer {
    const char* name;
    byte_vector (*said)(std::uint32_t stream);
    error why;
};
void PrintTo(const bad_answer& b, std::ostream* out) { *out << b.name; }

struct Section6BadAnswers : Section6Identify, testing::WithParamInterface<bad_answer> {};
INSTANTIATE_TEST_SUITE_P(
    Rows, Section6BadAnswers,
    testing::Values(
        bad_answer{"APartOver8KiB", [](std::uint32_t s) { return frames::data(s, "\x81\x40"); },
                   identify::errc::part_too_long},
        bad_answer{"NoAnswer", [](std::uint32_t) { return byte_vector{}; },
                   identify::errc::identify_timeout},
        bad_answer{"HalfAnAnswer",
                   [](std::uint32_t s) { return frames::data(s, "\x64half an answer"); },
                   identify::errc::identify_timeout},
        bad_answer{"HalfAnAnswerThenFin",
                   [](std::uint32_t s) { return frames::data(s, "\x64half", yamux::fin); },
                   identify::errc::truncated},
        bad_answer{"FinAndNothingElse",
                   [](std::uint32_t s) { return frames::update(s, 0, yamux::fin); },
                   identify::errc::no_message},
        bad_answer{"Reset", [](std::uint32_t s) { return frames::update(s, 5, yamux::rst); },
                   identify::errc::reset},
        bad_answer{"NoProtobuf",
                   [](std::uint32_t s) { return frames::data(s, "\x03\xff\xff\xff", yamux::fin); },
                   identify::errc::malformed}),
    [](const auto& info) { return std::string{info.param.name}; });

TEST_P(Section6BadAnswers, FailAndChangeNothingAndItIsAskedAgain) {
    c.bounds.identify_timeout = 200ms;
    c.bounds.identify_retry_least = 100ms;
    begin();
    attacker& a = intrude_saying([&](std::uint32_t id, const attacker& who) {
        return asked == 1 ? GetParam().said(id) : answer(id, honest(who));
    });
    ASSERT_TRUE(w->until([&] { return failures() == 1; }));
    EXPECT_EQ(w->last<service::identify_failed>()->why, GetParam().why);
    EXPECT_TRUE(w->is_connected(a));
    EXPECT_EQ(knows(a, "/x/1"), support::unknown) << "a failure says nothing";
    EXPECT_TRUE(until_identified(a));
    EXPECT_EQ(failures(), 1U);
    ASSERT_TRUE(a.agree(1, "/echo/1"));
    EXPECT_TRUE(a.echoes(1));
}
TEST_F(Section6Identify, WhereNoStreamIsAnsweredItFailsAndTheConnectionIsKept) {
    c.bounds.identify_timeout = 200ms;
    begin();
    attacker& a = w->connect();
    a.answers = false;
    ASSERT_TRUE(a.upgrade());
    ASSERT_TRUE(w->until([&] { return failures() == 1; }));
    EXPECT_EQ(w->last<service::identify_failed>()->why, fault::timeout);
    EXPECT_TRUE(w->is_connected(a));
    ASSERT_TRUE(a.agree(1, "/echo/1"));
    EXPECT_TRUE(a.echoes(1));
}

// --- answers that lie
// -----------------------------------------------------------------------------

TEST_F(Section6Identify, AKeyThatIsNotTheConnectionsPeerClosesIt) {
    begin();
    attacker& a = intrude_saying([](std::uint32_t id, const attacker& who) {
        identify::message m = honest(who);
        m.public_key = person{91}.public_key;
        return answer(id, m);
    });
    ASSERT_TRUE(a.until_over());
    ASSERT_TRUE(w->until([&] { return w->closed(a).has_value(); }));
    EXPECT_EQ(w->closed(a)->why, error{identify::errc::wrong_key});
    EXPECT_EQ(w->count<service::identified>(), 0U);
}
TEST_F(Section6Identify, ASignedRecordOfAnotherPeerIsIgnored) {
    begin();
    attacker& a = intrude_saying([](std::uint32_t id, const attacker& who) {
        identify::message m = honest(who);
        m.listen_addrs = {*wire::multiaddr::parse("/ip4/192.0.2.1/tcp/1")};
        m.signed_peer_record = person{92}.public_key; // in no envelope, of nobody here
        return answer(id, m);
    });
    ASSERT_TRUE(until_identified(a));
    const auto conn = w->victim.driver.node().established(a.who().id);
    ASSERT_TRUE(conn);
    const auto* said = w->victim.driver.node().about(*conn);
    ASSERT_TRUE(said);
    EXPECT_EQ(said->addresses, (std::vector{*wire::multiaddr::parse("/ip4/192.0.2.1/tcp/1")}));
}
TEST_F(Section6Identify, TenThousandProtocolsAndAddressesAreCut) {
    begin();
    std::string long_one(300, 'p');
    attacker& a = intrude_saying([&](std::uint32_t id, const attacker& who) {
        identify::message m = honest(who);
        byte_vector out = encoded(m);
        for (int part = 0; part < 7; ++part) { // parts are one message, cut anywhere
            identify::message more;
            for (int i = 0; i < 60; ++i)
                more.protocols.push_back("/" + std::to_string(part * 1000 + i) + long_one);
            for (int i = 0; i < 1000 && part == 6; ++i) more.protocols.clear();
            if (part == 6)
                for (int i = 0; i < 500; ++i)
                    more.listen_addrs.push_back(
                        *wire::multiaddr::parse("/ip4/192.0.2.1/tcp/" + std::to_string(1 + i)));
            for (auto& p : more.protocols) p.resize(120);
            append(out, encoded(more));
        }
        return frames::data(id, out, yamux::fin);
    });
    ASSERT_TRUE(until_identified(a));
    const auto* said =
        w->victim.driver.node().about(*w->victim.driver.node().established(a.who().id));
    EXPECT_EQ(said->addresses.size(), c.bounds.identify_addresses);
}

// --- pushes
// ---------------------------------------------------------------------------------------

TEST_F(Section6Identify, APushWithoutProtocolsOrWithoutAnyFieldChangesNothing) {
    begin();
    attacker& a = intrude_saying(
        [](std::uint32_t id, const attacker& who) { return answer(id, honest(who)); });
    ASSERT_TRUE(until_identified(a));
    identify::message only_agent;
    only_agent.agent_version = "renamed";
    std::uint32_t id = 1;
    for (const identify::message& m : {identify::message{}, only_agent}) {
        ASSERT_TRUE(a.agree(id, identify::push_protocol));
        const std::size_t told = w->count<service::protocols_updated>();
        ASSERT_TRUE(a.frames(frames::data(id, encoded(m), yamux::fin)));
        ASSERT_TRUE(w->until([&] { return w->count<service::protocols_updated>() > told; }));
        EXPECT_FALSE(w->last<service::protocols_updated>()->accepted);
        EXPECT_EQ(knows(a, "/x/1"), support::supported);
        EXPECT_EQ(knows(a, "/y/1"), support::supported);
        id += 2;
    }
    EXPECT_EQ(
        w->victim.driver.node().about(*w->victim.driver.node().established(a.who().id))->agent,
        "renamed");
}
TEST_F(Section6Identify, OfTwoHundredPushStreamsOneAtATimeIsHeardAndABucketOfThem) {
    attacker& a = intrude();
    ASSERT_TRUE(a.agree(1, "/echo/1"));
    // All at once, none of them says anything: one is heard, to its deadline.
    for (std::uint32_t i = 0; i < 100; ++i) {
        ASSERT_TRUE(a.open(3 + 2 * i, identify::push_protocol));
    }
    ASSERT_TRUE(a.until([&] { return a.resets == 99; }));
    // The one that is heard ends, others follow whole: as many as the bucket holds.
    std::uint32_t heard = 3;
    while (a.was_reset(heard)) heard += 2;
    ASSERT_TRUE(a.frames(frames::update(heard, 0, yamux::rst)));
    std::size_t through = 0;
    for (std::uint32_t i = 0; i < 100; ++i) {
        const std::uint32_t id = 203 + 2 * i;
        const std::size_t told = w->count<service::protocols_updated>();
        identify::message m;
        m.protocols = {"/push/" + std::to_string(i)};
        ASSERT_TRUE(a.open(id, identify::push_protocol));
        ASSERT_TRUE(a.frames(frames::data(id, encoded(m), yamux::fin)));
        ASSERT_TRUE(w->until(
            [&] { return a.was_reset(id) || w->count<service::protocols_updated>() > told; }));
        through += w->count<service::protocols_updated>() > told;
    }
    EXPECT_GE(through, 1U);
    EXPECT_LE(through, 8U) << "5 and 1 a second";
    EXPECT_TRUE(a.echoes(1));
}

} // namespace
} // namespace lp2p::test::attack
