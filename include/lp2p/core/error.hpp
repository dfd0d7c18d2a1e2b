// SPDX-License-Identifier: Apache-2.0 OR MIT
// What can go wrong, whose fault it was, and how streams and connections end.
//
// An `error` is four bytes: the protocol it is about, the fault, and that protocol's own code. Callers
// test faults, logs print codes. Errors never lie about whose fault it is: a limit or a timeout is
// no answer of the peer. Why not std::error_code: architecture.md, "Errors".
#pragma once

#include <lp2p/core/abi.hpp>

#include <concepts>
#include <string_view>
#include <type_traits>

namespace lp2p::inline v0 {

/// Whose fault, the first thing that a caller wants to know.
enum class fault : std::uint8_t {
    none,    ///< not an error: something finished as it should
    remote,  ///< the peer broke the rules
    local,   ///< the caller did
    limit,   ///< a bound of ours, or a known one of theirs, was reached; says nothing of support
    timeout, ///< a deadline passed
    closed,  ///< it had ended already, or ended underneath
    refused, ///< an explicit no (`na`, a refused connection)
};

/// Which part of lp2p a code belongs to.
enum class domain : std::uint8_t {
    none, core, crypto, wire, multistream, noise, yamux, identify, ping, plaintext, pubsub,
    connection, swarm, service, node, io,
};

/// A code with its domain and its fault. `error{}` is "no error".
///
/// Every domain has an `enum class errc : std::uint16_t` (0 is never used) and, beside it, found
/// by argument-dependent lookup: `error make_error(errc)` and `std::string_view describe(errc)`.
struct error {
    domain where = domain::none;
    fault kind = fault::none;
    std::uint16_t code = 0;

    constexpr error() noexcept = default;
    constexpr error(domain d, fault f, std::uint16_t c) noexcept : where{d}, kind{f}, code{c} {}
    template <class E>
        requires(std::is_enum_v<E> && !std::same_as<E, fault> && requires(E e) { make_error(e); })
    constexpr error(E e) noexcept : error{make_error(e)} {} // NOLINT(google-explicit-constructor)

    /// True where something went wrong.
    [[nodiscard]] constexpr explicit operator bool() const noexcept { return kind != fault::none; }
    friend constexpr bool operator==(error, error) noexcept = default;
    friend constexpr bool operator==(error e, fault f) noexcept { return e.kind == f; }
};
static_assert(sizeof(error) == 4);

/// How one direction, or a whole byte stream, ends on the wire.
struct end {
    enum how_type : std::uint8_t { fin, reset };
    how_type how = fin;
    std::uint32_t code = 0; ///< only with `reset`; 0 where the layer below carries none
    friend constexpr bool operator==(end, end) noexcept = default;
};

/// Who brought an end about.
enum class party : std::uint8_t { local, remote, transport };

/// Why something is over. `reason{}` means that it finished its work.
struct reason {
    error why{};
    party by = party::local;
    std::uint32_t wire_code = 0; ///< the number that came or went with it (GoAway, reset), if any
    friend constexpr bool operator==(const reason&, const reason&) noexcept = default;
};

[[nodiscard]] constexpr std::string_view to_string(fault f) noexcept {
    constexpr std::string_view names[] = {"none",    "remote", "local",  "limit",
                                          "timeout", "closed", "refused"};
    return names[static_cast<std::size_t>(f)];
}
[[nodiscard]] constexpr std::string_view to_string(party p) noexcept {
    constexpr std::string_view names[] = {"local", "remote", "transport"};
    return names[static_cast<std::size_t>(p)];
}
[[nodiscard]] constexpr std::string_view to_string(domain d) noexcept {
    constexpr std::string_view names[] = {"none",     "core", "crypto",    "wire",
                                          "multistream", "noise", "yamux", "identify",
                                          "ping",     "plaintext", "pubsub", "connection",
                                          "swarm",    "service", "node",  "io"};
    return names[static_cast<std::size_t>(d)];
}

} // namespace lp2p::inline v0
