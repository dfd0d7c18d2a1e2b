// SPDX-License-Identifier: Apache-2.0 OR MIT
// Pubsub over substreams: one outbound stream per peer, whatever happens below it.
//
// It owns the streams, the hello on each of them (H3), signatures and retries; who gets what is the
// router's business. It opens no second stream while one lives (H1, R3), never takes a failure for
// a refusal (R5), and says when it gives up on a connection.
#pragma once

#include <lp2p/core/deadlines.hpp>
#include <lp2p/core/event_queue.hpp>
#include <lp2p/core/limits.hpp>
#include <lp2p/core/trace.hpp>
#include <lp2p/protocol/pubsub/floodsub.hpp>
#include <lp2p/protocol/pubsub/gossipsub.hpp>
#include <lp2p/protocol/pubsub/rpc_stream.hpp>
#include <lp2p/protocol/pubsub/signing.hpp>
#include <lp2p/service/errc.hpp>
#include <lp2p/service/host.hpp>
#include <lp2p/service/pubsub_events.hpp>
#include <lp2p/service/pubsub_peer.hpp>
#include <lp2p/service/validator.hpp>

#include <map>
#include <memory>
#include <variant>

namespace lp2p::inline v0::service {

template <class Crypto>
class pubsub_service {
public:
    using event = late<pubsub_event, Crypto>;
    using router = late<std::variant<gossipsub::router, floodsub::router>, Crypto>;
    using private_key = typename Crypto::private_key;

    struct config {
        const limits* bounds = &default_limits; ///< must outlive the service
        pubsub::signature_policy policy = pubsub::signature_policy::strict_sign;
        std::vector<std::string> protocols; ///< offered and proposed, best first
        unix_time unix_now{};               ///< where sequence numbers begin
        validator validate{};
        trace_sink trace{};
    };

    pubsub_service(config c, router r, wire::peer_id self, Crypto crypto)
        : config_{std::move(c)}
        , router_{std::move(r)}
        , self_{std::move(self)}
        , crypto_{std::move(crypto)}
        , sequence_{config_.unix_now} {}

    [[nodiscard]] bool serves(std::string_view protocol) const noexcept {
        for (const std::string& p : config_.protocols)
            if (p == protocol) return true;
        return false;
    }
    [[nodiscard]] const std::vector<std::string>& protocols() const noexcept {
        return config_.protocols;
    }

