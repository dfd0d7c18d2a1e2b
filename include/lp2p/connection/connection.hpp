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
    connection(role r, const identity& self, config c, const crypto& random, instant now)
        : role_{r}
        , config_{std::move(c)}
        , now_{now}
        , upgrade_{std::make_unique<upgrade<Stack>>(
              r, self,
              typename upgrade<Stack>::config{.expected = config_.expected,
                                              .bounds = config_.bounds},
              random, now)}
        , ledger_{{.outbound = config_.bounds->streams_out,
                   .both = config_.bounds->streams_both,
                   .reserved = config_.bounds->streams_reserved}}
        , upgrade_deadline_{after(now, config_.bounds->upgrade_timeout)} {
        take_upgrade_output(); // a dialer speaks first
    }

    // --- the duplex ---------------------------------------------------------------------------
    result<std::size_t> receive(mutable_bytes in, instant now) {
        if (ended_) return outcome(0);
        learn(now);
        const std::size_t given = in.size();
        bytes_in_ += given;
        if (upgrade_) {
            const auto used = upgrade_->receive(in, now);
            if (!used) return fail_upgrade();
            in = in.subspan(*used);
            after_upgrade_step(now);
        }
        if (session_ && !ended_) open_frames(in, now);
        drain(now);
        return outcome(given);
    }
    void receive_end(end e, instant now) {
        if (ended_) return;
        learn(now);
        const auto why = e.how == end::fin ? connections::errc::transport_closed
                                           : connections::errc::transport_reset;
        if (session_) session_->receive_end(e, now);
        drain_session(now);
        finish_connection({why, party::transport, e.code});
    }
    /// At most `n` bytes for the transport; valid until the next non-const call.
    byte_view transmit(std::size_t n) {
        if (out_.empty() && session_) pack(n);
        return out_.view().first(std::min(n, out_.size()));
    }
    void transmitted(std::size_t n) {
        out_.consume(n);
        bytes_out_ += n;
    }
    [[nodiscard]] std::optional<end> wants_end() const noexcept {
        if (!ended_) return std::nullopt;
        return session_ && session_->ended() ? session_->wants_end() : end{};
    }
    [[nodiscard]] std::optional<event> poll_event() { return events_.poll(); }
    [[nodiscard]] std::optional<instant> next_timeout() const {
        if (ended_) return std::nullopt;
        std::optional<instant> first =
            earlier(earlier(upgrade_deadline_, leave_deadline_), talks_.next());
        return session_ ? earlier(first, session_->next_timeout()) : first;
    }
    void handle_timeout(instant now) {
        if (ended_) return;
        learn(now);
        if (upgrade_deadline_ && now >= *upgrade_deadline_) {
            if (session_) session_->go_away(0, now);
            finish_connection({connections::errc::upgrade_timeout, party::local});
            return;
        }
        if (leave_deadline_ && now >= *leave_deadline_)
            return finish_connection({*leaving_, party::local});
        while (const auto late = talks_.expire(now)) talk_expired(*late);
        if (session_) session_->handle_timeout(now);
        drain(now);
    }
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }

    // --- what it is ---------------------------------------------------------------------------
    /// False while too much is owed (pongs, control frames): read again after the next flush.
    [[nodiscard]] bool wants_input() const {
        return !ended_ && (!session_ || session_->wants_input());
    }
    [[nodiscard]] bool has_output() const {
        return !out_.empty() || (session_ && session_->pending() != 0);
    }
    [[nodiscard]] bool is_ready() const noexcept { return ready_ && !ended_; }
    [[nodiscard]] role own_role() const noexcept { return role_; }
    /// Empty before the identity is proven.
    [[nodiscard]] const wire::peer_id& peer() const noexcept { return peer_; }
    [[nodiscard]] const wire::public_key& remote_key() const noexcept { return remote_key_; }
    [[nodiscard]] upgrade_stage stage() const noexcept {
        return upgrade_ ? upgrade_->stage() : stage_;
    }
    [[nodiscard]] std::optional<duration> rtt() const noexcept { return rtt_; }
    [[nodiscard]] std::uint64_t bytes_in() const noexcept { return bytes_in_; }
    [[nodiscard]] std::uint64_t bytes_out() const noexcept { return bytes_out_; }
    [[nodiscard]] const substream_ledger& ledger() const noexcept { return ledger_; }
    /// Substreams that we opened and the remote has not acknowledged.
    [[nodiscard]] std::uint32_t unacknowledged() const noexcept {
        return session_ && !ended_ ? session_->counts().unacked : 0;
    }
    /// Whether a substream is there that is not only for identify or ping.
    [[nodiscard]] bool in_use() const noexcept { return ledger_.in_use(); }
    [[nodiscard]] protocol_knowledge& knowledge() noexcept { return knowledge_; }
    [[nodiscard]] const protocol_knowledge& knowledge() const noexcept { return knowledge_; }
    /// Received bytes that nobody consumed yet.
    [[nodiscard]] std::size_t unread() const {
        return session_ && !ended_ ? session_->counts().buffered : 0;
    }

    // --- life -----------------------------------------------------------------------------------
    /// The identity is welcome: the upgrade goes on. Only after `identity_proven`.
    void proceed(instant now) {
        if (ended_ || !upgrade_ || upgrade_->stage() != upgrade_stage::proven) return;
        upgrade_->proceed(now);
        if (upgrade_->failed()) {
            (void)fail_upgrade();
            return;
        }
        after_upgrade_step(now);
        drain(now);
    }
    /// The identity is not welcome: nothing was carried, nothing is lost. The remote sees the end
    /// of the transport.
    void refuse(error why, instant now) {
        learn(now);
        finish_connection({why, party::local});
    }
    /// Ends it: GoAway 0, what was written, then the transport.
    void close(error why, instant now) {
        if (ended_) return;
        learn(now);
        if (session_) session_->go_away(0, now);
        finish_connection({why, party::local});
    }
    /// Ends it when the remote has ended it, or after `grace`: GoAway 0 and no new substreams, but
    /// what comes on the open ones is still read. For a connection whose substreams move elsewhere.
    void leave(error why, duration grace, instant now) {
        if (ended_ || leaving_) return;
        if (!session_) return close(why, now);
        leaving_ = why;
        leave_deadline_ = after(now, grace);
        session_->go_away(0, now);
        drain(now);
    }
    [[nodiscard]] bool is_leaving() const noexcept { return leaving_.has_value(); }
    /// What inbound substreams are answered with from now on.
    void serve(multistream::protocol_list list) { config_.serves = std::move(list); }
    /// While held, nothing that the remote opens is answered: what it would say there stays in its
    /// own queues. For a connection that is about to lose a crossing: rust sends its subscriptions
    /// once, into the first pubsub stream that is agreed (H3).
    void hold_inbound(bool held, instant now) {
        if (std::exchange(inbound_held_, held) == held || held || !session_ || ended_) return;
        std::vector<substream_index> waiting;
        for (const substream_entry& e : ledger_.entries())
            if (e.dir == direction::inbound && e.phase != substream_phase::open)
                waiting.push_back(e.index);
        for (const substream_index index : waiting)
            if (substream_entry* e = ledger_.find(index); e != nullptr && e->stream)
                if (!session_->read(*e->stream).empty())
                    on(yamux::stream_readable{*e->stream}, now);
        drain(now);
    }
    /// Asks the remote whether it is there; `pong` follows, or `keepalive_timeout` ends it.
    void ping(instant now) {
        if (!session_ || ended_) return;
        session_->ping(now);
        drain(now);
    }

    // --- substreams -----------------------------------------------------------------------------
    /// Opens a substream for the first of `protocols` that the remote takes. `substream_open` or
    /// `substream_failed` follows. `confirm::lazy` needs exactly one protocol.
    /// Errors: `not_ready`, `stream_limit` (that open only; the connection stays).
    result<substream_index> open(std::span<const std::string> protocols, purpose use,
                                 instant deadline, confirm how, instant now) {
        if (ended_ || !ready_ || leaving_) return fail(connections::errc::not_ready);
        if (const status room = ledger_.may_open(use); !room) return refuse_open(use, now);
        substream_entry& e = ledger_.add(direction::outbound, use, substream_phase::queued, now);
        const substream_index index = e.index;
        e.proposals.assign(protocols.begin(), protocols.end());
        e.lazy = how == confirm::lazy && e.proposals.size() == 1;
        talks_.set(index, deadline);
        start_queued(now);
        drain(now);
        return index;
    }
    /// The agreed protocol; empty before.
    [[nodiscard]] std::string_view protocol(substream_index id) const noexcept {
        const substream_entry* e = ledger_.find(id);
        return e == nullptr ? std::string_view{} : std::string_view{e->protocol};
    }
    /// Received bytes, perhaps not all; valid until the next non-const call.
    [[nodiscard]] byte_view read(substream_index id) const {
        const substream_entry* e = ledger_.find(id);
        if (e == nullptr || e->phase != substream_phase::open || e->talk) return {};
        return session_->read(*e->stream);
    }
    /// Returns credit to the peer.
    void consume(substream_index id, std::size_t n, instant now) {
        substream_entry* e = ended_ ? nullptr : ledger_.find(id);
        if (e == nullptr || e->phase != substream_phase::open || e->talk) return;
        e->last_progress = now;
        session_->consume(*e->stream, n);
        drain(now);
    }
    /// Takes what fits, perhaps nothing; `substream_writable` follows a short write.
    /// Errors: `unknown_substream`, `write_after_finish`.
    result<std::size_t> write(substream_index id, byte_view bytes, instant now) {
        return write_any(id, bytes, now);
    }
    /// The same, all or nothing, keeping a reference instead of a copy.
    result<std::size_t> write(substream_index id, const shared_bytes& bytes, instant now) {
        return write_any(id, bytes, now);
    }
    /// Ends our direction behind what was written.
    void finish(substream_index id, instant now) {
        substream_entry* e = ended_ ? nullptr : ledger_.find(id);
        if (e == nullptr || e->phase != substream_phase::open || e->finished_by_us) return;
        e->finished_by_us = true;
        (void)session_->finish(*e->stream);
        drain(now);
    }
    /// Ends both directions at once; queued data is dropped. `substream_ended` follows (or, before
    /// it was open, nothing more).
    void reset(substream_index id, std::uint32_t code, instant now) {
        substream_entry* e = ended_ ? nullptr : ledger_.find(id);
        if (e == nullptr) return;
        if (e->phase == substream_phase::open)
            (void)session_->reset(*e->stream, code);
        else
            forget(*e, code);
        drain(now);
    }

