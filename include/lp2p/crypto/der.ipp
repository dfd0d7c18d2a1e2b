// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of der.hpp: see there what each does.
#pragma once

#include <lp2p/crypto/der.hpp>

namespace lp2p::inline v0::crypto {

LP2P_DECL der_reader::der_reader(byte_view der) noexcept
    : rest_{der} {}

LP2P_DECL bool der_reader::at(der_tag tag) const noexcept {
    return !rest_.empty() && rest_.front() == static_cast<std::byte>(tag);
}

LP2P_DECL std::optional<byte_view> der_contents(der_tag tag, byte_view der) noexcept {
    der_reader in{der};
    const auto contents = in.take(tag);
    return in.empty() ? contents : std::nullopt;
}

LP2P_DECL void put_der(der_tag tag, byte_view contents, byte_vector& to) {
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

LP2P_DECL void put_der_positive(byte_view number, byte_vector& to) {
    while (number.size() > 1 && number.front() == std::byte{}) number = number.subspan(1);
    byte_vector contents;
    contents.reserve(number.size() + 1);
    if (number.empty() || number.front() >= std::byte{0x80}) contents.push_back(std::byte{});
    append(contents, number);
    put_der(der_tag::integer, contents, to);
}

LP2P_DECL std::optional<byte_view> der_reader::take(der_tag tag) noexcept {
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

LP2P_DECL std::optional<byte_view> der_reader::positive() noexcept {
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