    // --- what happens on connections ------------------------------------------------------------
    /// A connection to a peer is established: our stream is opened on it, or moves to it when the
    /// one that carries it ends.
    template <host Host>
    void opened(conn_id conn, direction dir, Host& h, instant now) {
        const wire::peer_id id = h.peer(conn);
        entry& e = entry_of(id, now);
        e.conns.push_back({conn, dir});
        e.lingers = false;
        watches_.set(id, e.watch.next());
        if (e.index) ready(id, e, e.kind, conn, now); // known by a stream that was faster
        if (e.out == stream_state::none) open_stream(id, e, h, now);
        drain(h, now);
    }
    /// `follows`: another connection of the peer has proven itself and may be established soon.
    /// Until then, or for `upgrade_timeout`, what the peer said holds: rust says its subscriptions
    /// once, and sees only that one of its two connections ended (H3).
    template <host Host>
    void closed(conn_id conn, const wire::peer_id& id, bool follows, Host& h, instant now) {
        const auto at = peers_.find(id);
        if (at == peers_.end()) return;
        entry& e = at->second;
        std::erase_if(e.conns, [&](const carrier& c) { return c.conn == conn; });
        drop_inbound(id, e, conn, now);
        if (e.out != stream_state::none && e.out_id.conn == conn)
            out_closed(id, e, errc::connection_ended, h, now);
        // The survivor carries it at once; what the one that ended refused says nothing of it.
        if (!e.conns.empty() && e.out == stream_state::none) open_stream(id, e, h, now);
        e.lingers = e.conns.empty() && follows;
        if (e.lingers) retries_.set(id, after(now, config_.bounds->upgrade_timeout));
        forget_if_gone(id, h, now);
        drain(h, now);
    }
    /// This connection ends soon, another one replaces it: our stream moves there now, and what it
    /// did not finish goes again. What comes on this one is still read.
    template <host Host>
    void leaving(conn_id conn, Host& h, instant now);
    /// The remote opened a stream. That may be before the connection counts as established: rust
    /// opens at once, and never says its subscriptions again (H3).
    template <host Host>
    void inbound(substream_id id, Host& h, instant now) {
        const wire::peer_id peer = h.peer(id.conn);
        const auto kind = pubsub::kind_of(h.protocol(id));
        if (peer.empty() || !kind) return h.reset(id, 0, now);
        entry& e = entry_of(peer, now);
        const bool again = std::exchange(e.ever_in, true) && e.out == stream_state::live;
        e.watch.in_opened();
        ready(peer, e, e.out == stream_state::live ? e.kind : *kind, id.conn, now);
        if (!e.in.empty()) // the newest wins; what the older ones hold complete is still read
            h.finish(e.in.back().id, now);
        if (e.in.size() >= inbound_kept) {
            h.reset(e.in.front().id, 0, now);
            owners_.erase(e.in.front().id);
            in_lost(peer, e.in.front().id, "reset", now);
            e.in.erase(e.in.begin());
        }
        e.in.push_back({id, std::make_unique<pubsub::rpc_stream>(pubsub::rpc_flow::inbound,
                                                                 rpc_config(), now)});
        owners_[id] = peer;
        events_.push(pubsub_stream_in{peer, id.conn});
        narrate(trace_names::pubsub_in_opened, id, now, {{"peer", peer.bytes()}});
        // The remote may have forgotten our subscriptions with its old stream, and its mesh us
        // (H3).
        visit([&](auto& r) { again ? r.hello(*e.index) : r.resend_subscriptions(*e.index); });
        read(peer, e, id, h, now);
        drain(h, now);
    }
    /// An `open` of ours succeeded: true where it was ours.
    template <host Host>
    bool outbound(substream_id id, Host& h, instant now) {
        const auto at = owners_.find(id);
        if (at == owners_.end()) return false;
        const wire::peer_id peer = at->second;
        entry& e = peers_.at(peer);
        const auto kind = pubsub::kind_of(h.protocol(id)).value_or(pubsub::peer_kind::floodsub);
        e.out = stream_state::live;
        e.writer =
            std::make_unique<pubsub::rpc_stream>(pubsub::rpc_flow::outbound, rpc_config(), now);
        if (e.told_refused) retries_.set(peer, after(now, config_.bounds->gossip_settled));
        e.failures = e.renewals = 0;
        e.out_since = now;
        ready(peer, e, kind, id.conn, now);
        events_.push(pubsub_stream_out{peer, id.conn, kind});
        narrate(trace_names::pubsub_stream_opened, id, now,
                {{"peer", peer.bytes()}, {"protocol", h.protocol(id)}});
        visit([&](auto& r) { r.hello(*e.index); });
        e.greeted = false;
        write(e, h, now);
        if (e.greeted) narrate(trace_names::pubsub_hello_sent, id, now, {{"peer", peer.bytes()}});
        drain(h, now);
        return true;
    }
    /// An `open` of ours failed.
    template <host Host>
    bool failed(substream_id id, error why, Host& h, instant now) {
        const auto at = owners_.find(id);
        if (at == owners_.end()) return false;
        const wire::peer_id peer = at->second;
        owners_.erase(at);
        entry& e = peers_.at(peer);
        e.out = stream_state::none;
        e.out_id = {};
        if (h.established(peer) == std::nullopt) return true; // its end is told next
        open_failed(peer, e, id.conn, why, h, now);
        return true;
    }
    /// Readable: true where the substream is ours.
    template <host Host>
    bool readable(substream_id id, Host& h, instant now) {
        const auto at = owners_.find(id);
        if (at == owners_.end()) return false;
        const wire::peer_id peer = at->second;
        read(peer, peers_.at(peer), id, h, now);
        forget_if_gone(peer, h, now);
        drain(h, now);
        return true;
    }
    template <host Host>
    bool writable(substream_id id, Host& h, instant now) {
        const auto at = owners_.find(id);
        if (at == owners_.end()) return false;
        entry& e = peers_.at(at->second);
        if (e.out_id == id) write(e, h, now);
        return true;
    }
    /// Their direction ended. On our outbound stream that means that nobody reads it any more.
    template <host Host>
    bool finished(substream_id id, end how, Host& h, instant now) {
        const auto at = owners_.find(id);
        if (at == owners_.end()) return false;
        const wire::peer_id peer = at->second;
        entry& e = peers_.at(peer);
        read(peer, e, id, h, now);
        if (e.out_id == id && e.out == stream_state::live) {
            h.reset(id, 0, now);
            out_closed(peer, e,
                       how.how == end::reset ? error{pubsub::errc::stream_reset}
                                             : error{pubsub::errc::closed_by_peer},
                       h, now);
        } else {
            in_closed(peer, e, id, how, h, now);
        }
        forget_if_gone(peer, h, now);
        drain(h, now);
        return true;
    }
    /// The last that is heard of a substream.
    template <host Host>
    bool ended(substream_id id, error why, Host& h, instant now) {
        const auto at = owners_.find(id);
        if (at == owners_.end()) return false;
        const wire::peer_id peer = at->second;
        entry& e = peers_.at(peer);
        if (e.out_id == id && e.out != stream_state::none)
            out_closed(peer, e, why, h, now);
        else
            in_closed(peer, e, id, end{end::reset, 0}, h, now);
        forget_if_gone(peer, h, now);
        drain(h, now);
        return true;
    }
    /// A list of the peer came on a connection: it may support pubsub now where it refused before,
    /// or no longer. `agent` as identify says it.
    template <host Host>
    void listed(conn_id conn, std::string_view agent, Host& h, instant now);

