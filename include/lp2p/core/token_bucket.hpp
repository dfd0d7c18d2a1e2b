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
    token_bucket(bucket_size size, instant now) noexcept;

    /// Takes `n` tokens; false, and nothing taken, where there are fewer.
    [[nodiscard]] bool take(instant now, std::uint32_t n = 1) noexcept;
    [[nodiscard]] std::uint32_t level(instant now) noexcept;
    /// When `n` tokens will be there, if nobody takes any; the bucket never holds more than its
    /// capacity.
    [[nodiscard]] instant ready_at(instant now, std::uint32_t n = 1) noexcept;

private:
    void refill(instant now) noexcept;
    bucket_size size_;
    double level_;
    instant at_;
};

} // namespace lp2p::inline v0

#ifndef LP2P_SEPARATE_COMPILATION
#include "token_bucket.ipp"
#endif
