// SPDX-License-Identifier: Apache-2.0 OR MIT
// Asks an address for its shape: is it `/ip4|ip6|dns/tcp`, perhaps with a `/p2p` behind it?
//
// Shapes are of protocols, never of values. A shape is checked when the program is compiled.
#pragma once

#include <lp2p/wire/multiaddr.hpp>

namespace lp2p::inline v0::wire {

/// Parts between slashes, as in an address without its values: `/ip4|ip6/udp/quic-v1/p2p?`.
/// `|` stands between protocols of which one is there; a `?` at the end of a part says that it may
/// be missing. A part that may be missing is there where it can be.
class address_pattern {
public:
    /// Does not compile where it names what is no protocol, or has a part without a name.
    template <std::size_t N>
    consteval address_pattern(const char (&text)[N]) // NOLINT(google-explicit-constructor)
        : text_{text, N - 1} {
        if (text_.empty()) not_a_pattern();
        for (std::string_view rest = text_; !rest.empty();) {
            if (rest.front() != '/') not_a_pattern();
            const part p = take(rest);
            for_each_name(p.names, [](std::string_view name) {
                if (find_address_protocol(name) == nullptr) not_a_pattern();
                return false;
            });
        }
    }

    /// True where the address has these parts in this order and no others.
    [[nodiscard]] bool matches(const multiaddr& address) const noexcept;

private:
    struct part {
        std::string_view names;
        bool optional;
    };
    /// Takes a slash and what follows it, up to the next one.
    [[nodiscard]] static constexpr part take(std::string_view& rest) noexcept {
        rest.remove_prefix(1);
        std::string_view names = rest.substr(0, rest.find('/'));
        rest.remove_prefix(names.size());
        const bool optional = names.ends_with('?');
        if (optional) names.remove_suffix(1);
        return {names, optional};
    }
    /// Until `f` says true; what it said last.
    template <class F>
    static constexpr bool for_each_name(std::string_view names, F f) {
        for (bool more = true; more;) {
            const std::size_t end = names.find('|');
            more = end != std::string_view::npos;
            if (f(names.substr(0, end))) return true;
            names.remove_prefix(more ? end + 1 : names.size());
        }
        return false;
    }
    static void not_a_pattern(); // never defined: what would call it is no constant

    std::string_view text_;
};

/// What can be dialed over TCP, as `multiaddr::tcp` takes it apart.
inline constexpr address_pattern tcp_address{"/ip4|ip6|dns|dns4|dns6/tcp/p2p?"};
/// A name that stands for addresses in TXT records.
inline constexpr address_pattern dnsaddr_address{"/dnsaddr/p2p?"};

} // namespace lp2p::inline v0::wire

#ifndef LP2P_SEPARATE_COMPILATION
#include "multiaddr_match.ipp"
#endif
