// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/ip_scope.hpp>

#include <gtest/gtest.h>

namespace lp2p::wire {
namespace {

ip_scope of(std::string_view host) {
    const bool six = host.find(':') != std::string_view::npos;
    const auto at =
        multiaddr::parse((six ? "/ip6/" : "/ip4/") + std::string{host} + "/tcp/1").value();
    return scope_of(at.tcp().value());
}

// Each range by its first and last address, and what lies just outside of it.
TEST(IpScope, RangesOfIp4EndWhereTheRegistrySaysSo) {
    EXPECT_EQ(of("0.0.0.0"), ip_scope::unspecified);
    for (const char* ip : {"0.0.0.1", "0.255.255.255", "224.0.0.0", "240.0.0.1", "255.255.255.255"})
        EXPECT_EQ(of(ip), ip_scope::none) << ip;
    for (const char* ip : {"127.0.0.0", "127.0.0.1", "127.255.255.255"})
        EXPECT_EQ(of(ip), ip_scope::loopback) << ip;
    for (const char* ip : {"169.254.0.0", "169.254.255.255"})
        EXPECT_EQ(of(ip), ip_scope::link_local) << ip;
    for (const char* ip : {"10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255",
                           "192.168.0.0", "192.168.255.255", "100.64.0.0", "100.127.255.255"})
        EXPECT_EQ(of(ip), ip_scope::private_use) << ip;
    for (const char* ip :
         {"1.0.0.0", "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.0.1",
          "192.169.0.0", "100.63.255.255", "100.128.0.0", "126.0.0.1", "128.0.0.0", "169.253.0.1",
          "169.255.0.0", "223.255.255.255"})
        EXPECT_EQ(of(ip), ip_scope::global) << ip;
}
TEST(IpScope, RangesOfIp6EndWhereTheRegistrySaysSo) {
    EXPECT_EQ(of("::"), ip_scope::unspecified);
    EXPECT_EQ(of("::1"), ip_scope::loopback);
    for (const char* ip : {"fe80::", "febf:ffff::1"}) EXPECT_EQ(of(ip), ip_scope::link_local) << ip;
    for (const char* ip : {"fc00::", "fdff:ffff::1"})
        EXPECT_EQ(of(ip), ip_scope::private_use) << ip;
    for (const char* ip : {"2000::", "2001:db8::1", "3fff:ffff::"})
        EXPECT_EQ(of(ip), ip_scope::global) << ip;
    for (const char* ip : {"::2", "1fff::", "4000::", "fbff::", "fe00::", "fe7f::", "fec0::",
                           "ff02::1", "64:ff9b::192.0.2.1"})
        EXPECT_EQ(of(ip), ip_scope::none) << ip;
}
TEST(IpScope, AMappedAddressReachesAsFarAsTheOneInIt) {
    EXPECT_EQ(of("::ffff:0.0.0.0"), ip_scope::unspecified);
    EXPECT_EQ(of("::ffff:127.0.0.1"), ip_scope::loopback);
    EXPECT_EQ(of("::ffff:192.168.0.1"), ip_scope::private_use);
    EXPECT_EQ(of("::ffff:8.8.8.8"), ip_scope::global);
    EXPECT_EQ(of("::fffe:8.8.8.8"), ip_scope::none);
    EXPECT_EQ(mapped_ip4(parse_ip6("::ffff:1.2.3.4").value()), parse_ip4("1.2.3.4").value());
    EXPECT_EQ(mapped_ip4(parse_ip6("1::ffff:1.2.3.4").value()), std::nullopt);
}
TEST(IpScope, NobodyKnowsHowFarANameReaches) {
    const multiaddr name = multiaddr::parse("/dns4/localhost/tcp/1").value();
    EXPECT_EQ(scope_of(name.tcp().value()), ip_scope::none);
}

} // namespace
} // namespace lp2p::wire
