// SPDX-License-Identifier: Apache-2.0 OR MIT
// What each frame of the peer means to a yamux session: part of session.hpp.
//
// Everything is judged on the header: before an object is made, a byte is kept or an answer queued.
// protocols/yamux.md §6 and threats.md §5 have a line for each branch here.
#pragma once

#include <lp2p/protocol/yamux/session.hpp>

namespace lp2p::inline v0::yamux {

LP2P_DECL result<std::size_t> session::receive(byte_view in, instant now) {
    if (ended_) {
        if (ended_->why) return fail(ended_->why);
        return 0U;
    }
    learn(now);
    if (!in.empty()) alive_.received(now_);
    std::size_t at = 0;
    while (at < in.size() && !ended_) {
        const byte_view rest = in.subspan(at);
        at += body_left_ != 0 ? take_body(rest) : take_header(rest);
    }
    arm();
    if (ended_ && ended_->why) return fail(ended_->why);
    return at;
}

LP2P_DECL std::size_t session::take_header(byte_view in) {
    std::size_t used = 0;
    result<header> h{};
    if (head_size_ == 0 && in.size() >= header::size) {
        used = header::size;
        h = decode_header(in.first<header::size>());
    } else {
        used = copy(in, mutable_bytes{head_}.subspan(head_size_));
        head_size_ += static_cast<std::uint32_t>(used);
        if (head_size_ < header::size) return used;
        head_size_ = 0;
        h = decode_header(head_);
    }
    if (h)
        on_frame(*h);
    else
        fail_session(static_cast<errc>(h.error().code));
    return used;
}

LP2P_DECL std::size_t session::take_body(byte_view in) {
    const std::size_t n = std::min<std::size_t>(in.size(), body_left_);
    body_left_ -= static_cast<std::uint32_t>(n);
    if (stream* s = body_wanted_ ? streams_.find(frame_.stream) : nullptr) {
        const bool edge = s->unread.empty() && !s->readable_queued;
        s->unread.append(in.first(n));
        s->coming -= static_cast<std::uint32_t>(n);
        unread_ += n;
        if (edge) {
            s->readable_queued = true;
            events_.push(stream_readable{s->id});
        }
        if (unread_ > config_.unread) relieve_unread();
    }
    if (body_left_ == 0) finish_body();
    return n;
}

/// spec: "Stream half close": FIN counts behind the data of its own frame.
LP2P_DECL void session::finish_body() {
    stream* s = body_wanted_ ? streams_.find(frame_.stream) : nullptr;
    body_wanted_ = false;
    if (s != nullptr && frame_.has(fin)) on_fin(*s);
}

LP2P_DECL void session::on_frame(const header& h) {
    switch (h.type) {
    case frame_type::data:
    case frame_type::window_update:
        return on_stream_frame(h);
    case frame_type::ping:
        return on_ping(h);
    case frame_type::go_away:
        return on_go_away(h);
    }
}

LP2P_DECL void session::on_stream_frame(const header& h) {
    if (h.has(syn)) return on_syn(h);
    stream* s = streams_.find(h.stream);
    if (s == nullptr || s->reset_received)
        on_unknown(h);
    else
        on_known(*s, h);
}

LP2P_DECL void session::on_syn(const header& h) {
    if (h.stream == session_id) return fail_session(errc::stream_zero);
    if (opened_by(h.stream, role_)) return fail_session(errc::wrong_parity);
    if (streams_.find(h.stream) != nullptr) return fail_session(errc::duplicate_syn);
    const bool data = h.type == frame_type::data;
    if (data && h.length > initial_window) return fail_session(errc::window_exceeded);
    if (!data && !h.has(rst) && !send_window{}.add(h.length))
        return fail_session(errc::window_overflow);
    if (h.has(rst)) { // opened and reset in one: nothing is opened and nothing told
        count_reset();
        return ended_ ? void() : skip(h);
    }
    if (sent_go_away_ || remote_went_away_) return refuse(h, errc::going_away, 0);
    const auto& count = streams_.count();
    const bool silent = !data || h.length == 0;
    if (count.inbound >= config_.streams_in || (silent && count.waiting >= config_.streams_waiting))
        return refuse(h, errc::too_many_streams, reset_resource_limit);
    stream& s = streams_.insert(h.stream, true, now_);
    s.told_opened = false;
    events_.push(stream_opened{s.id});
    narrate(trace_names::yamux_stream_opened, s.id, {{"by", to_string(party::remote)}});
    on_known(s, h);
}

/// A refusal costs us as much as the SYN cost the peer, so it is metered with the frames that have
/// no effect and not with the resets: a peer that did not know our limit is not hostile.
LP2P_DECL void session::refuse(const header& h, errc why, std::uint32_t code) {
    useless();
    if (ended_) return;
    narrate(trace_names::yamux_stream_refused, h.stream,
            {{"why", error{why}},
             {"inbound", std::int64_t{streams_.count().inbound}},
             {"limit", std::int64_t{config_.streams_in}}});
    control_.reset(h.stream, code);
    skippable_ += initial_window;
    skip(h);
}

LP2P_DECL void session::on_known(stream& s, const header& h) {
    bool effect = h.has(syn);
    if (h.has(ack) && !s.inbound && !s.acknowledged) {
        effect = true;
        streams_.acknowledged(s);
    }
    const bool data = h.type == frame_type::data;
    if (!h.has(rst)) return data ? on_data(s, h, effect) : on_update(s, h, effect);
    if (data && !s.receive.take(h.length)) return fail_session(errc::window_exceeded);
    on_rst(s, data ? 0 : h.length); // hazard H19: with RST the length is no credit
    if (!ended_ && data) body_left_ = h.length;
}

LP2P_DECL void session::on_data(stream& s, const header& h, bool effect) {
    if (h.length == 0) {
        if (h.has(fin))
            on_fin(s);
        else if (!effect)
            useless();
        return;
    }
    if (s.fin_received) {
        count_reset();
        if (ended_) return;
        reset_stream(s, errc::data_after_fin, reset_protocol_violation);
        return ended_ ? void() : skip(h);
    }
    if (!s.receive.take(h.length)) return fail_session(errc::window_exceeded);
    streams_.acknowledged(s); // hazard H22: an answer says as much as ACK
    streams_.no_longer_waiting(s);
    s.coming = h.length;
    body_left_ = h.length;
    body_wanted_ = true;
    frame_ = h;
}

LP2P_DECL void session::on_update(stream& s, const header& h, bool effect) {
    if (!s.send.add(h.length)) return fail_session(errc::window_overflow);
    if (h.length != 0) {
        line_up(s);
        watch_stall(s);
    } else if (!effect && !h.has(fin)) {
        return useless();
    }
    if (h.has(fin)) on_fin(s);
}

/// Late frames for streams that ended here are normal, and never answered: an RST would race with
/// our own end. Bodies that are worth something are metered by their bytes, all else as noise.
LP2P_DECL void session::on_unknown(const header& h) {
    const bool data = h.type == frame_type::data;
    constexpr std::uint32_t worth = 512;
    if (!data || h.length < worth) useless();
    if (!ended_ && data) skip(h);
}

LP2P_DECL void session::on_fin(stream& s) {
    if (s.fin_received) return useless();
    s.fin_received = true;
    streams_.acknowledged(s);
    if (std::exchange(s.update_due, false) && !s.owes_control()) streams_.control.remove(s);
    events_.push(stream_finished{s.id});
    watch_stall(s);
    settle(s);
}

LP2P_DECL void session::on_rst(stream& s, std::uint32_t code) {
    count_reset();
    if (ended_) return;
    s.reset_received = true;
    s.reset_why = {errc::stream_reset, party::remote, code};
    forget_unsent(s);
    events_.push(yamux::stream_reset{s.id, code});
    settle(s);
}

/// Each ping is answered once (hazard H16); what is no ping or pong of ours is ignored (H15).
LP2P_DECL void session::on_ping(const header& h) {
    const bool asks = h.has(syn);
    if (h.stream != session_id || asks == h.has(ack)) return useless();
    if (asks) return control_.pong(h.length);
    const std::optional<duration> rtt = alive_.pong(h.length, now_);
    if (rtt)
        events_.push(yamux::pong{*rtt});
    else
        useless();
}

LP2P_DECL void session::on_go_away(const header& h) {
    if (h.length == goaway_normal && remote_went_away_) return useless();
    remote_went_away_ = true;
    narrate(trace_names::yamux_goaway, session_id,
            {{"by", to_string(party::remote)}, {"code", std::int64_t{h.length}}});
    events_.push(went_away{h.length});
    if (h.length != goaway_normal) return end_session({errc::went_away, party::remote, h.length});
    arm_later_ = !timers_.is_set(timer::grace);
    settle_session();
}

/// Reads past the body of `h`, which nobody wants.
LP2P_DECL void session::skip(const header& h) {
    if (h.type != frame_type::data) return;
    if (h.length > skippable_) return fail_session(errc::skipped_too_much);
    skippable_ -= h.length;
    body_left_ = h.length;
}

LP2P_DECL void session::useless() {
    if (!useless_.take(now_)) fail_session(errc::noise_flood);
}

LP2P_DECL void session::count_reset() {
    if (!resets_.take(now_)) fail_session(errc::reset_flood);
}

/// Too much waits unread: the stream that holds most gives way (the oldest id among equals).
LP2P_DECL void session::relieve_unread() {
    stream* most = &streams_.at(0);
    for (std::size_t i = 1; i < streams_.size(); ++i) {
        stream& s = streams_.at(i);
        if (s.unread.size() > most->unread.size()) most = &s;
    }
    reset_stream(*most, errc::unread_limit, reset_resource_limit);
}

} // namespace lp2p::inline v0::yamux
