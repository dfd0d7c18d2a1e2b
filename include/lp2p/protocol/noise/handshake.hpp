// SPDX-License-Identifier: Apache-2.0 OR MIT
// The libp2p noise handshake: two strangers agree on keys, and each proves which peer it is.
//
// It decides nothing: once the remote is proven it is silent until its owner says `proceed` or
// `refuse`. It reads no clock, and takes not one byte behind its last message.
#pragma once

#include <lp2p/core/event_queue.hpp>
#include <lp2p/core/machine.hpp>
#include <lp2p/protocol/noise/channel.hpp>
#include <lp2p/protocol/noise/handshake_state.hpp>
#include <lp2p/protocol/noise/payload.hpp>
#include <lp2p/wire/peer_id.hpp>

namespace lp2p::inline v0::noise {

/// What a node shows in every handshake. Made once, because it costs a signature; must outlive the
/// handshakes that use it, and must not be stored (spec: noise, "Static Key Authentication").
struct identity {
    crypto::key_pair static_key;
    byte_vector public_key; ///< the encoded PublicKey message of the identity key
    byte_vector signature;  ///< by the identity key, over the static key; empty: it cannot sign
};

template <crypto::provider Crypto>
[[nodiscard]] identity make_identity(const Crypto& crypto,
                                     const typename Crypto::private_key& key) {
    identity made;
    made.static_key = crypto.x25519_generate();
    made.public_key = wire::public_key{key.type(), to_vector(key.public_data())}.encode();
    if (auto signature = crypto.sign(key, signed_data(made.static_key.public_key)))
        made.signature = std::move(*signature);
    return made;
}

struct config {
    std::optional<wire::peer_id> expected{}; ///< the dialed peer; nothing accepts anybody
    std::vector<std::string> muxers{};       ///< ours, best first; empty: negotiated later
    /// Bytes of the remote's payload; at most what one noise message carries.
    std::size_t payload_most = default_limits.noise_payload;
    std::size_t muxers_most = default_muxers_most;     ///< entries of the remote's list
    duration timeout = default_limits.upgrade_timeout; ///< from construction to `proceed`
};

/// The remote owns the key of this peer id. Nothing follows until `proceed` or `refuse`.
struct proven {
    wire::peer_id peer;
};
struct ended {
    reason why;
};

/// A duplex. The dialer sends message 1 at once, keeps message 3 back until `proceed`, and is done
/// then; the listener is done with `proceed` too. While it waits for the answer it takes no input:
/// what comes belongs to the channel. After a good end `transmit` may still hold the last message.
template <crypto::provider Crypto>
class handshake {
public:
    using event = late<std::variant<proven, noise::ended>, Crypto>;
    /// The longest noise message.
    static constexpr std::size_t most_message = 65535;

    /// `own` must outlive the handshake.
    handshake(role r, const identity& own, config c, Crypto crypto, instant now);

    [[nodiscard]] result<std::size_t> receive(byte_view in, instant now);
    void receive_end(end how, instant now);
    [[nodiscard]] byte_view transmit(std::size_t n) noexcept {
        return out_.view().first(std::min(n, out_.size()));
    }
    void transmitted(std::size_t n) noexcept { out_.consume(n); }
    [[nodiscard]] std::optional<end> wants_end() const noexcept {
        return ended_ && ended_->why ? std::optional{end{}} : std::nullopt;
    }
    [[nodiscard]] std::optional<event> poll_event() { return events_.poll(); }
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept {
        return ended_ ? std::nullopt : std::optional{deadline_};
    }
    void handle_timeout(instant now);
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }

    /// The answers to `proven`; before it, and after the end, they do nothing.
    void proceed();
    void refuse();

    /// Who the remote is: proven from the event on. After `peer_id_mismatch` it is who answered in
    /// place of the expected peer, by its own word. Empty before.
    [[nodiscard]] const wire::peer_id& remote_peer() const noexcept { return remote_peer_; }
    [[nodiscard]] const std::optional<wire::peer_id>& expected() const noexcept {
        return config_.expected;
    }
    /// From `proven` on.
    [[nodiscard]] const wire::public_key& remote_key() const noexcept { return remote_key_; }
    [[nodiscard]] const std::vector<std::string>& remote_muxers() const noexcept {
        return remote_muxers_;
    }
    /// Once, after a good end.
    [[nodiscard]] channel<Crypto> take_channel() {
        channel<Crypto> taken = std::move(*channel_);
        channel_.reset();
        return taken;
    }

private:
    using state_type = handshake_state<Crypto>;
    static constexpr std::size_t header = 2;

