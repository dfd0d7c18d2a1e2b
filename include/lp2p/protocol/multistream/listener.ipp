// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of listener.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/multistream/listener.hpp>

namespace lp2p::inline v0::multistream {

LP2P_DECL listener::listener(config c, instant now)
    : negotiation{c.token_most, std::max(header_line.size(), c.protocols.longest()) + 1,
                  after(now, c.timeout)}
    , protocols_{std::move(c.protocols)}
    , proposals_{c.proposals}
    , answers_ls_{c.answers_ls} {}

LP2P_DECL result<std::size_t> listener::receive(byte_view in, instant) {
    std::size_t used = 0;
    if (!ended() && !in.empty() && !spoken_) {
        say(header_line);
        spoken_ = true;
    }
    while (!ended() && used < in.size()) {
        const auto line = read_line(in, used);
        const status read = !line ? fail(line.error()) : *line ? answer(**line) : status{};
        if (!read) refuse(read.error());
    }
    return outcome(used);
}

LP2P_DECL void listener::receive_end(end how, instant) {
    if (ended()) return;
    const errc why = refused_ > 0 ? errc::none_agreed : errc::ended_early;
    end_by_remote(how, why, reader_.at_boundary() ? end{} : failed);
}

LP2P_DECL std::optional<std::string_view> listener::agreed() const noexcept {
    if (!ended() || ended()->why) return std::nullopt;
    return protocols_[chosen_];
}

LP2P_DECL status listener::answer(std::string_view token) {
    if (const auto found = protocols_.find(token)) {
        chosen_ = *found;
        out_.append(protocols_.line(chosen_));
        finish(chosen_);
        return {};
    }
    if (refused_ + listed_ == proposals_) return fail(errc::too_many_proposals);
    if (answers_ls_ && token == list_request) {
        ++listed_;
        reader_.next();
        out_.append(protocols_.listing());
        return {};
    }
    ++refused_;
    reader_.next();
    say(refusal);
    return {};
}

LP2P_DECL void listener::refuse(error why) {
    if (!greeted()) return fall_silent(why, party::local);
    const bool early_data = refused_ > 0 && why != error{errc::too_many_proposals};
    give_up(early_data ? error{errc::none_agreed} : why, party::local);
}

} // namespace lp2p::inline v0::multistream
