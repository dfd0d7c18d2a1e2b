// SPDX-License-Identifier: Apache-2.0 OR MIT
// The inside of the driver: a node, its sockets and streams, one timer, and the pump between them.
//
// After each call into the node the pump carries out its commands, tells its events and sets the
// timer; it is never nested, and what users gave to be called is posted, never called from here.
#pragma once

#include <lp2p/io/interfaces.hpp>
#include <lp2p/io/link_table.hpp>
#include <lp2p/io/stream.hpp>

#include <asio/any_io_executor.hpp>
#include <asio/dispatch.hpp>
#include <asio/strand.hpp>

#include <atomic>
#include <functional>

namespace lp2p::inline v0::io {

/// What a node is to a driver. Where it has `tried(id, address, why)`, it is told of each address
/// that a dialed name stands for, before `connected` or `connect_failed`. Operations of users ask
/// for more, each only where it is used: `dial(address, now)`, `open(peer, protocols, deadline,
/// confirm, now)`, `serve(protocol, now)`, `shut_down(now)`.
template <class N>
concept drivable =
    requires(N n, const N c, conn_id id, const wire::multiaddr& at, instant now, mutable_bytes in,
             end how, std::size_t k, error why) {
        typename N::event;
        { n.accepted(at, at, now) } -> std::same_as<result<conn_id>>;
        n.connected(id, at, now);
        n.connect_failed(id, why, now);
        { n.receive(id, in, now) } -> std::same_as<result<std::size_t>>;
        n.receive_end(id, how, now);
        { n.transmit(id, k) } -> std::same_as<byte_view>;
        n.transmitted(id, k, now);
        { c.wants_input(id) } -> std::same_as<bool>;
        n.released(id);
        { n.poll_command() } -> std::same_as<std::optional<command>>;
        { n.poll_event() } -> std::same_as<std::optional<typename N::event>>;
        { c.next_timeout() } -> std::same_as<std::optional<instant>>;
        n.handle_timeout(now);
    } &&
    requires(N n, const N c, conn_id conn, substream_id id, byte_view out, std::size_t k,
             std::uint32_t code, instant now) {
        { c.protocol(id) } -> std::convertible_to<std::string_view>;
        { c.peer(conn) } -> std::convertible_to<wire::peer_id>;
        { c.read(id) } -> std::same_as<byte_view>;
        n.consume(id, k, now);
        { n.write(id, out, now) } -> std::same_as<result<std::size_t>>;
        n.finish(id, now);
        n.reset(id, code, now);
    };

template <class Node>
class driver_core : public std::enable_shared_from_this<driver_core<Node>> {
public:
    using executor_type = asio::strand<asio::any_io_executor>;
    using stream = basic_stream<driver_core>;
    using event = typename Node::event;

    driver_core(const asio::any_io_executor& on, Node node, const config& c)
        : strand_{asio::make_strand(on)}
        , config_{c}
        , node_{std::move(node)}
        , timer_{strand_}
        , buffer_(c.read_size)
        , links_{*this}
        , streams_{*this} {
        static_assert(drivable<Node>);
    }
    driver_core(const driver_core&) = delete;
    driver_core& operator=(const driver_core&) = delete;

    // --- for the tables -------------------------------------------------------------------------
    [[nodiscard]] const executor_type& executor() const noexcept { return strand_; }
    [[nodiscard]] const config& settings() const noexcept { return config_; }
    [[nodiscard]] Node& node() noexcept { return node_; }
    [[nodiscard]] link_table<driver_core>& links() noexcept { return links_; }
    [[nodiscard]] stream_table<driver_core>& streams() noexcept { return streams_; }
    [[nodiscard]] mutable_bytes buffer() noexcept { return buffer_; }
    [[nodiscard]] bool stopped() const noexcept { return stopped_; }
    [[nodiscard]] ticket next_ticket() noexcept { return ticket{++last_ticket_}; }
    void pump() {
        if (stopped_ || std::exchange(pumping_, true)) return;
        for (bool busy = true; busy;) {
            busy = false;
            while (auto c = node_.poll_command()) {
                busy = true;
                std::visit([this](const auto& asked) { links_.carry_out(asked); }, *c);
            }
            if (telling_) continue;
            if (auto e = node_.poll_event()) {
                busy = true;
                std::visit([this](const auto& told) { this->tell(told); }, *e);
            }
        }
        pumping_ = false;
        arm_timer();
        links_.resume_paused();
        if (links_.empty() && !telling_ && !shut_downs_.empty())
            for (auto& op : std::exchange(shut_downs_, {})) op->complete({});
    }
    /// The pump runs soon, once, however often this is called.
    void wake() {
        if (stopped_ || pumping_ || std::exchange(woken_, true)) return;
        asio::post(strand_, [self = this->shared_from_this()] {
            self->woken_ = false;
            self->pump();
        });
    }

