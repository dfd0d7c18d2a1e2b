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

    pubsub_service(config c, router r, wire::peer_id self, Crypto crypto);

    [[nodiscard]] bool serves(std::string_view protocol) const noexcept;
    [[nodiscard]] const std::vector<std::string>& protocols() const noexcept;

    // --- what happens on connections ------------------------------------------------------------
    /// A connection to a peer is established: our stream is opened on it, or moves to it when the
    /// one that carries it ends.
    template <host Host>
    void opened(conn_id conn, direction dir, Host& h, instant now);
    /// `follows`: another connection of the peer has proven itself and may be established soon.
    /// Until then, or for `upgrade_timeout`, what the peer said holds: rust says its subscriptions
    /// once, and sees only that one of its two connections ended (H3).
    template <host Host>
    void closed(conn_id conn, const wire::peer_id& id, bool follows, Host& h, instant now);
    /// This connection ends soon, another one replaces it: our stream moves there now, and what it
    /// did not finish goes again. What comes on this one is still read.
    template <host Host>
    void leaving(conn_id conn, Host& h, instant now);
    /// The remote opened a stream. That may be before the connection counts as established: rust
    /// opens at once, and never says its subscriptions again (H3).
    template <host Host>
    void inbound(substream_id id, Host& h, instant now);
    /// An `open` of ours succeeded: true where it was ours.
    template <host Host>
    bool outbound(substream_id id, Host& h, instant now);
    /// An `open` of ours failed.
    template <host Host>
    bool failed(substream_id id, error why, Host& h, instant now);
    /// Readable: true where the substream is ours.
    template <host Host>
    bool readable(substream_id id, Host& h, instant now);
    template <host Host>
    bool writable(substream_id id, Host& h, instant now);
    /// Their direction ended. On our outbound stream that means that nobody reads it any more.
    template <host Host>
    bool finished(substream_id id, end how, Host& h, instant now);
    /// The last that is heard of a substream.
    template <host Host>
    bool ended(substream_id id, error why, Host& h, instant now);
    /// A list of the peer came on a connection: it may support pubsub now where it refused before,
    /// or no longer. `agent` as identify says it.
    template <host Host>
    void listed(conn_id conn, std::string_view agent, Host& h, instant now);

    // --- for the application --------------------------------------------------------------------
    template <host Host>
    status subscribe(std::string_view topic, Host& h, instant now);
    template <host Host>
    status unsubscribe(std::string_view topic, Host& h, instant now);
    /// Signs (where the policy says so) and sends. Nobody to send to is no error.
    template <host Host>
    result<pubsub::message_id> publish(std::string_view topic, byte_view data,
                                       const private_key& key, Host& h, instant now);
    /// The verdict that the validator did not give at once; of a message that waits no more,
    /// nothing.
    template <host Host>
    void validated(pubsub::message_handle id, pubsub::verdict v, Host& h, instant now);
    [[nodiscard]] std::optional<pubsub::delivery> take(pubsub::message_handle id);
    [[nodiscard]] std::vector<wire::peer_id> topic_peers(std::string_view topic) const;
    [[nodiscard]] std::vector<wire::peer_id> mesh_peers(std::string_view topic) const;
    [[nodiscard]] wire::peer_id peer(pubsub::peer_index p) const;
    [[nodiscard]] pubsub::router_counters counters() const;

    // --- the machine ----------------------------------------------------------------------------
    [[nodiscard]] std::optional<event> poll_event() { return events_.poll(); }
    [[nodiscard]] std::optional<instant> next_timeout() const;
    template <host Host>
    void handle_timeout(Host& h, instant now);

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
    [[nodiscard]] pubsub::rpc_stream_config rpc_config() const;

    // --- our stream -----------------------------------------------------------------------------
    template <host Host>
    void open_stream(const wire::peer_id& peer, entry& e, Host& h, instant now);
    template <host Host>
    void open_failed(const wire::peer_id& peer, entry& e, conn_id conn, error why, Host& h,
                     instant now);
    /// The newest connection where the remote did not say no; null where there is none.
    template <host Host>
    carrier* best_carrier(entry& e, Host& h) const;
    /// True where the remote said no to all that we propose, by `na` or by a list without them.
    template <host Host>
    bool is_unsupported(conn_id conn, Host& h) const;
    /// After a failure on `conn`: at once where another connection is better, else with backoff
    /// while this one lives. An explicit `na` waits for a list or a new connection.
    template <host Host>
    void again(const wire::peer_id& peer, entry& e, conn_id conn, error why, Host& h, instant now);
    template <host Host>
    void out_closed(const wire::peer_id& peer, entry& e, error why, Host& h, instant now);
    /// Writes what waits, one RPC after the other, as far as the stream takes it.
    template <host Host>
    void write(entry& e, Host& h, instant now);
    /// The hello goes first, then what the last stream did not finish, then what waits.
    bool send_next(entry& e);

    // --- their streams: pubsub_intake.ipp -------------------------------------------------------
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

    // --- keeping it alive: pubsub_remedies.ipp --------------------------------------------------
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
                 std::initializer_list<trace_field> fields) const;
    void narrate_topic(std::string_view name, const wire::peer_id& who, std::string_view topic,
                       instant now) const;

    // --- the router -----------------------------------------------------------------------------
    entry& entry_of(const wire::peer_id& id, instant now);
    void ready(const wire::peer_id& peer, entry& e, pubsub::peer_kind kind, conn_id conn,
               instant now);
    /// The last connection of a peer ended, and every stream of it.
    template <host Host>
    void forget_if_gone(const wire::peer_id& id, Host& h, instant now);
    /// Carries out what the router says, until it has nothing to say.
    template <host Host>
    void drain(Host& h, instant now);
    template <host Host>
    void on(const pubsub::validate& e, Host&, instant now);
    [[nodiscard]] status check(const pubsub::message_view& m) const;
    template <host Host>
    void on(const pubsub::send_rpc& e, Host& h, instant now);
    template <host Host>
    void on(const pubsub::message& e, Host&, instant);
    template <host Host>
    void on(const pubsub::peer_subscribed& e, Host&, instant now);
    template <host Host>
    void on(const pubsub::peer_unsubscribed& e, Host&, instant now);
    template <host Host>
    void on(const pubsub::grafted& e, Host&, instant now);
    template <host Host>
    void on(const pubsub::pruned& e, Host&, instant now);
    template <host Host>
    void on(const pubsub::rejected& e, Host&, instant now);
    // What was dropped: pubsub_intake.ipp
    template <host Host>
    void on(const pubsub::messages_dropped& e, Host& h, instant now);
    template <host Host>
    void on(const pubsub::slow_peer& e, Host& h, instant now);
    template <class Other, host Host>
    void on(const Other&, Host&, instant) {} // counters have the rest

    result<pubsub::message_id> make_message(std::string_view topic, byte_view data,
                                            const private_key& key, instant now);
    [[nodiscard]] std::vector<wire::peer_id> ids(const std::vector<pubsub::peer_index>& from) const;

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

#ifndef LP2P_SEPARATE_COMPILATION
#include "pubsub.ipp"
#include "pubsub_intake.ipp"
#include "pubsub_remedies.ipp"
#endif
