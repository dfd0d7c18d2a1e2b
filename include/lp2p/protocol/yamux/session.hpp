// SPDX-License-Identifier: Apache-2.0 OR MIT
// A yamux session: many streams over one connection, as a value that eats bytes and time and gives
// bytes, events and deadlines.
//
// It does no I/O, reads no clock, calls nobody and copies freely. Whatever a peer sends, it holds
// no more than its config says. spec: yamux 1.0.0; choices where go, rust and js differ are in
// protocols/yamux.md §6 and threats.md §5.
//
//     session s{role::dialer, config{}, now};
//     s.receive(bytes, now);                         // what the connection gave
//     while (auto e = s.poll_event()) ...            // what happened
//     connection.write(s.transmit(65536));           // then s.transmitted(k)
//     if (auto t = s.next_timeout()) ...             // s.handle_timeout(now) when it has come
#pragma once

#include <lp2p/core/deadlines.hpp>
#include <lp2p/core/event_queue.hpp>
#include <lp2p/core/machine.hpp>
#include <lp2p/core/token_bucket.hpp>
#include <lp2p/protocol/yamux/config.hpp>
#include <lp2p/protocol/yamux/control_queue.hpp>
#include <lp2p/protocol/yamux/event.hpp>
#include <lp2p/protocol/yamux/keep_alive.hpp>
#include <lp2p/protocol/yamux/packed_bytes.hpp>
#include <lp2p/protocol/yamux/stream_table.hpp>

#include <array>
#include <optional>

namespace lp2p::inline v0::yamux {

/// How much of everything a session holds now.
struct session_counts {
    std::uint32_t in = 0;      ///< streams that the peer opened
    std::uint32_t out = 0;     ///< streams that we opened
    std::uint32_t waiting = 0; ///< of `in`: not accepted, and not a byte came
    std::uint32_t unacked = 0; ///< of `out`: the peer has not acknowledged them
    std::size_t buffered = 0;  ///< bytes received and not consumed
    std::size_t queued = 0;    ///< bytes written and not packed
    friend bool operator==(const session_counts&, const session_counts&) = default;
};

/// One stream as it stands.
struct stream_status {
    std::size_t buffered = 0;     ///< bytes to read
    std::size_t queued = 0;       ///< bytes written and not packed
    std::uint32_t credit = 0;     ///< bytes that the peer lets us send
    bool inbound = false;         ///< the peer opened it
    bool acknowledged = false;    ///< outbound: the peer knows it
    bool finished = false;        ///< we called finish
    bool remote_finished = false; ///< after `buffered` comes the end
    bool remote_reset = false;    ///< after `buffered` comes a reset
    friend bool operator==(const stream_status&, const stream_status&) = default;
};

class session {
public:
    using event = yamux::event;

    session(role who, const config& cfg, instant now);

    // The connection below.

    /// Takes bytes that the connection gave, all of them. Returns how many (0 after a good end), or
    /// the error by which the session ended.
    [[nodiscard]] result<std::size_t> receive(byte_view in, instant now);
    /// The connection ended for reading; so does the session, and every stream with it.
    void receive_end(end e, instant now);
    /// Packs what is due, control frames first and then streams in turn, and returns at most `n`
    /// bytes of output (32 KiB are packed at once: call again for more); valid until the next
    /// non-const call, given again until `transmitted`.
    [[nodiscard]] byte_view transmit(std::size_t n);
    /// The first `n` bytes of what `transmit` gave have left.
    void transmitted(std::size_t n);
    /// The same bytes written to `out` and forgotten; returns how many. For machines that stand on
    /// this one.
    std::size_t pack(mutable_bytes out);
    /// About how many bytes `transmit` could give now; 0 exactly where it would give none.
    [[nodiscard]] std::size_t pending() const noexcept;
    /// False while too much is owed to the peer: read no more before the next `transmitted`.
    [[nodiscard]] bool wants_input() const noexcept;
    /// How to end the connection, once `transmit` is empty; nothing while the session lives.
    [[nodiscard]] std::optional<end> wants_end() const noexcept;

    // What happened, and when to ask again.

    [[nodiscard]] std::optional<event> poll_event();
    [[nodiscard]] std::optional<instant> next_timeout() const;
    void handle_timeout(instant now);
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }

    // Streams. Errors of all: `unknown_stream`, `session_ended`.

    /// Opens one; its SYN goes out with the first data or alone with the next output.
    /// Errors: `stream_limit`, `ack_backlog`, `ids_exhausted`, `going_away`. None of them says
    /// anything about the peer.
    [[nodiscard]] result<stream_id> open(instant now);
    /// Acknowledges a stream that the peer opened, with its next frame or alone. Errors:
    /// `not_inbound`.
    status accept(stream_id id);
    /// Received bytes that lie in one piece, perhaps not all; empty where there are none. Valid
    /// until the next non-const call. After the session's end, what came before can still be read.
    [[nodiscard]] byte_view read(stream_id id) const noexcept;
    /// Drops `n` read bytes (at most all) and so gives credit back to the peer.
    void consume(stream_id id, std::size_t n);
    /// Queues a copy; returns how much was taken, 0 where there is no room: `stream_writable` will
    /// follow. Errors: `write_after_finish`, `stream_reset` (the peer's).
    [[nodiscard]] result<std::size_t> write(stream_id id, byte_view bytes);
    /// The same with a reference to `payload` from `from` on; nothing is copied before packing.
    [[nodiscard]] result<std::size_t> write(stream_id id, const shared_bytes& payload,
                                            std::size_t from = 0);
    /// Ends our direction behind everything written; repeated calls do nothing.
    status finish(stream_id id);
    /// Ends both directions at once and drops what waits; `stream_ended` follows. `blame` = remote
    /// where the peer's conduct made us: such resets count against its budget.
    status reset(stream_id id, std::uint32_t code = 0, party blame = party::local);
    [[nodiscard]] std::optional<stream_status> inspect(stream_id id) const noexcept;

