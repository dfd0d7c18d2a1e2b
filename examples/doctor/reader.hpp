// SPDX-License-Identifier: Apache-2.0 OR MIT
// From lines to facts: those that node, gopeer and rustpeer print, and those of a trace.
//
// A line that is neither is counted and skipped. Facts are bounded; what lies beyond is counted.
#pragma once

#include "facts.hpp"

#include <lp2p/core/trace.hpp>
#include <lp2p/io/errc.hpp>
#include <lp2p/node/describe.hpp>
#include <lp2p/wire/multiaddr.hpp>
#include <lp2p/wire/peer_id.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace doctor {

using json = nlohmann::json;

inline constexpr std::size_t most_facts = 500'000; ///< of one observer
inline constexpr std::size_t most_line = 1 << 20;  ///< bytes; a longer line is not read

namespace detail {

[[nodiscard]] inline std::string text_at(const json& o, const char* key) {
    const auto at = o.find(key);
    return at != o.end() && at->is_string() ? at->get<std::string>() : std::string{};
}
[[nodiscard]] inline std::int64_t number_at(const json& o, const char* key) {
    const auto at = o.find(key);
    return at != o.end() && at->is_number() ? at->get<std::int64_t>() : 0;
}
[[nodiscard]] inline std::uint64_t id_at(const json& o, const char* key) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(number_at(o, key), 0));
}
[[nodiscard]] inline std::vector<std::string> list_at(const json& o, const char* key) {
    std::vector<std::string> out;
    const auto at = o.find(key);
    if (at == o.end() || !at->is_array()) return out;
    for (const json& one : *at)
        if (one.is_string()) out.push_back(one.get<std::string>());
    return out;
}
[[nodiscard]] inline lp2p::byte_vector unhex(const std::string& text) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    lp2p::byte_vector out;
    if (text.find_first_not_of("0123456789abcdef") != std::string::npos) return out;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        out.push_back(static_cast<std::byte>(digit(text[i]) * 16 + digit(text[i + 1])));
    return out;
}
/// Peers and addresses stand in a trace as bytes.
[[nodiscard]] inline std::string peer_of(const std::string& hex) {
    const auto id = lp2p::wire::peer_id::from_bytes(unhex(hex));
    return id ? id->to_string() : std::string{};
}
[[nodiscard]] inline std::string address_of(const std::string& hex) {
    const auto a = lp2p::wire::multiaddr::from_bytes(unhex(hex));
    return a ? a->to_string() : std::string{};
}
struct reason_text {
    std::string name, fault;
};
/// An error of a trace, by the name that logs use.
[[nodiscard]] inline reason_text reason_at(const json& fields, const char* key) {
    const auto at = fields.find(key);
    if (at == fields.end()) return {};
    if (at->is_string()) return {at->get<std::string>(), {}};
    if (!at->is_object()) return {};
    const std::string where = text_at(*at, "domain"), fault = text_at(*at, "fault");
    const auto code = static_cast<std::uint16_t>(number_at(*at, "code"));
    for (unsigned d = 0; d <= static_cast<unsigned>(lp2p::domain::io); ++d) {
        const auto domain = static_cast<lp2p::domain>(d);
        if (lp2p::to_string(domain) != where || code == 0) continue;
        const std::string_view name = domain == lp2p::domain::io
                                          ? lp2p::io::name(static_cast<lp2p::io::errc>(code))
                                          : lp2p::text_of({domain, lp2p::fault::none, code}).name;
        return {std::string{name}, fault};
    }
    return {};
}
[[nodiscard]] inline std::vector<std::string> words(const std::string& text) {
    std::vector<std::string> out;
    for (std::size_t from = 0; from < text.size();) {
        const std::size_t to = std::min(text.find(' ', from), text.size());
        if (to != from) out.push_back(text.substr(from, to - from));
        from = to + 1;
    }
    return out;
}

} // namespace detail

/// Reads the lines of one observer.
class story {
public:
    explicit story(std::string observer) { record_.observer = std::move(observer); }

