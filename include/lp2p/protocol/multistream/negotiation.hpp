// SPDX-License-Identifier: Apache-2.0 OR MIT
// What both sides of a negotiation share: output, one deadline for the whole, and exactly one end.
//
// Not a machine: `dialer` and `listener` are, by adding what a line means to them.
#pragma once

#include <lp2p/core/event_queue.hpp>
#include <lp2p/core/machine.hpp>
#include <lp2p/protocol/multistream/message.hpp>

namespace lp2p::inline v0::multistream {

/// Both sides have chosen; `index` is into the protocols that this side was given. Then `ended`.
struct agreed {
    std::size_t index;
};
/// The negotiation is over; `reason{}` after `agreed`. Exactly one, and the last event.
struct ended {
    reason why;
};

namespace detail {

class negotiation {
public:
    using event = std::variant<multistream::agreed, multistream::ended>;

    [[nodiscard]] std::optional<event> poll_event();
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept;
    void handle_timeout(instant now);
    [[nodiscard]] byte_view transmit(std::size_t most) const noexcept;
    void transmitted(std::size_t n) noexcept { out_.consume(n); }
    /// Nothing while it is open and after an agreement, whose stream goes on.
    [[nodiscard]] std::optional<end> wants_end() const noexcept { return wants_end_; }

protected:
    negotiation(std::size_t token_most, std::size_t keep, instant deadline) noexcept;

    void say(std::string_view token);
    void finish(std::size_t index);
    /// Ends by a reset; what was said before is still sent.
    void give_up(error why, party by, std::uint32_t wire_code = 0);
    /// The same, where nobody is worth another byte.
    void fall_silent(error why, party by, std::uint32_t wire_code = 0);
    void end_by_remote(end how, error at_fin, end answer);
    /// What `receive` says once it is over.
    [[nodiscard]] result<std::size_t> outcome(std::size_t used) const;
    /// Reads on in `in`, up to the end of one line. A complete one, or nothing where more bytes are
    /// needed or the line was the header; valid until the next non-const call.
    [[nodiscard]] result<std::optional<std::string_view>> read_line(byte_view in,
                                                                    std::size_t& used);
    [[nodiscard]] bool greeted() const noexcept { return greeted_; }

    static constexpr end failed{end::reset, negotiation_failed};

    token_reader reader_;
    byte_queue out_;

private:
    /// Fails as soon as the first line cannot become the header (by its length, or by the first
    /// byte that differs): whoever speaks another protocol here is not waited for.
    [[nodiscard]] status check_header() const;

    void conclude(reason why);

    instant deadline_;
    event_queue<event> events_;
    std::optional<reason> ended_;
    std::optional<end> wants_end_;
    bool greeted_ = false;
};

} // namespace detail

} // namespace lp2p::inline v0::multistream

#ifndef LP2P_SEPARATE_COMPILATION
#include "negotiation.ipp"
#endif