    [[nodiscard]] bool reads() const noexcept { return !ended_ && !is_proven_; }
    [[nodiscard]] std::size_t payload_most() const noexcept {
        return std::min(config_.payload_most, most_message - state_type::least_size[1]);
    }
    [[nodiscard]] std::size_t collect(byte_view in);
    [[nodiscard]] status check_length() const noexcept;
    [[nodiscard]] status handle_message();
    [[nodiscard]] status verify(byte_view message);
    [[nodiscard]] status send_message(byte_view payload);
    [[nodiscard]] status send_identity();
    void finish(reason why);
    void fail_by(error why);

    role role_;
    bool is_proven_ = false;
    const identity* own_;
    config config_;
    Crypto crypto_;
    std::optional<state_type> state_;
    std::optional<channel<Crypto>> channel_;
    byte_vector frame_; ///< the message that is coming in, with its length
    byte_queue out_;
    instant deadline_;
    event_queue<event> events_;
    std::optional<reason> ended_;
    wire::peer_id remote_peer_;
    wire::public_key remote_key_;
    std::vector<std::string> remote_muxers_;
};

template <crypto::provider Crypto>
handshake<Crypto>::handshake(role r, const identity& own, config c, Crypto crypto, instant now)
    : role_{r}
    , own_{&own}
    , config_{std::move(c)}
    , crypto_{std::move(crypto)}
    , deadline_{after(now, config_.timeout)} {
    state_.emplace(role_, own_->static_key, byte_view{}, crypto_);
    // spec: noise, "Libp2p Data in Handshake Messages": nothing rides on message 1.
    status begun{};
    if (own_->signature.empty())
        begun = fail(errc::unusable_identity);
    else if (role_ == role::dialer)
        begun = send_message({});
    if (!begun) fail_by(begun.error());
}

template <crypto::provider Crypto>
result<std::size_t> handshake<Crypto>::receive(byte_view in, instant) {
    if (ended_ && ended_->why) return fail(ended_->why);
    std::size_t taken = 0;
    while (taken < in.size() && reads()) {
        taken += collect(in.subspan(taken));
        if (frame_.size() < header) continue;
        status done = check_length();
        if (done && frame_.size() == header + wire::load_u16(frame_.data())) {
            done = handle_message();
            byte_vector{}.swap(frame_);
        }
        if (!done) {
            fail_by(done.error());
            return fail(done.error());
        }
    }
    return taken;
}

/// Takes the length, or with the length known the rest of the message, as far as it is there.
template <crypto::provider Crypto>
std::size_t handshake<Crypto>::collect(byte_view in) {
    const std::size_t whole =
        frame_.size() < header ? header : header + wire::load_u16(frame_.data());
    const byte_view part = in.first(std::min(in.size(), whole - frame_.size()));
    append(frame_, part);
    return part.size();
}

/// Decides by the length alone, before anything of the message is kept: most of what is no noise
/// (HTTP, TLS) ends here.
template <crypto::provider Crypto>
status handshake<Crypto>::check_length() const noexcept {
    const std::size_t length = wire::load_u16(frame_.data());
    const std::size_t number = state_->messages();
    const std::size_t least = state_type::least_size[number];
    if (length == 0) return fail(errc::empty_frame);
    if (length < least) return fail(errc::message_too_short);
    if (number == 0 && length > least) return fail(errc::unexpected_payload);
    if (length > least + payload_most()) return fail(errc::message_too_long);
    return {};
}

template <crypto::provider Crypto>
status handshake<Crypto>::handle_message() {
    const bool first = state_->messages() == 0;
    const auto message = state_->read_message(mutable_bytes{frame_}.subspan(header));
    if (!message) return fail(message.error());
    if (first) return send_identity();
    if (const auto sound = verify(*message); !sound) return sound;
    is_proven_ = true;
    events_.push(proven{remote_peer_});
    return {};
}

