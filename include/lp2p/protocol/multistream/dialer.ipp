// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of dialer.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/multistream/dialer.hpp>

namespace lp2p::inline v0::multistream {

LP2P_DECL dialer::dialer(config c, instant now)
    : negotiation{c.token_most, longest(c.protocols) + 1, after(now, c.timeout)}
    , protocols_{std::move(c.protocols)} {
    if (const status valid = check(c.proposals); !valid) {
        give_up(valid.error(), party::local);
        return;
    }
    say(header_line);
    say(protocols_.front());
}

LP2P_DECL result<std::size_t> dialer::receive(byte_view in, instant) {
    std::size_t used = 0;
    while (!ended() && used < in.size()) {
        const auto line = read_line(in, used);
        const status read = !line ? fail(line.error()) : *line ? answer(**line) : status{};
        if (!read) give_up(read.error(), party::local);
    }
    return outcome(used);
}

LP2P_DECL void dialer::receive_end(end how, instant) {
    if (!ended()) end_by_remote(how, errc::ended_early, failed);
}

LP2P_DECL std::optional<std::string_view> dialer::agreed() const noexcept {
    if (!ended() || ended()->why) return std::nullopt;
    return protocols_[proposed_];
}

LP2P_DECL std::size_t dialer::longest(const std::vector<std::string>& protocols) noexcept {
    std::size_t most = header_line.size();
    for (const std::string& p : protocols) most = std::max(most, p.size());
    return most;
}

LP2P_DECL status dialer::check(std::size_t most) const {
    if (protocols_.empty()) return fail(errc::nothing_to_propose);
    if (protocols_.size() > most) return fail(errc::too_many_protocols);
    for (const std::string& p : protocols_)
        if (!is_protocol(p)) return fail(errc::invalid_protocol);
    return {};
}

LP2P_DECL status dialer::answer(std::string_view token) {
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

} // namespace lp2p::inline v0::multistream
