// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a node saw, in the few words that a diagnosis needs, whoever told it and in whatever form.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace doctor {

/// The comments name the members of `fact` that a kind uses, beside `at_ms`, `peer` and `conn`.
enum class kind : std::uint8_t {
    topic_joined,      ///< by the observer: topic
    topic_left,        ///< topic
    conn_opened,       ///< by: in, out
    conn_closed,       ///< why, by
    upgrade_failed,    ///< why; never was established
    newcomer_refused,  ///< why: the rule; conn: the one that stays
    dial_failed,       ///< why, text: address
    agent_told,        ///< text
    protocols_gone,    ///< list
    protocols_come,    ///< list
    handler_disabled,  ///< the observer's own (rust), or as it concluded: text
    stream_opened,     ///< stream, text: protocol, by: in, out
    stream_ended,      ///< stream, why, by
    stream_failed,     ///< why, text: protocol
    stream_leak,       ///< text: protocol, by: in, out, value: count, most: age in ms
    limit_hit,         ///< text: which limit, value, most; 0 where nobody said
    redial_storm,      ///<
    gossip_out_open,   ///< our pubsub stream to the peer
    gossip_out_closed, ///< why
    gossip_refused,    ///< why: the peer takes none of our streams
    gossip_accepted,   ///< it does again
    gossip_in_open,    ///< the peer's stream to us; stream
    gossip_in_closed,  ///< stream
    gossip_silent,     ///< nothing is heard that should be; value: for how long, ms
    gossip_heard,      ///<
    subscribed,        ///< the peer: topic
    unsubscribed,      ///< topic
    rejected,          ///< why, value: count
    record_ignored,    ///< why; a signed record of addresses
    identify_failed,   ///< why
    published,         ///< topic, text: id in hex
    message,           ///< topic, peer: author, text: sequence number in hex, list: {via}
    counted,           ///< now and then: value: connections to the peer, most: streams replaced
};

struct fact {
    std::int64_t at_ms = 0;
    kind what{};
    std::string peer{};
    std::uint64_t conn = 0; ///< 0: not about one
    std::uint64_t stream = 0;
    std::string topic{}, why{}, by{}, text{};
    std::int64_t value = 0, most = 0;
    std::vector<std::string> list{};
};

/// One observer's story, in the order of time.
struct record {
    std::string observer; ///< as the reader of the report knows it: a name or a file
    std::string impl;     ///< lp2p, go, rust; empty where unknown
    std::string self;     ///< the observer's peer id; empty where unknown
    std::vector<fact> facts;
    std::int64_t ends_ms = 0;   ///< when it was last heard of
    std::int64_t unix_ms = 0;   ///< the wall clock at `at_ms` 0; 0 where unknown
    std::uint64_t unread = 0;   ///< lines that were neither of a node nor of a trace
    std::uint64_t left_out = 0; ///< facts beyond the bound of the reader
};

} // namespace doctor
