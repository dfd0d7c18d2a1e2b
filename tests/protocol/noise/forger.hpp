// SPDX-License-Identifier: Apache-2.0 OR MIT
// The other end of a noise handshake, driven by hand, so that a test can say what nobody should.
//
// It keeps the cryptographic rules (else nothing would decrypt) and no other.
#pragma once

#include <lp2p/protocol/noise/handshake.hpp>

namespace lp2p::test {

/// A noise end that puts whatever the test wants into its payloads.
template <class Crypto>
class forger {
public:
    forger(noise::role r, Crypto crypto)
        : crypto_{crypto}
        , static_{crypto.x25519_generate()}
        , state_{r, static_, {}, crypto} {}

    /// The next message with this payload, framed.
    [[nodiscard]] byte_vector write(byte_view payload) {
        byte_vector frame(2);
        if (!state_.write_message(payload, frame)) return {};
        wire::store_u16(static_cast<std::uint16_t>(frame.size() - 2), frame.data());
        return frame;
    }
    /// Reads one framed message; gives its payload, or nothing where it does not open.
    [[nodiscard]] std::optional<byte_vector> read(byte_view frame) {
        byte_vector message = to_vector(frame.subspan(2));
        const auto payload = state_.read_message(message);
        return payload ? std::optional{to_vector(*payload)} : std::nullopt;
    }
    /// An honest payload of `key`; tests spoil it.
    [[nodiscard]] noise::payload claim(const typename Crypto::private_key& key) const {
        return {wire::public_key{key.type(), to_vector(key.public_data())}.encode(),
                crypto_.sign(key, noise::signed_data(static_.public_key)).value(),
                {}};
    }

private:
    Crypto crypto_;
    crypto::key_pair static_;
    noise::handshake_state<Crypto> state_;
};

/// A deterministic identity key.
template <class Crypto>
[[nodiscard]] typename Crypto::private_key test_key(const Crypto& crypto, int n) {
    crypto::key32 seed{};
    seed[0] = static_cast<std::byte>(n);
    return crypto.from_seed(seed).value();
}
template <class Crypto>
[[nodiscard]] wire::peer_id id_of(const Crypto& crypto, const typename Crypto::private_key& key) {
    return wire::peer_id::of({key.type(), to_vector(key.public_data())}, crypto);
}

/// Takes everything that a duplex has to say.
template <class Machine>
[[nodiscard]] byte_vector drain(Machine& m) {
    const byte_vector out = to_vector(m.transmit(~std::size_t{0}));
    m.transmitted(out.size());
    return out;
}

} // namespace lp2p::test
