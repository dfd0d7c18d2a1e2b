// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/io/interfaces.hpp>

#include "tests/io/world.hpp"

namespace lp2p {
namespace {

using test::address;
using test::io_world;
using test::tcp;

std::vector<std::string> texts(const std::vector<wire::multiaddr>& all) {
    std::vector<std::string> out;
    for (const auto& a : all) out.push_back(a.to_string());
    return out;
}
using strings = std::vector<std::string>;

const std::vector<asio::ip::address> three = {
    asio::ip::make_address("127.0.0.1"),   asio::ip::make_address("::1"),
    asio::ip::make_address("192.0.2.7"),   asio::ip::make_address("fe80::1"),
    asio::ip::make_address("2001:db8::7"), asio::ip::make_address("::ffff:10.0.0.1"),
    asio::ip::make_address("0.0.0.0"),     asio::ip::make_address("::")};

TEST(IoInterfaces, AListenerOfOneAddressIsReachedThere) {
    for (const char* at : {"/ip4/192.0.2.1/tcp/4001", "/ip6/::1/tcp/1", "/ip6/fe80::9/tcp/1"})
        EXPECT_EQ(texts(io::reachable_at(address(at), three)), strings{at});
}
TEST(IoInterfaces, AListenerOfEveryInterfaceIsReachedAtEachOfItsFamily) {
    EXPECT_EQ(texts(io::reachable_at(address("/ip4/0.0.0.0/tcp/7"), three)),
              (strings{"/ip4/127.0.0.1/tcp/7", "/ip4/192.0.2.7/tcp/7", "/ip4/10.0.0.1/tcp/7"}));
    EXPECT_EQ(texts(io::reachable_at(address("/ip6/::ffff:0.0.0.0/tcp/7"), three)),
              texts(io::reachable_at(address("/ip4/0.0.0.0/tcp/7"), three)));
}
TEST(IoInterfaces, OfIp6ThoseThatNeedAZoneAreLeftOut) {
    EXPECT_EQ(texts(io::reachable_at(address("/ip6/::/tcp/7"), three)),
              (strings{"/ip6/::1/tcp/7", "/ip6/2001:db8::7/tcp/7"}));
}
TEST(IoInterfaces, WithoutAnInterfaceItIsReachedNowhere) {
    EXPECT_TRUE(io::reachable_at(address("/ip4/0.0.0.0/tcp/7"), {}).empty());
}
TEST(IoInterfaces, TheSystemNamesItsInterfacesOnce) {
    auto all = io::interface_addresses();
    EXPECT_NE(std::find(all.begin(), all.end(), asio::ip::make_address("127.0.0.1")), all.end());
    const std::size_t n = all.size();
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    EXPECT_EQ(all.size(), n);
}

// --- what a driver makes of it
// ----------------------------------------------------------------------------------

TEST(IoInterfaces, ANodeIsToldWhereItCanBeReachedNeverEveryInterface) {
    io_world w;
    const tcp::endpoint bound = w.listening("/ip4/0.0.0.0/tcp/0");
    EXPECT_TRUE(bound.address().is_unspecified()) << "what the caller is told is what it asked for";
    const auto& told = w.node().listens;
    const auto here = wire::multiaddr::tcp4(wire::parse_ip4("127.0.0.1").value(), bound.port());
    EXPECT_NE(std::find(told.begin(), told.end(), here), told.end());
    for (const auto& at : told) {
        EXPECT_NE(wire::scope_of(at.tcp().value()), wire::ip_scope::unspecified) << at.to_string();
        tcp::socket socket{w.context};
        std::error_code ec;
        socket.connect(*io::to_endpoint(at), ec);
        EXPECT_FALSE(ec) << at.to_string() << ": " << ec.message();
    }
}

} // namespace
} // namespace lp2p
