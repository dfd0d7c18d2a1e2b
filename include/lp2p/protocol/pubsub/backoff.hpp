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
    explicit backoffs(const limits_type& limits) noexcept;

    /// What a PRUNE of a peer asks for, in seconds as on the wire: 0 is the default, more than the
    /// cap is the cap (threats.md §7, hazard H39).
    [[nodiscard]] duration from_wire(std::uint64_t asked) const noexcept;
    /// A backoff that ends at `now + how_long`; one that ends later stays.
    /// With `told` we have just sent the PRUNE.
    void set(topic_index topic, const wire::peer_id& peer, instant now, duration how_long,
             bool told);
    /// The entry, while it holds or ended less than `slack` ago.
    [[nodiscard]] const entry* find(topic_index topic, const wire::peer_id& peer, instant now,
                                    duration slack = {}) const noexcept;
    /// Forgets what ended more than `slack` ago.
    void sweep(instant now, duration slack);
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
    struct key {
        topic_index topic;
        wire::peer_id peer;
        friend auto operator<=>(const key&, const key&) noexcept = default;
    };
    void drop_first_to_end();

    limits_type limits_;
    std::map<key, entry> entries_;
};

} // namespace lp2p::inline v0::pubsub

#ifndef LP2P_SEPARATE_COMPILATION
#include "backoff.ipp"
#endif
