// SPDX-License-Identifier: Apache-2.0 OR MIT
// Every socket of a driver: listens, dials, carries bytes between sockets and a node, hangs up.
//
// It decides nothing: commands of the node come in, calls to the node go out. All of it runs on the
// driver's strand; after each call to the node it has the core pump, never nested.
#pragma once

#include <lp2p/core/limits.hpp>
#include <lp2p/io/clock.hpp>
#include <lp2p/io/connect_in_turn.hpp>
#include <lp2p/io/link.hpp>
#include <lp2p/io/name_lookup.hpp>
#include <lp2p/io/tcp.hpp>
#include <lp2p/swarm/events.hpp>

#include <asio/ip/v6_only.hpp>
#include <asio/post.hpp>

#include <map>
#include <memory>
#include <vector>

namespace lp2p::inline v0::io {

/// What a driver may be told; the defaults are those of `limits`.
struct config {
    duration connect_timeout = default_limits.upgrade_timeout; ///< of one dial, its look-up and all
    std::size_t addresses_per_name = default_limits.addresses_per_peer; ///< tried, of one name
    duration farewell = milliseconds{100};           ///< to write what is left, and for their FIN
    duration accept_pause_least = milliseconds{100}; ///< when no descriptor is left; doubles
    duration accept_pause_most = seconds{1};
    std::size_t read_size = 64 * 1024;  ///< bytes read at once; one buffer for all connections
    std::size_t write_size = 64 * 1024; ///< bytes asked of one `transmit`
};

/// `Core` is the driver's core: `executor()`, `node()`, `settings()`, `pump()`, `wake()`, and
/// `shared_from_this()`, by which a waiting handler keeps the table alive.
template <class Core>
class link_table {
public:
    using tcp = asio::ip::tcp;

    explicit link_table(Core& core)
        : core_{core} {}
    [[nodiscard]] bool empty() const noexcept { return links_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return links_.size(); }

    // --- what the driver and the node ask for ---------------------------------------------------
    result<wire::multiaddr> listen(const wire::multiaddr& at) {
        const auto where = to_endpoint(at);
        if (!where) return fail(where.error());
        auto l = std::make_shared<listener>(core_.executor(), core_.settings().accept_pause_least);
        std::error_code ec;
        l->acceptor.open(where->protocol(), ec);
        if (!ec) l->acceptor.set_option(tcp::acceptor::reuse_address{true}, ec);
        if (!ec && where->address().is_v6()) l->acceptor.set_option(asio::ip::v6_only{true}, ec);
        if (!ec) l->acceptor.bind(*where, ec);
        if (!ec) l->acceptor.listen(asio::socket_base::max_listen_connections, ec);
        const tcp::endpoint became = ec ? tcp::endpoint{} : l->acceptor.local_endpoint(ec);
        if (ec) return fail(from_system(ec));
        listeners_.push_back(l);
        accept_next(l);
        return to_multiaddr(became);
    }
    void close_listeners() {
        std::error_code ignored;
        for (const auto& l : listeners_) {
            l->acceptor.close(ignored);
            l->pause.cancel();
        }
        listeners_.clear();
    }
    void carry_out(const dial_command& c) {
        const auto l = add(tcp::socket{core_.executor()}, c.id);
        l->connecting = true;
        const instant deadline = after(now(), core_.settings().connect_timeout);
        if (const auto to = c.to.tcp(); to && is_name(*to)) {
            if (const error why = check_host_name(to->name)) return fail_later(l, why);
            return find_and_connect(l, *to, deadline);
        }
        const auto where = to_endpoint(c.to);
        if (!where) return fail_later(l, where.error());
        connect_in_turn(l, {*where}, deadline,
                        [this, keep = keep(), l](const tcp::endpoint&, error why, bool) {
                            if (why) return connect_failed(*l, why);
                            connected(*l);
                        });
    }
    void carry_out(const flush_command& c) {
        if (const auto l = find(c.id)) flush(*l);
    }
    void carry_out(const hang_up_command& c) {
        const auto l = find(c.id);
        if (!l) return core_.node().released(c.id);
        l->ending = c.how;
        const bool gone = l->broken || (l->told_end && !l->their_fin);
        if (l->connecting || gone || c.how.how == end::reset) return release(*l, c.how);
        l->timer.expires_after(core_.settings().farewell);
        l->timer.async_wait([this, keep = keep(), l](const std::error_code& ec) {
            if (!ec) release(*l, end{end::fin, 0});
        });
        flush(*l);
    }
    /// After each pump: whom the node wants to hear again is read again.
    void resume_paused() {
        if (paused_.empty()) return;
        for (const conn_id id : std::exchange(paused_, {})) {
            const auto l = find(id);
            if (!l) continue;
            l->paused = false;
            resume(*l);
        }
    }
    /// Every socket at once, with resets; the node is not told.
    void abort_all() {
        close_listeners();
        for (const auto& [id, l] : std::exchange(links_, {})) l->abort();
        paused_.clear();
    }

private:
    struct listener {
        template <class Executor>
        listener(const Executor& on, duration least)
            : acceptor{on}
            , pause{on}
            , wait{least} {}
        tcp::acceptor acceptor;
        tcp::endpoint from; ///< who came last: a socket that was reset since cannot tell
        asio::steady_timer pause;
        duration wait; ///< of the next pause
    };

