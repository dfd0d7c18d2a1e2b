// SPDX-License-Identifier: Apache-2.0 OR MIT
// Turns the bytes of a fuzz input into choices: sizes, flags, time, steps of a story.
//
// Choices never fail: when the bytes have run out each one is 0, so an input may be cut anywhere.
#pragma once

#include "tests/support/laws.hpp"

#include <cstdio>
#include <cstdlib>

namespace lp2p::fuzz {

class script {
public:
    script(const std::uint8_t* data, std::size_t size) noexcept
        : rest_{reinterpret_cast<const std::byte*>(data), size} {}
    explicit script(byte_view input) noexcept
        : rest_{input} {}

    [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }
    [[nodiscard]] std::size_t remaining() const noexcept { return rest_.size(); }

    [[nodiscard]] std::uint8_t byte() noexcept {
        if (rest_.empty()) return 0;
        const auto b = std::to_integer<std::uint8_t>(rest_.front());
        rest_ = rest_.subspan(1);
        return b;
    }
    [[nodiscard]] bool flag() noexcept { return (byte() & 1U) != 0; }
    [[nodiscard]] std::uint32_t number() noexcept {
        std::uint32_t n = 0;
        for (int i = 0; i < 4; ++i) n = n << 8U | byte();
        return n;
    }
    /// In [0, bound); 0 where the bound is 0. Takes as few bytes as the bound needs.
    [[nodiscard]] std::uint32_t below(std::uint32_t bound) noexcept {
        if (bound == 0) return 0;
        std::uint32_t n = byte();
        if (bound > 0x100) n = n << 8U | byte();
        if (bound > 0x10000) n = n << 16U | std::uint32_t{byte()} << 8U | byte();
        return n % bound;
    }
    /// The next `n` bytes, or as many as there are.
    [[nodiscard]] byte_view bytes(std::size_t n) noexcept {
        const byte_view taken = rest_.first(std::min(n, rest_.size()));
        rest_ = rest_.subspan(taken.size());
        return taken;
    }
    /// A length byte, then that many bytes.
    [[nodiscard]] byte_view piece() noexcept { return bytes(byte()); }
    [[nodiscard]] byte_view rest() noexcept { return bytes(rest_.size()); }
    /// 0 to 2^40 ns (18 minutes), short ones as likely as long ones.
    [[nodiscard]] duration wait() noexcept {
        const std::uint32_t shift = below(41);
        return duration{static_cast<std::int64_t>(std::uint64_t{byte()} << shift >> 8U)};
    }

private:
    byte_view rest_;
};

/// A story out of the input: mostly bytes that arrive, some time, local calls 0 to `calls` - 1, and
/// an end. At most `most` steps; the last one takes what is left as bytes.
[[nodiscard]] inline test::story story_of(script& in, unsigned calls = 0, std::size_t most = 200) {
    test::story steps;
    while (!in.empty() && steps.size() < most) {
        const unsigned what = in.below(16);
        if (what < 2)
            steps.push_back(test::time_passes(in.wait()));
        else if (what < 8 && calls != 0)
            steps.push_back(test::local_call(in.below(calls)));
        else if (what == 15 && in.flag()) {
            const end how = in.flag() ? end{end::reset, in.number()} : end{};
            steps.push_back(test::other_side_ends(how));
        } else
            steps.push_back(test::arrives(in.piece()));
    }
    if (!in.empty()) steps.push_back(test::arrives(in.rest()));
    return steps;
}

/// Ends the process, so that the engine sees a crash, where a law was broken.
inline void require(const std::string& broken) {
    if (broken.empty()) return;
    std::fprintf(stderr, "law broken: %s\n", broken.c_str());
    std::abort();
}
inline void require(bool holds, const char* what) {
    if (!holds) require(std::string{what});
}

/// Calls a second, whole run and pieces with the rest of the input as one stream of bytes.
template <class Subject>
void same_story_however_chopped(const Subject& s, script& in) {
    const byte_view all = in.rest();
    require(test::chopping(s, test::story{test::arrives(all)}));
}

} // namespace lp2p::fuzz