    // --- for the application --------------------------------------------------------------------
    template <host Host>
    status subscribe(std::string_view topic, Host& h, instant now) {
        const status done = visit([&](auto& r) { return r.subscribe(topic, now); });
        if (done) narrate_topic(trace_names::pubsub_joined, self_, topic, now);
        drain(h, now);
        return done;
    }
    template <host Host>
    status unsubscribe(std::string_view topic, Host& h, instant now) {
        const status done = visit([&](auto& r) { return r.unsubscribe(topic, now); });
        if (done) narrate_topic(trace_names::pubsub_left, self_, topic, now);
        drain(h, now);
        return done;
    }
    /// Signs (where the policy says so) and sends. Nobody to send to is no error.
    template <host Host>
    result<pubsub::message_id> publish(std::string_view topic, byte_view data,
                                       const private_key& key, Host& h, instant now) {
        const auto done = make_message(topic, data, key, now);
        drain(h, now);
        return done;
    }
    /// The verdict that the validator did not give at once; of a message that waits no more,
    /// nothing.
    template <host Host>
    void validated(pubsub::message_handle id, pubsub::verdict v, Host& h, instant now) {
        visit([&](auto& r) { r.validated(id, v, now); });
        drain(h, now);
    }
    [[nodiscard]] std::optional<pubsub::delivery> take(pubsub::message_handle id) {
        return visit([&](auto& r) { return r.take(id); });
    }
    [[nodiscard]] std::vector<wire::peer_id> topic_peers(std::string_view topic) const {
        return ids(visit([&](const auto& r) { return r.topic_peers(topic); }));
    }
    [[nodiscard]] std::vector<wire::peer_id> mesh_peers(std::string_view topic) const {
        return ids(visit([&](const auto& r) { return r.mesh_peers(topic); }));
    }
    [[nodiscard]] wire::peer_id peer(pubsub::peer_index p) const {
        const auto at = by_index_.find(p);
        return at == by_index_.end() ? wire::peer_id{} : at->second;
    }
    [[nodiscard]] pubsub::router_counters counters() const {
        return visit([](const auto& r) { return r.counters(); });
    }

    // --- the machine ----------------------------------------------------------------------------
    [[nodiscard]] std::optional<event> poll_event() { return events_.poll(); }
    [[nodiscard]] std::optional<instant> next_timeout() const {
        return earlier(earlier(retries_.next(), watches_.next()),
                       visit([](const auto& r) { return r.next_timeout(); }));
    }
    template <host Host>
    void handle_timeout(Host& h, instant now) {
        visit([&](auto& r) { r.handle_timeout(now); });
        while (const auto peer = retries_.expire(now)) {
            const auto at = peers_.find(*peer);
            if (at == peers_.end()) continue;
            if (std::exchange(at->second.lingers, false))
                forget_if_gone(*peer, h, now); // nothing followed
            else if (at->second.out == stream_state::live)
                accepted(*peer, at->second);
            else if (at->second.out == stream_state::opening)
                continue;
            else if (at->second.refused)
                renew(*peer, at->second, errc::protocol_refused, h, now);
            else
                open_stream(*peer, at->second, h, now);
        }
        while (const auto peer = watches_.expire(now)) look(*peer, h, now);
        drain(h, now);
    }

private:
    using entry = pubsub_peer;
    using stream_state = pubsub_peer::stream_state;
    using carrier = pubsub_peer::carrier;
    using inbound_stream = pubsub_peer::inbound_stream;

