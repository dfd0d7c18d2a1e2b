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
    chunk_queue(const chunk_queue& other) {
        for (const chunk* c = other.first_; c != nullptr; c = c->next) {
            if (c->shared.empty())
                append(c->view());
            else
                append(c->shared, c->begin, c->end - c->begin);
        }
    }
    chunk_queue(chunk_queue&& other) noexcept { swap(other); }
    chunk_queue& operator=(chunk_queue other) noexcept {
        swap(other);
        return *this;
    }
    ~chunk_queue() { clear(); }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    /// The oldest bytes that lie in one piece; valid until they are consumed.
    [[nodiscard]] byte_view front() const noexcept {
        return first_ == nullptr ? byte_view{} : first_->view();
    }
    /// Copies.
    void append(byte_view more) {
        if (more.empty()) return;
        if (last_ != nullptr) more = more.subspan(last_->fill(more, size_));
        while (!more.empty()) {
            chunk* c = make(capacity_for(more.size()));
            link(c);
            more = more.subspan(c->fill(more, size_));
        }
    }
    /// Keeps a reference to `n` bytes of `payload`, from `from` on (past 4 GiB it copies).
    void append(const shared_bytes& payload, std::size_t from, std::size_t n) {
        if (n == 0) return;
        if (from + n > 0xffffffffU) return append(payload.view().subspan(from, n));
        chunk* c = make(0);
        c->shared = payload;
        c->begin = static_cast<std::uint32_t>(from);
        c->end = static_cast<std::uint32_t>(from + n);
        link(c);
        size_ += n;
    }
    /// Drops the oldest `n` bytes (at most all of them).
    void consume(std::size_t n) noexcept {
        n = std::min(n, size_);
        size_ -= n;
        while (n != 0) {
            const std::size_t here = std::min<std::size_t>(n, first_->end - first_->begin);
            first_->begin += static_cast<std::uint32_t>(here);
            n -= here;
            if (first_->begin == first_->end) pop();
        }
    }
    /// Moves the oldest bytes to `out`, as many as it holds; precondition: they are there.
    void take(mutable_bytes out) noexcept {
        while (!out.empty()) {
            const std::size_t n = copy(front(), out);
            consume(n);
            out = out.subspan(n);
        }
    }
    void clear() noexcept {
        while (first_ != nullptr) pop();
        size_ = 0;
    }

private:
    /// Its own bytes lie behind it in the same allocation, unless it refers to shared ones.
    struct chunk {
        chunk* next = nullptr;
        shared_bytes shared;
        std::uint32_t begin = 0;
        std::uint32_t end = 0;
        std::uint32_t capacity = 0;

        [[nodiscard]] const std::byte* storage() const noexcept {
            return reinterpret_cast<const std::byte*>(this + 1);
        }
        [[nodiscard]] byte_view view() const noexcept {
            const std::byte* data = shared.empty() ? storage() : shared.view().data();
            return {data + begin, end - begin};
        }
        /// Copies what fits behind its bytes and adds that to `total`.
        std::size_t fill(byte_view more, std::size_t& total) noexcept {
            if (capacity <= end) return 0;
            const std::size_t n = std::min<std::size_t>(more.size(), capacity - end);
            std::memcpy(reinterpret_cast<std::byte*>(this + 1) + end, more.data(), n);
            end += static_cast<std::uint32_t>(n);
            total += n;
            return n;
        }
    };
    static constexpr std::size_t least = 96;
    static constexpr std::size_t usual = 16 * 1024;
    static constexpr std::size_t most = 64 * 1024;

    /// As much as comes now, or as much as is queued: many small appends share few pieces.
    [[nodiscard]] std::size_t capacity_for(std::size_t n) const noexcept {
        return std::clamp(n, std::clamp(size_, least, usual), most);
    }
    [[nodiscard]] static chunk* make(std::size_t capacity) {
        void* raw = ::operator new(sizeof(chunk) + capacity);
        chunk* c = ::new (raw) chunk{};
        c->capacity = static_cast<std::uint32_t>(capacity);
        return c;
    }
    void link(chunk* c) noexcept {
        (last_ == nullptr ? first_ : last_->next) = c;
        last_ = c;
    }
    void pop() noexcept {
        chunk* c = std::exchange(first_, first_->next);
        if (first_ == nullptr) last_ = nullptr;
        c->~chunk();
        ::operator delete(c);
    }
    void swap(chunk_queue& other) noexcept {
        std::swap(first_, other.first_);
        std::swap(last_, other.last_);
        std::swap(size_, other.size_);
    }

    chunk* first_ = nullptr;
    chunk* last_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace lp2p::inline v0::yamux
