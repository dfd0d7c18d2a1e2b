// SPDX-License-Identifier: Apache-2.0 OR MIT
// The rules about what peers speak and gossip: part of diagnosis.hpp.
#pragma once

#include "rules_connections.hpp"

#include <cctype>
#include <charconv>
#include <optional>
#include <span>

namespace doctor::rules {

/// A protocol that matters left a list. By rust, and where the observer says so, it is a handler
/// that was disabled (H1); else the peer withdrew it. Healthy: a list that loses what nobody uses.
inline void withdrawals(const record& r, chart& c) {
    std::map<std::string, std::string> agent;
    std::set<std::tuple<std::uint64_t, std::string>> used; // by connection
    for (const fact& f : r.facts) {
        if (f.what == kind::agent_told && !f.text.empty()) agent[f.peer] = f.text;
        if (f.what == kind::stream_opened) used.emplace(f.conn, f.text);
        if (f.what == kind::handler_disabled)
            c.add(fault::handler_disabled, r, f.peer, f.conn, severity::broken,
                  at(f) + "gossip is disabled on this connection: " + f.text);
        if (f.what != kind::protocols_gone) continue;
        std::string gone;
        bool pubsub = false;
        for (const std::string& p : f.list) {
            pubsub = pubsub || is_pubsub(p);
            if (is_pubsub(p) || used.contains({f.conn, p})) gone += (gone.empty() ? "" : ", ") + p;
        }
        if (gone.empty()) continue;
        const bool rust = agent[f.peer].starts_with("rust-libp2p");
        if (pubsub && rust)
            c.add(fault::handler_disabled, r, f.peer, f.conn, severity::broken,
                  at(f) + agent[f.peer] + " pushed a list without " + gone);
        else
            c.add(fault::protocol_withdrawn, r, f.peer, f.conn, severity::broken,
                  at(f) + "the list of " + (agent[f.peer].empty() ? "the peer" : agent[f.peer]) +
                      " lacks " + gone + ", which it had");
    }
}

/// What one peer's gossip looks like to the observer.
struct gossip_state {
    bool connected = false, out = false, ever_in = false;
    std::size_t in = 0;
    std::int64_t in_lost_ms = 0, out_since_ms = 0, out_lost_ms = -1'000'000;
    std::optional<fact> refused, silent;
    std::map<std::string, fact> forgotten; ///< topics that it left with a stream
    std::int64_t last_open_ms = -1'000'000;
    std::int64_t replaced = 0;
};

/// At the end of the record, or of the connection: our stream is refused; or nothing is heard that
/// should be; or the peer's stream is gone for 5 s and ours is there; or its subscription went with
/// a stream that another replaced and never came back (go). Healthy: all that was mended since.
class one_way_rule {
public:
    one_way_rule(const record& r, chart& c)
        : r_{r}
        , c_{c} {}
    void see(const fact& f) {
        gossip_state& g = peers_[f.peer];
        switch (f.what) {
        case kind::conn_opened:
            g.connected = true, g.last_open_ms = f.at_ms;
            break;
        case kind::conn_closed:
            if (conns_.see(f) != 0) break;
            judge(f.peer, g, f.at_ms);
            g = {};
            break;
        case kind::gossip_out_open:
            g.out = true, g.out_since_ms = f.at_ms;
            break;
        case kind::gossip_out_closed:
            if (g.out && f.at_ms - g.out_since_ms >= mended_by) g.refused.reset();
            g.out = false, g.out_lost_ms = f.at_ms;
            break;
        case kind::gossip_refused:
            if (!g.refused) g.refused = f;
            break;
        case kind::gossip_accepted:
            g.refused.reset();
            break;
        case kind::gossip_silent:
            g.silent = f;
            break;
        case kind::gossip_heard:
            g.silent.reset();
            break;
        case kind::gossip_in_open:
            ++g.in, g.ever_in = true;
            break;
        case kind::gossip_in_closed:
            if (g.in != 0 && --g.in == 0) g.in_lost_ms = f.at_ms;
            break;
        case kind::unsubscribed:
            g.forgotten[f.topic] = f;
            break;
        case kind::subscribed:
            g.forgotten.erase(f.topic);
            break;
        case kind::counted:
            g.replaced = std::max(g.replaced, f.most);
            break;
        default:
            break;
        }
        if (f.what == kind::conn_opened) (void)conns_.see(f);
    }
    void end() {
        for (auto& [peer, g] : peers_) judge(peer, g, r_.ends_ms);
    }

private:
    finding& say(const std::string& peer, std::string evidence) {
        return c_.add(fault::one_way_gossip, r_, peer, 0, severity::broken, std::move(evidence));
    }
    void judge(const std::string& peer, const gossip_state& g, std::int64_t now) {
        constexpr std::int64_t comes_back_by = 5000, with_stream = 1000, with_connection = 500;
        if (!g.connected) return;
        const bool out = g.out || now - g.out_lost_ms < with_connection; // it ends with both
        if (g.refused && !g.out && now - g.refused->at_ms >= mended_by)
            say(peer, at(*g.refused) + "the peer takes none of our pubsub streams (" +
                          g.refused->why + "), until " + seconds_of(now))
                .cause = "the peer refuses or resets our gossip stream: it hears nothing of us";
        if (g.silent)
            say(peer, at(*g.silent) +
                          "the peer was asked for a message that it must have, and "
                          "said nothing for " +
                          seconds_of(g.silent->value));
        if (out && g.ever_in && g.in == 0 && now - g.in_lost_ms >= comes_back_by)
            say(peer, "the peer's pubsub stream ended at " + seconds_of(g.in_lost_ms) +
                          " and did not come back until " + seconds_of(now) + ", ours stands")
                .cause = "the peer does not open its gossip stream again: we hear nothing of it";
        for (const auto& [topic, f] : g.forgotten) {
            const bool by_stream =
                g.replaced != 0 || (f.at_ms >= g.last_open_ms &&
                                    f.at_ms - g.last_open_ms < with_stream && conns_.to(peer) > 1);
            if (by_stream && now - f.at_ms >= mended_by)
                say(peer, at(f) + "the subscription of the peer to '" + topic +
                              "' was lost with a replaced stream, and is not back at " +
                              seconds_of(now))
                    .cause = "a second gossip stream replaced the first one, and the subscriptions "
                             "sent on that are forgotten: nothing of the topic goes to the peer";
        }
    }

