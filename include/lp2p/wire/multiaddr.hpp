// SPDX-License-Identifier: Apache-2.0 OR MIT
// The address of a peer as a list of protocols: `/ip4/203.0.113.7/tcp/4001/p2p/12D3Koo…`.
//
// It holds canonical, checked bytes, so its accessors cannot fail. It resolves no names and dials
// nothing; what can be dialed is for the transport to say.
#pragma once

#include <lp2p/wire/multiaddr_text.hpp>

namespace lp2p::inline v0::wire {

/// One part of an address. `value` is without its length.
struct component {
    address_code code{};
    byte_view value;
};

/// Where a TCP connection goes: an address of exactly this shape, perhaps with a `/p2p` behind it.
struct tcp_endpoint {
    enum family_type : std::uint8_t { ip4, ip6, dns, dns4, dns6 };
    family_type family = ip4;
    ip6_bytes ip{};        ///< of `ip4` the first four
    std::string_view name; ///< of the dns families; valid as long as the address
    std::uint16_t port = 0;
};

/// Which part of a text is no address, and why.
struct parse_failure {
    error why;
    std::string_view part;  ///< a view into the text that was parsed
    std::size_t offset = 0; ///< of `part` in the text
};

class multiaddr {
public:
    /// Goes over the components; stays valid as long as the address.
    class iterator;

    /// The empty address, which nothing reads as and which goes nowhere.
    multiaddr() noexcept = default;
    /// Reads text. Names and numbers as go and rust both read them; trailing slashes, zones in ip6
    /// and signs in ports are refused. `/unix` takes all that follows as one path. On failure
    /// `culprit`, where given, says which part it was.
    [[nodiscard]] static result<multiaddr> parse(std::string_view text,
                                                 parse_failure* culprit = nullptr);
    /// Reads the binary form; its length is the caller's to bound (`limits`). `empty_address`,
    /// `unknown_protocol`, `bad_…_value`, `path_not_last`, `truncated`, and varint errors.
    [[nodiscard]] static result<multiaddr> from_bytes(byte_view bytes);
    [[nodiscard]] static multiaddr tcp4(const ip4_bytes& ip, std::uint16_t port);
    [[nodiscard]] static multiaddr tcp6(const ip6_bytes& ip, std::uint16_t port);

    [[nodiscard]] byte_view bytes() const noexcept { return bytes_; }
    [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }
    /// The one canonical text, which `parse` reads as the same address.
    [[nodiscard]] std::string to_string() const;

    [[nodiscard]] iterator begin() const noexcept;
    [[nodiscard]] iterator end() const noexcept;

    /// The peer at the end of it: not that of a relay before a `/p2p-circuit`.
    [[nodiscard]] std::optional<peer_id> peer() const;
    /// The same address without the peer at the end of it.
    [[nodiscard]] multiaddr without_peer() const;
    /// The same address with this peer at the end of it, instead of any other; nobody is nothing.
    [[nodiscard]] multiaddr with_peer(const peer_id& peer) const;
    /// Nothing where there is more or less than `/ip4|ip6|dns|dns4|dns6/…/tcp/…[/p2p/…]`.
    [[nodiscard]] std::optional<tcp_endpoint> tcp() const noexcept;

    friend bool operator==(const multiaddr& a, const multiaddr& b) noexcept {
        return equal(a.bytes_, b.bytes_);
    }
    /// By bytes.
    friend std::strong_ordering operator<=>(const multiaddr& a, const multiaddr& b) noexcept {
        if (a == b) return std::strong_ordering::equal;
        return less(a.bytes_, b.bytes_) ? std::strong_ordering::less
                                        : std::strong_ordering::greater;
    }

private:
    void push(const address_protocol& protocol, byte_view value);
    /// Where the peer at the end begins; the size where there is none.
    [[nodiscard]] std::size_t peer_offset() const noexcept;

    byte_vector bytes_;
};

namespace detail {

/// A component with the row of its protocol.
struct known_component {
    const address_protocol* protocol = nullptr;
    byte_view value;
};

/// Takes and checks the component at the front.
[[nodiscard]] inline result<known_component> take_component(cursor& in) noexcept {
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

} // namespace detail

class multiaddr::iterator {
public:
    using value_type = component;
    using difference_type = std::ptrdiff_t;
    using reference = component;
    using pointer = void;
    using iterator_category = std::input_iterator_tag;

    iterator() noexcept = default;
    [[nodiscard]] component operator*() const noexcept {
        return {current_.protocol->code, current_.value};
    }
    iterator& operator++() noexcept {
        at_ = rest_.data();
        cursor in{rest_};
        const auto next = detail::take_component(in);
        current_ = next ? *next : detail::known_component{};
        rest_ = in.rest();
        return *this;
    }
    iterator operator++(int) noexcept {
        const iterator before = *this;
        ++*this;
        return before;
    }
    friend bool operator==(const iterator& a, const iterator& b) noexcept {
        return a.current_.protocol == b.current_.protocol && a.at_ == b.at_;
    }

private:
    friend multiaddr;
    explicit iterator(byte_view bytes) noexcept
        : rest_{bytes} {
        ++*this;
    }

    byte_view rest_;                  ///< behind the current component
    const std::byte* at_ = nullptr;   ///< where the current component begins
    detail::known_component current_; ///< no protocol: the end
};

inline multiaddr::iterator multiaddr::begin() const noexcept { return iterator{bytes_}; }
inline multiaddr::iterator multiaddr::end() const noexcept {
    return iterator{byte_view{bytes_}.subspan(bytes_.size())};
}

inline void multiaddr::push(const address_protocol& protocol, byte_view value) {
    encode_uvarint(static_cast<std::uint64_t>(protocol.code), bytes_);
    if (protocol.size < 0) encode_uvarint(value.size(), bytes_);
    append(bytes_, value);
}

inline result<multiaddr> multiaddr::from_bytes(byte_view bytes) {
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

inline result<multiaddr> multiaddr::parse(std::string_view text, parse_failure* culprit) {
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

inline std::string multiaddr::to_string() const {
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

inline multiaddr multiaddr::tcp4(const ip4_bytes& ip, std::uint16_t port) {
    std::array<std::byte, 2> number{};
    store_u16(port, number.data());
    multiaddr made;
    made.push(*find_address_protocol("ip4"), ip);
    made.push(*find_address_protocol("tcp"), number);
    return made;
}

inline multiaddr multiaddr::tcp6(const ip6_bytes& ip, std::uint16_t port) {
    std::array<std::byte, 2> number{};
    store_u16(port, number.data());
    multiaddr made;
    made.push(*find_address_protocol("ip6"), ip);
    made.push(*find_address_protocol("tcp"), number);
    return made;
}

inline std::size_t multiaddr::peer_offset() const noexcept {
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

inline std::optional<peer_id> multiaddr::peer() const {
    cursor in{byte_view{bytes_}.subspan(peer_offset())};
    const auto c = detail::take_component(in);
    if (!c) return std::nullopt;
    const auto id = peer_id::from_bytes(c->value);
    return id ? std::optional{*id} : std::nullopt;
}

inline multiaddr multiaddr::without_peer() const {
    multiaddr made;
    made.bytes_ = to_vector(byte_view{bytes_}.first(peer_offset()));
    return made;
}

inline multiaddr multiaddr::with_peer(const peer_id& peer) const {
    multiaddr made = without_peer();
    if (!peer.empty()) made.push(*find_address_protocol("p2p"), peer.bytes());
    return made;
}

inline std::optional<tcp_endpoint> multiaddr::tcp() const noexcept {
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
