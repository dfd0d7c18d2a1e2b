// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of message.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/multistream/message.hpp>

namespace lp2p::inline v0::multistream {

LP2P_DECL token_reader::token_reader(std::size_t most, std::size_t keep) noexcept
    : most_{most}
    , keep_{keep} {}

LP2P_DECL result<std::size_t> token_reader::receive(byte_view in) {
    std::size_t used = 0;
    while (length_ == unknown && used < in.size()) {
        prefix_[prefix_size_++] = in[used++];
        if (const status read = read_length(); !read) return fail(read.error());
    }
    if (length_ == unknown) return used;
    const std::size_t more = std::min(length_ - received_, in.size() - used);
    keep_text(in.subspan(used, more));
    return used + more;
}

LP2P_DECL bool token_reader::complete() const noexcept {
    return length_ != unknown && received_ == length_;
}

LP2P_DECL result<std::string_view> token_reader::token() const {
    if (length_ == 0 || last_ != std::byte{'\n'}) return fail(errc::bad_token);
    return std::string_view{text_};
}

LP2P_DECL bool token_reader::may_be(std::string_view line) const noexcept {
    if (length_ == unknown) return true;
    return length_ == line.size() + 1 && line.starts_with(text_);
}

LP2P_DECL void token_reader::next() noexcept {
    text_.clear();
    length_ = unknown;
    received_ = 0;
    prefix_size_ = 0;
}

LP2P_DECL status token_reader::read_length() {
    const auto length = wire::decode_uvarint(byte_view{prefix_}.first(prefix_size_), 2);
    if (!length) {
        if (length.error() == wire::errc::truncated) return {};
        const bool padded = length.error() == wire::errc::uvarint_not_minimal;
        return fail(padded ? errc::bad_length : errc::token_too_long);
    }
    if (length->value > most_) return fail(errc::token_too_long);
    length_ = static_cast<std::size_t>(length->value);
    return {};
}

LP2P_DECL void token_reader::keep_text(byte_view part) {
    if (part.empty()) return;
    received_ += part.size();
    last_ = part.back();
    const byte_view text = complete() ? part.first(part.size() - 1) : part;
    text_.append(as_text(text.first(std::min(text.size(), keep_ - text_.size()))));
}

} // namespace lp2p::inline v0::multistream
