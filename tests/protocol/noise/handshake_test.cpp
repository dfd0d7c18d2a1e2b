// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/noise/handshake.hpp>

#include <lp2p/crypto/botan.hpp>

#include "tests/protocol/noise/forger.hpp"
#include "tests/support/laws.hpp"
#include "tests/support/null_crypto.hpp"
#include "tests/support/pair.hpp"

#include <gtest/gtest.h>

namespace lp2p::noise {
namespace {

using test::drain;
using test::start;

static_assert(duplex<handshake<crypto::botan>> && duplex<handshake<test::null_crypto>>);
static_assert(!std::copyable<handshake<crypto::botan>>, "copies would use nonces again");

/// Two nodes, A dialing B, for every provider.
template <class Crypto>
class NoiseHandshake : public testing::Test {
protected:
    using machine = handshake<Crypto>;
    Crypto crypto{};
    typename Crypto::private_key key_a = test::test_key(crypto, 1);
    typename Crypto::private_key key_b = test::test_key(crypto, 2);
    wire::peer_id id_a = test::id_of(crypto, key_a), id_b = test::id_of(crypto, key_b);
    identity own_a = make_identity(crypto, key_a), own_b = make_identity(crypto, key_b);

    machine dialer(config c = {}) { return {role::dialer, own_a, std::move(c), crypto, start}; }
    machine listener(config c = {}) { return {role::listener, own_b, std::move(c), crypto, start}; }
    /// A listener that waits for message 3.
    machine second_stage(test::forger<Crypto>& peer, config c = {}) {
        auto m = listener(std::move(c));
        EXPECT_TRUE(m.receive(peer.write({}), start));
        EXPECT_TRUE(peer.read(drain(m)));
        return m;
    }
    /// Gives a listener this payload in message 3, by an end that keeps all other rules.
    std::optional<reason> listener_told(byte_view payload, config c = {}) {
        test::forger<Crypto> peer{role::dialer, crypto};
        auto m = second_stage(peer, std::move(c));
        return end_by(m, peer.write(payload));
    }
    /// The same for a dialer and message 2.
    std::optional<reason> dialer_told(byte_view payload, config c = {}) {
        test::forger<Crypto> peer{role::listener, crypto};
        auto m = dialer(std::move(c));
        EXPECT_TRUE(peer.read(drain(m)));
        return end_by(m, peer.write(payload));
    }
    static std::optional<reason> end_by(machine& m, byte_view in) {
        const auto took = m.receive(in, start);
        EXPECT_EQ(took.has_value(), !m.ended().has_value());
        bool was_proven = false;
        std::size_t ends = 0;
        while (auto e = m.poll_event()) {
            was_proven = was_proven || std::holds_alternative<proven>(*e);
            if (const auto* end = std::get_if<noise::ended>(&*e)) {
                ++ends;
                EXPECT_EQ(end->why, *m.ended());
            }
        }
        EXPECT_EQ(was_proven, !m.ended().has_value());
        EXPECT_EQ(ends, m.ended() ? 1U : 0U);
        if (m.ended()) {
            EXPECT_EQ(took.error(), m.ended()->why);
            EXPECT_TRUE(m.transmit(1000).empty());
            EXPECT_EQ(m.wants_end(), (end{end::fin, 0}));
            EXPECT_TRUE(m.remote_key().data.empty());
            EXPECT_TRUE(m.remote_muxers().empty());
        }
        return m.ended();
    }
    static reason ours(errc why) { return {why, party::local, 0}; }
};
using providers = testing::Types<crypto::botan, test::null_crypto>;
TYPED_TEST_SUITE(NoiseHandshake, providers);

template <class Event>
bool has_proven(const std::vector<Event>& events, const wire::peer_id& peer) {
    return events.size() == 1 && std::holds_alternative<proven>(events[0]) &&
           std::get<proven>(events[0]).peer == peer;
}

TYPED_TEST(NoiseHandshake, TheMessagesOnTheWire) {
    auto d = this->dialer(), l = this->listener();
    EXPECT_TRUE(l.transmit(1000).empty()) << "a listener speaks second";
    const byte_vector one = drain(d);
    ASSERT_EQ(one.size(), 34U);
    EXPECT_EQ(one[0], std::byte{0x00});
    EXPECT_EQ(one[1], std::byte{0x20});
    ASSERT_EQ(l.receive(one, start), one.size());
    const byte_vector two = drain(l);
    EXPECT_EQ(two.size(), 2U + 32 + 48 + 104 + 16) << "Ed25519, no muxers";
    EXPECT_EQ(wire::load_u16(two.data()), two.size() - 2);
    ASSERT_EQ(d.receive(two, start), two.size());
    EXPECT_TRUE(d.transmit(1000).empty()) << "message 3 waits for proceed";
    d.proceed();
    const byte_vector three = drain(d);
    EXPECT_EQ(three.size(), 2U + 48 + 104 + 16);
    ASSERT_EQ(l.receive(three, start), three.size());
    l.proceed();
    ASSERT_TRUE(d.ended() && l.ended());
    EXPECT_EQ(*d.ended(), reason{});
    EXPECT_EQ(*l.ended(), reason{});
}

TYPED_TEST(NoiseHandshake, BothProveThemselvesAndShareAChannel) {
    config c;
    c.expected = this->id_b;
    c.muxers = {"/yamux/1.0.0"};
    config c_listener;
    c_listener.muxers = {"/mplex/6.7.0", "/yamux/1.0.0"};
    test::pair p{this->dialer(c), this->listener(c_listener)};
    p.pump();
    ASSERT_TRUE(has_proven(p.take_dialer_events(), this->id_b));
    EXPECT_TRUE(p.listener_events.empty()) << "the dialer is proven by message 3 only";
    EXPECT_FALSE(p.dialer.ended());
    p.dialer.proceed();
    p.pump();
    ASSERT_TRUE(has_proven(p.take_listener_events(), this->id_a));
    EXPECT_FALSE(p.listener.ended());
    p.listener.proceed();
    p.pump();
    ASSERT_EQ(p.dialer_events.size(), 1U);
    ASSERT_EQ(p.listener_events.size(), 1U);
    EXPECT_EQ(std::get<ended>(p.dialer_events[0]).why, reason{});
    EXPECT_EQ(std::get<ended>(p.listener_events[0]).why, reason{});
    EXPECT_EQ(p.dialer.remote_peer(), this->id_b);
    EXPECT_EQ(p.listener.remote_peer(), this->id_a);
    EXPECT_TRUE(equal(p.dialer.remote_key().data, this->key_b.public_data()));
    EXPECT_EQ(p.dialer.remote_muxers(), c_listener.muxers);
    EXPECT_EQ(p.listener.remote_muxers(), c.muxers);
    EXPECT_EQ(choose_muxer(c.muxers, p.dialer.remote_muxers()), 0U);
    EXPECT_EQ(p.dialer.wants_end(), std::nullopt) << "the stream goes on";

    auto a = p.dialer.take_channel(), b = p.listener.take_channel();
    for (const std::string_view text : {"one", "two"}) {
        byte_vector frame(2);
        append(frame, as_bytes(text));
        frame.resize(frame.size() + a.trailer);
        a.seal(frame);
        ASSERT_EQ(b.receive(frame, start), frame.size());
        EXPECT_EQ(as_text(b.plaintext()), text);
        std::swap(a, b);
    }
}

TYPED_TEST(NoiseHandshake, AnyPiecesWillDo) {
    test::pair p{this->dialer(), this->listener()};
    p.piece = 1;
    p.packet = 7;
    p.pump();
    p.dialer.proceed();
    p.pump();
    ASSERT_TRUE(has_proven(p.listener_events, this->id_a));
    p.listener.proceed();
    ASSERT_TRUE(p.listener.ended());
    EXPECT_EQ(*p.listener.ended(), reason{});
}

TYPED_TEST(NoiseHandshake, WhatFollowsTheLastMessageIsLeftForTheChannel) {
    test::pair p{this->dialer(), this->listener()};
    p.pump();
    p.dialer.proceed();
    byte_vector three = drain(p.dialer);
    const std::size_t size = three.size();
    append(three, as_bytes("early data"));
    EXPECT_EQ(p.listener.receive(three, start), size);
    EXPECT_EQ(p.listener.receive(as_bytes("more"), start), std::size_t{0}) << "while it waits";
    p.listener.proceed();
    EXPECT_EQ(p.listener.receive(as_bytes("more"), start), std::size_t{0}) << "and after it";
    EXPECT_EQ(*p.listener.ended(), reason{});
}

TYPED_TEST(NoiseHandshake, ProceedAndRefuseAreAnswersAndNothingElse) {
    auto d = this->dialer(), l = this->listener();
    d.proceed();
    d.refuse();
    l.proceed();
    l.refuse();
    EXPECT_FALSE(d.ended() || l.ended()) << "nobody was proven yet";
    ASSERT_TRUE(l.receive(drain(d), start));
    ASSERT_TRUE(d.receive(drain(l), start));
    d.refuse();
    EXPECT_EQ(*d.ended(), this->ours(errc::refused_by_caller));
    EXPECT_TRUE(d.transmit(1000).empty()) << "a refused listener must not learn who dialed";
    EXPECT_EQ(d.wants_end(), (end{end::fin, 0}));
    d.proceed();
    EXPECT_EQ(*d.ended(), this->ours(errc::refused_by_caller));
}

TYPED_TEST(NoiseHandshake, AListenerCanRefuseToo) {
    test::pair p{this->dialer(), this->listener()};
    p.pump();
    p.dialer.proceed();
    p.pump();
    p.listener.refuse();
    p.pump();
    EXPECT_EQ(*p.listener.ended(), this->ours(errc::refused_by_caller));
    EXPECT_EQ(p.listener_events.size(), 2U);
}

// threats.md §4: proven peer id is not the dialled one.
TYPED_TEST(NoiseHandshake, AnotherPeerThanTheDialedOneIsReportedWithBothIds) {
    config c;
    c.expected = this->id_a; // B answers
    auto d = this->dialer(c), l = this->listener();
    ASSERT_TRUE(l.receive(drain(d), start));
    EXPECT_EQ(this->end_by(d, drain(l)), this->ours(errc::peer_id_mismatch));
    EXPECT_EQ(d.expected(), this->id_a);
    EXPECT_EQ(d.remote_peer(), this->id_b);
    EXPECT_TRUE(d.transmit(1000).empty()) << "our identity must not reach a stranger";
}

// The order of noise.md §5: the mismatch is found before the signature is looked at.
TYPED_TEST(NoiseHandshake, TheIdIsComparedBeforeTheSignature) {
    config c;
    c.expected = this->id_b;
    test::forger<TypeParam> some{role::listener, this->crypto};
    payload p = some.claim(this->key_a);
    p.identity_sig.back() ^= std::byte{1};
    EXPECT_EQ(this->dialer_told(encode_payload(p), c), this->ours(errc::peer_id_mismatch));
}

// threats.md §4: signature by another key.
TYPED_TEST(NoiseHandshake, ASignatureByAnotherKeyOrOfAnotherStaticKeyEndsIt) {
    const auto told = [&](auto spoil) {
        for (const bool to_listener : {true, false}) {
            test::forger<TypeParam> peer{to_listener ? role::dialer : role::listener, this->crypto};
            auto m = to_listener ? this->second_stage(peer) : this->dialer();
            if (!to_listener) {
                ASSERT_TRUE(peer.read(drain(m)));
            }
            payload p = peer.claim(this->key_a);
            const bool good = spoil(p);
            const auto why = this->end_by(m, peer.write(encode_payload(p)));
            if (good)
                EXPECT_EQ(why, std::nullopt);
            else
                EXPECT_EQ(why, this->ours(errc::bad_signature));
        }
    };
    told([](payload&) { return true; });
    told([&](payload& p) {
        p.identity_key =
            wire::public_key{crypto::key_type::ed25519, to_vector(this->key_b.public_data())}
                .encode();
        return false;
    });
    told([&](payload& p) { // replayed from another session
        p.identity_sig = this->own_a.signature;
        return false;
    });
    told([&](payload& p) { // without the prefix
        p.identity_sig = this->crypto.sign(this->key_a, as_bytes("x")).value();
        return false;
    });
    told([](payload& p) { return p.identity_sig.pop_back(), false; });
    told([](payload& p) { return p.identity_sig[3] ^= std::byte{8}, false; });
}

// threats.md §4: key of another type; missing key or signature; unparsable payload.
TYPED_TEST(NoiseHandshake, EveryBadPayloadHasItsOwnReason) {
    test::forger<TypeParam> some{role::dialer, this->crypto};
    const payload good = some.claim(this->key_a);
    const auto both = [&](const byte_vector& message, errc why) {
        EXPECT_EQ(this->listener_told(message), this->ours(why)) << name(why);
        EXPECT_EQ(this->dialer_told(message), this->ours(why)) << name(why);
    };
    both({}, errc::missing_key);
    both(to_vector(as_bytes("\xff\xff\xff")), errc::malformed_payload);
    payload p = good;
    p.identity_key.clear();
    both(encode_payload(p), errc::missing_key);
    p = good;
    p.identity_sig.clear();
    both(encode_payload(p), errc::missing_signature);
    p = good;
    p.identity_key.push_back(std::byte{});
    both(encode_payload(p), errc::malformed_key);
    p = good;
    p.identity_key.erase(p.identity_key.begin() + 2, p.identity_key.end());
    both(encode_payload(p), errc::malformed_key);
    p = good;
    p.identity_key[1] = std::byte{9}; // no such type
    both(encode_payload(p), errc::unsupported_key_type);
    p = good;
    byte_vector point(33);
    point[0] = std::byte{2};
    p.identity_key = wire::public_key{crypto::key_type::secp256k1, point}.encode();
    both(encode_payload(p), std::is_same_v<TypeParam, crypto::botan> ? errc::bad_signature
                                                                    : errc::unsupported_key_type);
    p = good;
    p.stream_muxers.assign(101, "/m");
    both(encode_payload(p), errc::too_many_muxers);
}

TYPED_TEST(NoiseHandshake, APayloadAtTheLimitIsReadAndOneByteMoreIsNot) {
    for (const bool to_listener : {true, false})
        for (const std::size_t over : std::initializer_list<std::size_t>{0, 1}) {
            test::forger<TypeParam> peer{to_listener ? role::dialer : role::listener, this->crypto};
            auto m = to_listener ? this->second_stage(peer) : this->dialer();
            if (!to_listener) {
                ASSERT_TRUE(peer.read(drain(m)));
            }
            byte_vector message = encode_payload(peer.claim(this->key_a));
            const std::size_t most = default_limits.noise_payload;
            byte_vector padding(most - message.size() - 3 + over); // field 3 is skipped
            wire::message_writer{message}.bytes(3, padding);
            ASSERT_EQ(message.size(), most + over);
            const auto frame = peer.write(message);
            if (over == 0) {
                EXPECT_EQ(this->end_by(m, frame), std::nullopt);
            } else { // by its length alone
                EXPECT_EQ(this->end_by(m, byte_view{frame}.first(2)),
                          this->ours(errc::message_too_long));
            }
        }
}

// threats.md §4: other protocol on the port; frame of length 0. All by the first two bytes.
TYPED_TEST(NoiseHandshake, WhatIsNoNoiseEndsAtTheFirstLength) {
    const auto listener_sees = [&](std::string_view in) {
        auto m = this->listener();
        return this->end_by(m, as_bytes(in));
    };
    EXPECT_EQ(listener_sees("GE"), this->ours(errc::unexpected_payload)) << "HTTP";
    EXPECT_EQ(listener_sees("\x16\x03"), this->ours(errc::unexpected_payload)) << "TLS";
    EXPECT_EQ(listener_sees("\x13/"), this->ours(errc::unexpected_payload)) << "multistream";
    EXPECT_EQ(listener_sees(std::string_view{"\0\0", 2}), this->ours(errc::empty_frame));
    EXPECT_EQ(listener_sees(std::string_view{"\0\x1f", 2}), this->ours(errc::message_too_short));
    EXPECT_EQ(listener_sees(std::string_view{"\0\x21", 2}), this->ours(errc::unexpected_payload));
    const auto dialer_sees = [&](std::string_view in) {
        auto m = this->dialer();
        return this->end_by(m, as_bytes(in));
    };
    EXPECT_EQ(dialer_sees("HT"), this->ours(errc::message_too_long));
    EXPECT_EQ(dialer_sees(std::string_view{"\0\0", 2}), this->ours(errc::empty_frame));
    EXPECT_EQ(dialer_sees(std::string_view{"\0\x5f", 2}), this->ours(errc::message_too_short));
    test::forger<TypeParam> peer{role::dialer, this->crypto};
    auto third = this->second_stage(peer);
    EXPECT_EQ(this->end_by(third, byte_vector(2)), this->ours(errc::empty_frame));
}

TYPED_TEST(NoiseHandshake, Message1WithAPayloadIsRefused) {
    test::forger<TypeParam> peer{role::dialer, this->crypto};
    auto m = this->listener();
    EXPECT_EQ(this->end_by(m, peer.write(as_bytes("x"))), this->ours(errc::unexpected_payload));
}

TYPED_TEST(NoiseHandshake, KeysOfLowOrderAreRefused) {
    byte_vector zeros(34);
    zeros[1] = std::byte{32};
    auto l = this->listener();
    EXPECT_EQ(this->end_by(l, zeros), this->ours(errc::low_order_point));
    byte_vector answer(2 + 96);
    answer[1] = std::byte{96};
    auto d = this->dialer();
    EXPECT_EQ(this->end_by(d, answer), this->ours(errc::low_order_point));
}

TYPED_TEST(NoiseHandshake, AnyBitFlippedInMessage2Or3EndsItUnproven) {
    // Every bit of the sealed parts; the keys in the clear of message 1 and 2 are part of the hash.
    for (const bool third : {false, true})
        for (std::size_t bit = 0;; bit += std::is_same_v<TypeParam, crypto::botan> ? 13 : 1) {
            auto d = this->dialer(), l = this->listener();
            ASSERT_TRUE(l.receive(drain(d), start));
            byte_vector message = drain(l);
            auto* victim = &d;
            if (third) {
                ASSERT_TRUE(d.receive(message, start));
                d.proceed();
                message = drain(d);
                victim = &l;
            }
            if (16 + bit >= 8 * message.size()) break;
            message[2 + bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
            const auto why = this->end_by(*victim, message);
            ASSERT_TRUE(why) << "message " << (third ? 3 : 2) << " bit " << bit;
            EXPECT_EQ(why->why, errc::decrypt_failed);
        }
}

TYPED_TEST(NoiseHandshake, AChangedMessage1IsNoticedByTheDialer) {
    auto d = this->dialer(), l = this->listener();
    byte_vector one = drain(d);
    one[20] ^= std::byte{1};
    ASSERT_TRUE(l.receive(one, start));
    EXPECT_EQ(this->end_by(d, drain(l)), this->ours(errc::decrypt_failed));
}

// threats.md §4: cut after any byte of the upgrade.
TYPED_TEST(NoiseHandshake, ACutAfterAnyByteIsAClearErrorAndTheMemoryIsBack) {
    auto whole_dialer = this->dialer(), whole_listener = this->listener();
    const byte_vector one = drain(whole_dialer);
    ASSERT_TRUE(whole_listener.receive(one, start));
    const byte_vector two = drain(whole_listener);
    for (const end how : {end{end::fin, 0}, end{end::reset, 77}}) {
        for (std::size_t cut = 0; cut <= one.size(); ++cut) {
            auto l = this->listener();
            ASSERT_EQ(l.receive(byte_view{one}.first(cut), start), cut);
            l.receive_end(how, start);
            const bool reset = how.how == end::reset;
            EXPECT_EQ(*l.ended(), (reason{reset ? errc::transport_reset : errc::transport_closed,
                                          party::remote, how.code}));
            EXPECT_TRUE(l.transmit(1000).empty());
            EXPECT_EQ(l.next_timeout(), std::nullopt);
        }
    }
    for (std::size_t cut = 0; cut < two.size(); ++cut) {
        auto d = this->dialer();
        test::forger<TypeParam> peer{role::listener, this->crypto};
        ASSERT_TRUE(peer.read(drain(d)));
        const byte_vector answer = peer.write(encode_payload(peer.claim(this->key_b)));
        ASSERT_EQ(d.receive(byte_view{answer}.first(cut), start), cut);
        d.receive_end({}, start);
        EXPECT_EQ(*d.ended(), (reason{errc::transport_closed, party::remote, 0}));
    }
}

TYPED_TEST(NoiseHandshake, TheEndOfTheTransportWhileItWaitsForTheAnswer) {
    auto d = this->dialer(), l = this->listener();
    ASSERT_TRUE(l.receive(drain(d), start));
    ASSERT_TRUE(d.receive(drain(l), start));
    d.receive_end({}, start);
    EXPECT_EQ(*d.ended(), (reason{errc::transport_closed, party::remote, 0}));
    d.proceed();
    EXPECT_TRUE(d.transmit(1000).empty());
}

// threats.md §4: open and silent; length announced, then silence.
TYPED_TEST(NoiseHandshake, SilenceEndsAtTheDeadlineOfTheWholeStep) {
    config c;
    c.timeout = seconds{10};
    auto silent = this->listener(c);
    EXPECT_EQ(silent.next_timeout(), start + seconds{10});
    silent.handle_timeout(start + seconds{10} - milliseconds{1});
    EXPECT_FALSE(silent.ended());
    silent.handle_timeout(start + seconds{10});
    EXPECT_EQ(*silent.ended(), this->ours(errc::handshake_timeout));
    EXPECT_EQ(silent.next_timeout(), std::nullopt);

    auto slow = this->listener(c); // a byte now and then moves nothing
    for (int i = 1; i < 10; ++i)
        ASSERT_TRUE(slow.receive(byte_vector(1, std::byte{i == 2 ? std::byte{32} : std::byte{}}),
                                 start + seconds{i}));
    EXPECT_EQ(slow.next_timeout(), start + seconds{10});

    auto held = this->dialer(c), l = this->listener(c); // nor does waiting for the answer
    ASSERT_TRUE(l.receive(drain(held), start));
    ASSERT_TRUE(held.receive(drain(l), start));
    held.handle_timeout(start + seconds{10});
    EXPECT_EQ(*held.ended(), this->ours(errc::handshake_timeout));
}

TYPED_TEST(NoiseHandshake, AnIdentityThatCannotBeShownEndsItAtOnce) {
    identity unsigned_identity = this->own_a;
    unsigned_identity.signature.clear();
    for (const role r : {role::dialer, role::listener}) {
        handshake<TypeParam> m{r, unsigned_identity, {}, this->crypto, start};
        ASSERT_TRUE(m.ended());
        EXPECT_EQ(*m.ended(), this->ours(errc::unusable_identity));
        EXPECT_TRUE(m.transmit(1000).empty());
    }
    config c;
    c.muxers.assign(100, std::string(200, 'm')); // more than a payload may hold
    auto l = this->listener(c);
    auto d = this->dialer();
    EXPECT_EQ(this->end_by(l, drain(d)), this->ours(errc::unusable_identity));
}

TYPED_TEST(NoiseHandshake, KeysAreNewInEveryHandshake) {
    auto one = this->dialer(), two = this->dialer();
    EXPECT_NE(drain(one), drain(two));
}

// ---- the laws ----

class NoiseHandshakeLaws : public testing::Test {
protected:
    test::null_crypto setup{1};
    identity own_a = make_identity(setup, test::test_key(setup, 1));
    identity own_b = make_identity(setup, test::test_key(setup, 2));

    auto subject(role r, bool proceeds = true) {
        const identity& own = r == role::dialer ? own_a : own_b;
        return test::subject{[r, &own](instant at) {
                                 return handshake<test::null_crypto>{
                                     r,
                                     own,
                                     {.muxers = {"/yamux/1.0.0"}},
                                     test::null_crypto{r == role::dialer ? 5U : 6U},
                                     at};
                             },
                             [proceeds](auto& m, const auto& event, instant, test::journal& j) {
                                 if (const auto* p = std::get_if<proven>(&event)) {
                                     j.say("proven " + p->peer.to_string());
                                     if (proceeds)
                                         m.proceed();
                                     else
                                         m.refuse();
                                 } else {
                                     j.say("ended " + test::to_text(std::get<ended>(event).why));
                                 }
                             }};
    }
    struct transcript {
        byte_vector one, two, three;
    };
    transcript record() {
        auto d = subject(role::dialer).make(start), l = subject(role::listener).make(start);
        transcript t;
        t.one = drain(d);
        EXPECT_TRUE(l.receive(t.one, start));
        t.two = drain(l);
        EXPECT_TRUE(d.receive(t.two, start));
        d.proceed();
        t.three = drain(d);
        EXPECT_TRUE(l.receive(t.three, start));
        return t;
    }
};

TEST_F(NoiseHandshakeLaws, OfAGoodHandshake) {
    const transcript t = record();
    byte_vector last = t.three;
    append(last, as_bytes("the channel's first bytes"));
    EXPECT_EQ("", test::all_laws(
                      subject(role::listener),
                      {test::arrives(t.one), test::time_passes(seconds{1}), test::arrives(last)}));
    EXPECT_EQ("", test::all_laws(subject(role::dialer), {test::arrives(t.two)}));
    EXPECT_EQ("", test::finality(subject(role::dialer), {test::arrives(t.two)}, true, 1000));
    EXPECT_EQ("", test::finality(subject(role::listener),
                                 {test::arrives(t.one), test::arrives(t.three)}, true, 0));
}

TEST_F(NoiseHandshakeLaws, OfABadOne) {
    transcript t = record();
    t.two[60] ^= std::byte{1};
    t.three[60] ^= std::byte{1};
    EXPECT_EQ("", test::all_laws(subject(role::dialer), {test::arrives(t.two)}));
    EXPECT_EQ("", test::all_laws(subject(role::listener),
                                 {test::arrives(t.one), test::arrives(t.three)}));
    EXPECT_EQ("", test::finality(subject(role::listener),
                                 {test::arrives(t.one), test::arrives(t.three)}, true, 0));
    EXPECT_EQ("", test::all_laws(subject(role::listener), {test::arrives(as_bytes("GET / HTTP"))}));
}

TEST_F(NoiseHandshakeLaws, OfSilenceRefusalAndCuts) {
    const transcript t = record();
    EXPECT_EQ("", test::all_laws(subject(role::listener), {test::time_passes(seconds{11})}));
    EXPECT_EQ("", test::all_laws(subject(role::dialer), {test::time_passes(seconds{11})}));
    EXPECT_EQ("", test::all_laws(subject(role::dialer, false), {test::arrives(t.two)}));
    for (std::size_t cut = 0; cut < t.two.size(); cut += 20)
        EXPECT_EQ("",
                  test::all_laws(subject(role::dialer), {test::arrives(byte_view{t.two}.first(cut)),
                                                         test::other_side_ends({end::reset, 3})}));
}

} // namespace
} // namespace lp2p::noise