    template <class F>
    decltype(auto) visit(F&& f) {
        return std::visit(std::forward<F>(f), router_);
    }
    template <class F>
    decltype(auto) visit(F&& f) const {
        return std::visit(std::forward<F>(f), router_);
    }
    [[nodiscard]] pubsub::rpc_stream_config rpc_config() const {
        return {.rpc_most = config_.bounds->rpc};
    }

    // --- our stream
    // ----------------------------------------------------------------------------------
    template <host Host>
    void open_stream(const wire::peer_id& peer, entry& e, Host& h, instant now) {
        retries_.erase(peer);
        carrier* const best = best_carrier(e, h);
        e.refused = best == nullptr;
        if (e.refused) return given_up(peer, e, h, now);
        carrier& on = *best;
        if (on.streams >= config_.bounds->pubsub_streams_per_connection) {
            if (!std::exchange(on.exhausted, true)) events_.push(pubsub_exhausted{peer, on.conn});
            return renew(peer, e, errc::streams_exhausted, h, now);
        }
        const auto id = h.open(on.conn, config_.protocols, purpose::pubsub,
                               after(now, config_.bounds->open_timeout), confirm::wait, now);
        if (!id) return open_failed(peer, e, on.conn, id.error(), h, now);
        on.streams += 1;
        e.out = stream_state::opening;
        e.out_id = *id;
        owners_[*id] = peer;
    }
    template <host Host>
    void open_failed(const wire::peer_id& peer, entry& e, conn_id conn, error why, Host& h,
                     instant now) {
        tell_refused(peer, e, conn, why, now);
        again(peer, e, conn, why, h, now);
    }
    /// The newest connection where the remote did not say no; null where there is none.
    template <host Host>
    carrier* best_carrier(entry& e, Host& h) const {
        const auto at = std::find_if(e.conns.rbegin(), e.conns.rend(), [&](const carrier& c) {
            return !c.leaving && !is_unsupported(c.conn, h);
        });
        return at == e.conns.rend() ? nullptr : &*at;
    }
    /// True where the remote said no to all that we propose, by `na` or by a list without them.
    template <host Host>
    bool is_unsupported(conn_id conn, Host& h) const {
        const protocol_knowledge* known = h.knowledge(conn);
        if (known == nullptr) return false;
        for (const std::string& p : config_.protocols)
            if (known->of(p) != support::unsupported) return false;
        return true;
    }
    /// After a failure on `conn`: at once where another connection is better, else with backoff
    /// while this one lives. An explicit `na` waits for a list or a new connection.
    template <host Host>
    void again(const wire::peer_id& peer, entry& e, conn_id conn, error why, Host& h, instant now) {
        const carrier* const best = best_carrier(e, h);
        if (best != nullptr && best->conn != conn) return open_stream(peer, e, h, now);
        e.refused = best == nullptr || why == fault::refused;
        if (e.refused) return given_up(peer, e, h, now);
        retries_.set(peer, after(now, retry_least * (1U << std::min(e.failures, 6U))));
        e.failures += 1;
    }
    template <host Host>
    void out_closed(const wire::peer_id& peer, entry& e, error why, Host& h, instant now) {
        const conn_id conn = e.out_id.conn;
        const bool was_live = e.out == stream_state::live;
        owners_.erase(e.out_id);
        e.out = stream_state::none;
        e.out_id = {};
        if (e.writer) e.keep_unsent(std::move(*e.writer).unsent(), config_.bounds->rpc);
        e.writer.reset();
        events_.push(pubsub_stream_lost{peer, conn, why});
        narrate(trace_names::pubsub_stream_closed, {conn, {}}, now,
                {{"peer", peer.bytes()}, {"why", why}});
        if (was_live) count_short_life(peer, e, conn, why, now);
        again(peer, e, conn, why, h, now);
    }
    /// Writes what waits, one RPC after the other, as far as the stream takes it.
    template <host Host>
    void write(entry& e, Host& h, instant now) {
        if (e.out != stream_state::live) return;
        for (;;) {
            if (e.writer->may_send() && !send_next(e)) return;
            const byte_view out = e.writer->transmit(write_piece);
            if (out.empty()) return;
            const auto put = h.write(e.out_id, out, now);
            if (!put || *put == 0) return; // its end is told by an event, room too
            e.writer->transmitted(*put);
            while (e.writer->poll_event()) {
            }
        }
    }
    /// The hello goes first, then what the last stream did not finish, then what waits.
    bool send_next(entry& e) {
        if (std::exchange(e.greeted, true) && !e.unsent.empty())
            return e.writer->send(std::exchange(e.unsent, {}));
        byte_vector next;
        if (visit([&](auto& r) { return r.take_rpc(*e.index, next); }))
            return e.writer->send(std::move(next));
        return !e.unsent.empty() && e.writer->send(std::exchange(e.unsent, {}));
    }

