// SPDX-License-Identifier: Apache-2.0 OR MIT
// The twelve faults, what a finding is, and how rules write one.
#pragma once

#include "facts.hpp"

#include <array>
#include <map>
#include <string_view>
#include <tuple>

namespace doctor {

enum class fault : std::uint8_t {
    duplicate_connections,
    protocol_withdrawn,
    handler_disabled,
    stream_leak,
    limit_hit,
    one_way_gossip,
    topic_mismatch,
    message_id_mismatch,
    redial_storm,
    half_open,
    wrong_peer_id,
    clock_or_key_trouble,
};
inline constexpr std::size_t fault_count = 12;

[[nodiscard]] constexpr std::string_view to_string(fault f) noexcept {
    constexpr std::array<std::string_view, fault_count> names{"duplicate_connections",
                                                              "protocol_withdrawn",
                                                              "handler_disabled",
                                                              "stream_leak",
                                                              "limit_hit",
                                                              "one_way_gossip",
                                                              "topic_mismatch",
                                                              "message_id_mismatch",
                                                              "redial_storm",
                                                              "half_open",
                                                              "wrong_peer_id",
                                                              "clock_or_key_trouble"};
    return names[static_cast<std::size_t>(f)];
}

/// `broken`: messages or connections are lost by it. `contained`: the observer keeps it from doing
/// harm, but it is there.
enum class severity : std::uint8_t { contained, broken };
[[nodiscard]] constexpr std::string_view to_string(severity s) noexcept {
    return s == severity::broken ? "broken" : "contained";
}

/// Findings of one fault, by one observer, about one peer and connection are one finding.
struct finding {
    fault what{};
    std::string observer;
    std::string peer;       ///< empty: not about one
    std::uint64_t conn = 0; ///< 0: not about one
    severity how = severity::broken;
    std::vector<std::string> evidence; ///< at most `most_evidence`, the first ones, and a count
    std::string cause;
    std::string remedy;
    std::size_t more = 0; ///< pieces of evidence that were not kept
};
inline constexpr std::size_t most_evidence = 6;

/// Collects evidence; the rules' one way to speak.
class chart {
public:
    finding& add(fault what, const record& by, const std::string& peer, std::uint64_t conn,
                 severity how, std::string evidence);
    [[nodiscard]] std::vector<finding> take() &&;

private:
    std::map<std::tuple<fault, std::string, std::string, std::uint64_t>, finding> all_;
};

struct advice {
    std::string_view cause, remedy;
};
/// What usually is behind a fault, and what to do; rules replace it where they know more.
[[nodiscard]] constexpr advice advice_for(fault f) noexcept {
    switch (f) {
    case fault::duplicate_connections:
        return {"a peer opens further connections although one stands, or both sides dialed and "
                "neither gave way; streams of gossip replace each other over them",
                "before a dial, ask whether the peer is connected or being dialed (rust: "
                "PeerCondition::DisconnectedAndNotDialing, never Always); disconnect the rest"};
    case fault::protocol_withdrawn:
        return {"the peer took a protocol off its list while connected: its application stopped "
                "serving it, or another connection's identify overwrote the list",
                "look at what the peer's application stopped at that time; reconnect to it when it "
                "serves the protocol again"};
    case fault::handler_disabled:
        return {"rust-libp2p turns gossip off for a connection, for good, after its fifth gossip "
                "stream; connection and pings stay healthy",
                "only a new connection cures it: disconnect from the peer and dial again; then "
                "find what opened the streams, mostly duplicate connections or a refusing peer"};
    case fault::stream_leak:
        return {"substreams are opened and never ended: every path of a handler must finish or "
                "reset its stream, on errors and timeouts too",
                "look at the protocol's handler; set a deadline for each stream"};
    case fault::limit_hit:
        return {"a bound was reached, so something was refused, reset or dropped",
                "see who uses up what the limit counts before raising it: a leak reaches every "
                "limit"};
    case fault::one_way_gossip:
        return {"gossip flows in one direction only, or in none, over a connection that looks "
                "healthy",
                "reconnect the two; find which side lost the other's stream or subscription"};
    case fault::topic_mismatch:
        return {"the two sides are subscribed to different names: a topic is equal byte by byte",
                "compare how each side makes the name: case, slashes, version, network id"};
    case fault::message_id_mismatch:
        return {"nodes of one topic make message ids by different functions, so what one "
                "advertises (IHAVE, IDONTWANT) means nothing to the other, and content comes twice",
                "give every node the same message id function: rust's default differs from go's"};
    case fault::redial_storm:
        return {"a peer dials again and again within seconds although it is connected",
                "remove the timer that redials, or let it ask for connected peers first; back off "
                "after failures"};
    case fault::half_open:
        return {"one side holds a connection that the other lost without a word: a restart, a "
                "NAT that forgot, a cable",
                "keepalive finds it within half a minute; where it comes back, look at NAT and "
                "firewall timeouts"};
    case fault::wrong_peer_id:
        return {"whoever answers at the address is not the peer in it: the node has a new key, or "
                "the address has a new node",
                "take the peer id that the node prints now; keep its key in a file"};
    case fault::clock_or_key_trouble:
        return {"signatures, keys or numbers made from a clock are not what they must be",
                "compare keys, signing policy and clocks of the two"};
    }
    return {};
}

inline finding& chart::add(fault what, const record& by, const std::string& peer,
                           std::uint64_t conn, severity how, std::string evidence) {
    const auto [at, fresh] = all_.try_emplace({what, by.observer, peer, conn});
    finding& f = at->second;
    if (fresh) {
        const advice usual = advice_for(what);
        f = {what,
             by.observer,
             peer,
             conn,
             how,
             {},
             std::string{usual.cause},
             std::string{usual.remedy}};
    }
    if (how == severity::broken) f.how = how;
    if (f.evidence.size() < most_evidence)
        f.evidence.push_back(std::move(evidence));
    else
        ++f.more;
    return f;
}
inline std::vector<finding> chart::take() && {
    std::vector<finding> out;
    for (auto& [key, f] : all_) {
        if (f.more != 0) f.evidence.push_back("and " + std::to_string(f.more) + " more");
        out.push_back(std::move(f));
    }
    return out;
}

} // namespace doctor
