// SPDX-License-Identifier: Apache-2.0 OR MIT
// Messages behind a varint of their length: how they are cut out of a byte stream and put into one.
//
// It looks at no message's content. A length over the bound is refused before a byte of the
// message is kept, and memory follows the bytes that came, never the length that was announced.
#pragma once

#include <lp2p/wire/uvarint.hpp>

namespace lp2p::inline v0::wire {

/// Collects one frame at a time; between frames it owns no memory.
/// ```
/// while (!in.empty()) {
///     auto n = reader.receive(in);            // stops at the end of a frame
///     if (!n) return fail(n.error());
///     in = in.subspan(*n);
///     if (reader.complete()) { use(reader.frame()); reader.next(); }
/// }
/// ```
class length_prefix_reader {
public:
    /// `most`: longest frame in bytes, without its prefix. `prefix_bytes`: longest prefix, 1 to 9.
    explicit length_prefix_reader(std::size_t most,
                                  std::size_t prefix_bytes = most_uvarint_bytes) noexcept;

    /// Takes bytes up to the end of the frame, never beyond it; how many. Takes none while a frame
    /// is complete. `too_long` (over `most`), `uvarint_too_long`, `uvarint_not_minimal`: then and
    /// ever after.
    [[nodiscard]] result<std::size_t> receive(byte_view in);
    [[nodiscard]] bool complete() const noexcept { return has_length_ && frame_.size() == length_; }
    /// The complete frame without its prefix; valid until the next non-const call.
    [[nodiscard]] byte_view frame() const noexcept;
    /// Drops the complete frame; the next one may come.
    void next() noexcept;
    /// True where no byte of a frame is held, so the stream may end here.
    [[nodiscard]] bool at_boundary() const noexcept { return prefix_size_ == 0 && !failed_; }

private:
    /// Takes one byte of the prefix.
    [[nodiscard]] status receive_prefix(std::byte b) noexcept;

    std::size_t most_;
    std::size_t prefix_most_;
    byte_vector frame_;
    std::size_t length_ = 0;
    std::array<std::byte, most_uvarint_bytes> prefix_{};
    std::uint8_t prefix_size_ = 0;
    bool has_length_ = false;
    error failed_;
};

/// Writes `body` behind its length.
template <byte_sink S>
void encode_length_prefixed(byte_view body, S& to) {
    encode_uvarint(body.size(), to);
    put(to, body);
}

} // namespace lp2p::inline v0::wire

#ifndef LP2P_SEPARATE_COMPILATION
#include "length_prefix.ipp"
#endif
