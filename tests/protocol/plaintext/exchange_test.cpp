// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/plaintext/exchange.hpp>

#include <lp2p/crypto/botan.hpp>
#include <lp2p/protocol/noise/handshake.hpp>

#include "tests/support/laws.hpp"
#include "tests/support/null_crypto.hpp"
#include "tests/support/pair.hpp"

#include <gtest/gtest.h>

namespace lp2p::insecure {
namespace {

using machine = exchange<test::null_crypto>;
using test::start;
static_assert(duplex<machine> && duplex<exchange<crypto::botan>>);

/// What `connection` asks of a security: noise and plaintext must be interchangeable.
template <class S>
concept security =
    duplex<typename S::handshake> && std::movable<typename S::channel> &&
    requires(typename S::handshake h, const typename S::handshake c, typename S::channel ch,
             const typename S::channel const_ch, typename S::config& config,
             const test::null_crypto& crypto, const test::null_private_key& key,
             mutable_bytes bytes, instant now) {
        { S::id } -> std::convertible_to<std::string_view>;
        { S::make_identity(crypto, key) } -> std::same_as<typename S::identity>;
        requires std::constructible_from<typename S::handshake, typename S::role,
                                         const typename S::identity&, typename S::config,
                                         test::null_crypto, instant>;
        { S::role::dialer } -> std::convertible_to<typename S::role>;
        { S::role::listener } -> std::convertible_to<typename S::role>;
        config.expected = std::optional<wire::peer_id>{};
        config.muxers = std::vector<std::string>{};
        config.timeout = duration{};
        { h.proceed() } -> std::same_as<void>;
        { h.refuse() } -> std::same_as<void>;
        { c.remote_peer() } -> std::same_as<const wire::peer_id&>;
        { c.expected() } -> std::same_as<const std::optional<wire::peer_id>&>;
        { c.remote_key() } -> std::same_as<const wire::public_key&>;
        { c.remote_muxers() } -> std::same_as<const std::vector<std::string>&>;
        { h.take_channel() } -> std::same_as<typename S::channel>;
        requires std::same_as<typename S::handshake::event,
                              std::variant<typename S::proven, typename S::ended>>;
        { S::channel::header } -> std::convertible_to<std::size_t>;
        { S::channel::trailer } -> std::convertible_to<std::size_t>;
        { S::channel::most_plaintext } -> std::convertible_to<std::size_t>;
        { ch.receive(bytes, now) } -> std::same_as<result<std::size_t>>;
        { const_ch.has_plaintext() } -> std::same_as<bool>;
        { ch.plaintext() } -> std::same_as<mutable_bytes>;
        { ch.release() } -> std::same_as<void>;
        { ch.seal(bytes) } -> std::same_as<void>;
        { const_ch.ended() } -> std::same_as<const std::optional<reason>&>;
    };
static_assert(security<plaintext<test::null_crypto>>);
static_assert(security<noise::security<test::null_crypto>>);
static_assert(!security<int>);

class Exchange : public testing::Test {
protected:
    test::null_crypto crypto{3};
    test::null_private_key key_a{crypto::key32{std::byte{1}}}, key_b{crypto::key32{std::byte{2}}};
    identity own_a = make_identity(crypto, key_a), own_b = make_identity(crypto, key_b);
    wire::public_key public_b{key_b.type(), to_vector(key_b.public_data())};
    wire::peer_id id_a = wire::peer_id::of({key_a.type(), to_vector(key_a.public_data())}, crypto);
    wire::peer_id id_b = wire::peer_id::of(public_b, crypto);

