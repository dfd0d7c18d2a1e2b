// SPDX-License-Identifier: Apache-2.0 OR MIT
// Chance for choices (mesh peers, jitter): the same seed gives the same draws on every compiler.
//
// Never for secrets: keys and nonces come from the crypto provider. The generator is SplitMix64
// (Steele, Lea and Flood, 2014), the bounded draw is Lemire's multiply-shift with rejection.
#pragma once

#include <lp2p/core/abi.hpp>

#include <span>
#include <utility>

namespace lp2p::inline v0 {

class random_source {
public:
    constexpr explicit random_source(std::uint64_t seed) noexcept : state_{seed} {}

    [[nodiscard]] constexpr std::uint64_t next() noexcept {
        state_ += 0x9e3779b97f4a7c15U;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31U);
    }
    /// Uniform in [0, bound); 0 where the bound is 0.
    [[nodiscard]] constexpr std::uint32_t below(std::uint32_t bound) noexcept {
        if (bound == 0) return 0;
        const std::uint32_t reject = (0U - bound) % bound;
        for (;;) {
            const std::uint64_t product = (next() >> 32U) * bound;
            if (static_cast<std::uint32_t>(product) >= reject)
                return static_cast<std::uint32_t>(product >> 32U);
        }
    }
    /// Uniform in [0, 1), in steps of 2^-53.
    [[nodiscard]] constexpr double unit() noexcept {
        return static_cast<double>(next() >> 11U) * 0x1.0p-53;
    }
    /// Puts the items into a random order (Fisher-Yates).
    template <class T>
    constexpr void shuffle(std::span<T> items) noexcept {
        for (std::size_t i = items.size(); i > 1; --i) {
            const auto j = below(static_cast<std::uint32_t>(i));
            if (j != i - 1) std::swap(items[i - 1], items[j]);
        }
    }

private:
    std::uint64_t state_;
};

} // namespace lp2p::inline v0
