// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of chunk_queue.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/yamux/chunk_queue.hpp>

namespace lp2p::inline v0::yamux {

LP2P_DECL chunk_queue::chunk_queue(const chunk_queue& other) {
    for (const chunk* c = other.first_; c != nullptr; c = c->next) {
        if (c->shared.empty())
            append(c->view());
        else
            append(c->shared, c->begin, c->end - c->begin);
    }
}

LP2P_DECL chunk_queue& chunk_queue::operator=(chunk_queue other) noexcept {
    swap(other);
    return *this;
}

LP2P_DECL byte_view chunk_queue::front() const noexcept {
    return first_ == nullptr ? byte_view{} : first_->view();
}

LP2P_DECL void chunk_queue::append(byte_view more) {
    if (more.empty()) return;
    if (last_ != nullptr) more = more.subspan(last_->fill(more, size_));
    while (!more.empty()) {
        chunk* c = make(capacity_for(more.size()));
        link(c);
        more = more.subspan(c->fill(more, size_));
    }
}

LP2P_DECL void chunk_queue::append(const shared_bytes& payload, std::size_t from, std::size_t n) {
    if (n == 0) return;
    if (from + n > 0xffffffffU) return append(payload.view().subspan(from, n));
    chunk* c = make(0);
    c->shared = payload;
    c->begin = static_cast<std::uint32_t>(from);
    c->end = static_cast<std::uint32_t>(from + n);
    link(c);
    size_ += n;
}

LP2P_DECL void chunk_queue::consume(std::size_t n) noexcept {
    n = std::min(n, size_);
    size_ -= n;
    while (n != 0) {
        const std::size_t here = std::min<std::size_t>(n, first_->end - first_->begin);
        first_->begin += static_cast<std::uint32_t>(here);
        n -= here;
        if (first_->begin == first_->end) pop();
    }
}

LP2P_DECL void chunk_queue::take(mutable_bytes out) noexcept {
    while (!out.empty()) {
        const std::size_t n = copy(front(), out);
        consume(n);
        out = out.subspan(n);
    }
}

LP2P_DECL void chunk_queue::clear() noexcept {
    while (first_ != nullptr) pop();
    size_ = 0;
}

LP2P_DECL const std::byte* chunk_queue::chunk::storage() const noexcept {
    return reinterpret_cast<const std::byte*>(this + 1);
}

LP2P_DECL byte_view chunk_queue::chunk::view() const noexcept {
    const std::byte* data = shared.empty() ? storage() : shared.view().data();
    return {data + begin, end - begin};
}

LP2P_DECL std::size_t chunk_queue::chunk::fill(byte_view more, std::size_t& total) noexcept {
    if (capacity <= end) return 0;
    const std::size_t n = std::min<std::size_t>(more.size(), capacity - end);
    std::memcpy(reinterpret_cast<std::byte*>(this + 1) + end, more.data(), n);
    end += static_cast<std::uint32_t>(n);
    total += n;
    return n;
}

LP2P_DECL std::size_t chunk_queue::capacity_for(std::size_t n) const noexcept {
    return std::clamp(n, std::clamp(size_, least, usual), most);
}

LP2P_DECL chunk_queue::chunk* chunk_queue::make(std::size_t capacity) {
    void* raw = ::operator new(sizeof(chunk) + capacity);
    chunk* c = ::new (raw) chunk{};
    c->capacity = static_cast<std::uint32_t>(capacity);
    return c;
}

LP2P_DECL void chunk_queue::link(chunk* c) noexcept {
    (last_ == nullptr ? first_ : last_->next) = c;
    last_ = c;
}

LP2P_DECL void chunk_queue::pop() noexcept {
    chunk* c = std::exchange(first_, first_->next);
    if (first_ == nullptr) last_ = nullptr;
    c->~chunk();
    ::operator delete(c);
}

LP2P_DECL void chunk_queue::swap(chunk_queue& other) noexcept {
    std::swap(first_, other.first_);
    std::swap(last_, other.last_);
    std::swap(size_, other.size_);
}

} // namespace lp2p::inline v0::yamux
