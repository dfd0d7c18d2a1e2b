// SPDX-License-Identifier: Apache-2.0 OR MIT
// What the operating system's network says, in lp2p's terms, and lp2p's errors in Asio's.
//
// Nothing here does I/O.
#pragma once

#include <lp2p/core/error.hpp>
#include <lp2p/node/describe.hpp>

#include <asio/error.hpp>

#include <cerrno>
#include <string>
#include <system_error>

namespace lp2p::inline v0::io {

/// Codes of `domain::io`.
enum class errc : std::uint16_t {
    connection_refused = 1, ///< nobody listens there
    connect_timeout,        ///< no answer before the deadline
    unreachable,            ///< no route to that host or network
    reset,                  ///< the transport was reset
    address_in_use,         ///< somebody else listens there
    address_not_available,  ///< not an address of this machine
    permission_denied,      ///< the system does not allow it
    too_many_descriptors,   ///< no file descriptor left
    name_not_found,         ///< the host name has no address
    lookup_failed,          ///< the resolver has no answer for now
    lookup_timeout,         ///< the look-up took all of the dial's time
    bad_host_name,          ///< a name that no resolver can be asked for
    not_an_endpoint,        ///< not an address that TCP can use
    dnsaddr_not_supported,  ///< TXT records are not resolved here
    stream_reset,           ///< the remote reset this stream
    cancelled,              ///< the caller gave up
    other,                  ///< see the system's own message
};

[[nodiscard]] constexpr fault fault_of(errc e) noexcept {
    switch (e) {
    case errc::connection_refused:
        return fault::refused;
    case errc::connect_timeout:
    case errc::lookup_timeout:
        return fault::timeout;
    case errc::unreachable:
    case errc::reset:
    case errc::stream_reset:
    case errc::name_not_found:
    case errc::lookup_failed:
    case errc::cancelled:
    case errc::other:
        return fault::closed;
    case errc::too_many_descriptors:
        return fault::limit;
    default:
        return fault::local;
    }
}
[[nodiscard]] constexpr error make_error(errc e) noexcept {
    return {domain::io, fault_of(e), static_cast<std::uint16_t>(e)};
}
[[nodiscard]] constexpr std::string_view name(errc e) noexcept {
    switch (e) {
    case errc::connection_refused:
        return "connection_refused";
    case errc::connect_timeout:
        return "connect_timeout";
    case errc::unreachable:
        return "unreachable";
    case errc::reset:
        return "reset";
    case errc::address_in_use:
        return "address_in_use";
    case errc::address_not_available:
        return "address_not_available";
    case errc::permission_denied:
        return "permission_denied";
    case errc::too_many_descriptors:
        return "too_many_descriptors";
    case errc::name_not_found:
        return "name_not_found";
    case errc::lookup_failed:
        return "lookup_failed";
    case errc::lookup_timeout:
        return "lookup_timeout";
    case errc::bad_host_name:
        return "bad_host_name";
    case errc::not_an_endpoint:
        return "not_an_endpoint";
    case errc::dnsaddr_not_supported:
        return "dnsaddr_not_supported";
    case errc::stream_reset:
        return "stream_reset";
    case errc::cancelled:
        return "cancelled";
    case errc::other:
        return "other";
    }
    return {};
}
[[nodiscard]] constexpr std::string_view describe(errc e) noexcept {
    switch (e) {
    case errc::connection_refused:
        return "nobody listens at this address";
    case errc::connect_timeout:
        return "no answer to the connection attempt before its deadline";
    case errc::unreachable:
        return "no route to this address";
    case errc::reset:
        return "the transport was reset";
    case errc::address_in_use:
        return "the address is in use: choose another port, or 0 for any";
    case errc::address_not_available:
        return "this machine has no such address";
    case errc::permission_denied:
        return "the system does not permit it: ports below 1024 need rights";
    case errc::too_many_descriptors:
        return "no file descriptor is left: raise the limit (ulimit -n)";
    case errc::name_not_found:
        return "the host name has no address of the wanted family";
    case errc::lookup_failed:
        return "the resolver could not answer for this host name; try later";
    case errc::lookup_timeout:
        return "the look-up of the host name took all of the time that the dial had";
    case errc::bad_host_name:
        return "not a host name: it is longer than 253 bytes or has a zero byte";
    case errc::not_an_endpoint:
        return "only ip4, ip6, dns, dns4 and dns6 with tcp can be used";
    case errc::dnsaddr_not_supported:
        return "dnsaddr is not looked up: use the addresses in the TXT records of _dnsaddr.HOST";
    case errc::stream_reset:
        return "the remote reset this stream; the connection stays";
    case errc::cancelled:
        return "given up by the caller";
    case errc::other:
        return "the system's network reported an error";
    }
    return {};
}

/// An error of the operating system or of Asio, as lp2p's. Asio has a category of its own for the
/// numbers of `errno`.
[[nodiscard]] inline error from_system(const std::error_code& ec) noexcept {
    if (!ec) return {};
    if (ec == asio::error::host_not_found_try_again || ec == asio::error::no_recovery)
        return errc::lookup_failed;
    if (ec.category() == asio::error::get_netdb_category() ||
        ec.category() == asio::error::get_addrinfo_category())
        return errc::name_not_found;
    if (ec.category() != asio::error::get_system_category() &&
        ec.category() != std::system_category() && ec.category() != std::generic_category())
        return errc::other;
    switch (ec.value()) {
    case ECONNREFUSED:
        return errc::connection_refused;
    case ETIMEDOUT:
        return errc::connect_timeout;
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
    case EAFNOSUPPORT: // a machine without IPv6
        return errc::unreachable;
    case ECONNRESET:
    case ECONNABORTED:
    case ENETRESET:
    case EPIPE:
        return errc::reset;
    case EADDRINUSE:
        return errc::address_in_use;
    case EADDRNOTAVAIL:
        return errc::address_not_available;
    case EACCES:
    case EPERM:
        return errc::permission_denied;
    case EMFILE:
    case ENFILE:
        return errc::too_many_descriptors;
    case ECANCELED:
        return errc::cancelled;
    default:
        return errc::other;
    }
}

namespace detail {
/// An error as the value of a `std::error_code`: domain, fault and code.
[[nodiscard]] constexpr int pack(error e) noexcept {
    return static_cast<int>(static_cast<std::uint32_t>(e.where) << 24U |
                            static_cast<std::uint32_t>(e.kind) << 16U | e.code);
}
[[nodiscard]] constexpr error unpack(int value) noexcept {
    const auto packed = static_cast<std::uint32_t>(value);
    return {static_cast<domain>(packed >> 24U), static_cast<fault>((packed >> 16U) & 0xffU),
            static_cast<std::uint16_t>(packed & 0xffffU)};
}
} // namespace detail

/// lp2p's errors as a category of `std::error_code`. The message is the sentence that `text_of` or
/// `describe` has for it.
[[nodiscard]] inline const std::error_category& category() noexcept {
    struct lp2p_category final : std::error_category {
        [[nodiscard]] const char* name() const noexcept override { return "lp2p"; }
        [[nodiscard]] std::string message(int value) const override {
            const error e = detail::unpack(value);
            const std::string_view sentence = e.where == domain::io
                                                  ? describe(static_cast<errc>(e.code))
                                                  : text_of(e).sentence;
            if (!sentence.empty()) return std::string{sentence};
            std::string text{to_string(e.where)};
            text += ' ';
            text += to_string(e.kind);
            text += " error ";
            text += std::to_string(e.code);
            return text;
        }
    };
    static const lp2p_category instance;
    return instance;
}
/// For completion handlers: `from_error_code` gives the error back.
[[nodiscard]] inline std::error_code to_error_code(error e) noexcept {
    if (!e) return {};
    return {detail::pack(e), category()};
}
[[nodiscard]] inline error from_error_code(const std::error_code& ec) noexcept {
    // By name: shared objects with hidden symbols have a category each.
    if (std::string_view{ec.category().name()} != category().name()) return from_system(ec);
    return detail::unpack(ec.value());
}

} // namespace lp2p::inline v0::io
