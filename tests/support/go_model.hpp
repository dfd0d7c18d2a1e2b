// SPDX-License-Identifier: Apache-2.0 OR MIT
// go-libp2p 0.51 with go-libp2p-pubsub 0.16, as far as the seed's fault needs it: a model.
//
// Eight connections per peer. One inbound pubsub stream per peer: the newest resets the older one,
// and whenever one ends, the peer's subscriptions are forgotten. What a peer supports is one list,
// replaced by each identify answer and push of any connection. The outbound stream comes back after
// 0, 100, 200 … ms, four times in all, and a failed open is not tried again (H5, H6, H13).
#pragma once

#include "tests/support/foreign_node.hpp"

#include <deque>

namespace lp2p::test::foreign {

template <class Stack>
class go_rules {
public:
    struct config {
        std::string topic = "t";
        bool refuses_pubsub = false; ///< resets each inbound pubsub stream once it is agreed
    };
    static host_config host_settings() {
        return {.agent = "github.com/libp2p/go-libp2p", .connections_per_peer = 8};
    }

    go_rules(config c, std::uint64_t, instant now)
        : config_{std::move(c)}
        , gossip_{config_.topic}
        , heartbeat_at_{after(now, heartbeat)} {}

    [[nodiscard]] const counters& counts() const noexcept { return counts_; }
    [[nodiscard]] const gossip<Stack>& router() const noexcept { return gossip_; }
    /// From now on.
    void refuse_pubsub(bool on) noexcept { config_.refuses_pubsub = on; }
    /// Resets the peer's stream.
    void reset_inbound(const wire::peer_id& peer, host<Stack>& h, instant now) {
        const auto at = peers_.find(peer);
        if (at == peers_.end() || at->second.in_id == substream_id{}) return;
        h.reset(std::exchange(at->second.in_id, {}), now);
        gossip_.subscribed.erase(peer);
    }
    /// Its own stream dies, and all the respawns were used up before (H5).
    void give_up_on(const wire::peer_id& peer, host<Stack>& h, instant now) {
        peer_state& p = peers_.at(peer);
        p.respawns = respawns_most;
        if (p.out == out_state::live) out_died(peer, p, h, now);
    }
    /// Whether the last list of the peer had meshsub.
    [[nodiscard]] bool lists_meshsub(const wire::peer_id& peer) const {
        const auto at = peers_.find(peer);
        return at != peers_.end() && at->second.has_meshsub;
    }
    [[nodiscard]] std::optional<std::string> poll_delivery() { return take_first(deliveries_); }
    /// Dials of one peer are joined, and a connection answers them.
    [[nodiscard]] bool may_dial(const wire::peer_id& to, const host<Stack>& h) const {
        return h.connections(to).empty() && !h.is_dialing(to);
    }
    void publish(std::string_view text, host<Stack>& h, instant now) {
        gossip_.publish(h.self(), text, false, sender(h, now));
    }

    [[nodiscard]] std::optional<instant> next_timeout() const {
        return earlier(heartbeat_at_, respawns_.next());
    }
    void handle_timeout(host<Stack>& h, instant now) {
        while (const auto peer = respawns_.expire(now)) {
            const auto at = peers_.find(*peer);
            if (at != peers_.end() && at->second.out == out_state::waiting)
                open_out(*peer, at->second, h, now);
        }
        if (now < heartbeat_at_) return;
        heartbeat_at_ = after(now, heartbeat);
        gossip_.heartbeat(now, sender(h, now), [&](const wire::peer_id& peer) {
            const auto at = peers_.find(peer);
            return at != peers_.end() && at->second.out == out_state::live;
        });
    }

