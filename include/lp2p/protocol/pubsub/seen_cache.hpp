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
                        std::size_t most = default_limits.seen_ids) noexcept
        : keep_{keep}
        , most_{most == 0 ? 1 : most} {}

    [[nodiscard]] bool contains(const id_digest& d) const noexcept {
        return index_.find(d, digests()).has_value();
    }
    /// Remembers `d`; false where it was there already.
    bool insert(const id_digest& d, instant now) {
        expire(now);
        if (contains(d)) return false;
        if (size_ == most_) {
            drop_oldest();
            ++left_early_;
        }
        if (size_ == ring_.size()) grow();
        const std::size_t at = (head_ + size_++) & (ring_.size() - 1);
        ring_[at] = {d, now};
        index_.insert(static_cast<std::uint32_t>(at), digests());
        return true;
    }
    /// Forgets what is older than `keep`. Cheap where nothing is.
    void expire(instant now) noexcept {
        while (size_ != 0 && now - ring_[head_].at >= keep_) drop_oldest();
    }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// How many ids left before their time since the last call: duplicates of those are no longer
    /// known as such.
    [[nodiscard]] std::uint32_t take_left_early() noexcept { return std::exchange(left_early_, 0); }

private:
    void drop_oldest() noexcept {
        index_.erase(ring_[head_].digest, digests());
        head_ = (head_ + 1) & (ring_.size() - 1);
        if (--size_ != 0) return;
        std::vector<entry>{}.swap(ring_);
        head_ = 0;
    }
    void grow() {
        std::vector<entry> larger(ring_.empty() ? 16 : 2 * ring_.size());
        for (std::size_t i = 0; i < size_; ++i) larger[i] = ring_[(head_ + i) & (ring_.size() - 1)];
        ring_ = std::move(larger);
        head_ = 0;
        index_.clear();
        for (std::size_t i = 0; i < size_; ++i)
            index_.insert(static_cast<std::uint32_t>(i), digests());
    }

    duration keep_;
    std::size_t most_;
    std::vector<entry> ring_; ///< a power of two; oldest at head_
    std::size_t head_ = 0;
    std::size_t size_ = 0;
    digest_index index_;
    std::uint32_t left_early_ = 0;
};

} // namespace lp2p::inline v0::pubsub
