// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/multiaddr.hpp>

#include "known_keys.hpp"

namespace {

using namespace lp2p;
using wire::address_code;
using wire::errc;
using wire::multiaddr;
using wire::peer_id;
using wire::tcp_endpoint;
using wire_test::hex;
using wire_test::known_ed25519;
using wire_test::to_hex;

const std::string ed25519{known_ed25519.base58};
const std::string p2p_bytes = "a50326" + std::string{known_ed25519.id};

multiaddr parsed(std::string_view text) {
    const auto address = multiaddr::parse(text);
    EXPECT_TRUE(address) << text;
    return address ? *address : multiaddr{};
}
multiaddr read(std::string_view text) {
    const auto address = multiaddr::from_bytes(hex(text));
    EXPECT_TRUE(address) << text;
    return address ? *address : multiaddr{};
}
peer_id peer(std::size_t which) { return *peer_id::parse(wire_test::known_keys[which].base58); }

struct refusal {
    std::string_view text;
    errc why;
    std::string_view part;
    std::size_t offset;
};

TEST(WireMultiaddr, ATextThatIsNoAddressNamesTheCulprit) {
    const refusal refusals[] = {
        {"", errc::empty_address, "", 0},
        {"ip4/1.2.3.4", errc::no_leading_slash, "ip4/1.2.3.4", 0},
        {"/", errc::empty_component, "", 1},
        {"//ip4/1.2.3.4", errc::empty_component, "", 1},
        {"/ip4", errc::missing_value, "ip4", 1},
        {"/ip4/", errc::empty_component, "", 5},
        {"/ip4/1.2.3.4/", errc::empty_component, "", 13}, // go reads over it
        {"/ip4/1.2.3.4//tcp/1", errc::empty_component, "", 13},
        {"/dns//tcp/1", errc::empty_component, "", 5},
        {"/ip4/1.2.3.256/tcp/1", errc::bad_ip4, "1.2.3.256", 5},
        {"/ip4/01.2.3.4", errc::bad_ip4, "01.2.3.4", 5},
        {"/ip4/1.2.3.4/tcp", errc::missing_value, "tcp", 13},
        {"/ip4/1.2.3.4/tcp/65536", errc::bad_port, "65536", 17},
        {"/ip4/1.2.3.4/tcp/-1", errc::bad_port, "-1", 17},
        {"/ip4/1.2.3.4/tcp/+1", errc::bad_port, "+1", 17}, // rust reads it
        {"/ip4/1.2.3.4/tcp/0x10", errc::bad_port, "0x10", 17},
        {"/ip4/1.2.3.4/tcp/1 ", errc::bad_port, "1 ", 17},
        {"/ip4/1.2.3.4/tcp/4294967297", errc::bad_port, "4294967297", 17},
        {"/ip4/1.2.3.4/tcq/1", errc::unknown_protocol_name, "tcq", 13},
        {"/IP4/1.2.3.4", errc::unknown_protocol_name, "IP4", 1},
        {"/ip4/1.2.3.4/udp", errc::missing_value, "udp", 13},
        {"/tls/", errc::empty_component, "", 5},
        {"/tls/1", errc::unknown_protocol_name, "1", 5},
        {"/unix", errc::missing_value, "unix", 1},
        {"/unix/", errc::empty_component, "", 6},
        {"/unix/tmp/", errc::bad_unix_path, "tmp/", 6},
        {"/unix/\xff", errc::bad_unix_path, "\xff", 6},
        {"/ip6zone/\xff", errc::bad_zone, "\xff", 9},
        {"/ip4/1.2.3.4/ipcidr/256", errc::bad_prefix_length, "256", 20},
        {"/memory/-1", errc::bad_memory, "-1", 8},
        {"/onion/aaaaaaaaaaaaaaaa:0", errc::bad_onion_port, "aaaaaaaaaaaaaaaa:0", 7},
        {"/onion3/aaaaaaaaaaaaaaaa:1", errc::bad_onion, "aaaaaaaaaaaaaaaa:1", 8},
        {"/garlic32/abc", errc::bad_garlic, "abc", 10},
        {"/certhash/x/ws", errc::bad_certhash, "x", 10},
        {"/http-path/%zz/ws", errc::bad_http_path, "%zz", 11},
        {"/http/http-path/a+b", errc::ambiguous_plus, "a+b", 16},
        {"/ip6/1.2.3.4/tcp/1", errc::bad_ip6, "1.2.3.4", 5}, // go reads it
        {"/ip6/fe80::1%eth0/tcp/1", errc::bad_ip6, "fe80::1%eth0", 5},
        {"/dns/\xff/tcp/1", errc::bad_name, "\xff", 5}, // go reads it
        {"/tcp/1/p2p/Qm", errc::not_a_peer_id, "Qm", 11},
        {"/tcp/1/p2p/12D3Koo0", errc::bad_digit, "12D3Koo0", 11},
        {"/tcp/1/p2p/abc", errc::unsupported_base, "abc", 11},
    };
    for (const refusal& r : refusals) {
        wire::parse_failure culprit;
        const auto address = multiaddr::parse(r.text, &culprit);
        ASSERT_FALSE(address) << r.text;
        EXPECT_EQ(address.error(), r.why) << r.text;
        EXPECT_EQ(address.error(), culprit.why) << r.text;
        EXPECT_EQ(culprit.part, r.part) << r.text;
        EXPECT_EQ(culprit.offset, r.offset) << r.text;
        EXPECT_EQ(multiaddr::parse(r.text).error(), r.why); // also without asking
    }
}

TEST(WireMultiaddr, AUnixPathTakesAllThatFollows) {
    const multiaddr path = parsed("/ip4/1.2.3.4/unix/tmp/p2p/" + ed25519);
    EXPECT_FALSE(path.peer());
    const wire::component last = *++path.begin();
    EXPECT_EQ(as_text(last.value), "/tmp/p2p/" + ed25519);
    EXPECT_EQ(++ ++path.begin(), path.end());
    EXPECT_EQ(path.to_string(), "/ip4/1.2.3.4/unix/tmp/p2p/" + ed25519);
}

TEST(WireMultiaddr, AZeroByteOfANameIsKept) { // go and rust read it
    const multiaddr name = read("3503610062");
    EXPECT_EQ(name.to_string(), (std::string{"/dns/a\0b", 8}));
    EXPECT_EQ(multiaddr::parse(name.to_string()), name);
}

TEST(WireMultiaddr, IteratesOverItsComponents) {
    const multiaddr address = parsed("/dns4/example.com/tcp/443/p2p/" + ed25519);
    std::vector<std::pair<address_code, std::string>> seen;
    for (const wire::component& c : address) seen.emplace_back(c.code, to_hex(c.value));
    EXPECT_EQ(seen, (std::vector<std::pair<address_code, std::string>>{
                        {address_code::dns4, "6578616d706c652e636f6d"},
                        {address_code::tcp, "01bb"},
                        {address_code::p2p, std::string{known_ed25519.id}}}));
    EXPECT_EQ(multiaddr{}.begin(), multiaddr{}.end());
    auto at = address.begin();
    EXPECT_EQ((*at++).code, address_code::dns4);
    EXPECT_EQ((*++at).code, address_code::p2p);
    EXPECT_NE(at, address.end());
    EXPECT_EQ(++at, address.end());
}

TEST(WireMultiaddr, ThePeerIsTheOneAtTheEnd) {
    const multiaddr bare = parsed("/ip4/1.2.3.4/tcp/1");
    EXPECT_FALSE(bare.peer());
    EXPECT_EQ(bare.without_peer(), bare);
    const multiaddr full = bare.with_peer(peer(0));
    EXPECT_EQ(full.to_string(), "/ip4/1.2.3.4/tcp/1/p2p/" + ed25519);
    EXPECT_EQ(full.peer(), peer(0));
    EXPECT_EQ(full.without_peer(), bare);
    EXPECT_EQ(full.with_peer(peer(1)), bare.with_peer(peer(1)));
    EXPECT_EQ(full.with_peer(peer_id{}), bare);
    EXPECT_EQ(multiaddr{}.with_peer(peer(2)).peer(), peer(2));
    EXPECT_FALSE(multiaddr{}.peer());
    EXPECT_TRUE(multiaddr{}.without_peer().empty());
}

TEST(WireMultiaddr, TheRelayOfACircuitIsNotItsPeer) {
    const multiaddr circuit = read("0401020304060001" + p2p_bytes + "a202");
    EXPECT_FALSE(circuit.peer());
    EXPECT_EQ(circuit.without_peer(), circuit);
    const multiaddr target = circuit.with_peer(peer(1));
    EXPECT_EQ(target.peer(), peer(1));
    EXPECT_EQ(target.without_peer(), circuit);
    EXPECT_FALSE(circuit.tcp());
    EXPECT_FALSE(target.tcp());
}

TEST(WireMultiaddr, ATcpEndpointIsExactlyThat) {
    const multiaddr ip4 = parsed("/ip4/1.2.3.4/tcp/4001/p2p/" + ed25519);
    ASSERT_TRUE(ip4.tcp());
    EXPECT_EQ(ip4.tcp()->family, tcp_endpoint::ip4);
    EXPECT_EQ(to_hex(ip4.tcp()->ip), "01020304000000000000000000000000");
    EXPECT_EQ(ip4.tcp()->port, 4001);
    EXPECT_TRUE(ip4.tcp()->name.empty());
    const multiaddr ip6 = parsed("/ip6/fe80::1/tcp/1");
    ASSERT_TRUE(ip6.tcp());
    EXPECT_EQ(ip6.tcp()->family, tcp_endpoint::ip6);
    EXPECT_EQ(to_hex(ip6.tcp()->ip), "fe800000000000000000000000000001");
    const std::pair<std::string, tcp_endpoint::family_type> names[] = {
        {"dns", tcp_endpoint::dns}, {"dns4", tcp_endpoint::dns4}, {"dns6", tcp_endpoint::dns6}};
    for (const auto& [protocol, family] : names) {
        const multiaddr dns = parsed("/" + protocol + "/example.com/tcp/443");
        ASSERT_TRUE(dns.tcp());
        EXPECT_EQ(dns.tcp()->family, family);
        EXPECT_EQ(dns.tcp()->name, "example.com");
        EXPECT_EQ(dns.tcp()->port, 443);
    }
}

TEST(WireMultiaddr, AnythingElseIsNoTcpEndpoint) {
    EXPECT_FALSE(multiaddr{}.tcp());
    for (const std::string& text :
         {std::string{"/ip4/1.2.3.4"}, std::string{"/tcp/1"}, std::string{"/tcp/1/tcp/2"},
          std::string{"/tcp/1/ip4/1.2.3.4"}, std::string{"/ip4/1.2.3.4/tcp/1/tcp/2"},
          "/ip4/1.2.3.4/p2p/" + ed25519 + "/tcp/1", "/p2p/" + ed25519,
          "/ip4/1.2.3.4/tcp/1/p2p/" + ed25519 + "/p2p/" + ed25519})
        EXPECT_FALSE(parsed(text).tcp()) << text;
    for (const auto* bytes : {"0401020304060001dd03", "040102030491020001",
                              "3813626f6f7473747261702e6c69627032702e696f060001"})
        EXPECT_FALSE(read(bytes).tcp()) << bytes;
}

TEST(WireMultiaddr, MadeOfNumbers) {
    EXPECT_EQ(multiaddr::tcp4({std::byte{127}, {}, {}, std::byte{1}}, 4001).to_string(),
              "/ip4/127.0.0.1/tcp/4001");
    wire::ip6_bytes loopback{};
    loopback[15] = std::byte{1};
    EXPECT_EQ(multiaddr::tcp6(loopback, 1).to_string(), "/ip6/::1/tcp/1");
}

TEST(WireMultiaddr, TheOrderIsThatOfTheBytes) {
    const multiaddr a = parsed("/ip4/1.2.3.4");
    const multiaddr b = parsed("/ip4/1.2.3.4/tcp/1");
    const multiaddr c = parsed("/ip4/1.2.3.5");
    EXPECT_LT(multiaddr{}, a);
    EXPECT_LT(a, b);
    EXPECT_LT(b, c);
    EXPECT_GT(c, a);
    EXPECT_NE(a, b);
    EXPECT_EQ(a <=> parsed("/ip4/1.2.3.4"), std::strong_ordering::equal);
}

/// An address of some components, all of them allowed.
byte_vector drawn_address() {
    static const std::string parts[] = {"047f000001",
                                        "060fa1",
                                        "29fe800000000000000000000000000001",
                                        "350161",
                                        "3602c3bc",
                                        "91020001",
                                        "cd03",
                                        "c003",
                                        "dd03",
                                        "a202",
                                        "2a0465746830",
                                        "89060000000000000007",
                                        p2p_bytes,
                                        "bc039a18087306369043091f0050",
                                        "bd03" + std::string(70, 'a') + "0001",
                                        "be038303" + std::string(774, '7'),
                                        "bf0323" + std::string(70, '5'),
                                        "d2030400021234",
                                        "2b20",
                                        "c1030161",
                                        "e10303612f62",
                                        "e103062b20257ec3bc"};
    byte_vector bytes;
    const auto count = *rc::gen::inRange(1, 5);
    for (int i = 0; i < count; ++i)
        append(bytes, hex(parts[*rc::gen::inRange<std::size_t>(0, std::size(parts))]));
    return bytes;
}

void check_laws(byte_view bytes) {
    const auto address = multiaddr::from_bytes(bytes);
    if (!address) return;
    RC_ASSERT(equal(address->bytes(), bytes));
    RC_ASSERT(multiaddr::parse(address->to_string()) == *address);
    const multiaddr named = address->with_peer(peer(1));
    RC_ASSERT(named.peer() == peer(1));
    RC_ASSERT(named.without_peer() == address->without_peer());
    RC_ASSERT(named.tcp().has_value() == address->tcp().has_value());
}

RC_GTEST_PROP(WireMultiaddr, WhatIsReadIsWrittenTheSame, ()) {
    byte_vector bytes = drawn_address();
    RC_ASSERT(multiaddr::from_bytes(bytes).has_value());
    check_laws(bytes);
    check_laws(wire_test::damaged(bytes));
    check_laws(wire_test::any_bytes());
}

RC_GTEST_PROP(WireMultiaddr, DifferentAddressesHaveDifferentTexts, ()) {
    const auto a = multiaddr::from_bytes(drawn_address());
    const auto b = multiaddr::from_bytes(wire_test::damaged(to_vector(a->bytes())));
    if (b) RC_ASSERT((*a == *b) == (a->to_string() == b->to_string()));
}

RC_GTEST_PROP(WireMultiaddr, AnyTextIsReadOrRefused, ()) {
    static const std::string parts[] = {"/",
                                        "/ip4/",
                                        "/tcp/",
                                        "127.0.0.1",
                                        "1",
                                        "dns",
                                        "p2p",
                                        "x",
                                        "",
                                        "/unix/",
                                        "/tls",
                                        "/onion/",
                                        "aaaaaaaaaaaaaaaa",
                                        ":",
                                        "80",
                                        "/certhash/",
                                        "uAAA",
                                        "/http-path/",
                                        "%2F",
                                        "+",
                                        "/memory/",
                                        "/ipcidr/",
                                        "/ip6zone/"};
    std::string text;
    const auto count = *rc::gen::inRange(0, 12);
    for (int i = 0; i < count; ++i)
        text += parts[*rc::gen::inRange<std::size_t>(0, std::size(parts))];
    wire::parse_failure culprit;
    const auto address = multiaddr::parse(text, &culprit);
    if (address) // leading zeros of numbers go
        RC_ASSERT(multiaddr::parse(address->to_string()) == *address);
    else
        RC_ASSERT(text.substr(culprit.offset, culprit.part.size()) == culprit.part);
}

} // namespace