    static constexpr std::int64_t mended_by = 2000; ///< ms; what lasts longer was not mended

    const record& r_;
    chart& c_;
    standing conns_;
    std::map<std::string, gossip_state> peers_;
};
inline void one_way(const record& r, chart& c) {
    one_way_rule rule{r, c};
    for (const fact& f : r.facts) rule.see(f);
    rule.end();
}

/// Two nodes' own stories: one published ten messages or more and the other, connected and
/// subscribed to the same, received not one of them, although it works the other way round.
inline void unheard(std::span<const record> all, chart& c) {
    const auto is = [](kind what, const std::string& topic, const std::string& peer) {
        return [=](const fact& f) {
            return f.what == what && f.topic == topic && (peer.empty() || f.peer == peer);
        };
    };
    for (const record& from : all)
        for (const record& to : all) {
            if (&from == &to || from.self.empty() || to.self.empty() || from.self == to.self)
                continue;
            standing conns;
            std::set<std::string> topics;
            for (const fact& f : to.facts) {
                if (f.what == kind::conn_opened || f.what == kind::conn_closed) (void)conns.see(f);
                if (f.what == kind::topic_joined) topics.insert(f.topic);
            }
            if (conns.to(from.self) == 0) continue;
            for (const std::string& t : topics) {
                const auto published =
                    std::count_if(from.facts.begin(), from.facts.end(), is(kind::published, t, ""));
                const auto heard = std::count_if(to.facts.begin(), to.facts.end(),
                                                 is(kind::message, t, from.self));
                const auto back = std::count_if(from.facts.begin(), from.facts.end(),
                                                is(kind::message, t, to.self));
                if (published < 10 || heard != 0 || back == 0) continue;
                c.add(fault::one_way_gossip, to, from.self, 0, severity::broken,
                      from.observer + " published " + std::to_string(published) + " messages in '" +
                          t + "', none arrived; " + std::to_string(back) + " went the other way");
            }
        }
}

/// The same name but for case, separators, one letter more or two letters swapped. A digit is a
/// shard or a version as often as a mistake: that alone is no likeness.
[[nodiscard]] inline bool alike(const std::string& a, const std::string& b) {
    const auto plain = [](const std::string& s) {
        std::string out;
        for (const char ch : s)
            if (std::isalnum(static_cast<unsigned char>(ch)))
                out += static_cast<char>(std::tolower(static_cast<unsigned char>(ch)));
        return out;
    };
    std::string x = plain(a), y = plain(b);
    if (x == y) return true;
    if (x.size() > y.size()) std::swap(x, y);
    if (x.size() < 5 || y.size() - x.size() > 1) return false;
    const auto [i, j] = std::mismatch(x.begin(), x.end(), y.begin());
    if (x.size() == y.size()) // swapped neighbours
        return x.end() - i >= 2 && *i == *(j + 1) && *(i + 1) == *j &&
               std::equal(i + 2, x.end(), j + 2) && !std::isdigit(static_cast<unsigned char>(*i));
    return std::equal(i, x.end(), j + 1) && !std::isdigit(static_cast<unsigned char>(*j));
}

/// Topics that look alike and have no subscriber in common; or a topic of the observer that nobody
/// else has, while every peer has others. Healthy: nodes that share some topics and not others.
inline void topics(const record& r, chart& c) {
    constexpr std::int64_t told_by = 3000;     // subscriptions are exchanged by then
    constexpr std::int64_t with_record = 1000; // a connection that ended with it counts
    const std::string us = r.self.empty() ? std::string{"(observer)"} : r.self;
    std::map<std::string, std::set<std::string>> who; // by topic
    standing conns;
    std::map<std::string, std::int64_t> left;
    std::int64_t last = 0;
    for (const fact& f : r.facts) {
        if (f.what == kind::conn_opened || f.what == kind::conn_closed) (void)conns.see(f);
        if (f.what == kind::conn_closed) left[f.peer] = f.at_ms;
        if (f.what == kind::topic_joined) who[f.topic].insert(us);
        if (f.what == kind::topic_left) who[f.topic].erase(us);
        if (f.what == kind::subscribed) who[f.topic].insert(f.peer), last = f.at_ms;
    }
    const auto apart = [&](const std::string& a, const std::string& b) {
        return std::none_of(who[a].begin(), who[a].end(),
                            [&](const auto& p) { return who[b].contains(p); });
    };
    for (auto i = who.begin(); i != who.end(); ++i)
        for (auto j = std::next(i); j != who.end(); ++j)
            if (!i->second.empty() && !j->second.empty() && alike(i->first, j->first) &&
                apart(i->first, j->first)) {
                const auto& other = i->second.contains(us) ? j : i;
                c.add(fault::topic_mismatch, r, *other->second.begin(), 0, severity::broken,
                      "'" + i->first + "' has " + std::to_string(i->second.size()) +
                          " subscribers, '" + j->first + "' " + std::to_string(j->second.size()) +
                          ", and nobody has both");
            }
    std::set<std::string> ours, others;
    for (const auto& [topic, peers] : who)
        for (const std::string& p : peers) (p == us ? ours : others).insert(topic);
    if (ours.empty() || others.empty() || r.ends_ms - last < told_by) return;
    for (const std::string& t : ours)
        if (others.contains(t)) return;
    for (const auto& [topic, peers] : who)
        for (const std::string& p : peers)
            if (p != us && (conns.to(p) != 0 || r.ends_ms - left[p] < with_record))
                c.add(fault::topic_mismatch, r, p, 0, severity::broken,
                      "the peer is subscribed to '" + topic + "', the observer to '" +
                          *ours.begin() + "' and nobody else to that");
}

/// A peer advertises ids and what it then sends has others: three promises of one peer that nobody
/// kept, though messages do come. Healthy: one that was lost with a stream.
inline void broken_promises(const record& r, chart& c) {
    std::map<std::string, std::vector<const fact*>> broken;
    for (const fact& f : r.facts)
        if (f.what == kind::rejected && f.why == "broken_promise") broken[f.peer].push_back(&f);
    for (const auto& [peer, all] : broken) {
        std::int64_t many = 0;
        for (const fact* f : all) many += f->value;
        if (many < 3) continue;
        for (const fact* f : all)
            c.add(fault::message_id_mismatch, r, peer, 0, severity::broken,
                  at(*f) +
                      "the peer advertised ids, was asked for them, and no message with such "
                      "an id came (" +
                      std::to_string(f->value) + ")");
    }
}

/// How an id was made: from its length and letters, as far as that tells.
[[nodiscard]] inline std::string_view form_of(const std::string& id_hex) {
    const std::size_t bytes = id_hex.size() / 2;
    const auto begins = [&](auto... with) { return (id_hex.starts_with(with) || ...); };
    // A peer id is an Ed25519 or a secp256k1 key, or the hash of any other.
    if (begins("00240801", "00250802", "1220")) return "author and number (spec, go)";
    // The same without its first two bytes; a hash and the number are 40.
    if (begins("08011220", "08021221") || bytes == 40) return "key and number (js)";
    // Its base58 in ASCII: "12D3Koo", "16Uiu2" or "Qm".
    if (begins("31324433", "31365569", "516d")) return "text of author and number (rust)";
    if (bytes == 32) return "SHA-256";
    if (bytes == 20) return "20 bytes of a hash";
    return "another function";
}

/// Ids of one topic that differ in form between nodes.
inline void id_forms(std::span<const record> all, chart& c) {
    std::map<std::string, std::map<std::string_view, const record*>> forms; // by topic
    std::map<std::string, std::map<std::string_view, std::string>> samples;
    for (const record& r : all)
        for (const fact& f : r.facts)
            if (f.what == kind::published && !f.text.empty()) {
                forms[f.topic].try_emplace(form_of(f.text), &r);
                samples[f.topic].try_emplace(form_of(f.text), f.text.substr(0, 32));
            }
    for (const auto& [topic, by_form] : forms) {
        if (by_form.size() < 2) continue;
        for (const auto& [form, r] : by_form)
            c.add(fault::message_id_mismatch, *by_form.begin()->second, "", 0, severity::broken,
                  r->observer + " names messages of '" + topic + "' by " + std::string{form} +
                      ", as " + samples[topic][form] + "…");
    }
}

/// Signatures, keys, signing policies, and numbers made from a clock. Healthy: messages of our own
/// that come back once or twice after a restart.
inline void keys_and_clocks(const record& r, chart& c) {
    constexpr std::string_view keys[] = {"bad_signature",
                                         "missing_signature",
                                         "bad_key",
                                         "key_mismatch",
                                         "no_key",
                                         "bad_seqno",
                                         "no_author",
                                         "bad_author",
                                         "unsupported_key",
                                         "malformed_key",
                                         "missing_key",
                                         "wrong_key",
                                         "foreign_record",
                                         "record_outdated",
                                         "signing_failed",
                                         "unexpected_field",
                                         "key_not_canonical",
                                         "bad_key_data",
                                         "invalid signature",
                                         "missing signature",
                                         "unexpected signature",
                                         "unexpected auth info"};
    const auto about_keys = [&](std::string_view why) {
        return std::any_of(std::begin(keys), std::end(keys),
                           [&](std::string_view k) { return contains(why, k); });
    };
    // Where ids differ our own messages come back under others: that is no second owner of the key.
    const bool other_ids = std::any_of(r.facts.begin(), r.facts.end(), [](const fact& f) {
        return f.what == kind::rejected && f.why == "broken_promise";
    });
    std::map<std::string, std::int64_t> own;
    std::map<std::string, std::int64_t> numbers;
    for (const fact& f : r.facts) {
        const bool rejected = f.what == kind::rejected;
        if ((rejected || f.what == kind::record_ignored || f.what == kind::identify_failed ||
             f.what == kind::upgrade_failed || f.what == kind::dial_failed) &&
            about_keys(f.why) && !contains(f.why, "peer_id"))
            c.add(fault::clock_or_key_trouble, r, f.peer, f.conn, severity::broken,
                  at(f) +
                      (rejected ? std::to_string(std::max<std::int64_t>(f.value, 1)) +
                                      " message(s) refused: "
                       : f.what == kind::record_ignored  ? "signed record not believed: "
                       : f.what == kind::identify_failed ? "identify refused: "
                                                         : "connection refused: ") +
                      f.why)
                .cause = f.why == "record_outdated"
                             ? "the peer's records count backwards: its clock was set back"
                         : contains(f.why, "missing") || contains(f.why, "unexpected")
                             ? "one side signs its messages and the other does not want it, or the "
                               "other way round: the signing policies differ"
                             : std::string{advice_for(fault::clock_or_key_trouble).cause};
        if (rejected && f.why == "own_author" && !other_ids &&
            (own[f.peer] += std::max<std::int64_t>(f.value, 1)) >= 5)
            c.add(fault::clock_or_key_trouble, r, f.peer, 0, severity::broken,
                  at(f) + std::to_string(own[f.peer]) +
                      " messages by our own key, which we did not send")
                .cause = "two nodes run with the same key";
        if (f.what != kind::message || f.text.size() != 16) continue;
        // go, rust and lp2p count from the nanoseconds of the calendar at their start.
        std::uint64_t number = 0;
        (void)std::from_chars(f.text.data(), f.text.data() + f.text.size(), number, 16);
        const auto seqno = static_cast<std::int64_t>(number); // below 0: no time
        constexpr std::int64_t in_2001 = 1'000'000'000'000'000'000, minute = 60'000'000'000;
        if (seqno < in_2001) continue;
        std::int64_t& highest = numbers[f.peer];
        if (highest - seqno > minute)
            c.add(fault::clock_or_key_trouble, r, f.peer, 0, severity::broken,
                  at(f) + "the sequence numbers of the author went back by " +
                      std::to_string((highest - seqno) / 1'000'000'000) + " s")
                .cause = "the author's clock was set back, or two nodes run with the same key";
        highest = std::max(highest, seqno);
        if (r.unix_ms != 0 && seqno / 1'000'000 > r.unix_ms + f.at_ms + 60'000)
            c.add(fault::clock_or_key_trouble, r, f.peer, 0, severity::broken,
                  at(f) + "sequence number " +
                      std::to_string((seqno / 1'000'000 - r.unix_ms - f.at_ms) / 1000) +
                      " s in the future")
                .cause = "the author's clock is ahead of ours, or ours is late";
    }
}

} // namespace doctor::rules
