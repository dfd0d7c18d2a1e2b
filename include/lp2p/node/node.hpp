// SPDX-License-Identifier: Apache-2.0 OR MIT
// A whole libp2p peer, still without I/O: connections, identify, ping, pubsub and your protocols.
//
// It joins the swarm with its services and is the only one that knows both. It opens no socket,
// starts no thread and reads no clock; `io::driver` or a test gives it bytes and time.
#pragma once

#include <lp2p/node/config.hpp>
#include <lp2p/node/events.hpp>
#include <lp2p/node/own_addresses.hpp>
#include <lp2p/node/own_record.hpp>
#include <lp2p/node/router_limits.hpp>
#include <lp2p/service/pubsub.hpp>
#include <lp2p/swarm/swarm.hpp>

#include <set>

namespace lp2p::inline v0 {

/// `Stack` is `{ using crypto = …; using security = …; }`.
template <class Stack>
class basic_node {
public:
    using event = late<node_event, Stack>;
    using crypto = typename Stack::crypto;
    using private_key = typename crypto::private_key;
    using swarm_type = swarm<Stack>;
    using pubsub_type = service::pubsub_service<crypto>;

    basic_node(crypto random, private_key key, node_config c, instant now);

    [[nodiscard]] const wire::peer_id& id() const noexcept { return id_; }
    [[nodiscard]] const node_config& settings() const noexcept { return *config_; }

    // --- the driver's side ----------------------------------------------------------------------
    result<conn_id> accepted(const wire::multiaddr& remote, const wire::multiaddr& local,
                             instant now);
    void connected(conn_id id, const wire::multiaddr& local, instant now);
    /// A dial by name tried this address of the name: see swarm::tried.
    void tried(conn_id id, const wire::multiaddr& at, error why) { swarm_.tried(id, at, why); }
    void connect_failed(conn_id id, error why, instant now);
    result<std::size_t> receive(conn_id id, mutable_bytes in, instant now);
    void receive_end(conn_id id, end how, instant now);
    byte_view transmit(conn_id id, std::size_t n) { return swarm_.transmit(id, n); }
    void transmitted(conn_id id, std::size_t n, instant now);
    /// False, too, while so many events wait that the application is to catch up first.
    [[nodiscard]] bool wants_input(conn_id id) const;
    void released(conn_id id) { swarm_.released(id); }
    [[nodiscard]] std::optional<command> poll_command() { return swarm_.poll_command(); }
    [[nodiscard]] std::optional<event> poll_event();
    [[nodiscard]] std::optional<instant> next_timeout() const;
    void handle_timeout(instant now);
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return swarm_.ended(); }
    /// An address that others can reach this node at: identify says it. Not 0.0.0.0 or ::, which
    /// are none.
    void listening(const wire::multiaddr& at, instant now);

    // --- connections -----------------------------------------------------------------------------
    /// See swarm::dial. `dialed` or `dial_failed` follows.
    request_id dial(const wire::multiaddr& to, instant now);
    /// Stays connected to this peer, see swarm::protect: `reconnect_planned` and `reconnecting`
    /// tell how it goes.
    status protect(const wire::peer_id& peer, instant now);
    void unprotect(const wire::peer_id& peer) { swarm_.unprotect(peer); }
    [[nodiscard]] bool is_protected(const wire::peer_id& peer) const noexcept;
    [[nodiscard]] bool is_dialing(const wire::peer_id& peer) const noexcept;
    /// Each address of a failed dial with its cause; once, from its `dial_failed` to the next poll.
    [[nodiscard]] std::vector<peer_dialer::cause> take_causes(request_id request);
    void disconnect(const wire::peer_id& peer, instant now);
    /// Closes everything in order; `ended` is the last event.
    void shut_down(instant now);
    [[nodiscard]] std::optional<conn_id> established(const wire::peer_id& peer) const;
    [[nodiscard]] std::size_t connections_to(const wire::peer_id& peer) const;
    [[nodiscard]] std::vector<wire::peer_id> peers() const { return swarm_.peers(); }
    /// Who is at the other end; answers for an ended connection until the poll behind its last
    /// event.
    [[nodiscard]] wire::peer_id peer(conn_id id) const;
    [[nodiscard]] wire::multiaddr remote(conn_id id) const;
    [[nodiscard]] direction dialed_by(conn_id id) const;
    [[nodiscard]] std::optional<typename swarm_type::info> look(conn_id id) const;
    [[nodiscard]] support supports(const wire::peer_id& peer, std::string_view protocol) const;
    /// What identify said on a connection; null before.
    [[nodiscard]] const service::identify_info* about(conn_id id) const noexcept;
    /// Where a peer can be dialed, best first; what it has signed itself is marked.
    [[nodiscard]] std::vector<address_book::record> addresses(const wire::peer_id& peer) const;
    /// What the last list of a connection changed; once, after `protocols_updated`.
    [[nodiscard]] protocol_knowledge::change take_change(conn_id id);
    /// `pinged` or `ping_failed` follows. Errors: `not_connected`.
    status ping(const wire::peer_id& peer, instant now);

