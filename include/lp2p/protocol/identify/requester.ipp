// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of requester.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/identify/requester.hpp>

namespace lp2p::inline v0::identify {

LP2P_DECL requester::requester(config c, instant now)
    : requester{std::move(c), now, true} {}

LP2P_DECL result<std::size_t> requester::receive(byte_view in, instant) {
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

LP2P_DECL void requester::receive_end(end how, instant) {
    if (ended_) return;
    if (how.how == end::reset) return give_up(errc::reset, party::remote, how.code);
    if (!reader_.at_boundary()) return give_up(errc::truncated, party::remote);
    if (parts_ == 0) return give_up(errc::no_message, party::remote);
    if (key_required_ && !message_.public_key) return give_up(errc::missing_key, party::local);
    events_.push(identified{});
    conclude({}, end{});
}

LP2P_DECL message requester::take() {
    if (!ended_ || ended_->why) return {};
    return std::exchange(message_, {});
}

LP2P_DECL std::optional<requester::event> requester::poll_event() { return events_.poll(); }

LP2P_DECL std::optional<instant> requester::next_timeout() const noexcept {
    return ended_ ? std::nullopt : std::optional{deadline_};
}

LP2P_DECL void requester::handle_timeout(instant now) {
    if (!ended_ && now >= deadline_) give_up(errc::identify_timeout, party::local);
}

LP2P_DECL requester::requester(config c, instant now, bool key_required)
    : config_{std::move(c)}
    , reader_{next_part_most()}
    , deadline_{after(now, config_.timeout)}
    , key_required_{key_required} {}

LP2P_DECL std::size_t requester::next_part_most() const noexcept {
    return std::min(config_.part, config_.total - total_);
}

LP2P_DECL errc requester::name_of(error framing) const noexcept {
    if (framing != error{wire::errc::too_long}) return errc::bad_length;
    return next_part_most() < config_.part ? errc::too_many_bytes : errc::part_too_long;
}

LP2P_DECL result<std::size_t> requester::read(byte_view in) {
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

LP2P_DECL void requester::give_up(error why, party by, std::uint32_t wire_code) {
    message_ = {};
    conclude(reason{why, by, wire_code}, end{end::reset, 0});
}

LP2P_DECL void requester::conclude(reason why, end how) {
    reader_ = wire::length_prefix_reader{0};
    ended_ = why;
    wants_end_ = how;
    events_.push(identify::ended{why});
}

} // namespace lp2p::inline v0::identify
