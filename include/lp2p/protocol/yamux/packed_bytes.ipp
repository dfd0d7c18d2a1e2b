// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of packed_bytes.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/yamux/packed_bytes.hpp>

namespace lp2p::inline v0::yamux {

LP2P_DECL packed_bytes::packed_bytes(const packed_bytes& other) {
    if (!other.empty()) grown(copy(other.view(), room(other.size())));
}

LP2P_DECL packed_bytes& packed_bytes::operator=(packed_bytes other) noexcept {
    swap(other);
    return *this;
}

LP2P_DECL mutable_bytes packed_bytes::room(std::size_t n) {
    if (capacity_ - end_ < n) move_to_front(n);
    return {bytes_.get() + end_, n};
}

LP2P_DECL void packed_bytes::grown(std::size_t n) noexcept {
    end_ += n;
    if (empty()) clear();
}

LP2P_DECL void packed_bytes::consume(std::size_t n) noexcept {
    begin_ += std::min(n, size());
    if (empty()) clear();
}

LP2P_DECL void packed_bytes::clear() noexcept {
    bytes_.reset();
    begin_ = end_ = capacity_ = 0;
}

LP2P_DECL void packed_bytes::move_to_front(std::size_t more) {
    const std::size_t held = size();
    if (held + more > capacity_) {
        std::unique_ptr<std::byte[]> larger{new std::byte[held + more]};
        if (held != 0) copy(view(), {larger.get(), held});
        bytes_ = std::move(larger);
        capacity_ = held + more;
    } else {
        copy(view(), {bytes_.get(), held});
    }
    begin_ = 0;
    end_ = held;
}

LP2P_DECL void packed_bytes::swap(packed_bytes& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(begin_, other.begin_);
    std::swap(end_, other.end_);
    std::swap(capacity_, other.capacity_);
}

} // namespace lp2p::inline v0::yamux