    // --- their streams: pubsub_intake.hpp
    // ----------------------------------------------------------------
    template <host Host>
    void read(const wire::peer_id& peer, entry& e, substream_id id, Host& h, instant now);
    template <host Host>
    bool receive_rpcs(entry& e, pubsub::rpc_stream& s, Host& h, instant now);
    template <host Host>
    void receive(pubsub::peer_index from, Host& h, instant now);
    [[nodiscard]] pubsub::rpc_limits rpc_bounds() const noexcept;
    template <host Host>
    void in_closed(const wire::peer_id& peer, entry& e, substream_id id, end how, Host& h,
                   instant now);
    void in_lost(const wire::peer_id& peer, substream_id id, std::string_view how, instant now);
    void drop_inbound(const wire::peer_id& peer, entry& e, conn_id conn, instant now);

    // --- keeping it alive: pubsub_remedies.hpp
    // --------------------------------------------------------
    void heard(entry& e, instant now);
    template <host Host>
    void look(const wire::peer_id& peer, Host& h, instant now);
    template <host Host>
    void help(const wire::peer_id& peer, entry& e, remedy r, error why, Host& h, instant now);
    void tell_refused(const wire::peer_id& peer, entry& e, conn_id conn, error why, instant now);
    void count_short_life(const wire::peer_id& peer, entry& e, conn_id conn, error why,
                          instant now);
    void accepted(const wire::peer_id& peer, entry& e);
    template <host Host>
    void given_up(const wire::peer_id& peer, entry& e, Host& h, instant now);
    template <host Host>
    void renew(const wire::peer_id& peer, entry& e, error why, Host& h, instant now);
    void narrate(std::string_view name, substream_id id, instant now,
                 std::initializer_list<trace_field> fields) const {
        if (config_.trace)
            config_.trace({now, static_cast<std::uint64_t>(id.conn),
                           static_cast<std::uint32_t>(id.stream), name, fields});
    }
    void narrate_topic(std::string_view name, const wire::peer_id& who, std::string_view topic,
                       instant now) const {
        narrate(name, {}, now, {{"peer", who.bytes()}, {"topic", topic}});
    }

