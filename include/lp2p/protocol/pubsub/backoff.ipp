// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of backoff.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/pubsub/backoff.hpp>

namespace lp2p::inline v0::pubsub {

LP2P_DECL backoffs::backoffs(const limits_type& limits) noexcept
    : limits_{limits} {}

LP2P_DECL duration backoffs::from_wire(std::uint64_t asked) const noexcept {
    const auto cap = std::chrono::duration_cast<seconds>(limits_.cap);
    if (asked == 0) return limits_.unspecified;
    if (asked >= static_cast<std::uint64_t>(cap.count())) return limits_.cap;
    return seconds{static_cast<std::int64_t>(asked)};
}

LP2P_DECL void backoffs::set(topic_index topic, const wire::peer_id& peer, instant now,
                             duration how_long, bool told) {
    entry& e = entries_.try_emplace(key{topic, peer}).first->second;
    e.until = std::max(e.until, after(now, how_long));
    if (told) e.told = now;
    if (entries_.size() > limits_.entries) drop_first_to_end();
}

LP2P_DECL const backoffs::entry* backoffs::find(topic_index topic, const wire::peer_id& peer,
                                                instant now, duration slack) const noexcept {
    const auto found = entries_.find(key{topic, peer});
    if (found == entries_.end() || after(found->second.until, slack) <= now) return nullptr;
    return &found->second;
}

LP2P_DECL void backoffs::sweep(instant now, duration slack) {
    for (auto it = entries_.begin(); it != entries_.end();)
        it = after(it->second.until, slack) <= now ? entries_.erase(it) : std::next(it);
}

LP2P_DECL void backoffs::drop_first_to_end() {
    auto first = entries_.begin();
    for (auto it = entries_.begin(); it != entries_.end(); ++it)
        if (it->second.until < first->second.until) first = it;
    entries_.erase(first);
}

} // namespace lp2p::inline v0::pubsub
