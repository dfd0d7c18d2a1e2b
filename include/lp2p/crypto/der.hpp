// SPDX-License-Identifier: Apache-2.0 OR MIT
// The little of DER that keys and signatures are written in: lengths, numbers and nesting.
//
// It reads one encoding of each value and no other, borrows what it reads, and is no general ASN.1
// parser: nothing here is longer than 64 KiB.
#pragma once

#include <lp2p/core/bytes.hpp>

#include <optional>

namespace lp2p::inline v0::crypto {

/// The tags that keys and signatures have (X.690, 8.1.2).
enum class der_tag : std::uint8_t {
    integer = 0x02,
    bit_string = 0x03,
    octet_string = 0x04,
    sequence = 0x30,
    context_0 = 0xa0, ///< [0], constructed
    context_1 = 0xa1, ///< [1], constructed
};

/// Takes values off the front; one that fails takes nothing that counts, so give up then.
class der_reader {
public:
    explicit der_reader(byte_view der) noexcept
        : rest_{der} {}

    [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }
    /// True where the next value has this tag.
    [[nodiscard]] bool at(der_tag tag) const noexcept {
        return !rest_.empty() && rest_.front() == static_cast<std::byte>(tag);
    }
    /// The contents of the value at the front. Nothing where it has another tag, reaches past the
    /// end or has a length that is not in its shortest form.
    [[nodiscard]] std::optional<byte_view> take(der_tag tag) noexcept;
    /// A positive INTEGER without its sign byte: big endian, no leading zero.
    [[nodiscard]] std::optional<byte_view> positive() noexcept;

private:
    byte_view rest_;
};

/// Reads all of `der` as one value.
[[nodiscard]] inline std::optional<byte_view> der_contents(der_tag tag, byte_view der) noexcept {
    der_reader in{der};
    const auto contents = in.take(tag);
    return in.empty() ? contents : std::nullopt;
}

/// Writes a value behind what `to` holds. `contents` is shorter than 64 KiB.
inline void put_der(der_tag tag, byte_view contents, byte_vector& to) {
    to.push_back(static_cast<std::byte>(tag));
    const std::size_t size = contents.size();
    if (size >= 0x100) {
        to.push_back(std::byte{0x82});
        to.push_back(static_cast<std::byte>(size >> 8U));
    } else if (size >= 0x80) {
        to.push_back(std::byte{0x81});
    }
    to.push_back(static_cast<std::byte>(size & 0xffU));
    append(to, contents);
}
/// Writes a positive number, given big endian with any zeros in front, as an INTEGER.
inline void put_der_positive(byte_view number, byte_vector& to) {
    while (number.size() > 1 && number.front() == std::byte{}) number = number.subspan(1);
    byte_vector contents;
    contents.reserve(number.size() + 1);
    if (number.empty() || number.front() >= std::byte{0x80}) contents.push_back(std::byte{});
    append(contents, number);
    put_der(der_tag::integer, contents, to);
}

inline std::optional<byte_view> der_reader::take(der_tag tag) noexcept {
    if (!at(tag) || rest_.size() < 2) return std::nullopt;
    auto length = std::to_integer<std::size_t>(rest_[1]);
    std::size_t head = 2;
    if (length >= 0x80) {
        const std::size_t bytes = length - 0x80;
        if (bytes < 1 || bytes > 2 || rest_.size() < head + bytes) return std::nullopt;
        length = 0;
        for (std::size_t i = 0; i < bytes; ++i)
            length = length << 8U | std::to_integer<std::size_t>(rest_[head + i]);
        if (length < (bytes == 1 ? 0x80U : 0x100U)) return std::nullopt;
        head += bytes;
    }
    if (length > rest_.size() - head) return std::nullopt;
    const byte_view contents = rest_.subspan(head, length);
    rest_ = rest_.subspan(head + length);
    return contents;
}

inline std::optional<byte_view> der_reader::positive() noexcept {
    const auto contents = take(der_tag::integer);
    if (!contents || contents->empty()) return std::nullopt;
    byte_view number = *contents;
    if (number.front() == std::byte{}) {
        number = number.subspan(1);
        if (number.empty() || number.front() < std::byte{0x80}) return std::nullopt;
    } else if (number.front() >= std::byte{0x80}) {
        return std::nullopt; // negative
    }
    return number;
}

} // namespace lp2p::inline v0::crypto