    // --- operations -----------------------------------------------------------------------------
    void on_event(std::function<void(const event&)> told) {
        auto before = std::exchange(told_, std::move(told)); // dies last: it is the user's
    }
    status serve(const std::string& protocol, std::function<void(stream)> with) {
        const status served = node_.serve(protocol, now());
        wake();
        if (!served) return served;
        auto before = std::exchange(served_[protocol], std::move(with));
        return {};
    }
    result<wire::multiaddr> listen(const wire::multiaddr& at) {
        auto became = links_.listen(at);
        if constexpr (requires { node_.listening(at, now()); })
            if (became)
                for (const auto& reached : reachable_at(*became)) node_.listening(reached, now());
        wake();
        return became;
    }
    template <class Handler>
    void start_dial(const wire::multiaddr& to, Handler&& handler) {
        if (stopped_)
            return dial_operation::make(std::forward<Handler>(handler), strand_)
                ->complete(asio::error::operation_aborted, {});
        const request_id request = node_.dial(to, now());
        dials_[request] =
            dial_operation::make(next_ticket(), std::forward<Handler>(handler), strand_,
                                 [weak = this->weak_from_this(), request] {
                                     if (const auto self = weak.lock())
                                         self->answer(request, asio::error::operation_aborted, {});
                                 });
        wake();
    }
    template <class Handler>
    void start_open(const wire::peer_id& peer, const std::vector<std::string>& protocols,
                    Handler&& handler) {
        const auto id = stopped_
                            ? result<substream_id>{fail(errc::cancelled)}
                            : node_.open(peer, protocols, after(now(), default_limits.open_timeout),
                                         confirm::wait, now());
        if (!id) {
            const std::error_code why =
                stopped_ ? asio::error::operation_aborted : to_error_code(id.error());
            return open_operation::make(std::forward<Handler>(handler), strand_)
                ->complete(why, stream{strand_});
        }
        opens_[*id] = open_operation::make(next_ticket(), std::forward<Handler>(handler), strand_,
                                           [weak = this->weak_from_this(), id = *id] {
                                               if (const auto self = weak.lock())
                                                   self->abort_open(id);
                                           });
        wake();
    }
    template <class Handler>
    void start_shut_down(Handler&& handler) {
        if (stopped_)
            return end_operation::make(std::forward<Handler>(handler), strand_)->complete({});
        const ticket number = next_ticket();
        shut_downs_.push_back(end_operation::make(number, std::forward<Handler>(handler), strand_,
                                                  [weak = this->weak_from_this(), number] {
                                                      if (const auto self = weak.lock())
                                                          self->abort_shut_down(number);
                                                  }));
        links_.close_listeners();
        node_.shut_down(now());
        wake();
    }
    /// From any thread. Everything at once: sockets are reset, what waits is aborted. What was on
    /// its way to the handlers of `on_event` and `serve` is not told any more: they may be gone
    /// with whoever owned the driver.
    void stop() {
        abandoned_ = true;
        asio::dispatch(strand_, [self = this->shared_from_this()] { self->stop_now(); });
    }

private:
    using dial_operation = operation<std::error_code, conn_id>;
    using open_operation = operation<std::error_code, stream>;
    using end_operation = operation<std::error_code>;

    void arm_timer() {
        const auto next = node_.next_timeout();
        if (next == armed_) return;
        armed_ = next;
        if (!next) {
            timer_.cancel();
            return;
        }
        timer_.expires_at(*next);
        timer_.async_wait([self = this->shared_from_this()](const std::error_code& ec) {
            if (ec || self->stopped_) return;
            self->armed_.reset();
            self->node_.handle_timeout(now());
            self->pump();
        });
    }

