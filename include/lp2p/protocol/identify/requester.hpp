// SPDX-License-Identifier: Apache-2.0 OR MIT
// The side that asks a peer who it is: reads the parts of the answer until the stream ends.
//
// All or nothing: a stream that ends early, too late or empty gives an error and no message, so
// that what was known before stays (threats.md §1 rule 7). It sends nothing.
#pragma once

#include <lp2p/core/event_queue.hpp>
#include <lp2p/core/machine.hpp>
#include <lp2p/protocol/identify/message.hpp>

namespace lp2p::inline v0::identify {

/// The message is complete: `take` it. Then `ended{reason{}}`.
struct identified {};

/// Ends well after `identified`, else with
/// - `part_too_long` (on the length), `too_many_parts`, `too_many_bytes`: our bounds;
/// - `bad_length`, `malformed`, `no_message`, `missing_key`: bad bytes;
/// - `wrong_key`: the peer is not who the connection says; its owner closes the connection;
/// - `truncated`, `reset` (with its code in `wire_code`), `identify_timeout`.
class requester {
public:
    using event = std::variant<identified, identify::ended>;
    struct config {
        /// The encoded PublicKey that the connection has proven. Empty: the caller compares.
        byte_vector remote_key{};
        std::size_t part = default_limits.identify_part;    ///< bytes of one part
        std::size_t parts = default_limits.identify_parts;  ///< in one message
        std::size_t total = default_limits.identify_total;  ///< bytes of all parts
        duration timeout = default_limits.identify_timeout; ///< for the whole message
        bounds keep{};
    };

    requester(config c, instant now)
        : requester{std::move(c), now, true} {}

    [[nodiscard]] result<std::size_t> receive(byte_view in, instant) {
        std::size_t used = 0;
        while (!ended_ && used < in.size()) {
            const auto taken = read(in.subspan(used));
            if (!taken)
                give_up(taken.error(), party::local);
            else
                used += *taken;
        }
        if (ended_ && ended_->why) return fail(ended_->why);
        return used;
    }
    void receive_end(end how, instant) {
        if (ended_) return;
        if (how.how == end::reset) return give_up(errc::reset, party::remote, how.code);
        if (!reader_.at_boundary()) return give_up(errc::truncated, party::remote);
        if (parts_ == 0) return give_up(errc::no_message, party::remote);
        if (key_required_ && !message_.public_key) return give_up(errc::missing_key, party::local);
        events_.push(identified{});
        conclude({}, end{});
    }
    /// The message, once `identified`; an empty one before that and the second time.
    [[nodiscard]] message take() {
        if (!ended_ || ended_->why) return {};
        return std::exchange(message_, {});
    }

    [[nodiscard]] byte_view transmit(std::size_t) const noexcept { return {}; }
    void transmitted(std::size_t) const noexcept {}
    [[nodiscard]] std::optional<end> wants_end() const noexcept { return wants_end_; }

    [[nodiscard]] std::optional<event> poll_event() { return events_.poll(); }
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept {
        return ended_ ? std::nullopt : std::optional{deadline_};
    }
    void handle_timeout(instant now) {
        if (!ended_ && now >= deadline_) give_up(errc::identify_timeout, party::local);
    }

protected:
    requester(config c, instant now, bool key_required)
        : config_{std::move(c)}
        , reader_{next_part_most()}
        , deadline_{after(now, config_.timeout)}
        , key_required_{key_required} {}

private:
    [[nodiscard]] std::size_t next_part_most() const noexcept {
        return std::min(config_.part, config_.total - total_);
    }
    [[nodiscard]] errc name_of(error framing) const noexcept {
        if (framing != error{wire::errc::too_long}) return errc::bad_length;
        return next_part_most() < config_.part ? errc::too_many_bytes : errc::part_too_long;
    }
    result<std::size_t> read(byte_view in) {
        if (parts_ == config_.parts) return fail(errc::too_many_parts);
        const auto taken = reader_.receive(in);
        if (!taken) return fail(name_of(taken.error()));
        if (!reader_.complete()) return taken;
        if (const status merged = merge(message_, reader_.frame(), config_.keep); !merged)
            return fail(merged.error());
        if (message_.public_key && !config_.remote_key.empty() &&
            *message_.public_key != config_.remote_key)
            return fail(errc::wrong_key);
        ++parts_;
        total_ += reader_.frame().size();
        reader_ = wire::length_prefix_reader{next_part_most()};
        return taken;
    }
    void give_up(error why, party by, std::uint32_t wire_code = 0) {
        message_ = {};
        conclude(reason{why, by, wire_code}, end{end::reset, 0});
    }
    void conclude(reason why, end how) {
        reader_ = wire::length_prefix_reader{0};
        ended_ = why;
        wants_end_ = how;
        events_.push(identify::ended{why});
    }

    config config_;
    std::size_t total_ = 0;
    std::size_t parts_ = 0;
    wire::length_prefix_reader reader_;
    message message_;
    instant deadline_;
    event_queue<event> events_;
    std::optional<reason> ended_;
    std::optional<end> wants_end_;
    bool key_required_;
};

static_assert(duplex<requester>);

} // namespace lp2p::inline v0::identify
