// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/multiaddr_text.hpp>

#include "known_keys.hpp"

namespace {

using namespace lp2p;
using wire::address_protocol;
using wire::errc;
using wire::find_address_protocol;
using wire_test::hex;
using wire_test::to_hex;

std::string parsed(std::string_view protocol, std::string_view text) {
    byte_vector to{std::byte{0xee}}; // what is there stays
    const error why = parse_address_value(*find_address_protocol(protocol), text, to);
    EXPECT_EQ(to.front(), std::byte{0xee});
    EXPECT_TRUE(!why || to.size() == 1) << text;
    return why ? std::string{name(static_cast<errc>(why.code))} : to_hex(to).substr(2);
}
std::string written(const address_protocol& protocol, byte_view value) {
    std::string to{"x"};
    append_address_value(to, protocol, value);
    return to.substr(1);
}

TEST(WireMultiaddrText, EveryKindOfValueIsReadAndWrittenBack) {
    const std::string id{wire_test::known_ed25519.id};
    const std::string base58{wire_test::known_ed25519.base58};
    const std::array<std::string, 3> values[] = {
        {"ip4", "1.2.3.4", "01020304"},
        {"ip6", "2001:db8::1", "20010db8000000000000000000000001"},
        {"tcp", "65535", "ffff"},
        {"udp", "0", "0000"},
        {"dccp", "1", "0001"},
        {"sctp", "256", "0100"},
        {"ip6zone", "eth0", "65746830"},
        {"ipcidr", "255", "ff"},
        {"dns", "a.example", "612e6578616d706c65"},
        {"dnsaddr", "a", "61"},
        {"sni", "\u00fc", "c3bc"},
        {"unix", "/tmp/a", "2f746d702f61"},
        {"p2p", base58, id},
        {"certhash", "uAAA", "0000"},
        {"http-path", "a%2Fb", "612f62"},
        {"memory", "1", "0000000000000001"},
        {"onion", "aaaaaaaaaaaaaaaa:1", "000000000000000000000001"},
        {"garlic32", std::string(52, 'a'), std::string(64, '0')},
    };
    for (const auto& [protocol, text, bytes] : values) {
        EXPECT_EQ(parsed(protocol, text), bytes) << protocol;
        EXPECT_EQ(written(*find_address_protocol(protocol), hex(bytes)), text) << protocol;
    }
}

TEST(WireMultiaddrText, OtherTextsOfTheSameValueAreReadToo) {
    EXPECT_EQ(parsed("tcp", "00080"), "0050");
    EXPECT_EQ(parsed("ipcidr", "008"), "08");
    EXPECT_EQ(parsed("ip6", "2001:DB8:0::1"), "20010db8000000000000000000000001");
    EXPECT_EQ(parsed("p2p", wire_test::known_ed25519.cid), wire_test::known_ed25519.id);
}

TEST(WireMultiaddrText, ARefusalNamesTheKind) {
    EXPECT_EQ(parsed("ip4", "1.2.3"), "bad_ip4");
    EXPECT_EQ(parsed("ip6", "::g"), "bad_ip6");
    EXPECT_EQ(parsed("ip6zone", "\xff"), "bad_zone");
    EXPECT_EQ(parsed("ipcidr", "256"), "bad_prefix_length");
    EXPECT_EQ(parsed("ipcidr", "-1"), "bad_prefix_length");
    EXPECT_EQ(parsed("udp", "65536"), "bad_port");
    EXPECT_EQ(parsed("dnsaddr", "\xff"), "bad_name");
    EXPECT_EQ(parsed("unix", "/"), "bad_unix_path");
    EXPECT_EQ(parsed("p2p", "Qm"), "not_a_peer_id");
    EXPECT_EQ(parsed("memory", "x"), "bad_memory");
    EXPECT_EQ(parsed("tls", "1"), "empty_component");
}

/// Near misses of a protocol's own values: their texts come back.
RC_GTEST_PROP(WireMultiaddrText, WhatIsAllowedComesBackFromItsText, ()) {
    const auto& p = wire::address_protocols[*rc::gen::inRange<std::size_t>(
        0, std::size(wire::address_protocols))];
    byte_vector value = p.size >= 0 ? wire_test::any_bytes(static_cast<std::size_t>(p.size))
                                    : wire_test::any_bytes();
    if (p.rule == wire::address_rule::garlic64) value.resize(value.size() + 386);
    if (p.rule == wire::address_rule::garlic32) value.resize(value.size() + 35);
    if (p.rule == wire::address_rule::path) value.insert(value.begin(), std::byte{'/'});
    if (p.rule == wire::address_rule::peer)
        value = wire_test::damaged(hex(wire_test::known_keys[3].id));
    if (p.rule == wire::address_rule::certhash && value.size() < 64) {
        value.insert(value.begin(), static_cast<std::byte>(value.size()));
        value.insert(value.begin(), std::byte{0x13});
    }
    RC_PRE(p.rule != wire::address_rule::flag && !check_address_value(p, value));
    byte_vector back;
    RC_ASSERT(!parse_address_value(p, written(p, value), back));
    RC_ASSERT(back == value);
}

} // namespace
