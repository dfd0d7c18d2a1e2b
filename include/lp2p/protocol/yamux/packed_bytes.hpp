// SPDX-License-Identifier: Apache-2.0 OR MIT
// Output that was packed and has not left yet, in one piece.
//
// Its room is not cleared before use and is freed when all of it left. It has no bound of its own:
// the session packs no more than it was asked for.
#pragma once

#include <lp2p/core/bytes.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace lp2p::inline v0::yamux {

class packed_bytes {
public:
    packed_bytes() noexcept = default;
    packed_bytes(const packed_bytes& other);
    packed_bytes(packed_bytes&& other) noexcept { swap(other); }
    packed_bytes& operator=(packed_bytes other) noexcept;
    ~packed_bytes() = default;

    [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
    [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
    [[nodiscard]] byte_view view() const noexcept { return {bytes_.get() + begin_, size()}; }
    /// Room for `n` bytes behind the others; `grown` says how many of them were written.
    [[nodiscard]] mutable_bytes room(std::size_t n);
    void grown(std::size_t n) noexcept;
    /// Drops the oldest `n` bytes (at most all of them).
    void consume(std::size_t n) noexcept;
    void clear() noexcept;

private:
    void move_to_front(std::size_t more);
    void swap(packed_bytes& other) noexcept;

    std::unique_ptr<std::byte[]> bytes_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t capacity_ = 0;
};

} // namespace lp2p::inline v0::yamux

#ifndef LP2P_SEPARATE_COMPILATION
#include "packed_bytes.ipp"
#endif
