// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/multiaddr_match.hpp>

#include "known_keys.hpp"

#include <type_traits>

namespace {

using namespace lp2p;
using wire::address_pattern;
using wire::multiaddr;

const std::string p2p = "/p2p/" + std::string{wire_test::known_ed25519.base58};

bool matches(address_pattern pattern, const std::string& text) {
    const auto address = multiaddr::parse(text);
    EXPECT_TRUE(address) << text;
    return address && pattern.matches(*address);
}

TEST(WireMultiaddrMatch, PartsStandInTheirOrderAndNoOthers) {
    constexpr address_pattern quic{"/ip4/udp/quic-v1"};
    EXPECT_TRUE(matches(quic, "/ip4/1.2.3.4/udp/1/quic-v1"));
    EXPECT_FALSE(matches(quic, "/ip6/::1/udp/1/quic-v1"));
    EXPECT_FALSE(matches(quic, "/ip4/1.2.3.4/udp/1"));
    EXPECT_FALSE(matches(quic, "/ip4/1.2.3.4/udp/1/quic-v1/webtransport"));
    EXPECT_FALSE(matches(quic, "/udp/1/ip4/1.2.3.4/quic-v1"));
    EXPECT_FALSE(matches(quic, "/ip4/1.2.3.4/udp/1/quic-v1" + p2p));
    EXPECT_FALSE(quic.matches(multiaddr{}));
}

TEST(WireMultiaddrMatch, OneOfTheAlternativesIsThere) {
    constexpr address_pattern host{"/ip4|ip6|dns"};
    EXPECT_TRUE(matches(host, "/ip4/1.2.3.4"));
    EXPECT_TRUE(matches(host, "/ip6/::1"));
    EXPECT_TRUE(matches(host, "/dns/a"));
    EXPECT_FALSE(matches(host, "/dns4/a")); // no prefix of a name
    EXPECT_FALSE(matches(host, "/ip4/1.2.3.4/ip6/::1"));
}

TEST(WireMultiaddrMatch, APartWithAQuestionMarkMayBeMissing) {
    constexpr address_pattern web{"/dns/tcp/tls?/ws|wss/p2p?"};
    EXPECT_TRUE(matches(web, "/dns/a/tcp/1/ws"));
    EXPECT_TRUE(matches(web, "/dns/a/tcp/1/tls/ws"));
    EXPECT_TRUE(matches(web, "/dns/a/tcp/1/wss" + p2p));
    EXPECT_FALSE(matches(web, "/dns/a/tcp/1/tls"));
    EXPECT_FALSE(matches(web, "/dns/a/tcp/1/tls/tls/ws"));
    constexpr address_pattern anything{"/p2p?"};
    EXPECT_TRUE(anything.matches(multiaddr{}));
    EXPECT_TRUE(matches(anything, p2p));
}

TEST(WireMultiaddrMatch, TheOldNameOfP2pIsTheSameProtocol) {
    constexpr address_pattern old{"/ipfs"};
    EXPECT_TRUE(matches(old, p2p));
}

TEST(WireMultiaddrMatch, AddressesForTcp) {
    for (const std::string host : {"/ip4/1.2.3.4", "/ip6/::1", "/dns/a", "/dns4/a", "/dns6/a"})
        for (const std::string& peer : {std::string{}, p2p}) {
            EXPECT_TRUE(matches(wire::tcp_address, host + "/tcp/1" + peer));
            EXPECT_FALSE(matches(wire::tcp_address, host + "/udp/1" + peer));
            EXPECT_FALSE(matches(wire::tcp_address, host + "/tcp/1/ws" + peer));
        }
    EXPECT_FALSE(matches(wire::tcp_address, "/dnsaddr/a/tcp/1"));
    EXPECT_TRUE(matches(wire::dnsaddr_address, "/dnsaddr/a"));
    EXPECT_TRUE(matches(wire::dnsaddr_address, "/dnsaddr/a" + p2p));
    EXPECT_FALSE(matches(wire::dnsaddr_address, "/dns/a"));
}

RC_GTEST_PROP(WireMultiaddrMatch, AgreesWithWhatIsTakenApart, ()) {
    const std::string parts[] = {"/ip4/1.2.3.4", "/ip6/::1", "/dns/a", "/dnsaddr/a",
                                 "/tcp/1",       "/udp/1",   p2p,      "/p2p-circuit"};
    std::string text;
    const auto count = *rc::gen::inRange(1, 5);
    for (int i = 0; i < count; ++i)
        text += parts[*rc::gen::inRange<std::size_t>(0, std::size(parts))];
    const auto address = multiaddr::parse(text);
    RC_ASSERT(wire::tcp_address.matches(*address) == address->tcp().has_value());
}

} // namespace
