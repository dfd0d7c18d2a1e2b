// SPDX-License-Identifier: Apache-2.0 OR MIT
// Routers in virtual time: peers by number, RPCs written by hand, and a little net of routers.
//
// No crypto: messages are unsigned unless a test says otherwise, and validation says yes.
#pragma once

#include <lp2p/core/time.hpp>
#include <lp2p/protocol/pubsub/gossipsub.hpp>
#include <lp2p/protocol/pubsub/rpc_stream.hpp>

#include <map>
#include <string>
#include <vector>

namespace lp2p::test {

inline constexpr instant pubsub_start = instant{} + std::chrono::hours{1};

/// An Ed25519 shaped id that is all about one number.
inline wire::peer_id peer_number(std::uint32_t n) {
    byte_vector bytes(38, std::byte{0});
    const std::uint8_t head[] = {0, 0x24, 8, 1, 0x12, 0x20};
    for (std::size_t i = 0; i < 6; ++i) bytes[i] = std::byte{head[i]};
    wire::store_u32(n, bytes.data() + 34);
    return *wire::peer_id::from_bytes(bytes);
}

inline byte_vector from_hex(std::string_view hex) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    byte_vector out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        out.push_back(static_cast<std::byte>(digit(hex[i]) * 16 + digit(hex[i + 1])));
    return out;
}

/// The whole message is its id; unsigned.
inline pubsub::id_function data_id() {
    return {[](const pubsub::id_function&, const pubsub::message_view& m, byte_vector& out) {
        append(out, m.data);
        return status{};
    }};
}
inline pubsub::message_view unsigned_message(std::string_view topic, std::string_view data) {
    pubsub::message_view m;
    m.topic = topic;
    m.data = as_bytes(data);
    return m;
}
inline pubsub::router_config unsigned_config(std::uint64_t seed = 1) {
    pubsub::router_config c;
    c.seed = seed;
    c.policy = pubsub::signature_policy::strict_no_sign;
    c.defaults.id = data_id();
    return c;
}

/// The RPCs of one `take_rpc` after the other, decoded.
struct sent_rpcs {
    std::vector<byte_vector> frames;
    std::vector<pubsub::rpc> rpcs;

    [[nodiscard]] std::vector<std::string> words() const {
        std::vector<std::string> out;
        for (const pubsub::rpc& r : rpcs) {
            for (const auto& s : r.subscriptions)
                out.push_back((s.subscribe ? "+" : "-") + std::string{s.topic});
            for (const auto& m : r.messages)
                out.push_back("message " + std::string{as_text(m.data)});
            for (const auto& h : r.ihave)
                for (std::uint32_t i = 0; i < h.count; ++i)
                    out.push_back("ihave " + std::string{as_text(r.ihave_ids[h.first + i])});
            for (const auto id : r.iwant_ids) out.push_back("iwant " + std::string{as_text(id)});
            for (const auto id : r.idontwant_ids)
                out.push_back("idontwant " + std::string{as_text(id).substr(0, 20)});
            for (const auto t : r.graft) out.push_back("graft " + std::string{t});
            for (const auto& p : r.prune)
                out.push_back("prune " + std::string{p.topic} + " " + std::to_string(p.backoff));
        }
        return out;
    }
};
template <class Router>
sent_rpcs take_all(Router& router, pubsub::peer_index peer) {
    sent_rpcs out;
    for (byte_vector frame; router.take_rpc(peer, frame); frame.clear())
        out.frames.push_back(frame);
    for (const byte_vector& frame : out.frames) {
        const auto length = *wire::decode_uvarint(frame);
        out.rpcs.push_back(*pubsub::decode_rpc(byte_view{frame}.subspan(length.size)));
    }
    return out;
}

/// Routers on links with a latency. Everything that happens is a function of the seed.
template <class Router>
class small_net {
public:
    struct node {
        Router router;
        wire::peer_id id;
        std::map<pubsub::peer_index, std::size_t> who{};
        std::map<std::size_t, pubsub::peer_index> index{};
        std::vector<std::string> received{};
        std::map<std::string, int> rejected{};
    };
    std::vector<node> nodes;
    instant now = pubsub_start;
    duration latency = milliseconds{5};
    std::string transcript; ///< every frame: from, to, size
    bool cut = false;       ///< frames are lost

