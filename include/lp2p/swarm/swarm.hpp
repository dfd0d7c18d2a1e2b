// SPDX-License-Identifier: Apache-2.0 OR MIT
// Every connection of a node: who, how many, through what.
//
// It routes bytes to connections, keys dials by peer, and keeps one connection per peer by the rule
// of connection_manager. It opens no socket (commands ask the driver to), reads no clock and names
// no protocol: services tell it what to serve.
#pragma once

#include <lp2p/connection/connection.hpp>
#include <lp2p/swarm/address_book.hpp>
#include <lp2p/swarm/connection_manager.hpp>
#include <lp2p/swarm/dialer.hpp>
#include <lp2p/swarm/errc.hpp>
#include <lp2p/swarm/events.hpp>
#include <lp2p/swarm/idle_watch.hpp>
#include <lp2p/swarm/protected_peers.hpp>

#include <memory>

namespace lp2p::inline v0 {

template <class Stack>
class swarm {
public:
    using event = late<swarms::event, Stack>;
    using connection_type = connection<Stack>;
    using crypto = typename Stack::crypto;
    using identity = typename Stack::security::identity;

    struct config {
        limits bounds;
        std::uint64_t seed = 0;
        trace_sink trace;
        purpose_function purpose_of = nullptr; ///< of inbound substreams; null: application
    };
    /// What is known of one connection, for statistics.
    struct info {
        conn_id id;
        direction dir;
        const wire::multiaddr& remote;
        const wire::multiaddr& local;
        const connection_type& conn;
    };

    /// `self_id` is the peer id of the identity key in `self`.
    swarm(identity self, wire::peer_id self_id, config c, crypto random, instant)
        : self_{std::make_unique<const identity>(std::move(self))}
        , self_id_{self_id}
        , bounds_{std::make_unique<limits>(c.bounds)}
        , trace_{c.trace}
        , purpose_of_{c.purpose_of}
        , crypto_{std::move(random)}
        , book_{{.addresses_per_peer = c.bounds.addresses_per_peer,
                 .backoff_least = c.bounds.dial_backoff_least,
                 .backoff_most = c.bounds.dial_backoff_most,
                 .seed = c.seed}}
        , dialer_{{.dials = c.bounds.dials, .stagger = c.bounds.dial_stagger}}
        , protected_{{.most = c.bounds.protected_peers,
                      .lasting = c.bounds.lasting_connection,
                      .backoff_least = c.bounds.dial_backoff_least,
                      .backoff_most = c.bounds.dial_backoff_most,
                      .seed = ~c.seed}}
        , monitor_{{.bounds = bounds_.get()}}
        , idle_{{.bounds = bounds_.get()}}
        , manager_{self_id,
                   {.pong_least = c.bounds.incumbent_pong_least,
                    .pong_most = c.bounds.incumbent_pong_most,
                    .newcomers = c.bounds.newcomers}} {}

