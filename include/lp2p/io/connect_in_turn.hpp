// SPDX-License-Identifier: Apache-2.0 OR MIT
// Connects a socket to the first of several endpoints that works, one after the other.
//
// They share the time that is left, so that one which nobody answers does not cost the others
// theirs. What is told is told from a handler, never from inside the call.
#pragma once

#include <lp2p/io/clock.hpp>
#include <lp2p/io/errc.hpp>
#include <lp2p/io/link.hpp>

#include <vector>

namespace lp2p::inline v0::io {

namespace detail {
/// Whether a socket that connected is of use.
[[nodiscard]] inline error usable(const asio::ip::tcp::socket& socket) {
    std::error_code ec, ec_remote;
    const auto local = socket.local_endpoint(ec);
    const auto remote = socket.remote_endpoint(ec_remote);
    if (ec || ec_remote) return from_system(ec ? ec : ec_remote);
    // A port of this machine where nobody listens can be drawn as our own port, and TCP then
    // connects the socket with itself.
    if (local == remote) return errc::connection_refused;
    return {};
}
} // namespace detail

/// `to` is not empty. `told(endpoint, why, last)` follows for each that was tried; without an error
/// it is connected, and nothing more is tried. One that gets no answer in its share of the time is
/// a `connect_timeout`; the last may use all that is left until `deadline`. Nothing is told once
/// the link has stopped connecting (`link::close`).
template <class Told>
void connect_in_turn(const std::shared_ptr<link>& l, std::vector<asio::ip::tcp::endpoint> to,
                     instant deadline, Told told) {
    const asio::ip::tcp::endpoint at = to.front();
    to.erase(to.begin());
    std::error_code ignored;
    l->socket.close(ignored);
    l->late = false;
    const std::uint32_t turn = ++l->turn;
    const instant begin = now();
    const auto sharing = static_cast<std::int64_t>(to.size()) + 1;
    l->timer.expires_at(sharing == 1 ? deadline : begin + (deadline - begin) / sharing);
    l->timer.async_wait([l, turn](const std::error_code& ec) {
        if (ec || !l->connecting || l->turn != turn) return;
        l->late = true;
        std::error_code none;
        l->socket.close(none); // the connect ends as aborted
    });
    l->socket.async_connect(at, [l, at, deadline, left = std::move(to),
                                 told = std::move(told)](const std::error_code& ec) mutable {
        if (!l->connecting) return;
        const error why = l->late ? error{errc::connect_timeout}
                          : ec    ? from_system(ec)
                                  : detail::usable(l->socket);
        const bool last = left.empty();
        if (why && !last) {
            told(at, why, last);
            if (l->connecting) connect_in_turn(l, std::move(left), deadline, std::move(told));
            return;
        }
        ++l->turn; // the timer is not about this any more
        l->timer.cancel();
        told(at, why, last);
    });
}

} // namespace lp2p::inline v0::io
