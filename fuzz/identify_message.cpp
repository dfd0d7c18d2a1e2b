// SPDX-License-Identifier: Apache-2.0 OR MIT
// identify parts: what is read is within the bounds, and read, written and read again is the same.
#include <lp2p/protocol/identify/message.hpp>

#include "fuzz/support/script.hpp"

using namespace lp2p;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const byte_view part{reinterpret_cast<const std::byte*>(data), size};
    const identify::bounds small{
        .protocols = 8, .protocol_length = 64, .addresses = 8, .address_length = 64, .text = 16};
    identify::message first;
    if (!identify::merge(first, part, small)) return 0;
    fuzz::require(first.protocols.size() <= 8 && first.listen_addrs.size() <= 8, "counts");
    for (const std::string& p : first.protocols)
        fuzz::require(p.size() <= 64 && wire::valid_utf8(as_bytes(p)), "protocols");
    for (const auto& text : {first.agent_version, first.protocol_version})
        fuzz::require(!text || (text->size() <= 16 && wire::valid_utf8(as_bytes(*text))), "texts");
    byte_vector bytes;
    identify::encode(first, bytes);
    identify::message again;
    fuzz::require(identify::merge(again, bytes, small).has_value(), "what we write is read");
    first.left_out = {};
    first.listen_addrs_present = !first.listen_addrs.empty();
    first.protocols_present = !first.protocols.empty();
    fuzz::require(first == again, "what is written is read back the same");
    if (const auto parts = identify::encode_parts(first, {.first = 128, .part = 256})) {
        byte_view rest = *parts;
        std::size_t most = 128;
        identify::message sent;
        while (!rest.empty()) {
            wire::length_prefix_reader reader{most};
            rest = rest.subspan(reader.receive(rest).value());
            fuzz::require(reader.complete(), "parts are whole and within their bounds");
            fuzz::require(identify::merge(sent, reader.frame()).has_value(), "parts are read");
            most = 256;
        }
        fuzz::require(sent.protocols == first.protocols && sent.public_key == first.public_key &&
                          sent.signed_peer_record == first.signed_peer_record,
                      "parts lose nothing but addresses");
    }
    return 0;
}