    // --- your protocols -------------------------------------------------------------------------
    /// Inbound substreams of this protocol come as `substream_open`. Tell it before connecting: a
    /// rust peer asks once (H31). Errors: `invalid_protocol`; `too_many_protocols` for identify,
    /// which would then say nothing at all.
    status serve(const std::string& protocol, instant now);
    result<substream_id> open(const wire::peer_id& peer, std::span<const std::string> protocols,
                              instant deadline, confirm how, instant now);
    [[nodiscard]] std::string_view protocol(substream_id id) const { return swarm_.protocol(id); }
    [[nodiscard]] byte_view read(substream_id id) const { return swarm_.read(id); }
    void consume(substream_id id, std::size_t n, instant now);
    result<std::size_t> write(substream_id id, byte_view bytes, instant now);
    void finish(substream_id id, instant now);
    /// Both directions at once. Of one that is not open yet nothing more is heard.
    void reset(substream_id id, std::uint32_t code, instant now);

    // --- pubsub ---------------------------------------------------------------------------------
    status subscribe(std::string_view topic, instant now);
    status unsubscribe(std::string_view topic, instant now);
    result<pubsub::message_id> publish(std::string_view topic, byte_view data, instant now);
    /// The verdict that `node_config::validate` did not give at once.
    void validated(pubsub::message_handle id, pubsub::verdict v, instant now);
    /// The message of a `pubsub_message`; once.
    [[nodiscard]] std::optional<pubsub::delivery> take(pubsub::message_handle id);
    /// Null where this node runs no router.
    [[nodiscard]] const pubsub_type* pubsub_state() const noexcept;

private:
    struct known {
        wire::peer_id peer;
        wire::multiaddr remote;
        direction dir;
        bool opened; ///< `conn_closed` follows
    };

    [[nodiscard]] pubsub_type make_pubsub(const crypto& random, instant now) const;
    [[nodiscard]] static purpose purpose_of(std::string_view protocol) noexcept;
    /// What is served, to whoever asks by multistream or by identify.
    void announce(instant now);
    /// Swarm's events to the services, theirs to the application, until nobody has anything to say.
    void settle(instant now);
    /// After each event of swarm, so that what follows from it is told behind it.
    void hear_services(instant now);

    // --- what connections say -------------------------------------------------------------------
    void on(const swarms::conn_opened& e, instant now);
    void on(const swarms::conn_closed& e, instant now);
    void on(const swarms::upgrade_failed& e, instant);
    /// A newcomer that was refused before it was established can be asked about, too.
    void on(const swarms::duplicate_ended& e, instant now);
    void on(const swarms::dial_failed& e, instant);
    /// Told when everything that led to it was.
    void on(const swarms::ended& e, instant) { last_word_ = e; }
    void on(const swarms::substream_open& e, instant now);
    void on(const swarms::substream_failed& e, instant now);
    void on(const swarms::substream_readable& e, instant now);
    void on(const swarms::substream_writable& e, instant now);
    void on(const swarms::substream_finished& e, instant now);
    void on(const swarms::substream_reset& e, instant now);
    void finished(substream_id id, end how, instant now);
    void on(const swarms::substream_ended& e, instant now);
    void on(const swarms::pong&, instant) {} // yamux keeps alive; who wants figures asks `look`
    template <class Other>
    void on(const Other& e, instant)
        requires std::constructible_from<event, const Other&>;

    // --- what identify says ---------------------------------------------------------------------
    void on(const service::identified& e, instant now);
    void on(const service::protocols_updated& e, instant now);
    /// Of what the last list took back, the protocol that matters, if any.
    [[nodiscard]] std::string withdrawn(conn_id conn);
    [[nodiscard]] withdrawal cause_of(const service::protocols_updated& e,
                                      const std::string& protocol) const;
    void hear_list(conn_id conn, instant now);
    [[nodiscard]] std::string_view agent_of(conn_id conn) const noexcept;
    void on(const service::addresses_updated& e, instant) { learn_addresses(e.conn); }
    /// What the peer signed first; what it only says is kept behind that.
    void learn_addresses(conn_id conn);
    void hear_observed(conn_id conn, instant now);
    void on(const service::wrong_identity& e, instant now);

    std::unique_ptr<node_config> config_; // services point at its bounds
    private_key key_;
    wire::public_key public_key_;
    wire::peer_id id_;
    swarm_type swarm_;
    service::identify_service<crypto> identify_;
    service::ping_service<crypto> ping_;
    own_addresses own_;
    own_record<crypto> record_;
    std::optional<pubsub_type> pubsub_;
    std::vector<std::string> served_;
    std::set<substream_id> mine_; // the application's
    std::map<conn_id, known> known_;
    std::map<request_id, std::vector<peer_dialer::cause>> causes_; // until told
    conn_id told_last_{};
    request_id failed_last_{};
    std::optional<swarms::ended> last_word_;
    bool settling_ = false;
    event_queue<event> events_;
};

} // namespace lp2p::inline v0

#ifndef LP2P_SEPARATE_COMPILATION
#include "node.ipp"
#endif
