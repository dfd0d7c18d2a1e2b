// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of seen_cache.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/pubsub/seen_cache.hpp>

namespace lp2p::inline v0::pubsub {

LP2P_DECL seen_cache::seen_cache(duration keep, std::size_t most) noexcept
    : keep_{keep}
    , most_{most == 0 ? 1 : most} {}

LP2P_DECL bool seen_cache::contains(const id_digest& d) const noexcept {
    return index_.find(d, digests()).has_value();
}

LP2P_DECL bool seen_cache::insert(const id_digest& d, instant now) {
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

LP2P_DECL void seen_cache::expire(instant now) noexcept {
    while (size_ != 0 && now - ring_[head_].at >= keep_) drop_oldest();
}

LP2P_DECL std::uint32_t seen_cache::take_left_early() noexcept {
    return std::exchange(left_early_, 0);
}

LP2P_DECL void seen_cache::drop_oldest() noexcept {
    index_.erase(ring_[head_].digest, digests());
    head_ = (head_ + 1) & (ring_.size() - 1);
    if (--size_ != 0) return;
    std::vector<entry>{}.swap(ring_);
    head_ = 0;
}

LP2P_DECL void seen_cache::grow() {
    std::vector<entry> larger(ring_.empty() ? 16 : 2 * ring_.size());
    for (std::size_t i = 0; i < size_; ++i) larger[i] = ring_[(head_ + i) & (ring_.size() - 1)];
    ring_ = std::move(larger);
    head_ = 0;
    index_.clear();
    for (std::size_t i = 0; i < size_; ++i) index_.insert(static_cast<std::uint32_t>(i), digests());
}

} // namespace lp2p::inline v0::pubsub
