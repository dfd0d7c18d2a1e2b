// SPDX-License-Identifier: Apache-2.0 OR MIT
// Numbers, hashes, peer ids and addresses.
#include "judge.hpp"

#include <lp2p/wire/multiaddr.hpp>

namespace conformance {

using namespace lp2p;

verdict judge_uvarint(const vector& v) {
    const auto read = wire::decode_uvarint(bytes_of(v.content.at("bytes")));
    if (!read) return refused(read.error());
    return accepted({{"value", std::to_string(read->value)}, {"size", read->size}});
}

verdict judge_multihash(const vector& v) {
    const byte_vector bytes = bytes_of(v.content.at("bytes"));
    const auto read = wire::decode_multihash(bytes);
    if (!read) return refused(read.error());
    byte_vector again;
    wire::encode_multihash(*read, again);
    if (again != bytes) return {}; // accepts nothing, for no reason: the vector fails
    return accepted(
        {{"code", static_cast<std::uint64_t>(read->code)}, {"digest", hex_of(read->digest)}});
}

verdict judge_peer_id(const vector& v) {
    const auto id = wire::peer_id::from_bytes(bytes_of(v.content.at("bytes")));
    if (!id) return refused(id.error());
    json value{{"text", id->to_string()}};
    if (const auto key = id->inline_key()) value["public_key"] = hex_of(key->encode());
    return accepted(std::move(value));
}

verdict judge_peer_id_text(const vector& v) {
    const auto id = wire::peer_id::parse(v.text("text"));
    if (!id) return refused(id.error());
    return accepted({{"bytes", hex_of(id->bytes())}, {"text", id->to_string()}});
}

verdict judge_multiaddr(const vector& v) {
    const byte_vector bytes = bytes_of(v.content.at("bytes"));
    const auto address = wire::multiaddr::from_bytes(bytes);
    if (!address) return refused(address.error());
    if (!equal(address->bytes(), bytes)) return {};
    return accepted({{"text", address->to_string()}});
}

verdict judge_multiaddr_text(const vector& v) {
    const auto address = wire::multiaddr::parse(v.text("text"));
    if (!address) return refused(address.error());
    return accepted({{"bytes", hex_of(address->bytes())}, {"text", address->to_string()}});
}

} // namespace conformance
