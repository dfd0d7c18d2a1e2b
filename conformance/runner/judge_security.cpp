// SPDX-License-Identifier: Apache-2.0 OR MIT
// Noise payloads, judged by a whole handshake with a peer that sends them, and plaintext exchanges.
#include "judge.hpp"

#include <lp2p/protocol/noise/handshake.hpp>
#include <lp2p/protocol/plaintext/exchange.hpp>

#include <stdexcept>

namespace conformance {

using namespace lp2p;

namespace {

std::optional<wire::peer_id> expected_peer(const vector& v) {
    const std::string text = v.context_text("expected");
    if (text.empty()) return std::nullopt;
    const auto id = wire::peer_id::parse(text);
    if (!id) throw std::runtime_error{"'" + text + "' is no peer id"};
    return *id;
}

crypto::key32 key32_of(const json& hex) {
    const byte_vector bytes = bytes_of(hex);
    crypto::key32 key{};
    if (bytes.size() != key.size()) throw std::runtime_error{"a noise key has 32 bytes"};
    copy(bytes, key);
    return key;
}

/// The other side of the handshake: correct noise, and any payload.
class payload_peer {
public:
    payload_peer(const vector& v, noise::role role)
        : payload_{bytes_of(v.content.at("bytes"))}
        , state_{role,
                 {key32_of(v.context("static_secret")), key32_of(v.context("static_key"))},
                 byte_view{},
                 crypto::botan{}}
        , speaks_{role == noise::role::dialer} {}

    /// Takes what came, and gives what is to be said now.
    byte_vector turn(byte_view came) {
        append(in_, came);
        byte_vector out;
        while (state_.messages() < 3 && (speaks_ || read())) {
            if (std::exchange(speaks_, !speaks_)) write(out);
        }
        return out;
    }

private:
    bool read() {
        if (in_.size() < 2) return false;
        const std::size_t whole = 2U + wire::load_u16(in_.data());
        if (in_.size() < whole) return false;
        if (!state_.read_message(mutable_bytes{in_}.subspan(2, whole - 2)))
            throw std::runtime_error{"lp2p's own handshake message does not open"};
        in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(whole));
        return true;
    }
    void write(byte_vector& out) {
        const byte_view inside = state_.messages() == 0 ? byte_view{} : byte_view{payload_};
        byte_vector frame(2);
        if (!state_.write_message(inside, frame)) throw std::runtime_error{"noise failed"};
        wire::store_u16(static_cast<std::uint16_t>(frame.size() - 2), frame.data());
        append(out, frame);
    }

    byte_vector payload_;
    noise::handshake_state<crypto::botan> state_;
    bool speaks_;
    byte_vector in_;
};

/// Gives a machine these bytes, whole or one by one; what it did not take.
template <class Machine>
byte_vector give(Machine& machine, byte_view bytes, cut how) {
    byte_vector rest;
    const std::size_t size = how == cut::as_given ? std::max<std::size_t>(bytes.size(), 1) : 1;
    for (std::size_t at = 0; at < bytes.size(); at += size) {
        const byte_view piece = bytes.subspan(at, std::min(size, bytes.size() - at));
        const auto used = machine.ended() ? result<std::size_t>{std::size_t{0}}
                                          : machine.receive(piece, instant{});
        if (used) append(rest, piece.subspan(*used));
        machine.proceed(); // does nothing before the peer is proven
    }
    return rest;
}

template <class Machine>
byte_vector take_output(Machine& machine) {
    const byte_view out = machine.transmit(1U << 20U);
    byte_vector taken = to_vector(out);
    machine.transmitted(taken.size());
    return taken;
}

} // namespace

verdict judge_noise_payload(const vector& v, cut how) {
    const bool dials = v.context_text("role") == "dialer";
    const std::vector<std::string> muxers{"/yamux/1.0.0"};
    const auto own = noise::make_identity(crypto::botan{}, key_from_seed("judge"));
    noise::handshake<crypto::botan> machine{dials ? noise::role::dialer : noise::role::listener,
                                            own,
                                            {.expected = expected_peer(v), .muxers = muxers},
                                            crypto::botan{},
                                            instant{}};
    payload_peer peer{v, dials ? noise::role::listener : noise::role::dialer};
    for (int turn = 0; turn < 4; ++turn) give(machine, peer.turn(take_output(machine)), how);
    if (!machine.ended()) machine.receive_end(end{}, instant{});
    if (machine.ended()->why) return refused(machine.ended()->why);
    json value{{"peer_id", machine.remote_peer().to_string()}};
    const auto& theirs = machine.remote_muxers();
    const auto& initiator = dials ? muxers : theirs;
    if (const auto chosen = noise::choose_muxer(initiator, dials ? theirs : muxers))
        value["muxer"] = initiator[*chosen];
    return accepted(std::move(value));
}

verdict judge_plaintext(const vector& v, cut how) {
    const bool dials = v.context_text("role") == "dialer";
    const auto own = insecure::make_identity(crypto::botan{}, key_from_seed("judge"));
    insecure::exchange<crypto::botan> machine{dials ? insecure::role::dialer
                                                    : insecure::role::listener,
                                              own,
                                              {.expected = expected_peer(v)},
                                              crypto::botan{},
                                              instant{}};
    const byte_vector rest = give(machine, bytes_of(v.content.at("bytes")), how);
    if (!machine.ended()) machine.receive_end(end{}, instant{});
    if (machine.ended()->why) return refused(machine.ended()->why);
    return accepted({{"peer_id", machine.remote_peer().to_string()}, {"rest", hex_of(rest)}});
}

} // namespace conformance
