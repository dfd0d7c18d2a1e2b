// SPDX-License-Identifier: Apache-2.0 OR MIT
// Keys, signatures, envelopes and peer records.
#include "judge.hpp"

#include <lp2p/wire/peer_id.hpp>
#include <lp2p/wire/private_key.hpp>

namespace conformance {

using namespace lp2p;

namespace {

const char* type_name(crypto::key_type type) {
    constexpr const char* names[] = {"RSA", "Ed25519", "Secp256k1", "ECDSA"};
    return names[static_cast<std::size_t>(type)];
}

/// Of the right form and by nobody.
byte_vector some_signature(crypto::key_type type) {
    if (type == crypto::key_type::ecdsa || type == crypto::key_type::secp256k1)
        return to_vector(as_bytes({"\x30\x06\x02\x01\x01\x02\x01\x01", 8})); // r = s = 1
    return byte_vector(64);
}

} // namespace

/// The message is read, and the key is asked to verify something: only then is it known whether it
/// is a point of its curve.
verdict judge_public_key(const vector& v) {
    const crypto::botan crypto;
    const auto key = wire::public_key::decode(bytes_of(v.content.at("bytes")));
    if (!key) return refused(key.error());
    const auto checked = crypto.verify(key->type, key->data, {}, some_signature(key->type));
    if (!checked && checked.error() != error{crypto::errc::bad_signature})
        return refused(checked.error());
    return accepted({{"type", type_name(key->type)},
                     {"peer_id", wire::peer_id::of(*key, crypto).to_string()},
                     {"encoded", hex_of(key->encode())}});
}

verdict judge_private_key(const vector& v) {
    const byte_vector message = bytes_of(v.content.at("bytes"));
    const auto read = wire::private_key::decode(message);
    if (!read) return refused(read.error());
    const auto key = crypto::botan{}.load(read->type, read->data);
    if (!key) return refused(key.error());
    const wire::public_key half{key->type(), to_vector(key->public_data())};
    return accepted({{"type", type_name(key->type())}, {"public_key", hex_of(half.encode())}});
}

verdict judge_signature(const vector& v) {
    const auto key = wire::public_key::decode(bytes_of(v.context("public_key")));
    if (!key) return refused(key.error());
    const auto holds = crypto::botan{}.verify(key->type, key->data, bytes_of(v.context("message")),
                                              bytes_of(v.content.at("bytes")));
    return holds ? accepted(json::object()) : refused(holds.error());
}

} // namespace conformance
