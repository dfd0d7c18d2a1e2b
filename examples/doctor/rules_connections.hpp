// SPDX-License-Identifier: Apache-2.0 OR MIT
// The rules about connections and streams: part of diagnosis.hpp.
#pragma once

#include "findings.hpp"

#include <algorithm>
#include <deque>
#include <set>

namespace doctor::rules {

[[nodiscard]] inline std::string seconds_of(std::int64_t ms) {
    return std::to_string(ms / 1000) + "." + std::to_string(ms % 1000 / 100) + " s";
}
[[nodiscard]] inline std::string at(const fact& f) { return "at " + seconds_of(f.at_ms) + ": "; }
[[nodiscard]] inline bool is_pubsub(std::string_view protocol) {
    return protocol.starts_with("/meshsub/") || protocol.starts_with("/floodsub/");
}
[[nodiscard]] inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// Connections that stand to each peer, while a record is read from its beginning.
class standing {
public:
    /// Established ones to the peer of `f`, after it.
    std::size_t see(const fact& f) {
        auto& to_peer = open_[f.peer];
        if (f.what == kind::conn_opened) to_peer.insert(f.conn);
        if (f.what == kind::conn_closed) to_peer.erase(f.conn);
        return to_peer.size();
    }
    [[nodiscard]] std::size_t to(const std::string& peer) const {
        const auto found = open_.find(peer);
        return found == open_.end() ? 0 : found->second.size();
    }

private:
    std::map<std::string, std::set<std::uint64_t>> open_;
};

/// Two connections to a peer for longer than the 3 s in which a crossing is decided; or a peer that
/// was refused two further ones within a minute, beside the same. Healthy: both dialed at once and
/// one gave way (crossing, or once where one was faster), a restart (half_open), what the observer
/// wanted (replaced).
inline void duplicates(const record& r, chart& c) {
    constexpr std::int64_t settled = 3000, window = 60'000;
    struct several {
        std::int64_t since;
        std::size_t most;
    };
    standing conns;
    std::map<std::string, several> together; // two or more stand
    std::map<std::pair<std::string, std::uint64_t>, std::deque<const fact*>> refused;
    const auto judge = [&](const std::string& peer, std::int64_t now) {
        const auto two = together.find(peer);
        if (two == together.end()) return;
        if (now - two->second.since >= settled)
            c.add(fault::duplicate_connections, r, peer, 0, severity::broken,
                  "from " + seconds_of(two->second.since) + " to " + seconds_of(now) + ": up to " +
                      std::to_string(two->second.most) + " connections at once to one peer");
        together.erase(two);
    };
    for (const fact& f : r.facts) {
        if (f.what == kind::conn_opened || f.what == kind::conn_closed) {
            const std::size_t many = conns.see(f);
            if (many > 1) {
                auto& two = together.try_emplace(f.peer, several{f.at_ms, 0}).first->second;
                two.most = std::max(two.most, many);
            } else {
                judge(f.peer, f.at_ms);
            }
        } else if (f.what == kind::newcomer_refused &&
                   (f.why == "incumbent_alive" || f.why == "burst")) {
            auto& recent = refused[{f.peer, f.conn}];
            recent.push_back(&f);
            while (f.at_ms - recent.front()->at_ms > window) recent.pop_front();
            if (recent.size() < 2) continue;
            if (recent.size() == 2)
                c.add(fault::duplicate_connections, r, f.peer, 0, severity::contained,
                      at(*recent.front()) + "a further connection was refused (" +
                          recent.front()->why + ")");
            c.add(fault::duplicate_connections, r, f.peer, 0, severity::contained,
                  at(f) + "a further connection was refused (" + f.why + ")");
        }
    }
    while (!together.empty()) judge(std::string{together.begin()->first}, r.ends_ms);
}

/// A storm is what the observer calls one; or six connections of a peer within 10 s that it lost
/// again or did not need. Healthy: a reconnect, also a few; our own dials that are answered by the
/// connection that stands.
inline void storms(const record& r, chart& c) {
    constexpr std::int64_t window = 10'000;
    constexpr std::size_t many = 6;
    standing conns;
    std::set<std::string> let_go; // the observer itself ended the last connection
    std::map<std::string, std::deque<std::int64_t>> recent;
    for (const fact& f : r.facts) {
        if (f.what == kind::redial_storm) {
            c.add(fault::redial_storm, r, f.peer, 0, severity::contained,
                  at(f) + "the peer dials faster than its newcomers can be asked about");
            continue;
        }
        const std::size_t before = conns.to(f.peer);
        if (f.what == kind::conn_opened || f.what == kind::conn_closed) (void)conns.see(f);
        const bool needless =
            f.what == kind::newcomer_refused && (f.why == "incumbent_alive" || f.why == "burst");
        const bool again =
            f.what == kind::conn_opened && !let_go.contains(f.peer) && (f.by == "in" || before > 0);
        if (f.what == kind::conn_closed && f.by == "local") let_go.insert(f.peer);
        if (f.what == kind::conn_opened) let_go.erase(f.peer);
        if (!needless && !again) continue;
        auto& times = recent[f.peer];
        times.push_back(f.at_ms);
        while (f.at_ms - times.front() > window) times.pop_front();
        if (times.size() < many) continue;
        c.add(fault::redial_storm, r, f.peer, 0, needless ? severity::contained : severity::broken,
              at(f) + std::to_string(times.size()) + " connections of one peer in " +
                  seconds_of(f.at_ms - times.front()));
        times.clear();
    }
}

/// Keepalive unanswered, writes that go nowhere, or an incumbent that was silent when its peer came
/// again. Healthy: a connection that ends with a word (FIN, RST, GoAway).
inline void half_open(const record& r, chart& c) {
    for (const fact& f : r.facts) {
        if (f.what == kind::newcomer_refused && f.why == "half_open")
            c.add(fault::half_open, r, f.peer, f.conn, severity::contained,
                  at(f) + "the peer came again and its old connection did not answer: it was dead "
                          "on the peer's side");
        if (f.what != kind::conn_closed) continue;
        const bool keepalive = contains(f.why, "keepalive") && contains(f.why, "time");
        if (keepalive || contains(f.why, "stalled"))
            c.add(fault::half_open, r, f.peer, f.conn, severity::broken,
                  at(f) + "the connection ended by " + f.why + ": nothing came back");
    }
}

/// A dial whose answer proved another identity.
inline void wrong_ids(const record& r, chart& c) {
    for (const fact& f : r.facts)
        if ((f.what == kind::dial_failed || f.what == kind::upgrade_failed) &&
            (contains(f.why, "mismatch") || contains(f.why, "wrong_peer")))
            c.add(fault::wrong_peer_id, r, f.peer, 0, severity::broken,
                  at(f) + f.text + (f.text.empty() ? "" : " ") +
                      "answers with the key of another peer (" + f.why + ")");
}

/// What the observer calls a leak; or ten substreams of one protocol on one connection, older than
/// 10 s when it ended or the record did, which had not ended before. Healthy: many streams at once
/// that come and go, however long they take.
class leak_rule {
public:
    leak_rule(const record& r, chart& c)
        : r_{r}
        , c_{c} {}
    void see(const fact& f) {
        if (f.what == kind::stream_leak)
            c_.add(fault::stream_leak, r_, f.peer, f.conn, severity::broken,
                   at(f) + std::to_string(f.value) + " substreams of " + f.text + " (" + f.by +
                       ") without progress for " + seconds_of(f.most));
        if (f.what == kind::stream_opened) open_[{f.conn, f.stream}] = {f, -1};
        if (f.what == kind::stream_ended) {
            // Those that fall with their connection are told of before it.
            const auto s = open_.find({f.conn, f.stream});
            const bool done = f.why.empty() || f.why == "finished" || f.why == "fin";
            if (s != open_.end() && done) open_.erase(s);
            if (s != open_.end() && !done) s->second.ended_ms = f.at_ms;
        }
        if (f.what == kind::conn_closed) judge(f.conn, f.at_ms);
    }
    void end() {
        while (!open_.empty()) judge(open_.begin()->first.first, r_.ends_ms);
    }

private:
    static constexpr std::size_t many = 10;
    static constexpr std::int64_t old = 10'000, with_connection = 500;
    struct stream {
        fact opened;
        std::int64_t ended_ms; ///< -1: not
    };
    void judge(std::uint64_t conn, std::int64_t now) {
        std::map<std::pair<std::string, std::string>, std::pair<std::size_t, std::string>> aged;
        const auto first = open_.lower_bound({conn, 0});
        auto last = first;
        for (; last != open_.end() && last->first.first == conn; ++last) {
            const stream& s = last->second;
            const bool stood = s.ended_ms < 0 || now - s.ended_ms < with_connection;
            if (!stood || now - s.opened.at_ms < old) continue;
            auto& [count, peer] = aged[{s.opened.text, s.opened.by}];
            ++count;
            peer = s.opened.peer;
        }
        open_.erase(first, last);
        for (const auto& [what, whose] : aged)
            if (whose.first >= many)
                c_.add(fault::stream_leak, r_, whose.second, conn, severity::broken,
                       std::to_string(whose.first) + " substreams of " + what.first + " (" +
                           what.second + ") older than " + seconds_of(old) + " stood open at " +
                           seconds_of(now));
    }

