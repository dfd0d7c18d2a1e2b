// SPDX-License-Identifier: Apache-2.0 OR MIT
// rust-libp2p's gossipsub (0.48: `old`; 0.50: not), as far as the seed's fault needs it: a model.
//
// One gossipsub handler per connection, all of them taking from one queue per peer, each with its
// own outbound stream. The fifth outbound or inbound stream of a connection disables its handler
// for good, and a push says that meshsub is gone. Subscriptions are said once per peer. A failed
// write loses its RPC, and the handler does nothing before it is polled again (H1, H2, H3, H4,
// H13).
#pragma once

#include "tests/support/foreign_node.hpp"

#include <deque>

namespace lp2p::test::foreign {

template <class Stack>
class rust_rules {
public:
    struct config {
        std::string topic = "t";
        bool dials_always = false; ///< dial by address, or `PeerCondition::Always`
        /// 0.48: each message wakes every handler of its peer, each takes one RPC to look at it,
        /// and opens its stream before there is anything to say.
        bool old = true;
        duration ping_every = seconds{15}; ///< what else polls a handler
    };
    static host_config host_settings() { return {.agent = "rust-libp2p/0.48"}; }

    rust_rules(config c, std::uint64_t seed, instant now)
        : config_{std::move(c)}
        , gossip_{config_.topic}
        , chance_{seed}
        , heartbeat_at_{after(now, heartbeat)}
        , ping_at_{after(now, config_.ping_every)} {}

    [[nodiscard]] const counters& counts() const noexcept { return counts_; }
    [[nodiscard]] const gossip<Stack>& router() const noexcept { return gossip_; }
    /// Of a peer, on connections that are there now.
    [[nodiscard]] std::size_t handlers_disabled(const wire::peer_id& peer) const {
        std::size_t n = 0;
        if (const auto at = peers_.find(peer); at != peers_.end())
            for (const auto& [id, handler] : at->second.handlers) n += handler.disabled;
        return n;
    }
    /// What the fifth stream does, to each connection of this peer.
    void disable_handlers(const wire::peer_id& peer, host<Stack>& h, instant now) {
        for (auto& [id, handler] : peers_.at(peer).handlers)
            if (!handler.disabled) disable(handler, {id, {}}, h, now);
    }
    [[nodiscard]] std::optional<std::string> poll_delivery() { return take_first(deliveries_); }
    [[nodiscard]] bool may_dial(const wire::peer_id& to, const host<Stack>& h) const {
        return config_.dials_always || (h.connections(to).empty() && !h.is_dialing(to));
    }
    void publish(std::string_view text, host<Stack>& h, instant now) {
        gossip_.publish(h.self(), text, true, sender(h, now));
    }

    [[nodiscard]] std::optional<instant> next_timeout() const {
        return std::min(heartbeat_at_, ping_at_);
    }
    void handle_timeout(host<Stack>& h, instant now) {
        if (now >= heartbeat_at_) {
            heartbeat_at_ = after(now, heartbeat);
            gossip_.heartbeat(now, sender(h, now), [](const wire::peer_id&) { return true; });
        }
        if (now < ping_at_) return;
        ping_at_ = after(now, config_.ping_every);
        for (auto& [peer, p] : peers_) poll_all(p, h, now);
    }

