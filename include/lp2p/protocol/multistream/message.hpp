// SPDX-License-Identifier: Apache-2.0 OR MIT
// The lines of multistream-select: how one is written, and how they are read in any pieces.
//
// A line ("token") is a varint length, a text and a newline that the length counts. Nothing here
// knows who speaks or what is agreed, and nothing is read past the end of a line.
#pragma once

#include <lp2p/core/bytes.hpp>
#include <lp2p/core/limits.hpp>
#include <lp2p/core/result.hpp>
#include <lp2p/protocol/multistream/errc.hpp>
#include <lp2p/wire/errc.hpp>
#include <lp2p/wire/sink.hpp>
#include <lp2p/wire/uvarint.hpp>

#include <array>
#include <string>

namespace lp2p::inline v0::multistream {

/// The first line of both sides. spec: connections, "multistream-select"
inline constexpr std::string_view header_line = "/multistream/1.0.0";
/// The answer to a proposal that is not supported.
inline constexpr std::string_view refusal = "na";
/// Asks for the list of protocols; not in the specification any more, and answered by rust alone.
inline constexpr std::string_view list_request = "ls";
/// The longest line that every known implementation takes, with its newline, without its length.
inline constexpr std::size_t most_everywhere = 1024;

/// Writes `token` as one line. Bound: `token` holds no newline and at most 16382 bytes.
template <wire::byte_sink Sink>
void encode(std::string_view token, Sink& to) {
    using wire::put;
    wire::encode_uvarint(token.size() + 1, to);
    put(to, as_bytes(token));
    put(to, as_bytes("\n"));
}

/// Bytes of `token` as one line.
[[nodiscard]] constexpr std::size_t encoded_size(std::string_view token) noexcept {
    return wire::uvarint_size(token.size() + 1) + token.size() + 1;
}

/// Whether every known implementation can negotiate `name`: it begins with '/' (rust drops others),
/// holds no newline and is at most 1023 bytes (go and js stop there; hazard H32).
[[nodiscard]] constexpr bool is_protocol(std::string_view name) noexcept {
    return name.starts_with('/') && name.size() < most_everywhere &&
           name.find('\n') == std::string_view::npos;
}

/// Reads one line after the other.
///
/// Bounds: a length over `most` (counted with the newline) or of more than two bytes is refused as
/// soon as it is known. Of a text only `keep` bytes are kept and the rest is counted: what is
/// longer than every name that the caller knows equals none of them.
class token_reader {
public:
    explicit token_reader(std::size_t most = default_limits.multistream_token,
                          std::size_t keep = most_everywhere) noexcept;

    /// Takes bytes up to the end of one line and none after it; nothing while a line is complete.
    /// Errors: `bad_length`, `token_too_long`; the reader is of no use after one.
    [[nodiscard]] result<std::size_t> receive(byte_view in);
    [[nodiscard]] bool complete() const noexcept;
    /// The text of a complete line, cut at `keep` bytes; valid until the next non-const call.
    /// Errors: `bad_token` where the line is empty or has no newline at its end.
    [[nodiscard]] result<std::string_view> token() const;
    /// False as soon as the line that is being read can no longer become `line`.
    [[nodiscard]] bool may_be(std::string_view line) const noexcept;
    /// True where the line is announced as nothing, not even a newline.
    [[nodiscard]] bool empty_line() const noexcept { return length_ == 0; }
    /// True between two lines.
    [[nodiscard]] bool at_boundary() const noexcept { return prefix_size_ == 0; }
    /// Begins the next line.
    void next() noexcept;

private:
    static constexpr std::size_t unknown = SIZE_MAX;

    status read_length();
    void keep_text(byte_view part);

    std::size_t most_;
    std::size_t keep_;
    std::size_t length_ = unknown;
    std::size_t received_ = 0;
    std::string text_;
    std::array<std::byte, 2> prefix_{};
    std::uint8_t prefix_size_ = 0;
    std::byte last_{};
};

} // namespace lp2p::inline v0::multistream

#ifndef LP2P_SEPARATE_COMPILATION
#include "message.ipp"
#endif
