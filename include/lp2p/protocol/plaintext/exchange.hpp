// SPDX-License-Identifier: Apache-2.0 OR MIT
// NO SECURITY: two peers tell each other who they say they are, and then talk in the clear.
//
// For tests and for reading traffic. Nobody proves anything and anybody on the way can change every
// byte; it is in no default stack, and a node that runs it says so. It reads no clock.
#pragma once

#include <lp2p/core/event_queue.hpp>
#include <lp2p/core/limits.hpp>
#include <lp2p/core/machine.hpp>
#include <lp2p/protocol/plaintext/errc.hpp>
#include <lp2p/wire/length_prefix.hpp>
#include <lp2p/wire/peer_id.hpp>
#include <lp2p/wire/protobuf.hpp>

#include <limits>
#include <string>

namespace lp2p::inline v0::insecure {

enum class role : std::uint8_t { dialer, listener };

/// What a node shows in every exchange. Must outlive the exchanges that use it.
struct identity {
    byte_vector message; ///< the encoded Exchange
};

/// Same members as noise's, so that stacks are interchangeable.
struct config {
    std::optional<wire::peer_id> expected{}; ///< the dialed peer; nothing accepts anybody
    std::vector<std::string> muxers{};       ///< not sent: plaintext has no early negotiation
    std::size_t exchange_most =
        default_limits.plaintext_exchange;             ///< bytes of the remote's message
    duration timeout = default_limits.upgrade_timeout; ///< from construction to `proceed`
};

/// The remote *says* that it is this peer. Nothing follows until `proceed` or `refuse`.
struct proven {
    wire::peer_id peer;
};
struct ended {
    reason why;
};

/// After the exchange: bytes go through as they are. The shape of `noise::channel`.
class channel {
public:
    static constexpr std::size_t header = 0;
    static constexpr std::size_t trailer = 0;
    static constexpr std::size_t most_plaintext = std::numeric_limits<std::uint16_t>::max();

    /// Takes everything; it is plaintext at once, where it lies.
    [[nodiscard]] result<std::size_t> receive(mutable_bytes in, instant) noexcept;
    [[nodiscard]] bool has_plaintext() const noexcept { return !plaintext_.empty(); }
    [[nodiscard]] mutable_bytes plaintext() noexcept { return plaintext_; }
    void release() noexcept { plaintext_ = {}; }
    void seal(mutable_bytes) noexcept {}
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }

private:
    mutable_bytes plaintext_;
    std::optional<reason> ended_; // for ever nothing
};

/// A duplex (spec: plaintext, "Protocol"). Both sides send at once; the machine is done with
/// `proceed`, and takes not one byte behind the remote's message.
template <crypto::provider Crypto>
class exchange {
public:
    using event = std::variant<proven, insecure::ended>;

    /// `own` must outlive the exchange.
    exchange(role, const identity& own, config c, Crypto crypto, instant now)
        : config_{std::move(c)}
        , crypto_{std::move(crypto)}
        , reader_{config_.exchange_most}
        , deadline_{after(now, config_.timeout)} {
        byte_vector frame;
        wire::encode_length_prefixed(own.message, frame);
        out_.append(frame);
    }

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
    void handle_timeout(instant now) {
        if (!ended_ && now >= deadline_) finish({errc::exchange_timeout, party::local, 0});
    }
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }

    /// The answers to `proven`; before it, and after the end, they do nothing.
    void proceed() {
        if (!ended_ && has_named_itself_) finish({});
    }
    void refuse() {
        if (!ended_ && has_named_itself_) finish({errc::refused_by_caller, party::local, 0});
    }

    /// Who the remote says it is; empty before. After `peer_id_mismatch` the one that answered.
    [[nodiscard]] const wire::peer_id& remote_peer() const noexcept { return remote_peer_; }
    [[nodiscard]] const std::optional<wire::peer_id>& expected() const noexcept {
        return config_.expected;
    }
    [[nodiscard]] const wire::public_key& remote_key() const noexcept { return remote_key_; }
    [[nodiscard]] const std::vector<std::string>& remote_muxers() const noexcept {
        return remote_muxers_;
    }
    /// Once, after a good end.
    [[nodiscard]] channel take_channel() const noexcept { return {}; }

