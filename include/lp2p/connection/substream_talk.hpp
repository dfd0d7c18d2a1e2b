// SPDX-License-Identifier: Apache-2.0 OR MIT
// multistream-select on a yamux stream: the negotiation of one substream, and how it is driven.
//
// It moves bytes between the two machines and says how it went; what follows from that is the
// connection's business.
#pragma once

#include <lp2p/core/limits.hpp>
#include <lp2p/protocol/multistream/dialer.hpp>
#include <lp2p/protocol/multistream/listener.hpp>
#include <lp2p/protocol/yamux/session.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace lp2p::inline v0 {

/// The multistream machine of a substream that is not agreed yet.
using negotiation = std::variant<multistream::dialer, multistream::listener>;

/// Proposes; `timeout` is what the caller's deadline leaves.
[[nodiscard]] inline std::unique_ptr<negotiation>
propose(const std::vector<std::string>& protocols, duration timeout, const limits& l, instant now) {
    return std::make_unique<negotiation>(
        std::in_place_type<multistream::dialer>,
        multistream::dialer::config{.protocols = protocols,
                                    .token_most = l.multistream_token,
                                    .proposals = l.proposals_made,
                                    .timeout = timeout},
        now);
}
/// Answers with the protocols as they are served now.
[[nodiscard]] inline std::unique_ptr<negotiation> answer(const multistream::protocol_list& serves,
                                                         const limits& l, instant now) {
    return std::make_unique<negotiation>(
        std::in_place_type<multistream::listener>,
        multistream::listener::config{.protocols = serves,
                                      .token_most = l.multistream_token,
                                      .proposals = l.proposals_accepted,
                                      .timeout = l.negotiation_timeout},
        now);
}
/// Moves what both have, as far as it goes. Bytes behind the agreement stay in the stream. False
/// where the stream had no room for all that is to be said: call again when it is writable.
inline bool pump(negotiation& talk, yamux::session& session, yamux::stream_id stream, instant now) {
    constexpr std::size_t piece = 2048;
    const auto both_ways = [&](auto& machine) {
        for (byte_view in = session.read(stream); !in.empty(); in = session.read(stream)) {
            const auto used = machine.receive(in, now);
            if (!used || *used == 0) break;
            session.consume(stream, *used);
        }
        for (byte_view out = machine.transmit(piece); !out.empty(); out = machine.transmit(piece)) {
            const auto put = session.write(stream, out);
            if (!put) return true; // the stream is ending: nobody hears it
            if (*put == 0) return false;
            machine.transmitted(*put);
        }
        return true;
    };
    return std::visit(both_ways, talk);
}
inline void receive_end(negotiation& talk, end how, instant now) {
    std::visit([&](auto& m) { m.receive_end(how, now); }, talk);
}

/// How it went so far; both nothing while it runs.
struct talk_outcome {
    std::optional<std::string> agreed;
    std::optional<reason> failed;
};
[[nodiscard]] inline talk_outcome outcome(negotiation& talk) {
    return std::visit(
        [](auto& m) -> talk_outcome {
            while (m.poll_event()) {
            }
            if (const auto protocol = m.agreed()) return {std::string{*protocol}, std::nullopt};
            return {std::nullopt, m.ended()};
        },
        talk);
}
/// How the negotiation wants its side of the stream ended, once it failed.
[[nodiscard]] inline std::optional<end> wants_end(const negotiation& talk) {
    return std::visit([](const auto& m) { return m.wants_end(); }, talk);
}
/// True while part of a proposal or an answer was not taken by the stream.
[[nodiscard]] inline bool has_more_to_say(const negotiation& talk) noexcept {
    return std::visit([](const auto& m) { return !m.transmit(1).empty(); }, talk);
}

} // namespace lp2p::inline v0
