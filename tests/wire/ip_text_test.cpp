// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/ip_text.hpp>

#include "bytes.hpp"

namespace {

using namespace lp2p;
using wire::errc;
using wire::parse_ip4;
using wire::parse_ip6;
using wire_test::to_hex;

std::string ip6(std::string_view text) {
    const auto ip = parse_ip6(text);
    return ip ? wire::ip6_text(*ip) : std::string{name(static_cast<errc>(ip.error().code))};
}

TEST(WireIpText, Ip4IsFourNumbers) {
    EXPECT_EQ(to_hex(*parse_ip4("0.0.0.0")), "00000000");
    EXPECT_EQ(to_hex(*parse_ip4("192.0.2.255")), "c00002ff");
    EXPECT_EQ(wire::ip4_text(*parse_ip4("192.0.2.255")), "192.0.2.255");
    EXPECT_EQ(wire::ip4_text(*parse_ip4("0.0.0.0")), "0.0.0.0");
}

TEST(WireIpText, WhatGoAndRustBothRefuseAsIp4) {
    for (const auto* text :
         {"", "1", "1.2.3", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4.", "1.2.3.4.5", "1.2.3.256",
          "1.2.3.-1", "1.2.3.+1", "1.2.3.0x1", "01.2.3.4", "1.2.3.00", " 1.2.3.4", "1.2.3.4 ",
          "1.2.3.a", "1.2.3.99999999999", "::1"})
        EXPECT_EQ(parse_ip4(text).error(), errc::bad_ip4) << text;
}

TEST(WireIpText, Ip6IsWrittenAsRfc5952Says) {
    EXPECT_EQ(ip6("::"), "::");
    EXPECT_EQ(ip6("::1"), "::1");
    EXPECT_EQ(ip6("1::"), "1::");
    EXPECT_EQ(ip6("2001:0DB8:0:0:0:0:2:1"), "2001:db8::2:1");       // 4.1, 4.2.1, 4.3
    EXPECT_EQ(ip6("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1"); // 4.2.2: one group stays
    EXPECT_EQ(ip6("2001:db8::1:1:1:1:1"), "2001:db8:0:1:1:1:1:1");
    EXPECT_EQ(ip6("2001:0:0:1:0:0:0:1"), "2001:0:0:1::1");       // 4.2.3: the longest
    EXPECT_EQ(ip6("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1"); // the first of equals
    EXPECT_EQ(ip6("0:0:1:2:3:4:0:0"), "::1:2:3:4:0:0");
    EXPECT_EQ(ip6("1:0:0:2:3:0:0:0"), "1:0:0:2:3::");
    EXPECT_EQ(ip6("::ffff:102:304"), "::ffff:1.2.3.4"); // 5: mapped
    EXPECT_EQ(ip6("::ffff:1.2.3.4"), "::ffff:1.2.3.4");
    EXPECT_EQ(ip6("::1.2.3.4"), "::102:304"); // compatible addresses are not recognised as such
    EXPECT_EQ(ip6("64:ff9b::192.0.2.33"), "64:ff9b::c000:221");
    EXPECT_EQ(ip6("1:2:3:4:5:6:7::"), "1:2:3:4:5:6:7:0");
    EXPECT_EQ(ip6("::2:3:4:5:6:7:8"), "0:2:3:4:5:6:7:8");
    EXPECT_EQ(ip6("1:2:3:4:5:6:1.2.3.4"), "1:2:3:4:5:6:102:304");
}

TEST(WireIpText, WhatIsNoIp6IsRefused) {
    for (const auto* text : {"",
                             ":",
                             ":::",
                             "1",
                             "1:",
                             ":1",
                             "1:2:3:4:5:6:7",
                             "1:2:3:4:5:6:7:8:9",
                             "1:2:3:4:5:6:7:8::",
                             "::1:2:3:4:5:6:7:8",
                             "1::2::3",
                             "1:::2",
                             "12345::",
                             "::g",
                             "::-1",
                             "::+1",
                             "::0x1",
                             ":: 1",
                             "1.2.3.4",
                             "1.2.3.4::",
                             "::1.2.3",
                             "::1.2.3.4.5",
                             "::01.2.3.4",
                             "1.2.3.4::1",
                             "::1.2.3.4:5",
                             "1:2:3:4:5:6:7:1.2.3.4",
                             "1:2:3:4:5:1.2.3.4",
                             "fe80::1%eth0",
                             "fe80::1%",
                             "[::1]",
                             "::1/64"})
        EXPECT_EQ(ip6(text), "bad_ip6") << text;
}

RC_GTEST_PROP(WireIpText, EveryIp6ComesBack, ()) {
    wire::ip6_bytes ip{};
    for (std::byte& b : ip)
        b = *rc::gen::arbitrary<bool>() ? std::byte{0}
                                        : static_cast<std::byte>(*rc::gen::inRange(0, 256));
    const std::string text = wire::ip6_text(ip);
    RC_ASSERT((parse_ip6(text) == ip));
    RC_ASSERT(text.size() <= 39U);
}

RC_GTEST_PROP(WireIpText, EveryIp4ComesBack, ()) {
    wire::ip4_bytes ip{};
    for (std::byte& b : ip) b = static_cast<std::byte>(*rc::gen::inRange(0, 256));
    RC_ASSERT((parse_ip4(wire::ip4_text(ip)) == ip));
}

RC_GTEST_PROP(WireIpText, WhatIsReadComesBackAsItself, ()) {
    const auto text =
        *rc::gen::container<std::string>(rc::gen::elementOf(std::string{"0123456789abcF:::."}));
    const auto ip = parse_ip6(text);
    if (ip) RC_ASSERT((parse_ip6(wire::ip6_text(*ip)) == ip));
}

} // namespace
