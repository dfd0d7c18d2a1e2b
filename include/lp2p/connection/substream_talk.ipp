// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of substream_talk.hpp: see there what each does.
#pragma once

#include <lp2p/connection/substream_talk.hpp>

namespace lp2p::inline v0 {

LP2P_DECL std::unique_ptr<negotiation> propose(const std::vector<std::string>& protocols,
                                               duration timeout, const limits& l, instant now) {
    return std::make_unique<negotiation>(
        std::in_place_type<multistream::dialer>,
        multistream::dialer::config{.protocols = protocols,
                                    .token_most = l.multistream_token,
                                    .proposals = l.proposals_made,
                                    .timeout = timeout},
        now);
}

LP2P_DECL std::unique_ptr<negotiation> answer(const multistream::protocol_list& serves,
                                              const limits& l, instant now) {
    return std::make_unique<negotiation>(
        std::in_place_type<multistream::listener>,
        multistream::listener::config{.protocols = serves,
                                      .token_most = l.multistream_token,
                                      .proposals = l.proposals_accepted,
                                      .timeout = l.negotiation_timeout},
        now);
}

LP2P_DECL bool pump(negotiation& talk, yamux::session& session, yamux::stream_id stream,
                    instant now) {
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

LP2P_DECL void receive_end(negotiation& talk, end how, instant now) {
    std::visit([&](auto& m) { m.receive_end(how, now); }, talk);
}

LP2P_DECL talk_outcome outcome(negotiation& talk) {
    return std::visit(
        [](auto& m) -> talk_outcome {
            while (m.poll_event()) {
            }
            if (const auto protocol = m.agreed()) return {std::string{*protocol}, std::nullopt};
            return {std::nullopt, m.ended()};
        },
        talk);
}

LP2P_DECL std::optional<end> wants_end(const negotiation& talk) {
    return std::visit([](const auto& m) { return m.wants_end(); }, talk);
}

LP2P_DECL bool has_more_to_say(const negotiation& talk) noexcept {
    return std::visit([](const auto& m) { return !m.transmit(1).empty(); }, talk);
}

} // namespace lp2p::inline v0
