// SPDX-License-Identifier: Apache-2.0 OR MIT
// The crypto provider that comes with lp2p: Botan, version 2.19 or 3. Nobody else includes Botan.
//
// It lets no exception of Botan out, keeps no state of its own and blocks only where the operating
// system does for its random bytes. A process without random bytes is ended: there is no safe
// answer.
#pragma once

#include <lp2p/crypto/key_forms.hpp>
#include <lp2p/crypto/provider.hpp>

#include <botan/aead.h>
#include <botan/build.h>
#include <botan/data_src.h>
#include <botan/ecdsa.h>
#include <botan/ed25519.h>
#include <botan/hash.h>
#include <botan/mac.h>
#include <botan/pkcs8.h>
#include <botan/pubkey.h>
#include <botan/rng.h>
#include <botan/rsa.h>
#include <botan/secmem.h>
#include <botan/sodium.h>
#include <botan/system_rng.h>

#include <exception>
#include <memory>

#if !defined(BOTAN_HAS_SHA2_32) || !defined(BOTAN_HAS_HMAC) || !defined(BOTAN_HAS_SODIUM_API) ||   \
    !defined(BOTAN_HAS_AEAD_CHACHA20_POLY1305) || !defined(BOTAN_HAS_SYSTEM_RNG) ||                \
    !defined(BOTAN_HAS_RSA) || !defined(BOTAN_HAS_ECDSA) || !defined(BOTAN_HAS_EMSA_PKCS1)
#error "lp2p needs a Botan with SHA-256, HMAC, ChaCha20-Poly1305, RSA, ECDSA, sodium and system RNG"
#endif

namespace lp2p::inline v0::crypto {

/// ChaCha20-Poly1305 with one key. A Botan cipher is made at the first use and kept; nothing is
/// allocated or copied per message, and about 1 KiB is held for the direction that is used.
class botan_aead {
public:
    explicit botan_aead(const key32& key)
        : key_{key} {}
    botan_aead(botan_aead&& other) noexcept = default;
    botan_aead& operator=(botan_aead&& other) noexcept = default;
    ~botan_aead() { wipe(key_); }

    void seal(std::uint64_t nonce, byte_view ad, mutable_bytes text_and_tag);
    [[nodiscard]] status open(std::uint64_t nonce, byte_view ad, mutable_bytes text_and_tag);

private:
    enum class direction : std::uint8_t { seal, open };
    struct kept_cipher {
        std::unique_ptr<Botan::AEAD_Mode> mode;
        Botan::secure_vector<std::uint8_t> tag; // Botan takes and gives the last block in one
        bool has_ad = false;
    };
    void start(kept_cipher& c, direction d, std::uint64_t nonce, byte_view ad);

    key32 key_;
    kept_cipher seal_, open_;
};

/// An identity key held by `botan`. Its secret is wiped when it is destroyed.
class botan_private_key {
public:
    [[nodiscard]] key_type type() const noexcept { return type_; }
    [[nodiscard]] byte_view public_data() const noexcept { return public_; }
    [[nodiscard]] byte_vector private_data() const {
        const auto* at = reinterpret_cast<const std::byte*>(secret_.data());
        return byte_vector(at, at + secret_.size());
    }

private:
    friend class botan;
    using secret_bytes = Botan::secure_vector<std::uint8_t>;
    botan_private_key(key_type type, byte_vector public_data, secret_bytes secret,
                      std::unique_ptr<Botan::Private_Key> signs = nullptr)
        : type_{type}
        , public_{std::move(public_data)}
        , secret_{std::move(secret)}
        , signs_{std::move(signs)} {}

    key_type type_;
    byte_vector public_;
    secret_bytes secret_;                       // as `private_data` gives it
    std::unique_ptr<Botan::Private_Key> signs_; // of any type but Ed25519
};

/// Models `provider`. Identity keys of all four types. RSA is slow: with 8192 bits a signature
/// takes an eighth of a second and to verify one 9 ms, with 2048 bits 4 and 1 ms; the other types
/// take less than 1 ms. Botan 2 signs RSA with threads of its own.
class botan {
public:
    using aead = botan_aead;
    using private_key = botan_private_key;

    void random(mutable_bytes out) const noexcept;
    [[nodiscard]] digest sha256(byte_view data) const;
    [[nodiscard]] digest hmac_sha256(byte_view key, byte_view data) const;

    [[nodiscard]] key_pair x25519_generate() const;
    [[nodiscard]] result<key32> x25519(const key32& secret, const key32& remote_public) const;

