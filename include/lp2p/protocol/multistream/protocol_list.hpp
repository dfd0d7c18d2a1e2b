// SPDX-License-Identifier: Apache-2.0 OR MIT
// The protocols that a listener serves: immutable, shared, and cheap to copy into every
// negotiation.
//
// A copy is a reference count, so a negotiation keeps the list that it began with and a later
// change of what is served harms nobody.
#pragma once

#include <lp2p/protocol/multistream/message.hpp>

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

namespace lp2p::inline v0::multistream {

class protocol_list {
public:
    /// Serves nothing: every proposal is answered `na`.
    protocol_list() noexcept = default;

    /// Keeps `names` (anything that iterates over texts) in their order.
    /// Errors: `invalid_protocol` where one of them could not be negotiated with every peer.
    template <class Names>
    [[nodiscard]] static result<protocol_list> of(const Names& names) {
        byte_vector lines;
        protocol_list made;
        for (const std::string_view name : names) {
            if (!is_protocol(name)) return fail(errc::invalid_protocol);
            encode(name, lines);
            made.longest_ = std::max(made.longest_, static_cast<std::uint32_t>(name.size()));
            ++made.size_;
        }
        made.lines_ = shared_bytes{lines};
        return made;
    }
    [[nodiscard]] static result<protocol_list> of(std::initializer_list<std::string_view> names);

    /// Reads the text of an answer to `ls`: lines, each with its length. Errors: `bad_token`,
    /// `invalid_protocol`.
    [[nodiscard]] static result<protocol_list> from_listing(byte_view text);
    /// The answer to `ls`: all names in one line of lines.
    [[nodiscard]] byte_vector listing() const;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    /// Bytes of the longest name; 0 where there is none.
    [[nodiscard]] std::size_t longest() const noexcept { return longest_; }

    /// The index of `name`, the first where it is there twice.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const noexcept;
    /// The name at `index` (below `size()`), valid as long as any copy of this list.
    [[nodiscard]] std::string_view operator[](std::size_t index) const noexcept;
    /// The same as it goes over the wire.
    [[nodiscard]] byte_view line(std::size_t index) const noexcept;

private:
    // The lines are our own: lengths of one or two bytes, always whole.
    static constexpr std::size_t prefix(byte_view line) noexcept {
        return line[0] < std::byte{0x80} ? 1 : 2;
    }
    static byte_view first_line(byte_view from) noexcept;
    static std::string_view text(byte_view line) noexcept;

    shared_bytes lines_;
    std::uint32_t size_ = 0;
    std::uint32_t longest_ = 0;
};

} // namespace lp2p::inline v0::multistream

#ifndef LP2P_SEPARATE_COMPILATION
#include "protocol_list.ipp"
#endif