namespace detail {
[[nodiscard]] constexpr errc from_key(error why) noexcept {
    const bool type = why == wire::errc::unknown_key_type;
    return type ? errc::unsupported_key_type : errc::malformed_key;
}
[[nodiscard]] constexpr errc from_verification(error why) noexcept {
    if (why == crypto::errc::unsupported_key_type) return errc::unsupported_key_type;
    if (why == crypto::errc::malformed_public_key) return errc::malformed_key;
    return why == fault::local ? errc::crypto_failed : errc::bad_signature;
}
} // namespace detail

/// In the order that noise.md §5 gives: what costs nothing first, the signature last, and what it
/// covers is shown only after it.
template <crypto::provider Crypto>
status handshake<Crypto>::verify(byte_view message) {
    auto said = decode_payload(message, config_.muxers_most);
    if (!said) return fail(said.error());
    auto key = wire::public_key::decode(said->identity_key);
    if (!key) return fail(detail::from_key(key.error()));
    remote_peer_ = wire::peer_id::of(*key, crypto_);
    if (config_.expected && *config_.expected != remote_peer_) return fail(errc::peer_id_mismatch);
    const auto valid = crypto_.verify(key->type, key->data, signed_data(state_->remote_static()),
                                      said->identity_sig);
    if (!valid) return fail(detail::from_verification(valid.error()));
    remote_key_ = std::move(*key);
    remote_muxers_ = std::move(said->stream_muxers);
    return {};
}

template <crypto::provider Crypto>
status handshake<Crypto>::send_message(byte_view payload) {
    byte_vector frame(header);
    if (const auto written = state_->write_message(payload, frame); !written) return written;
    wire::store_u16(static_cast<std::uint16_t>(frame.size() - header), frame.data());
    out_.append(frame);
    return {};
}

template <crypto::provider Crypto>
status handshake<Crypto>::send_identity() {
    const byte_vector said =
        encode_payload(payload{own_->public_key, own_->signature, config_.muxers});
    if (said.size() > payload_most()) return fail(errc::unusable_identity);
    return send_message(said);
}

template <crypto::provider Crypto>
void handshake<Crypto>::proceed() {
    if (ended_ || !is_proven_) return;
    if (role_ == role::dialer) {
        if (const auto sent = send_identity(); !sent) return fail_by(sent.error());
    }
    auto ciphers = state_->split();
    channel_.emplace(std::move(ciphers.first), std::move(ciphers.second));
    finish({});
}

template <crypto::provider Crypto>
void handshake<Crypto>::refuse() {
    if (!ended_ && is_proven_) finish({errc::refused_by_caller, party::local, 0});
}

template <crypto::provider Crypto>
void handshake<Crypto>::receive_end(end how, instant) {
    if (ended_) return;
    const bool reset = how.how == end::reset;
    finish({reset ? errc::transport_reset : errc::transport_closed, party::remote, how.code});
}

template <crypto::provider Crypto>
void handshake<Crypto>::handle_timeout(instant now) {
    if (!ended_ && now >= deadline_) finish({errc::handshake_timeout, party::local, 0});
}

template <crypto::provider Crypto>
void handshake<Crypto>::fail_by(error why) {
    finish({why, party::local, 0}); // whosever fault it was, it is we who end it
}

template <crypto::provider Crypto>
void handshake<Crypto>::finish(reason why) {
    if (why.why) out_.clear();
    byte_vector{}.swap(frame_);
    state_.reset(); // and with it every secret but the channel's
    ended_ = why;
    events_.push(noise::ended{why});
}

/// What a stack names as its `security`: everything that `connection` needs of noise.
template <crypto::provider Crypto>
struct security {
    static constexpr std::string_view id = "/noise";
    using role = noise::role;
    using config = noise::config;
    using identity = noise::identity;
    using proven = noise::proven;
    using ended = noise::ended;
    using handshake = noise::handshake<Crypto>;
    using channel = noise::channel<Crypto>;

    [[nodiscard]] static identity make_identity(const Crypto& crypto,
                                                const typename Crypto::private_key& key) {
        return noise::make_identity(crypto, key);
    }
};

} // namespace lp2p::inline v0::noise
