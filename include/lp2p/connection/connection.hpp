// SPDX-License-Identifier: Apache-2.0 OR MIT
// One peer, one byte stream: upgrade, secure channel, yamux and negotiated substreams, stacked.
//
// A connection eats the bytes of a transport and gives back substreams that have a protocol and an
// owner. It opens no socket, reads no clock and knows no service. Construction takes a role, who we
// are, a config and `now`; the identity is proven before a muxer exists and waits for `proceed`.
#pragma once

#include <lp2p/connection/events.hpp>
#include <lp2p/connection/protocol_knowledge.hpp>
#include <lp2p/connection/secure_pipe.hpp>
#include <lp2p/connection/session_config.hpp>
#include <lp2p/connection/substream_ledger.hpp>
#include <lp2p/connection/upgrade.hpp>
#include <lp2p/core/deadlines.hpp>
#include <lp2p/core/event_queue.hpp>
#include <lp2p/core/machine.hpp>
#include <lp2p/core/trace.hpp>
#include <lp2p/protocol/yamux/session.hpp>

#include <span>

namespace lp2p::inline v0 {

/// `Stack` is `{ using crypto = …; using security = …; }`: how connections are secured.
template <class Stack>
class connection {
public:
    using event = late<connections::event, Stack>;
    using crypto = typename Stack::crypto;
    using security = typename Stack::security;
    using channel = typename security::channel;
    using identity = typename security::identity;

    struct config {
        std::optional<wire::peer_id> expected{}; ///< who we dialed; a listener expects nobody
        const limits* bounds = &default_limits;  ///< must outlive the connection
        multistream::protocol_list serves{};     ///< answered on inbound substreams
        purpose_function purpose_of = nullptr;   ///< for inbound substreams; null: application
        trace_sink trace{};
        conn_id id{}; ///< for traces only
    };

    /// `self` must outlive the upgrade.
    connection(role r, const identity& self, config c, const crypto& random, instant now);

    // --- the duplex ---------------------------------------------------------------------------
    result<std::size_t> receive(mutable_bytes in, instant now);
    void receive_end(end e, instant now);
    /// At most `n` bytes for the transport; valid until the next non-const call.
    byte_view transmit(std::size_t n);
    void transmitted(std::size_t n);
    [[nodiscard]] std::optional<end> wants_end() const noexcept;
    [[nodiscard]] std::optional<event> poll_event() { return events_.poll(); }
    [[nodiscard]] std::optional<instant> next_timeout() const;
    void handle_timeout(instant now);
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }

    // --- what it is ---------------------------------------------------------------------------
    /// False while too much is owed (pongs, control frames): read again after the next flush.
    [[nodiscard]] bool wants_input() const;
    [[nodiscard]] bool has_output() const;
    [[nodiscard]] bool is_ready() const noexcept { return ready_ && !ended_; }
    [[nodiscard]] role own_role() const noexcept { return role_; }
    /// Empty before the identity is proven.
    [[nodiscard]] const wire::peer_id& peer() const noexcept { return peer_; }
    [[nodiscard]] const wire::public_key& remote_key() const noexcept { return remote_key_; }
    [[nodiscard]] upgrade_stage stage() const noexcept;
    [[nodiscard]] std::optional<duration> rtt() const noexcept { return rtt_; }
    [[nodiscard]] std::uint64_t bytes_in() const noexcept { return bytes_in_; }
    [[nodiscard]] std::uint64_t bytes_out() const noexcept { return bytes_out_; }
    [[nodiscard]] const substream_ledger& ledger() const noexcept { return ledger_; }
    /// Substreams that we opened and the remote has not acknowledged.
    [[nodiscard]] std::uint32_t unacknowledged() const noexcept;
    /// Whether a substream is there that is not only for identify or ping.
    [[nodiscard]] bool in_use() const noexcept { return ledger_.in_use(); }
    [[nodiscard]] protocol_knowledge& knowledge() noexcept { return knowledge_; }
    [[nodiscard]] const protocol_knowledge& knowledge() const noexcept { return knowledge_; }
    /// Received bytes that nobody consumed yet.
    [[nodiscard]] std::size_t unread() const;

    // --- life -----------------------------------------------------------------------------------
    /// The identity is welcome: the upgrade goes on. Only after `identity_proven`.
    void proceed(instant now);
    /// The identity is not welcome: nothing was carried, nothing is lost. The remote sees the end
    /// of the transport.
    void refuse(error why, instant now);
    /// Ends it: GoAway 0, what was written, then the transport.
    void close(error why, instant now);
    /// Ends it when the remote has ended it, or after `grace`: GoAway 0 and no new substreams, but
    /// what comes on the open ones is still read. For a connection whose substreams move elsewhere.
    void leave(error why, duration grace, instant now);
    [[nodiscard]] bool is_leaving() const noexcept { return leaving_.has_value(); }
    /// What inbound substreams are answered with from now on.
    void serve(multistream::protocol_list list) { config_.serves = std::move(list); }
    /// While held, nothing that the remote opens is answered: what it would say there stays in its
    /// own queues. For a connection that is about to lose a crossing: rust sends its subscriptions
    /// once, into the first pubsub stream that is agreed (H3).
    void hold_inbound(bool held, instant now);
    /// Asks the remote whether it is there; `pong` follows, or `keepalive_timeout` ends it.
    void ping(instant now);