    // --- the driver's side ----------------------------------------------------------------------
    /// A connection came in. Errors: `node_closed`. Its room is found when its peer is known.
    result<conn_id> accepted(const wire::multiaddr& remote, const wire::multiaddr& local,
                             instant now) {
        if (ended_) return fail(swarms::errc::node_closed);
        make_room(remote, now);
        const conn_id id = next_id();
        slot& s = slots_[id];
        s.dir = direction::inbound;
        s.remote = remote;
        s.local = local;
        narrate(trace_names::swarm_accepted, id, now, {{"remote", remote.bytes()}});
        begin(id, s, role::listener, now);
        settle(now);
        return id;
    }
    void connected(conn_id id, const wire::multiaddr& local, instant now) {
        slot* s = find(id);
        if (s == nullptr || s->conn || s->hung_up) return;
        s->local = local;
        dialer_.transport_connected(s->attempt);
        begin(id, *s, role::dialer, now);
        settle(now);
    }
    /// A dial by name tried this address that the name stands for; without an error it is the one
    /// that `connected` is about.
    void tried(conn_id id, const wire::multiaddr& at, error why);
    void connect_failed(conn_id id, error why, instant now);
    result<std::size_t> receive(conn_id id, mutable_bytes in, instant now) {
        slot* s = find(id);
        if (s == nullptr || !s->conn) return fail(swarms::errc::unknown_connection);
        const auto used = s->conn->receive(in, now);
        touch(id, *s, now);
        settle(now);
        return used;
    }
    void receive_end(conn_id id, end how, instant now) {
        slot* s = find(id);
        if (s == nullptr || !s->conn) return;
        s->conn->receive_end(how, now);
        touch(id, *s, now);
        settle(now);
    }
    byte_view transmit(conn_id id, std::size_t n) {
        slot* s = find(id);
        if (s == nullptr || !s->conn) return {};
        const byte_view out = s->conn->transmit(n);
        if (out.empty()) s->flush_told = false; // what was to be said was taken back
        return out;
    }
    void transmitted(conn_id id, std::size_t n, instant now) {
        slot* s = find(id);
        if (s == nullptr || !s->conn) return;
        s->conn->transmitted(n);
        if (!s->conn->has_output()) s->flush_told = false;
        touch(id, *s, now);
        settle(now);
    }
    [[nodiscard]] bool wants_input(conn_id id) const {
        const slot* s = find(id);
        return s != nullptr && s->conn && s->conn->wants_input();
    }
    /// The transport of a connection that was hung up is gone: the id is forgotten.
    void released(conn_id id) {
        if (const slot* s = find(id)) unread_ -= s->unread;
        slots_.erase(id);
        deadlines_.erase(id);
    }
    [[nodiscard]] std::optional<command> poll_command() { return commands_.poll(); }
    [[nodiscard]] std::optional<event> poll_event() {
        if (told_last_ != conn_id{}) farewells_.erase(std::exchange(told_last_, conn_id{}));
        if (failed_last_ != request_id{}) causes_.erase(std::exchange(failed_last_, request_id{}));
        auto e = events_.poll();
        if (!e) return e;
        if (const auto* closed = std::get_if<swarms::conn_closed>(&*e))
            told_last_ = closed->id;
        else if (const auto* failed = std::get_if<swarms::upgrade_failed>(&*e))
            told_last_ = failed->id;
        else if (const auto* no = std::get_if<swarms::dial_failed>(&*e))
            failed_last_ = no->request;
        return e;
    }
    [[nodiscard]] std::optional<instant> next_timeout() const {
        return earlier(earlier(deadlines_.next(), manager_.next_timeout()),
                       earlier(earlier(protected_.next_timeout(), monitor_.next_timeout()),
                               earlier(dialer_.next_timeout(), idle_.next_timeout())));
    }
    void handle_timeout(instant now) {
        std::vector<conn_id> due;
        while (const auto id = deadlines_.expire(now)) due.push_back(*id);
        for (const conn_id id : due) {
            slot* s = find(id);
            if (s == nullptr || !s->conn) continue;
            s->conn->handle_timeout(now);
            touch(id, *s, now);
        }
        manager_.handle_timeout(now);
        dialer_.handle_timeout(now);
        while (const auto id = monitor_.due(now))
            if (const slot* s = find(*id); s != nullptr && s->conn)
                monitor_.inspect(*id, s->conn->ledger(), now);
        dial_protected(now);
        for (const auto& l : idle_.due(now, spared())) close(l.id, l.why, now);
        settle(now);
    }
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }

