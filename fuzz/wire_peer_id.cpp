// SPDX-License-Identifier: Apache-2.0 OR MIT
// Peer ids, read as bytes and as text: what is read is written the same.
#include <lp2p/wire/peer_id.hpp>

#include "support/law.hpp"

namespace {

using namespace lp2p;
using fuzz::law;
using wire::peer_id;

/// No key is hashed here: only ids that hold their key are made again.
struct no_hash {
    [[nodiscard]] crypto::digest sha256(byte_view) const { std::abort(); }
};

void check(const peer_id& id) {
    law(!id.empty() && id.bytes().size() <= peer_id::most_bytes);
    const auto from_bytes = peer_id::from_bytes(id.bytes());
    law(from_bytes && *from_bytes == id);
    const auto from_text = peer_id::parse(id.to_string());
    law(from_text && *from_text == id);
    byte_vector cid{std::byte{0x01}, std::byte{0x72}};
    append(cid, id.bytes());
    const auto from_cid = peer_id::parse("b" + wire::base32_encode(cid));
    law(from_cid && *from_cid == id);
    if (const auto key = id.inline_key()) law(peer_id::of(*key, no_hash{}) == id);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const byte_view in = fuzz::input(data, size);
    if (const auto id = peer_id::from_bytes(in)) {
        law(equal(id->bytes(), in));
        check(*id);
    }
    if (const auto id = peer_id::parse(as_text(in))) check(*id);
    if (const auto bytes = wire::base58_decode(as_text(in)))
        law(wire::base58_encode(*bytes) == as_text(in));
    if (const auto bytes = wire::base32_decode(as_text(in)))
        law(wire::base32_encode(*bytes) == as_text(in));
    return 0;
}