    /// A line of a node.
    void line(const json& l);
    /// An event of a trace, as io/trace_log writes it.
    void trace(const json& l);
    /// Moves the end: the observer lived at least that long.
    void until(std::int64_t ms) { record_.ends_ms = std::max(record_.ends_ms, ms); }
    [[nodiscard]] record& so_far() noexcept { return record_; }

private:
    using fields = const json&;
    void add(fact f) {
        until(f.at_ms);
        if (record_.facts.size() < most_facts)
            record_.facts.push_back(std::move(f));
        else
            ++record_.left_out;
    }
    [[nodiscard]] fact about(kind what, fields l) const {
        fact f{.at_ms = detail::number_at(l, "t_ms"), .what = what};
        f.peer = detail::text_at(l, "peer");
        f.conn = detail::id_at(l, "conn");
        f.stream = detail::id_at(l, "stream");
        f.topic = detail::text_at(l, "topic");
        f.why = detail::text_at(l, "reason");
        if (f.why.empty()) f.why = detail::text_at(l, "code");
        f.by = detail::text_at(l, "by");
        f.text = detail::text_at(l, "protocol");
        return f;
    }
    [[nodiscard]] fact traced(kind what, fields l, fields in) const {
        fact f{.at_ms = detail::number_at(l, "t_us") / 1000, .what = what};
        f.conn = detail::id_at(l, "conn");
        f.stream = detail::id_at(l, "stream");
        f.peer = detail::peer_of(detail::text_at(in, "peer"));
        if (const auto known = peer_.find(f.conn); f.peer.empty() && known != peer_.end())
            f.peer = known->second;
        f.topic = detail::text_at(in, "topic");
        f.why = detail::reason_at(in, "why").name;
        f.by = detail::text_at(in, "by");
        f.text = detail::text_at(in, "protocol");
        return f;
    }
    void connection_line(const std::string& ev, fields l);
    void stream_line(const std::string& ev, fields l);
    void gossip_line(const std::string& ev, fields l);
    void warning(fields l, bool over);
    void stats(fields l);
    void connection_trace(const std::string& ev, fields l, fields in);
    void stream_trace(const std::string& ev, fields l, fields in);
    void gossip_trace(const std::string& ev, fields l, fields in);
    /// A list or an agent that identify told.
    void lists(fact f, std::string agent, std::vector<std::string> added,
               std::vector<std::string> removed);
    /// A pubsub stream of the peer to us, beside the fact that it is a stream.
    void incoming(const fact& stream, bool opened);
    void limit(fact f, std::string which, std::int64_t value, std::int64_t most) {
        f.what = kind::limit_hit;
        f.text = std::move(which);
        f.value = value;
        f.most = most;
        add(std::move(f));
    }

    record record_;
    std::map<std::uint64_t, std::string> peer_; ///< of a connection, in a trace
    std::set<std::uint64_t> established_, dialed_;
    std::set<std::pair<std::uint64_t, std::uint64_t>> incoming_;
};

/// Sorts lines by observer: each name in a file is one, and the trace in it is another.
class reader {
public:
    /// False where the line is none that this program knows.
    bool line(const std::string& file, const std::string& text);
    [[nodiscard]] std::vector<record> take() &&;

private:
    [[nodiscard]] story& of(const std::string& file, const std::string& name);
    std::map<std::pair<std::string, std::string>, story> all_;
};

// ---- both forms ----

inline void story::lists(fact f, std::string agent, std::vector<std::string> added,
                         std::vector<std::string> removed) {
    if (!agent.empty()) {
        f.what = kind::agent_told;
        f.text = std::move(agent);
        add(f);
    }
    f.text.clear();
    f.what = kind::protocols_come;
    f.list = std::move(added);
    if (!f.list.empty()) add(f);
    f.what = kind::protocols_gone;
    f.list = std::move(removed);
    if (!f.list.empty()) add(f);
}
inline void story::incoming(const fact& stream, bool opened) {
    const std::pair key{stream.conn, stream.stream};
    const bool pubsub =
        stream.text.starts_with("/meshsub/") || stream.text.starts_with("/floodsub/");
    if (opened ? !pubsub || stream.by != "in" || !incoming_.insert(key).second
               : incoming_.erase(key) == 0)
        return;
    fact f = stream;
    f.what = opened ? kind::gossip_in_open : kind::gossip_in_closed;
    add(std::move(f));
}

// ---- lines ----

