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

    dialer(config c, instant now)
        : negotiation{c.token_most, longest(c.protocols) + 1, after(now, c.timeout)}
        , protocols_{std::move(c.protocols)} {
        if (const status valid = check(c.proposals); !valid) {
            give_up(valid.error(), party::local);
            return;
        }
        say(header_line);
        say(protocols_.front());
    }

    /// Consumes up to the end of the answer that ends it, and nothing after it.
    [[nodiscard]] result<std::size_t> receive(byte_view in, instant) {
        std::size_t used = 0;
        while (!ended() && used < in.size()) {
            const auto line = read_line(in, used);
            const status read = !line ? fail(line.error()) : *line ? answer(**line) : status{};
            if (!read) give_up(read.error(), party::local);
        }
        return outcome(used);
    }
    void receive_end(end how, instant) {
        if (!ended()) end_by_remote(how, errc::ended_early, failed);
    }
    /// The name of the protocol that both sides speak now; nothing before there is one.
    [[nodiscard]] std::optional<std::string_view> agreed() const noexcept {
        if (!ended() || ended()->why) return std::nullopt;
        return protocols_[proposed_];
    }

private:
    static std::size_t longest(const std::vector<std::string>& protocols) noexcept {
        std::size_t most = header_line.size();
        for (const std::string& p : protocols) most = std::max(most, p.size());
        return most;
    }
    status check(std::size_t most) const {
        if (protocols_.empty()) return fail(errc::nothing_to_propose);
        if (protocols_.size() > most) return fail(errc::too_many_protocols);
        for (const std::string& p : protocols_)
            if (!is_protocol(p)) return fail(errc::invalid_protocol);
        return {};
    }
    status answer(std::string_view token) {
        if (token == protocols_[proposed_]) {
            finish(proposed_);
            return {};
        }
        if (token != refusal) return fail(errc::unexpected_answer);
        if (proposed_ + 1 == protocols_.size()) {
            give_up(errc::not_supported, party::remote);
            return {};
        }
        reader_.next();
        say(protocols_[++proposed_]);
        return {};
    }

    std::vector<std::string> protocols_;
    std::size_t proposed_ = 0;
};

static_assert(duplex<dialer>);

} // namespace lp2p::inline v0::multistream
