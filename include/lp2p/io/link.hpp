// SPDX-License-Identifier: Apache-2.0 OR MIT
// One TCP socket of the driver: how it is read, written and ended, and what is known of it.
//
// It never waits and calls nobody: `link_table` does. Reads go into the caller's buffer, so an idle
// connection owns none; writes take what fits now, so nothing that a node lent is kept.
#pragma once

#include <lp2p/connection/substream.hpp>
#include <lp2p/core/bytes.hpp>
#include <lp2p/core/error.hpp>

#include <asio/buffer.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/socket_base.hpp>
#include <asio/steady_timer.hpp>

#include <memory>
#include <optional>

namespace lp2p::inline v0::io {

struct link {
    link(asio::ip::tcp::socket s, conn_id conn)
        : socket{std::move(s)}
        , timer{socket.get_executor()}
        , id{conn} {}

    asio::ip::tcp::socket socket;
    asio::steady_timer timer;                       ///< of the connect, later of the farewell
    std::unique_ptr<asio::ip::tcp::resolver> names; ///< only while a name is looked up
    conn_id id;
    std::optional<end> ending; ///< the node hung up: flush, then this
    bool connecting = false;
    std::uint32_t turn = 0; ///< which connect the timer is about
    bool late = false;      ///< that connect took too long
    bool waits_read = false;
    bool waits_write = false;
    bool paused = false;    ///< the node wants no input now
    bool broken = false;    ///< a write failed; what came before can still be read
    bool told_end = false;  ///< the node knows how the transport ended
    bool their_fin = false; ///< nothing more to read, yet they may be reading
    bool shut_down = false; ///< our FIN is out, theirs is awaited

    /// What one read gave: bytes, or the end of the transport, or nothing of both for now.
    struct got {
        std::size_t bytes = 0;
        std::optional<end> ended;
    };
    got read(mutable_bytes into) {
        std::error_code ec;
        const std::size_t n = socket.read_some(asio::buffer(into.data(), into.size()), ec);
        if (!ec) return {n, std::nullopt};
        if (later(ec)) return {};
        if (ec == asio::error::eof) return {0, end{end::fin, 0}};
        return {0, end{end::reset, 0}};
    }
    /// How much the socket took, perhaps 0; nothing where it broke.
    std::optional<std::size_t> write(byte_view out) {
        std::error_code ec;
        const std::size_t n = socket.write_some(asio::buffer(out.data(), out.size()), ec);
        if (!ec) return n;
        if (later(ec)) return 0;
        return std::nullopt;
    }
    /// Frames of a muxer are small and hurried: no waiting for more to send.
    void prepare() {
        std::error_code ignored;
        socket.non_blocking(true, ignored);
        socket.set_option(asio::ip::tcp::no_delay{true}, ignored);
    }
    /// Our FIN; reading goes on.
    void finish() {
        std::error_code ignored;
        socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
        shut_down = true;
    }
    /// Closes with a reset on the wire. Waits end as aborted.
    void abort() {
        std::error_code ignored;
        socket.set_option(asio::socket_base::linger{true, 0}, ignored);
        close();
    }
    /// Closes; what the system holds is still sent. Waits end as aborted.
    void close() {
        std::error_code ignored;
        socket.close(ignored);
        timer.cancel();
        connecting = false;
        if (names) names->cancel();
    }

private:
    static bool later(const std::error_code& ec) {
        return ec == asio::error::would_block || ec == asio::error::try_again ||
               ec == asio::error::interrupted;
    }
};

} // namespace lp2p::inline v0::io
