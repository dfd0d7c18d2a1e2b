// SPDX-License-Identifier: Apache-2.0 OR MIT
// What can be wrong with bytes or text that should be a number, a key, a peer id or an address.
//
// It says what was wrong, never where the bytes came from: who passes them on knows that.
#pragma once

#include <lp2p/core/error.hpp>

namespace lp2p::inline v0::wire {

/// Codes of `domain::wire`. Those about text are faults of the caller (people write text), those
/// about bytes are faults of the remote.
enum class errc : std::uint16_t {
    truncated = 1,         ///< more bytes are needed
    trailing_bytes,        ///< bytes are left over
    too_long,              ///< longer than the bound that was given
    uvarint_not_minimal,   ///< a varint with a needless last byte
    uvarint_too_long,      ///< a varint of more bytes, or a larger number, than allowed
    message_truncated,     ///< protobuf: a field reaches past the end of its message
    bad_field_number,      ///< protobuf: field 0, above 2^29-1, or 19000 to 19999
    bad_wire_type,         ///< protobuf: a group, or a wire type that does not exist
    wrong_wire_type,       ///< protobuf: a known field with the wire type of another
    missing_field,         ///< protobuf: a field that must be there is not
    not_utf8,              ///< a text that is not UTF-8
    hash_length,           ///< multihash: a digest of a length that its hash does not have
    unknown_hash,          ///< peer id: neither sha2-256 nor identity
    key_not_canonical,     ///< key: not the one encoding that peer ids are made from
    unknown_key_type,      ///< key: not RSA, Ed25519, secp256k1 or ECDSA
    bad_key_data,          ///< public key: data that is no key of its type
    rsa_key_size,          ///< public key: an RSA modulus outside of 2048 to 8192 bits
    unknown_payload_type,  ///< signed envelope: not of the kind that was expected
    foreign_record,        ///< peer record: signed by, or about, another peer than expected
    no_inline_key,         ///< peer id: a hash, the key cannot be taken out of it
    empty_address,         ///< multiaddr: nothing in it
    unknown_protocol,      ///< multiaddr: a code that we do not know, so its size is unknown too
    bad_name_value,        ///< multiaddr: a name or zone that is empty, not UTF-8, or has a slash
    bad_peer_value,        ///< multiaddr: a p2p value that is no peer id
    bad_path_value,        ///< multiaddr: a unix value that is no absolute path of a file
    bad_onion_value,       ///< multiaddr: an onion service at port 0
    bad_garlic_value,      ///< multiaddr: of a length that no garlic address has
    bad_certhash_value,    ///< multiaddr: a certhash that is no multihash
    bad_http_path_value,   ///< multiaddr: an http path that is empty or not UTF-8
    path_not_last,         ///< multiaddr: something follows a path
    bad_digit,             ///< text: a character outside of the base's alphabet
    bad_padding,           ///< text: base32 of an impossible length, or left-over bits not zero
    unsupported_base,      ///< text: a peer id in a multibase that we do not read
    not_a_peer_id,         ///< text: digits that are no peer id, or a CID that is no libp2p-key
    text_too_long,         ///< text: longer than any peer id
    no_leading_slash,      ///< text: an address begins with a slash
    empty_component,       ///< text: two slashes in a row, or one at the end
    missing_value,         ///< text: the address ends where a value is needed
    unknown_protocol_name, ///< text: a protocol name that we do not know
    bad_ip4,               ///< text: no IPv4 address
    bad_ip6,               ///< text: no IPv6 address
    bad_port,              ///< text: not a decimal number from 0 to 65535
    bad_name,              ///< text: no domain name: empty or not UTF-8
    bad_zone,              ///< text: no zone of an IPv6 address: not UTF-8
    bad_prefix_length,     ///< text: ipcidr: not a decimal number from 0 to 255
    bad_memory,            ///< text: memory: not a decimal number of 64 bits
    bad_unix_path,         ///< text: unix: ends in a slash, or is not UTF-8
    bad_onion,             ///< text: onion: not 16 (onion3: 56) digits of base32, a colon, a port
    bad_onion_port,        ///< text: onion: not a decimal number from 1 to 65535
    bad_garlic,            ///< text: garlic: not its base, or of a length that it cannot have
    bad_certhash,          ///< text: certhash: no multihash in a multibase that we read
    bad_http_path,         ///< text: http-path: a broken escape, or not UTF-8
    ambiguous_plus,        ///< text: http-path: a `+`, which some read as a space
};

[[nodiscard]] constexpr fault fault_of(errc e) noexcept {
    if (e == errc::too_long) return fault::limit;
    if (e == errc::no_inline_key || e >= errc::bad_digit) return fault::local;
    return fault::remote;
}
[[nodiscard]] constexpr error make_error(errc e) noexcept {
    return {domain::wire, fault_of(e), static_cast<std::uint16_t>(e)};
}
/// The code as it is spelled in logs.
[[nodiscard]] constexpr std::string_view name(errc e) noexcept {
    switch (e) {
    case errc::truncated:
        return "truncated";
    case errc::trailing_bytes:
        return "trailing_bytes";
    case errc::too_long:
        return "too_long";
    case errc::uvarint_not_minimal:
        return "uvarint_not_minimal";
    case errc::uvarint_too_long:
        return "uvarint_too_long";
    case errc::message_truncated:
        return "message_truncated";
    case errc::bad_field_number:
        return "bad_field_number";
    case errc::bad_wire_type:
        return "bad_wire_type";
    case errc::wrong_wire_type:
        return "wrong_wire_type";
    case errc::missing_field:
        return "missing_field";
    case errc::not_utf8:
        return "not_utf8";
    case errc::hash_length:
        return "hash_length";
    case errc::unknown_hash:
        return "unknown_hash";
    case errc::key_not_canonical:
        return "key_not_canonical";
    case errc::unknown_key_type:
        return "unknown_key_type";
    case errc::bad_key_data:
        return "bad_key_data";
    case errc::rsa_key_size:
        return "rsa_key_size";
    case errc::unknown_payload_type:
        return "unknown_payload_type";
    case errc::foreign_record:
        return "foreign_record";
    case errc::no_inline_key:
        return "no_inline_key";
    case errc::empty_address:
        return "empty_address";
    case errc::unknown_protocol:
        return "unknown_protocol";
    case errc::bad_name_value:
        return "bad_name_value";
    case errc::bad_peer_value:
        return "bad_peer_value";
    case errc::bad_path_value:
        return "bad_path_value";
    case errc::bad_onion_value:
        return "bad_onion_value";
    case errc::bad_garlic_value:
        return "bad_garlic_value";
    case errc::bad_certhash_value:
        return "bad_certhash_value";
    case errc::bad_http_path_value:
        return "bad_http_path_value";
    case errc::path_not_last:
        return "path_not_last";
    case errc::bad_digit:
        return "bad_digit";
    case errc::bad_padding:
        return "bad_padding";
    case errc::unsupported_base:
        return "unsupported_base";
    case errc::not_a_peer_id:
        return "not_a_peer_id";
    case errc::text_too_long:
        return "text_too_long";
    case errc::no_leading_slash:
        return "no_leading_slash";
    case errc::empty_component:
        return "empty_component";
    case errc::missing_value:
        return "missing_value";
    case errc::unknown_protocol_name:
        return "unknown_protocol_name";
    case errc::bad_ip4:
        return "bad_ip4";
    case errc::bad_ip6:
        return "bad_ip6";
    case errc::bad_port:
        return "bad_port";
    case errc::bad_name:
        return "bad_name";
    case errc::bad_zone:
        return "bad_zone";
    case errc::bad_prefix_length:
        return "bad_prefix_length";
    case errc::bad_memory:
        return "bad_memory";
    case errc::bad_unix_path:
        return "bad_unix_path";
    case errc::bad_onion:
        return "bad_onion";
    case errc::bad_onion_port:
        return "bad_onion_port";
    case errc::bad_garlic:
        return "bad_garlic";
    case errc::bad_certhash:
        return "bad_certhash";
    case errc::bad_http_path:
        return "bad_http_path";
    case errc::ambiguous_plus:
        return "ambiguous_plus";
    }
    return {};
}
/// One sentence for people.
[[nodiscard]] constexpr std::string_view describe(errc e) noexcept {
    switch (e) {
    case errc::truncated:
        return "the input ends too early, more bytes are needed";
    case errc::trailing_bytes:
        return "bytes are left over after the value";
    case errc::too_long:
        return "the announced length is over the limit";
    case errc::uvarint_not_minimal:
        return "a varint is longer than its number needs";
    case errc::uvarint_too_long:
        return "a varint has too many bytes";
    case errc::message_truncated:
        return "a protobuf field reaches past the end of its message";
    case errc::bad_field_number:
        return "a protobuf field has a number that no field can have";
    case errc::bad_wire_type:
        return "a protobuf field is a group or has an unknown wire type";
    case errc::wrong_wire_type:
        return "a protobuf field has the wrong wire type";
    case errc::missing_field:
        return "a required protobuf field is missing";
    case errc::not_utf8:
        return "a text is not valid UTF-8";
    case errc::hash_length:
        return "a multihash has a digest of the wrong length";
    case errc::unknown_hash:
        return "a peer id is neither a sha2-256 nor an identity multihash";
    case errc::key_not_canonical:
        return "a key is not in its one canonical encoding";
    case errc::unknown_key_type:
        return "a key has an unknown type";
    case errc::bad_key_data:
        return "the data of a public key is no key of its type";
    case errc::rsa_key_size:
        return "an RSA key has less than 2048 or more than 8192 bits";
    case errc::unknown_payload_type:
        return "a signed envelope holds something else than expected";
    case errc::foreign_record:
        return "a peer record was signed by another peer, or is about another one";
    case errc::no_inline_key:
        return "the peer id is a hash and does not contain the public key";
    case errc::empty_address:
        return "the address is empty";
    case errc::unknown_protocol:
        return "the address has a protocol code that is not known";
    case errc::bad_name_value:
        return "the address has a name or zone that is empty, not UTF-8, or has a slash";
    case errc::bad_peer_value:
        return "the address has a p2p part that is no peer id";
    case errc::bad_path_value:
        return "the address has a unix part that is no absolute path of a file";
    case errc::bad_onion_value:
        return "the address has an onion service at port 0";
    case errc::bad_garlic_value:
        return "the address has a garlic part of an impossible length";
    case errc::bad_certhash_value:
        return "the address has a certhash that is no multihash";
    case errc::bad_http_path_value:
        return "the address has an http path that is empty or not UTF-8";
    case errc::path_not_last:
        return "the address goes on after a path, which must be last";
    case errc::bad_digit:
        return "a character is not in the alphabet of the base";
    case errc::bad_padding:
        return "the base32 text has an impossible length or left-over bits";
    case errc::unsupported_base:
        return "write the peer id in base58, or as a CID in base32 (b...)";
    case errc::not_a_peer_id:
        return "the text is no peer id; was it cut?";
    case errc::text_too_long:
        return "the text is longer than any peer id";
    case errc::no_leading_slash:
        return "an address must begin with a slash, as in /ip4/127.0.0.1";
    case errc::empty_component:
        return "the address has an empty part; remove the extra slash";
    case errc::missing_value:
        return "the address ends where a value must follow";
    case errc::unknown_protocol_name:
        return "the address names a protocol that is not known";
    case errc::bad_ip4:
        return "not an IPv4 address; four numbers from 0 to 255, no leading zeros";
    case errc::bad_ip6:
        return "not an IPv6 address";
    case errc::bad_port:
        return "not a port; a decimal number from 0 to 65535";
    case errc::bad_name:
        return "not a domain name";
    case errc::bad_zone:
        return "not the zone of an IPv6 address, such as eth0";
    case errc::bad_prefix_length:
        return "not a prefix length; a decimal number from 0 to 255";
    case errc::bad_memory:
        return "not a memory address; a decimal number below 2^64";
    case errc::bad_unix_path:
        return "not the path of a file; it must be UTF-8 and not end in a slash";
    case errc::bad_onion:
        return "not an onion service; 16 (onion3: 56) digits of base32, a colon, a port";
    case errc::bad_onion_port:
        return "not the port of an onion service; a decimal number from 1 to 65535";
    case errc::bad_garlic:
        return "not a garlic address; was it cut?";
    case errc::bad_certhash:
        return "not a certificate's hash; a multihash in multibase, as in uEi...";
    case errc::bad_http_path:
        return "not an http path; UTF-8 with % before two hexadecimal digits, a slash as %2F";
    case errc::ambiguous_plus:
        return "write a plus sign as %2B, or a space as %20";
    }
    return {};
}

} // namespace lp2p::inline v0::wire