    // --- substreams -----------------------------------------------------------------------------
    /// Opens a substream for the first of `protocols` that the remote takes. `substream_open` or
    /// `substream_failed` follows. `confirm::lazy` needs exactly one protocol.
    /// Errors: `not_ready`, `stream_limit` (that open only; the connection stays).
    result<substream_index> open(std::span<const std::string> protocols, purpose use,
                                 instant deadline, confirm how, instant now);
    /// The agreed protocol; empty before.
    [[nodiscard]] std::string_view protocol(substream_index id) const noexcept;
    /// Received bytes, perhaps not all; valid until the next non-const call.
    [[nodiscard]] byte_view read(substream_index id) const;
    /// Returns credit to the peer.
    void consume(substream_index id, std::size_t n, instant now);
    /// Takes what fits, perhaps nothing; `substream_writable` follows a short write.
    /// Errors: `unknown_substream`, `write_after_finish`.
    result<std::size_t> write(substream_index id, byte_view bytes, instant now);
    /// The same, all or nothing, keeping a reference instead of a copy.
    result<std::size_t> write(substream_index id, const shared_bytes& bytes, instant now);
    /// Ends our direction behind what was written.
    void finish(substream_index id, instant now);
    /// Ends both directions at once; queued data is dropped. `substream_ended` follows (or, before
    /// it was open, nothing more).
    void reset(substream_index id, std::uint32_t code, instant now);

private:
    // --- upgrade ------------------------------------------------------------------------------
    /// Quietly: who speaks another protocol gets no more than was said already.
    result<std::size_t> fail_upgrade();
    void take_upgrade_output();
    void after_upgrade_step(instant now);

    // --- bytes in and out ----------------------------------------------------------------------
    void open_frames(mutable_bytes in, instant now);
    void feed_session(byte_view opened, instant now);
    void pack(std::size_t n);

    // --- what the session says --------------------------------------------------------------
    void learn(instant now) noexcept { now_ = std::max(now_, now); }
    void drain(instant now);
    void drain_session(instant now);
    void on(const yamux::stream_opened& e, instant now);
    void on(const yamux::stream_readable& e, instant now);
    void on(const yamux::stream_writable& e, instant now);
    void on(const yamux::stream_finished& e, instant now);
    void on(const yamux::stream_reset& e, instant now);
    void on(const yamux::stream_ended& e, instant);
    void on(const yamux::pong& e, instant);
    void on(const yamux::went_away& e, instant) { events_.push(connections::went_away{e.code}); }
    void on(const yamux::ended& e, instant) { finish_connection(e.why); }

    // --- negotiation on substreams: connection_talks.ipp --------------------------------------
    void start_queued(instant now);
    void start_dialing(substream_entry& e, instant now);
    void start_listening(substream_entry& e, instant now);
    void talk(substream_index index, instant now);
    void talk_ends(substream_entry& e, end how, instant now);
    void talk_expired(substream_index index);
    void talk_result(substream_entry& e);
    void talk_agreed(substream_entry& e, const std::string& protocol);
    void talk_failed(substream_entry& e, reason how);
    void forget(substream_entry& e, std::uint32_t code);
    void drop(substream_index index);

    // --- telling ------------------------------------------------------------------------------
    void tell(std::string_view name, substream_index id,
              std::initializer_list<trace_field> fields) const;
    [[nodiscard]] tl::unexpected<error> refuse_open(purpose use, instant now);
    void tell_open(const substream_entry& e);
    void tell_failed(substream_index id, error why);
    void tell_ended(substream_index id, reason why);

    template <class Bytes>
    result<std::size_t> write_any(substream_index id, const Bytes& bytes, instant now);
    [[nodiscard]] result<std::size_t> outcome(std::size_t used) const;
    void finish_connection(reason why);

    static constexpr std::uint32_t goaway_protocol_error = 1;

    role role_;
    bool ready_ = false;
    bool inbound_held_ = false;
    config config_;
    instant now_;           ///< the latest told
    upgrade_stage stage_{}; ///< once there is no upgrade any more
    std::unique_ptr<upgrade<Stack>> upgrade_;
    std::optional<secure_pipe<channel>> pipe_;
    std::optional<yamux::session> session_;
    wire::peer_id peer_;
    wire::public_key remote_key_;
    protocol_knowledge knowledge_;
    substream_ledger ledger_;
    deadline_index<substream_index> talks_;
    std::optional<instant> upgrade_deadline_;
    std::optional<error> leaving_; ///< why, once `leave` was asked for
    std::optional<instant> leave_deadline_;
    byte_queue out_;
    event_queue<event> events_;
    std::optional<duration> rtt_;
    std::optional<reason> ended_;
    std::uint64_t bytes_in_ = 0;
    std::uint64_t bytes_out_ = 0;
};

} // namespace lp2p::inline v0

#ifndef LP2P_SEPARATE_COMPILATION
#include "connection.ipp"
#include "connection_talks.ipp"
#endif
