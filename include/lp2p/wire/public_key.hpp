// SPDX-License-Identifier: Apache-2.0 OR MIT
// The public key that stands behind a peer id, and its one canonical encoding.
//
// Peer ids are hashes of these bytes, so only the canonical form is read. It checks shapes and
// sizes; whether the numbers are a point of their curve is the crypto provider's to say.
#pragma once

#include <lp2p/crypto/provider.hpp>
#include <lp2p/wire/cursor.hpp>
#include <lp2p/wire/spki.hpp>

namespace lp2p::inline v0::wire {

/// spec: peer-ids, "Keys". `data` is, by type: 32 bytes of Ed25519; 33 bytes of compressed
/// secp256k1; the DER SubjectPublicKeyInfo of RSA or ECDSA P-256.
struct public_key {
    crypto::key_type type = crypto::key_type::ed25519;
    byte_vector data;

    /// Reads a PublicKey message that is exactly what `encode` would write. `key_not_canonical`,
    /// `unknown_key_type`, `bad_key_data`, `rsa_key_size`.
    [[nodiscard]] static result<public_key> decode(byte_view message);
    /// The PublicKey message: field 1 (type, written even where it is 0), then field 2 (data).
    [[nodiscard]] byte_vector encode() const;

    friend bool operator==(const public_key&, const public_key&) = default;
};

/// Whether `data` can be a key of its type, before any arithmetic is done with it.
[[nodiscard]] inline status check_key_data(crypto::key_type type, byte_view data) noexcept {
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

namespace detail {

/// What PublicKey and PrivateKey messages have in common: field 1 (type), field 2 (data).
struct key_message {
    crypto::key_type type;
    byte_view data;
};
[[nodiscard]] inline result<key_message> read_key_message(byte_view message) noexcept {
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
[[nodiscard]] inline byte_vector write_key_message(const key_message& key) {
    byte_vector out;
    out.reserve(key.data.size() + 6); // grows no more: a secret leaves no copy behind
    out.push_back(std::byte{0x08});
    out.push_back(static_cast<std::byte>(key.type));
    out.push_back(std::byte{0x12});
    encode_uvarint(key.data.size(), out);
    append(out, key.data);
    return out;
}

} // namespace detail

inline result<public_key> public_key::decode(byte_view message) {
    const auto read = detail::read_key_message(message);
    if (!read) return fail(read.error());
    if (const auto sound = check_key_data(read->type, read->data); !sound)
        return fail(sound.error());
    return public_key{read->type, to_vector(read->data)};
}

inline byte_vector public_key::encode() const { return detail::write_key_message({type, data}); }

} // namespace lp2p::inline v0::wire
