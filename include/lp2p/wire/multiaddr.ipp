// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of multiaddr.hpp: see there what each does.
#pragma once

#include <lp2p/wire/multiaddr.hpp>

namespace lp2p::inline v0::wire::detail {

LP2P_DECL result<known_component> take_component(cursor& in) noexcept {
    const auto code = in.uvarint();
    if (!code) return fail(code.error());
    const address_protocol* protocol = find_address_protocol(*code);
    if (protocol == nullptr) return fail(errc::unknown_protocol);
    const auto size = protocol->size >= 0
                          ? result<std::uint64_t>{static_cast<std::uint64_t>(protocol->size)}
                          : in.uvarint();
    if (!size) return fail(size.error());
    if (*size > in.remaining()) return fail(errc::truncated);
    const auto value = in.take(static_cast<std::size_t>(*size));
    if (const error why = check_address_value(*protocol, *value)) return fail(why);
    return known_component{protocol, *value};
}

} // namespace lp2p::inline v0::wire::detail

namespace lp2p::inline v0::wire {

LP2P_DECL component multiaddr::iterator::operator*() const noexcept {
    return {current_.protocol->code, current_.value};
}

LP2P_DECL multiaddr::iterator& multiaddr::iterator::operator++() noexcept {
    at_ = rest_.data();
    cursor in{rest_};
    const auto next = detail::take_component(in);
    current_ = next ? *next : detail::known_component{};
    rest_ = in.rest();
    return *this;
}

LP2P_DECL multiaddr::iterator multiaddr::iterator::operator++(int) noexcept {
    const iterator before = *this;
    ++*this;
    return before;
}

LP2P_DECL multiaddr::iterator::iterator(byte_view bytes) noexcept
    : rest_{bytes} {
    ++*this;
}

LP2P_DECL multiaddr::iterator multiaddr::begin() const noexcept { return iterator{bytes_}; }

LP2P_DECL multiaddr::iterator multiaddr::end() const noexcept {
    return iterator{byte_view{bytes_}.subspan(bytes_.size())};
}

LP2P_DECL void multiaddr::push(const address_protocol& protocol, byte_view value) {
    encode_uvarint(static_cast<std::uint64_t>(protocol.code), bytes_);
    if (protocol.size < 0) encode_uvarint(value.size(), bytes_);
    append(bytes_, value);
}

LP2P_DECL result<multiaddr> multiaddr::from_bytes(byte_view bytes) {
    if (bytes.empty()) return fail(errc::empty_address);
    cursor in{bytes};
    while (in.remaining() != 0) {
        const auto c = detail::take_component(in);
        if (!c) return fail(c.error());
        if (c->protocol->rule == address_rule::path && in.remaining() != 0)
            return fail(errc::path_not_last);
    }
    multiaddr read;
    read.bytes_ = to_vector(bytes);
    return read;
}

LP2P_DECL result<multiaddr> multiaddr::parse(std::string_view text, parse_failure* culprit) {
    const auto refuse = [&](error why, std::string_view part) {
        if (culprit != nullptr)
            *culprit = {why, part, static_cast<std::size_t>(part.data() - text.data())};
        return fail(why);
    };
    if (text.empty()) return refuse(errc::empty_address, text);
    if (text.front() != '/') return refuse(errc::no_leading_slash, text);
    multiaddr read;
    byte_vector value;
    std::string_view rest = text.substr(1);
    bool more = true;
    // A slash at the end leaves one more part to read, which is empty.
    const auto take = [&](bool all) {
        const std::size_t end = all ? std::string_view::npos : rest.find('/');
        more = end != std::string_view::npos;
        const std::string_view part = rest.substr(0, end);
        rest = rest.substr(part.size() + (more ? 1 : 0));
        return part;
    };
    while (more) {
        const std::string_view name = take(false);
        if (name.empty()) return refuse(errc::empty_component, name);
        const address_protocol* protocol = find_address_protocol(name);
        if (protocol == nullptr) return refuse(errc::unknown_protocol_name, name);
        value.clear();
        if (protocol->rule != address_rule::flag) {
            if (!more) return refuse(errc::missing_value, name);
            const bool path = protocol->rule == address_rule::path;
            const std::string_view part = take(path);
            if (part.empty()) return refuse(errc::empty_component, part);
            const std::size_t slash = path ? 1 : 0; // the one before a path is part of it
            const std::string_view whole{part.data() - slash, part.size() + slash};
            if (const error why = parse_address_value(*protocol, whole, value))
                return refuse(why, part);
        }
        read.push(*protocol, value);
    }
    return read;
}

LP2P_DECL std::string multiaddr::to_string() const {
    std::string text;
    cursor in{bytes_};
    while (const auto c = detail::take_component(in)) {
        text.push_back('/');
        text += c->protocol->name;
        if (c->protocol->rule == address_rule::flag) continue;
        if (c->protocol->rule != address_rule::path) text.push_back('/');
        append_address_value(text, *c->protocol, c->value);
    }
    return text;
}

LP2P_DECL multiaddr multiaddr::tcp4(const ip4_bytes& ip, std::uint16_t port) {
    std::array<std::byte, 2> number{};
    store_u16(port, number.data());
    multiaddr made;
    made.push(*find_address_protocol("ip4"), ip);
    made.push(*find_address_protocol("tcp"), number);
    return made;
}

LP2P_DECL multiaddr multiaddr::tcp6(const ip6_bytes& ip, std::uint16_t port) {
    std::array<std::byte, 2> number{};
    store_u16(port, number.data());
    multiaddr made;
    made.push(*find_address_protocol("ip6"), ip);
    made.push(*find_address_protocol("tcp"), number);
    return made;
}

LP2P_DECL std::size_t multiaddr::peer_offset() const noexcept {
    cursor in{bytes_};
    std::size_t last = bytes_.size();
    while (in.remaining() != 0) {
        const std::size_t at = bytes_.size() - in.remaining();
        const auto c = detail::take_component(in);
        if (!c) break; // cannot be: the bytes were checked
        last = c->protocol->rule == address_rule::peer ? at : bytes_.size();
    }
    return last;
}

LP2P_DECL std::optional<peer_id> multiaddr::peer() const {
    cursor in{byte_view{bytes_}.subspan(peer_offset())};
    const auto c = detail::take_component(in);
    if (!c) return std::nullopt;
    const auto id = peer_id::from_bytes(c->value);
    return id ? std::optional{*id} : std::nullopt;
}

LP2P_DECL multiaddr multiaddr::without_peer() const {
    multiaddr made;
    made.bytes_ = to_vector(byte_view{bytes_}.first(peer_offset()));
    return made;
}

LP2P_DECL multiaddr multiaddr::with_peer(const peer_id& peer) const {
    multiaddr made = without_peer();
    if (!peer.empty()) made.push(*find_address_protocol("p2p"), peer.bytes());
    return made;
}

LP2P_DECL std::optional<tcp_endpoint> multiaddr::tcp() const noexcept {
    cursor in{bytes_};
    const auto host = detail::take_component(in);
    const auto port = detail::take_component(in);
    if (!host || !port || port->protocol->code != address_code::tcp) return std::nullopt;
    if (peer_offset() != bytes_.size() - in.remaining()) return std::nullopt;
    tcp_endpoint to;
    switch (host->protocol->code) {
    case address_code::ip4:
        to.family = tcp_endpoint::ip4;
        break;
    case address_code::ip6:
        to.family = tcp_endpoint::ip6;
        break;
    case address_code::dns:
        to.family = tcp_endpoint::dns;
        break;
    case address_code::dns4:
        to.family = tcp_endpoint::dns4;
        break;
    case address_code::dns6:
        to.family = tcp_endpoint::dns6;
        break;
    default:
        return std::nullopt;
    }
    if (host->protocol->rule == address_rule::name)
        to.name = as_text(host->value);
    else
        copy(host->value, to.ip);
    to.port = load_u16(port->value.data());
    return to;
}

} // namespace lp2p::inline v0::wire
