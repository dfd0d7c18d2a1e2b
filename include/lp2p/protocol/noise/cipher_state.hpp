// SPDX-License-Identifier: Apache-2.0 OR MIT
// One key and its nonce: the CipherState object of the Noise protocol framework.
//
// It counts, and refuses to use a nonce twice; the cipher itself is the crypto provider's.
#pragma once

#include <lp2p/crypto/provider.hpp>
#include <lp2p/protocol/noise/errc.hpp>

namespace lp2p::inline v0::noise {

/// spec: Noise revision 34, §5.1. Always has a key: before the first MixKey there is no object.
/// Move-only, because a copy would use nonces again.
template <crypto::provider Crypto>
class cipher_state {
public:
    /// The largest nonce is reserved by the specification and never used.
    static constexpr std::uint64_t reserved_nonce = ~std::uint64_t{0};

    /// `first_nonce` is not 0 in tests only.
    explicit cipher_state(const crypto::key32& key, std::uint64_t first_nonce = 0)
        : aead_{key}
        , nonce_{first_nonce} {}

    /// EncryptWithAd, in place: the last 16 bytes are room for the tag. `nonce_exhausted`: nothing
    /// was encrypted, and this object is of no further use.
    [[nodiscard]] status encrypt_with_ad(byte_view ad, mutable_bytes text_and_tag) {
        if (nonce_ == reserved_nonce) return fail(errc::nonce_exhausted);
        aead_.seal(nonce_++, ad, text_and_tag);
        return {};
    }
    /// DecryptWithAd, in place. `decrypt_failed` leaves the nonce as it was and no text behind.
    [[nodiscard]] status decrypt_with_ad(byte_view ad, mutable_bytes text_and_tag) {
        if (nonce_ == reserved_nonce) return fail(errc::nonce_exhausted);
        const status opened = aead_.open(nonce_, ad, text_and_tag);
        if (!opened) {
            const bool forged = opened.error() == crypto::errc::authentication_failed;
            return fail(forged ? errc::decrypt_failed : errc::crypto_failed);
        }
        ++nonce_;
        return {};
    }
    [[nodiscard]] std::uint64_t nonce() const noexcept { return nonce_; }

private:
    typename Crypto::aead aead_;
    std::uint64_t nonce_;
};

} // namespace lp2p::inline v0::noise
