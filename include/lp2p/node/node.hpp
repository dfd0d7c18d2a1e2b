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

    basic_node(crypto random, private_key key, node_config c, instant now)
        : config_{std::make_unique<node_config>(std::move(c))}
        , key_{std::move(key)}
        , public_key_{wire::public_key{key_.type(), to_vector(key_.public_data())}}
        , id_{wire::peer_id::of(public_key_, random)}
        , swarm_{Stack::security::make_identity(random, key_), id_,
                 typename swarm_type::config{.bounds = config_->bounds,
                                             .seed = config_->seed,
                                             .trace = config_->trace,
                                             .purpose_of = &purpose_of},
                 random, now}
        , identify_{{.bounds = &config_->bounds,
                     .routing_state_records = config_->routing_state_records,
                     .trace = config_->trace},
                    random}
        , ping_{random}
        , own_{config_->bounds}
        , record_{random, id_, config_->unix_now, now} {
        if (config_->router != router_kind::none) pubsub_.emplace(make_pubsub(random, now));
        announce(now);
    }

    [[nodiscard]] const wire::peer_id& id() const noexcept { return id_; }
    [[nodiscard]] const node_config& settings() const noexcept { return *config_; }

    // --- the driver's side ----------------------------------------------------------------------
    result<conn_id> accepted(const wire::multiaddr& remote, const wire::multiaddr& local,
                             instant now) {
        const auto id = swarm_.accepted(remote, local, now);
        settle(now);
        return id;
    }
    void connected(conn_id id, const wire::multiaddr& local, instant now) {
        swarm_.connected(id, local, now);
        settle(now);
    }
    /// A dial by name tried this address of the name: see swarm::tried.
    void tried(conn_id id, const wire::multiaddr& at, error why) { swarm_.tried(id, at, why); }
    void connect_failed(conn_id id, error why, instant now) {
        swarm_.connect_failed(id, why, now);
        settle(now);
    }
    result<std::size_t> receive(conn_id id, mutable_bytes in, instant now) {
        const auto used = swarm_.receive(id, in, now);
        settle(now);
        return used;
    }
    void receive_end(conn_id id, end how, instant now) {
        swarm_.receive_end(id, how, now);
        settle(now);
    }
    byte_view transmit(conn_id id, std::size_t n) { return swarm_.transmit(id, n); }
    void transmitted(conn_id id, std::size_t n, instant now) {
        swarm_.transmitted(id, n, now);
        settle(now);
    }
    /// False, too, while so many events wait that the application is to catch up first.
    [[nodiscard]] bool wants_input(conn_id id) const {
        return events_.size() < config_->bounds.untold_events && swarm_.wants_input(id);
    }
    void released(conn_id id) { swarm_.released(id); }
    [[nodiscard]] std::optional<command> poll_command() { return swarm_.poll_command(); }
    [[nodiscard]] std::optional<event> poll_event() {
        if (told_last_ != conn_id{}) known_.erase(std::exchange(told_last_, conn_id{}));
        if (failed_last_ != request_id{}) causes_.erase(std::exchange(failed_last_, request_id{}));
        auto e = events_.poll();
        if (!e) return e;
        if (const auto* closed = std::get_if<swarms::conn_closed>(&*e))
            told_last_ = closed->id;
        else if (const auto* failed = std::get_if<swarms::upgrade_failed>(&*e))
            told_last_ = failed->id;
        else if (const auto* no = std::get_if<swarms::dial_failed>(&*e))
            failed_last_ = no->request;
        else if (const auto* same = std::get_if<swarms::duplicate_ended>(&*e))
            if (const auto at = known_.find(same->closed); at != known_.end() && !at->second.opened)
                told_last_ = same->closed;
        return e;
    }
    [[nodiscard]] std::optional<instant> next_timeout() const {
        if (ended()) return swarm_.next_timeout();
        std::optional<instant> first =
            earlier(earlier(swarm_.next_timeout(), identify_.next_timeout()),
                    earlier(ping_.next_timeout(), own_.next_timeout()));
        return pubsub_ ? earlier(first, pubsub_->next_timeout()) : first;
    }
    void handle_timeout(instant now) {
        swarm_.handle_timeout(now);
        if (ended()) return settle(now);
        if (own_.handle_timeout(now)) announce(now);
        identify_.handle_timeout(swarm_, now);
        ping_.handle_timeout(swarm_, now);
        if (pubsub_) pubsub_->handle_timeout(swarm_, now);
        settle(now);
    }
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return swarm_.ended(); }
    /// An address that others can reach this node at: identify says it. Not 0.0.0.0 or ::, which
    /// are none.
    void listening(const wire::multiaddr& at, instant now) {
        if (own_.listening(at)) announce(now);
        settle(now);
    }

    // --- connections -----------------------------------------------------------------------------
    /// See swarm::dial. `dialed` or `dial_failed` follows.
    request_id dial(const wire::multiaddr& to, instant now) {
        const request_id request = swarm_.dial(to, now);
        settle(now);
        return request;
    }
    /// Stays connected to this peer, see swarm::protect: `reconnect_planned` and `reconnecting`
    /// tell how it goes.
    status protect(const wire::peer_id& peer, instant now) {
        const status done = swarm_.protect(peer, now);
        settle(now);
        return done;
    }
    void unprotect(const wire::peer_id& peer) { swarm_.unprotect(peer); }
    [[nodiscard]] bool is_protected(const wire::peer_id& peer) const noexcept {
        return swarm_.is_protected(peer);
    }
    [[nodiscard]] bool is_dialing(const wire::peer_id& peer) const noexcept {
        return swarm_.is_dialing(peer);
    }
    /// Each address of a failed dial with its cause; once, from its `dial_failed` to the next poll.
    [[nodiscard]] std::vector<peer_dialer::cause> take_causes(request_id request) {
        const auto at = causes_.find(request);
        return at == causes_.end() ? std::vector<peer_dialer::cause>{} : std::move(at->second);
    }
    void disconnect(const wire::peer_id& peer, instant now) {
        swarm_.disconnect(peer, swarms::errc::disconnected, now);
        settle(now);
    }
    /// Closes everything in order; `ended` is the last event.
    void shut_down(instant now) {
        swarm_.shut_down(now);
        settle(now);
    }
    [[nodiscard]] std::optional<conn_id> established(const wire::peer_id& peer) const {
        return swarm_.established(peer);
    }
    [[nodiscard]] std::size_t connections_to(const wire::peer_id& peer) const {
        return swarm_.connections_to(peer);
    }
    [[nodiscard]] std::vector<wire::peer_id> peers() const { return swarm_.peers(); }
    /// Who is at the other end; answers for an ended connection until the poll behind its last
    /// event.
    [[nodiscard]] wire::peer_id peer(conn_id id) const {
        const auto at = known_.find(id);
        return at == known_.end() ? swarm_.peer(id) : at->second.peer;
    }
    [[nodiscard]] wire::multiaddr remote(conn_id id) const {
        const auto at = known_.find(id);
        return at == known_.end() ? swarm_.remote(id) : at->second.remote;
    }
    [[nodiscard]] direction dialed_by(conn_id id) const {
        const auto at = known_.find(id);
        return at == known_.end() ? direction::inbound : at->second.dir;
    }
    [[nodiscard]] std::optional<typename swarm_type::info> look(conn_id id) const {
        return swarm_.look(id);
    }
    [[nodiscard]] support supports(const wire::peer_id& peer, std::string_view protocol) const {
        return swarm_.supports(peer, protocol);
    }
    /// What identify said on a connection; null before.
    [[nodiscard]] const service::identify_info* about(conn_id id) const noexcept {
        return identify_.about(id);
    }
    /// Where a peer can be dialed, best first; what it has signed itself is marked.
    [[nodiscard]] std::vector<address_book::record> addresses(const wire::peer_id& peer) const {
        return swarm_.addresses().of(peer);
    }
    /// What the last list of a connection changed; once, after `protocols_updated`.
    [[nodiscard]] protocol_knowledge::change take_change(conn_id id) {
        return identify_.take_change(id);
    }
    /// `pinged` or `ping_failed` follows. Errors: `not_connected`.
    status ping(const wire::peer_id& peer, instant now) {
        const auto id = swarm_.established(peer);
        if (!id) return fail(swarms::errc::not_connected);
        ping_.ask(*id, swarm_, now);
        settle(now);
        return {};
    }

    // --- your protocols
    // ---------------------------------------------------------------------------
    /// Inbound substreams of this protocol come as `substream_open`. Tell it before connecting: a
    /// rust peer asks once (H31). Errors: `invalid_protocol`; `too_many_protocols` for identify,
    /// which would then say nothing at all.
    status serve(const std::string& protocol, instant now) {
        if (!multistream::is_protocol(protocol)) return fail(multistream::errc::invalid_protocol);
        if (std::find(served_.begin(), served_.end(), protocol) != served_.end()) return {};
        if (identify_.announced().protocols.size() >= config_->bounds.protocols_sent)
            return fail(identify::errc::too_many_protocols);
        served_.push_back(protocol);
        announce(now);
        settle(now);
        return {};
    }
    result<substream_id> open(const wire::peer_id& peer, std::span<const std::string> protocols,
                              instant deadline, confirm how, instant now) {
        const auto id = swarm_.open(peer, protocols, purpose::application, deadline, how, now);
        if (id) mine_.insert(*id);
        settle(now);
        return id;
    }
    [[nodiscard]] std::string_view protocol(substream_id id) const { return swarm_.protocol(id); }
    [[nodiscard]] byte_view read(substream_id id) const { return swarm_.read(id); }
    void consume(substream_id id, std::size_t n, instant now) {
        swarm_.consume(id, n, now);
        settle(now);
    }
    result<std::size_t> write(substream_id id, byte_view bytes, instant now) {
        const auto put = swarm_.write(id, bytes, now);
        settle(now);
        return put;
    }
    void finish(substream_id id, instant now) {
        swarm_.finish(id, now);
        settle(now);
    }
    /// Both directions at once. Of one that is not open yet nothing more is heard.
    void reset(substream_id id, std::uint32_t code, instant now) {
        if (swarm_.protocol(id).empty()) mine_.erase(id);
        swarm_.reset(id, code, now);
        settle(now);
    }

    // --- pubsub
    // -----------------------------------------------------------------------------------
    status subscribe(std::string_view topic, instant now) {
        if (!pubsub_) return fail(service::errc::no_pubsub);
        const status done = pubsub_->subscribe(topic, swarm_, now);
        settle(now);
        return done;
    }
    status unsubscribe(std::string_view topic, instant now) {
        if (!pubsub_) return fail(service::errc::no_pubsub);
        const status done = pubsub_->unsubscribe(topic, swarm_, now);
        settle(now);
        return done;
    }
    result<pubsub::message_id> publish(std::string_view topic, byte_view data, instant now) {
        if (!pubsub_) return fail(service::errc::no_pubsub);
        auto done = pubsub_->publish(topic, data, key_, swarm_, now);
        settle(now);
        return done;
    }
    /// The verdict that `node_config::validate` did not give at once.
    void validated(pubsub::message_handle id, pubsub::verdict v, instant now) {
        if (pubsub_) pubsub_->validated(id, v, swarm_, now);
        settle(now);
    }
    /// The message of a `pubsub_message`; once.
    [[nodiscard]] std::optional<pubsub::delivery> take(pubsub::message_handle id) {
        return pubsub_ ? pubsub_->take(id) : std::nullopt;
    }
    /// Null where this node runs no router.
    [[nodiscard]] const pubsub_type* pubsub_state() const noexcept {
        return pubsub_ ? &*pubsub_ : nullptr;
    }