    // --- the node's side -------------------------------------------------------------------------
    /// Asks for a connection to the peer that the address names: an open one answers, a running
    /// dial is joined, else one starts. `dialed` or `dial_failed` follows.
    request_id dial(const wire::multiaddr& to, instant now);
    /// The same for a peer whose addresses are known.
    request_id dial(const wire::peer_id& peer, instant now) {
        return dial_peer(request_id{++last_request_}, peer, now);
    }
    /// Addresses for later dials: on anybody's word, or as the peer signed them; see address_book.
    void add_address(const wire::peer_id& p, const wire::multiaddr& a) { book_.add(p, a); }
    bool certify(const wire::peer_record& r) { return book_.certify(r); }
    [[nodiscard]] const address_book& addresses() const noexcept { return book_; }
    /// Keeps a connection to this peer: one that is not connected is dialed, now and whenever its
    /// last connection ends, whoever ended it, with a backoff (`reconnect_planned`). It is not
    /// trimmed and its addresses are not forgotten. Errors: `too_many_protected`, `dial_self`,
    /// `node_closed`.
    status protect(const wire::peer_id& peer, instant now);
    void unprotect(const wire::peer_id& peer);
    [[nodiscard]] bool is_protected(const wire::peer_id& peer) const noexcept {
        return protected_.contains(peer);
    }
    [[nodiscard]] bool is_dialing(const wire::peer_id& peer) const noexcept {
        return dialer_.is_dialing(peer);
    }
    /// Each address of a failed dial with its cause; once, until the event after `dial_failed`.
    [[nodiscard]] std::vector<peer_dialer::cause> take_causes(request_id request) {
        const auto found = causes_.find(request);
        if (found == causes_.end()) return {};
        auto taken = std::move(found->second);
        causes_.erase(found);
        return taken;
    }
    /// What inbound substreams are answered with, on every connection, from now on.
    void serve(multistream::protocol_list list) {
        serves_ = std::move(list);
        for (auto& [id, s] : slots_)
            if (s.conn) s.conn->serve(serves_);
    }
    void close(conn_id id, error why, instant now) {
        slot* s = find(id);
        if (s == nullptr || !s->conn) return;
        s->conn->close(why, now);
        touch(id, *s, now);
        settle(now);
    }
    void disconnect(const wire::peer_id& peer, error why, instant now) {
        std::vector<conn_id> all;
        for (const auto& [id, s] : slots_)
            if (s.conn && s.conn->peer() == peer) all.push_back(id);
        for (const conn_id id : all) close(id, why, now);
    }
    /// Another connection to the same peer, then the end of this one (rule `replaced`). Where no
    /// address works this one stays (`replace_failed`); where the remote refuses a second one, it
    /// ends first (`replace_gap`). One at a time for a peer. Errors: `node_closed`,
    /// `unknown_connection` for one that is not established.
    status replace(conn_id id, error why, instant now);
    /// Closes everything; `ended` follows when the last connection is over.
    void shut_down(instant now);
    /// Opens a substream on the established connection of a peer.
    /// Errors: `not_connected`, and those of `connection::open`.
    result<substream_id> open(const wire::peer_id& peer, std::span<const std::string> protocols,
                              purpose use, instant deadline, confirm how, instant now) {
        const auto id = established(peer);
        if (!id) return fail(swarms::errc::not_connected);
        return open(*id, protocols, use, deadline, how, now);
    }
    result<substream_id> open(conn_id id, std::span<const std::string> protocols, purpose use,
                              instant deadline, confirm how, instant now) {
        slot* s = find(id);
        if (s == nullptr || !s->conn) return fail(swarms::errc::unknown_connection);
        const auto opened = s->conn->open(protocols, use, deadline, how, now);
        touch(id, *s, now);
        settle(now);
        if (!opened) return fail(opened.error());
        return substream_id{id, *opened};
    }
    [[nodiscard]] byte_view read(substream_id id) const {
        const slot* s = find(id.conn);
        return s == nullptr || !s->conn ? byte_view{} : s->conn->read(id.stream);
    }
    void consume(substream_id id, std::size_t n, instant now) {
        with(id.conn, now, [&](connection_type& c) { c.consume(id.stream, n, now); });
    }
    result<std::size_t> write(substream_id id, byte_view bytes, instant now) {
        return write_any(id, bytes, now);
    }
    result<std::size_t> write(substream_id id, const shared_bytes& bytes, instant now) {
        return write_any(id, bytes, now);
    }
    void finish(substream_id id, instant now) {
        with(id.conn, now, [&](connection_type& c) { c.finish(id.stream, now); });
    }
    void reset(substream_id id, std::uint32_t code, instant now) {
        with(id.conn, now, [&](connection_type& c) { c.reset(id.stream, code, now); });
    }
    void ping(conn_id id, instant now) {
        with(id, now, [&](connection_type& c) { c.ping(now); });
    }
    [[nodiscard]] std::string_view protocol(substream_id id) const {
        const slot* s = find(id.conn);
        return s == nullptr || !s->conn ? std::string_view{} : s->conn->protocol(id.stream);
    }
    /// The established connection of a peer.
    [[nodiscard]] std::optional<conn_id> established(const wire::peer_id& peer) const {
        const auto found = peers_.find(peer);
        return found == peers_.end() ? std::nullopt : std::optional{found->second.back()};
    }
    /// Established connections to a peer; more than one only while one replaces the other.
    [[nodiscard]] std::size_t connections_to(const wire::peer_id& peer) const {
        const auto found = peers_.find(peer);
        return found == peers_.end() ? 0 : found->second.size();
    }
    /// Whether a connection of this peer, which has proven itself, is there or may come to stay.
    [[nodiscard]] bool expects(const wire::peer_id& peer) const noexcept {
        return manager_.has_any(peer);
    }
    /// Every peer with an established connection, in the order of their ids.
    [[nodiscard]] std::vector<wire::peer_id> peers() const {
        std::vector<wire::peer_id> all;
        for (const auto& [peer, conns] : peers_) all.push_back(peer);
        return all;
    }
    /// Who is at the other end; empty before the identity is proven and for an unknown id.
    [[nodiscard]] wire::peer_id peer(conn_id id) const {
        if (const auto gone = farewells_.find(id); gone != farewells_.end())
            return gone->second.peer;
        const slot* s = find(id);
        return s == nullptr || !s->conn ? wire::peer_id{} : s->conn->peer();
    }
    /// The address of the other end.
    [[nodiscard]] wire::multiaddr remote(conn_id id) const {
        if (const auto gone = farewells_.find(id); gone != farewells_.end())
            return gone->second.remote;
        const slot* s = find(id);
        return s == nullptr ? wire::multiaddr{} : s->remote;
    }
    [[nodiscard]] std::optional<info> look(conn_id id) const {
        const slot* s = find(id);
        if (s == nullptr || !s->conn) return std::nullopt;
        return info{id, s->dir, s->remote, s->local, *s->conn};
    }
    /// What a peer supports over its live connections; what is unknown is no refusal.
    [[nodiscard]] support supports(const wire::peer_id& peer, std::string_view protocol) const {
        support best = support::unknown;
        const auto found = peers_.find(peer);
        if (found == peers_.end()) return best;
        for (const conn_id id : found->second) {
            const support here = find(id)->conn->knowledge().of(protocol);
            if (here == support::supported) return here;
            if (here == support::unsupported) best = here;
        }
        return best;
    }
    /// For identify and negotiations only: what is known changes by answers, never by failures.
    [[nodiscard]] protocol_knowledge* knowledge(conn_id id) {
        slot* s = find(id);
        return s == nullptr || !s->conn ? nullptr : &s->conn->knowledge();
    }
    /// What the other end says that it is: which limits are assumed of it.
    void learn_agent(conn_id id, std::string_view agent, instant now) {
        const slot* s = find(id);
        if (s == nullptr || !s->told_open || s->conn->ended()) return;
        monitor_.identified(id, agent);
        monitor_.changed(id, s->conn->ledger(), s->conn->unacknowledged(), now);
        settle(now);
    }
    [[nodiscard]] remote_limits assumed_limits_of(conn_id id) const { return monitor_.assumed(id); }
    [[nodiscard]] const wire::peer_id& self() const noexcept { return self_id_; }
    [[nodiscard]] const limits& bounds() const noexcept { return *bounds_; }
    [[nodiscard]] const crypto& provider() const noexcept { return crypto_; }
    /// Connections in any state; for statistics.
    [[nodiscard]] std::size_t size() const noexcept { return slots_.size(); }

private:
    struct slot {
        direction dir = direction::outbound;
        wire::multiaddr remote;
        wire::multiaddr local;
        peer_dialer::attempt attempt;          ///< outbound: who was dialed, and where
        std::vector<peer_dialer::cause> tried; ///< what the name in it stood for
        std::unique_ptr<connection_type> conn; ///< nothing while the transport connects
        std::size_t unread = 0;                ///< as counted in `unread_`
        std::uint32_t counted = 0;             ///< the ledger's changes that the monitor knows
        std::uint32_t unacknowledged = 0;      ///< as the monitor knows it
        bool admitted = false;                 ///< was told to proceed
        bool told_open = false;                ///< `conn_opened` was said
        bool hung_up = false;
        bool flush_told = false;
        bool duplicate = false; ///< ended by the rule: no `upgrade_failed`
    };

