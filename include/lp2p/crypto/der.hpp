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
    explicit der_reader(byte_view der) noexcept;

    [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }
    /// True where the next value has this tag.
    [[nodiscard]] bool at(der_tag tag) const noexcept;
    /// The contents of the value at the front. Nothing where it has another tag, reaches past the
    /// end or has a length that is not in its shortest form.
    [[nodiscard]] std::optional<byte_view> take(der_tag tag) noexcept;
    /// A positive INTEGER without its sign byte: big endian, no leading zero.
    [[nodiscard]] std::optional<byte_view> positive() noexcept;

private:
    byte_view rest_;
};

/// Reads all of `der` as one value.
[[nodiscard]] std::optional<byte_view> der_contents(der_tag tag, byte_view der) noexcept;

/// Writes a value behind what `to` holds. `contents` is shorter than 64 KiB.
void put_der(der_tag tag, byte_view contents, byte_vector& to);
/// Writes a positive number, given big endian with any zeros in front, as an INTEGER.
void put_der_positive(byte_view number, byte_vector& to);

} // namespace lp2p::inline v0::crypto

#ifndef LP2P_SEPARATE_COMPILATION
#include "der.ipp"
#endif
