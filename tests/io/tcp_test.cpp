// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/io/tcp.hpp>

#include <gtest/gtest.h>

namespace lp2p {
namespace {

using asio::ip::tcp;

wire::multiaddr address(std::string_view text) { return wire::multiaddr::parse(text).value(); }

TEST(IoTcp, LiteralAddressesGoBothWays) {
    for (const char* text : {"/ip4/127.0.0.1/tcp/0", "/ip4/192.0.2.255/tcp/65535",
                             "/ip6/::1/tcp/4001", "/ip6/2001:db8::7/tcp/1"}) {
        const auto endpoint = io::to_endpoint(address(text));
        ASSERT_TRUE(endpoint) << text;
        EXPECT_EQ(io::to_multiaddr(*endpoint).to_string(), text);
    }
    EXPECT_EQ(io::to_endpoint(address("/ip4/10.1.2.3/tcp/80"))->address().to_string(), "10.1.2.3");
}
TEST(IoTcp, ThePeerInAnAddressDoesNotMatter) {
    const auto with = address("/ip4/127.0.0.1/tcp/7/p2p/"
                              "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA");
    EXPECT_EQ(io::to_endpoint(with)->port(), 7);
}
TEST(IoTcp, AnIp4AddressMappedIntoIp6IsAnIp4) {
    const tcp::endpoint mapped{asio::ip::make_address("::ffff:10.0.0.1"), 9};
    EXPECT_EQ(io::to_multiaddr(mapped).to_string(), "/ip4/10.0.0.1/tcp/9");
}
TEST(IoTcp, WhatIsNoLiteralTcpAddressIsRefusedByName) {
    for (const char* text :
         {"/ip4/127.0.0.1", "/dns4/example.org/tcp/1", "/tcp/1", "/ip4/127.0.0.1/tcp/1/tcp/2"})
        EXPECT_EQ(io::to_endpoint(address(text)).error(), error{io::errc::not_an_endpoint}) << text;
    EXPECT_EQ(io::to_endpoint(wire::multiaddr{}).error(), error{io::errc::not_an_endpoint});
    const std::byte dnsaddr[] = {std::byte{56}, std::byte{1}, std::byte{'a'}};
    EXPECT_EQ(io::to_endpoint(wire::multiaddr::from_bytes(dnsaddr).value()).error(),
              error{io::errc::dnsaddr_not_supported});
}
TEST(IoTcp, NamesAreToldFromLiterals) {
    for (const char* text :
         {"/dns/a.example/tcp/1", "/dns4/a.example/tcp/1", "/dns6/a.example/tcp/1"}) {
        const wire::multiaddr at = address(text);
        EXPECT_TRUE(io::is_name(at.tcp().value())) << text;
    }
    const wire::multiaddr literal = address("/ip6/::1/tcp/1");
    EXPECT_FALSE(io::is_name(literal.tcp().value()));
}

} // namespace
} // namespace lp2p