    void on(const connected& e, host<Stack>& h, instant) { peers_[h.peer(e.conn)]; }
    void on(const disconnected& e, host<Stack>&, instant) {
        if (!e.last) return;
        peers_.erase(e.peer);
        respawns_.erase(e.peer);
        gossip_.forget(e.peer);
    }
    /// The last writer wins, whichever connection it wrote on.
    void on(const listed& e, host<Stack>& h, instant now) {
        const auto at = peers_.find(h.peer(e.conn));
        if (at == peers_.end()) return;
        const bool has = std::any_of(e.protocols.begin(), e.protocols.end(),
                                     [](const auto& p) { return is_meshsub(p); });
        counts_.withdrawals += at->second.has_meshsub && !has;
        at->second.has_meshsub = has;
        if (has && at->second.out == out_state::none) open_out(at->first, at->second, h, now);
    }
    void on(const stream_opened& e, host<Stack>& h, instant now) {
        const wire::peer_id peer = h.peer(e.id.conn);
        const auto at = peers_.find(peer);
        if (at == peers_.end()) return h.reset(e.id, now);
        e.dir == direction::inbound ? opened_in(peer, at->second, e.id, h, now)
                                    : opened_out(at->second, e.id, h, now);
    }
    void on(const stream_failed& e, host<Stack>& h, instant) {
        const auto at = peers_.find(h.peer(e.id.conn));
        if (at == peers_.end() || at->second.out_id != e.id) return;
        at->second.out = out_state::none; // nobody tries again before the next list
        at->second.out_id = {};
        at->second.queue.clear();
    }
    void on(const stream_readable& e, host<Stack>& h, instant now) {
        const wire::peer_id peer = h.peer(e.id.conn);
        const auto at = peers_.find(peer);
        if (at == peers_.end() || at->second.in_id != e.id) return;
        (void)at->second.reader->receive(h.take(e.id, now), now);
        while (at->second.reader->poll_event()) {
        }
        while (const auto frame = at->second.reader->take())
            gossip_.receive(peer, h.self().id, *frame, now, sender(h, now),
                            [&](std::string text) { deliveries_.push_back(std::move(text)); });
    }
    void on(const stream_over& e, host<Stack>& h, instant now) {
        const wire::peer_id peer = h.peer(e.id.conn);
        const auto at = peers_.find(peer);
        if (at == peers_.end()) return;
        peer_state& p = at->second;
        if (p.in_id == e.id) {
            h.finish(e.id, now);
            p.in_id = {};
            gossip_.subscribed.erase(peer);
        } else if (p.out_id == e.id) {
            out_died(peer, p, h, now);
        }
    }

private:
    enum class out_state : std::uint8_t { none, waiting, opening, live };
    struct peer_state {
        bool has_meshsub = false;
        substream_id in_id{};
        std::optional<pubsub::rpc_stream> reader{};
        out_state out = out_state::none;
        substream_id out_id{};
        std::deque<byte_vector> queue{}; ///< while it is not live
        std::size_t respawns = 0;
        duration backoff{};
    };

    auto sender(host<Stack>& h, instant now) {
        return [this, &h, now](const wire::peer_id& to, const byte_vector& rpc) {
            const auto at = peers_.find(to);
            if (at == peers_.end() || at->second.out == out_state::none) return;
            if (at->second.out == out_state::live)
                counts_.lost += !h.write(at->second.out_id, framed(rpc), now);
            else if (at->second.queue.size() < queue_most)
                at->second.queue.push_back(framed(rpc));
        };
    }
    /// On the connection with most streams, of equals the newest.
    void open_out(const wire::peer_id& peer, peer_state& p, host<Stack>& h, instant now) {
        std::optional<conn_id> best;
        for (const conn_id id : h.connections(peer))
            if (!best || h.streams(id) >= h.streams(*best)) best = id;
        const auto opened = best ? h.open(*best, meshsub, purpose::pubsub, now) : std::nullopt;
        p.out = opened ? out_state::opening : out_state::none;
        p.out_id = opened.value_or(substream_id{});
    }
    void opened_out(peer_state& p, substream_id id, host<Stack>& h, instant now) {
        if (p.out_id != id) return h.reset(id, now);
        p.out = out_state::live;
        (void)h.write(id, framed(gossip_.subscription()), now);
        for (const byte_vector& rpc : std::exchange(p.queue, {})) (void)h.write(id, rpc, now);
    }
    void opened_in(const wire::peer_id& peer, peer_state& p, substream_id id, host<Stack>& h,
                   instant now) {
        if (config_.refuses_pubsub) return h.reset(id, now);
        if (p.in_id != substream_id{}) {
            ++counts_.replaced;
            h.reset(std::exchange(p.in_id, {}), now);
            gossip_.subscribed.erase(peer);
        }
        p.in_id = id;
        p.reader.emplace(pubsub::rpc_flow::inbound, pubsub::rpc_stream_config{}, now);
        on(stream_readable{id}, h, now);
    }
    void out_died(const wire::peer_id& peer, peer_state& p, host<Stack>& h, instant now) {
        h.reset(p.out_id, now);
        p.out = out_state::none;
        p.out_id = {};
        p.queue.clear();
        gossip_.forget(peer);
        if (h.connections(peer).empty() || p.respawns >= respawns_most) return;
        p.backoff = p.respawns == 0 ? duration{} : std::max<duration>(backoff_least, p.backoff * 2);
        ++p.respawns;
        p.out = out_state::waiting;
        respawns_.set(peer, after(now, p.backoff));
    }

    static constexpr duration heartbeat = seconds{1};
    static constexpr duration backoff_least = milliseconds{100};
    static constexpr std::size_t respawns_most = 4; // in ten minutes, which no test lasts
    static constexpr std::size_t queue_most = 32;

    config config_;
    gossip<Stack> gossip_;
    std::map<wire::peer_id, peer_state> peers_;
    deadline_index<wire::peer_id> respawns_;
    instant heartbeat_at_;
    std::deque<std::string> deliveries_;
    counters counts_;
};

template <class Stack>
using go_model = node<Stack, go_rules>;

} // namespace lp2p::test::foreign
