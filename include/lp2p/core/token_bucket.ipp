// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of token_bucket.hpp: see there what each does.
#pragma once

#include <lp2p/core/token_bucket.hpp>

namespace lp2p::inline v0 {

LP2P_DECL token_bucket::token_bucket(bucket_size size, instant now) noexcept
    : size_{size}
    , level_{static_cast<double>(size.capacity)}
    , at_{now} {}

LP2P_DECL bool token_bucket::take(instant now, std::uint32_t n) noexcept {
    refill(now);
    if (level_ < static_cast<double>(n)) return false;
    level_ -= static_cast<double>(n);
    return true;
}

LP2P_DECL std::uint32_t token_bucket::level(instant now) noexcept {
    refill(now);
    return static_cast<std::uint32_t>(level_);
}

LP2P_DECL instant token_bucket::ready_at(instant now, std::uint32_t n) noexcept {
    refill(now);
    const double missing = static_cast<double>(n) - level_;
    if (missing <= 0) return now;
    if (size_.per_second <= 0 || n > size_.capacity) return instant::max();
    const double nanoseconds = missing / size_.per_second * 1e9 + 1;
    return after(now, duration{static_cast<std::int64_t>(std::min(nanoseconds, 9e18))});
}

LP2P_DECL void token_bucket::refill(instant now) noexcept {
    if (now <= at_) return;
    const double gone = std::chrono::duration<double>(now - at_).count();
    level_ = std::min(static_cast<double>(size_.capacity), level_ + gone * size_.per_second);
    at_ = now;
}

} // namespace lp2p::inline v0
