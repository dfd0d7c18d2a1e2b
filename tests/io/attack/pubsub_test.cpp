// SPDX-License-Identifier: Apache-2.0 OR MIT
// threats.md, section 7, over TCP against a whole node. Rows that speak of a penalty are here as
// far as their limits go: there is no score yet.
#include "tests/io/attack/world.hpp"

#include <lp2p/protocol/pubsub/rpc_encode.hpp>
#include <lp2p/protocol/pubsub/signing.hpp>
#include <lp2p/wire/length_prefix.hpp>

namespace lp2p::test::attack {
namespace {

using namespace std::chrono_literals;
using pubsub::errc;

constexpr std::string_view meshsub = pubsub::gossipsub_v12_protocol;

byte_vector prefixed(byte_view body) {
    byte_vector out;
    wire::encode_length_prefixed(body, out);
    return out;
}
/// An RPC of nothing but control entries, with its length.
byte_vector control(byte_view entries) {
    byte_vector body;
    pubsub::encode_control_header(entries.size(), body);
    append(body, entries);
    return prefixed(body);
}
template <class Encode, class... Args>
byte_vector entry(Encode encode, const Args&... args) {
    byte_vector out;
    encode(args..., out);
    return out;
}
byte_vector graft() { return control(entry(pubsub::encode_graft, "t")); }
byte_vector prune(std::optional<std::uint64_t> wait) {
    return control(entry(pubsub::encode_prune, "t", wait));
}
byte_vector subscription(std::string_view topic) {
    return prefixed(entry(pubsub::encode_subscription, topic, true));
}
byte_vector publish(const pubsub::message_view& m) {
    return prefixed(entry(pubsub::encode_publish, m));
}
/// Ids of four bytes, all different.
std::vector<byte_vector> ids(std::size_t n, std::uint32_t first = 0) {
    std::vector<byte_vector> all(n, byte_vector(4));
    for (std::size_t i = 0; i < n; ++i)
        for (unsigned b = 0; b < 4; ++b)
            all[i][b] = static_cast<std::byte>((first + i) >> (8 * b) & 0xff);
    return all;
}

struct Section7Pubsub : row {
    std::map<const attacker*, std::uint32_t> theirs; ///< the node's gossip stream to the attacker