    const record& r_;
    chart& c_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, stream> open_; ///< by connection and stream
};
inline void leaks(const record& r, chart& c) {
    leak_rule rule{r, c};
    for (const fact& f : r.facts) rule.see(f);
    rule.end();
}

/// Anything that was refused, reset or dropped for a bound, here or (three substreams of one
/// connection reset before they were agreed to) at the peer.
inline void limits(const record& r, chart& c) {
    std::map<std::uint64_t, std::vector<const fact*>> resets;
    for (const fact& f : r.facts) {
        if (f.what == kind::limit_hit) {
            std::string numbers;
            if (f.value != 0) numbers = ", value " + std::to_string(f.value);
            if (f.most != 0) numbers += ", limit " + std::to_string(f.most);
            c.add(fault::limit_hit, r, f.peer, f.conn, severity::broken,
                  at(f) + (f.text.empty() ? "a limit" : f.text) + numbers +
                      (f.why.empty() ? "" : " (" + f.why + ")"));
        }
        const bool reset = f.why == "negotiation_reset" || f.why == "negotiation_closed";
        if (f.what == kind::stream_failed && reset) resets[f.conn].push_back(&f);
    }
    for (const auto& [conn, all] : resets) {
        if (all.size() < 3) continue;
        for (const fact* f : all)
            c.add(fault::limit_hit, r, f->peer, conn, severity::broken,
                  at(*f) + "the peer reset a substream before it was agreed to (" + f->why + ")")
                .cause = "the peer has no room for our substreams: its resource manager, or the "
                         "limit of its muxer, refuses them";
    }
}

} // namespace doctor::rules
