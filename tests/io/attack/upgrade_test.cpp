// SPDX-License-Identifier: Apache-2.0 OR MIT
// threats.md, section 4, over TCP against a whole node.
#include "tests/io/attack/world.hpp"
#include "tests/protocol/noise/forger.hpp"

namespace lp2p::test::attack {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using Section4Upgrade = row;

byte_vector bytes(std::string_view text) { return to_vector(as_bytes(text)); }

// --- other protocols on the port
// ------------------------------------------------------------------

struct greeting {
    const char* name;
    byte_vector said;
};
void PrintTo(const greeting& g, std::ostream* out) { *out << g.name; }

struct Section4OtherProtocols : rows<greeting> {};
INSTANTIATE_TEST_SUITE_P(Rows, Section4OtherProtocols,
                         testing::Values(greeting{"Http",
                                                  bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n")},
                                         greeting{"Tls", bytes("\x16\x03\x01\x02\x01\x01")},
                                         greeting{"Ssh", bytes("SSH-2.0-OpenSSH_9.2\r\n")},
                                         greeting{"Zeros", byte_vector(64)}),
                         by_name{});

TEST_P(Section4OtherProtocols, AreHungUpOnAtOnceAndQuietly) {
    begin();
    attacker& a = w->connect();
    const auto begun = clock::now();
    ASSERT_TRUE(a.say(GetParam().said));
    ASSERT_TRUE(a.until_over());
    EXPECT_LT(clock::now() - begun, 2s); // 100 ms; the machine may be busy
    EXPECT_EQ(a.heard, 0U);
    ASSERT_TRUE(w->until([&] { return w->failed(a).has_value(); }));
    EXPECT_EQ(w->failed(a)->why, fault::remote);
    EXPECT_EQ(w->failed(a)->stage, upgrade_stage::security);
}

// --- silence
// --------------------------------------------------------------------------------------

struct silence {
    const char* name;
    byte_vector said;
};
void PrintTo(const silence& s, std::ostream* out) { *out << s.name; }

struct Section4Silence : rows<silence> {};
INSTANTIATE_TEST_SUITE_P(
    Rows, Section4Silence,
    testing::Values(silence{"FromTheStart", {}}, silence{"BehindALength", bytes("\x13")},
                    silence{"BehindALine", lines({hello})},
                    silence{"BehindHalfANoiseMessage",
                            frames::operator+(lines({hello, "/noise"}),
                                              bytes(std::string("\0\x20mm", 4)))}),
    by_name{});

TEST_P(Section4Silence, IsHungUpOnAtTheDeadlineAndHoldsWhatCame) {
    c.bounds.upgrade_timeout = 250ms;
    begin();
    const std::size_t before = bytes_in_use();
    reset_peak_bytes();
    attacker& a = w->connect();
    ASSERT_TRUE(a.say(GetParam().said));
    ASSERT_TRUE(a.until_over());
    EXPECT_LT(peak_bytes_in_use(), before + 24 * 1024) << "with the attacker's own";
    ASSERT_TRUE(w->until([&] { return w->failed(a).has_value(); }));
    EXPECT_EQ(w->failed(a)->why, error{connections::errc::upgrade_timeout});
}

TEST_F(Section4Upgrade, TwoHundredSilentConnectionsAndAnHonestPeerIsReadyAtOnce) {
    begin();
    const auto two_hundred = [&] {
        for (int i = 0; i < 200; ++i) (void)w->connect();
    };
    two_hundred();
    w->expect_newcomer_welcome();
    w->start_over();
    const std::size_t before = bytes_in_use();
    two_hundred();
    const auto begun = clock::now();
    w->expect_newcomer_welcome();
    EXPECT_LT(clock::now() - begun, 2s); // 250 ms; the machine may be busy
    EXPECT_LT(bytes_in_use(), before + 200 * 8 * 1024) << "with the attackers' own";
    EXPECT_GE(w->count<swarms::upgrade_failed>(), 200U - c.bounds.upgrading);
    EXPECT_EQ(w->last<swarms::upgrade_failed>()->why, error{swarms::errc::too_many_upgrading});
}

// --- noise
// ----------------------------------------------------------------------------------------

TEST_F(Section4Upgrade, AFrameOfLengthZeroInTheHandshakeIsTheEnd) {
    begin();
    attacker& a = w->connect();
    ASSERT_TRUE(a.say(lines({hello, "/noise"})));
    ASSERT_TRUE(a.say(byte_vector(2)));
    expect_failed(a, noise::errc::empty_frame);
    EXPECT_EQ(w->failed(a)->stage, upgrade_stage::handshake);
}
TEST_F(Section4Upgrade, OneBitFlippedAnywhereInAFrameAndNothingOfItIsDelivered) {
    begin();
    for (const std::size_t at : {2U, 9U, 13U, 30U}) {
        attacker& a = w->intrude();
        ASSERT_TRUE(a.agree(1, "/hold/1"));
        ASSERT_TRUE(w->until([&] { return !w->victim.held.empty(); }));
        byte_vector frame = a.sealed(frames::data(1, "words"));
        frame.at(at) ^= std::byte{0x10};
        (void)a.say(frame);
        ASSERT_TRUE(a.until_over());
        ASSERT_TRUE(w->until([&] { return w->closed(a).has_value(); }));
        EXPECT_EQ(w->closed(a)->why, error{noise::errc::decrypt_failed}) << at;
        char buffer[8];
        std::optional<std::error_code> read;
        w->victim.held.back().async_read_some(asio::buffer(buffer),
                                              [&](std::error_code ec, std::size_t n) {
                                                  read = ec;
                                                  EXPECT_EQ(n, 0U);
                                              });
        ASSERT_TRUE(w->until([&] { return read.has_value(); }));
        EXPECT_EQ(io::from_error_code(*read), error{noise::errc::decrypt_failed});
        w->victim.held.clear();
    }
}

// --- the payload of message 3
// ---------------------------------------------------------------------

struct claim {
    const char* name;
    byte_vector (*spoil)(noise::payload honest);
    noise::errc why;
};
void PrintTo(const claim& f, std::ostream* out) { *out << f.name; }
/// An encoded PublicKey of this type over the bytes of an Ed25519 key.
byte_vector key_of_type(std::uint8_t type, byte_view honest) {
    byte_vector key = to_vector(honest);
    key.at(1) = std::byte{type};
    return key;
}

struct Section4Claims : rows<claim> {};
INSTANTIATE_TEST_SUITE_P(
    Rows, Section4Claims,
    testing::Values(
        claim{"SignatureByAnotherKey",
              [](noise::payload p) {
                  p.identity_key = person{90}.public_key;
                  return noise::encode_payload(p);
              },
              noise::errc::bad_signature},
        claim{"KeyOfAnotherType",
              [](noise::payload p) {
                  p.identity_key = key_of_type(2, p.identity_key);
                  return noise::encode_payload(p);
              },
              noise::errc::malformed_key},
        claim{"KeyOfAnUnknownType",
              [](noise::payload p) {
                  p.identity_key = key_of_type(9, p.identity_key);
                  return noise::encode_payload(p);
              },
              noise::errc::unsupported_key_type},
        claim{"MissingKey",
              [](noise::payload p) {
                  p.identity_key.clear();
                  byte_vector out = noise::encode_payload(p);
                  return out;
              },
              noise::errc::missing_key},
        claim{"MissingSignature",
              [](noise::payload p) {
                  byte_vector out{std::byte{0x0a}, static_cast<std::byte>(p.identity_key.size())};
                  append(out, p.identity_key);
                  return out;
              },
              noise::errc::missing_signature},
        claim{"Unparsable", [](noise::payload) { return bytes("\x0a\x7f no such message"); },
              noise::errc::malformed_payload},
        claim{"Nothing", [](noise::payload) { return byte_vector{}; }, noise::errc::missing_key}),
    by_name{});

TEST_P(Section4Claims, EndItBeforeTheMuxerWithOneReason) {
    begin();
    attacker& a = w->connect();
    forger<crypto::botan> hand{noise::role::dialer, a.who().crypto};
    ASSERT_TRUE(a.say(lines({hello, "/noise"})));
    ASSERT_TRUE(a.expect(lines({hello, "/noise"})));
    ASSERT_TRUE(a.say(hand.write({})));
    ASSERT_TRUE(hand.read(a.expect_message()));
    ASSERT_TRUE(a.say(hand.write(GetParam().spoil(hand.claim(a.who().key)))));
    expect_failed(a, GetParam().why);
    EXPECT_EQ(w->failed(a)->stage, upgrade_stage::handshake);
    EXPECT_EQ(w->count<swarms::upgrade_failed>(), 1U);
}

// --- somebody else answers
// ------------------------------------------------------------------------

TEST_F(Section4Upgrade, WhoIsNotTheOneThatWasDialedIsLeftAndTheOtherAddressesAreTried) {
    begin();
    impostor false_one{w->context};
    house wanted{w->context, 50};
    std::vector<std::error_code> dialed;
    const auto told = [&](std::error_code ec, conn_id) { dialed.push_back(ec); };
    w->victim.driver.async_dial(false_one.at.with_peer(wanted.id), told);
    w->victim.driver.async_dial(wanted.at, told);
    attacker& a = false_one.next(*w, 66);
    (void)a.upgrade_as_listener();
    ASSERT_TRUE(w->until([&] { return dialed.size() == 2; }));
    for (const auto& ec : dialed) EXPECT_FALSE(ec) << ec.message();
    EXPECT_TRUE(a.over() || a.until_over());
    EXPECT_EQ(w->victim.driver.node().connections_to(wanted.id), 1U);
    EXPECT_EQ(w->victim.driver.node().connections_to(a.who().id), 0U);
    w->victim.driver.node().disconnect(wanted.id, io::now());
    w->victim.driver.wake();
}
TEST_F(Section4Upgrade, WhereNobodyElseIsTheErrorSaysThatItWasAnotherPeer) {
    begin();
    impostor false_one{w->context};
    const person wanted{51};
    std::optional<std::error_code> dialed;
    w->victim.driver.async_dial(false_one.at.with_peer(wanted.id),
                                [&](std::error_code ec, conn_id) { dialed = ec; });
    attacker& a = false_one.next(*w, 66);
    (void)a.upgrade_as_listener();
    ASSERT_TRUE(w->until([&] { return dialed.has_value(); }));
    EXPECT_EQ(io::from_error_code(*dialed), error{noise::errc::peer_id_mismatch});
    EXPECT_TRUE(a.over() || a.until_over());
}

// --- cuts
// -----------------------------------------------------------------------------------------

TEST_F(Section4Upgrade, CutAfterAnyByteOfItThereIsOneReasonAndNothingLeft) {
    begin();
    std::size_t whole = 0;
    for (bool done = false; !done; ++whole) {
        attacker& a = w->connect_as(70);
        a.cut_after = whole;
        if (a.upgrade()) (void)w->until([&] { return a.cut_after == 0; });
        a.cut(); // behind its pong it was a connection
        ASSERT_TRUE(w->until([&] { return w->failed(a) || w->closed(a); })) << whole;
        done = w->closed(a).has_value();
        EXPECT_EQ(done ? w->closed(a)->why : w->failed(a)->why, fault::closed) << whole;
    }
    --whole;
    EXPECT_GT(whole, 200U) << "it was a whole upgrade";
    EXPECT_EQ(w->count<swarms::upgrade_failed>(), whole);
}
TEST_F(Section4Upgrade, AFinAfterAnyByteOfItIsTheSame) {
    begin();
    byte_vector said = lines({hello, "/noise"});
    for (std::size_t n = 0; n <= said.size(); ++n) {
        attacker& a = w->connect();
        ASSERT_TRUE(a.say(byte_view{said}.first(n)));
        a.fin();
        expect_failed(a, connections::errc::transport_closed);
    }
}

} // namespace
} // namespace lp2p::test::attack
