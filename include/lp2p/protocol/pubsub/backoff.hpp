// SPDX-License-Identifier: Apache-2.0 OR MIT
// Remembers which peers must not be grafted in which topic, and until when.
//
// Kept by peer id, so that it holds across connections. It decides nothing about penalties; it says
// what there is to know for that decision.
#pragma once

#include <lp2p/protocol/pubsub/router_config.hpp>

#include <map>

namespace lp2p::inline v0::pubsub {

class backoffs {
public:
    struct limits_type {
        duration cap = default_limits.backoff_most;            ///< of what a peer asks for
        duration unspecified = default_limits.backoff_default; ///< a PRUNE with 0 or nothing
        std::size_t entries = 16384;                           ///< over it, the first to end leaves
    };
    struct entry {
        instant until{};
        instant told = instant::min(); ///< when we last sent a PRUNE; `min`: never
    };
    explicit backoffs(const limits_type& limits) noexcept
        : limits_{limits} {}

    /// What a PRUNE of a peer asks for, in seconds as on the wire: 0 is the default, more than the
    /// cap is the cap (threats.md §7, hazard H39).
    [[nodiscard]] duration from_wire(std::uint64_t asked) const noexcept {
        const auto cap = std::chrono::duration_cast<seconds>(limits_.cap);
        if (asked == 0) return limits_.unspecified;
        if (asked >= static_cast<std::uint64_t>(cap.count())) return limits_.cap;
        return seconds{static_cast<std::int64_t>(asked)};
    }
    /// A backoff that ends at `now + how_long`; one that ends later stays.
    /// With `told` we have just sent the PRUNE.
    void set(topic_index topic, const wire::peer_id& peer, instant now, duration how_long,
             bool told) {
        entry& e = entries_.try_emplace(key{topic, peer}).first->second;
        e.until = std::max(e.until, after(now, how_long));
        if (told) e.told = now;
        if (entries_.size() > limits_.entries) drop_first_to_end();
    }
    /// The entry, while it holds or ended less than `slack` ago.
    [[nodiscard]] const entry* find(topic_index topic, const wire::peer_id& peer, instant now,
                                    duration slack = {}) const noexcept {
        const auto found = entries_.find(key{topic, peer});
        if (found == entries_.end() || after(found->second.until, slack) <= now) return nullptr;
        return &found->second;
    }
    /// Forgets what ended more than `slack` ago.
    void sweep(instant now, duration slack) {
        for (auto it = entries_.begin(); it != entries_.end();)
            it = after(it->second.until, slack) <= now ? entries_.erase(it) : std::next(it);
    }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
    struct key {
        topic_index topic;
        wire::peer_id peer;
        friend auto operator<=>(const key&, const key&) noexcept = default;
    };
    void drop_first_to_end() {
        auto first = entries_.begin();
        for (auto it = entries_.begin(); it != entries_.end(); ++it)
            if (it->second.until < first->second.until) first = it;
        entries_.erase(first);
    }

    limits_type limits_;
    std::map<key, entry> entries_;
};

} // namespace lp2p::inline v0::pubsub