    /// RSA keys have 2048 bits, as those of go and js; see `generate_rsa`.
    [[nodiscard]] result<private_key> generate(key_type type) const;
    /// `bits` from 2048 (tenths of a second) to 8192 (half a minute), else `rsa_key_size`.
    [[nodiscard]] result<private_key> generate_rsa(std::size_t bits) const;
    [[nodiscard]] result<private_key> from_seed(const key32& seed) const;
    /// Ed25519: seed and public key (64 bytes), or the legacy form with the public key twice (96).
    /// secp256k1: 32 bytes. ECDSA: ECPrivateKey of P-256 in DER. RSA: PKCS#1 in DER.
    /// `malformed_private_key`, `rsa_key_size`.
    [[nodiscard]] result<private_key> load(key_type type, byte_view data) const;
    /// Reads the PEM text of an unencrypted PKCS#8 key. `not_pem`, `encrypted_private_key`,
    /// `unsupported_key_type`, and the errors of `load`.
    [[nodiscard]] result<private_key> load_pem(std::string_view text) const;
    /// The PEM text of the key as PKCS#8, not encrypted: a secret.
    [[nodiscard]] result<std::string> to_pem(const private_key& key) const;
    [[nodiscard]] result<byte_vector> sign(const private_key& key, byte_view message) const;
    [[nodiscard]] status verify(key_type type, byte_view public_data, byte_view message,
                                byte_view signature) const;

private:
    [[nodiscard]] result<private_key> load_ed25519(byte_view data) const;
    [[nodiscard]] byte_vector sign_ed25519(const private_key& key, byte_view message) const;
    [[nodiscard]] status verify_ed25519(byte_view public_data, byte_view message,
                                        byte_view signature) const;
    // RSA, ECDSA and PEM are in botan_keys.hpp.
    [[nodiscard]] result<private_key> load_scalar(key_type type, byte_view scalar,
                                                  byte_view point = {}) const;
    [[nodiscard]] result<private_key> load_curve(key_type type, byte_view der) const;
    [[nodiscard]] result<private_key> load_rsa(byte_view der) const;
};

namespace detail {

/// Bytes as Botan takes them.
[[nodiscard]] inline const std::uint8_t* octets(byte_view bytes) noexcept {
    return reinterpret_cast<const std::uint8_t*>(bytes.data());
}
/// The same for those that it writes.
[[nodiscard]] inline std::uint8_t* room(mutable_bytes bytes) noexcept {
    return reinterpret_cast<std::uint8_t*>(bytes.data());
}

/// What `call` gives; the process ends where Botan throws anything but `bad_alloc` at it. Only for
/// calls that have no way to fail on any input.
template <class Call>
auto infallible(Call&& call) {
    try {
        return call();
    } catch (const std::bad_alloc&) {
        throw;
    } catch (...) {
        std::terminate();
    }
}

/// RFC 8032 §5.1.7: S must be below the order of the group, or a signature has a second form. Botan
/// 2.19 checks the top three bits only; go and rust refuse what this refuses.
[[nodiscard]] inline bool is_canonical_ed25519(byte_view signature) noexcept {
    constexpr std::uint8_t order[] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                      0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                      0,    0,    0,    0,    0,    0,    0,    0,
                                      0,    0,    0,    0,    0,    0,    0,    0x10};
    for (std::size_t i = 32; i-- > 0;) {
        const auto s = std::to_integer<std::uint8_t>(signature[32 + i]);
        if (s != order[i]) return s < order[i];
    }
    return false;
}

} // namespace detail

inline void botan_aead::start(kept_cipher& c, direction d, std::uint64_t nonce, byte_view ad) {
    if (!c.mode) {
        // The names of the enumerators differ between Botan 2 and 3; the values do not.
        c.mode = Botan::AEAD_Mode::create_or_throw("ChaCha20Poly1305",
                                                   static_cast<Botan::Cipher_Dir>(d));
        c.mode->set_key(detail::octets(view(key_)), key_.size());
        c.has_ad = true;
    }
    if (c.has_ad || !ad.empty()) {
        c.mode->set_associated_data(detail::octets(ad), ad.size());
        c.has_ad = !ad.empty();
    }
    std::uint8_t iv[12] = {};
    for (std::size_t i = 0; i < 8; ++i) iv[4 + i] = static_cast<std::uint8_t>(nonce >> (8 * i));
    c.mode->start(iv, sizeof iv);
}

inline void botan_aead::seal(std::uint64_t nonce, byte_view ad, mutable_bytes text_and_tag) {
    if (text_and_tag.size() < aead_tag_size) return wipe(text_and_tag);
    const mutable_bytes text = text_and_tag.first(text_and_tag.size() - aead_tag_size);
    try {
        start(seal_, direction::seal, nonce, ad);
        seal_.mode->process(detail::room(text), text.size());
        seal_.tag.clear();
        seal_.mode->finish(seal_.tag);
        std::memcpy(text_and_tag.last(aead_tag_size).data(), seal_.tag.data(), aead_tag_size);
    } catch (...) {
        wipe(text_and_tag);
        seal_.mode.reset();
    }
}

