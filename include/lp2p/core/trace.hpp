// SPDX-License-Identifier: Apache-2.0 OR MIT
// Narration: what a machine did and why, for people and logs.
//
// Events are contract, traces are narration: nothing may depend on a trace. A sink is a value,
// empty by default (one branch), and may not call back into the machine that speaks.
#pragma once

#include <lp2p/core/bytes.hpp>
#include <lp2p/core/error.hpp>
#include <lp2p/core/time.hpp>

#include <initializer_list>
#include <string_view>
#include <variant>

namespace lp2p::inline v0 {

struct trace_field {
    std::string_view key;
    std::variant<std::int64_t, std::string_view, byte_view, error> value;
};

struct trace_event {
    instant at{};
    std::uint64_t connection = 0; ///< 0: not about one
    std::uint32_t stream = 0;     ///< 0: not about one
    std::string_view name;        ///< one of `trace_names`
    std::initializer_list<trace_field> fields;
};

struct trace_sink {
    void* self = nullptr;
    void (*emit)(void*, const trace_event&) noexcept = nullptr;

    [[nodiscard]] explicit operator bool() const noexcept { return emit != nullptr; }
    void operator()(const trace_event& e) const noexcept { emit(self, e); }
};

/// Every name that a trace can have, so that logs can be searched and tests can assert on them.
namespace trace_names {
inline constexpr std::string_view yamux_stream_opened = "yamux.stream.opened";
inline constexpr std::string_view yamux_stream_ended = "yamux.stream.ended";
inline constexpr std::string_view yamux_stream_refused = "yamux.stream.refused";
inline constexpr std::string_view yamux_window_grown = "yamux.window.grown";
inline constexpr std::string_view yamux_goaway = "yamux.goaway";
inline constexpr std::string_view connection_upgrade_stage = "connection.upgrade.stage";
inline constexpr std::string_view connection_ready = "connection.ready";
inline constexpr std::string_view connection_ended = "connection.ended";
inline constexpr std::string_view substream_opened = "connection.substream.opened";
inline constexpr std::string_view substream_failed = "connection.substream.failed";
inline constexpr std::string_view substream_ended = "connection.substream.ended";
inline constexpr std::string_view limit_hit = "limit.hit"; // fields: limit, value, most
inline constexpr std::string_view identify_failed = "identify.failed";
inline constexpr std::string_view identify_list_changed = "identify.list.changed";
inline constexpr std::string_view identify_record_believed = "identify.record.believed";
inline constexpr std::string_view identify_record_ignored = "identify.record.ignored";
inline constexpr std::string_view swarm_accepted = "swarm.accepted";
inline constexpr std::string_view swarm_dial_started = "swarm.dial.started";
inline constexpr std::string_view swarm_dial_withdrawn = "swarm.dial.withdrawn";
inline constexpr std::string_view swarm_dial_joined = "swarm.dial.joined";
inline constexpr std::string_view swarm_dial_reused = "swarm.dial.reused";
inline constexpr std::string_view swarm_dial_failed = "swarm.dial.failed";
inline constexpr std::string_view swarm_duplicate = "swarm.duplicate";
inline constexpr std::string_view swarm_replace_started = "swarm.replace.started";
inline constexpr std::string_view swarm_replace_failed = "swarm.replace.failed";
inline constexpr std::string_view swarm_replace_gap = "swarm.replace.gap";
inline constexpr std::string_view swarm_established = "swarm.established";
inline constexpr std::string_view swarm_closed = "swarm.closed";
inline constexpr std::string_view streams_high = "swarm.streams.high";
inline constexpr std::string_view streams_normal = "swarm.streams.normal";
inline constexpr std::string_view streams_leaking = "swarm.streams.leaking";
inline constexpr std::string_view redial_storm = "swarm.redial_storm";
inline constexpr std::string_view pubsub_hello_sent = "pubsub.hello.sent";
inline constexpr std::string_view pubsub_stream_opened = "pubsub.stream.opened";
inline constexpr std::string_view pubsub_stream_closed = "pubsub.stream.closed";
inline constexpr std::string_view pubsub_stream_failed = "pubsub.stream.failed";
inline constexpr std::string_view pubsub_stream_moved = "pubsub.stream.moved";
inline constexpr std::string_view pubsub_in_opened = "pubsub.in.opened";
inline constexpr std::string_view pubsub_in_closed = "pubsub.in.closed";
inline constexpr std::string_view pubsub_joined = "pubsub.joined";
inline constexpr std::string_view pubsub_left = "pubsub.left";
inline constexpr std::string_view pubsub_subscribed = "pubsub.subscribed";
inline constexpr std::string_view pubsub_unsubscribed = "pubsub.unsubscribed";
inline constexpr std::string_view pubsub_asked = "pubsub.asked";
inline constexpr std::string_view pubsub_silent = "pubsub.silent";
inline constexpr std::string_view pubsub_heard = "pubsub.heard";
inline constexpr std::string_view pubsub_remedy = "pubsub.remedy";
inline constexpr std::string_view pubsub_graft = "pubsub.graft";
inline constexpr std::string_view pubsub_prune = "pubsub.prune";
inline constexpr std::string_view pubsub_reject = "pubsub.reject";
inline constexpr std::string_view pubsub_dropped = "pubsub.dropped";
} // namespace trace_names

} // namespace lp2p::inline v0
