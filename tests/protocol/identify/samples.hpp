// SPDX-License-Identifier: Apache-2.0 OR MIT
// Messages to identify with.
#pragma once

#include <lp2p/protocol/identify/message.hpp>

#include "tests/support/laws.hpp"

namespace lp2p::test {

[[nodiscard]] inline byte_vector raw(std::string_view text) { return to_vector(as_bytes(text)); }
[[nodiscard]] inline wire::multiaddr address(std::uint16_t port) {
    return wire::multiaddr::tcp4({std::byte{127}, {}, {}, std::byte{1}}, port);
}
/// An encoded Ed25519 key; the codec does not look into it.
[[nodiscard]] inline byte_vector key() {
    byte_vector out = raw({"\x08\x01\x12\x20", 4});
    out.resize(36, std::byte{0x5a});
    return out;
}
/// What a usual node says; `lists_present` as after reading it.
[[nodiscard]] inline identify::message usual() {
    identify::message m;
    m.public_key = key();
    m.listen_addrs = {address(4001), address(4002)};
    m.protocols = {"/ipfs/id/1.0.0", "/ipfs/ping/1.0.0"};
    m.observed = address(50000);
    m.protocol_version = "ipfs/0.1.0";
    m.agent_version = "lp2p/test";
    m.listen_addrs_present = m.protocols_present = true;
    return m;
}
[[nodiscard]] inline byte_vector encoded(const identify::message& m) {
    byte_vector out;
    identify::encode(m, out);
    return out;
}
[[nodiscard]] inline byte_vector framed(byte_view part) {
    byte_vector out;
    wire::encode_length_prefixed(part, out);
    return out;
}
/// The parts of a stream, without their lengths.
[[nodiscard]] inline std::vector<byte_vector> parts_of(byte_view stream) {
    std::vector<byte_vector> parts;
    wire::length_prefix_reader reader{SIZE_MAX};
    while (!stream.empty()) {
        stream = stream.subspan(reader.receive(stream).value());
        parts.push_back(to_vector(reader.frame()));
        reader.next();
    }
    return parts;
}
[[nodiscard]] inline identify::message merged(std::initializer_list<byte_vector> parts) {
    identify::message m;
    for (const byte_vector& part : parts)
        if (!identify::merge(m, part)) return {};
    return m;
}
inline constexpr auto tell_identify = [](auto&, const auto& event, instant, journal& j) {
    if (const reason* why = ended_in(event))
        j.say("ended " + to_text(*why));
    else
        j.say("identified");
};

} // namespace lp2p::test
