// SPDX-License-Identifier: Apache-2.0 OR MIT
// The side of a negotiation that proposes: one protocol after the other, until one is taken.
//
// It sends its header and first proposal at once, so a caller who is sure of the answer may write
// behind them ("lazy"): the answer is read here whenever it comes. It reads nothing past that
// answer, and never calls a silence, a reset or a limit a refusal (hazard H2).
#pragma once

#include <lp2p/protocol/multistream/negotiation.hpp>

namespace lp2p::inline v0::multistream {

/// Events: `agreed{index}` then `ended{reason{}}`, or `ended` alone with
/// - `not_supported` (fault refused): `na` to every proposal, and nothing else ever means that;
/// - `wrong_header`, `unexpected_answer`, `bad_token`, `bad_length`, `token_too_long`: bad bytes;
/// - `ended_early`, `reset` (with its code in `wire_code`), `negotiation_timeout`;
/// - `nothing_to_propose`, `invalid_protocol`, `too_many_protocols`: at once, with nothing sent.
/// Whoever writes behind the first proposal gives one protocol only: a second proposal would come
/// after those bytes.
class dialer : public detail::negotiation {
public:
    struct config {
        std::vector<std::string> protocols{}; ///< in order of preference; each `is_protocol`
        std::size_t token_most = default_limits.multistream_token; ///< bytes with the newline
        std::size_t proposals = default_limits.proposals_made;     ///< bound of `protocols`
        duration timeout = default_limits.negotiation_timeout;     ///< for the whole negotiation
    };

    dialer(config c, instant now);

    /// Consumes up to the end of the answer that ends it, and nothing after it.
    [[nodiscard]] result<std::size_t> receive(byte_view in, instant);
    void receive_end(end how, instant);
    /// The name of the protocol that both sides speak now; nothing before there is one.
    [[nodiscard]] std::optional<std::string_view> agreed() const noexcept;

private:
    static std::size_t longest(const std::vector<std::string>& protocols) noexcept;
    status check(std::size_t most) const;
    status answer(std::string_view token);

    std::vector<std::string> protocols_;
    std::size_t proposed_ = 0;
};

static_assert(duplex<dialer>);

} // namespace lp2p::inline v0::multistream

#ifndef LP2P_SEPARATE_COMPILATION
#include "dialer.ipp"
#endif
