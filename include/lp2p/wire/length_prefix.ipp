// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of length_prefix.hpp: see there what each does.
#pragma once

#include <lp2p/wire/length_prefix.hpp>

namespace lp2p::inline v0::wire {

LP2P_DECL length_prefix_reader::length_prefix_reader(std::size_t most,
                                                     std::size_t prefix_bytes) noexcept
    : most_{most}
    , prefix_most_{std::min(prefix_bytes, most_uvarint_bytes)} {}

LP2P_DECL byte_view length_prefix_reader::frame() const noexcept {
    return complete() ? byte_view{frame_} : byte_view{};
}

LP2P_DECL result<std::size_t> length_prefix_reader::receive(byte_view in) {
    if (failed_) return fail(failed_);
    std::size_t taken = 0;
    while (!has_length_ && taken < in.size()) {
        if (const auto read = receive_prefix(in[taken]); !read) return fail(failed_ = read.error());
        ++taken;
    }
    if (!has_length_) return taken;
    const std::size_t n = std::min(length_ - frame_.size(), in.size() - taken);
    append(frame_, in.subspan(taken, n));
    return taken + n;
}

LP2P_DECL status length_prefix_reader::receive_prefix(std::byte b) noexcept {
    prefix_[prefix_size_++] = b;
    const auto length = decode_uvarint(byte_view{prefix_.data(), prefix_size_}, prefix_most_);
    if (!length) {
        if (length.error() == error{errc::truncated}) return {};
        return fail(length.error());
    }
    if (length->value > most_) return fail(errc::too_long);
    length_ = static_cast<std::size_t>(length->value);
    has_length_ = true;
    return {};
}

LP2P_DECL void length_prefix_reader::next() noexcept {
    if (!complete()) return;
    byte_vector{}.swap(frame_);
    length_ = 0;
    prefix_size_ = 0;
    has_length_ = false;
}

} // namespace lp2p::inline v0::wire
