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

    [[nodiscard]] std::optional<event> poll_event() { return events_.poll(); }
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept {
        return ended_ ? std::nullopt : std::optional{deadline_};
    }
    void handle_timeout(instant now) {
        if (ended_ || now < deadline_) return;
        fall_silent(errc::negotiation_timeout, party::local);
    }
    [[nodiscard]] byte_view transmit(std::size_t most) const noexcept {
        return out_.view().first(std::min(most, out_.size()));
    }
    void transmitted(std::size_t n) noexcept { out_.consume(n); }
    /// Nothing while it is open and after an agreement, whose stream goes on.
    [[nodiscard]] std::optional<end> wants_end() const noexcept { return wants_end_; }

protected:
    negotiation(std::size_t token_most, std::size_t keep, instant deadline) noexcept
        : reader_{token_most, keep}
        , deadline_{deadline} {}

    void say(std::string_view token) {
        byte_vector line;
        line.reserve(encoded_size(token));
        encode(token, line);
        out_.append(line);
    }
    void finish(std::size_t index) {
        events_.push(multistream::agreed{index});
        conclude(reason{});
    }
    /// Ends by a reset; what was said before is still sent.
    void give_up(error why, party by, std::uint32_t wire_code = 0) {
        wants_end_ = failed;
        conclude(reason{why, by, wire_code});
    }
    /// The same, where nobody is worth another byte.
    void fall_silent(error why, party by, std::uint32_t wire_code = 0) {
        out_.clear();
        give_up(why, by, wire_code);
    }
    void end_by_remote(end how, error at_fin, end answer) {
        if (how.how == end::reset) {
            fall_silent(errc::reset, party::remote, how.code);
            return;
        }
        wants_end_ = answer;
        conclude(reason{at_fin, party::remote, 0});
    }
    /// What `receive` says once it is over.
    [[nodiscard]] result<std::size_t> outcome(std::size_t used) const {
        if (ended_ && ended_->why) return fail(ended_->why);
        return used;
    }
    /// Reads on in `in`, up to the end of one line. A complete one, or nothing where more bytes are
    /// needed or the line was the header; valid until the next non-const call.
    [[nodiscard]] result<std::optional<std::string_view>> read_line(byte_view in,
                                                                    std::size_t& used) {
        const auto taken = reader_.receive(in.subspan(used));
        if (!taken) return fail(taken.error());
        used += *taken;
        if (!greeted_) {
            if (const status header = check_header(); !header) return fail(header.error());
            if (!reader_.complete()) return std::nullopt;
            greeted_ = true;
            reader_.next();
        }
        if (!reader_.complete()) return std::nullopt;
        const auto token = reader_.token();
        if (!token) return fail(token.error());
        return *token;
    }
    [[nodiscard]] bool greeted() const noexcept { return greeted_; }

    static constexpr end failed{end::reset, negotiation_failed};

    token_reader reader_;
    byte_queue out_;

private:
    /// Fails as soon as the first line cannot become the header (by its length, or by the first
    /// byte that differs): whoever speaks another protocol here is not waited for.
    [[nodiscard]] status check_header() const {
        if (!reader_.may_be(header_line))
            return fail(reader_.empty_line() ? errc::bad_token : errc::wrong_header);
        if (!reader_.complete()) return {};
        return reader_.token().map([](std::string_view) {});
    }

    void conclude(reason why) {
        ended_ = why;
        events_.push(multistream::ended{why});
        reader_ = token_reader{};
    }

    instant deadline_;
    event_queue<event> events_;
    std::optional<reason> ended_;
    std::optional<end> wants_end_;
    bool greeted_ = false;
};

} // namespace detail

} // namespace lp2p::inline v0::multistream
