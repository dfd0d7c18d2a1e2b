// SPDX-License-Identifier: Apache-2.0 OR MIT
// Measures the round trip to a peer: one side sends 32 random bytes, the other sends them back.
//
// A stream serves any number of pings, one after the other. Randomness comes from the caller, and a
// failed ping ends the stream only: what that means for the connection is the caller's to decide.
#pragma once

#include <lp2p/core/event_queue.hpp>
#include <lp2p/core/limits.hpp>
#include <lp2p/core/machine.hpp>
#include <lp2p/protocol/ping/errc.hpp>

#include <array>

namespace lp2p::inline v0::ping {

/// spec: ping, "Protocol"
inline constexpr std::string_view protocol = "/ipfs/ping/1.0.0";
inline constexpr std::size_t payload_size = 32;
using payload = std::array<std::byte, payload_size>;

/// The echo is back. `rtt` counts from the call of `ping`, so waiting in our own queues is in it.
struct pong {
    duration rtt;
};
/// The stream is over. Exactly one, and the last event.
struct ended {
    reason why;
};

/// The side that asks. Ends well after `finish`, else with
/// - `wrong_echo`, `unasked_echo`: bad bytes (reset);
/// - `ping_timeout` (reset); `closed` (they sent FIN, we answer with FIN), `truncated`, `reset`.
class dialer {
public:
    using event = std::variant<pong, ping::ended>;
    struct config {
        duration timeout = seconds{10}; ///< from `ping` to the whole echo
    };

    dialer(config c, instant) noexcept
        : config_{c} {}

    /// Sends `random`. Errors: `ping_in_flight` before the `pong` of the last one, `finished`.
    [[nodiscard]] status ping(const payload& random, instant now) {
        if (ended_ || finishing_) return fail(errc::finished);
        // The echo can be told before `transmitted` of what it answers.
        if (asked_at_ || unsent_ != 0) return fail(errc::ping_in_flight);
        sent_ = random;
        echoed_ = 0;
        unsent_ = payload_size;
        asked_at_ = now;
        return {};
    }
    /// No more pings: ends the stream, after the echo of one that is in flight.
    void finish() {
        if (ended_) return;
        finishing_ = true;
        if (!asked_at_) conclude({}, end{});
    }
    /// True between `ping` and `pong`.
    [[nodiscard]] bool in_flight() const noexcept { return asked_at_.has_value(); }

    [[nodiscard]] result<std::size_t> receive(byte_view in, instant now) {
        std::size_t used = 0;
        while (!ended_ && used < in.size()) {
            if (!asked_at_) {
                give_up(errc::unasked_echo, party::local);
                break;
            }
            const std::size_t n = std::min(payload_size - echoed_, in.size() - used);
            if (!equal(in.subspan(used, n), byte_view{sent_}.subspan(echoed_, n))) {
                give_up(errc::wrong_echo, party::local);
                break;
            }
            used += n;
            echoed_ += n;
            if (echoed_ == payload_size) answered(now);
        }
        if (ended_ && ended_->why) return fail(ended_->why);
        return used;
    }
    void receive_end(end how, instant) {
        if (ended_) return;
        if (how.how == end::reset) return give_up(errc::reset, party::remote, how.code);
        if (asked_at_ && echoed_ > 0) return give_up(errc::truncated, party::remote);
        unsent_ = 0;
        conclude(reason{errc::closed, party::remote, 0}, end{});
    }
    [[nodiscard]] byte_view transmit(std::size_t most) const noexcept {
        return byte_view{sent_}.subspan(payload_size - unsent_, std::min(most, unsent_));
    }
    void transmitted(std::size_t n) noexcept { unsent_ -= std::min(n, unsent_); }
    [[nodiscard]] std::optional<end> wants_end() const noexcept { return wants_end_; }

