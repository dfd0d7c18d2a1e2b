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

    requester(config c, instant now);

    [[nodiscard]] result<std::size_t> receive(byte_view in, instant);
    void receive_end(end how, instant);
    /// The message, once `identified`; an empty one before that and the second time.
    [[nodiscard]] message take();

    [[nodiscard]] byte_view transmit(std::size_t) const noexcept { return {}; }
    void transmitted(std::size_t) const noexcept {}
    [[nodiscard]] std::optional<end> wants_end() const noexcept { return wants_end_; }

    [[nodiscard]] std::optional<event> poll_event();
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept;
    void handle_timeout(instant now);

protected:
    requester(config c, instant now, bool key_required);

private:
    [[nodiscard]] std::size_t next_part_most() const noexcept;
    [[nodiscard]] errc name_of(error framing) const noexcept;
    result<std::size_t> read(byte_view in);
    void give_up(error why, party by, std::uint32_t wire_code = 0);
    void conclude(reason why, end how);

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

#ifndef LP2P_SEPARATE_COMPILATION
#include "requester.ipp"
#endif