inline void story::line(const json& l) {
    const std::string ev = detail::text_at(l, "ev");
    until(detail::number_at(l, "t_ms"));
    if (record_.impl.empty()) record_.impl = detail::text_at(l, "impl");
    if (ev == "listening") record_.self = detail::text_at(l, "peer");
    if (ev == "stats") return stats(l);
    if (ev == "warning" || ev == "warning_cleared") return warning(l, ev != "warning");
    connection_line(ev, l);
    stream_line(ev, l);
    gossip_line(ev, l);
}
inline void story::connection_line(const std::string& ev, fields l) {
    using namespace detail;
    if (ev == "conn_open" || ev == "conn_close") {
        fact f = about(ev == "conn_open" ? kind::conn_opened : kind::conn_closed, l);
        if (ev == "conn_open") f.by = text_at(l, "dir");
        const bool full = f.why.find("maximum number of") != std::string::npos ||
                          f.why.find("_limit") != std::string::npos ||
                          f.why.find("too_many") != std::string::npos;
        add(f);
        if (full) limit(f, "the connection ended", 0, 0);
    } else if (ev == "duplicate") {
        fact f = about(kind::newcomer_refused, l);
        f.conn = id_at(l, "kept");
        f.why = text_at(l, "rule");
        add(std::move(f));
    } else if (ev == "dial_error" || ev == "upgrade_error") {
        fact f = about(ev == "dial_error" ? kind::dial_failed : kind::upgrade_failed, l);
        f.why = text_at(l, "code");
        f.text = text_at(l, ev == "dial_error" ? "addr" : "remote");
        for (const json& cause : l.value("causes", json::array()))
            if (text_at(cause, "code").find("mismatch") != std::string::npos)
                f.why = text_at(cause, "code");
        if (text_at(l, "fault") == "limit" && f.why != "dial_backoff") limit(f, f.why, 0, 0);
        add(std::move(f));
    } else if (ev == "identified") {
        lists(about(kind::agent_told, l), text_at(l, "agent"), {}, {});
    } else if (ev == "protocols_updated") {
        if (l.value("accepted", true))
            lists(about(kind::protocols_gone, l), {}, list_at(l, "added"), list_at(l, "removed"));
    } else if (ev == "identify_failed") {
        add(about(kind::identify_failed, l));
    }
}
inline void story::stream_line(const std::string& ev, fields l) {
    using namespace detail;
    if (ev == "stream_open") {
        fact f = about(kind::stream_opened, l);
        f.by = text_at(l, "dir");
        incoming(f, true);
        add(std::move(f));
    } else if (ev == "stream_close") {
        fact f = about(kind::stream_ended, l);
        incoming(f, false);
        add(std::move(f));
    } else if (ev == "stream_error" || ev == "publish_error") {
        fact f = about(kind::stream_failed, l);
        f.why = text_at(l, "code");
        if (text_at(l, "fault") == "limit")
            limit(f, ev == "stream_error" ? "an open of " + f.text : "a publish", 0, 0);
        else if (ev == "stream_error")
            add(std::move(f));
    }
}
inline void story::gossip_line(const std::string& ev, fields l) {
    using namespace detail;
    static const std::map<std::string, kind> plain{
        {"subscribed", kind::topic_joined},
        {"unsubscribed", kind::topic_left},
        {"peer_subscribed", kind::subscribed},
        {"peer_unsubscribed", kind::unsubscribed},
        {"pubsub_out_stream_open", kind::gossip_out_open},
        {"pubsub_out_stream_closed", kind::gossip_out_closed}};
    if (const auto known = plain.find(ev); known != plain.end()) {
        fact f = about(known->second, l);
        if (f.what == kind::topic_joined) record_.self = f.peer;
        add(std::move(f));
    } else if (ev == "published") {
        fact f = about(kind::published, l);
        f.text = text_at(l, "id");
        add(std::move(f));
    } else if (ev == "message") {
        fact f = about(kind::message, l);
        f.peer = text_at(l, "from");
        f.text = text_at(l, "seqno");
        f.list = {text_at(l, "via")};
        add(std::move(f));
    } else if (ev == "reject") {
        fact f = about(kind::rejected, l);
        if (f.peer.empty()) f.peer = text_at(l, "via");
        f.value = std::max<std::int64_t>(number_at(l, "count"), 1);
        add(std::move(f));
    }
}
inline void story::warning(fields l, bool over) {
    using namespace detail;
    const std::string what = text_at(l, "kind");
    fact f = about(kind::limit_hit, l);
    const auto say = [&](kind k) {
        f.what = k;
        add(f);
    };
    if (what == "pubsub_refused") {
        f.why = text_at(l, over || text_at(l, "value").empty() ? "hint" : "value");
        say(over ? kind::gossip_accepted : kind::gossip_refused);
    } else if (what == "gossip_silent") {
        f.value = number_at(l, "value");
        say(over ? kind::gossip_heard : kind::gossip_silent);
    }
    if (over) return;
    if (what == "redial_storm") say(kind::redial_storm);
    if (what == "protocol_withdrawn" &&
        (record_.impl == "rust" || text_at(l, "cause") == "handler_disabled")) {
        f.text = text_at(l, "hint");
        say(kind::handler_disabled);
    }
    if (what == "streams_leaking") {
        f.by = text_at(l, "dir");
        f.value = number_at(l, "value");
        f.most = number_at(l, "age_ms");
        say(kind::stream_leak);
    }
    const std::int64_t value = number_at(l, "value"), most = number_at(l, "limit");
    // No line tells of an inbound substream that is refused. What of ours is refused has its line,
    // and how many of them the remote takes was only assumed.
    if (what == "streams_high" && text_at(l, "what") == "inbound" && number_at(l, "level") >= 95)
        limit(f, "inbound" + (f.text.empty() ? "" : " of " + f.text), value, most);
    if (what == "slow_peer") limit(f, "the queue of messages to the peer", value, 0);
    if (what == "limit") {
        const std::string scope = text_at(l, "limit");
        f.why = text_at(l, "hint");
        limit(f, scope, value, most);
    }
}
inline void story::stats(fields l) {
    for (const json& p : l.value("per_peer", json::array())) {
        fact f = about(kind::counted, l);
        f.peer = detail::text_at(p, "peer");
        f.value = detail::number_at(p, "conns");
        f.most = detail::number_at(p, "replaced");
        if (f.most != 0) add(std::move(f)); // all else is told by events
    }
}

