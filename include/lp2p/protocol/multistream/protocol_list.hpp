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
    [[nodiscard]] static result<protocol_list> of(std::initializer_list<std::string_view> names) {
        return of<std::initializer_list<std::string_view>>(names);
    }

    /// Reads the text of an answer to `ls`: lines, each with its length. Errors: `bad_token`,
    /// `invalid_protocol`.
    [[nodiscard]] static result<protocol_list> from_listing(byte_view text) {
        std::vector<std::string> names;
        token_reader reader{most_everywhere};
        while (!text.empty()) {
            const auto used = reader.receive(text);
            if (!used || !reader.complete()) return fail(errc::bad_token);
            text = text.subspan(*used);
            const auto name = reader.token();
            if (!name) return fail(name.error());
            names.emplace_back(*name);
            reader.next();
        }
        return of(names);
    }
    /// The answer to `ls`: all names in one line of lines.
    [[nodiscard]] byte_vector listing() const {
        byte_vector out;
        encode(as_text(lines_.view()), out);
        return out;
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    /// Bytes of the longest name; 0 where there is none.
    [[nodiscard]] std::size_t longest() const noexcept { return longest_; }

    /// The index of `name`, the first where it is there twice.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const noexcept {
        byte_view rest = lines_.view();
        for (std::size_t i = 0; i < size_; ++i) {
            const byte_view line = first_line(rest);
            if (text(line) == name) return i;
            rest = rest.subspan(line.size());
        }
        return std::nullopt;
    }
    /// The name at `index` (below `size()`), valid as long as any copy of this list.
    [[nodiscard]] std::string_view operator[](std::size_t index) const noexcept {
        return text(line(index));
    }
    /// The same as it goes over the wire.
    [[nodiscard]] byte_view line(std::size_t index) const noexcept {
        byte_view rest = lines_.view();
        while (index-- > 0) rest = rest.subspan(first_line(rest).size());
        return first_line(rest);
    }

private:
    // The lines are our own: lengths of one or two bytes, always whole.
    static constexpr std::size_t prefix(byte_view line) noexcept {
        return line[0] < std::byte{0x80} ? 1 : 2;
    }
    static byte_view first_line(byte_view from) noexcept {
        std::size_t length = std::to_integer<std::size_t>(from[0] & std::byte{0x7f});
        if (prefix(from) == 2) length |= std::to_integer<std::size_t>(from[1]) << 7U;
        return from.first(prefix(from) + length);
    }
    static std::string_view text(byte_view line) noexcept {
        return as_text(line.subspan(prefix(line), line.size() - prefix(line) - 1));
    }

    shared_bytes lines_;
    std::uint32_t size_ = 0;
    std::uint32_t longest_ = 0;
};

} // namespace lp2p::inline v0::multistream
