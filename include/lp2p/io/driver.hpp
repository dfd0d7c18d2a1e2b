// SPDX-License-Identifier: Apache-2.0 OR MIT
// The thin Asio driver: gives a node sockets, one timer and the time of day, and nothing else.
//
// No threads of its own: everything happens on one strand of the executor that it is given. No user
// code runs inside a node: handlers are posted. A driver is a handle; when it is destroyed, sockets
// are reset, what waits completes with `operation_aborted`, and no other handler is called any
// more.
#pragma once

#include <lp2p/io/driver_core.hpp>

namespace lp2p::inline v0::io {

/// `Node` is `basic_node<Stack>` or whatever else answers the calls of `io::drivable`.
///
/// Every call is made on `get_executor()`, or where nothing runs it (before the context runs, or on
/// the only thread that runs it). Only destruction may happen on any thread, as long as the
/// execution context lives.
///
/// A name in an address (`/dns`, `/dns4`, `/dns6`) is looked up by Asio's resolver, which has a
/// thread of its own from the first name on and asks for one name after the other. Its addresses
/// are tried in turn, IPv6 first, until one takes a TCP connection. A look-up that has begun cannot
/// be interrupted: its dial ends in time, `run()` ends when the system has answered. `/dnsaddr` is
/// refused (`dnsaddr_unsupported`).
///
/// Handlers, `served` and `told` alike, may destroy the driver or any stream, and may throw: the
/// exception leaves `run()`, which can be called again.
template <class Node>
class driver {
public:
    using core_type = driver_core<Node>;
    using executor_type = typename core_type::executor_type;
    using stream = typename core_type::stream;

    driver(const asio::any_io_executor& on, Node node, const config& c = {})
        : core_{std::make_shared<core_type>(on, std::move(node), c)} {
        core_->wake();
    }
    driver(driver&&) noexcept = default;
    driver& operator=(driver&&) noexcept = delete;
    ~driver() {
        if (core_) core_->stop();
    }

    /// The strand that every call is made on, and that handlers without an executor run on.
    [[nodiscard]] executor_type get_executor() const noexcept { return core_->executor(); }
    /// The node, for calls of its own: `driver.node().publish(…)`. What such a call makes it say is
    /// carried out as soon as the executor runs; so ask for it anew each time.
    [[nodiscard]] Node& node() {
        core_->wake();
        return core_->node();
    }
    [[nodiscard]] const Node& node() const noexcept { return core_->node(); }
    /// For whoever keeps a reference to the node: after each call of it.
    void wake() { core_->wake(); }

    /// Listens; the answer says which port it became. A node that has `listening` is told where it
    /// can be reached: there, or for 0.0.0.0 and :: at each interface (`reachable_at`). Errors:
    /// those of `io::errc`.
    result<wire::multiaddr> listen(const wire::multiaddr& at) { return core_->listen(at); }
    /// Told of every event, posted, in order, one at a time: what it names can be looked up in the
    /// node until the handler returns. But not of `substream_readable` and
    /// `substream_writable` where a stream of this driver stands for the substream.
    void on_event(std::function<void(const typename Node::event&)> told) {
        core_->on_event(std::move(told));
    }
    /// Called with each inbound substream of this protocol; posted. An inbound substream of a
    /// protocol that the node serves and nobody named here is the event handler's, or reset where
    /// there is none. Errors: those of the node's `serve`.
    status serve(const std::string& protocol, std::function<void(stream)> with) {
        return core_->serve(protocol, std::move(with));
    }
    /// Connects to the peer that the address names, or answers with the connection that there is.
    /// Cancelled: the dial goes on, unasked for.
    template <class Token = asio::default_completion_token_t<executor_type>>
    auto async_dial(const wire::multiaddr& to, Token&& token = {}) {
        return asio::async_initiate<Token, void(std::error_code, conn_id)>(
            [core = core_](auto handler, const wire::multiaddr& address) {
                core->start_dial(address, std::move(handler));
            },
            token, to);
    }
    /// Opens a substream to a connected peer for the first of `protocols` that it takes, within
    /// `limits::open_timeout`. Only `fault::refused` says that the peer lacks them all.
    template <class Token = asio::default_completion_token_t<executor_type>>
    auto async_open(const wire::peer_id& peer, std::vector<std::string> protocols,
                    Token&& token = {}) {
        return asio::async_initiate<Token, void(std::error_code, stream)>(
            [core = core_](auto handler, const wire::peer_id& to,
                           const std::vector<std::string>& wanted) {
                core->start_open(to, wanted, std::move(handler));
            },
            token, peer, std::move(protocols));
    }
    /// Closes every connection in order and stops listening; completes when all sockets are gone.
    template <class Token = asio::default_completion_token_t<executor_type>>
    auto async_shut_down(Token&& token = {}) {
        return asio::async_initiate<Token, void(std::error_code)>(
            [core = core_](auto handler) { core->start_shut_down(std::move(handler)); }, token);
    }

private:
    std::shared_ptr<core_type> core_;
};

} // namespace lp2p::inline v0::io
