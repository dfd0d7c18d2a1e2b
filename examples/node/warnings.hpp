// SPDX-License-Identifier: Apache-2.0 OR MIT
// What goes wrong or soon will, and what is done about it: warning, warning_cleared and remedy
// lines.
#pragma once

#include "lines.hpp"

#include <lp2p/node/events.hpp>

#include <set>
#include <string>

namespace example {

/// `Node` says who is at the other end of a connection.
template <class Node>
class warnings {
public:
    warnings(lines& out, Node& node)
        : out_{out}
        , node_{node} {}

    void on(const lp2p::swarms::redial_storm& e) {
        warn("redial_storm", e.peer, "the peer dials again and again although it is connected");
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
        json about{{"conn", number(e.conn)},
                   {"value", e.value},
                   {"limit", e.limit},
                   {"level", e.level},
                   {"what", text(lp2p::to_string(e.what))},
                   {"protocol", e.protocol}};
        if (e.left != lp2p::duration::max()) about["exhausted_in_ms"] = in_ms(e.left);
        warn("streams_high", node_.peer(e.conn),
             "at the limit the next open fails; see which protocol leaves its substreams open",
             std::move(about));
    }
    void on(const lp2p::swarms::streams_normal& e) {
        clear("streams_high", node_.peer(e.conn),
              {{"conn", number(e.conn)},
               {"what", text(lp2p::to_string(e.what))},
               {"protocol", e.protocol}});
    }
    void on(const lp2p::swarms::streams_leaking& e) {
        warn("streams_leaking", node_.peer(e.conn),
             "substreams without progress: is somebody forgetting to end them?",
             {{"conn", number(e.conn)},
              {"value", e.count},
              {"protocol", e.protocol},
              {"dir", text(lp2p::to_string(e.dir))},
              {"age_ms", in_ms(e.age)}});
    }
    void on(const lp2p::protocol_withdrawn& e) {
        warn("protocol_withdrawn", node_.peer(e.conn), text(lp2p::describe(e.cause)),
             {{"conn", number(e.conn)},
              {"value", e.protocol},
              {"cause", text(lp2p::to_string(e.cause))}});
    }
    void on(const lp2p::service::gossip_silent& e) {
        warn("gossip_silent", e.peer,
             "nothing is heard from it, though it was asked for a message that it must have",
             {{"conn", number(e.conn)}, {"value", in_ms(e.quiet)}});
    }
    void on(const lp2p::service::gossip_heard& e) { clear("gossip_silent", e.peer); }
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
    /// No pubsub stream of ours to this peer; once, until there is one.
    void refused(const lp2p::wire::peer_id& peer, const std::string& why) {
        if (refused_.insert(peer).second)
            warn("pubsub_refused", peer, "no pubsub stream to this peer: gossip to it stops",
                 {{"value", why}});
    }
    void accepted(const lp2p::wire::peer_id& peer) {
        if (refused_.erase(peer) != 0) clear("pubsub_refused", peer);
    }

private:
    [[nodiscard]] static std::string name(const lp2p::wire::peer_id& p) { return p.to_string(); }
    [[nodiscard]] static std::uint64_t number(lp2p::conn_id id) {
        return static_cast<std::uint64_t>(id);
    }
    [[nodiscard]] static std::int64_t in_ms(lp2p::duration d) {
        return std::chrono::duration_cast<lp2p::milliseconds>(d).count();
    }
    /// `about`: an object; `{}` would be null, which nothing can be taken from.
    void warn(const char* kind, const lp2p::wire::peer_id& peer, const std::string& hint,
              const json& about = json::object()) {
        json line{{"kind", kind}, {"peer", name(peer)}};
        line.update(about);
        line["hint"] = hint;
        out_.say("warning", std::move(line));
    }
    void clear(const char* kind, const lp2p::wire::peer_id& peer,
               const json& about = json::object()) {
        json line{{"kind", kind}, {"peer", name(peer)}};
        line.update(about);
        out_.say("warning_cleared", std::move(line));
    }

    lines& out_;
    Node& node_;
    std::set<lp2p::wire::peer_id> refused_;
};

} // namespace example
