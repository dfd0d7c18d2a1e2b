// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/multiaddr_parts.hpp>

#include "known_keys.hpp"

namespace {

using namespace lp2p;
using wire::address_code;
using wire::multiaddr;
using wire::peer_part;

const std::string p2p = "/p2p/" + std::string{wire_test::known_keys[0].base58};
const std::string other = "/p2p/" + std::string{wire_test::known_keys[1].base58};

multiaddr at(const std::string& text) {
    if (text.empty()) return {};
    const auto address = multiaddr::parse(text);
    EXPECT_TRUE(address) << text;
    return address.value_or(multiaddr{});
}
std::string text(const std::optional<multiaddr>& address) {
    return address ? address->to_string() : "nothing";
}

TEST(WireMultiaddrParts, OneAddressGoesThroughAnother) {
    EXPECT_EQ(encapsulate(at("/ip4/1.2.3.4"), at("/tcp/1")), at("/ip4/1.2.3.4/tcp/1"));
    EXPECT_EQ(encapsulate(at("/ip4/1.2.3.4/tcp/1" + p2p), at("/p2p-circuit" + other)),
              at("/ip4/1.2.3.4/tcp/1" + p2p + "/p2p-circuit" + other));
    EXPECT_EQ(encapsulate(at("/tls"), {}), at("/tls"));
    EXPECT_EQ(encapsulate({}, at("/tls")), at("/tls"));
    EXPECT_EQ(encapsulate(multiaddr{}, {}), multiaddr{});
}

TEST(WireMultiaddrParts, NothingGoesThroughAPath) {
    EXPECT_EQ(encapsulate(at("/unix/a"), at("/tcp/1")).error(), wire::errc::path_not_last);
    EXPECT_EQ(encapsulate(at("/unix/a"), {}), at("/unix/a"));
    EXPECT_EQ(encapsulate(at("/ip4/1.2.3.4"), at("/unix/a")), at("/ip4/1.2.3.4/unix/a"));
}

TEST(WireMultiaddrParts, BeginningsAndEndsAreOfWholeComponents) {
    const multiaddr address = at("/ip4/1.2.3.4/tcp/1/tls/ws");
    for (const auto* prefix : {"", "/ip4/1.2.3.4", "/ip4/1.2.3.4/tcp/1/tls/ws"})
        EXPECT_TRUE(starts_with(address, at(prefix))) << prefix;
    for (const auto* prefix : {"/ip4/1.2.3.5", "/tcp/1", "/ip4/1.2.3.4/tcp/1/tls/ws/tls"})
        EXPECT_FALSE(starts_with(address, at(prefix))) << prefix;
    for (const auto* suffix : {"", "/ws", "/tls/ws", "/ip4/1.2.3.4/tcp/1/tls/ws"})
        EXPECT_TRUE(ends_with(address, at(suffix))) << suffix;
    for (const auto* suffix : {"/tls", "/tcp/1", "/ip4/1.2.3.4", "/tls/ip4/1.2.3.4/tcp/1/tls/ws"})
        EXPECT_FALSE(ends_with(address, at(suffix))) << suffix;
    // The bytes of /tls are the end of this memory address, too.
    const auto lookalike = multiaddr::from_bytes(wire_test::hex("8906000000000000c003"));
    EXPECT_FALSE(ends_with(*lookalike, at("/tls")));
    EXPECT_EQ(text(decapsulate(*lookalike, at("/tls"))), "nothing");
}

TEST(WireMultiaddrParts, ASuffixIsTakenOff) {
    const multiaddr address = at("/ip4/1.2.3.4/tcp/1/tls/ws" + p2p);
    EXPECT_EQ(text(decapsulate(address, at("/ws" + p2p))), "/ip4/1.2.3.4/tcp/1/tls");
    EXPECT_EQ(text(decapsulate(address, at(p2p))), "/ip4/1.2.3.4/tcp/1/tls/ws");
    EXPECT_EQ(text(decapsulate(address, at("/ws"))), "nothing");
    EXPECT_EQ(text(decapsulate(address, at(other))), "nothing");
    EXPECT_EQ(text(decapsulate(address, {})), address.to_string());
    EXPECT_EQ(decapsulate(address, address), multiaddr{});
}

TEST(WireMultiaddrParts, ThePeerAtTheEndCanBeLeftOut) {
    const multiaddr address = at("/ip4/1.2.3.4/tcp/1/ws" + p2p);
    const auto without = [&](const std::string& suffix) {
        return text(decapsulate(address, at(suffix), peer_part::ignored));
    };
    EXPECT_EQ(without("/ws"), "/ip4/1.2.3.4/tcp/1");
    EXPECT_EQ(without("/ws" + other), "/ip4/1.2.3.4/tcp/1");
    EXPECT_EQ(without(""), "/ip4/1.2.3.4/tcp/1/ws");
    EXPECT_EQ(without(p2p), "/ip4/1.2.3.4/tcp/1/ws");
    EXPECT_EQ(without("/tls"), "nothing");
    const multiaddr circuit = at("/ip4/1.2.3.4/tcp/1" + p2p + "/p2p-circuit");
    EXPECT_EQ(text(decapsulate(circuit, at("/p2p-circuit"), peer_part::ignored)),
              "/ip4/1.2.3.4/tcp/1" + p2p); // a relay is not the peer at the end
}

TEST(WireMultiaddrParts, EverythingFromTheLastOfAProtocolIsTakenOff) {
    const multiaddr address = at("/ip4/1.2.3.4/tcp/1" + p2p + "/p2p-circuit" + other);
    EXPECT_EQ(text(before_last(address, address_code::p2p)),
              "/ip4/1.2.3.4/tcp/1" + p2p + "/p2p-circuit");
    EXPECT_EQ(text(before_last(address, address_code::p2p_circuit)), "/ip4/1.2.3.4/tcp/1" + p2p);
    EXPECT_EQ(text(before_last(address, address_code::tcp)), "/ip4/1.2.3.4");
    EXPECT_EQ(before_last(address, address_code::ip4), multiaddr{});
    EXPECT_EQ(text(before_last(address, address_code::udp)), "nothing");
    EXPECT_EQ(text(before_last(multiaddr{}, address_code::udp)), "nothing");
}

TEST(WireMultiaddrParts, TheFirstOfAProtocolIsFound) {
    const multiaddr address = at("/ip4/1.2.3.4/tcp/1" + p2p + "/p2p-circuit" + other);
    const auto relay = find_component(address, address_code::p2p);
    ASSERT_TRUE(relay);
    EXPECT_EQ(wire_test::to_hex(relay->value), wire_test::known_keys[0].id);
    EXPECT_FALSE(find_component(address, address_code::udp));
    EXPECT_FALSE(find_component(multiaddr{}, address_code::ip4));
}

RC_GTEST_PROP(WireMultiaddrParts, WhatWasPutOnIsTakenOff, ()) {
    const std::string parts[] = {"/ip4/1.2.3.4",  "/tcp/1",       "/tls", "/sni/a.b",
                                 "/memory/49155", "/p2p-circuit", p2p};
    const auto draw = [&] {
        std::string t;
        const auto count = *rc::gen::inRange(0, 4);
        for (int i = 0; i < count; ++i)
            t += parts[*rc::gen::inRange<std::size_t>(0, std::size(parts))];
        return at(t);
    };
    const multiaddr outer = draw(), inner = draw();
    const auto both = encapsulate(outer, inner);
    RC_ASSERT(both.has_value());
    RC_ASSERT(starts_with(*both, outer) && ends_with(*both, inner));
    RC_ASSERT(decapsulate(*both, inner) == outer);
    RC_ASSERT(both->to_string() == outer.to_string() + inner.to_string());
}

} // namespace
