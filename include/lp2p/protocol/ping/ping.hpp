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

    dialer(config c, instant) noexcept;

    /// Sends `random`. Errors: `ping_in_flight` before the `pong` of the last one, `finished`.
    [[nodiscard]] status ping(const payload& random, instant now);
    /// No more pings: ends the stream, after the echo of one that is in flight.
    void finish();
    /// True between `ping` and `pong`.
    [[nodiscard]] bool in_flight() const noexcept { return asked_at_.has_value(); }

    [[nodiscard]] result<std::size_t> receive(byte_view in, instant now);
    void receive_end(end how, instant);
    [[nodiscard]] byte_view transmit(std::size_t most) const noexcept;
    void transmitted(std::size_t n) noexcept { unsent_ -= std::min(n, unsent_); }
    [[nodiscard]] std::optional<end> wants_end() const noexcept { return wants_end_; }

    [[nodiscard]] std::optional<event> poll_event();
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept;
    void handle_timeout(instant now);

private:
    void answered(instant now);
    void give_up(errc why, party by, std::uint32_t wire_code = 0);
    void conclude(reason why, end how);

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

    listener(config c, instant) noexcept;

    [[nodiscard]] result<std::size_t> receive(byte_view in, instant now);
    void receive_end(end how, instant);
    [[nodiscard]] byte_view transmit(std::size_t most) const noexcept;
    void transmitted(std::size_t n) noexcept { out_.consume(n); }
    [[nodiscard]] std::optional<end> wants_end() const noexcept { return wants_end_; }

    [[nodiscard]] std::optional<event> poll_event();
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept;
    void handle_timeout(instant now);

private:
    void echo();
    void give_up(errc why, party by, std::uint32_t wire_code = 0);
    void conclude(reason why, end how);

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

#ifndef LP2P_SEPARATE_COMPILATION
#include "ping.ipp"
#endif
