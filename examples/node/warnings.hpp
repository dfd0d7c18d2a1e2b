// SPDX-License-Identifier: Apache-2.0 OR MIT
// What goes wrong or soon will, and what is done about it: warning, warning_cleared and remedy
// lines.
#pragma once

#include "lines.hpp"

#include <lp2p/node/events.hpp>

#include <compare>
#include <set>
#include <string>
#include <vector>

namespace example {

/// `Node` says who is at the other end of a connection.
template <class Node>
class warnings {
public:
    warnings(lines& out, Node& node)
        : out_{out}
        , node_{node} {}

    void on(const lp2p::swarms::redial_storm& e) {
        warn("redial_storm", e.peer, "the peer dials again and again although it is connected", {});
    }
    void on(const lp2p::swarms::replace_failed& e) {
        warn("replace_failed", e.peer,
             "no address of the peer worked: the old connection stays, as it is",
             {{"conn", number(e.conn)}, {"value", code_of(e.why)}});
    }
    void on(const lp2p::swarms::replace_gap& e) {
        out_.say("remedy", {{"kind", "replace_gap"},
                            {"peer", name(e.peer)},
                            {"conn", number(e.conn)},
                            {"action", "the peer keeps one connection: the old one ends first"}});
    }
    void on(const lp2p::swarms::streams_high& e) {
        json about{{"value", e.value},
                   {"limit", e.limit},
                   {"level", e.level},
                   {"what", text(lp2p::to_string(e.what))},
                   {"protocol", e.protocol}};
        if (e.left != lp2p::duration::max()) about["exhausted_in_ms"] = in_ms(e.left);
        warn_until(
            "streams_high", node_.peer(e.conn), e.conn, count_of(e),
            "at the limit the next open fails; see which protocol leaves its substreams open",
            std::move(about));
    }
    void on(const lp2p::swarms::streams_normal& e) {
        clear("streams_high", node_.peer(e.conn), e.conn, count_of(e));
    }
    void on(const lp2p::swarms::streams_leaking& e) {
        warn_until("streams_leaking", node_.peer(e.conn), e.conn, e.protocol,
                   "substreams without progress: is somebody forgetting to end them?",
                   {{"value", e.count},
                    {"protocol", e.protocol},
                    {"dir", text(lp2p::to_string(e.dir))},
                    {"age_ms", in_ms(e.age)}});
    }
    void on(const lp2p::protocol_withdrawn& e) {
        warn_until("protocol_withdrawn", node_.peer(e.conn), e.conn, e.protocol,
                   text(lp2p::describe(e.cause)),
                   {{"value", e.protocol}, {"cause", text(lp2p::to_string(e.cause))}});
    }
    /// A list of the peer has these again.
    void listed(lp2p::conn_id conn, const std::vector<std::string>& added) {
        for (const auto& p : added) clear("protocol_withdrawn", node_.peer(conn), conn, p);
    }
    void on(const lp2p::service::gossip_silent& e) {
        warn_until("gossip_silent", e.peer, {}, {},
                   "nothing is heard from it, though it was asked for a message that it must have",
                   {{"value", in_ms(e.quiet)}});
    }
    void on(const lp2p::service::gossip_heard& e) { clear("gossip_silent", e.peer, {}, {}); }
    void on(const lp2p::service::gossip_remedy& e) {
        out_.say("remedy", {{"kind", code_of(e.why)},
                            {"peer", name(e.peer)},
                            {"conn", number(e.conn)},
                            {"action", text(lp2p::service::to_string(e.action))}});
    }
    void on(const lp2p::service::slow_peer& e) {
        warn("slow_peer", e.peer, "the peer reads more slowly than we publish",
             {{"value", e.dropped}});
    }
    void on(const lp2p::service::messages_dropped& e) {
        out_.say(
            "warning",
            {{"kind", "limit"}, {"value", e.count}, {"hint", "messages were not taken in time"}});
    }
    /// No pubsub stream of ours to this peer; once, until there is one that lasts.
    void refused(const lp2p::wire::peer_id& peer, const std::string& why) {
        if (!active_.contains(key{"pubsub_refused", peer, {}, {}}))
            warn_until("pubsub_refused", peer, {}, {},
                       "no pubsub stream to this peer: gossip to it stops", {{"value", why}});
    }
    void on(const lp2p::service::pubsub_accepted& e) { clear("pubsub_refused", e.peer, {}, {}); }
    /// What was said of a connection that is over, and of a peer that is gone, holds no more.
    void ended(lp2p::conn_id conn, const lp2p::wire::peer_id& peer) {
        const bool gone = node_.connections_to(peer) == 0;
        const auto active = active_;
        for (const auto& k : active)
            if (k.peer == peer && (k.conn == conn || gone)) clear(k.kind, k.peer, k.conn, k.detail);
    }

private:
    [[nodiscard]] static std::string name(const lp2p::wire::peer_id& p) { return p.to_string(); }
    [[nodiscard]] static std::uint64_t number(lp2p::conn_id id) {
        return static_cast<std::uint64_t>(id);
    }
    [[nodiscard]] static std::int64_t in_ms(lp2p::duration d) {
        return std::chrono::duration_cast<lp2p::milliseconds>(d).count();
    }
    /// What a warning that lasts is about.
    struct key {
        std::string kind;
        lp2p::wire::peer_id peer;
        lp2p::conn_id conn; ///< 0: about the peer
        std::string detail;
        friend auto operator<=>(const key&, const key&) = default;
    };
    template <class Event>
    [[nodiscard]] static std::string count_of(const Event& e) {
        return text(lp2p::to_string(e.what)) +
               (e.what == lp2p::stream_use::protocol ? " " + e.protocol : "");
    }
    void warn(const std::string& kind, const lp2p::wire::peer_id& peer, const std::string& hint,
              const json& about) {
        json line{{"kind", kind}, {"peer", name(peer)}};
        if (about.is_object()) line.update(about);
        line["hint"] = hint;
        out_.say("warning", std::move(line));
    }
    /// The same, until `clear`.
    void warn_until(const std::string& kind, const lp2p::wire::peer_id& peer, lp2p::conn_id conn,
                    const std::string& detail, const std::string& hint, json about) {
        active_.insert({kind, peer, conn, detail});
        if (conn != lp2p::conn_id{}) about["conn"] = number(conn);
        warn(kind, peer, hint, about);
    }
    void clear(const std::string& kind, const lp2p::wire::peer_id& peer, lp2p::conn_id conn,
               const std::string& detail) {
        if (active_.erase({kind, peer, conn, detail}) == 0) return;
        json line{{"kind", kind}, {"peer", name(peer)}};
        if (conn != lp2p::conn_id{}) line["conn"] = number(conn);
        if (!detail.empty()) line["value"] = detail;
        out_.say("warning_cleared", std::move(line));
    }

    lines& out_;
    Node& node_;
    std::set<key> active_;
};

} // namespace example