    node& victim() { return w->victim.driver.node(); }
    /// The victim and the honest peer are in each other's mesh of "t".
    void begin_gossip() {
        begin();
        for (house* h : {&w->victim, &w->honest}) {
            EXPECT_TRUE(h->driver.node().subscribe("t", io::now()));
            h->driver.wake();
        }
        EXPECT_TRUE(w->until([&] { return in_mesh(w->honest.id); }));
        w->honest.heard = [this](const node_event& e) {
            if (const auto* m = std::get_if<service::pubsub_message>(&e))
                if (const auto taken = w->honest.driver.node().take(m->id))
                    at_honest.emplace_back(as_text(taken->view.data));
        };
    }
    /// An attacker with a gossip stream each way; its own is number 1.
    attacker& gossiper() {
        attacker& a = w->connect();
        a.agrees_to = {std::string{meshsub}};
        a.says = [this, &a](std::uint32_t id, const std::string&) {
            theirs[&a] = id;
            return byte_vector{};
        };
        EXPECT_TRUE(a.upgrade());
        EXPECT_TRUE(a.agree(1, meshsub));
        EXPECT_TRUE(a.until([&] { return theirs.contains(&a); }));
        return a;
    }
    attacker& mesh_member() {
        attacker& a = gossiper();
        EXPECT_TRUE(say(a, subscription("t")));
        EXPECT_TRUE(say(a, graft()));
        EXPECT_TRUE(w->until([&] { return in_mesh(a.who().id); }));
        return a;
    }
    bool say(attacker& a, byte_view rpcs, std::uint32_t stream = 1) { return a.pour(stream, rpcs); }
    [[nodiscard]] bool in_mesh(const wire::peer_id& peer) {
        const auto all = victim().pubsub_state()->mesh_peers("t");
        return std::find(all.begin(), all.end(), peer) != all.end();
    }
    /// How often the victim refused something of this peer for this reason.
    [[nodiscard]] std::size_t rejected(const attacker& a, error why) const {
        std::size_t n = 0;
        for (const node_event& e : w->told)
            if (const auto* r = std::get_if<service::message_rejected>(&e))
                if (r->peer == a.who().id && r->why == why) n += r->count;
        return n;
    }
    [[nodiscard]] bool until_rejected(attacker& a, error why, std::size_t times = 1) {
        return w->until([&] { return rejected(a, why) >= times; });
    }
    /// Events come one by one, behind what they tell of: waits for so many, and for no more.
    template <class E>
    void expect_told_of(const attacker& a, std::size_t times) {
        EXPECT_TRUE(w->until([&] { return told_of<E>(a) >= times; })) << told_of<E>(a);
        w->pass(20ms);
        EXPECT_EQ(told_of<E>(a), times);
    }
    template <class E>
    [[nodiscard]] std::size_t told_of(const attacker& a) const {
        std::size_t n = 0;
        for (const node_event& e : w->told)
            if (const E* found = std::get_if<E>(&e)) n += found->peer == a.who().id;
        return n;
    }
    /// Whole RPCs that the victim sent; views are into the attacker's copy of the stream.
    [[nodiscard]] std::vector<pubsub::rpc> heard(attacker& a) {
        std::vector<pubsub::rpc> all;
        wire::cursor in{a.streams[theirs.at(&a)].text};
        for (;;) {
            const auto size = in.uvarint();
            if (!size || *size > in.remaining()) return all;
            all.push_back(pubsub::decode_rpc(*in.take(static_cast<std::size_t>(*size))).value());
        }
    }
    template <class Count>
    [[nodiscard]] std::size_t sum(attacker& a, Count count) {
        std::size_t n = 0;
        for (const pubsub::rpc& r : heard(a)) n += count(r);
        return n;
    }
    static pubsub::own_message signed_by(const person& who, std::uint64_t seqno,
                                         std::string_view text) {
        return pubsub::sign(who.crypto, who.key, who.id, seqno, "t", as_bytes(text)).value();
    }
    /// A good message of the attacker's comes through, to the node and on to the honest peer.
    void expect_gossip(attacker& a, std::uint32_t stream = 1) {
        const auto m = signed_by(a.who(), 1'000'000, "good");
        ASSERT_TRUE(say(a, publish(m.view()), stream));
        EXPECT_TRUE(w->until([&] { return !at_honest.empty(); })) << "gossip has stopped";
        EXPECT_EQ(at_honest, std::vector<std::string>{"good"}) << "and nothing else came through";
    }
    std::vector<std::string> at_honest;
    std::uint64_t told_messages = 0;
};

// --- GRAFT and PRUNE
// ------------------------------------------------------------------------------

struct wait_case {
    const char* name;
    std::uint64_t seconds;
};
void PrintTo(const wait_case& c, std::ostream* out) { *out << c.name; }
struct Section7PruneBackoff : Section7Pubsub, testing::WithParamInterface<wait_case> {};
INSTANTIATE_TEST_SUITE_P(Rows, Section7PruneBackoff,
                         testing::Values(wait_case{"Zero", 0}, wait_case{"TwoTo63", 1ULL << 63U},
                                         wait_case{"TwoTo64Minus1", ~0ULL}),
                         by_name{});
TEST_P(Section7PruneBackoff, IsHeldForHeartbeatsAndBreaksNothing) {
    c.gossip.heartbeat = 20ms;
    begin_gossip();
    attacker& a = mesh_member();
    const auto grafts = [&] { return sum(a, [](const pubsub::rpc& r) { return r.graft.size(); }); };
    ASSERT_TRUE(say(a, prune(GetParam().seconds)));
    ASSERT_TRUE(w->until([&] { return !in_mesh(a.who().id); }));
    const std::size_t before = grafts();
    w->pass(200ms); // ten heartbeats in which the mesh is too small
    EXPECT_EQ(grafts(), before) << "it was asked for a wait";
    EXPECT_FALSE(in_mesh(a.who().id));
    expect_gossip(a);
}
TEST_F(Section7Pubsub, GraftsInBackoffAreAnsweredByOnePruneInTenSeconds) {
    begin_gossip();
    attacker& a = mesh_member();
    ASSERT_TRUE(say(a, prune(60)));
    ASSERT_TRUE(w->until([&] { return !in_mesh(a.who().id); }));
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(say(a, graft()));
    ASSERT_TRUE(until_rejected(a, errc::graft_in_backoff, 100));
    EXPECT_FALSE(in_mesh(a.who().id));
    expect_gossip(a);
    EXPECT_EQ(sum(a, [](const pubsub::rpc& r) { return r.prune.size(); }), 1U);
}
TEST_F(Section7Pubsub, OfAThousandPeersThatAPruneOffersNobodyIsDialed) {
    begin_gossip();
    attacker& a = mesh_member();
    byte_vector said{std::byte{0x0a}, std::byte{1}, std::byte{'t'}}; // topic
    for (std::uint32_t i = 0; i < 1000; ++i) {
        const byte_vector peer = entry(pubsub::encode_graft, std::to_string(i)); // PeerInfo: an id
        said.push_back(std::byte{0x12});
        wire::encode_length_prefixed(byte_view{peer}.subspan(2), said);
    }
    byte_vector field{std::byte{0x22}};
    wire::encode_length_prefixed(said, field);
    ASSERT_TRUE(say(a, control(field)));
    ASSERT_TRUE(w->until([&] { return !in_mesh(a.who().id); })) << "the PRUNE itself counts";
    expect_gossip(a);
    EXPECT_EQ(w->count<swarms::dial_failed>() + w->count<swarms::dialed>(), 0U);
}

// --- RPCs
// -----------------------------------------------------------------------------------------

struct bad_rpc {
    const char* name;
    byte_vector said;
    error why;
};
void PrintTo(const bad_rpc& b, std::ostream* out) { *out << b.name; }
struct Section7BadRpc : Section7Pubsub, testing::WithParamInterface<bad_rpc> {};
byte_vector length_alone(std::uint64_t n) {
    byte_vector out;
    wire::encode_uvarint(n, out);
    return out;
}
INSTANTIATE_TEST_SUITE_P(
    Rows, Section7BadRpc,
    testing::Values(bad_rpc{"OverTheLimit", length_alone(1024 * 1024 + 1), errc::rpc_too_large},
                    bad_rpc{"Of4GiB", length_alone(0xffffffff), errc::rpc_too_large},
                    bad_rpc{"NoProtobuf", prefixed(as_bytes("\xff\xff\xff")), errc::malformed_rpc}),
    by_name{});
TEST_P(Section7BadRpc, ResetsItsStreamOnlyAndTheNextStreamWorks) {
    begin_gossip();
    attacker& a = mesh_member();
    const std::size_t before = bytes_in_use();
    reset_peak_bytes();
    ASSERT_TRUE(a.frames(frames::data(1, GetParam().said)));
    ASSERT_TRUE(a.until([&] { return a.was_reset(1); }));
    EXPECT_LT(peak_bytes_in_use(), before + 64 * 1024) << "a length reserves nothing";
    EXPECT_TRUE(until_rejected(a, GetParam().why));
    ASSERT_TRUE(a.agree(3, meshsub));
    expect_gossip(a, 3);
    EXPECT_TRUE(w->is_connected(a));
}
TEST_F(Section7Pubsub, OfTwentyThousandTopics256AreKept) {
    begin_gossip();
    attacker& a = gossiper();
    for (int rpc = 0; rpc < 100; ++rpc) {
        byte_vector body;
        for (int i = 0; i < 200; ++i)
            pubsub::encode_subscription("topic " + std::to_string(rpc * 200 + i), true, body);
        ASSERT_TRUE(say(a, prefixed(body)));
    }
    expect_gossip(a);
    expect_told_of<service::peer_subscribed>(a, 256);
}
TEST_F(Section7Pubsub, OfOneRpc256SubscriptionsAreRead) {
    begin_gossip();
    attacker& a = gossiper();
    byte_vector body;
    for (int i = 0; i < 200; ++i) pubsub::encode_subscription("same", i % 2 == 0, body);
    for (int i = 0; i < 200; ++i) pubsub::encode_subscription(std::to_string(i), true, body);
    ASSERT_TRUE(say(a, prefixed(body)));
    expect_gossip(a);
    expect_told_of<service::peer_subscribed>(a, 100 + 56);
}
TEST_F(Section7Pubsub, TensOfThousandsOfEmptyRpcsAreIgnoredBehindTheirBucket) {
    begin_gossip();
    attacker& a = mesh_member();
    ASSERT_TRUE(say(a, byte_vector(30'000)));
    EXPECT_TRUE(until_rejected(a, errc::empty_rpc_flood));
    const auto late = signed_by(a.who(), 5, "of a flooder");
    ASSERT_TRUE(say(a, publish(late.view())));
    attacker& b = mesh_member();
    expect_gossip(b);
    EXPECT_TRUE(w->is_connected(a)) << "ignored for a while, not closed";
}

// --- messages
// -------------------------------------------------------------------------------------

struct bad_message {
    const char* name;
    void (*spoil)(pubsub::own_message&, const wire::peer_id& victim);
    error why;
};
void PrintTo(const bad_message& b, std::ostream* out) { *out << b.name; }
struct Section7BadMessage : Section7Pubsub, testing::WithParamInterface<bad_message> {};
INSTANTIATE_TEST_SUITE_P(
    Rows, Section7BadMessage,
    testing::Values(
        bad_message{"BadSignature", [](auto& m, auto&) { m.signature[7] ^= std::byte{1}; },
                    errc::bad_signature},
        bad_message{"NoSignature", [](auto& m, auto&) { m.signature.clear(); },
                    errc::missing_signature},
        bad_message{"ShortNumber", [](auto& m, auto&) { m.seqno.resize(7); }, errc::bad_seqno},
        bad_message{"NoAuthor", [](auto& m, auto&) { m.from.clear(); }, errc::no_author},
        bad_message{"KeyOfAnother", [](auto& m, auto&) { m.key = person{93}.public_key; },
                    errc::key_mismatch},
        bad_message{"OurIdAsAuthor", [](auto& m, auto& id) { m.from = to_vector(id.bytes()); },
                    errc::own_author}),
    by_name{});
TEST_P(Section7BadMessage, IsRefusedNeverDeliveredAndNeverForwarded) {
    begin_gossip();
    attacker& a = mesh_member();
    auto m = signed_by(a.who(), 1, "bad");
    GetParam().spoil(m, w->victim.id);
    ASSERT_TRUE(say(a, publish(m.view())));
    ASSERT_TRUE(until_rejected(a, GetParam().why));
    EXPECT_EQ(w->count<service::pubsub_message>(), 0U);
    expect_gossip(a);
    EXPECT_EQ(w->count<service::pubsub_message>(), 1U);
}
TEST_F(Section7Pubsub, TwentyThousandMessagesLeaveTheMemoryFlat) {
    c.policy = pubsub::signature_policy::strict_no_sign; // the row is about ids, not signatures
    c.gossip.common.defaults.id = pubsub::sha256_id(pubsub::hash_of<crypto::botan>());
    c.bounds.seen_ids = 500;
    c.bounds.untaken_messages = 10;
    c.bounds.message_cache_bytes = 16 * 1024;
    begin();
    ASSERT_TRUE(victim().subscribe("t", io::now()));
    attacker& a = gossiper();
    w->keeps_events = false;
    w->victim.heard = [this, tell = w->victim.heard](const node_event& e) {
        told_messages += std::holds_alternative<service::pubsub_message>(e);
        tell(e);
    };
    std::uint64_t sent = 0;
    const auto flood = [&](std::uint64_t to) {
        while (sent < to) {
            byte_vector out;
            for (int i = 0; i < 50; ++i) { // no more than may wait for their verdict at once
                const std::string text = "message " + std::to_string(sent++);
                append(out, publish({.from = {},
                                     .data = as_bytes(text),
                                     .seqno = {},
                                     .topic = "t",
                                     .signature = {},
                                     .key = {}}));
            }
            ASSERT_TRUE(say(a, out));
            ASSERT_TRUE(w->until([&] { return told_messages == sent; }));
        }
    };
    flood(2'000); // everything is full now
    const std::size_t before = bytes_in_use();
    flood(20'000);
    EXPECT_LT(bytes_in_use(), before + 64 * 1024);
    left = 256 * 1024; // what is seen stays for its two minutes
}

// --- IHAVE, IWANT, IDONTWANT
// ----------------------------------------------------------------------

TEST_F(Section7Pubsub, OfAFloodOfIhavesTenAHeartbeatAreHeardAndFiveThousandIdsAskedFor) {
    c.gossip.heartbeat = 60s; // all of it is in one heartbeat
    begin_gossip();
    attacker& a = gossiper();
    const auto have = [&](std::uint32_t first, std::size_t n) {
        const auto all = ids(n, first);
        const std::vector<byte_view> views(all.begin(), all.end());
        byte_vector out;
        pubsub::encode_ihave("t", views, out);
        return control(out);
    };
    const auto asked = [&] {
        return sum(a, [](const pubsub::rpc& r) { return r.iwant_ids.size(); });
    };
    for (std::uint32_t i = 0; i < 9; ++i) ASSERT_TRUE(say(a, have(i * 1000, 1000)));
    EXPECT_TRUE(until_rejected(a, errc::ihave_flood, 4)) << "5,000 ids are asked for";
    EXPECT_TRUE(a.until([&] { return asked() >= 5000; }));
    attacker& b = gossiper();
    for (std::uint32_t i = 0; i < 100; ++i) ASSERT_TRUE(say(b, have(100'000 + i, 1)));
    EXPECT_TRUE(until_rejected(b, errc::ihave_flood, 90)) << "ten RPCs are heard";
    expect_gossip(a);
    EXPECT_EQ(asked(), 5000U);
    left = 64 * 1024; // room for an RPC as large as the largest
    EXPECT_EQ(sum(b, [](const pubsub::rpc& r) { return r.iwant_ids.size(); }), 10U);
}
TEST_F(Section7Pubsub, AMessageThatIsAskedForAThousandTimesIsSentThreeTimes) {
    begin_gossip();
    attacker& a = gossiper(); // in no topic: it gets what it asks for and nothing else
    const auto id = victim().publish("t", as_bytes("wanted"), io::now());
    ASSERT_TRUE(id);
    w->victim.driver.wake();
    const byte_view wanted = id->view();
    byte_vector want;
    pubsub::encode_iwant(std::span{&wanted, 1}, want);
    const byte_vector once = control(want);
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(say(a, once));
    ASSERT_TRUE(w->until([&] { return !at_honest.empty(); }));
    at_honest.clear();
    expect_gossip(a); // behind all of them
    const auto sent = [&] {
        return sum(a, [](const pubsub::rpc& r) { return r.messages.size(); });
    };
    EXPECT_TRUE(a.until([&] { return sent() >= 3; }));
    EXPECT_TRUE(a.agree(101, "/echo/1") && a.echoes(101)) << "what was sent is here by now";
    EXPECT_EQ(sent(), 3U);
}
TEST_F(Section7Pubsub, AFloodOfIdontwantsIsCutAndForgottenAfterThreeHeartbeats) {
    c.bounds.idontwant_ids = 100;
    c.gossip.heartbeat = 50ms;
    c.gossip.common.unwanted_for = 150ms;
    begin_gossip();
    attacker& a = gossiper();
    std::uint32_t first = 0;
    const auto unwanted = [&](std::size_t n) {
        byte_vector out;
        for (std::size_t i = 0; i < n; i += 50) { // as many as an entry of one RPC may be
            const auto all = ids(50, std::exchange(first, first + 50));
            const std::vector<byte_view> views(all.begin(), all.end());
            pubsub::encode_idontwant(views, out);
        }
        return control(out);
    };
    ASSERT_TRUE(say(a, unwanted(1000)));
    ASSERT_TRUE(until_rejected(a, errc::idontwant_flood));
    const std::size_t told = rejected(a, errc::idontwant_flood);
    w->pass(300ms);
    ASSERT_TRUE(say(a, unwanted(100)));
    expect_gossip(a);
    EXPECT_EQ(rejected(a, errc::idontwant_flood), told) << "there is room again for a hundred";
    left = 64 * 1024; // room for an RPC as large as the largest
}

// --- streams
// --------------------------------------------------------------------------------------

TEST_F(Section7Pubsub, OfAHundredGossipStreamsTheNewestIsHeard) {
    begin_gossip();
    attacker& a = mesh_member();
    std::uint32_t newest = 1;
    for (int i = 1; i < 100; ++i) {
        newest += 2;
        ASSERT_TRUE(a.agree(newest, meshsub)) << i;
        if (i != 1 && i != 7) continue; // the second and the eighth
        const auto m = signed_by(a.who(), static_cast<std::uint64_t>(i), "on the way");
        ASSERT_TRUE(say(a, publish(m.view()), newest));
        ASSERT_TRUE(w->until([&] { return !at_honest.empty(); })) << i;
        at_honest.clear();
    }
    expect_told_of<service::pubsub_stream_in>(a, 100);
    expect_gossip(a, newest);
    const auto conn = victim().established(a.who().id);
    ASSERT_TRUE(conn);
    EXPECT_LT(victim().look(*conn)->conn.ledger().inbound(), 10U) << "the old ones are gone";
}
TEST_F(Section7Pubsub, ASlowReaderIsToldAndSlowsNobodyElse) {
    c.gossip.heartbeat = 50ms;
    c.bounds.peer_queue_messages = 16;
    c.bounds.queued_stream = 16 * 1024;
    begin_gossip();
    attacker& a = mesh_member();
    a.stop_reading();
    const std::string body(4096, 'm');
    const auto slow = [&] { return told_of<service::slow_peer>(a) != 0; };
    std::size_t sent = 0;
    for (; sent < 4000 && !slow(); ++sent) { // its window, sockets of the system, then its queue
        ASSERT_TRUE(victim().publish("t", as_bytes(body), io::now()));
        w->victim.driver.wake();
        ASSERT_TRUE(w->until([&] { return at_honest.size() == sent + 1; }));
    }
    EXPECT_TRUE(w->until(slow)) << "nobody was told";
    EXPECT_EQ(at_honest.size(), sent) << "at full rate";
    at_honest = {};
    a.read_on();
    left = 512 * 1024; // what was seen and may be asked for
}

} // namespace
} // namespace lp2p::test::attack