    // --- events ---------------------------------------------------------------------------------
    template <class Event>
    void tell(const Event& e) {
        if constexpr (std::is_same_v<Event, swarms::substream_readable> ||
                      std::is_same_v<Event, swarms::substream_writable>) {
            if (streams_.has(e.id)) return streams_.retry(e.id);
        } else if constexpr (std::is_same_v<Event, swarms::substream_open>)
            opened(e);
        else if constexpr (std::is_same_v<Event, swarms::substream_failed>)
            answer(e.id, to_error_code(e.why), stream{strand_});
        else if constexpr (std::is_same_v<Event, swarms::substream_finished>)
            streams_.finished(e.id);
        else if constexpr (std::is_same_v<Event, swarms::substream_reset>)
            streams_.was_reset(e.id, e.code);
        else if constexpr (std::is_same_v<Event, swarms::substream_ended>)
            streams_.ended(e.id, e.why);
        else if constexpr (std::is_same_v<Event, swarms::dialed>)
            answer(e.request, {}, e.conn);
        else if constexpr (std::is_same_v<Event, swarms::dial_failed>)
            answer(e.request, to_error_code(e.why), {});
        if (!told_) return;
        telling_ = true; // what the event names can be looked up until the next poll
        asio::post(strand_, [self = this->shared_from_this(), e = event{e}] {
            if (self->abandoned_) return;
            self->telling_ = false;
            self->wake();
            if (const auto told = self->told_) told(e); // a copy: it may replace itself
        });
    }
    void opened(const swarms::substream_open& e) {
        if (e.dir == direction::outbound) {
            if (!opens_.contains(e.id)) return; // opened on the node itself
            streams_.add(e.id);
            return answer(e.id, {}, stream{this->shared_from_this(), e.id});
        }
        const auto with = served_.find(node_.protocol(e.id));
        if (with == served_.end()) {
            if (!told_) node_.reset(e.id, 0, now()); // nobody could ever take it
            return;
        }
        streams_.add(e.id);
        asio::post(strand_,
                   [self = this->shared_from_this(), call = with->second,
                    s = stream{this->shared_from_this(), e.id}]() mutable {
                       if (call && !self->abandoned_) call(std::move(s));
                   });
    }
    void answer(request_id request, const std::error_code& ec, conn_id conn) {
        if (const auto op = dials_.extract(request)) op.mapped()->complete(ec, conn);
    }
    void answer(substream_id id, const std::error_code& ec, stream s) {
        if (const auto op = opens_.extract(id)) op.mapped()->complete(ec, std::move(s));
    }
    /// What the node has said by now counts; where it is open already, the cancellation came late.
    void abort_open(substream_id id) {
        pump();
        if (stopped_ || !opens_.contains(id)) return;
        node_.reset(id, 0, now());
        answer(id, asio::error::operation_aborted, stream{strand_});
        wake();
    }
    void abort_shut_down(ticket number) {
        for (auto at = shut_downs_.begin(); at != shut_downs_.end(); ++at) {
            if ((*at)->number() != number) continue;
            const auto op = std::move(*at);
            shut_downs_.erase(at);
            return op->complete(asio::error::operation_aborted);
        }
    }
    void stop_now() {
        if (std::exchange(stopped_, true)) return;
        timer_.cancel();
        links_.abort_all();
        streams_.abort_all();
        for (auto& [id, op] : std::exchange(opens_, {}))
            op->complete(asio::error::operation_aborted, stream{strand_});
        for (auto& [id, op] : std::exchange(dials_, {}))
            op->complete(asio::error::operation_aborted, conn_id{});
        for (auto& op : std::exchange(shut_downs_, {}))
            op->complete(asio::error::operation_aborted);
        // The user's: they may own streams, or what owns the driver, and die when all is done.
        const auto served = std::exchange(served_, {});
        const auto told = std::exchange(told_, nullptr);
    }

    executor_type strand_;
    config config_;
    Node node_;
    asio::steady_timer timer_;
    std::optional<instant> armed_; ///< what the timer waits for
    byte_vector buffer_;
    link_table<driver_core> links_;
    stream_table<driver_core> streams_;
    std::map<substream_id, std::unique_ptr<open_operation>> opens_;
    std::map<request_id, std::unique_ptr<dial_operation>> dials_;
    std::vector<std::unique_ptr<end_operation>> shut_downs_;
    std::map<std::string, std::function<void(stream)>, std::less<>> served_;
    std::function<void(const event&)> told_;
    std::uint64_t last_ticket_ = 0;
    bool woken_ = false;
    bool pumping_ = false;
    bool telling_ = false; ///< the user's handler has not seen the last event yet
    bool stopped_ = false;
    std::atomic<bool> abandoned_{false}; ///< the driver is gone, `stopped_` follows on the strand
};

} // namespace lp2p::inline v0::io