    [[nodiscard]] auto keep() const { return core_.shared_from_this(); }
    [[nodiscard]] std::shared_ptr<link> find(conn_id id) const {
        const auto at = links_.find(id);
        return at == links_.end() ? nullptr : at->second;
    }
    std::shared_ptr<link> add(tcp::socket socket, conn_id id) {
        return links_[id] = std::make_shared<link>(std::move(socket), id);
    }

    // --- dialing --------------------------------------------------------------------------------
    void find_and_connect(const std::shared_ptr<link>& l, const wire::tcp_endpoint& to,
                          instant deadline) {
        l->timer.expires_at(deadline);
        l->timer.async_wait([this, keep = keep(), l](const std::error_code& ec) {
            if (!ec && l->connecting && l->names) connect_failed(*l, errc::lookup_timeout);
        });
        l->names = std::make_unique<tcp::resolver>(core_.executor());
        look_up(*l->names, to, core_.settings().addresses_per_name,
                [this, keep = keep(), l, deadline](error why, const auto& found) {
                    if (!l->connecting) return;
                    l->names.reset();
                    if (why) return connect_failed(*l, why);
                    connect_to_name(l, found, deadline);
                });
    }
    void connect_to_name(const std::shared_ptr<link>& l, const std::vector<tcp::endpoint>& found,
                         instant deadline) {
        connect_in_turn(
            l, found, deadline,
            [this, keep = keep(), l](const tcp::endpoint& at, error why, bool last) {
                if constexpr (requires { core_.node().tried(l->id, to_multiaddr(at), why); })
                    core_.node().tried(l->id, to_multiaddr(at), why);
                if (!why) return connected(*l);
                if (last) connect_failed(*l, why);
            });
    }
    void fail_later(const std::shared_ptr<link>& l, error why) {
        asio::post(core_.executor(), [this, keep = keep(), l, why] {
            if (l->connecting) connect_failed(*l, why);
        });
    }
    void connect_failed(link& l, error why) {
        const auto kept = find(l.id);
        links_.erase(l.id);
        l.close();
        core_.node().connect_failed(l.id, why, now());
        core_.pump();
    }
    void connected(link& l) {
        std::error_code ec;
        const auto local = l.socket.local_endpoint(ec);
        if (ec) return connect_failed(l, from_system(ec)); // reset a moment ago
        l.connecting = false;
        l.prepare();
        const conn_id id = l.id;
        core_.node().connected(id, to_multiaddr(local), now());
        core_.pump();
        if (const auto still = find(id)) resume(*still);
    }

    // --- accepting ------------------------------------------------------------------------------
    void accept_next(const std::shared_ptr<listener>& l) {
        l->acceptor.async_accept(
            l->from, [this, keep = keep(), l](const std::error_code& ec, tcp::socket socket) {
                if (!l->acceptor.is_open()) return;
                if (ec) return accept_later(l);
                l->wait = core_.settings().accept_pause_least;
                accept(std::move(socket), l->from);
                if (l->acceptor.is_open()) accept_next(l);
            });
    }
    /// No descriptor left, or another trouble of this machine: a pause, never a busy loop.
    void accept_later(const std::shared_ptr<listener>& l) {
        l->pause.expires_after(l->wait);
        l->wait = std::min(l->wait * 2, core_.settings().accept_pause_most);
        l->pause.async_wait([this, keep = keep(), l](const std::error_code& ec) {
            if (!ec && l->acceptor.is_open()) accept_next(l);
        });
    }
    void accept(tcp::socket socket, const tcp::endpoint& remote) {
        std::error_code ec;
        const auto local = socket.local_endpoint(ec);
        if (ec) return;
        const auto id = core_.node().accepted(to_multiaddr(remote), to_multiaddr(local), now());
        if (!id) return core_.pump(); // refused: the socket closes
        add(std::move(socket), *id)->prepare();
        core_.pump();
        if (const auto still = find(*id)) resume(*still);
    }

