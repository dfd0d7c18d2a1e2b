// SPDX-License-Identifier: Apache-2.0 OR MIT
// Remembers which messages were seen, for a time and up to a count.
//
// First seen counts: meeting an id again does not keep it longer. It holds digests, no ids, in a
// ring of 24 bytes an entry beside an index of 4 to 16; empty it owns no memory.
#pragma once

#include <lp2p/core/limits.hpp>
#include <lp2p/protocol/pubsub/digest.hpp>

#include <vector>

namespace lp2p::inline v0::pubsub {

class seen_cache {
    struct entry {
        id_digest digest;
        instant at;
    };
    auto digests() const noexcept {
        return [this](std::uint32_t slot) -> const id_digest& { return ring_[slot].digest; };
    }

public:
    /// Keeps an id for `keep`, and at most `most` of them.
    explicit seen_cache(duration keep = default_limits.seen_for,
                        std::size_t most = default_limits.seen_ids) noexcept;

    [[nodiscard]] bool contains(const id_digest& d) const noexcept;
    /// Remembers `d`; false where it was there already.
    bool insert(const id_digest& d, instant now);
    /// Forgets what is older than `keep`. Cheap where nothing is.
    void expire(instant now) noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// How many ids left before their time since the last call: duplicates of those are no longer
    /// known as such.
    [[nodiscard]] std::uint32_t take_left_early() noexcept;

private:
    void drop_oldest() noexcept;
    void grow();

    duration keep_;
    std::size_t most_;
    std::vector<entry> ring_; ///< a power of two; oldest at head_
    std::size_t head_ = 0;
    std::size_t size_ = 0;
    digest_index index_;
    std::uint32_t left_early_ = 0;
};

} // namespace lp2p::inline v0::pubsub

#ifndef LP2P_SEPARATE_COMPILATION
#include "seen_cache.ipp"
#endif