    machine dialer(config c = {}) { return {role::dialer, own_a, std::move(c), crypto, start}; }
    machine listener(config c = {}) { return {role::listener, own_b, std::move(c), crypto, start}; }
    static byte_vector framed(byte_view body) {
        byte_vector out;
        wire::encode_length_prefixed(body, out);
        return out;
    }
    static byte_vector message(byte_view id, byte_view key) {
        byte_vector out;
        wire::message_writer to{out};
        if (!id.empty()) to.bytes(1, id);
        if (!key.empty()) to.bytes(2, key);
        return out;
    }
    /// Why a dialer ends that hears this; nothing where it does not.
    std::optional<reason> told(byte_view in, config c = {}) {
        auto m = dialer(std::move(c));
        const auto took = m.receive(in, start);
        EXPECT_EQ(took.has_value(), !m.ended().has_value());
        if (m.ended()) {
            EXPECT_TRUE(m.transmit(1000).empty());
            EXPECT_EQ(m.wants_end(), (end{end::fin, 0}));
            EXPECT_EQ(m.receive(in, start).error(), m.ended()->why);
        }
        return m.ended();
    }
    static reason ours(errc why) { return {why, party::local, 0}; }
};

TEST_F(Exchange, TheBytesOfTheSpecification) {
    // plaintext.md: Exchange = 0a 26 <38> 12 24 <36> = 78 bytes, prefix 4e.
    auto m = dialer();
    const byte_vector sent = to_vector(m.transmit(1000));
    ASSERT_EQ(sent.size(), 79U);
    EXPECT_EQ(sent[0], std::byte{0x4e});
    EXPECT_EQ(sent[1], std::byte{0x0a});
    EXPECT_EQ(sent[2], std::byte{0x26});
    EXPECT_TRUE(equal(byte_view{sent}.subspan(3, 38), id_a.bytes()));
    EXPECT_EQ(sent[41], std::byte{0x12});
    EXPECT_EQ(sent[42], std::byte{0x24});
    EXPECT_TRUE(equal(byte_view{sent}.subspan(43), id_a.bytes().subspan(2)));
}

TEST_F(Exchange, BothSendAtOnceAndNameThemselves) {
    config c;
    c.expected = id_b;
    test::pair p{dialer(c), listener()};
    p.piece = 1;
    p.pump();
    ASSERT_EQ(p.dialer_events.size(), 1U);
    ASSERT_EQ(p.listener_events.size(), 1U);
    EXPECT_EQ(std::get<proven>(p.dialer_events[0]).peer, id_b);
    EXPECT_EQ(std::get<proven>(p.listener_events[0]).peer, id_a);
    EXPECT_EQ(p.dialer.remote_key(), public_b);
    EXPECT_FALSE(p.dialer.ended());
    p.dialer.proceed();
    p.listener.proceed();
    p.pump();
    EXPECT_EQ(*p.dialer.ended(), reason{});
    EXPECT_EQ(std::get<ended>(p.listener_events[1]).why, reason{});
    EXPECT_EQ(p.dialer.wants_end(), std::nullopt);
    EXPECT_TRUE(p.dialer.remote_muxers().empty());
}

TEST_F(Exchange, WhatFollowsIsLeftForTheNextLayer) {
    auto m = dialer();
    byte_vector in = framed(own_b.message);
    const std::size_t size = in.size();
    append(in, as_bytes("next"));
    EXPECT_EQ(m.receive(in, start), size);
    EXPECT_EQ(m.receive(as_bytes("next"), start), std::size_t{0});
    m.proceed();
    EXPECT_EQ(m.receive(as_bytes("next"), start), std::size_t{0});
    EXPECT_EQ(m.transmit(1000).size(), 79U) << "our message still goes out";
}

TEST_F(Exchange, TheChannelPassesThrough) {
    channel c = dialer().take_channel();
    EXPECT_EQ(c.header + c.trailer, 0U);
    byte_vector bytes = to_vector(as_bytes("text"));
    c.seal(bytes);
    EXPECT_EQ(as_text(bytes), "text");
    EXPECT_EQ(c.receive(bytes, start), std::size_t{4});
    ASSERT_TRUE(c.has_plaintext());
    EXPECT_EQ(c.plaintext().data(), bytes.data());
    c.release();
    EXPECT_FALSE(c.has_plaintext());
    EXPECT_FALSE(c.ended());
}

TEST_F(Exchange, EveryBadMessageHasItsOwnReason) {
    const byte_vector key = public_b.encode();
    EXPECT_EQ(told(framed({})), ours(errc::missing_key));
    EXPECT_EQ(told(framed(message(id_b.bytes(), {}))), ours(errc::missing_key));
    EXPECT_EQ(told(framed(message({}, key))), ours(errc::missing_id));
    EXPECT_EQ(told(framed(as_bytes("\xff\xff"))), ours(errc::malformed_exchange));
    EXPECT_EQ(told(framed(as_bytes("\x08\x01"))), ours(errc::malformed_exchange));
    EXPECT_EQ(told(framed(message(as_bytes("id"), key))), ours(errc::malformed_exchange));
    byte_vector longer = key;
    longer.push_back({});
    EXPECT_EQ(told(framed(message(id_b.bytes(), longer))), ours(errc::malformed_key));
    EXPECT_EQ(told(framed(message(id_a.bytes(), key))), ours(errc::id_not_of_key));
    byte_vector hashed{std::byte{0x12}, std::byte{0x20}}; // the legacy id of an Ed25519 key
    append(hashed, crypto.sha256(key));
    EXPECT_EQ(told(framed(message(hashed, key))), ours(errc::id_not_of_key));
    byte_vector unknown = own_b.message;
    wire::message_writer{unknown}.bytes(9, as_bytes("skipped"));
    EXPECT_EQ(told(framed(unknown)), std::nullopt);
}

TEST_F(Exchange, LongerThanTheLimitIsRefusedByItsLength) {
    for (const std::size_t over : std::initializer_list<std::size_t>{0, 1}) {
        byte_vector body = own_b.message;
        const byte_vector padding(default_limits.plaintext_exchange - body.size() - 3 + over);
        wire::message_writer{body}.bytes(9, padding);
        ASSERT_EQ(body.size(), default_limits.plaintext_exchange + over);
        const byte_vector in = framed(body);
        if (over == 0)
            EXPECT_EQ(told(in), std::nullopt);
        else
            EXPECT_EQ(told(byte_view{in}.first(2)), ours(errc::exchange_too_long));
    }
    EXPECT_EQ(told(as_bytes(std::string_view{"\x80\x00", 2})), ours(errc::bad_length));
    EXPECT_EQ(told(as_bytes("GET / HTTP/1.1\r\n")), std::nullopt) << "0x47 may be a length";
}

TEST_F(Exchange, AnotherPeerThanTheDialedOneIsReportedWithBothIds) {
    config c;
    c.expected = id_a;
    auto m = dialer(c);
    EXPECT_FALSE(m.receive(framed(own_b.message), start));
    EXPECT_EQ(*m.ended(), ours(errc::peer_id_mismatch));
    EXPECT_EQ(m.expected(), id_a);
    EXPECT_EQ(m.remote_peer(), id_b);
}

TEST_F(Exchange, ACutAfterAnyByteIsAClearError) {
    const byte_vector in = framed(own_b.message);
    for (std::size_t cut = 0; cut < in.size(); ++cut)
        for (const end how : {end{end::fin, 0}, end{end::reset, 9}}) {
            auto m = dialer();
            ASSERT_EQ(m.receive(byte_view{in}.first(cut), start), cut);
            m.proceed();
            m.refuse();
            ASSERT_FALSE(m.ended()) << "nobody has named itself";
            m.receive_end(how, start);
            const bool reset = how.how == end::reset;
            EXPECT_EQ(*m.ended(), (reason{reset ? errc::transport_reset : errc::transport_closed,
                                          party::remote, how.code}));
        }
}

TEST_F(Exchange, SilenceEndsAtTheDeadline) {
    config c;
    c.timeout = seconds{10};
    auto m = listener(c);
    EXPECT_EQ(m.next_timeout(), start + seconds{10});
    m.handle_timeout(start + seconds{10} - milliseconds{1});
    EXPECT_FALSE(m.ended());
    m.handle_timeout(start + seconds{10});
    EXPECT_EQ(*m.ended(), ours(errc::exchange_timeout));
}

TEST_F(Exchange, TheLaws) {
    const auto subject = [&](bool proceeds) {
        return test::subject{[this](instant at) {
                                 return machine{role::dialer, own_a, {}, crypto, at};
                             },
                             [proceeds](auto& m, const auto& event, instant, test::journal& j) {
                                 if (const auto* p = std::get_if<proven>(&event)) {
                                     j.say("proven " + p->peer.to_string());
                                     proceeds ? m.proceed() : m.refuse();
                                 } else {
                                     j.say("ended " + test::to_text(std::get<ended>(event).why));
                                 }
                             }};
    };
    byte_vector good = framed(own_b.message);
    append(good, as_bytes("the next layer"));
    const byte_vector bad = framed(message(id_a.bytes(), public_b.encode()));
    for (const bool proceeds : {true, false}) {
        EXPECT_EQ("", test::all_laws(subject(proceeds), {test::arrives(good)}));
        EXPECT_EQ("", test::finality(subject(proceeds), {test::arrives(good)}, true, 100));
    }
    EXPECT_EQ("", test::all_laws(subject(true), {test::arrives(bad)}));
    EXPECT_EQ("", test::all_laws(subject(true), {test::time_passes(seconds{11})}));
    EXPECT_EQ("", test::all_laws(subject(true), {test::arrives(byte_view{good}.first(9)),
                                                 test::other_side_ends({end::reset, 4})}));
}

} // namespace
} // namespace lp2p::insecure
