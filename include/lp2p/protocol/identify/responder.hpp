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

    responder(const message& ours, config c, instant now)
        : deadline_{after(now, c.timeout)} {
        const auto parts = encode_parts(ours, c.most);
        if (parts)
            out_.append(*parts);
        else
            give_up(parts.error(), party::local);
    }

    /// Whatever the other side says is dropped: it has nothing to say.
    [[nodiscard]] result<std::size_t> receive(byte_view in, instant) const noexcept {
        if (!ended_) return in.size();
        if (ended_->why) return fail(ended_->why);
        return 0;
    }
    /// A FIN is only the other side's direction; we go on.
    void receive_end(end how, instant) {
        if (!ended_ && how.how == end::reset) give_up(errc::reset, party::remote, how.code);
    }
    [[nodiscard]] byte_view transmit(std::size_t most) const noexcept {
        return out_.view().first(std::min(most, out_.size()));
    }
    void transmitted(std::size_t n) {
        out_.consume(n);
        if (!ended_ && out_.empty()) conclude({}, end{});
    }
    [[nodiscard]] std::optional<end> wants_end() const noexcept { return wants_end_; }

    [[nodiscard]] std::optional<event> poll_event() { return events_.poll(); }
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept {
        return ended_ ? std::nullopt : std::optional{deadline_};
    }
    void handle_timeout(instant now) {
        if (!ended_ && now >= deadline_) give_up(errc::identify_timeout, party::local);
    }

private:
    void give_up(error why, party by, std::uint32_t wire_code = 0) {
        out_.clear();
        conclude(reason{why, by, wire_code}, end{end::reset, 0});
    }
    void conclude(reason why, end how) {
        ended_ = why;
        wants_end_ = how;
        events_.push(identify::ended{why});
    }

    byte_queue out_;
    instant deadline_;
    event_queue<event> events_;
    std::optional<reason> ended_;
    std::optional<end> wants_end_;
};

static_assert(duplex<responder>);

} // namespace lp2p::inline v0::identify
