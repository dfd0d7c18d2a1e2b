// SPDX-License-Identifier: Apache-2.0 OR MIT
// The unsigned varint of multiformats: seven bits a byte, least significant first, minimal only.
//
// Not for fields inside protobuf, which may be longer: those are `wire/protobuf.hpp`'s.
#pragma once

#include <lp2p/core/result.hpp>
#include <lp2p/wire/errc.hpp>
#include <lp2p/wire/sink.hpp>

#include <array>

namespace lp2p::inline v0::wire {

/// The largest number: 2^63-1, nine bytes (multiformats/unsigned-varint, "Practical maximum").
inline constexpr std::uint64_t most_uvarint = (std::uint64_t{1} << 63U) - 1;
inline constexpr std::size_t most_uvarint_bytes = 9;

/// A number and how many bytes it took.
struct uvarint {
    std::uint64_t value = 0;
    std::size_t size = 0;
    friend constexpr bool operator==(uvarint, uvarint) noexcept = default;
};

/// Reads the varint that `bytes` begin with. `truncated` where more bytes could complete it,
/// `uvarint_too_long` where it has more than `most_bytes` (1 to 9), `uvarint_not_minimal` where its
/// last byte adds nothing.
[[nodiscard]] constexpr result<uvarint>
decode_uvarint(byte_view bytes, std::size_t most_bytes = most_uvarint_bytes) noexcept {
    uvarint read;
    while (read.size < most_bytes) {
        if (read.size == bytes.size()) return fail(errc::truncated);
        const auto b = std::to_integer<std::uint64_t>(bytes[read.size]);
        read.value |= (b & 0x7fU) << (7 * read.size);
        ++read.size;
        if (b >= 0x80U) continue;
        if (b == 0 && read.size > 1) return fail(errc::uvarint_not_minimal);
        return read;
    }
    return fail(errc::uvarint_too_long);
}

/// How many bytes `value` takes.
[[nodiscard]] constexpr std::size_t uvarint_size(std::uint64_t value) noexcept {
    std::size_t n = 1;
    for (; value >= 0x80U; value >>= 7U) ++n;
    return n;
}

/// Writes `value`, which is at most `most_uvarint`: a larger one is what no decoder accepts.
template <byte_sink S>
constexpr void encode_uvarint(std::uint64_t value, S& to) {
    std::array<std::byte, 10> out{};
    std::size_t n = 0;
    for (; value >= 0x80U; value >>= 7U) out[n++] = static_cast<std::byte>(value | 0x80U);
    out[n++] = static_cast<std::byte>(value);
    put(to, byte_view{out.data(), n});
}

} // namespace lp2p::inline v0::wire