    // --- bytes in -------------------------------------------------------------------------------
    /// Reads on where the node wants input, or where only their end is awaited.
    void resume(link& l) {
        if (l.connecting || l.told_end || l.waits_read || !l.socket.is_open()) return;
        if (l.shut_down || core_.node().wants_input(l.id)) {
            l.waits_read = true;
            l.socket.async_wait(tcp::socket::wait_read,
                                [this, keep = keep(), id = l.id](const std::error_code& ec) {
                                    if (const auto l = find(id)) readable(*l, ec);
                                });
        } else if (l.broken) {
            transport_ended(l, end{end::reset, 0});
        } else if (!std::exchange(l.paused, true)) {
            paused_.push_back(l.id);
        }
    }
    void readable(link& l, const std::error_code& ec) {
        l.waits_read = false;
        if (ec) return;
        const link::got got = l.read(core_.buffer());
        if (got.ended) return transport_ended(l, l.broken ? end{end::reset, 0} : *got.ended);
        // Behind our FIN nothing is listened to; it is read so that closing does not reset.
        if (got.bytes != 0 && !l.shut_down) {
            (void)core_.node().receive(l.id, core_.buffer().first(got.bytes), now());
            core_.pump();
        }
        if (const auto still = find(l.id)) resume(*still);
    }
    void transport_ended(link& l, end how) {
        if (l.shut_down || (l.ending && how.how == end::reset)) return release(l, end{end::fin, 0});
        if (std::exchange(l.told_end, true)) return;
        l.their_fin = how.how == end::fin;
        if (l.ending) return; // its farewell is still being written
        core_.node().receive_end(l.id, how, now());
        core_.pump();
    }

    // --- bytes out ------------------------------------------------------------------------------
    void flush(link& l) {
        if (l.waits_write || l.connecting || l.shut_down || l.broken) return;
        for (;;) {
            const byte_view out = core_.node().transmit(l.id, core_.settings().write_size);
            if (out.empty()) break;
            const auto put = l.write(out);
            if (!put) return broke(l);
            if (*put == 0) return wait_write(l);
            core_.node().transmitted(l.id, *put, now());
        }
        if (!l.ending) return;
        l.finish();
        if (l.their_fin) return release(l, end{end::fin, 0});
        resume(l);
    }
    void wait_write(link& l) {
        l.waits_write = true;
        l.socket.async_wait(tcp::socket::wait_write,
                            [this, keep = keep(), id = l.id](const std::error_code& ec) {
                                const auto l = find(id);
                                if (!l) return;
                                l->waits_write = false;
                                if (ec) return;
                                flush(*l);
                                core_.pump();
                            });
    }
    /// A write failed. What they sent before (a GoAway that says why) is still read, for a moment,
    /// then the node is told.
    void broke(link& l) {
        l.broken = true;
        if (l.ending) return release(l, end{end::reset, 0});
        l.timer.expires_after(core_.settings().farewell);
        l.timer.async_wait([this, keep = keep(), id = l.id](const std::error_code& ec) {
            if (ec) return;
            if (const auto l = find(id)) transport_ended(*l, end{end::reset, 0});
        });
    }

    // --- the end --------------------------------------------------------------------------------
    void release(link& l, end how) {
        const auto gone = find(l.id);
        if (!gone) return;
        links_.erase(gone->id);
        if (how.how == end::reset)
            gone->abort();
        else
            gone->close();
        core_.node().released(gone->id);
        core_.wake();
    }

    Core& core_;
    std::vector<std::shared_ptr<listener>> listeners_;
    std::map<conn_id, std::shared_ptr<link>> links_;
    std::vector<conn_id> paused_;
};

} // namespace lp2p::inline v0::io