private:
    // --- upgrade ------------------------------------------------------------------------------
    /// Quietly: who speaks another protocol gets no more than was said already.
    result<std::size_t> fail_upgrade() {
        out_.clear();
        const reason why = *upgrade_->failed();
        finish_connection(why);
        return fail(why.why);
    }
    void take_upgrade_output() {
        out_.append(upgrade_->output());
        upgrade_->sent(upgrade_->output().size());
    }
    void after_upgrade_step(instant now) {
        take_upgrade_output();
        if (peer_.empty() && !upgrade_->peer().empty()) {
            peer_ = upgrade_->peer();
            remote_key_ = upgrade_->remote_key();
            events_.push(connections::identity_proven{});
            tell(trace_names::connection_upgrade_stage, {},
                 {{"stage", to_string(upgrade_stage::proven)}, {"peer", peer_.bytes()}});
        }
        if (!upgrade_->done()) return;
        pipe_.emplace(upgrade_->take_channel());
        session_.emplace(role_ == role::dialer ? yamux::role::dialer : yamux::role::listener,
                         session_config(*config_.bounds, config_.trace, config_.id), now);
        session_->ping(now); // its pong is what `ready` means
        byte_vector opened = upgrade_->take_plaintext();
        byte_queue held = upgrade_->take_held();
        upgrade_.reset();
        stage_ = upgrade_stage::done;
        if (!opened.empty()) feed_session(opened, now);
        if (!ended_) open_frames(held.mutable_view(), now);
    }
    // --- bytes in and out ----------------------------------------------------------------------
    void open_frames(mutable_bytes in, instant now) {
        const status opened = pipe_->open(in, now, [&](byte_view text) {
            feed_session(text, now);
            return !ended_;
        });
        if (opened || ended_) return;
        session_->go_away(goaway_protocol_error, now);
        finish_connection({opened.error(), party::remote});
    }
    void feed_session(byte_view opened, instant now) {
        (void)session_->receive(opened, now);
        drain_session(now);
    }
    void pack(std::size_t n) {
        auto frame = pipe_->seal_next(*session_, n);
        if (!frame) return finish_connection({frame.error(), party::local}); // nonces used up
        out_.adopt(std::move(*frame));
        drain(now_); // packing makes room for writers and ends finished streams
    }

    // --- what the session says --------------------------------------------------------------
    void learn(instant now) noexcept { now_ = std::max(now_, now); }
    void drain(instant now) {
        learn(now);
        drain_session(now_);
        if (!ended_ && ledger_.outbound() != 0) start_queued(now_);
    }
    void drain_session(instant now) {
        if (!session_) return;
        while (!ended_) {
            const auto e = session_->poll_event();
            if (!e) return;
            std::visit([&](const auto& told) { on(told, now); }, *e);
        }
    }
    void on(const yamux::stream_opened& e, instant now) {
        substream_entry& entry =
            ledger_.add(direction::inbound, purpose::application, substream_phase::waiting, now);
        ledger_.bind(entry, e.id);
    }
    void on(const yamux::stream_readable& e, instant now) {
        substream_entry* entry = ledger_.find(e.id);
        if (entry == nullptr) return;
        entry->last_progress = now;
        const bool agreed =
            entry->dir == direction::outbound || entry->phase == substream_phase::open;
        if (inbound_held_ && !agreed) return;
        if (entry->phase == substream_phase::waiting) start_listening(*entry, now);
        if (entry->talk)
            talk(entry->index, now);
        else
            events_.push(connections::substream_readable{entry->index});
    }
    void on(const yamux::stream_writable& e, instant now) {
        substream_entry* entry = ledger_.find(e.id);
        if (entry == nullptr) return;
        entry->last_progress = now;
        const substream_index index = entry->index;
        if (entry->talk) talk(index, now);
        entry = ledger_.find(index);
        if (entry != nullptr && entry->phase == substream_phase::open)
            events_.push(connections::substream_writable{index});
    }
    void on(const yamux::stream_finished& e, instant now) {
        substream_entry* entry = ledger_.find(e.id);
        if (entry == nullptr) return;
        entry->finished_by_remote = true;
        if (entry->phase == substream_phase::waiting)
            forget(*entry, 0);
        else if (entry->talk)
            talk(entry->index, now);
        else
            events_.push(connections::substream_finished{entry->index});
    }
    void on(const yamux::stream_reset& e, instant now) {
        substream_entry* entry = ledger_.find(e.id);
        if (entry == nullptr) return;
        if (entry->talk)
            talk_ends(*entry, {end::reset, e.code}, now);
        else if (entry->phase == substream_phase::open)
            events_.push(connections::substream_reset{entry->index, e.code});
    }
    void on(const yamux::stream_ended& e, instant) {
        substream_entry* entry = ledger_.find(e.id);
        if (entry == nullptr) return;
        const substream_index index = entry->index;
        if (entry->phase == substream_phase::open)
            tell_ended(index, e.why);
        else if (entry->dir == direction::outbound)
            tell_failed(index, e.why.why ? e.why.why : connections::errc::negotiation_closed);
        drop(index);
    }
    void on(const yamux::pong& e, instant) {
        rtt_ = e.rtt;
        if (ready_) {
            events_.push(connections::pong{e.rtt});
            return;
        }
        ready_ = true;
        upgrade_deadline_.reset();
        events_.push(connections::ready{e.rtt});
        tell(trace_names::connection_ready, {},
             {{"peer", peer_.bytes()}, {"rtt_ns", std::int64_t{e.rtt.count()}}});
    }
    void on(const yamux::went_away& e, instant) { events_.push(connections::went_away{e.code}); }
    void on(const yamux::ended& e, instant) { finish_connection(e.why); }

    // --- negotiation on substreams: connection_talks.hpp --------------------------------------
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
              std::initializer_list<trace_field> fields) const {
        if (config_.trace)
            config_.trace({now_, static_cast<std::uint64_t>(config_.id),
                           static_cast<std::uint32_t>(id), name, fields});
    }
    [[nodiscard]] tl::unexpected<error> refuse_open(purpose use, instant now) {
        learn(now);
        tell(trace_names::limit_hit, {},
             {{"limit", std::string_view{"streams_out"}},
              {"purpose", to_string(use)},
              {"value", std::int64_t{ledger_.outbound()}},
              {"most", std::int64_t{ledger_.room(use)}}});
        return fail(connections::errc::stream_limit);
    }
    void tell_open(const substream_entry& e) {
        events_.push(connections::substream_open{e.index, e.dir});
        tell(trace_names::substream_opened, e.index,
             {{"protocol", std::string_view{e.protocol}},
              {"dir", to_string(e.dir)},
              {"purpose", to_string(e.use)},
              {"yamux", std::int64_t{static_cast<std::uint32_t>(*e.stream)}},
              {"open_in", std::int64_t{ledger_.inbound()}},
              {"open_out", std::int64_t{ledger_.outbound()}}});
    }
    void tell_failed(substream_index id, error why) {
        events_.push(connections::substream_failed{id, why});
        tell(trace_names::substream_failed, id, {{"why", why}});
    }
    void tell_ended(substream_index id, reason why) {
        events_.push(connections::substream_ended{id, why});
        tell(trace_names::substream_ended, id,
             {{"protocol", protocol(id)},
              {"why", why.why},
              {"by", to_string(why.by)},
              {"wire_code", std::int64_t{why.wire_code}}});
    }

    template <class Bytes>
    result<std::size_t> write_any(substream_index id, const Bytes& bytes, instant now) {
        substream_entry* e = ended_ ? nullptr : ledger_.find(id);
        if (e == nullptr || e->phase != substream_phase::open)
            return fail(connections::errc::unknown_substream);
        if (e->finished_by_us) return fail(connections::errc::write_after_finish);
        if (e->talk && has_more_to_say(*e->talk)) return 0U; // the proposal goes first
        const auto put = session_->write(*e->stream, bytes);
        if (put && *put != 0) e->last_progress = now;
        return put;
    }
    [[nodiscard]] result<std::size_t> outcome(std::size_t used) const {
        if (ended_ && ended_->why) return fail(ended_->why);
        return used;
    }
    void finish_connection(reason why) {
        if (ended_) return;
        if (leaving_) why = {*leaving_, party::local}; // whoever was faster
        ended_ = why;
        stage_ = stage();
        for (const substream_entry& e : ledger_.entries()) {
            if (e.phase == substream_phase::open)
                tell_ended(e.index, why);
            else if (e.dir == direction::outbound)
                tell_failed(e.index, why.why);
        }
        events_.push(connections::ended{why});
        tell(trace_names::connection_ended, {},
             {{"why", why.why},
              {"by", to_string(why.by)},
              {"stage", to_string(stage_)},
              {"wire_code", std::int64_t{why.wire_code}}});
        ledger_ = substream_ledger{ledger_.settings()};
        talks_ = {};
        upgrade_.reset();
    }

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

#include <lp2p/connection/connection_talks.hpp> // IWYU pragma: export