    template <class Config>
    std::size_t add(Config c) {
        const auto n = nodes.size();
        c.common.seed += n;
        nodes.push_back({Router{c, peer_number(static_cast<std::uint32_t>(n + 1)), now},
                         peer_number(static_cast<std::uint32_t>(n + 1))});
        return n;
    }
    void link(std::size_t a, std::size_t b,
              pubsub::peer_kind kind = pubsub::peer_kind::gossipsub_v11) {
        meet(a, b, true, kind);
        meet(b, a, false, kind);
        nodes[a].router.hello(nodes[a].index[b]);
        nodes[b].router.hello(nodes[b].index[a]);
        settle();
    }
    void unlink(std::size_t a, std::size_t b) {
        for (const auto& [x, y] : {std::pair{a, b}, std::pair{b, a}}) {
            nodes[x].router.peer_gone(nodes[x].index[y], now);
            nodes[x].who.erase(nodes[x].index[y]);
            nodes[x].index.erase(y);
        }
        settle();
    }
    /// Lets time pass, every deadline met and every frame delivered on the way.
    void run(duration by) {
        const instant until = now + by;
        settle();
        for (;;) {
            std::optional<instant> at;
            if (!flying_.empty()) at = flying_.begin()->first.first;
            for (node& n : nodes) at = earlier(at, n.router.next_timeout());
            if (!at || *at > until) break;
            now = std::max(now, *at);
            land();
            for (node& n : nodes) n.router.handle_timeout(now);
            settle();
        }
        now = until;
    }
    void settle() {
        for (std::size_t i = 0; i < nodes.size(); ++i) drain(i);
    }

private:
    struct flight {
        std::size_t from, to;
        byte_vector frame;
    };
    void meet(std::size_t a, std::size_t b, bool outbound, pubsub::peer_kind kind) {
        const auto p = nodes[a].router.peer_ready(nodes[b].id, kind, outbound, now);
        nodes[a].who[p] = b;
        nodes[a].index[b] = p;
    }
    void land() {
        while (!flying_.empty() && flying_.begin()->first.first <= now) {
            const flight f = std::move(flying_.begin()->second);
            flying_.erase(flying_.begin());
            const auto from = nodes[f.to].index.find(f.from);
            if (from == nodes[f.to].index.end() || cut) continue;
            pubsub::rpc_stream in{pubsub::rpc_flow::inbound, {}, now};
            (void)in.receive(f.frame, now);
            while (const auto body = in.take())
                nodes[f.to].router.receive(from->second, *pubsub::decode_rpc(*body), now);
            drain(f.to);
        }
    }
    void drain(std::size_t i) {
        while (auto e = nodes[i].router.poll_event())
            std::visit([&](const auto& what) { on(i, what); }, *e);
    }
    void on(std::size_t i, const pubsub::validate& v) {
        nodes[i].router.validated(v.id, pubsub::verdict::accept, now);
    }
    void on(std::size_t i, const pubsub::message& m) {
        const auto d = nodes[i].router.take(m.id);
        if (d) nodes[i].received.push_back(std::string{as_text(d->view.data)});
    }
    void on(std::size_t i, const pubsub::send_rpc& s) {
        for (byte_vector frame; nodes[i].router.take_rpc(s.peer, frame); frame.clear()) {
            const std::size_t to = nodes[i].who[s.peer];
            transcript += std::to_string((now - pubsub_start).count()) + " " + std::to_string(i) +
                          ">" + std::to_string(to) + " " + std::to_string(frame.size()) + "\n";
            flying_.emplace(std::pair{now + latency, ++flights_}, flight{i, to, frame});
        }
    }
    void on(std::size_t i, const pubsub::rejected& r) {
        nodes[i].rejected[std::string{name(static_cast<pubsub::errc>(r.why.code))}] +=
            static_cast<int>(r.count);
    }
    template <class Other>
    void on(std::size_t, const Other&) {}

    std::map<std::pair<instant, std::uint64_t>, flight> flying_;
    std::uint64_t flights_ = 0;
};

} // namespace lp2p::test
