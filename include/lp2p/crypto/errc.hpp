// SPDX-License-Identifier: Apache-2.0 OR MIT
// What can go wrong with keys, signatures and ciphers.
//
// The codes never say more than a peer may learn: a bad tag is a bad tag, whatever was flipped.
#pragma once

#include <lp2p/core/error.hpp>

namespace lp2p::inline v0::crypto {

/// Codes of `domain::crypto`.
enum class errc : std::uint16_t {
    low_order_point = 1,   ///< an X25519 agreement gave all zeros
    authentication_failed, ///< an AEAD tag does not match its text, key and nonce
    bad_signature,         ///< a signature does not verify
    malformed_public_key,  ///< wrong size, or no point of its curve
    malformed_private_key, ///< wrong size, or its halves disagree
    unsupported_key_type,  ///< this provider cannot work with that type of key
    rsa_key_size,          ///< an RSA modulus outside of 2048 to 8192 bits
    encrypted_private_key, ///< PEM text of a key that only a passphrase opens
    not_pem,               ///< no PEM text of a PKCS#8 private key
    provider_failed,       ///< the crypto library could not do what it always can
};

[[nodiscard]] constexpr fault fault_of(errc e) noexcept {
    switch (e) {
    case errc::low_order_point:
    case errc::authentication_failed:
    case errc::bad_signature:
    case errc::malformed_public_key:
        return fault::remote;
    case errc::malformed_private_key:
    case errc::encrypted_private_key:
    case errc::not_pem:
    case errc::provider_failed:
        return fault::local;
    case errc::unsupported_key_type:
    case errc::rsa_key_size:
        return fault::limit;
    }
    return fault::none;
}
[[nodiscard]] constexpr error make_error(errc e) noexcept {
    return {domain::crypto, fault_of(e), static_cast<std::uint16_t>(e)};
}
[[nodiscard]] constexpr std::string_view name(errc e) noexcept {
    switch (e) {
    case errc::low_order_point:
        return "low_order_point";
    case errc::authentication_failed:
        return "authentication_failed";
    case errc::bad_signature:
        return "bad_signature";
    case errc::malformed_public_key:
        return "malformed_public_key";
    case errc::malformed_private_key:
        return "malformed_private_key";
    case errc::unsupported_key_type:
        return "unsupported_key_type";
    case errc::rsa_key_size:
        return "rsa_key_size";
    case errc::encrypted_private_key:
        return "encrypted_private_key";
    case errc::not_pem:
        return "not_pem";
    case errc::provider_failed:
        return "provider_failed";
    }
    return {};
}
[[nodiscard]] constexpr std::string_view describe(errc e) noexcept {
    switch (e) {
    case errc::low_order_point:
        return "the remote sent an X25519 key of low order";
    case errc::authentication_failed:
        return "the ciphertext was changed, or sealed with another key";
    case errc::bad_signature:
        return "the signature does not belong to this key and message";
    case errc::malformed_public_key:
        return "the public key has the wrong size or is no curve point";
    case errc::malformed_private_key:
        return "the private key has the wrong size or contradicts itself";
    case errc::unsupported_key_type:
        return "this crypto provider does not support keys of that type; use Ed25519";
    case errc::rsa_key_size:
        return "the RSA key has less than 2048 or more than 8192 bits";
    case errc::encrypted_private_key:
        return "the private key is encrypted; write it without a passphrase";
    case errc::not_pem:
        return "the text is no PEM of a PKCS#8 private key (-----BEGIN PRIVATE KEY-----)";
    case errc::provider_failed:
        return "the crypto library failed, as it does when memory is short";
    }
    return {};
}

} // namespace lp2p::inline v0::crypto
