// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of bytes.hpp: see there what each does.
#pragma once

#include <lp2p/core/bytes.hpp>

namespace lp2p::inline v0 {

LP2P_DECL byte_view as_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

LP2P_DECL std::string_view as_text(byte_view bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

LP2P_DECL byte_vector to_vector(byte_view bytes) { return byte_vector(bytes.begin(), bytes.end()); }

LP2P_DECL void append(byte_vector& to, byte_view bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

LP2P_DECL bool equal(byte_view a, byte_view b) noexcept {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

LP2P_DECL bool less(byte_view a, byte_view b) noexcept {
    const std::size_t n = std::min(a.size(), b.size());
    const int order = n == 0 ? 0 : std::memcmp(a.data(), b.data(), n);
    return order != 0 ? order < 0 : a.size() < b.size();
}

LP2P_DECL std::size_t copy(byte_view from, mutable_bytes to) noexcept {
    const std::size_t n = std::min(from.size(), to.size());
    if (n != 0) std::memmove(to.data(), from.data(), n);
    return n;
}

LP2P_DECL mutable_bytes byte_queue::mutable_view() noexcept {
    return mutable_bytes{bytes_}.subspan(head_);
}

LP2P_DECL void byte_queue::append(byte_view more) {
    if (head_ > bytes_.size() / 2) compact();
    bytes_.insert(bytes_.end(), more.begin(), more.end());
}

LP2P_DECL void byte_queue::adopt(byte_vector&& whole) noexcept {
    bytes_ = std::move(whole);
    head_ = 0;
}

LP2P_DECL void byte_queue::consume(std::size_t n) noexcept {
    head_ += std::min(n, size());
    if (empty()) clear();
}

LP2P_DECL void byte_queue::clear() noexcept {
    byte_vector{}.swap(bytes_);
    head_ = 0;
}

LP2P_DECL void byte_queue::compact() {
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
}

LP2P_DECL shared_bytes::shared_bytes(byte_view from) {
    if (from.empty()) return;
    void* raw = ::operator new(sizeof(block) + from.size());
    block_ = ::new (raw) block{1, from.size()};
    std::memcpy(block_->data(), from.data(), from.size());
}

LP2P_DECL shared_bytes::shared_bytes(const shared_bytes& other) noexcept
    : block_{other.block_} {
    retain();
}

LP2P_DECL shared_bytes::shared_bytes(shared_bytes&& other) noexcept
    : block_{std::exchange(other.block_, nullptr)} {}

LP2P_DECL shared_bytes& shared_bytes::operator=(shared_bytes other) noexcept {
    std::swap(block_, other.block_);
    return *this;
}

LP2P_DECL byte_view shared_bytes::view() const noexcept {
    return block_ == nullptr ? byte_view{} : byte_view{block_->data(), block_->size};
}

LP2P_DECL std::size_t shared_bytes::size() const noexcept {
    return block_ == nullptr ? 0 : block_->size;
}

LP2P_DECL std::size_t shared_bytes::owners() const noexcept {
    return block_ == nullptr ? 0 : __atomic_load_n(&block_->owners, __ATOMIC_RELAXED);
}

LP2P_DECL std::byte* shared_bytes::block::data() noexcept {
    return reinterpret_cast<std::byte*>(this + 1);
}

LP2P_DECL void shared_bytes::retain() noexcept {
    if (block_ != nullptr) __atomic_fetch_add(&block_->owners, 1, __ATOMIC_RELAXED);
}

LP2P_DECL void shared_bytes::release() noexcept {
    if (block_ == nullptr || __atomic_fetch_sub(&block_->owners, 1, __ATOMIC_ACQ_REL) != 1) return;
    ::operator delete(block_);
}

} // namespace lp2p::inline v0