    [[nodiscard]] std::optional<event> poll_event() { return events_.poll(); }
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept {
        return asked_at_ ? std::optional{after(*asked_at_, config_.timeout)} : std::nullopt;
    }
    void handle_timeout(instant now) {
        if (const auto at = next_timeout(); at && now >= *at)
            give_up(errc::ping_timeout, party::local);
    }

private:
    void answered(instant now) {
        events_.push(pong{now > *asked_at_ ? now - *asked_at_ : duration{}});
        asked_at_.reset();
        if (finishing_) conclude({}, end{});
    }
    void give_up(errc why, party by, std::uint32_t wire_code = 0) {
        unsent_ = 0;
        conclude(reason{why, by, wire_code}, end{end::reset, 0});
    }
    void conclude(reason why, end how) {
        asked_at_.reset();
        ended_ = why;
        wants_end_ = how;
        events_.push(ping::ended{why});
    }

    config config_;
    payload sent_{};
    std::size_t unsent_ = 0;
    std::size_t echoed_ = 0;
    std::optional<instant> asked_at_;
    bool finishing_ = false;
    event_queue<event> events_;
    std::optional<reason> ended_;
    std::optional<end> wants_end_;
};

/// The side that echoes, until the other sends FIN; that is its good end. Else it ends with
/// `ping_timeout` (a payload was begun and not completed), `echoes_owed`, `truncated` or `reset`.
/// Between payloads there is no deadline: rust keeps one stream for the life of a connection.
class listener {
public:
    using event = std::variant<ping::ended>;
    struct config {
        duration timeout = seconds{10}; ///< from the first byte of a payload to its last
        std::size_t echoes = default_limits.pings_owed; ///< not sent yet, 32 bytes each; reset
    };

    listener(config c, instant) noexcept
        : config_{c} {}

    [[nodiscard]] result<std::size_t> receive(byte_view in, instant now) {
        std::size_t used = 0;
        while (!ended_ && used < in.size()) {
            if (came_ == 0) begun_at_ = now;
            const byte_view part =
                in.subspan(used, std::min(payload_size - came_, in.size() - used));
            copy(part, mutable_bytes{partial_}.subspan(came_));
            used += part.size();
            came_ += part.size();
            if (came_ == payload_size) echo();
        }
        if (ended_ && ended_->why) return fail(ended_->why);
        return used;
    }
    void receive_end(end how, instant) {
        if (ended_) return;
        if (how.how == end::reset) return give_up(errc::reset, party::remote, how.code);
        if (came_ != 0) return give_up(errc::truncated, party::remote);
        conclude({}, end{});
    }
    [[nodiscard]] byte_view transmit(std::size_t most) const noexcept {
        return out_.view().first(std::min(most, out_.size()));
    }
    void transmitted(std::size_t n) noexcept { out_.consume(n); }
    [[nodiscard]] std::optional<end> wants_end() const noexcept { return wants_end_; }

    [[nodiscard]] std::optional<event> poll_event() { return events_.poll(); }
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept {
        if (ended_ || came_ == 0) return std::nullopt;
        return after(begun_at_, config_.timeout);
    }
    void handle_timeout(instant now) {
        if (const auto at = next_timeout(); at && now >= *at)
            give_up(errc::ping_timeout, party::local);
    }

private:
    void echo() {
        came_ = 0;
        if (out_.size() + payload_size > config_.echoes * payload_size)
            return give_up(errc::echoes_owed, party::local);
        out_.append(partial_);
    }
    void give_up(errc why, party by, std::uint32_t wire_code = 0) {
        out_.clear();
        conclude(reason{why, by, wire_code}, end{end::reset, 0});
    }
    void conclude(reason why, end how) {
        ended_ = why;
        wants_end_ = how;
        events_.push(ping::ended{why});
    }

    config config_;
    payload partial_{};
    std::size_t came_ = 0;
    instant begun_at_{};
    byte_queue out_;
    event_queue<event> events_;
    std::optional<reason> ended_;
    std::optional<end> wants_end_;
};

static_assert(duplex<dialer>);
static_assert(duplex<listener>);

} // namespace lp2p::inline v0::ping