    /// A dial whose attempt failed while another connection of its peer was being decided.
    struct parked {
        peer_dialer::attempt attempt;
        error why;
        std::vector<peer_dialer::cause> causes;
    };
    /// A connection that is to be followed by another one.
    struct replacement {
        conn_id old;
        request_id request;
    };
    /// What is asked of a connection that is over, until its last event was told.
    struct farewell {
        wire::peer_id peer;
        wire::multiaddr remote;
    };

    [[nodiscard]] conn_id next_id() noexcept { return conn_id{++last_conn_}; }
    [[nodiscard]] slot* find(conn_id id) {
        const auto at = slots_.find(id);
        return at == slots_.end() ? nullptr : &at->second;
    }
    [[nodiscard]] const slot* find(conn_id id) const {
        const auto at = slots_.find(id);
        return at == slots_.end() ? nullptr : &at->second;
    }
    void begin(conn_id id, slot& s, role r, instant now) {
        typename connection_type::config c{.expected = std::nullopt,
                                           .bounds = bounds_.get(),
                                           .serves = serves_,
                                           .purpose_of = purpose_of_,
                                           .trace = trace_,
                                           .id = id};
        if (r == role::dialer) c.expected = s.attempt.peer;
        s.conn = std::make_unique<connection_type>(r, *self_, std::move(c), crypto_, now);
        touch(id, s, now);
    }
    void narrate(std::string_view name, conn_id id, instant now,
                 std::initializer_list<trace_field> fields) const {
        if (trace_) trace_({now, static_cast<std::uint64_t>(id), 0, name, fields});
    }
    void narrate_limit(std::string_view which, conn_id id, std::size_t value, std::size_t most,
                       instant now) const {
        narrate(trace_names::limit_hit, id, now,
                {{"limit", which},
                 {"value", static_cast<std::int64_t>(value)},
                 {"most", static_cast<std::int64_t>(most)}});
    }
    template <class F>
    void with(conn_id id, instant now, F&& f) {
        slot* s = find(id);
        if (s == nullptr || !s->conn) return;
        f(*s->conn);
        touch(id, *s, now);
        settle(now);
    }
    template <class Bytes>
    result<std::size_t> write_any(substream_id id, const Bytes& bytes, instant now) {
        slot* s = find(id.conn);
        if (s == nullptr || !s->conn) return fail(swarms::errc::unknown_connection);
        const auto put = s->conn->write(id.stream, bytes, now);
        touch(id.conn, *s, now);
        settle(now);
        return put;
    }
    /// After every call on a connection: its events, its deadline, its output.
    void touch(conn_id id, slot& s, instant now) {
        while (auto e = s.conn->poll_event())
            std::visit([&](const auto& told) { on(id, s, told, now); }, *e);
        deadlines_.set(id, s.conn->next_timeout());
        unread_ += s.conn->unread() - s.unread;
        s.unread = s.conn->unread();
        if (s.told_open && !s.conn->ended()) count_streams(id, s, now);
        if (s.conn->ended() && !s.hung_up) {
            s.hung_up = true;
            commands_.push(hang_up_command{id, s.conn->wants_end().value_or(end{})});
        } else if (!s.hung_up && !s.flush_told && s.conn->has_output()) {
            s.flush_told = true;
            commands_.push(flush_command{id});
        }
    }
    void count_streams(conn_id id, slot& s, instant now) {
        const std::uint32_t unacknowledged = s.conn->unacknowledged();
        const std::uint32_t changes = s.conn->ledger().changes();
        if (changes == s.counted && unacknowledged == s.unacknowledged) return;
        s.counted = changes;
        s.unacknowledged = unacknowledged;
        monitor_.changed(id, s.conn->ledger(), unacknowledged, now);
        idle_.used(id, s.conn->in_use(), now);
    }
    /// Says of a connection whether it stays: its peer is protected, or a protocol is being agreed.
    [[nodiscard]] auto spared() const {
        return [this](conn_id id) {
            const connection_type& c = *slots_.at(id).conn;
            return c.in_use() || protected_.contains(c.peer());
        };
    }
    void tell_alarms(instant now);
    void narrate(const swarms::streams_high& a, instant now) const;
    void narrate(const swarms::streams_normal& a, instant now) const;
    void narrate(const swarms::streams_leaking& a, instant now) const;
    /// Carries out what the manager and the dialer decided, until nobody has anything to say. A
    /// decision that leads to another is carried out by the outermost call.
    void settle(instant now) {
        if (settling_) return;
        settling_ = true;
        for (bool busy = true; busy;) {
            busy = false;
            while (auto d = manager_.poll()) {
                busy = true;
                std::visit([&](const auto& decided) { carry_out(decided, now); }, *d);
            }
            while (auto a = dialer_.poll_withdrawn()) withdraw(*a, now);
            while (auto a = dialer_.poll_attempt()) {
                busy = true;
                start_attempt(*a, now);
            }
            while (auto a = dialer_.poll_answer()) {
                busy = true;
                tell_answer(std::move(*a), now);
            }
            if (unread_ > bounds_->unread_node) busy = relieve_unread(now);
        }
        tell_alarms(now);
        settling_ = false;
    }

