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
[[nodiscard]] result<known_component> take_component(cursor& in) noexcept;

} // namespace detail

class multiaddr::iterator {
public:
    using value_type = component;
    using difference_type = std::ptrdiff_t;
    using reference = component;
    using pointer = void;
    using iterator_category = std::input_iterator_tag;

    iterator() noexcept = default;
    [[nodiscard]] component operator*() const noexcept;
    iterator& operator++() noexcept;
    iterator operator++(int) noexcept;
    friend bool operator==(const iterator& a, const iterator& b) noexcept {
        return a.current_.protocol == b.current_.protocol && a.at_ == b.at_;
    }

private:
    friend multiaddr;
    explicit iterator(byte_view bytes) noexcept;

    byte_view rest_;                  ///< behind the current component
    const std::byte* at_ = nullptr;   ///< where the current component begins
    detail::known_component current_; ///< no protocol: the end
};

} // namespace lp2p::inline v0::wire

#ifndef LP2P_SEPARATE_COMPILATION
#include "multiaddr.ipp"
#endif
