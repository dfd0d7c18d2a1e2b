// SPDX-License-Identifier: Apache-2.0 OR MIT
// The addresses of a peer, signed by that peer, so that anybody may pass them on.
//
// The signature is checked before a byte of the record is read, and a record counts only if the
// peer that it is about signed it. One bad address costs that address.
#pragma once

#include <lp2p/wire/multiaddr.hpp>
#include <lp2p/wire/signed_envelope.hpp>

#include <vector>

namespace lp2p::inline v0::wire {

/// How much of a record is kept; more than `bytes` is not read at all. As `limits` has it for
/// identify (threats.md §2), which this header does not need.
struct record_bounds {
    std::size_t bytes = 8 * 1024; ///< of the envelope
    std::size_t addresses = 100;
    std::size_t address_length = 1024; ///< bytes of one
};

/// spec: RFC 0003, "Address Record". `seq` grows from one record of a peer to the next; what it
/// counts is its author's choice (go: nanoseconds, js: milliseconds, rust: seconds).
struct peer_record {
    peer_id peer;
    std::uint64_t seq = 0;
    std::vector<multiaddr> addresses{};
    /// Addresses that were no addresses, another peer's, too long, or more than are kept.
    std::uint32_t left_out = 0;

    /// Reads the payload of an envelope. `missing_field` without a peer id, the errors of
    /// `peer_id::from_bytes` and of `message_reader`.
    [[nodiscard]] static result<peer_record> decode(byte_view payload,
                                                    const record_bounds& keep = {});
    /// Writes the payload of an envelope.
    [[nodiscard]] byte_vector encode() const;
    friend bool operator==(const peer_record&, const peer_record&) = default;
};

/// The two ways in which peer records are signed; neither side reads the other's (identify.md §5).
enum class record_form : std::uint8_t {
    peer_record,   ///< go and js, and what we send
    routing_state, ///< rust's identify: the domain of RFC 0003
};
struct record_signing {
    std::string_view domain;
    std::string_view payload_type;
};
[[nodiscard]] constexpr record_signing signing_of(record_form form) noexcept {
    if (form == record_form::routing_state)
        return {"libp2p-routing-state", "/libp2p/routing-state-record"};
    return {"libp2p-peer-record", {"\x03\x01", 2}};
}

/// The record in an envelope, which `expected` must have signed. Errors: `too_long`;
/// `unknown_payload_type` (rust's, too, unless `routing_state`); `foreign_record`; those of
/// `signed_envelope::decode`, `verify_envelope` and `peer_record::decode`.
template <class Crypto>
[[nodiscard]] result<peer_record>
open_peer_record(byte_view envelope, const peer_id& expected, const Crypto& crypto,
                 const record_bounds& keep = {}, bool routing_state = true) {
    if (envelope.size() > keep.bytes) return fail(errc::too_long);
    const auto e = signed_envelope::decode(envelope);
    if (!e) return fail(e.error());
    const auto is = [&](record_form f) {
        return as_text(e->payload_type) == signing_of(f).payload_type;
    };
    const auto form = routing_state && is(record_form::routing_state) ? record_form::routing_state
                                                                      : record_form::peer_record;
    if (!is(form)) return fail(errc::unknown_payload_type);
    // Who claims to have signed is compared first: it costs less than the signature.
    const auto claimed = public_key::decode(e->public_key);
    if (!claimed) return fail(claimed.error());
    if (peer_id::of(*claimed, crypto) != expected) return fail(errc::foreign_record);
    const auto signer = verify_envelope(*e, signing_of(form).domain, crypto);
    if (!signer) return fail(signer.error());
    auto record = peer_record::decode(e->payload, keep);
    if (record && record->peer != expected) return fail(errc::foreign_record);
    return record;
}

/// An envelope with our record. The errors of `Crypto::sign`.
template <class Crypto>
[[nodiscard]] result<byte_vector>
seal_peer_record(const peer_record& record, const typename Crypto::private_key& identity,
                 const Crypto& crypto, record_form form = record_form::peer_record) {
    const record_signing s = signing_of(form);
    return seal_envelope(s.domain, as_bytes(s.payload_type), record.encode(), identity, crypto);
}

namespace detail {

enum record_field : std::uint32_t { record_peer = 1, record_seq = 2, record_addresses = 3 };
inline constexpr std::uint32_t address_info_multiaddr = 1;

/// The address in an AddressInfo; empty where it has none.
[[nodiscard]] byte_view address_of(byte_view info) noexcept;
void keep_record_address(peer_record& into, byte_view info, const record_bounds& keep);
/// An address may say whose it is; in the record of another peer it is of no use.
void drop_addresses_of_others(peer_record& r);

} // namespace detail

} // namespace lp2p::inline v0::wire

#ifndef LP2P_SEPARATE_COMPILATION
#include "peer_record.ipp"
#endif