inline status botan_aead::open(std::uint64_t nonce, byte_view ad, mutable_bytes text_and_tag) {
    if (text_and_tag.size() < aead_tag_size) return fail(errc::authentication_failed);
    const mutable_bytes text = text_and_tag.first(text_and_tag.size() - aead_tag_size);
    const std::uint8_t* tag = detail::octets(text_and_tag.last(aead_tag_size));
    errc why = errc::provider_failed;
    try {
        start(open_, direction::open, nonce, ad);
        open_.mode->process(detail::room(text), text.size());
        open_.tag.assign(tag, tag + aead_tag_size);
        open_.mode->finish(open_.tag);
        return {};
    } catch (const Botan::Invalid_Authentication_Tag&) {
        why = errc::authentication_failed;
    } catch (...) {
    }
    wipe(text); // decrypted, but nobody may see it
    open_.mode.reset();
    return fail(why);
}

inline void botan::random(mutable_bytes out) const noexcept {
    Botan::system_rng().randomize(detail::room(out), out.size());
}

inline digest botan::sha256(byte_view data) const {
    return detail::infallible([&] {
        digest out{};
        const auto hash = Botan::HashFunction::create_or_throw("SHA-256");
        hash->update(detail::octets(data), data.size());
        hash->final(detail::room(mutable_bytes{out}));
        return out;
    });
}

inline digest botan::hmac_sha256(byte_view key, byte_view data) const {
    return detail::infallible([&] {
        digest out{};
        const auto mac = Botan::MessageAuthenticationCode::create_or_throw("HMAC(SHA-256)");
        mac->set_key(detail::octets(key), key.size());
        mac->update(detail::octets(data), data.size());
        mac->final(detail::room(mutable_bytes{out}));
        return out;
    });
}

inline key_pair botan::x25519_generate() const {
    return detail::infallible([&] {
        key_pair pair;
        random(pair.secret);
        Botan::Sodium::crypto_scalarmult_curve25519_base(
            detail::room(mutable_bytes{pair.public_key}), detail::octets(view(pair.secret)));
        return pair;
    });
}

inline result<key32> botan::x25519(const key32& secret, const key32& remote_public) const {
    key32 shared = detail::infallible([&] {
        key32 out{};
        Botan::Sodium::crypto_scalarmult_curve25519(detail::room(mutable_bytes{out}),
                                                    detail::octets(view(secret)),
                                                    detail::octets(view(remote_public)));
        return out;
    });
    // spec: RFC 7748 §6.1: the check for all zeros looks at every byte, whatever they are.
    std::byte any{};
    for (const std::byte b : shared) any |= b;
    if (any == std::byte{}) return fail(errc::low_order_point);
    return shared;
}

inline result<botan_private_key> botan::from_seed(const key32& seed) const {
    return detail::infallible([&] {
        byte_vector public_data(32);
        Botan::secure_vector<std::uint8_t> secret(64);
        Botan::Sodium::crypto_sign_ed25519_seed_keypair(detail::room(mutable_bytes{public_data}),
                                                        secret.data(), detail::octets(view(seed)));
        return private_key{key_type::ed25519, std::move(public_data), std::move(secret)};
    });
}

inline result<botan_private_key> botan::load_ed25519(byte_view data) const {
    if (data.size() != 64 && data.size() != 96) return fail(errc::malformed_private_key);
    key32 seed;
    copy(data, seed);
    auto key = from_seed(seed);
    wipe(seed);
    if (!key) return key;
    for (byte_view rest = data.subspan(32); !rest.empty(); rest = rest.subspan(32))
        if (!equal(rest.first(32), key->public_data())) return fail(errc::malformed_private_key);
    return key;
}

inline byte_vector botan::sign_ed25519(const private_key& key, byte_view message) const {
    return detail::infallible([&] {
        byte_vector signature(64);
        Botan::Sodium::crypto_sign_ed25519_detached(detail::room(mutable_bytes{signature}),
                                                    nullptr, detail::octets(message),
                                                    message.size(), key.secret_.data());
        return signature;
    });
}

inline status botan::verify_ed25519(byte_view public_data, byte_view message,
                                    byte_view signature) const {
    if (public_data.size() != 32) return fail(errc::malformed_public_key);
    if (signature.size() != 64 || !detail::is_canonical_ed25519(signature))
        return fail(errc::bad_signature);
    const int answer = detail::infallible([&] {
        return Botan::Sodium::crypto_sign_ed25519_verify_detached(
            detail::octets(signature), detail::octets(message), message.size(),
            detail::octets(public_data));
    });
    if (answer != 0) return fail(errc::bad_signature);
    return {};
}

} // namespace lp2p::inline v0::crypto

#include <lp2p/crypto/botan_keys.hpp>
