// SPDX-License-Identifier: Apache-2.0 OR MIT
// The side that says who we are: writes our message in one part or two, then ends the stream.
//
// It never ends a stream well without a message, because go would take that for "supports nothing"
// (hazard H6): what cannot be sent is a reset. It reads nothing.
#pragma once

#include <lp2p/core/event_queue.hpp>
#include <lp2p/core/machine.hpp>
#include <lp2p/protocol/identify/message.hpp>

namespace lp2p::inline v0::identify {

/// Ends well when the whole message has left (`transmitted`), else with
/// - `incomplete`, `too_many_protocols`, `too_large`: at once, what `encode_parts` said;
/// - `identify_timeout`; `reset` (with its code in `wire_code`).
class responder {
public:
    using event = std::variant<identify::ended>;
    struct config {
        sent_bounds most{};
        duration timeout = default_limits.identify_timeout; ///< until the whole message has left
    };

    responder(const message& ours, config c, instant now);

    /// Whatever the other side says is dropped: it has nothing to say.
    [[nodiscard]] result<std::size_t> receive(byte_view in, instant) const noexcept;
    /// A FIN is only the other side's direction; we go on.
    void receive_end(end how, instant);
    [[nodiscard]] byte_view transmit(std::size_t most) const noexcept;
    void transmitted(std::size_t n);
    [[nodiscard]] std::optional<end> wants_end() const noexcept { return wants_end_; }

    [[nodiscard]] std::optional<event> poll_event();
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept;
    void handle_timeout(instant now);

private:
    void give_up(error why, party by, std::uint32_t wire_code = 0);
    void conclude(reason why, end how);

    byte_queue out_;
    instant deadline_;
    event_queue<event> events_;
    std::optional<reason> ended_;
    std::optional<end> wants_end_;
};

static_assert(duplex<responder>);

} // namespace lp2p::inline v0::identify

#ifndef LP2P_SEPARATE_COMPILATION
#include "responder.ipp"
#endif
