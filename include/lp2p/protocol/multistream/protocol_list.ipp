// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of protocol_list.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/multistream/protocol_list.hpp>

namespace lp2p::inline v0::multistream {

LP2P_DECL result<protocol_list> protocol_list::of(std::initializer_list<std::string_view> names) {
    return of<std::initializer_list<std::string_view>>(names);
}

LP2P_DECL result<protocol_list> protocol_list::from_listing(byte_view text) {
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

LP2P_DECL byte_vector protocol_list::listing() const {
    byte_vector out;
    encode(as_text(lines_.view()), out);
    return out;
}

LP2P_DECL std::optional<std::size_t> protocol_list::find(std::string_view name) const noexcept {
    byte_view rest = lines_.view();
    for (std::size_t i = 0; i < size_; ++i) {
        const byte_view line = first_line(rest);
        if (text(line) == name) return i;
        rest = rest.subspan(line.size());
    }
    return std::nullopt;
}

LP2P_DECL std::string_view protocol_list::operator[](std::size_t index) const noexcept {
    return text(line(index));
}

LP2P_DECL byte_view protocol_list::line(std::size_t index) const noexcept {
    byte_view rest = lines_.view();
    while (index-- > 0) rest = rest.subspan(first_line(rest).size());
    return first_line(rest);
}

LP2P_DECL byte_view protocol_list::first_line(byte_view from) noexcept {
    std::size_t length = std::to_integer<std::size_t>(from[0] & std::byte{0x7f});
    if (prefix(from) == 2) length |= std::to_integer<std::size_t>(from[1]) << 7U;
    return from.first(prefix(from) + length);
}

LP2P_DECL std::string_view protocol_list::text(byte_view line) noexcept {
    return as_text(line.subspan(prefix(line), line.size() - prefix(line) - 1));
}

} // namespace lp2p::inline v0::multistream