    // Dials and bounds are in swarm_dials.hpp.
    request_id dial_peer(request_id request, const wire::peer_id& peer, instant now);
    void start_attempt(const peer_dialer::attempt& a, instant now);
    void dial_attempt_failed(const slot& s, error why, instant now);
    void unpark(const wire::peer_id& peer, instant now);
    void withdraw(const peer_dialer::attempt& a, instant now);
    void tell_answer(peer_dialer::answer a, instant now);
    bool replace_attempt_failed(const slot& s, error why, instant now);
    void replace_ended(const wire::peer_id& peer, error why, instant now);
    void dial_protected(instant now);
    [[nodiscard]] bool is_fresh_successor(conn_id id, instant now);
    void dial_again(const wire::peer_id& peer, instant now);
    void tell_plans();
    void abandon(conn_id id, slot& s);
    void make_room(const wire::multiaddr& remote, instant now);
    static bool same_host(const wire::multiaddr& a, const wire::multiaddr& b);
    [[nodiscard]] std::size_t taken() const noexcept;
    bool trim_one(instant now);
    bool has_room(conn_id id, const wire::peer_id& peer, instant now);
    bool relieve_unread(instant now);

    // --- the manager's decisions: swarm_duplicates.hpp
    // ------------------------------------------------------
    void carry_out(const connection_manager::proceed& d, instant now);
    void carry_out(const connection_manager::refuse& d, instant now);
    void carry_out(const connection_manager::close& d, instant now);
    void carry_out(const connection_manager::ping& d, instant now);
    void carry_out(const connection_manager::redial_storm& d, instant now);
    void hold_losers(conn_id winner, const wire::peer_id& peer, bool held, instant now);
    void tell_duplicate(conn_id id, conn_id kept, duplicate_rule rule, direction dir, instant now);
    void end_duplicate(conn_id id, conn_id kept, duplicate_rule rule, instant now);

