// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of connection.hpp: see there what each does.
#pragma once

#include <lp2p/connection/connection.hpp>

namespace lp2p::inline v0 {

template <class Stack>
connection<Stack>::connection(role r, const identity& self, config c, const crypto& random,
                              instant now)
    : role_{r}
    , config_{std::move(c)}
    , now_{now}
    , upgrade_{std::make_unique<upgrade<Stack>>(
          r, self,
          typename upgrade<Stack>::config{.expected = config_.expected, .bounds = config_.bounds},
          random, now)}
    , ledger_{{.outbound = config_.bounds->streams_out,
               .both = config_.bounds->streams_both,
               .reserved = config_.bounds->streams_reserved}}
    , upgrade_deadline_{after(now, config_.bounds->upgrade_timeout)} {
    take_upgrade_output(); // a dialer speaks first
}

template <class Stack>
result<std::size_t> connection<Stack>::receive(mutable_bytes in, instant now) {
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

template <class Stack>
void connection<Stack>::receive_end(end e, instant now) {
    if (ended_) return;
    learn(now);
    const auto why = e.how == end::fin ? connections::errc::transport_closed
                                       : connections::errc::transport_reset;
    if (session_) session_->receive_end(e, now);
    drain_session(now);
    finish_connection({why, party::transport, e.code});
}

template <class Stack>
byte_view connection<Stack>::transmit(std::size_t n) {
    if (out_.empty() && session_) pack(n);
    return out_.view().first(std::min(n, out_.size()));
}

template <class Stack>
void connection<Stack>::transmitted(std::size_t n) {
    out_.consume(n);
    bytes_out_ += n;
}

template <class Stack>
std::optional<end> connection<Stack>::wants_end() const noexcept {
    if (!ended_) return std::nullopt;
    return session_ && session_->ended() ? session_->wants_end() : end{};
}

template <class Stack>
std::optional<instant> connection<Stack>::next_timeout() const {
    if (ended_) return std::nullopt;
    std::optional<instant> first =
        earlier(earlier(upgrade_deadline_, leave_deadline_), talks_.next());
    return session_ ? earlier(first, session_->next_timeout()) : first;
}

template <class Stack>
void connection<Stack>::handle_timeout(instant now) {
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

template <class Stack>
bool connection<Stack>::wants_input() const {
    return !ended_ && (!session_ || session_->wants_input());
}

template <class Stack>
bool connection<Stack>::has_output() const {
    return !out_.empty() || (session_ && session_->pending() != 0);
}

template <class Stack>
upgrade_stage connection<Stack>::stage() const noexcept {
    return upgrade_ ? upgrade_->stage() : stage_;
}

template <class Stack>
std::uint32_t connection<Stack>::unacknowledged() const noexcept {
    return session_ && !ended_ ? session_->counts().unacked : 0;
}

template <class Stack>
std::size_t connection<Stack>::unread() const {
    return session_ && !ended_ ? session_->counts().buffered : 0;
}

template <class Stack>
void connection<Stack>::proceed(instant now) {
    if (ended_ || !upgrade_ || upgrade_->stage() != upgrade_stage::proven) return;
    upgrade_->proceed(now);
    if (upgrade_->failed()) {
        (void)fail_upgrade();
        return;
    }
    after_upgrade_step(now);
    drain(now);
}

template <class Stack>
void connection<Stack>::refuse(error why, instant now) {
    learn(now);
    finish_connection({why, party::local});
}

template <class Stack>
void connection<Stack>::close(error why, instant now) {
    if (ended_) return;
    learn(now);
    if (session_) session_->go_away(0, now);
    finish_connection({why, party::local});
}

template <class Stack>
void connection<Stack>::leave(error why, duration grace, instant now) {
    if (ended_ || leaving_) return;
    if (!session_) return close(why, now);
    leaving_ = why;
    leave_deadline_ = after(now, grace);
    session_->go_away(0, now);
    drain(now);
}

template <class Stack>
void connection<Stack>::hold_inbound(bool held, instant now) {
    if (std::exchange(inbound_held_, held) == held || held || !session_ || ended_) return;
    std::vector<substream_index> waiting;
    for (const substream_entry& e : ledger_.entries())
        if (e.dir == direction::inbound && e.phase != substream_phase::open)
            waiting.push_back(e.index);
    for (const substream_index index : waiting)
        if (substream_entry* e = ledger_.find(index); e != nullptr && e->stream)
            if (!session_->read(*e->stream).empty()) on(yamux::stream_readable{*e->stream}, now);
    drain(now);
}

template <class Stack>
void connection<Stack>::ping(instant now) {
    if (!session_ || ended_) return;
    session_->ping(now);
    drain(now);
}

template <class Stack>
result<substream_index> connection<Stack>::open(std::span<const std::string> protocols, purpose use,
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

template <class Stack>
std::string_view connection<Stack>::protocol(substream_index id) const noexcept {
    const substream_entry* e = ledger_.find(id);
    return e == nullptr ? std::string_view{} : std::string_view{e->protocol};
}

template <class Stack>
byte_view connection<Stack>::read(substream_index id) const {
    const substream_entry* e = ledger_.find(id);
    if (e == nullptr || e->phase != substream_phase::open || e->talk) return {};
    return session_->read(*e->stream);
}

template <class Stack>
void connection<Stack>::consume(substream_index id, std::size_t n, instant now) {
    substream_entry* e = ended_ ? nullptr : ledger_.find(id);
    if (e == nullptr || e->phase != substream_phase::open || e->talk) return;
    e->last_progress = now;
    session_->consume(*e->stream, n);
    drain(now);
}

template <class Stack>
result<std::size_t> connection<Stack>::write(substream_index id, byte_view bytes, instant now) {
    return write_any(id, bytes, now);
}

template <class Stack>
result<std::size_t> connection<Stack>::write(substream_index id, const shared_bytes& bytes,
                                             instant now) {
    return write_any(id, bytes, now);
}

template <class Stack>
void connection<Stack>::finish(substream_index id, instant now) {
    substream_entry* e = ended_ ? nullptr : ledger_.find(id);
    if (e == nullptr || e->phase != substream_phase::open || e->finished_by_us) return;
    e->finished_by_us = true;
    (void)session_->finish(*e->stream);
    drain(now);
}

template <class Stack>
void connection<Stack>::reset(substream_index id, std::uint32_t code, instant now) {
    substream_entry* e = ended_ ? nullptr : ledger_.find(id);
    if (e == nullptr) return;
    if (e->phase == substream_phase::open)
        (void)session_->reset(*e->stream, code);
    else
        forget(*e, code);
    drain(now);
}

template <class Stack>
result<std::size_t> connection<Stack>::fail_upgrade() {
    out_.clear();
    const reason why = *upgrade_->failed();
    finish_connection(why);
    return fail(why.why);
}

template <class Stack>
void connection<Stack>::take_upgrade_output() {
    out_.append(upgrade_->output());
    upgrade_->sent(upgrade_->output().size());
}

template <class Stack>
void connection<Stack>::after_upgrade_step(instant now) {
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

template <class Stack>
void connection<Stack>::open_frames(mutable_bytes in, instant now) {
    const status opened = pipe_->open(in, now, [&](byte_view text) {
        feed_session(text, now);
        return !ended_;
    });
    if (opened || ended_) return;
    session_->go_away(goaway_protocol_error, now);
    finish_connection({opened.error(), party::remote});
}

template <class Stack>
void connection<Stack>::feed_session(byte_view opened, instant now) {
    (void)session_->receive(opened, now);
    drain_session(now);
}

template <class Stack>
void connection<Stack>::pack(std::size_t n) {
    auto frame = pipe_->seal_next(*session_, n);
    if (!frame) return finish_connection({frame.error(), party::local}); // nonces used up
    out_.adopt(std::move(*frame));
    drain(now_); // packing makes room for writers and ends finished streams
}

template <class Stack>
void connection<Stack>::drain(instant now) {
    learn(now);
    drain_session(now_);
    if (!ended_ && ledger_.outbound() != 0) start_queued(now_);
}

template <class Stack>
void connection<Stack>::drain_session(instant now) {
    if (!session_) return;
    while (!ended_) {
        const auto e = session_->poll_event();
        if (!e) return;
        std::visit([&](const auto& told) { on(told, now); }, *e);
    }
}

template <class Stack>
void connection<Stack>::on(const yamux::stream_opened& e, instant now) {
    substream_entry& entry =
        ledger_.add(direction::inbound, purpose::application, substream_phase::waiting, now);
    ledger_.bind(entry, e.id);
}

template <class Stack>
void connection<Stack>::on(const yamux::stream_readable& e, instant now) {
    substream_entry* entry = ledger_.find(e.id);
    if (entry == nullptr) return;
    entry->last_progress = now;
    const bool agreed = entry->dir == direction::outbound || entry->phase == substream_phase::open;
    if (inbound_held_ && !agreed) return;
    if (entry->phase == substream_phase::waiting) start_listening(*entry, now);
    if (entry->talk)
        talk(entry->index, now);
    else
        events_.push(connections::substream_readable{entry->index});
}

template <class Stack>
void connection<Stack>::on(const yamux::stream_writable& e, instant now) {
    substream_entry* entry = ledger_.find(e.id);
    if (entry == nullptr) return;
    entry->last_progress = now;
    const substream_index index = entry->index;
    if (entry->talk) talk(index, now);
    entry = ledger_.find(index);
    if (entry != nullptr && entry->phase == substream_phase::open)
        events_.push(connections::substream_writable{index});
}

template <class Stack>
void connection<Stack>::on(const yamux::stream_finished& e, instant now) {
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

template <class Stack>
void connection<Stack>::on(const yamux::stream_reset& e, instant now) {
    substream_entry* entry = ledger_.find(e.id);
    if (entry == nullptr) return;
    if (entry->talk)
        talk_ends(*entry, {end::reset, e.code}, now);
    else if (entry->phase == substream_phase::open)
        events_.push(connections::substream_reset{entry->index, e.code});
}

template <class Stack>
void connection<Stack>::on(const yamux::stream_ended& e, instant) {
    substream_entry* entry = ledger_.find(e.id);
    if (entry == nullptr) return;
    const substream_index index = entry->index;
    if (entry->phase == substream_phase::open)
        tell_ended(index, e.why);
    else if (entry->dir == direction::outbound)
        tell_failed(index, e.why.why ? e.why.why : connections::errc::negotiation_closed);
    drop(index);
}

template <class Stack>
void connection<Stack>::on(const yamux::pong& e, instant) {
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

template <class Stack>
void connection<Stack>::tell(std::string_view name, substream_index id,
                             std::initializer_list<trace_field> fields) const {
    if (config_.trace)
        config_.trace({now_, static_cast<std::uint64_t>(config_.id), static_cast<std::uint32_t>(id),
                       name, fields});
}

template <class Stack>
tl::unexpected<error> connection<Stack>::refuse_open(purpose use, instant now) {
    learn(now);
    tell(trace_names::limit_hit, {},
         {{"limit", std::string_view{"streams_out"}},
          {"purpose", to_string(use)},
          {"value", std::int64_t{ledger_.outbound()}},
          {"most", std::int64_t{ledger_.room(use)}}});
    return fail(connections::errc::stream_limit);
}

template <class Stack>
void connection<Stack>::tell_open(const substream_entry& e) {
    events_.push(connections::substream_open{e.index, e.dir});
    tell(trace_names::substream_opened, e.index,
         {{"protocol", std::string_view{e.protocol}},
          {"dir", to_string(e.dir)},
          {"purpose", to_string(e.use)},
          {"yamux", std::int64_t{static_cast<std::uint32_t>(*e.stream)}},
          {"open_in", std::int64_t{ledger_.inbound()}},
          {"open_out", std::int64_t{ledger_.outbound()}}});
}

template <class Stack>
void connection<Stack>::tell_failed(substream_index id, error why) {
    events_.push(connections::substream_failed{id, why});
    tell(trace_names::substream_failed, id, {{"why", why}});
}

template <class Stack>
void connection<Stack>::tell_ended(substream_index id, reason why) {
    events_.push(connections::substream_ended{id, why});
    tell(trace_names::substream_ended, id,
         {{"protocol", protocol(id)},
          {"why", why.why},
          {"by", to_string(why.by)},
          {"wire_code", std::int64_t{why.wire_code}}});
}

template <class Stack>
template <class Bytes>
result<std::size_t> connection<Stack>::write_any(substream_index id, const Bytes& bytes,
                                                 instant now) {
    substream_entry* e = ended_ ? nullptr : ledger_.find(id);
    if (e == nullptr || e->phase != substream_phase::open)
        return fail(connections::errc::unknown_substream);
    if (e->finished_by_us) return fail(connections::errc::write_after_finish);
    if (e->talk && has_more_to_say(*e->talk)) return 0U; // the proposal goes first
    const auto put = session_->write(*e->stream, bytes);
    if (put && *put != 0) e->last_progress = now;
    return put;
}

template <class Stack>
result<std::size_t> connection<Stack>::outcome(std::size_t used) const {
    if (ended_ && ended_->why) return fail(ended_->why);
    return used;
}

template <class Stack>
void connection<Stack>::finish_connection(reason why) {
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

} // namespace lp2p::inline v0