private:
    [[nodiscard]] status handle_message(byte_view message);
    void finish(reason why) {
        if (why.why) out_.clear();
        ended_ = why;
        events_.push(insecure::ended{why});
    }

    config config_;
    Crypto crypto_;
    wire::length_prefix_reader reader_;
    byte_queue out_;
    instant deadline_;
    event_queue<event> events_;
    std::optional<reason> ended_;
    bool has_named_itself_ = false;
    wire::peer_id remote_peer_;
    wire::public_key remote_key_;
    std::vector<std::string> remote_muxers_; // for ever empty
};

namespace detail {

inline constexpr std::uint32_t id_field = 1;
inline constexpr std::uint32_t key_field = 2;

/// The two fields of an Exchange; empty where they are not there.
struct exchange_message {
    byte_view id, key;
};
[[nodiscard]] result<exchange_message> decode_exchange(byte_view message);
[[nodiscard]] constexpr errc from_prefix(error why) noexcept {
    return why == wire::errc::too_long ? errc::exchange_too_long : errc::bad_length;
}

} // namespace detail

template <crypto::provider Crypto>
[[nodiscard]] identity make_identity(const Crypto& crypto,
                                     const typename Crypto::private_key& private_key) {
    const wire::public_key key{private_key.type(), to_vector(private_key.public_data())};
    identity made;
    wire::message_writer to{made.message};
    to.bytes(detail::id_field, wire::peer_id::of(key, crypto).bytes());
    to.bytes(detail::key_field, key.encode());
    return made;
}

template <crypto::provider Crypto>
result<std::size_t> exchange<Crypto>::receive(byte_view in, instant) {
    if (ended_ && ended_->why) return fail(ended_->why);
    if (ended_ || has_named_itself_) return std::size_t{0};
    const auto taken = reader_.receive(in);
    status done = taken ? status{} : fail(detail::from_prefix(taken.error()));
    if (done && reader_.complete()) {
        done = handle_message(reader_.frame());
        reader_.next();
    }
    if (done) return *taken;
    finish({done.error(), party::local, 0});
    return fail(done.error());
}

/// In the order of plaintext.md, "Checks".
template <crypto::provider Crypto>
status exchange<Crypto>::handle_message(byte_view message) {
    const auto said = detail::decode_exchange(message);
    if (!said) return fail(said.error());
    auto key = wire::public_key::decode(said->key);
    if (!key) return fail(errc::malformed_key);
    const auto id = wire::peer_id::from_bytes(said->id);
    if (!id) return fail(errc::malformed_exchange);
    if (*id != wire::peer_id::of(*key, crypto_)) return fail(errc::id_not_of_key);
    remote_peer_ = *id;
    if (config_.expected && *config_.expected != *id) return fail(errc::peer_id_mismatch);
    remote_key_ = std::move(*key);
    has_named_itself_ = true;
    events_.push(proven{*id});
    return {};
}

template <crypto::provider Crypto>
void exchange<Crypto>::receive_end(end how, instant) {
    if (ended_) return;
    const bool reset = how.how == end::reset;
    finish({reset ? errc::transport_reset : errc::transport_closed, party::remote, how.code});
}

/// What a stack names as its `security`. The name says what it is worth.
template <crypto::provider Crypto>
struct plaintext {
    static constexpr std::string_view id = "/plaintext/2.0.0";
    using role = insecure::role;
    using config = insecure::config;
    using identity = insecure::identity;
    using proven = insecure::proven;
    using ended = insecure::ended;
    using handshake = insecure::exchange<Crypto>;
    using channel = insecure::channel;

    [[nodiscard]] static identity make_identity(const Crypto& crypto,
                                                const typename Crypto::private_key& key) {
        return insecure::make_identity(crypto, key);
    }
};

} // namespace lp2p::inline v0::insecure

#ifndef LP2P_SEPARATE_COMPILATION
#include "exchange.ipp"
#endif
