// SPDX-License-Identifier: Apache-2.0 OR MIT
// Signed envelopes and peer records.
#include "judge.hpp"

#include <lp2p/wire/peer_record.hpp>

namespace conformance {

using namespace lp2p;

namespace {

/// Whatever is wrong with the protobuf is one fault.
verdict refused_message(error why) {
    for (const wire::errc e :
         {wire::errc::message_truncated, wire::errc::bad_field_number, wire::errc::bad_wire_type,
          wire::errc::wrong_wire_type, wire::errc::uvarint_too_long})
        if (why == error{e}) return {false, json::object(), "malformed"};
    return refused(why);
}

} // namespace

verdict judge_envelope(const vector& v) {
    const byte_vector bytes = bytes_of(v.content.at("bytes"));
    const auto envelope = wire::signed_envelope::decode(bytes);
    if (!envelope) return refused_message(envelope.error());
    if (!equal(envelope->payload_type, bytes_of(v.context("payload_type"))))
        return refused(wire::errc::unknown_payload_type);
    const auto key = wire::verify_envelope(*envelope, v.context_text("domain"), crypto::botan{});
    if (!key) return refused(key.error());
    return accepted({{"public_key", hex_of(key->encode())},
                     {"payload_type", hex_of(envelope->payload_type)},
                     {"payload", hex_of(envelope->payload)}});
}

/// The record of whoever signed it.
verdict judge_peer_record(const vector& v) {
    const crypto::botan crypto;
    const byte_vector bytes = bytes_of(v.content.at("bytes"));
    const auto envelope = wire::signed_envelope::decode(bytes);
    if (!envelope) return refused_message(envelope.error());
    const auto key = wire::public_key::decode(envelope->public_key);
    if (!key) return refused(key.error());
    const auto record = wire::open_peer_record(bytes, wire::peer_id::of(*key, crypto), crypto);
    if (!record) return refused_message(record.error());
    json addresses = json::array();
    for (const wire::multiaddr& a : record->addresses) addresses.push_back(a.to_string());
    return accepted({{"peer_id", record->peer.to_string()},
                     {"seq", std::to_string(record->seq)},
                     {"addresses", addresses}});
}

} // namespace conformance