    // --- the router
    // ----------------------------------------------------------------------------------
    entry& entry_of(const wire::peer_id& id, instant now) {
        return peers_.try_emplace(id, *config_.bounds, now).first->second;
    }
    void ready(const wire::peer_id& peer, entry& e, pubsub::peer_kind kind, conn_id conn,
               instant now) {
        const carrier* on = e.carrier_of(conn);
        const bool dialed = on != nullptr && on->dir == direction::outbound;
        e.kind = kind;
        e.index = visit([&](auto& r) { return r.peer_ready(peer, kind, dialed, now); });
        by_index_[*e.index] = peer;
    }
    /// The last connection of a peer ended, and every stream of it.
    template <host Host>
    void forget_if_gone(const wire::peer_id& id, Host& h, instant now) {
        const auto at = peers_.find(id);
        if (at == peers_.end() || !at->second.is_gone()) return;
        const auto index = at->second.index;
        peers_.erase(at);
        retries_.erase(id);
        watches_.erase(id);
        if (!index) return;
        visit([&](auto& r) { r.peer_gone(*index, now); });
        drain(h, now); // who left which mesh is told by name
        by_index_.erase(*index);
    }
    /// Carries out what the router says, until it has nothing to say.
    template <host Host>
    void drain(Host& h, instant now) {
        while (auto e = visit([](auto& r) { return r.poll_event(); }))
            std::visit([&](const auto& told) { on(told, h, now); }, *e);
    }
    template <host Host>
    void on(const pubsub::validate& e, Host&, instant now) {
        const pubsub::message_view* m = visit([&](auto& r) { return r.waiting(e.id); });
        if (m == nullptr) return;
        if (const status holds = check(*m); !holds) {
            visit([&](auto& r) { r.validated(e.id, pubsub::verdict::reject, holds.error(), now); });
            return;
        }
        if (const auto said = config_.validate(e.id, *m, peer(e.from)))
            visit([&](auto& r) { r.validated(e.id, *said, now); });
        else
            visit([&](auto& r) { (void)r.authentic(e.id, now); });
    }
    [[nodiscard]] status check(const pubsub::message_view& m) const {
        if (const status form = pubsub::check_form(config_.policy, m, self_.bytes()); !form)
            return form;
        if (config_.policy != pubsub::signature_policy::strict_sign) return {};
        return pubsub::verify(m, crypto_);
    }
    template <host Host>
    void on(const pubsub::send_rpc& e, Host& h, instant now) {
        const auto at = peers_.find(peer(e.peer));
        if (at != peers_.end()) write(at->second, h, now);
    }
    template <host Host>
    void on(const pubsub::message& e, Host&, instant) {
        events_.push(pubsub_message{e.id, peer(e.from)});
    }
    template <host Host>
    void on(const pubsub::peer_subscribed& e, Host&, instant now) {
        narrate_topic(trace_names::pubsub_subscribed, peer(e.peer), e.topic.text(), now);
        events_.push(service::peer_subscribed{e.topic, peer(e.peer)});
    }
    template <host Host>
    void on(const pubsub::peer_unsubscribed& e, Host&, instant now) {
        narrate_topic(trace_names::pubsub_unsubscribed, peer(e.peer), e.topic.text(), now);
        events_.push(service::peer_unsubscribed{e.topic, peer(e.peer)});
    }
    template <host Host>
    void on(const pubsub::grafted& e, Host&, instant now) {
        narrate(trace_names::pubsub_graft, {}, now,
                {{"peer", peer(e.peer).bytes()},
                 {"topic", e.topic.text()},
                 {"by", e.by_peer ? "remote" : "local"}});
        events_.push(service::grafted{e.topic, peer(e.peer), e.by_peer});
    }
    template <host Host>
    void on(const pubsub::pruned& e, Host&, instant now) {
        narrate(trace_names::pubsub_prune, {}, now,
                {{"peer", peer(e.peer).bytes()}, {"topic", e.topic.text()}, {"why", e.why}});
        events_.push(service::pruned{e.topic, e.why, peer(e.peer)});
    }
    template <host Host>
    void on(const pubsub::rejected& e, Host&, instant now) {
        narrate(trace_names::pubsub_reject, {}, now,
                {{"peer", peer(e.peer).bytes()}, {"why", e.why}, {"count", std::int64_t{e.count}}});
        events_.push(service::message_rejected{e.why, e.count, peer(e.peer)});
    }
    // What was dropped: pubsub_intake.hpp
    template <host Host>
    void on(const pubsub::messages_dropped& e, Host& h, instant now);
    template <host Host>
    void on(const pubsub::slow_peer& e, Host& h, instant now);
    template <class Other, host Host>
    void on(const Other&, Host&, instant) {} // counters have the rest

    result<pubsub::message_id> make_message(std::string_view topic, byte_view data,
                                            const private_key& key, instant now) {
        if (config_.policy != pubsub::signature_policy::strict_sign) {
            pubsub::message_view m;
            m.data = data;
            m.topic = topic;
            return visit([&](auto& r) { return r.publish(m, now); });
        }
        const auto own = pubsub::sign(crypto_, key, self_, sequence_.next(), topic, data);
        if (!own) return fail(own.error());
        return visit([&](auto& r) { return r.publish(own->view(), now); });
    }
    [[nodiscard]] std::vector<wire::peer_id>
    ids(const std::vector<pubsub::peer_index>& from) const {
        std::vector<wire::peer_id> all;
        for (const pubsub::peer_index p : from) all.push_back(peer(p));
        return all;
    }

    static constexpr std::size_t inbound_kept = 4;
    static constexpr duration retry_least = milliseconds{500};
    static constexpr duration renew_least = seconds{2};
    static constexpr std::size_t write_piece = 64 * 1024;

    config config_;
    router router_;
    wire::peer_id self_;
    Crypto crypto_;
    pubsub::sequence sequence_;
    std::map<wire::peer_id, entry> peers_;
    std::map<substream_id, wire::peer_id> owners_;
    std::map<pubsub::peer_index, wire::peer_id> by_index_;
    deadline_index<wire::peer_id> retries_;
    deadline_index<wire::peer_id> watches_;
    instant heard_any_{}; ///< from whomever
    event_queue<event> events_;
    pubsub::rpc scratch_;
};

} // namespace lp2p::inline v0::service

#include <lp2p/service/pubsub_intake.hpp>   // IWYU pragma: export
#include <lp2p/service/pubsub_remedies.hpp> // IWYU pragma: export
