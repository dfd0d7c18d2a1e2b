// SPDX-License-Identifier: Apache-2.0 OR MIT
// Meters work that a peer can cause without paying for it: a bucket that refills with time.
//
// threats.md §1 rule 6. It holds no clock: time comes in with each call.
#pragma once

#include <lp2p/core/time.hpp>

#include <algorithm>
#include <cstdint>

namespace lp2p::inline v0 {

/// What a bucket holds and how fast it fills again.
struct bucket_size {
    std::uint32_t capacity = 0;
    double per_second = 0;
    friend constexpr bool operator==(const bucket_size&, const bucket_size&) noexcept = default;
};

class token_bucket {
public:
    token_bucket(bucket_size size, instant now) noexcept
        : size_{size}, level_{static_cast<double>(size.capacity)}, at_{now} {}

    /// Takes `n` tokens; false, and nothing taken, where there are fewer.
    [[nodiscard]] bool take(instant now, std::uint32_t n = 1) noexcept {
        refill(now);
        if (level_ < static_cast<double>(n)) return false;
        level_ -= static_cast<double>(n);
        return true;
    }
    [[nodiscard]] std::uint32_t level(instant now) noexcept {
        refill(now);
        return static_cast<std::uint32_t>(level_);
    }
    /// When `n` tokens will be there, if nobody takes any; the bucket never holds more than its
    /// capacity.
    [[nodiscard]] instant ready_at(instant now, std::uint32_t n = 1) noexcept {
        refill(now);
        const double missing = static_cast<double>(n) - level_;
        if (missing <= 0) return now;
        if (size_.per_second <= 0 || n > size_.capacity) return instant::max();
        const double nanoseconds = missing / size_.per_second * 1e9 + 1;
        return after(now, duration{static_cast<std::int64_t>(std::min(nanoseconds, 9e18))});
    }

private:
    void refill(instant now) noexcept {
        if (now <= at_) return;
        const double gone = std::chrono::duration<double>(now - at_).count();
        level_ = std::min(static_cast<double>(size_.capacity), level_ + gone * size_.per_second);
        at_ = now;
    }
    bucket_size size_;
    double level_;
    instant at_;
};

} // namespace lp2p::inline v0