    // The session.

    /// Asks for a round trip; `pong` follows. Where one is under way its answer serves.
    void ping(instant now);
    /// 0: no new streams; the session ends when the open ones have, or after `goaway_grace`.
    /// Any other code ends it at once.
    /// Without `now` the grace begins when the time is told next.
    void go_away(std::uint32_t code, std::optional<instant> now = std::nullopt);
    [[nodiscard]] session_counts counts() const noexcept;
    /// Smoothed round trip; nothing before the first pong.
    [[nodiscard]] std::optional<duration> rtt() const noexcept { return alive_.rtt(); }

private:
    enum class timer { grace, farewell, count };

    // session_input.ipp: what each frame means.
    std::size_t take_header(byte_view in);
    std::size_t take_body(byte_view in);
    void finish_body();
    void on_frame(const header& h);
    void on_stream_frame(const header& h);
    void on_syn(const header& h);
    void on_known(stream& s, const header& h);
    void on_data(stream& s, const header& h, bool effect);
    void on_update(stream& s, const header& h, bool effect);
    void on_unknown(const header& h);
    void on_fin(stream& s);
    void on_rst(stream& s, std::uint32_t code);
    void on_ping(const header& h);
    void on_go_away(const header& h);
    void refuse(const header& h, errc why, std::uint32_t code);
    void skip(const header& h);
    void useless();
    void count_reset();
    void relieve_unread();

    // session_output.ipp: what leaves, and in which order.
    std::size_t pack_new(mutable_bytes out);
    std::size_t pack_controls(mutable_bytes out);
    std::size_t pack_streams(mutable_bytes out, bool first);
    std::size_t pack_data(stream& s, mutable_bytes out, bool first);
    std::size_t pack_fin(stream& s, mutable_bytes out);
    void sent_some(stream& s);
    void tell_room(stream& s);
    [[nodiscard]] bool connection_has_room() const noexcept;

    // session_streams.ipp: calls on streams.
    [[nodiscard]] result<stream*> writable_stream(stream_id id);
    [[nodiscard]] std::size_t room_for(stream& s, std::size_t wanted);
    void written(stream& s, std::size_t before);
    void acknowledge(stream& s);
    void line_up(stream& s);
    void watch_stall(stream& s);
    void return_credit(stream& s);
    void forget_unsent(stream& s);
    void reset_stream(stream& s, errc why, std::uint32_t code);
    void settle(stream& s);
    void drop(stream& s, reason why);
    void keep_silent(stream_id id);

    // session_life.ipp: time and ends.
    void learn(instant now) noexcept;
    void arm();
    void settle_session();
    void fail_session(errc why);
    void cut_session(errc why);
    void end_session(reason why);
    void late_farewell();
    void narrate(std::string_view what, stream_id id,
                 std::initializer_list<trace_field> fields) const noexcept;

    config config_;
    role role_;
    std::uint32_t next_id_; ///< 0: exhausted
    instant now_;           ///< the latest told; calls that bring no time are judged by it
    std::optional<reason> ended_;
    std::optional<std::uint32_t> sent_go_away_;
    bool remote_went_away_ = false;

    // Input.
    std::array<std::byte, header::size> head_{};
    std::uint32_t head_size_ = 0;
    std::uint32_t body_left_ = 0;
    bool body_wanted_ = false; ///< false: the rest of the body is skipped
    header frame_{};           ///< whose body is coming

    // State.
    stream_table streams_;
    event_queue<event> events_;
    std::size_t unread_ = 0;
    std::size_t unsent_ = 0;
    bool connection_full_ = false; ///< a write was cut by the bound of the connection
    std::uint64_t skippable_;      ///< bytes that may still come for streams that are gone
    growth_budget growth_;
    token_bucket resets_;
    token_bucket useless_;

    // Output.
    control_queue control_;
    packed_bytes packed_;

    // Time.
    keep_alive alive_;
    write_watch progress_;
    deadlines<timer> timers_;
    deadline_index<stream_id> stalls_;
    bool arm_later_ = false; ///< grace or farewell begins when the time is told next
};

} // namespace lp2p::inline v0::yamux


namespace lp2p::inline v0::yamux {
static_assert(duplex<session>);
static_assert(std::copyable<session>);
} // namespace lp2p::inline v0::yamux

#ifndef LP2P_SEPARATE_COMPILATION
#include "session_input.ipp"
#include "session_life.ipp"
#include "session_output.ipp"
#include "session_streams.ipp"
#endif
