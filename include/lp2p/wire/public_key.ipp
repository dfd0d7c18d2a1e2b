// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of public_key.hpp: see there what each does.
#pragma once

#include <lp2p/wire/public_key.hpp>

namespace lp2p::inline v0::wire {

LP2P_DECL status check_key_data(crypto::key_type type, byte_view data) noexcept {
    switch (type) {
    case crypto::key_type::rsa:
        return check_rsa_spki(data);
    case crypto::key_type::ecdsa:
        return check_p256_spki(data);
    case crypto::key_type::ed25519:
        if (data.size() != 32) return fail(errc::bad_key_data);
        return {};
    case crypto::key_type::secp256k1: // hybrid and uncompressed forms: divergences.md
        if (data.size() != 33 || (data[0] != std::byte{2} && data[0] != std::byte{3}))
            return fail(errc::bad_key_data);
        return {};
    }
    return fail(errc::unknown_key_type);
}

} // namespace lp2p::inline v0::wire

namespace lp2p::inline v0::wire::detail {

LP2P_DECL result<key_message> read_key_message(byte_view message) noexcept {
    cursor in{message};
    const auto tag = in.u8();
    const auto type = tag && *tag == 0x08 ? in.uvarint() : fail(errc::key_not_canonical);
    const auto data_tag = in.u8();
    if (!type || !data_tag || *data_tag != 0x12) return fail(errc::key_not_canonical);
    if (*type > 3) return fail(errc::unknown_key_type);
    const auto length = in.uvarint();
    if (!length || *length != in.remaining()) return fail(errc::key_not_canonical);
    return key_message{static_cast<crypto::key_type>(*type), in.rest()};
}

LP2P_DECL byte_vector write_key_message(const key_message& key) {
    byte_vector out;
    out.reserve(key.data.size() + 6); // grows no more: a secret leaves no copy behind
    out.push_back(std::byte{0x08});
    out.push_back(static_cast<std::byte>(key.type));
    out.push_back(std::byte{0x12});
    encode_uvarint(key.data.size(), out);
    append(out, key.data);
    return out;
}

} // namespace lp2p::inline v0::wire::detail

namespace lp2p::inline v0::wire {

LP2P_DECL result<public_key> public_key::decode(byte_view message) {
    const auto read = detail::read_key_message(message);
    if (!read) return fail(read.error());
    if (const auto sound = check_key_data(read->type, read->data); !sound)
        return fail(sound.error());
    return public_key{read->type, to_vector(read->data)};
}

LP2P_DECL byte_vector public_key::encode() const { return detail::write_key_message({type, data}); }

} // namespace lp2p::inline v0::wire
