// SPDX-License-Identifier: Apache-2.0 OR MIT
// NO SECURITY: a crypto provider for tests and fuzzers that anybody can break, fast and repeatable.
//
// It keeps the laws that protocols lean on (both ends agree on a secret, a changed byte is noticed,
// another key's signature fails) with a 64-bit mixer behind them. Same seed, same bytes everywhere.
#pragma once

#include <lp2p/core/random.hpp>
#include <lp2p/crypto/provider.hpp>

#include <bit>
#include <memory>

namespace lp2p::test {

namespace null_detail {

[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t z) noexcept {
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
}
[[nodiscard]] inline std::uint64_t load(byte_view from) noexcept {
    std::uint64_t word = 0;
    if (from.size() == sizeof word && std::endian::native == std::endian::little) {
        std::memcpy(&word, from.data(), sizeof word);
        return word;
    }
    for (std::size_t i = 0; i < from.size(); ++i)
        word |= std::to_integer<std::uint64_t>(from[i]) << (8 * i);
    return word;
}
inline void store(std::uint64_t word, mutable_bytes to) noexcept {
    if (to.size() == sizeof word && std::endian::native == std::endian::little) {
        std::memcpy(to.data(), &word, sizeof word);
        return;
    }
    for (std::size_t i = 0; i < to.size(); ++i)
        to[i] = static_cast<std::byte>((word >> (8 * i)) & 0xffU);
}
/// Depends on every byte, its place and the length. Each step is a bijection of `state`, so two
/// texts of one length that differ in one word never collide.
[[nodiscard]] inline std::uint64_t sum(std::uint64_t state, byte_view data) noexcept {
    state = mix(state ^ data.size());
    for (; data.size() >= 8; data = data.subspan(8))
        state = mix(state + 0x9e3779b97f4a7c15U) ^ load(data.first(8));
    return mix(mix(state) ^ load(data));
}
/// 32 bytes out of one word.
[[nodiscard]] inline crypto::digest spread(std::uint64_t state) noexcept {
    crypto::digest out;
    random_source words{state};
    for (std::size_t i = 0; i < out.size(); i += 8)
        store(words.next(), mutable_bytes{out}.subspan(i, 8));
    return out;
}

// Agreement in the multiplicative group modulo 2^61 - 1, with 37 as its generator.
inline constexpr std::uint64_t prime = (std::uint64_t{1} << 61U) - 1;
__extension__ using wide = unsigned __int128;
[[nodiscard]] constexpr std::uint64_t times(std::uint64_t a, std::uint64_t b) noexcept {
    return static_cast<std::uint64_t>(wide{a} * b % prime);
}
[[nodiscard]] constexpr std::uint64_t power(std::uint64_t base, std::uint64_t exponent) noexcept {
    std::uint64_t out = 1;
    for (base %= prime; exponent != 0; exponent >>= 1U) {
        if ((exponent & 1U) != 0) out = times(out, base);
        base = times(base, base);
    }
    return out;
}

} // namespace null_detail

/// Masks with a key stream; its tag is a checksum keyed by key, nonce and associated data.
class null_aead {
public:
    explicit null_aead(const crypto::key32& key)
        : key_{null_detail::sum(1, key)} {}
    null_aead(null_aead&&) noexcept = default; // and so no copies, as with the real ones
    null_aead& operator=(null_aead&&) noexcept = default;

    void seal(std::uint64_t nonce, byte_view ad, mutable_bytes text_and_tag) const noexcept {
        if (text_and_tag.size() < crypto::aead_tag_size) return;
        const auto text = text_and_tag.first(text_and_tag.size() - crypto::aead_tag_size);
        const auto expected = tag(nonce, ad, text);
        mask(nonce, text);
        copy(expected, text_and_tag.last(crypto::aead_tag_size));
    }
    [[nodiscard]] status open(std::uint64_t nonce, byte_view ad,
                              mutable_bytes text_and_tag) const noexcept {
        if (text_and_tag.size() < crypto::aead_tag_size)
            return fail(crypto::errc::authentication_failed);
        const auto text = text_and_tag.first(text_and_tag.size() - crypto::aead_tag_size);
        mask(nonce, text);
        if (equal(tag(nonce, ad, text), text_and_tag.last(crypto::aead_tag_size))) return {};
        crypto::wipe(text);
        return fail(crypto::errc::authentication_failed);
    }

private:
    using tag_type = std::array<std::byte, crypto::aead_tag_size>;

