// SPDX-License-Identifier: Apache-2.0 OR MIT
// The three messages of the Noise pattern XX: the HandshakeState object of the framework.
//
// Messages in, messages out: no frames, no identities and no limits, which are handshake.hpp's.
#pragma once

#include <lp2p/protocol/noise/symmetric_state.hpp>

namespace lp2p::inline v0::noise {

/// The dialer is Noise's initiator, the listener its responder.
enum class role : std::uint8_t { dialer, listener };

/// spec: noise, "Noise Protocol Name".
inline constexpr std::string_view protocol_name = "Noise_XX_25519_ChaChaPoly_SHA256";

/// spec: Noise revision 34, §5.3 and §7.5:
/// ```
/// -> e
/// <- e, ee, s, es
/// -> s, se
/// ```
/// Calls alternate: the dialer writes, reads, writes; the listener reads, writes, reads. After an
/// error it is of no further use. Its secrets are wiped when it goes.
template <crypto::provider Crypto>
class handshake_state {
public:
    using cipher = cipher_state<Crypto>;
    static constexpr std::size_t key_size = 32;
    static constexpr std::size_t sealed_key_size = key_size + crypto::aead_tag_size;
    /// The size of each message with an empty payload.
    static constexpr std::array<std::size_t, 3> least_size{
        key_size, key_size + sealed_key_size + crypto::aead_tag_size,
        sealed_key_size + crypto::aead_tag_size};

    handshake_state(role r, const crypto::key_pair& static_key, byte_view prologue, Crypto crypto)
        : role_{r}
        , crypto_{std::move(crypto)}
        , symmetric_{protocol_name, crypto_}
        , static_{static_key} {
        symmetric_.mix_hash(prologue);
    }
    handshake_state(handshake_state&&) noexcept = default;
    handshake_state& operator=(handshake_state&&) noexcept = default;
    ~handshake_state() {
        crypto::wipe(static_.secret);
        crypto::wipe(ephemeral_.secret);
    }

    /// Writes the next message behind what `out` holds. `low_order_point`.
    [[nodiscard]] status write_message(byte_view payload, byte_vector& out);
    /// Reads the next message, decrypting in place; gives its payload. `message_too_short`,
    /// `low_order_point`, `decrypt_failed`.
    [[nodiscard]] result<mutable_bytes> read_message(mutable_bytes message);

    /// The remote's static key; known once the message that carries it was read.
    [[nodiscard]] const crypto::key32& remote_static() const noexcept { return remote_static_; }
    /// How many messages were written and read.
    [[nodiscard]] std::size_t messages() const noexcept { return messages_; }
    [[nodiscard]] const crypto::digest& handshake_hash() const noexcept {
        return symmetric_.handshake_hash();
    }
    /// After the third message: what we send with, then what we receive with.
    [[nodiscard]] std::pair<cipher, cipher> split() const {
        auto both = symmetric_.split();
        if (role_ == role::listener) std::swap(both.first, both.second);
        return both;
    }

private:
    // One function for each token of the pattern, written and read.
    void write_e(byte_vector& out) {
        ephemeral_ = crypto_.x25519_generate();
        append(out, ephemeral_.public_key);
        symmetric_.mix_hash(ephemeral_.public_key);
    }
    [[nodiscard]] status write_s(byte_vector& out) { return write_sealed(static_.public_key, out); }
    void read_e(mutable_bytes& message) {
        copy(message.first(key_size), remote_ephemeral_);
        symmetric_.mix_hash(remote_ephemeral_);
        message = message.subspan(key_size);
    }
    [[nodiscard]] status read_s(mutable_bytes& message) {
        const auto key = symmetric_.decrypt_and_hash(message.first(sealed_key_size));
        if (!key) return fail(key.error());
        copy(*key, remote_static_);
        message = message.subspan(sealed_key_size);
        return {};
    }
    [[nodiscard]] status mix_ee() { return mix(ephemeral_.secret, remote_ephemeral_); }
    [[nodiscard]] status mix_es() {
        return role_ == role::dialer ? mix(ephemeral_.secret, remote_static_)
                                     : mix(static_.secret, remote_ephemeral_);
    }
    [[nodiscard]] status mix_se() {
        return role_ == role::dialer ? mix(static_.secret, remote_ephemeral_)
                                     : mix(ephemeral_.secret, remote_static_);
    }

    [[nodiscard]] status mix(const crypto::key32& secret, const crypto::key32& remote) {
        auto shared = crypto_.x25519(secret, remote);
        if (!shared) return fail(errc::low_order_point);
        symmetric_.mix_key(*shared);
        crypto::wipe(*shared);
        return {};
    }
    [[nodiscard]] status write_sealed(byte_view text, byte_vector& out) {
        const std::size_t at = out.size();
        append(out, text);
        out.resize(out.size() + symmetric_.tag_size());
        return symmetric_.encrypt_and_hash(mutable_bytes{out}.subspan(at));
    }

    role role_;
    Crypto crypto_;
    symmetric_state<Crypto> symmetric_;
    crypto::key_pair static_;
    crypto::key_pair ephemeral_{};
    crypto::key32 remote_ephemeral_{};
    crypto::key32 remote_static_{};
    std::size_t messages_ = 0;
};

template <crypto::provider Crypto>
status handshake_state<Crypto>::write_message(byte_view payload, byte_vector& out) {
    status done{};
    const auto then = [&](auto token) {
        if (done) done = (this->*token)();
    };
    switch (messages_++) {
    case 0:
        write_e(out);
        break;
    case 1:
        write_e(out);
        then(&handshake_state::mix_ee);
        if (done) done = write_s(out);
        then(&handshake_state::mix_es);
        break;
    default:
        done = write_s(out);
        then(&handshake_state::mix_se);
    }
    if (done) done = write_sealed(payload, out);
    return done;
}

template <crypto::provider Crypto>
result<mutable_bytes> handshake_state<Crypto>::read_message(mutable_bytes message) {
    status done{};
    const auto then = [&](auto token) {
        if (done) done = (this->*token)();
    };
    const std::size_t number = messages_++;
    if (message.size() < least_size[std::min<std::size_t>(number, 2)])
        return fail(errc::message_too_short);
    switch (number) {
    case 0:
        read_e(message);
        break;
    case 1:
        read_e(message);
        then(&handshake_state::mix_ee);
        if (done) done = read_s(message);
        then(&handshake_state::mix_es);
        break;
    default:
        done = read_s(message);
        then(&handshake_state::mix_se);
    }
    if (!done) return fail(done.error());
    return symmetric_.decrypt_and_hash(message);
}

} // namespace lp2p::inline v0::noise
