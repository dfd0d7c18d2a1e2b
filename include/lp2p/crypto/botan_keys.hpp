// SPDX-License-Identifier: Apache-2.0 OR MIT
// Identity keys of RSA and ECDSA, and key files in PEM: part of botan.hpp.
//
// Size and form are checked before Botan sees a byte, and a public key is computed from its private
// key, never believed. It lets no exception of Botan out.
#pragma once

#include <lp2p/crypto/botan.hpp>

namespace lp2p::inline v0::crypto {

namespace detail {

/// What `call` gives, a result; `why` where Botan throws anything but `bad_alloc` at it.
template <class Call>
[[nodiscard]] auto guarded(errc why, Call&& call) -> decltype(call()) {
    try {
        return call();
    } catch (const std::bad_alloc&) {
        throw;
    } catch (...) {
        return fail(why);
    }
}

/// How Botan names what is signed: versions 2 and 3 know both names.
[[nodiscard]] inline const char* padding_of(key_type type) noexcept {
    return type == key_type::rsa ? "PKCS1v15(SHA-256)" : "EMSA1(SHA-256)";
}
[[nodiscard]] inline std::string_view order_of(key_type type) noexcept {
    return type == key_type::ecdsa ? p256_order : secp256k1_order;
}
[[nodiscard]] inline std::string_view oid_of(key_type type) noexcept {
    return type == key_type::ecdsa ? p256_oid : secp256k1_oid;
}
[[nodiscard]] inline Botan::AlgorithmIdentifier algorithm_of(key_type type) {
    const bool rsa = type == key_type::rsa;
    const std::string_view null{"\x05\0", 2};
    const byte_view parameters = as_bytes(rsa ? null : oid_of(type));
    return {Botan::OID{rsa ? "1.2.840.113549.1.1.1" : "1.2.840.10045.2.1"},
            std::vector<std::uint8_t>(octets(parameters), octets(parameters) + parameters.size())};
}
template <class Bytes>
[[nodiscard]] byte_view bytes_of(const Bytes& botans) noexcept {
    return {reinterpret_cast<const std::byte*>(botans.data()), botans.size()};
}
[[nodiscard]] inline Botan::secure_vector<std::uint8_t> secret_copy(byte_view bytes) {
    return {octets(bytes), octets(bytes) + bytes.size()};
}

/// What Botan reads of a public key's data, once its size and form are right.
[[nodiscard]] inline result<byte_view> public_bits(key_type type, byte_view data) noexcept {
    if (type == key_type::rsa) {
        const auto read = read_rsa_spki(data);
        if (read) return read->der;
    } else if (type == key_type::ecdsa) {
        return read_p256_spki(data);
    } else if (data.size() == 33 && (data[0] == std::byte{2} || data[0] == std::byte{3})) {
        return data;
    }
    return fail(errc::malformed_public_key);
}
/// The key of such bits. A point that is not on its curve is an exception.
[[nodiscard]] inline std::unique_ptr<Botan::Public_Key> public_key_of(key_type type,
                                                                      byte_view bits) {
    const std::vector<std::uint8_t> copied(octets(bits), octets(bits) + bits.size());
    if (type == key_type::rsa)
        return std::make_unique<Botan::RSA_PublicKey>(algorithm_of(type), copied);
    return std::make_unique<Botan::ECDSA_PublicKey>(algorithm_of(type), copied);
}
/// Whether the exponents are those of the primes, and the primes those of the modulus.
[[nodiscard]] inline bool fits_together(const Botan::RSA_PrivateKey& key) {
    return key.get_p() * key.get_q() == key.get_n() &&
           key.get_d() % (key.get_p() - 1) == key.get_d1() &&
           key.get_d() % (key.get_q() - 1) == key.get_d2();
}
/// What Botan reads of a signature, once its size and form are right.
[[nodiscard]] inline result<byte_vector> signature_bits(key_type type, byte_view public_data,
                                                        byte_view signature) {
    if (type == key_type::rsa) { // RFC 8017, 8.2.2: as long as the modulus
        if (signature.size() != read_rsa_spki(public_data)->modulus.size())
            return fail(errc::bad_signature);
        return to_vector(signature);
    }
    const auto numbers = read_ecdsa_signature(signature);
    if (!numbers) return fail(numbers.error());
    if (type == key_type::secp256k1 && !has_low_s(*numbers)) return fail(errc::bad_signature);
    return to_vector(*numbers);
}

} // namespace detail

inline result<botan_private_key> botan::generate(key_type type) const {
    if (type == key_type::rsa) return generate_rsa(least_rsa_bits);
    if (type != key_type::ed25519 && type != key_type::secp256k1 && type != key_type::ecdsa)
        return fail(errc::unsupported_key_type);
    key32 secret;
    do random(secret);
    while (type != key_type::ed25519 && !is_scalar(secret, detail::order_of(type)));
    auto key = type == key_type::ed25519 ? from_seed(secret) : load_scalar(type, secret);
    wipe(secret);
    return key;
}

inline result<botan_private_key> botan::generate_rsa(std::size_t bits) const {
    if (bits < least_rsa_bits || bits > most_rsa_bits) return fail(errc::rsa_key_size);
    return detail::guarded(errc::provider_failed, [&]() -> result<private_key> {
        const Botan::RSA_PrivateKey key{Botan::system_rng(), bits};
        const auto der = key.private_key_bits();
        return load_rsa(detail::bytes_of(der));
    });
}

inline result<botan_private_key> botan::load(key_type type, byte_view data) const {
    switch (type) {
    case key_type::ed25519:
        return load_ed25519(data);
    case key_type::secp256k1:
        return load_scalar(type, data);
    case key_type::ecdsa:
        return load_curve(type, data);
    case key_type::rsa:
        return load_rsa(data);
    }
    return fail(errc::unsupported_key_type);
}

/// `point`: what the file says that it is; empty where it does not.
inline result<botan_private_key> botan::load_scalar(key_type type, byte_view scalar,
                                                    byte_view point) const {
    if (!is_scalar(scalar, detail::order_of(type))) return fail(errc::malformed_private_key);
    return detail::guarded(errc::provider_failed, [&]() -> result<private_key> {
        // ECPrivateKey { 1, OCTET STRING of 32 bytes }: Botan computes the point
        Botan::secure_vector<std::uint8_t> der{0x30, 0x25, 0x02, 0x01, 0x01, 0x04, 0x20};
        der.insert(der.end(), detail::octets(scalar), detail::octets(scalar) + scalar.size());
        auto key = std::make_unique<Botan::ECDSA_PrivateKey>(detail::algorithm_of(type), der);
        const std::vector<std::uint8_t> computed = key->public_key_bits();
        const byte_view p = detail::bytes_of(computed);
        if (!detail::is_uncompressed_point(p)) return fail(errc::provider_failed);
        if (!point.empty() && !equal(point, p)) return fail(errc::malformed_private_key);
        if (type == key_type::ecdsa) {
            byte_vector data = write_p256_private({scalar, p});
            auto secret = detail::secret_copy(data);
            wipe(data);
            return private_key{type, write_p256_spki(p), std::move(secret), std::move(key)};
        }
        byte_vector compressed{std::byte{2} | (p.back() & std::byte{1})};
        append(compressed, p.subspan(1, 32));
        return private_key{type, std::move(compressed), detail::secret_copy(scalar),
                           std::move(key)};
    });
}

inline result<botan_private_key> botan::load_curve(key_type type, byte_view der) const {
    const auto read = read_curve_private(der, detail::oid_of(type));
    if (!read) return fail(read.error());
    return load_scalar(type, read->scalar, read->point);
}

/// Whether its numbers are those of its public key shows when it signs.
inline result<botan_private_key> botan::load_rsa(byte_view der) const {
    const auto numbers = read_rsa_private(der);
    if (!numbers) return fail(numbers.error());
    return detail::guarded(errc::malformed_private_key, [&]() -> result<private_key> {
        auto secret = detail::secret_copy(der);
        auto signs =
            std::make_unique<Botan::RSA_PrivateKey>(detail::algorithm_of(key_type::rsa), secret);
        if (!detail::fits_together(*signs)) return fail(errc::malformed_private_key);
        private_key key{key_type::rsa, write_rsa_spki(*numbers), std::move(secret),
                        std::move(signs)};
        const auto signature = sign(key, {});
        if (!signature || !verify(key_type::rsa, key.public_data(), {}, *signature))
            return fail(errc::malformed_private_key);
        return key;
    });
}

inline result<botan_private_key> botan::load_pem(std::string_view text) const {
    if (text.find("-----BEGIN ENCRYPTED PRIVATE KEY-----") != text.npos)
        return fail(errc::encrypted_private_key);
    if (text.find("-----BEGIN PRIVATE KEY-----") == text.npos) return fail(errc::not_pem);
    return detail::guarded(errc::malformed_private_key, [&]() -> result<private_key> {
        Botan::DataSource_Memory source{detail::octets(as_bytes(text)), text.size()};
        const std::unique_ptr<Botan::Private_Key> key = Botan::PKCS8::load_key(source);
        const std::string algorithm = key->algo_name();
        const auto bits = key->private_key_bits();
        const byte_view data = detail::bytes_of(bits);
        if (algorithm == "RSA") return load_rsa(data);
        if (algorithm == "Ed25519") { // RFC 8410, 7: an OCTET STRING of the seed
            key32 seed{};
            if (data.size() != 2 + seed.size()) return fail(errc::malformed_private_key);
            copy(data.subspan(2), seed);
            auto made = from_seed(seed);
            wipe(seed);
            return made;
        }
        if (algorithm != "ECDSA") return fail(errc::unsupported_key_type);
        const auto spki = key->subject_public_key(); // names the curve
        for (const key_type type : {key_type::ecdsa, key_type::secp256k1})
            if (as_text(detail::bytes_of(spki)).find(detail::oid_of(type)) !=
                std::string_view::npos)
                return load_curve(type, data);
        return fail(errc::unsupported_key_type);
    });
}

inline result<std::string> botan::to_pem(const private_key& key) const {
    return detail::guarded(errc::provider_failed, [&]() -> result<std::string> {
        if (key.signs_) return Botan::PKCS8::PEM_encode(*key.signs_);
        Botan::secure_vector<std::uint8_t> seed{0x04, 0x20}; // RFC 8410, 7
        seed.insert(seed.end(), key.secret_.begin(), key.secret_.begin() + 32);
        return Botan::PKCS8::PEM_encode(
            Botan::Ed25519_PrivateKey{Botan::AlgorithmIdentifier{}, seed});
    });
}

inline result<byte_vector> botan::sign(const private_key& key, byte_view message) const {
    if (key.type() == key_type::ed25519) return sign_ed25519(key, message);
    return detail::guarded(errc::provider_failed, [&]() -> result<byte_vector> {
        Botan::PK_Signer signer{*key.signs_, Botan::system_rng(), detail::padding_of(key.type())};
        const auto made =
            signer.sign_message(detail::octets(message), message.size(), Botan::system_rng());
        if (key.type() == key_type::rsa) return to_vector(detail::bytes_of(made));
        ecdsa_numbers numbers{};
        if (made.size() != numbers.size()) return fail(errc::provider_failed);
        copy(detail::bytes_of(made), numbers);
        if (key.type() == key_type::secp256k1) make_low_s(numbers);
        return write_ecdsa_signature(numbers);
    });
}

inline status botan::verify(key_type type, byte_view public_data, byte_view message,
                            byte_view signature) const {
    if (type == key_type::ed25519) return verify_ed25519(public_data, message, signature);
    if (type != key_type::rsa && type != key_type::ecdsa && type != key_type::secp256k1)
        return fail(errc::unsupported_key_type);
    const auto bits = detail::public_bits(type, public_data);
    if (!bits) return fail(bits.error());
    const auto given = detail::signature_bits(type, public_data, signature);
    if (!given) return fail(given.error());
    return detail::guarded(errc::malformed_public_key, [&]() -> status {
        const auto key = detail::public_key_of(type, *bits);
        return detail::guarded(errc::bad_signature, [&]() -> status {
            Botan::PK_Verifier verifier{*key, detail::padding_of(type)};
            if (verifier.verify_message(detail::octets(message), message.size(),
                                        detail::octets(*given), given->size()))
                return {};
            return fail(errc::bad_signature);
        });
    });
}

static_assert(provider<botan>);

} // namespace lp2p::inline v0::crypto
