// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of signed_envelope.hpp: see there what each does.
#pragma once

#include <lp2p/wire/signed_envelope.hpp>

namespace lp2p::inline v0::wire {

LP2P_DECL result<signed_envelope> signed_envelope::decode(byte_view message) noexcept {
    auto fields = message_reader::open(message);
    if (!fields) return fail(fields.error());
    signed_envelope e;
    while (fields->next()) {
        byte_view* into = nullptr;
        switch (fields->field()) {
        case detail::envelope_field::key:
            into = &e.public_key;
            break;
        case detail::envelope_field::payload_type:
            into = &e.payload_type;
            break;
        case detail::envelope_field::payload:
            into = &e.payload;
            break;
        case detail::envelope_field::signature:
            into = &e.signature;
            break;
        default:
            continue;
        }
        const auto value = fields->bytes();
        if (!value) return fail(value.error());
        *into = *value;
    }
    if (e.public_key.empty() || e.payload_type.empty() || e.signature.empty())
        return fail(errc::missing_field);
    return e;
}

LP2P_DECL byte_vector signed_envelope::encode() const {
    byte_vector out;
    message_writer to{out};
    to.bytes(detail::envelope_field::key, public_key);
    to.bytes(detail::envelope_field::payload_type, payload_type);
    to.bytes(detail::envelope_field::payload, payload);
    to.bytes(detail::envelope_field::signature, signature);
    return out;
}

LP2P_DECL byte_vector envelope_signed_bytes(std::string_view domain, byte_view payload_type,
                                            byte_view payload) {
    byte_vector out;
    for (const byte_view part : {as_bytes(domain), payload_type, payload}) {
        encode_uvarint(part.size(), out);
        append(out, part);
    }
    return out;
}

} // namespace lp2p::inline v0::wire
