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
    swarm(identity self, wire::peer_id self_id, config c, crypto random, instant);

    // --- the driver's side ----------------------------------------------------------------------
    /// A connection came in. Errors: `node_closed`. Its room is found when its peer is known.
    result<conn_id> accepted(const wire::multiaddr& remote, const wire::multiaddr& local,
                             instant now);
    void connected(conn_id id, const wire::multiaddr& local, instant now);
    /// A dial by name tried this address that the name stands for; without an error it is the one
    /// that `connected` is about.
    void tried(conn_id id, const wire::multiaddr& at, error why);
    void connect_failed(conn_id id, error why, instant now);
    result<std::size_t> receive(conn_id id, mutable_bytes in, instant now);
    void receive_end(conn_id id, end how, instant now);
    byte_view transmit(conn_id id, std::size_t n);
    void transmitted(conn_id id, std::size_t n, instant now);
    [[nodiscard]] bool wants_input(conn_id id) const;
    /// The transport of a connection that was hung up is gone: the id is forgotten.
    void released(conn_id id);
    [[nodiscard]] std::optional<command> poll_command() { return commands_.poll(); }
    [[nodiscard]] std::optional<event> poll_event();
    [[nodiscard]] std::optional<instant> next_timeout() const;
    void handle_timeout(instant now);
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }

    // --- the node's side -------------------------------------------------------------------------
    /// Asks for a connection to the peer that the address names: an open one answers, a running
    /// dial is joined, else one starts. `dialed` or `dial_failed` follows.
    request_id dial(const wire::multiaddr& to, instant now);
    /// The same for a peer whose addresses are known.
    request_id dial(const wire::peer_id& peer, instant now);
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
    [[nodiscard]] bool is_protected(const wire::peer_id& peer) const noexcept;
    [[nodiscard]] bool is_dialing(const wire::peer_id& peer) const noexcept;
    /// Each address of a failed dial with its cause; once, until the event after `dial_failed`.
    [[nodiscard]] std::vector<peer_dialer::cause> take_causes(request_id request);
    /// What inbound substreams are answered with, on every connection, from now on.
    void serve(multistream::protocol_list list);
    void close(conn_id id, error why, instant now);
    void disconnect(const wire::peer_id& peer, error why, instant now);
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
                              purpose use, instant deadline, confirm how, instant now);
    result<substream_id> open(conn_id id, std::span<const std::string> protocols, purpose use,
                              instant deadline, confirm how, instant now);
    [[nodiscard]] byte_view read(substream_id id) const;
    void consume(substream_id id, std::size_t n, instant now);
    result<std::size_t> write(substream_id id, byte_view bytes, instant now);
    result<std::size_t> write(substream_id id, const shared_bytes& bytes, instant now);
    void finish(substream_id id, instant now);
    void reset(substream_id id, std::uint32_t code, instant now);
    void ping(conn_id id, instant now);
    [[nodiscard]] std::string_view protocol(substream_id id) const;
    /// The established connection of a peer.
    [[nodiscard]] std::optional<conn_id> established(const wire::peer_id& peer) const;
    /// Established connections to a peer; more than one only while one replaces the other.
    [[nodiscard]] std::size_t connections_to(const wire::peer_id& peer) const;
    /// Whether a connection of this peer, which has proven itself, is there or may come to stay.
    [[nodiscard]] bool expects(const wire::peer_id& peer) const noexcept;
    /// Every peer with an established connection, in the order of their ids.
    [[nodiscard]] std::vector<wire::peer_id> peers() const;
    /// Who is at the other end; empty before the identity is proven and for an unknown id.
    [[nodiscard]] wire::peer_id peer(conn_id id) const;
    /// The address of the other end.
    [[nodiscard]] wire::multiaddr remote(conn_id id) const;
    [[nodiscard]] std::optional<info> look(conn_id id) const;
    /// What a peer supports over its live connections; what is unknown is no refusal.
    [[nodiscard]] support supports(const wire::peer_id& peer, std::string_view protocol) const;
    /// For identify and negotiations only: what is known changes by answers, never by failures.
    [[nodiscard]] protocol_knowledge* knowledge(conn_id id);
    /// What the other end says that it is: which limits are assumed of it.
    void learn_agent(conn_id id, std::string_view agent, instant now);
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
    [[nodiscard]] slot* find(conn_id id);
    [[nodiscard]] const slot* find(conn_id id) const;
    void begin(conn_id id, slot& s, role r, instant now);
    void narrate(std::string_view name, conn_id id, instant now,
                 std::initializer_list<trace_field> fields) const;
    void narrate_limit(std::string_view which, conn_id id, std::size_t value, std::size_t most,
                       instant now) const;
    template <class F>
    void with(conn_id id, instant now, F&& f);
    template <class Bytes>
    result<std::size_t> write_any(substream_id id, const Bytes& bytes, instant now);
    /// After every call on a connection: its events, its deadline, its output.
    void touch(conn_id id, slot& s, instant now);
    void count_streams(conn_id id, slot& s, instant now);
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
    void settle(instant now);

    // Dials and bounds are in swarm_dials.ipp.
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

    // --- the manager's decisions: swarm_duplicates.ipp ------------------------------------------
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
    void on(conn_id id, slot&, const connections::substream_open& e, instant);
    void on(conn_id id, slot& s, const connections::substream_failed& e, instant now);
    void on(conn_id id, slot&, const connections::substream_readable& e, instant);
    void on(conn_id id, slot&, const connections::substream_writable& e, instant);
    void on(conn_id id, slot&, const connections::substream_finished& e, instant);
    void on(conn_id id, slot&, const connections::substream_reset& e, instant);
    void on(conn_id id, slot&, const connections::substream_ended& e, instant);
    void on(conn_id id, slot& s, const connections::pong& e, instant);
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

#ifndef LP2P_SEPARATE_COMPILATION
#include "swarm.ipp"
#include "swarm_dials.ipp"
#include "swarm_duplicates.ipp"
#include "swarm_replace.ipp"
#endif
