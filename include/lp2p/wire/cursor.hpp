// SPDX-License-Identifier: Apache-2.0 OR MIT
// Reads bytes from front to back, each read checked against what is left.
//
// It borrows: the bytes must outlive it and every view that it gives. A read that fails takes
// nothing, so it can be tried again with more bytes.
#pragma once

#include <lp2p/wire/uvarint.hpp>

namespace lp2p::inline v0::wire {

namespace detail {
template <class Number>
[[nodiscard]] constexpr Number load(const std::byte* from) noexcept {
    Number n = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i)
        n = static_cast<Number>(static_cast<std::uint64_t>(n) << 8U |
                                std::to_integer<std::uint64_t>(from[i]));
    return n;
}
template <class Number>
constexpr void store(Number n, std::byte* to) noexcept {
    for (std::size_t i = sizeof(Number); i-- > 0;) {
        to[i] = static_cast<std::byte>(n & 0xffU);
        n = static_cast<Number>(static_cast<std::uint64_t>(n) >> 8U);
    }
}
} // namespace detail

/// Network order (big endian), at any alignment. The pointer has room for the number.
[[nodiscard]] constexpr std::uint16_t load_u16(const std::byte* from) noexcept {
    return detail::load<std::uint16_t>(from);
}
[[nodiscard]] constexpr std::uint32_t load_u32(const std::byte* from) noexcept {
    return detail::load<std::uint32_t>(from);
}
[[nodiscard]] constexpr std::uint64_t load_u64(const std::byte* from) noexcept {
    return detail::load<std::uint64_t>(from);
}
constexpr void store_u16(std::uint16_t n, std::byte* to) noexcept { detail::store(n, to); }
constexpr void store_u32(std::uint32_t n, std::byte* to) noexcept { detail::store(n, to); }
constexpr void store_u64(std::uint64_t n, std::byte* to) noexcept { detail::store(n, to); }

class cursor {
public:
    constexpr explicit cursor(byte_view bytes) noexcept
        : rest_{bytes} {}

    [[nodiscard]] constexpr std::size_t remaining() const noexcept { return rest_.size(); }
    [[nodiscard]] constexpr byte_view rest() const noexcept { return rest_; }

    /// The next `n` bytes. `truncated` where there are fewer.
    [[nodiscard]] constexpr result<byte_view> take(std::size_t n) noexcept {
        if (n > rest_.size()) return fail(errc::truncated);
        const byte_view taken = rest_.first(n);
        rest_ = rest_.subspan(n);
        return taken;
    }
    /// Numbers in network order.
    [[nodiscard]] constexpr result<std::uint8_t> u8() noexcept { return number<std::uint8_t>(); }
    [[nodiscard]] constexpr result<std::uint16_t> u16() noexcept { return number<std::uint16_t>(); }
    [[nodiscard]] constexpr result<std::uint32_t> u32() noexcept { return number<std::uint32_t>(); }
    [[nodiscard]] constexpr result<std::uint64_t> u64() noexcept { return number<std::uint64_t>(); }
    /// As `decode_uvarint`.
    [[nodiscard]] constexpr result<std::uint64_t> uvarint() noexcept {
        const auto read = decode_uvarint(rest_);
        if (!read) return fail(read.error());
        rest_ = rest_.subspan(read->size);
        return read->value;
    }

private:
    template <class Number>
    [[nodiscard]] constexpr result<Number> number() noexcept {
        const auto bytes = take(sizeof(Number));
        if (!bytes) return fail(bytes.error());
        return detail::load<Number>(bytes->data());
    }

    byte_view rest_;
};

} // namespace lp2p::inline v0::wire