    // --- what a connection says -----------------------------------------------------------------
    void on(conn_id id, slot& s, const connections::identity_proven&, instant now);
    void on(conn_id id, slot& s, const connections::ready&, instant now);
    void on(conn_id id, slot&, const connections::substream_open& e, instant) {
        events_.push(swarms::substream_open{{id, e.id}, e.dir});
    }
    void on(conn_id id, slot& s, const connections::substream_failed& e, instant now) {
        if (s.told_open && (e.why == error{connections::errc::negotiation_closed} ||
                            e.why == error{connections::errc::negotiation_reset}))
            monitor_.refused(id, s.conn->ledger().outbound(), now);
        events_.push(swarms::substream_failed{{id, e.id}, e.why});
    }
    void on(conn_id id, slot&, const connections::substream_readable& e, instant) {
        events_.push(swarms::substream_readable{{id, e.id}});
    }
    void on(conn_id id, slot&, const connections::substream_writable& e, instant) {
        events_.push(swarms::substream_writable{{id, e.id}});
    }
    void on(conn_id id, slot&, const connections::substream_finished& e, instant) {
        events_.push(swarms::substream_finished{{id, e.id}});
    }
    void on(conn_id id, slot&, const connections::substream_reset& e, instant) {
        events_.push(swarms::substream_reset{{id, e.id}, e.code});
    }
    void on(conn_id id, slot&, const connections::substream_ended& e, instant) {
        events_.push(swarms::substream_ended{{id, e.id}, e.why});
    }
    void on(conn_id id, slot& s, const connections::pong& e, instant) {
        if (!s.told_open) return;
        manager_.pong(id);
        events_.push(swarms::pong{id, e.rtt});
    }
    void on(conn_id, slot&, const connections::went_away&, instant) {}
    void on(conn_id id, slot& s, const connections::ended& e, instant now);

