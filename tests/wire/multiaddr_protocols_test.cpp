// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/multiaddr_protocols.hpp>

#include "known_keys.hpp"

#include <set>

namespace {

using namespace lp2p;
using wire::address_code;
using wire::find_address_protocol;
using wire_test::hex;

bool allowed(std::string_view protocol, byte_view value) {
    const auto* p = find_address_protocol(protocol);
    EXPECT_NE(p, nullptr) << protocol;
    if (p == nullptr) return false;
    EXPECT_TRUE(p->size < 0 || static_cast<std::size_t>(p->size) == value.size()) << protocol;
    return !check_address_value(*p, value);
}
bool allowed(std::string_view protocol, std::string_view value) {
    return allowed(protocol, as_bytes(value));
}

TEST(WireMultiaddrProtocols, TheTableIsInOrderAndEveryRowIsFound) {
    std::uint32_t before = 0;
    std::set<std::string_view> names;
    for (const auto& p : wire::address_protocols) {
        EXPECT_GT(static_cast<std::uint32_t>(p.code), before) << p.name;
        before = static_cast<std::uint32_t>(p.code);
        EXPECT_TRUE(names.insert(p.name).second) << p.name;
        EXPECT_EQ(find_address_protocol(before), &p);
        EXPECT_EQ(find_address_protocol(p.name), &p);
    }
    EXPECT_EQ(names.size(), 37U);
}

TEST(WireMultiaddrProtocols, TheOldNameOfP2pIsIpfs) {
    EXPECT_EQ(find_address_protocol("ipfs"), find_address_protocol("p2p"));
    EXPECT_EQ(find_address_protocol("ipfs")->name, "p2p");
}

TEST(WireMultiaddrProtocols, CodesOfOneImplementationAloneAreUnknown) { // divergences.md
    for (const std::uint64_t code : {275U, 277U, 479U, 4770U, 4780U, 7367777U})
        EXPECT_EQ(find_address_protocol(code), nullptr) << code;
    EXPECT_EQ(find_address_protocol(0), nullptr);
    EXPECT_EQ(find_address_protocol((std::uint64_t{1} << 32U) + 4), nullptr); // not ip4
    EXPECT_EQ(find_address_protocol(""), nullptr);
    EXPECT_EQ(find_address_protocol("TCP"), nullptr);
}

TEST(WireMultiaddrProtocols, NamesAreUtf8AndHaveNoSlash) {
    for (const auto* protocol : {"dns", "dns4", "dns6", "dnsaddr", "sni", "ip6zone"}) {
        EXPECT_TRUE(allowed(protocol, "a"));
        EXPECT_TRUE(allowed(protocol, "ü.example"));
        EXPECT_FALSE(allowed(protocol, ""));
        EXPECT_FALSE(allowed(protocol, "a/b"));
        EXPECT_FALSE(allowed(protocol, "\xff"));
    }
}

TEST(WireMultiaddrProtocols, PeersAreIds) {
    EXPECT_TRUE(allowed("p2p", hex(wire_test::known_ed25519.id)));
    EXPECT_FALSE(allowed("p2p", ""));
    EXPECT_FALSE(allowed("p2p", hex("1114"
                                    "0000000000000000000000000000000000000000")));
}

TEST(WireMultiaddrProtocols, UnixPathsAreAbsoluteAndNoFolders) {
    EXPECT_TRUE(allowed("unix", "/a"));
    EXPECT_TRUE(allowed("unix", "/tmp/a.sock"));
    for (const auto* path : {"", "/", "a", "a/b", "/a/", "//", "/\xff"})
        EXPECT_FALSE(allowed("unix", path)) << path;
}

TEST(WireMultiaddrProtocols, OnionPortsAreNotZero) {
    byte_vector onion(12);
    EXPECT_FALSE(allowed("onion", onion));
    onion.back() = std::byte{80};
    EXPECT_TRUE(allowed("onion", onion));
    byte_vector onion3(37);
    EXPECT_FALSE(allowed("onion3", onion3));
    onion3[35] = std::byte{1};
    EXPECT_TRUE(allowed("onion3", onion3));
}

TEST(WireMultiaddrProtocols, GarlicHasTheSizesOfI2p) {
    EXPECT_FALSE(allowed("garlic64", byte_vector(385)));
    EXPECT_TRUE(allowed("garlic64", byte_vector(386)));
    for (const std::size_t size : {0U, 31U, 33U, 34U})
        EXPECT_FALSE(allowed("garlic32", byte_vector(size))) << size;
    for (const std::size_t size : {32U, 35U, 56U})
        EXPECT_TRUE(allowed("garlic32", byte_vector(size))) << size;
}

TEST(WireMultiaddrProtocols, OtherValues) {
    EXPECT_TRUE(allowed("certhash", hex("0000")));
    EXPECT_FALSE(allowed("certhash", ""));
    EXPECT_FALSE(allowed("certhash", hex("1203aabbcc")));
    EXPECT_TRUE(allowed("http-path", "a/b"));
    EXPECT_FALSE(allowed("http-path", ""));
    EXPECT_FALSE(allowed("http-path", "\xff"));
    EXPECT_TRUE(allowed("memory", hex("0000000000000000")));
    EXPECT_TRUE(allowed("ipcidr", hex("20")));
    EXPECT_TRUE(allowed("tcp", hex("0000")));
    EXPECT_TRUE(allowed("tls", ""));
}

TEST(WireMultiaddrProtocols, ARefusalNamesThePart) {
    const auto why = [](std::string_view protocol, byte_view value) {
        return check_address_value(*find_address_protocol(protocol), value);
    };
    EXPECT_EQ(why("dns", {}), wire::errc::bad_name_value);
    EXPECT_EQ(why("ip6zone", {}), wire::errc::bad_name_value);
    EXPECT_EQ(why("p2p", {}), wire::errc::bad_peer_value);
    EXPECT_EQ(why("unix", {}), wire::errc::bad_path_value);
    EXPECT_EQ(why("onion", byte_vector(12)), wire::errc::bad_onion_value);
    EXPECT_EQ(why("garlic32", {}), wire::errc::bad_garlic_value);
    EXPECT_EQ(why("certhash", {}), wire::errc::bad_certhash_value);
    EXPECT_EQ(why("http-path", {}), wire::errc::bad_http_path_value);
    EXPECT_EQ(why("tcp", byte_vector(2)), error{});
}

} // namespace
