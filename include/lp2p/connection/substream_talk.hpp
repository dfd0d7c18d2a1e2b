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
[[nodiscard]] std::unique_ptr<negotiation> propose(const std::vector<std::string>& protocols,
                                                   duration timeout, const limits& l, instant now);
/// Answers with the protocols as they are served now.
[[nodiscard]] std::unique_ptr<negotiation> answer(const multistream::protocol_list& serves,
                                                  const limits& l, instant now);
/// Moves what both have, as far as it goes. Bytes behind the agreement stay in the stream. False
/// where the stream had no room for all that is to be said: call again when it is writable.
bool pump(negotiation& talk, yamux::session& session, yamux::stream_id stream, instant now);
void receive_end(negotiation& talk, end how, instant now);

/// How it went so far; both nothing while it runs.
struct talk_outcome {
    std::optional<std::string> agreed;
    std::optional<reason> failed;
};
[[nodiscard]] talk_outcome outcome(negotiation& talk);
/// How the negotiation wants its side of the stream ended, once it failed.
[[nodiscard]] std::optional<end> wants_end(const negotiation& talk);
/// True while part of a proposal or an answer was not taken by the stream.
[[nodiscard]] bool has_more_to_say(const negotiation& talk) noexcept;

} // namespace lp2p::inline v0

#ifndef LP2P_SEPARATE_COMPILATION
#include "substream_talk.ipp"
#endif
