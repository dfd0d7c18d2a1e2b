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
[[nodiscard]] inline byte_view as_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
/// Bytes seen as text, not copied and not checked.
[[nodiscard]] inline std::string_view as_text(byte_view bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
/// An owning copy.
[[nodiscard]] inline byte_vector to_vector(byte_view bytes) {
    return byte_vector(bytes.begin(), bytes.end());
}
inline void append(byte_vector& to, byte_view bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}
[[nodiscard]] inline bool equal(byte_view a, byte_view b) noexcept {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}
/// Lexicographic order of unsigned bytes, the shorter first.
[[nodiscard]] inline bool less(byte_view a, byte_view b) noexcept {
    const std::size_t n = std::min(a.size(), b.size());
    const int order = n == 0 ? 0 : std::memcmp(a.data(), b.data(), n);
    return order != 0 ? order < 0 : a.size() < b.size();
}
/// Copies what fits; returns how much that was.
inline std::size_t copy(byte_view from, mutable_bytes to) noexcept {
    const std::size_t n = std::min(from.size(), to.size());
    if (n != 0) std::memmove(to.data(), from.data(), n);
    return n;
}

/// A first-in first-out queue of bytes in one contiguous piece. It has no bound of its own: who
/// owns one checks the bound before `append`. An empty queue owns no memory.
class byte_queue {
public:
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size() - head_; }
    [[nodiscard]] bool empty() const noexcept { return head_ == bytes_.size(); }
    /// All queued bytes, oldest first; valid until the next non-const call.
    [[nodiscard]] byte_view view() const noexcept { return byte_view{bytes_}.subspan(head_); }
    [[nodiscard]] mutable_bytes mutable_view() noexcept {
        return mutable_bytes{bytes_}.subspan(head_);
    }
    void append(byte_view more) {
        if (head_ > bytes_.size() / 2) compact();
        bytes_.insert(bytes_.end(), more.begin(), more.end());
    }
    /// Takes a whole buffer without a copy; only while empty.
    void adopt(byte_vector&& whole) noexcept {
        bytes_ = std::move(whole);
        head_ = 0;
    }
    /// Drops the oldest `n` bytes (at most all of them).
    void consume(std::size_t n) noexcept {
        head_ += std::min(n, size());
        if (empty()) clear();
    }
    void clear() noexcept {
        byte_vector{}.swap(bytes_);
        head_ = 0;
    }

private:
    void compact() {
        bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(head_));
        head_ = 0;
    }

    byte_vector bytes_;
    std::size_t head_ = 0;
};

/// An immutable payload that several owners share (one message for many peers). The count is
/// atomic, so the last owner may live on another thread than the first. One allocation.
class shared_bytes {
public:
    shared_bytes() noexcept = default;
    explicit shared_bytes(byte_view from) {
        if (from.empty()) return;
        void* raw = ::operator new(sizeof(block) + from.size());
        block_ = ::new (raw) block{1, from.size()};
        std::memcpy(block_->data(), from.data(), from.size());
    }
    shared_bytes(const shared_bytes& other) noexcept : block_{other.block_} { retain(); }
    shared_bytes(shared_bytes&& other) noexcept : block_{std::exchange(other.block_, nullptr)} {}
    shared_bytes& operator=(shared_bytes other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~shared_bytes() { release(); }

    [[nodiscard]] byte_view view() const noexcept {
        return block_ == nullptr ? byte_view{} : byte_view{block_->data(), block_->size};
    }
    [[nodiscard]] std::size_t size() const noexcept {
        return block_ == nullptr ? 0 : block_->size;
    }
    [[nodiscard]] bool empty() const noexcept { return block_ == nullptr; }
    /// How many owners there are now; for tests and statistics.
    [[nodiscard]] std::size_t owners() const noexcept {
        return block_ == nullptr ? 0 : __atomic_load_n(&block_->owners, __ATOMIC_RELAXED);
    }

private:
    // The compilers' own atomics (g++, clang): <atomic> would cost every header 0.2 s.
    struct block {
        std::size_t owners;
        std::size_t size;
        [[nodiscard]] std::byte* data() noexcept {
            return reinterpret_cast<std::byte*>(this + 1);
        }
    };
    void retain() noexcept {
        if (block_ != nullptr) __atomic_fetch_add(&block_->owners, 1, __ATOMIC_RELAXED);
    }
    void release() noexcept {
        if (block_ == nullptr || __atomic_fetch_sub(&block_->owners, 1, __ATOMIC_ACQ_REL) != 1) return;
        ::operator delete(block_);
    }

    block* block_ = nullptr;
};

} // namespace lp2p::inline v0