    std::unique_ptr<const identity> self_; // handshakes point at it
    wire::peer_id self_id_;
    std::unique_ptr<limits> bounds_; // connections point at it, so it must not move with the swarm
    trace_sink trace_;
    purpose_function purpose_of_;
    crypto crypto_;
    multistream::protocol_list serves_;
    address_book book_;
    late<peer_dialer, Stack> dialer_;
    protected_peers protected_;
    late<substream_monitor, Stack> monitor_;
    idle_watch idle_;
    late<connection_manager, Stack> manager_;
    std::map<conn_id, slot> slots_;
    std::map<wire::peer_id, std::vector<conn_id>> peers_; // established, the newest last
    deadline_index<conn_id> deadlines_;
    event_queue<event> events_;
    event_queue<command> commands_;
    std::map<conn_id, farewell> farewells_;
    conn_id told_last_{};
    std::map<request_id, std::vector<peer_dialer::cause>> causes_; // until told
    request_id failed_last_{};
    std::map<wire::peer_id, parked> parked_;
    std::map<wire::peer_id, replacement> replacing_;
    std::map<conn_id, instant> successors_; // of an established one by the rule; fresh until then
    std::size_t unread_ = 0;                // of all connections
    std::optional<reason> ended_;
    bool settling_ = false;
    std::uint64_t last_conn_ = 0;
    std::uint32_t last_request_ = 0;
};

} // namespace lp2p::inline v0

#include <lp2p/swarm/swarm_dials.hpp>
#include <lp2p/swarm/swarm_duplicates.hpp>
#include <lp2p/swarm/swarm_replace.hpp>
