// SPDX-License-Identifier: Apache-2.0 OR MIT
// Everything that can go wrong in yamux, each with a name for logs, a sentence for people and whose
// fault it is.
//
// Nothing here allocates or throws.
#pragma once

#include <lp2p/core/error.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lp2p::inline v0::yamux {

enum class errc : std::uint16_t {
    // The peer broke the rules; the session ends with GoAway 1.
    wrong_version = 1, ///< version byte is not 0
    unknown_type,      ///< frame type above 3
    stream_zero,       ///< SYN on stream 0
    wrong_parity,      ///< SYN with an id of our parity
    duplicate_syn,     ///< SYN for a stream that lives
    window_exceeded,   ///< more data than we gave credit for
    window_overflow,   ///< window updates that add up to more than 2^32-1
    skipped_too_much,  ///< data for streams that are gone, past what they were granted
    // The peer broke the rules of one stream, which is reset.
    data_after_fin,
    // A bound was reached.
    reset_flood,      ///< too many resets; the session ends
    noise_flood,      ///< too many frames without effect; the session ends
    unread_limit,     ///< the stream held most of too many unread bytes, and was reset
    too_many_streams, ///< an inbound stream was refused
    stream_limit,     ///< no free outbound slot; wait for a stream to end
    ack_backlog,      ///< too many of our streams were not acknowledged yet
    ids_exhausted,    ///< every id of ours was used; make a new connection
    // A deadline passed.
    keepalive_timeout,
    connection_stalled,
    stalled_writer,
    goaway_grace,
    // It is over, or ended underneath.
    stream_reset,
    unknown_stream,
    session_ended,
    going_away,
    went_away,
    closed_here,
    transport_ended,
    transport_reset,
    truncated_frame,
    // The caller's mistake.
    write_after_finish,
    not_inbound,
};

namespace detail {
struct errc_text {
    std::string_view name;
    fault kind;
    std::string_view sentence;
};
inline constexpr std::array errc_texts{
    errc_text{"wrong_version", fault::remote, "the peer sent a frame whose version is not 0"},
    errc_text{"unknown_type", fault::remote, "the peer sent a frame of a type above 3"},
    errc_text{"stream_zero", fault::remote, "the peer opened stream 0, which is the session"},
    errc_text{"wrong_parity", fault::remote, "the peer opened a stream with an id of our parity"},
    errc_text{"duplicate_syn", fault::remote, "the peer opened a stream that was open already"},
    errc_text{"window_exceeded", fault::remote, "the peer sent more data than it had credit for"},
    errc_text{"window_overflow", fault::remote, "the peer's window updates add up past 2^32-1"},
    errc_text{"skipped_too_much", fault::remote,
              "the peer kept sending data on streams that are gone, past the credit they had"},
    errc_text{"data_after_fin", fault::remote, "the peer sent data on a stream it had finished"},
    errc_text{"reset_flood", fault::limit, "streams were reset faster than the limit allows"},
    errc_text{"noise_flood", fault::limit,
              "frames without effect came faster than the limit allows"},
    errc_text{"unread_limit", fault::limit,
              "too much data waited unread and this stream held most of it: read faster"},
    errc_text{"too_many_streams", fault::limit, "the peer opened more streams than are allowed"},
    errc_text{"stream_limit", fault::limit,
              "no outbound stream is free: wait for one to end; the peer was not asked"},
    errc_text{"ack_backlog", fault::limit,
              "too many of our streams were not acknowledged: wait; the peer was not asked"},
    errc_text{"ids_exhausted", fault::limit, "all stream ids are used: open a new connection"},
    errc_text{"keepalive_timeout", fault::timeout, "the peer did not answer a ping in time"},
    errc_text{"connection_stalled", fault::timeout,
              "output waited and nothing could be written in time"},
    errc_text{"stalled_writer", fault::timeout,
              "the peer finished its side and gave no more credit for what was written"},
    errc_text{"goaway_grace", fault::timeout, "streams were still open too long after our GoAway"},
    errc_text{"stream_reset", fault::closed, "the stream was reset"},
    errc_text{"unknown_stream", fault::closed, "no such stream: it ended, or never was"},
    errc_text{"session_ended", fault::closed, "the session is over"},
    errc_text{"going_away", fault::closed, "GoAway was said: no new streams on this session"},
    errc_text{"went_away", fault::closed, "the peer said GoAway"},
    errc_text{"closed_here", fault::closed, "the session was closed on this side with a code"},
    errc_text{"transport_ended", fault::closed, "the connection below ended"},
    errc_text{"transport_reset", fault::closed, "the connection below was cut"},
    errc_text{"truncated_frame", fault::closed, "the connection below ended inside a frame"},
    errc_text{"write_after_finish", fault::local, "the stream was finished before: write first"},
    errc_text{"not_inbound", fault::local, "only a stream that the peer opened can be accepted"},
};
static_assert(errc_texts.size() == static_cast<std::size_t>(errc::not_inbound));

/// Empty for a number that is no code.
inline constexpr errc_text no_errc_text{"", fault::none, ""};
[[nodiscard]] constexpr const errc_text& text_of(errc e) noexcept {
    const auto index = static_cast<std::size_t>(e) - 1;
    return index < errc_texts.size() ? errc_texts[index] : no_errc_text;
}
} // namespace detail

[[nodiscard]] constexpr fault fault_of(errc e) noexcept { return detail::text_of(e).kind; }
[[nodiscard]] constexpr error make_error(errc e) noexcept {
    return {domain::yamux, fault_of(e), static_cast<std::uint16_t>(e)};
}
/// As logs print it: `keepalive_timeout`.
[[nodiscard]] constexpr std::string_view name(errc e) noexcept { return detail::text_of(e).name; }
/// One sentence, with what to do where that helps.
[[nodiscard]] constexpr std::string_view describe(errc e) noexcept {
    return detail::text_of(e).sentence;
}

} // namespace lp2p::inline v0::yamux
