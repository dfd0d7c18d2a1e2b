// SPDX-License-Identifier: Apache-2.0 OR MIT
// A first-in first-out queue of bytes in pieces, some of which may be shared payloads.
//
// It has no bound of its own: who owns one checks the bound first. Memory follows what is queued:
// at most twice the bytes and a small head per piece, nothing at all when empty.
#pragma once

#include <lp2p/core/bytes.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

namespace lp2p::inline v0::yamux {

class chunk_queue {
public:
    chunk_queue() noexcept = default;
    chunk_queue(const chunk_queue& other);
    chunk_queue(chunk_queue&& other) noexcept { swap(other); }
    chunk_queue& operator=(chunk_queue other) noexcept;
    ~chunk_queue() { clear(); }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    /// The oldest bytes that lie in one piece; valid until they are consumed.
    [[nodiscard]] byte_view front() const noexcept;
    /// Copies.
    void append(byte_view more);
    /// Keeps a reference to `n` bytes of `payload`, from `from` on (past 4 GiB it copies).
    void append(const shared_bytes& payload, std::size_t from, std::size_t n);
    /// Drops the oldest `n` bytes (at most all of them).
    void consume(std::size_t n) noexcept;
    /// Moves the oldest bytes to `out`, as many as it holds; precondition: they are there.
    void take(mutable_bytes out) noexcept;
    void clear() noexcept;

private:
    /// Its own bytes lie behind it in the same allocation, unless it refers to shared ones.
    struct chunk {
        chunk* next = nullptr;
        shared_bytes shared;
        std::uint32_t begin = 0;
        std::uint32_t end = 0;
        std::uint32_t capacity = 0;

        [[nodiscard]] const std::byte* storage() const noexcept;
        [[nodiscard]] byte_view view() const noexcept;
        /// Copies what fits behind its bytes and adds that to `total`.
        std::size_t fill(byte_view more, std::size_t& total) noexcept;
    };
    static constexpr std::size_t least = 96;
    static constexpr std::size_t usual = 16 * 1024;
    static constexpr std::size_t most = 64 * 1024;

    /// As much as comes now, or as much as is queued: many small appends share few pieces.
    [[nodiscard]] std::size_t capacity_for(std::size_t n) const noexcept;
    [[nodiscard]] static chunk* make(std::size_t capacity);
    void link(chunk* c) noexcept;
    void pop() noexcept;
    void swap(chunk_queue& other) noexcept;

    chunk* first_ = nullptr;
    chunk* last_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace lp2p::inline v0::yamux

#ifndef LP2P_SEPARATE_COMPILATION
#include "chunk_queue.ipp"
#endif