// ---- traces ----

inline void story::trace(const json& l) {
    const std::string ev = detail::text_at(l, "ev");
    until(detail::number_at(l, "t_us") / 1000);
    if (record_.impl.empty()) record_.impl = "lp2p";
    const json in = l.value("fields", json::object());
    connection_trace(ev, l, in);
    stream_trace(ev, l, in);
    gossip_trace(ev, l, in);
}
inline void story::connection_trace(const std::string& ev, fields l, fields in) {
    using namespace detail;
    namespace names = lp2p::trace_names;
    if (ev == names::connection_upgrade_stage || ev == names::swarm_established) {
        const std::string peer = peer_of(text_at(in, "peer"));
        if (!peer.empty()) peer_[id_at(l, "conn")] = peer;
    }
    if (ev == names::swarm_established) {
        fact f = traced(kind::conn_opened, l, in);
        f.by = text_at(in, "dir");
        established_.insert(f.conn);
        add(std::move(f));
    } else if (ev == names::swarm_closed) {
        add(traced(kind::conn_closed, l, in));
    } else if (ev == names::connection_ended) {
        fact f = traced(kind::upgrade_failed, l, in);
        if (!established_.contains(f.conn) && !dialed_.contains(f.conn) && f.why != "duplicate")
            add(std::move(f));
    } else if (ev == names::swarm_duplicate) {
        fact f = traced(kind::newcomer_refused, l, in);
        f.conn = id_at(in, "kept");
        if (const auto known = peer_.find(f.conn); known != peer_.end()) f.peer = known->second;
        f.why = text_at(in, "rule");
        add(std::move(f));
    } else if (ev == names::swarm_dial_started) {
        dialed_.insert(id_at(l, "conn")); // their failure is told by the dial
    } else if (ev == names::swarm_dial_failed) {
        fact f = traced(kind::dial_failed, l, in);
        f.text = address_of(text_at(in, "address"));
        add(std::move(f));
    } else if (ev == names::redial_storm) {
        add(traced(kind::redial_storm, l, in));
    } else if (ev == names::identify_list_changed) {
        lists(traced(kind::agent_told, l, in), text_at(in, "agent"), words(text_at(in, "added")),
              words(text_at(in, "removed")));
    } else if (ev == names::identify_failed) {
        add(traced(kind::identify_failed, l, in));
    } else if (ev == names::identify_record_ignored) {
        add(traced(kind::record_ignored, l, in));
    }
}
inline void story::stream_trace(const std::string& ev, fields l, fields in) {
    using namespace detail;
    namespace names = lp2p::trace_names;
    if (ev == names::substream_opened) {
        fact f = traced(kind::stream_opened, l, in);
        f.by = text_at(in, "dir");
        add(std::move(f));
    } else if (ev == names::substream_ended) {
        add(traced(kind::stream_ended, l, in));
    } else if (ev == names::substream_failed) {
        add(traced(kind::stream_failed, l, in));
    } else if (ev == names::limit_hit) {
        limit(traced(kind::limit_hit, l, in), text_at(in, "limit"), number_at(in, "value"),
              number_at(in, "most"));
    } else if (ev == names::yamux_stream_refused) {
        if (reason_at(in, "why").fault == "limit")
            limit(traced(kind::limit_hit, l, in), "streams_in", number_at(in, "inbound"),
                  number_at(in, "limit"));
    } else if (ev == names::streams_leaking) {
        fact f = traced(kind::stream_leak, l, in);
        f.by = text_at(in, "dir");
        f.value = number_at(in, "count");
        f.most = number_at(in, "age_ns") / 1'000'000;
        add(std::move(f));
    }
}
inline void story::gossip_trace(const std::string& ev, fields l, fields in) {
    using namespace detail;
    namespace names = lp2p::trace_names;
    static const std::map<std::string_view, kind> plain{
        {names::pubsub_joined, kind::topic_joined},
        {names::pubsub_left, kind::topic_left},
        {names::pubsub_subscribed, kind::subscribed},
        {names::pubsub_unsubscribed, kind::unsubscribed},
        {names::pubsub_stream_opened, kind::gossip_out_open},
        {names::pubsub_stream_closed, kind::gossip_out_closed},
        {names::pubsub_stream_failed, kind::gossip_refused},
        {names::pubsub_in_opened, kind::gossip_in_open},
        {names::pubsub_in_closed, kind::gossip_in_closed},
        {names::pubsub_heard, kind::gossip_heard}};
    if (const auto known = plain.find(ev); known != plain.end()) {
        fact f = traced(known->second, l, in);
        if (f.what == kind::topic_joined) record_.self = f.peer;
        add(std::move(f));
    } else if (ev == names::pubsub_silent) {
        fact f = traced(kind::gossip_silent, l, in);
        f.value = number_at(in, "quiet_ns") / 1'000'000;
        add(std::move(f));
    } else if (ev == names::pubsub_reject) {
        fact f = traced(kind::rejected, l, in);
        f.value = std::max<std::int64_t>(number_at(in, "count"), 1);
        add(std::move(f));
    } else if (ev == names::pubsub_dropped) {
        limit(traced(kind::limit_hit, l, in), text_at(in, "limit"),
              number_at(in, "gossip") + number_at(in, "forwarded") + number_at(in, "own"),
              number_at(in, "most"));
    }
}

// ---- files ----

inline story& reader::of(const std::string& file, const std::string& name) {
    const std::string observer = name.empty() ? file : name;
    return all_.try_emplace({file, name}, observer).first->second;
}
inline bool reader::line(const std::string& file, const std::string& text) {
    const json l = text.size() > most_line ? json{} : json::parse(text, nullptr, false);
    const bool node = l.is_object() && l.contains("ev") && l.contains("impl");
    const bool trace = l.is_object() && l.contains("ev") && l.contains("t_us");
    if (!node && !trace) return false;
    try {
        if (node)
            of(file, detail::text_at(l, "name")).line(l);
        else
            of(file, "").trace(l);
    } catch (const json::exception&) { // a field of another type than it must have
        return false;
    }
    return true;
}
inline std::vector<record> reader::take() && {
    std::vector<record> out;
    for (auto& [key, s] : all_) out.push_back(std::move(s.so_far()));
    return out;
}

} // namespace doctor