    void on(const connected& e, host<Stack>& h, instant now) {
        peer_state& p = peers_[h.peer(e.conn)];
        p.handlers[e.conn];
        if (e.first) p.queue.push_back(framed(gossip_.subscription()));
        poll(p, e.conn, h, now);
    }
    void on(const disconnected& e, host<Stack>&, instant) {
        const auto at = peers_.find(e.peer);
        if (at == peers_.end()) return;
        at->second.handlers.erase(e.conn); // with what it had taken off the queue
        if (!e.last) return;
        peers_.erase(at);
        gossip_.forget(e.peer);
    }
    void on(const listed&, host<Stack>&, instant) {} // gossipsub does not ask identify
    void on(const stream_opened& e, host<Stack>& h, instant now) {
        const auto [p, s] = find(e.id.conn, h);
        if (s == nullptr || s->disabled) return h.reset(e.id, now);
        const bool in = e.dir == direction::inbound;
        if (!in) s->establishing = false;
        if (++(in ? s->attempts_in : s->attempts_out) == attempts_most)
            return disable(*s, e.id, h, now);
        if (in) {
            if (s->in != substream_id{}) h.reset(s->in, now);
            s->in = e.id;
            s->reader.emplace(pubsub::rpc_flow::inbound, pubsub::rpc_stream_config{}, now);
            on(stream_readable{e.id}, h, now);
        } else {
            s->out = e.id;
        }
        poll(*p, e.id.conn, h, now);
    }
    /// A reset before the answer reads as an end, and that as "not supported" (H2).
    void on(const stream_failed& e, host<Stack>& h, instant now) {
        const auto [p, s] = find(e.id.conn, h);
        if (s == nullptr || s->disabled || !h.is_alive(e.id.conn)) return;
        s->establishing = false;
        const bool timeout = e.why == fault::timeout;
        if (++s->attempts_out == attempts_most || !timeout) return disable(*s, e.id, h, now);
        poll(*p, e.id.conn, h, now);
    }
    void on(const stream_readable& e, host<Stack>& h, instant now) {
        const wire::peer_id peer = h.peer(e.id.conn);
        const auto [p, s] = find(e.id.conn, h);
        if (s == nullptr || s->in != e.id) return;
        (void)s->reader->receive(h.take(e.id, now), now);
        while (s->reader->poll_event()) {
        }
        while (const auto frame = s->reader->take())
            gossip_.receive(peer, h.self().id, *frame, now, sender(h, now),
                            [&](std::string text) { deliveries_.push_back(std::move(text)); });
        poll(*p, e.id.conn, h, now);
    }
    /// The end of its own stream is seen by the next write and not before.
    void on(const stream_over& e, host<Stack>& h, instant now) {
        const auto [p, s] = find(e.id.conn, h);
        if (s == nullptr) return;
        if (s->in == e.id) {
            h.finish(e.id, now);
            s->in = {};
        }
        poll(*p, e.id.conn, h, now);
    }

private:
    struct handler {
        bool disabled = false;
        bool establishing = false;
        std::size_t attempts_in = 0;
        std::size_t attempts_out = 0;
        substream_id in{};
        std::optional<pubsub::rpc_stream> reader{};
        substream_id out{};
        std::optional<byte_vector> looked_at{}; ///< taken off the queue (old)
    };
    struct peer_state {
        std::deque<byte_vector> queue{};
        std::map<conn_id, handler> handlers{};
        conn_id waker{}; ///< polled last
    };

    std::pair<peer_state*, handler*> find(conn_id conn, const host<Stack>& h) {
        const auto at = peers_.find(h.peer(conn));
        if (at == peers_.end()) return {};
        const auto found = at->second.handlers.find(conn);
        if (found == at->second.handlers.end()) return {};
        return {&at->second, &found->second};
    }
    auto sender(host<Stack>& h, instant now) {
        return [this, &h, now](const wire::peer_id& to, const byte_vector& rpc) {
            const auto at = peers_.find(to);
            if (at == peers_.end() || at->second.queue.size() >= queue_most) return;
            at->second.queue.push_back(framed(rpc));
            config_.old ? poll_all(at->second, h, now) : poll(at->second, at->second.waker, h, now);
        };
    }
    /// Each connection is a task of its own: which of them runs first is chance.
    void poll_all(peer_state& p, host<Stack>& h, instant now) {
        std::vector<conn_id> all;
        for (const auto& [id, s] : p.handlers) all.push_back(id);
        chance_.shuffle(std::span{all});
        for (const conn_id id : all) poll(p, id, h, now);
    }
    void poll(peer_state& p, conn_id conn, host<Stack>& h, instant now) {
        const auto at = p.handlers.find(conn);
        if (at == p.handlers.end() || at->second.disabled || !h.is_alive(conn)) return;
        handler& s = at->second;
        p.waker = conn;
        if (config_.old && !s.looked_at) s.looked_at = take_first(p.queue);
        const bool wants = config_.old || !p.queue.empty();
        if (wants && s.out == substream_id{} && !s.establishing) {
            s.establishing = h.open(conn, meshsub, purpose::pubsub, now).has_value();
            return;
        }
        while (s.out != substream_id{}) {
            auto next = s.looked_at ? std::exchange(s.looked_at, {}) : take_first(p.queue);
            if (!next) return;
            if (h.write(s.out, *next, now)) continue;
            ++counts_.lost;
            s.out = {};
        }
    }
    void disable(handler& s, substream_id newest, host<Stack>& h, instant now) {
        s.disabled = true;
        ++counts_.disabled;
        for (const substream_id id : {newest, s.in, s.out})
            if (id.stream != substream_index{}) h.reset(id, now);
        s.in = s.out = {};
        s.looked_at.reset();
        h.withdraw_meshsub(newest.conn, now);
    }

    static constexpr duration heartbeat = seconds{1};
    static constexpr std::size_t attempts_most = 5; // MAX_SUBSTREAM_ATTEMPTS
    static constexpr std::size_t queue_most = 5000;

    config config_;
    gossip<Stack> gossip_;
    random_source chance_;
    std::map<wire::peer_id, peer_state> peers_;
    instant heartbeat_at_;
    instant ping_at_;
    std::deque<std::string> deliveries_;
    counters counts_;
};

template <class Stack>
using rust_model = node<Stack, rust_rules>;

} // namespace lp2p::test::foreign
