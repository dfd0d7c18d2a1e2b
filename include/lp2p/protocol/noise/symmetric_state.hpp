// SPDX-License-Identifier: Apache-2.0 OR MIT
// The running hash and chaining key of a handshake: the SymmetricState object of Noise.
//
// It knows no message pattern and no bytes of the wire; handshake.hpp says what is mixed when.
#pragma once

#include <lp2p/protocol/noise/cipher_state.hpp>

#include <optional>
#include <utility>

namespace lp2p::inline v0::noise {

/// spec: Noise revision 34, §5.2, with SHA-256 as its hash. Its secrets are wiped when it goes.
template <crypto::provider Crypto>
class symmetric_state {
public:
    using cipher = cipher_state<Crypto>;

    /// InitializeSymmetric.
    symmetric_state(std::string_view protocol_name, Crypto crypto)
        : crypto_{std::move(crypto)} {
        if (protocol_name.size() <= hash_.size())
            copy(as_bytes(protocol_name), hash_);
        else
            hash_ = crypto_.sha256(as_bytes(protocol_name));
        chaining_key_ = hash_;
    }
    symmetric_state(symmetric_state&&) noexcept = default;
    symmetric_state& operator=(symmetric_state&&) noexcept = default;
    ~symmetric_state() { crypto::wipe(chaining_key_); }

    void mix_key(const crypto::key32& input) {
        auto [chaining_key, key] = hkdf(input);
        chaining_key_ = chaining_key;
        cipher_.emplace(key);
        crypto::wipe(chaining_key);
        crypto::wipe(key);
    }
    void mix_hash(byte_view data) {
        byte_vector both = to_vector(hash_);
        append(both, data);
        hash_ = crypto_.sha256(both);
    }
    /// EncryptAndHash, in place: where there is a key already (see `tag_size`), the last 16 bytes
    /// of `text` are room for the tag.
    [[nodiscard]] status encrypt_and_hash(mutable_bytes text) {
        if (cipher_) {
            if (const auto done = cipher_->encrypt_with_ad(hash_, text); !done) return done;
        }
        mix_hash(text);
        return {};
    }
    /// DecryptAndHash, in place; gives the text without its tag.
    [[nodiscard]] result<mutable_bytes> decrypt_and_hash(mutable_bytes text) {
        const crypto::digest ad = hash_;
        mix_hash(text); // before it is overwritten; a failure ends the handshake anyway
        if (!cipher_) return text;
        if (const auto done = cipher_->decrypt_with_ad(ad, text); !done) return fail(done.error());
        return text.first(text.size() - crypto::aead_tag_size);
    }
    /// What a sealed part has behind its text at this point of the handshake: 0 or 16 bytes.
    [[nodiscard]] std::size_t tag_size() const noexcept {
        return cipher_ ? crypto::aead_tag_size : 0;
    }
    /// Split: the initiator sends with the first and receives with the second.
    [[nodiscard]] std::pair<cipher, cipher> split() const {
        auto [first, second] = hkdf({});
        std::pair<cipher, cipher> both{cipher{first}, cipher{second}};
        crypto::wipe(first);
        crypto::wipe(second);
        return both;
    }
    /// Names this very handshake, once it is done (channel binding).
    [[nodiscard]] const crypto::digest& handshake_hash() const noexcept { return hash_; }

private:
    /// HKDF with two outputs (spec: §4.3).
    [[nodiscard]] std::pair<crypto::key32, crypto::key32> hkdf(byte_view input) const {
        crypto::digest temporary = crypto_.hmac_sha256(chaining_key_, input);
        std::array<std::byte, 33> block{};
        block[0] = std::byte{1};
        const crypto::key32 first = crypto_.hmac_sha256(temporary, byte_view{block}.first(1));
        copy(first, block);
        block[32] = std::byte{2};
        const crypto::key32 second = crypto_.hmac_sha256(temporary, block);
        crypto::wipe(temporary);
        crypto::wipe(block);
        return {first, second};
    }

    Crypto crypto_;
    crypto::digest chaining_key_{};
    crypto::digest hash_{};
    std::optional<cipher> cipher_;
};

} // namespace lp2p::inline v0::noise
