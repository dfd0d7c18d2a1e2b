// SPDX-License-Identifier: Apache-2.0 OR MIT
// Addresses, read as bytes and as text: what is read is written the same, and its parts agree.
#include <lp2p/wire/multiaddr.hpp>

#include "support/law.hpp"

namespace {

using namespace lp2p;
using fuzz::law;
using wire::multiaddr;

void same_after_text(const multiaddr& address) {
    const auto again = multiaddr::parse(address.to_string());
    law(again && *again == address && again->to_string() == address.to_string());
}

void parts_agree(const multiaddr& address) {
    byte_vector bytes;
    std::size_t parts = 0;
    for (const wire::component& c : address) {
        const auto* protocol = wire::find_address_protocol(static_cast<std::uint64_t>(c.code));
        law(protocol != nullptr && !wire::check_address_value(*protocol, c.value));
        wire::encode_uvarint(static_cast<std::uint64_t>(c.code), bytes);
        if (protocol->size < 0) wire::encode_uvarint(c.value.size(), bytes);
        append(bytes, c.value);
        ++parts;
    }
    law(equal(bytes, address.bytes()) && parts > 0);
    if (const auto to = address.tcp()) law(parts == (address.peer() ? 3 : 2));
    const auto peer = address.peer();
    const multiaddr bare = address.without_peer();
    law(peer.has_value() || bare == address);
    law(!peer || bare.peer() || bare.with_peer(*peer) == address); // with_peer replaces a peer
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const byte_view in = fuzz::input(data, size);
    if (const auto address = multiaddr::from_bytes(in)) {
        law(equal(address->bytes(), in));
        same_after_text(*address);
        parts_agree(*address);
    }
    wire::parse_failure culprit;
    if (const auto address = multiaddr::parse(as_text(in), &culprit)) {
        const auto again = multiaddr::from_bytes(address->bytes());
        law(again && *again == *address);
        same_after_text(*address);
        parts_agree(*address);
    } else {
        law(address.error() == culprit.why && culprit.offset + culprit.part.size() <= size);
    }
    return 0;
}