private:
    struct known {
        wire::peer_id peer;
        wire::multiaddr remote;
        direction dir;
        bool opened; ///< `conn_closed` follows
    };

    [[nodiscard]] pubsub_type make_pubsub(const crypto& random, instant now) const {
        typename pubsub_type::config c{.bounds = &config_->bounds,
                                       .policy = config_->policy,
                                       .protocols = pubsub_protocols_of(*config_),
                                       .unix_now = config_->unix_now,
                                       .validate = config_->validate,
                                       .trace = config_->trace};
        gossipsub::config g = with_limits(config_->gossip, config_->bounds);
        g.common.seed = config_->seed;
        g.common.policy = config_->policy;
        if (config_->router == router_kind::gossipsub)
            return {std::move(c), gossipsub::router{g, id_, now}, id_, random};
        return {std::move(c), floodsub::router{{.common = g.common}, id_, now}, id_, random};
    }
    [[nodiscard]] static purpose purpose_of(std::string_view protocol) noexcept {
        if (protocol == identify::protocol || protocol == identify::push_protocol)
            return purpose::identify;
        if (protocol == ping::protocol) return purpose::ping;
        return pubsub::kind_of(protocol) ? purpose::pubsub : purpose::application;
    }
    /// What is served, to whoever asks by multistream or by identify.
    void announce(instant now) {
        std::vector<std::string> all{std::string{identify::protocol},
                                     std::string{identify::push_protocol},
                                     std::string{ping::protocol}};
        if (pubsub_)
            all.insert(all.end(), pubsub_->protocols().begin(), pubsub_->protocols().end());
        all.insert(all.end(), served_.begin(), served_.end());
        if (auto list = multistream::protocol_list::of(all)) swarm_.serve(std::move(*list));
        identify::message ours;
        ours.public_key = public_key_.encode();
        ours.listen_addrs = own_.all();
        ours.signed_peer_record = record_.of(own_.all(), key_, config_->bounds, now);
        ours.protocols = std::move(all);
        ours.agent_version = config_->agent;
        ours.protocol_version = config_->protocol_version;
        identify_.announce(std::move(ours), now);
    }
    /// Swarm's events to the services, theirs to the application, until nobody has anything to say.
    void settle(instant now) {
        if (std::exchange(settling_, true)) return;
        hear_services(now);
        while (auto e = swarm_.poll_event()) {
            std::visit([&](auto& told) { on(told, now); }, *e);
            hear_services(now);
        }
        if (last_word_) events_.push(*std::exchange(last_word_, std::nullopt));
        settling_ = false;
    }
    /// After each event of swarm, so that what follows from it is told behind it.
    void hear_services(instant now) {
        while (auto e = identify_.poll_event()) std::visit([&](auto& told) { on(told, now); }, *e);
        while (auto e = ping_.poll_event()) std::visit([&](auto& told) { events_.push(told); }, *e);
        if (!pubsub_) return;
        while (auto e = pubsub_->poll_event()) {
            events_.push(std::visit([](auto& told) { return event{std::move(told)}; }, *e));
            if (const auto* r = std::get_if<service::gossip_remedy>(&*e);
                r != nullptr && r->action == service::remedy::push)
                identify_.push(r->conn, swarm_, now);
        }
    }

    // --- what connections say
    // ----------------------------------------------------------------------
    void on(const swarms::conn_opened& e, instant now) {
        const auto info = swarm_.look(e.id);
        if (!info) return;
        known_[e.id] = {info->conn.peer(), info->remote, info->dir, true};
        events_.push(e);
        identify_.opened(e.id, info->conn.remote_key().encode(), swarm_, now);
        if (pubsub_) pubsub_->opened(e.id, info->dir, swarm_, now);
    }
    void on(const swarms::conn_closed& e, instant now) {
        identify_.closed(e.id);
        ping_.closed(e.id);
        own_.closed(e.id, now);
        if (pubsub_) pubsub_->closed(e.id, peer(e.id), swarm_.expects(peer(e.id)), swarm_, now);
        hear_services(now); // nothing that names this connection comes behind its end
        events_.push(e);
    }
    void on(const swarms::upgrade_failed& e, instant) {
        known_[e.id] = {swarm_.peer(e.id), swarm_.remote(e.id), e.dir, false};
        events_.push(e);
    }
    /// A newcomer that was refused before it was established can be asked about, too.
    void on(const swarms::duplicate_ended& e, instant now) {
        if (const auto info = swarm_.look(e.closed); info && !known_.contains(e.closed))
            known_[e.closed] = {info->conn.peer(), info->remote, info->dir, false};
        events_.push(e);
        if (e.rule == duplicate_rule::replaced && pubsub_) pubsub_->leaving(e.closed, swarm_, now);
    }
    void on(const swarms::dial_failed& e, instant) {
        causes_[e.request] = swarm_.take_causes(e.request);
        events_.push(e);
    }
    /// Told when everything that led to it was.
    void on(const swarms::ended& e, instant) { last_word_ = e; }
    void on(const swarms::substream_open& e, instant now) {
        const std::string_view protocol = swarm_.protocol(e.id);
        if (e.dir == direction::outbound) {
            if (identify_.outbound(e.id, swarm_, now) || ping_.outbound(e.id, swarm_, now)) return;
            if (pubsub_ && pubsub_->outbound(e.id, swarm_, now)) return;
            if (mine_.contains(e.id)) events_.push(e);
        } else if (identify_.serves(protocol)) {
            identify_.inbound(e.id, swarm_.remote(e.id.conn), swarm_, now);
        } else if (ping_.serves(protocol)) {
            ping_.inbound(e.id, swarm_, now);
        } else if (pubsub_ && pubsub_->serves(protocol)) {
            pubsub_->inbound(e.id, swarm_, now);
        } else {
            mine_.insert(e.id);
            events_.push(e);
        }
    }
    void on(const swarms::substream_failed& e, instant now) {
        if (identify_.failed(e.id, e.why, swarm_, now) || ping_.failed(e.id, e.why)) return;
        if (pubsub_ && pubsub_->failed(e.id, e.why, swarm_, now)) return;
        if (mine_.erase(e.id) != 0) events_.push(e);
    }
    void on(const swarms::substream_readable& e, instant now) {
        if (mine_.contains(e.id)) return events_.push(e);
        if (pubsub_ && pubsub_->readable(e.id, swarm_, now)) return;
        if (!identify_.progress(e.id, swarm_, now)) (void)ping_.progress(e.id, swarm_, now);
    }
    void on(const swarms::substream_writable& e, instant now) {
        if (mine_.contains(e.id)) return events_.push(e);
        if (pubsub_ && pubsub_->writable(e.id, swarm_, now)) return;
        if (!identify_.progress(e.id, swarm_, now)) (void)ping_.progress(e.id, swarm_, now);
    }
    void on(const swarms::substream_finished& e, instant now) {
        if (mine_.contains(e.id)) return events_.push(e);
        finished(e.id, end{end::fin, 0}, now);
    }
    void on(const swarms::substream_reset& e, instant now) {
        if (mine_.contains(e.id)) return events_.push(e);
        finished(e.id, end{end::reset, e.code}, now);
    }
    void finished(substream_id id, end how, instant now) {
        if (pubsub_ && pubsub_->finished(id, how, swarm_, now)) return;
        if (!identify_.finished(id, how, swarm_, now)) (void)ping_.finished(id, how, swarm_, now);
    }
    void on(const swarms::substream_ended& e, instant now) {
        if (mine_.erase(e.id) != 0) return events_.push(e);
        if (pubsub_ && pubsub_->ended(e.id, e.why.why, swarm_, now)) return;
        if (!identify_.ended(e.id, e.why.why, swarm_, now)) (void)ping_.ended(e.id, e.why.why);
    }
    void on(const swarms::pong&, instant) {} // yamux keeps alive; who wants figures asks `look`
    template <class Other>
    void on(const Other& e, instant)
        requires std::constructible_from<event, const Other&>
    {
        events_.push(e);
    }

    // --- what identify says
    // -----------------------------------------------------------------------
    void on(const service::identified& e, instant now) {
        events_.push(e);
        learn_addresses(e.conn);
        hear_observed(e.conn, now);
        swarm_.learn_agent(e.conn, agent_of(e.conn), now);
        hear_list(e.conn, now);
    }
    void on(const service::protocols_updated& e, instant now) {
        events_.push(e);
        if (std::string gone = withdrawn(e.conn); !gone.empty()) {
            const withdrawal cause = cause_of(e, gone);
            events_.push(protocol_withdrawn{e.conn, std::move(gone), cause});
        }
        hear_list(e.conn, now);
    }
    /// Of what the last list took back, the protocol that matters, if any.
    [[nodiscard]] std::string withdrawn(conn_id conn) {
        const auto removed = identify_.take_removed(conn);
        const auto info = swarm_.look(conn);
        if (!info) return {};
        const auto& ours = pubsub_ ? pubsub_->protocols() : served_;
        const bool speaks = std::any_of(ours.begin(), ours.end(), [&](const std::string& p) {
            return info->conn.knowledge().of(p) == support::supported;
        });
        std::string open;
        for (const std::string& p : removed) {
            if (pubsub_ && pubsub_->serves(p) && !speaks) return p;
            for (const protocol_usage& u : info->conn.ledger().usage())
                if (u.protocol == p) open = p;
        }
        return open;
    }
    [[nodiscard]] withdrawal cause_of(const service::protocols_updated& e,
                                      const std::string& protocol) const {
        if (swarm_.supports(swarm_.peer(e.conn), protocol) == support::supported)
            return withdrawal::other_connection;
        const bool rust = agent_of(e.conn).starts_with("rust-libp2p");
        return rust && e.source == service::list_source::push && pubsub::kind_of(protocol)
                   ? withdrawal::handler_disabled
                   : withdrawal::unknown;
    }
    void hear_list(conn_id conn, instant now) {
        if (pubsub_) pubsub_->listed(conn, agent_of(conn), swarm_, now);
    }
    [[nodiscard]] std::string_view agent_of(conn_id conn) const noexcept {
        const auto* info = identify_.about(conn);
        return info == nullptr ? std::string_view{} : std::string_view{info->agent};
    }
    void on(const service::addresses_updated& e, instant) { learn_addresses(e.conn); }
    /// What the peer signed first; what it only says is kept behind that.
    void learn_addresses(conn_id conn) {
        const auto* info = identify_.about(conn);
        if (info == nullptr) return;
        if (info->record) {
            wire::peer_record theirs = *info->record;
            std::erase_if(theirs.addresses, [](const auto& a) { return !a.tcp(); });
            (void)swarm_.certify(theirs);
        }
        for (const auto& a : info->addresses)
            if (a.tcp()) swarm_.add_address(peer(conn), a);
    }
    void hear_observed(conn_id conn, instant now) {
        const auto* said = identify_.about(conn);
        const auto link = swarm_.look(conn);
        if (said == nullptr || !said->observed || !link) return;
        if (own_.observed({conn, link->dir, link->remote, link->local, *said->observed}))
            announce(now);
    }
    void on(const service::wrong_identity& e, instant now) {
        swarm_.close(e.conn, identify::errc::wrong_key, now);
    }

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
