// SPDX-License-Identifier: Apache-2.0 OR MIT
// Time and ends of a yamux session: part of session.hpp.
//
// Where a short deadline begins with a call that brings no time, it begins when the time is told
// next, which `next_timeout` asks for at once: a stale instant must not end a healthy session.
#pragma once

#include <lp2p/protocol/yamux/session.hpp>

namespace lp2p::inline v0::yamux {

LP2P_DECL session::session(role who, const config& cfg, instant now)
    : config_{cfg}
    , role_{who}
    , next_id_{who == role::dialer ? 1U : 2U}
    , now_{now}
    , skippable_{cfg.skipped_bytes}
    , growth_{cfg.unread}
    , resets_{cfg.resets, now}
    , useless_{cfg.useless_frames, now}
    , alive_{cfg.keepalive_idle, cfg.keepalive_answer, now}
    , progress_{cfg.write_progress} {
    if (config_.data_frame == 0) config_.data_frame = 1;
    ping(now);
    arm();
}

LP2P_DECL bool session::wants_input() const noexcept {
    return !ended_ && control_.pongs() < config_.pings_owed &&
           control_.size() + streams_.control.size() < config_.control_owed;
}

LP2P_DECL std::optional<end> session::wants_end() const noexcept {
    if (!ended_) return std::nullopt;
    const error why = ended_->why;
    const bool silent =
        why == error{errc::connection_stalled} || why == error{errc::keepalive_timeout};
    return end{silent ? end::reset : end::fin};
}

LP2P_DECL std::optional<event> session::poll_event() {
    std::optional<event> e = events_.poll();
    if (!e) return e;
    if (stream* s = streams_.find(detail::stream_of(*e))) {
        if (std::holds_alternative<stream_opened>(*e)) s->told_opened = true;
        if (std::holds_alternative<stream_readable>(*e)) s->readable_queued = false;
    }
    return e;
}

LP2P_DECL std::optional<instant> session::next_timeout() const {
    if (ended_ && pending() == 0) return std::nullopt;
    if (arm_later_) return now_;
    if (ended_) return timers_.next();
    auto first = earlier(timers_.next(), alive_.next());
    first = earlier(first, stalls_.next());
    return earlier(first, progress_.next(pending() != 0, now_));
}

LP2P_DECL void session::handle_timeout(instant now) {
    learn(now);
    if (ended_) return late_farewell();
    if (progress_.stalled(pending() != 0, now_)) return cut_session(errc::connection_stalled);
    if (alive_.expired(now_)) return cut_session(errc::keepalive_timeout);
    if (alive_.wants_ping(now_)) ping(now_);
    while (const std::optional<stream_id> id = stalls_.expire(now_))
        if (stream* s = streams_.find(*id)) reset_stream(*s, errc::stalled_writer, 0);
    if (!ended_ && timers_.expire(timer::grace, now_)) {
        if (sent_go_away_) return end_session({errc::goaway_grace, party::local, *sent_go_away_});
        return end_session({errc::went_away, party::remote, goaway_normal});
    }
    if (!ended_) arm();
}

LP2P_DECL void session::ping(instant now) {
    learn(now);
    if (ended_) return;
    if (const auto value = alive_.ping(now_)) control_.ping(*value);
}

LP2P_DECL void session::go_away(std::uint32_t code, std::optional<instant> now) {
    if (now) learn(*now);
    if (ended_ || (code == goaway_normal && sent_go_away_)) return;
    narrate(trace_names::yamux_goaway, session_id,
            {{"by", to_string(party::local)}, {"code", std::int64_t{code}}});
    sent_go_away_ = code;
    control_.go_away(code);
    if (code != goaway_normal) {
        end_session({errc::closed_here, party::local, code});
    } else {
        arm_later_ = !timers_.is_set(timer::grace);
        settle_session();
    }
    if (now) arm();
}

LP2P_DECL void session::receive_end(end e, instant now) {
    learn(now);
    if (ended_) return;
    const bool inside = head_size_ != 0 || body_left_ != 0;
    const errc why = e.how == end::reset ? errc::transport_reset
                     : inside            ? errc::truncated_frame
                                         : errc::transport_ended;
    end_session({why, party::transport, e.code});
}

/// Time never runs backwards here.
LP2P_DECL void session::learn(instant now) noexcept { now_ = std::max(now_, now); }

/// The time is fresh: deadlines that waited for it begin.
LP2P_DECL void session::arm() {
    (void)progress_.stalled(pending() != 0, now_);
    if (!std::exchange(arm_later_, false)) return;
    if (ended_)
        timers_.set(timer::farewell, after(now_, config_.farewell));
    else
        timers_.set(timer::grace, after(now_, config_.goaway_grace));
}

/// After a GoAway of either side the last stream takes the session with it.
LP2P_DECL void session::settle_session() {
    if (ended_ || !streams_.empty()) return;
    if (sent_go_away_) return end_session(reason{});
    if (remote_went_away_) end_session({errc::went_away, party::remote, goaway_normal});
}

/// The peer broke a rule of the session or flooded it: GoAway 1, and nothing else leaves any more.
LP2P_DECL void session::fail_session(errc why) {
    narrate(trace_names::yamux_goaway, session_id,
            {{"by", to_string(party::local)}, {"why", error{why}}});
    control_.clear();
    control_.go_away(goaway_protocol_error);
    sent_go_away_ = goaway_protocol_error;
    end_session({why, party::local, goaway_protocol_error});
}

/// The peer does not listen: there is no point in a farewell.
LP2P_DECL void session::cut_session(errc why) {
    control_.clear();
    packed_.clear();
    end_session({why, party::local, 0});
}

LP2P_DECL void session::end_session(reason why) {
    ended_ = why;
    head_size_ = body_left_ = 0;
    body_wanted_ = false;
    stalls_ = {};
    timers_.clear();
    arm_later_ = true;
    for (std::size_t i = 0; i < streams_.size(); ++i)
        if (!streams_.at(i).told_opened) keep_silent(streams_.at(i).id);
    for (std::size_t i = streams_.size(); i-- > 0;) {
        stream& s = streams_.at(i);
        forget_unsent(s);
        if (s.told_opened) events_.push(stream_ended{s.id, s.reset_received ? s.reset_why : why});
        if (!s.told_opened || s.unread.empty()) {
            unread_ -= s.unread.size();
            streams_.erase(s);
        }
    }
    events_.push(yamux::ended{why});
}

/// What could not be said in time is not said.
LP2P_DECL void session::late_farewell() {
    arm();
    if (!timers_.expire(timer::farewell, now_)) return;
    control_.clear();
    packed_.clear();
}

LP2P_DECL void session::narrate(std::string_view what, stream_id id,
                             std::initializer_list<trace_field> fields) const noexcept {
    if (!config_.trace) return;
    config_.trace({now_, config_.trace_connection, value_of(id), what, fields});
}

} // namespace lp2p::inline v0::yamux
