// SPDX-License-Identifier: Apache-2.0 OR MIT
// The byte types that every layer shares: views, an owning buffer, a queue and shared payloads.
//
// Nothing here does I/O, reads a clock or throws anything but `std::bad_alloc`.
#pragma once

#include <lp2p/core/abi.hpp>

#include <cstring>
#include <new>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace lp2p::inline v0 {

/// Borrowed bytes that are only read. Valid as long as the function that gave it says.
using byte_view = std::span<const std::byte>;
/// Borrowed bytes that may be overwritten.
using mutable_bytes = std::span<std::byte>;
/// Owned bytes.
using byte_vector = std::vector<std::byte>;

/// The bytes of a text, not copied.
[[nodiscard]] byte_view as_bytes(std::string_view text) noexcept;
/// Bytes seen as text, not copied and not checked.
[[nodiscard]] std::string_view as_text(byte_view bytes) noexcept;
/// An owning copy.
[[nodiscard]] byte_vector to_vector(byte_view bytes);
void append(byte_vector& to, byte_view bytes);
[[nodiscard]] bool equal(byte_view a, byte_view b) noexcept;
/// Lexicographic order of unsigned bytes, the shorter first.
[[nodiscard]] bool less(byte_view a, byte_view b) noexcept;
/// Copies what fits; returns how much that was.
std::size_t copy(byte_view from, mutable_bytes to) noexcept;

/// A first-in first-out queue of bytes in one contiguous piece. It has no bound of its own: who
/// owns one checks the bound before `append`. An empty queue owns no memory.
class byte_queue {
public:
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size() - head_; }
    [[nodiscard]] bool empty() const noexcept { return head_ == bytes_.size(); }
    /// All queued bytes, oldest first; valid until the next non-const call.
    [[nodiscard]] byte_view view() const noexcept { return byte_view{bytes_}.subspan(head_); }
    [[nodiscard]] mutable_bytes mutable_view() noexcept;
    void append(byte_view more);
    /// Takes a whole buffer without a copy; only while empty.
    void adopt(byte_vector&& whole) noexcept;
    /// Drops the oldest `n` bytes (at most all of them).
    void consume(std::size_t n) noexcept;
    void clear() noexcept;

private:
    void compact();

    byte_vector bytes_;
    std::size_t head_ = 0;
};

/// An immutable payload that several owners share (one message for many peers). The count is
/// atomic, so the last owner may live on another thread than the first. One allocation.
class shared_bytes {
public:
    shared_bytes() noexcept = default;
    explicit shared_bytes(byte_view from);
    shared_bytes(const shared_bytes& other) noexcept;
    shared_bytes(shared_bytes&& other) noexcept;
    shared_bytes& operator=(shared_bytes other) noexcept;
    ~shared_bytes() { release(); }

    [[nodiscard]] byte_view view() const noexcept;
    [[nodiscard]] std::size_t size() const noexcept;
    [[nodiscard]] bool empty() const noexcept { return block_ == nullptr; }
    /// How many owners there are now; for tests and statistics.
    [[nodiscard]] std::size_t owners() const noexcept;

private:
    // The compilers' own atomics (g++, clang): <atomic> would cost every header 0.2 s.
    struct block {
        std::size_t owners;
        std::size_t size;
        [[nodiscard]] std::byte* data() noexcept;
    };
    void retain() noexcept;
    void release() noexcept;

    block* block_ = nullptr;
};

} // namespace lp2p::inline v0

#ifndef LP2P_SEPARATE_COMPILATION
#include "bytes.ipp"
#endif
