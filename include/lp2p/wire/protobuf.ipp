// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of protobuf.hpp: see there what each does.
#pragma once

#include <lp2p/wire/protobuf.hpp>

namespace lp2p::inline v0::wire {

LP2P_DECL void message_reader::skip() noexcept {
    (void)consume([](protozero::pbf_reader& r) { return r.skip(), true; });
}

LP2P_DECL message_reader::message_reader(byte_view message) noexcept
    : reader_{reinterpret_cast<const char*>(message.data()), message.size()} {}

LP2P_DECL message_writer::message_writer(byte_vector& out) noexcept
    : out_{out} {}

LP2P_DECL void message_writer::varint(std::uint32_t field, std::uint64_t value) {
    tag(field, wire_kind::varint);
    encode_uvarint(value, out_);
}

LP2P_DECL void message_writer::bytes(std::uint32_t field, byte_view value) {
    tag(field, wire_kind::bytes);
    encode_uvarint(value.size(), out_);
    append(out_, value);
}

LP2P_DECL void message_writer::tag(std::uint32_t field, wire_kind kind) {
    encode_uvarint(std::uint64_t{field} << 3U | static_cast<std::uint64_t>(kind), out_);
}

} // namespace lp2p::inline v0::wire

namespace lp2p::inline v0::wire::detail {

LP2P_DECL message_scan::message_scan(byte_view message) noexcept
    : at_{message.data()}
    , end_{message.data() + message.size()} {}

LP2P_DECL status message_scan::run() noexcept {
    while (at_ != end_)
        if (!field()) return fail(why_);
    return {};
}

LP2P_DECL bool message_scan::field() noexcept {
    std::uint64_t tag = 0, size = 0;
    if (!varint(tag)) return false;
    if (tag > 0xffffffffU) return no(errc::uvarint_too_long);
    const std::uint64_t number = tag >> 3U;
    if (number == 0 || (number >= 19000 && number <= 19999)) return no(errc::bad_field_number);
    switch (static_cast<wire_kind>(tag & 7U)) {
    case wire_kind::varint:
        return varint(size);
    case wire_kind::bytes:
        return varint(size) && skip(size);
    case wire_kind::fixed64:
        return skip(8);
    case wire_kind::fixed32:
        return skip(4);
    }
    return no(errc::bad_wire_type);
}

LP2P_DECL bool message_scan::varint(std::uint64_t& value) noexcept {
    value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (at_ == end_) return no(errc::message_truncated);
        const auto b = std::to_integer<std::uint64_t>(*at_++);
        if (shift == 63 && b > 1) break; // would not fit into 64 bits
        value |= (b & 0x7fU) << shift;
        if (b < 0x80U) return true;
    }
    return no(errc::uvarint_too_long);
}

LP2P_DECL bool message_scan::skip(std::uint64_t size) noexcept {
    if (size > static_cast<std::uint64_t>(end_ - at_)) return no(errc::message_truncated);
    at_ += size;
    return true;
}

LP2P_DECL bool message_scan::no(errc why) noexcept {
    why_ = why;
    return false;
}

} // namespace lp2p::inline v0::wire::detail

namespace lp2p::inline v0::wire {

LP2P_DECL result<message_reader> message_reader::open(byte_view message) noexcept {
    if (const auto sound = detail::message_scan{message}.run(); !sound) return fail(sound.error());
    return message_reader{message};
}

LP2P_DECL bool message_reader::next() noexcept {
    if (waiting_) skip();
    waiting_ = true;
    const auto more = consume([](protozero::pbf_reader& r) { return r.next(); });
    waiting_ = more && *more;
    field_ = waiting_ ? reader_.tag() : 0;
    if (waiting_) kind_ = static_cast<wire_kind>(reader_.wire_type());
    return waiting_;
}

LP2P_DECL result<std::uint64_t> message_reader::varint() noexcept {
    if (kind() != wire_kind::varint) return fail(errc::wrong_wire_type);
    return consume([](protozero::pbf_reader& r) { return r.get_uint64(); });
}

LP2P_DECL bool message_reader::read(byte_view& to) noexcept {
    if (kind() != wire_kind::bytes) return false;
    const auto took = consume([&](protozero::pbf_reader& r) {
        const auto view = r.get_view();
        to = {reinterpret_cast<const std::byte*>(view.data()), view.size()};
        return true;
    });
    return took.has_value();
}

LP2P_DECL result<byte_view> message_reader::bytes() noexcept {
    byte_view value;
    if (!read(value)) return fail(errc::wrong_wire_type);
    return value;
}

} // namespace lp2p::inline v0::wire
