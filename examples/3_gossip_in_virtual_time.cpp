// SPDX-License-Identifier: Apache-2.0 OR MIT
// 3_gossip_in_virtual_time: six whole nodes gossip in a network that is a map and a queue.
//
// A node asks for connections, gives bytes and names its next deadline. Who owns the network and
// the time lets ten seconds pass in milliseconds; io::driver does the same with sockets.
#include <lp2p/crypto/botan.hpp>
#include <lp2p/lp2p.hpp>

#include <cstdio>

struct stack {
    using crypto = lp2p::crypto::botan;
    using security = lp2p::noise::security<crypto>;
};
using node = lp2p::basic_node<stack>;
using place = std::pair<std::size_t, lp2p::conn_id>; ///< a node, and what it calls a connection

struct network {
    lp2p::instant now{};
    std::vector<node> nodes;
    std::map<place, place> other_end;
    std::multimap<lp2p::instant, std::pair<place, lp2p::byte_vector>> flying; ///< by arrival
    lp2p::duration latency = lp2p::milliseconds{20};
    std::size_t heard = 0;

    static lp2p::wire::multiaddr address(std::size_t n) { // the port is the number of the node
        return lp2p::wire::multiaddr::tcp4({}, static_cast<std::uint16_t>(n));
    }
    void carry_out(std::size_t n, const lp2p::dial_command& dial) {
        const std::size_t to = dial.to.tcp()->port;
        const auto id = nodes[to].accepted(address(n), address(to), now);
        if (!id) return nodes[n].connect_failed(dial.id, id.error(), now);
        other_end[{n, dial.id}] = {to, *id};
        other_end[{to, *id}] = {n, dial.id};
        nodes[n].connected(dial.id, address(n), now);
    }
    void carry_out(std::size_t n, const lp2p::flush_command& flush) {
        for (auto out = nodes[n].transmit(flush.id, 65536); !out.empty();
             out = nodes[n].transmit(flush.id, 65536)) {
            flying.insert({now + latency, {other_end.at({n, flush.id}), lp2p::to_vector(out)}});
            nodes[n].transmitted(flush.id, out.size(), now);
        }
    }
    void carry_out(std::size_t n, const lp2p::hang_up_command& end) {
        carry_out(n, lp2p::flush_command{end.id}); // its last words; then no bytes: the end
        flying.insert({now + latency, {other_end.at({n, end.id}), {}}});
        nodes[n].released(end.id);
    }
    /// What the nodes want and tell, until they have nothing more to say at this instant.
    void settle() {
        for (bool busy = true; std::exchange(busy, false);)
            for (std::size_t n = 0; n < nodes.size(); ++n) {
                while (const auto wish = nodes[n].poll_command()) {
                    busy = true;
                    std::visit([&](const auto& what) { carry_out(n, what); }, *wish);
                }
                while (const auto event = nodes[n].poll_event())
                    if (const auto* m = std::get_if<lp2p::service::pubsub_message>(&*event))
                        if (const auto message = nodes[n].take(m->id))
                            told(n, lp2p::as_text(message->view.data));
            }
    }
    void told(std::size_t n, std::string_view text) {
        const std::chrono::duration<double> at = now.time_since_epoch();
        std::printf("%.3f s: node %zu hears \"%.*s\"\n", at.count(), n, 5, text.data());
        ++heard;
    }
    void run_until(lp2p::instant until) {
        for (settle(); now < until; settle()) {
            auto next = flying.empty() ? until : std::min(until, flying.begin()->first);
            for (const node& n : nodes) next = std::min(next, n.next_timeout().value_or(until));
            now = std::max(now, next);
            for (node& n : nodes) n.handle_timeout(now);
            for (; !flying.empty() && flying.begin()->first <= now; flying.erase(flying.begin())) {
                auto& [to, bytes] = flying.begin()->second;
                if (bytes.empty())
                    nodes[to.first].receive_end(to.second, {}, now);
                else
                    (void)nodes[to.first].receive(to.second, bytes, now);
            }
        }
    }
};

int main() {
    network net;
    const lp2p::crypto::botan crypto;
    for (std::size_t n = 0; n < 6; ++n) {
        net.nodes.emplace_back(crypto, *crypto.generate(lp2p::crypto::key_type::ed25519),
                               lp2p::node_config{.seed = n + 1}, net.now);
        (void)net.nodes[n].subscribe("news", net.now);
        if (n > 0) // each knows only the one before it: what they hear has come from hand to hand
            net.nodes[n].dial(net.address(n - 1).with_peer(net.nodes[n - 1].id()), net.now);
    }
    net.run_until(net.now + lp2p::seconds{5}); // the meshes form at the heartbeats, one a second
    (void)net.nodes[0].publish("news", lp2p::as_bytes("hello"), net.now);
    net.run_until(net.now + lp2p::seconds{5});
    return net.heard == 5 ? 0 : 1;
}
