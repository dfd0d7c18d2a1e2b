// SPDX-License-Identifier: Apache-2.0 OR MIT
// The calls on the streams of a yamux session: part of session.hpp.
//
// Each returns at once; what cannot be done is an error with a name.
#pragma once

#include <lp2p/protocol/yamux/session.hpp>

namespace lp2p::inline v0::yamux {

LP2P_DECL result<stream_id> session::open(instant now) {
    learn(now);
    if (ended_) return fail(errc::session_ended);
    if (sent_go_away_ || remote_went_away_) return fail(errc::going_away);
    if (next_id_ == 0) return fail(errc::ids_exhausted);
    const auto& count = streams_.count();
    if (count.outbound >= config_.streams_out ||
        count.outbound + count.inbound >= config_.streams_both)
        return fail(errc::stream_limit);
    if (count.unacknowledged >= config_.streams_unacknowledged) return fail(errc::ack_backlog);
    stream& s = streams_.insert(stream_id{next_id_}, false, now_);
    next_id_ = next_id_ > 0xffffffffU - 2 ? 0 : next_id_ + 2; // an id is never used again
    line_up(s);
    narrate(trace_names::yamux_stream_opened, s.id, {{"by", to_string(party::local)}});
    return s.id;
}

LP2P_DECL status session::accept(stream_id id) {
    if (ended_) return fail(errc::session_ended);
    stream* s = streams_.find(id);
    if (s == nullptr) return fail(errc::unknown_stream);
    if (!s->inbound) return fail(errc::not_inbound);
    if (!s->reset_received) acknowledge(*s);
    return {};
}

LP2P_DECL byte_view session::read(stream_id id) const noexcept {
    const stream* s = streams_.find(id);
    return s == nullptr ? byte_view{} : s->unread.front();
}

LP2P_DECL void session::consume(stream_id id, std::size_t n) {
    stream* s = streams_.find(id);
    if (s == nullptr) return;
    n = std::min(n, s->unread.size());
    s->unread.consume(n);
    unread_ -= n;
    if (!ended_) {
        return_credit(*s);
        settle(*s);
    } else if (s->unread.empty()) {
        streams_.erase(*s);
    }
}

LP2P_DECL result<std::size_t> session::write(stream_id id, byte_view bytes) {
    const result<stream*> found = writable_stream(id);
    if (!found) return fail(found.error());
    stream& s = **found;
    const std::size_t n = room_for(s, bytes.size());
    const std::size_t before = s.unsent.size();
    if (n != 0) s.unsent.append(bytes.first(n));
    written(s, before);
    return n;
}

LP2P_DECL result<std::size_t> session::write(stream_id id, const shared_bytes& payload,
                                          std::size_t from) {
    const result<stream*> found = writable_stream(id);
    if (!found) return fail(found.error());
    stream& s = **found;
    const std::size_t n = room_for(s, payload.size() - std::min(from, payload.size()));
    const std::size_t before = s.unsent.size();
    s.unsent.append(payload, from, n);
    written(s, before);
    return n;
}

LP2P_DECL status session::finish(stream_id id) {
    const result<stream*> found = writable_stream(id);
    if (!found && found.error() == error{errc::write_after_finish}) return {};
    if (!found) return fail(found.error());
    (*found)->finishing = true;
    acknowledge(**found);
    line_up(**found);
    return {};
}

LP2P_DECL status session::reset(stream_id id, std::uint32_t code, party blame) {
    if (ended_) return fail(errc::session_ended);
    stream* s = streams_.find(id);
    if (s == nullptr) return fail(errc::unknown_stream);
    reset_stream(*s, errc::stream_reset, code);
    if (blame == party::remote && !ended_) count_reset();
    return {};
}

LP2P_DECL std::optional<stream_status> session::inspect(stream_id id) const noexcept {
    const stream* s = streams_.find(id);
    if (s == nullptr) return std::nullopt;
    return stream_status{.buffered = s->unread.size(),
                         .queued = s->unsent.size(),
                         .credit = s->send.credit(),
                         .inbound = s->inbound,
                         .acknowledged = s->acknowledged,
                         .finished = s->finishing,
                         .remote_finished = s->fin_received,
                         .remote_reset = s->reset_received};
}

LP2P_DECL session_counts session::counts() const noexcept {
    const auto& count = streams_.count();
    return {count.inbound, count.outbound, count.waiting, count.unacknowledged, unread_, unsent_};
}

LP2P_DECL result<stream*> session::writable_stream(stream_id id) {
    if (ended_) return fail(errc::session_ended);
    stream* s = streams_.find(id);
    if (s == nullptr) return fail(errc::unknown_stream);
    if (s->reset_received) return fail(errc::stream_reset);
    if (s->finishing) return fail(errc::write_after_finish);
    return s;
}

/// How much of `wanted` may be queued; a short answer is remembered and told when there is room.
LP2P_DECL std::size_t session::room_for(stream& s, std::size_t wanted) {
    const auto room = [](std::size_t most, std::size_t used) {
        return most - std::min(most, used);
    };
    const std::size_t here = room(config_.queued_stream, s.unsent.size());
    const std::size_t all = room(config_.queued_connection, unsent_);
    if (wanted > std::min(here, all)) s.short_write = true;
    if (wanted > all) connection_full_ = true;
    return std::min({wanted, here, all});
}

LP2P_DECL void session::written(stream& s, std::size_t before) {
    if (s.unsent.size() == before) return;
    unsent_ += s.unsent.size() - before;
    acknowledge(s);
    line_up(s);
    watch_stall(s);
}

/// Our next frame on a stream of theirs carries ACK; once.
LP2P_DECL void session::acknowledge(stream& s) {
    if (!s.inbound || std::exchange(s.accepted, true)) return;
    s.ack_due = true;
    streams_.no_longer_waiting(s);
    line_up(s);
}

LP2P_DECL void session::line_up(stream& s) {
    if (s.ready()) streams_.ready.push(s);
    if (s.owes_control()) streams_.control.push(s);
}

/// Hazard H14: go and rust forget finished streams, so what is still queued for one may wait for
/// ever.
LP2P_DECL void session::watch_stall(stream& s) {
    if (s.may_stall() == s.stalling) return;
    s.stalling = !s.stalling;
    if (s.stalling)
        stalls_.set(s.id, after(now_, config_.stalled_writer));
    else
        stalls_.erase(s.id);
}

/// The reader took something: an update becomes due at half a window.
LP2P_DECL void session::return_credit(stream& s) {
    if (s.fin_received || s.reset_received || s.update_due || !s.receive.due(s.held())) return;
    if (s.receive.adapt(now_, alive_.rtt(), config_.window_most, growth_, unread_))
        narrate(trace_names::yamux_window_grown, s.id,
                {{"window", std::int64_t{s.receive.size()}},
                 {"reserved", static_cast<std::int64_t>(growth_.reserved())}});
    s.update_due = true;
    line_up(s);
}

LP2P_DECL void session::forget_unsent(stream& s) {
    unsent_ -= s.unsent.size();
    s.unsent.clear();
    s.short_write = s.ack_due = s.update_due = false;
    s.syn_sent = true;
    streams_.control.remove(s);
    streams_.ready.remove(s);
    watch_stall(s);
}

/// Ends a stream from this side. The peer hears of it where it knows the stream and may still send
/// or wait; what it had credit for may be on its way.
LP2P_DECL void session::reset_stream(stream& s, errc why, std::uint32_t code) {
    if (s.reset_received) return drop(s, s.reset_why);
    const bool known = s.inbound || s.syn_sent;
    if (known && !s.finished_both_ways()) control_.reset(s.id, code);
    if (known && !s.fin_received) skippable_ += s.receive.credit();
    drop(s, {why, party::local, code});
}

/// Ends the stream where nothing is left to do; `s` may be gone afterwards.
LP2P_DECL void session::settle(stream& s) {
    if (s.over()) drop(s, s.reset_received ? s.reset_why : reason{});
}

/// The one place where a stream of a living session goes. One that nobody heard of goes silently.
LP2P_DECL void session::drop(stream& s, reason why) {
    const stream_id id = s.id;
    const bool told = s.told_opened;
    forget_unsent(s);
    unread_ -= s.unread.size();
    growth_.release(s.receive.size());
    streams_.erase(s);
    narrate(trace_names::yamux_stream_ended, id,
            {{"why", why.why}, {"by", to_string(why.by)}, {"code", std::int64_t{why.wire_code}}});
    if (told)
        events_.push(stream_ended{id, why});
    else
        keep_silent(id);
    settle_session();
}

/// Takes back what waits to be told of a stream whose opening was not told. An older stream with
/// the same id keeps its events: they come before that opening.
LP2P_DECL void session::keep_silent(stream_id id) {
    bool opened = false;
    events_.drop_if([id, &opened](const event& e) {
        const auto* opening = std::get_if<stream_opened>(&e);
        if (opening != nullptr && opening->id == id) opened = true;
        return opened && detail::stream_of(e) == id;
    });
}

} // namespace lp2p::inline v0::yamux