    [[nodiscard]] tag_type tag(std::uint64_t nonce, byte_view ad, byte_view text) const noexcept {
        const std::uint64_t first =
            null_detail::sum(null_detail::sum(key_ ^ null_detail::mix(nonce), ad), text);
        tag_type out;
        null_detail::store(first, mutable_bytes{out}.first(8));
        null_detail::store(null_detail::mix(first + 1), mutable_bytes{out}.last(8));
        return out;
    }
    void mask(std::uint64_t nonce, mutable_bytes text) const noexcept {
        random_source stream{key_ + null_detail::mix(nonce + 1)};
        for (; !text.empty(); text = text.subspan(std::min<std::size_t>(8, text.size()))) {
            const mutable_bytes word = text.first(std::min<std::size_t>(8, text.size()));
            null_detail::store(null_detail::load(word) ^ stream.next(), word);
        }
    }

    std::uint64_t key_;
};

/// An "Ed25519" key by shape only: 32 bytes of public data computed from a seed.
class null_private_key {
public:
    explicit null_private_key(const crypto::key32& seed)
        : seed_{seed}
        , public_{null_detail::spread(null_detail::sum(2, seed))} {}
    [[nodiscard]] crypto::key_type type() const noexcept { return crypto::key_type::ed25519; }
    [[nodiscard]] byte_view public_data() const noexcept { return public_; }
    [[nodiscard]] byte_vector private_data() const {
        byte_vector out = to_vector(seed_);
        append(out, public_);
        return out;
    }

private:
    crypto::key32 seed_;
    crypto::digest public_;
};

/// Models `crypto::provider`. Copies share one source of chance.
class null_crypto {
public:
    using aead = null_aead;
    using private_key = null_private_key;

    explicit null_crypto(std::uint64_t seed = 0)
        : chance_{std::make_shared<random_source>(seed)} {}

    void random(mutable_bytes out) const {
        for (; !out.empty(); out = out.subspan(std::min<std::size_t>(8, out.size())))
            null_detail::store(chance_->next(), out.first(std::min<std::size_t>(8, out.size())));
    }
    [[nodiscard]] crypto::digest sha256(byte_view data) const {
        return null_detail::spread(null_detail::sum(3, data));
    }
    [[nodiscard]] crypto::digest hmac_sha256(byte_view key, byte_view data) const {
        return null_detail::spread(null_detail::sum(null_detail::sum(4, key), data));
    }
    [[nodiscard]] crypto::key_pair x25519_generate() const {
        crypto::key_pair pair;
        random(pair.secret);
        null_detail::store(null_detail::power(37, exponent(pair.secret)),
                           mutable_bytes{pair.public_key}.first(8));
        return pair;
    }
    [[nodiscard]] result<crypto::key32> x25519(const crypto::key32& secret,
                                               const crypto::key32& remote_public) const {
        const std::uint64_t shared = null_detail::power(
            null_detail::load(byte_view{remote_public}.first(8)), exponent(secret));
        if (shared == 0) return fail(crypto::errc::low_order_point);
        return null_detail::spread(shared);
    }
    [[nodiscard]] result<private_key> generate(crypto::key_type type) const {
        if (type != crypto::key_type::ed25519) return fail(crypto::errc::unsupported_key_type);
        crypto::key32 seed;
        random(seed);
        return private_key{seed};
    }
    [[nodiscard]] result<private_key> from_seed(const crypto::key32& seed) const {
        return private_key{seed};
    }
    [[nodiscard]] result<private_key> load(crypto::key_type type, byte_view data) const {
        if (type != crypto::key_type::ed25519) return fail(crypto::errc::unsupported_key_type);
        if (data.size() != 64) return fail(crypto::errc::malformed_private_key);
        crypto::key32 seed;
        copy(data, seed);
        private_key key{seed};
        if (!equal(key.public_data(), data.subspan(32)))
            return fail(crypto::errc::malformed_private_key);
        return key;
    }
    [[nodiscard]] result<byte_vector> sign(const private_key& key, byte_view message) const {
        return signature(key.public_data(), message);
    }
    [[nodiscard]] status verify(crypto::key_type type, byte_view public_data, byte_view message,
                                byte_view signed_with) const {
        if (type != crypto::key_type::ed25519) return fail(crypto::errc::unsupported_key_type);
        if (public_data.size() != 32) return fail(crypto::errc::malformed_public_key);
        if (!equal(signature(public_data, message), signed_with))
            return fail(crypto::errc::bad_signature);
        return {};
    }

private:
    [[nodiscard]] static std::uint64_t exponent(const crypto::key32& secret) noexcept {
        return null_detail::sum(5, secret) | 1U;
    }
    [[nodiscard]] static byte_vector signature(byte_view public_data, byte_view message) {
        const std::uint64_t state = null_detail::sum(null_detail::sum(6, public_data), message);
        byte_vector out = to_vector(null_detail::spread(state));
        append(out, null_detail::spread(state + 1));
        return out;
    }

    std::shared_ptr<random_source> chance_;
};

static_assert(crypto::provider<null_crypto>);

} // namespace lp2p::test
