// SPDX-License-Identifier: Apache-2.0 OR MIT
// Nodes of known keys in a simulated network, and what they told, for tests of whole nodes.
#pragma once

#include <lp2p/node/node.hpp>

#include "tests/support/simnet.hpp"
#include "tests/support/stacks.hpp"

#include <gtest/gtest.h>

namespace lp2p::test {

/// The address of a node's host in the simulated network.
inline wire::multiaddr address_of(std::size_t host) {
    return wire::multiaddr::tcp4({std::byte{10}, {}, {}, static_cast<std::byte>(host + 1)}, 4001);
}

/// `Stack` as for basic_node. Messages are taken and written down as they come.
template <class Stack>
class node_net {
public:
    using node = basic_node<Stack>;
    using host_id = std::size_t;

    explicit node_net(std::size_t nodes, node_config all = {}, std::uint64_t seed = 1)
        : net{seed}
        , config_{std::move(all)} {
        net.latency = milliseconds{10};
        net.jitter = milliseconds{2};
        for (std::size_t i = 0; i < nodes; ++i) add();
        net.on_event = [this](host_id h, const node_event& e) { told(h, e); };
    }

    simnet<node> net;
    /// Texts of messages by who got them, in the order of arrival.
    std::map<host_id, std::vector<std::string>> got;
    /// Everything that everybody told, as text, for comparison.
    std::string transcript;
    bool writes_transcript = true;
    /// What else to do with events, as they come.
    std::function<void(host_id, const node_event&)> also;

    host_id add() {
        const auto n = static_cast<std::uint8_t>(net_size_ + 1);
        person<Stack> p{n};
        node_config c = config_;
        c.seed = config_.seed + n;
        return adopt(node{p.crypto, std::move(p.key), std::move(c), net.now()});
    }
    /// A node that the test made itself, with a configuration of its own.
    host_id adopt(node made) {
        const host_id h = net.add(std::move(made), address_of(net_size_));
        net[h].listening(address_of(h), net.now());
        ++net_size_;
        return h;
    }
    [[nodiscard]] std::size_t size() const noexcept { return net_size_; }
    node& operator[](host_id h) { return net[h]; }
    void dial(host_id from, host_id to) {
        net[from].dial(address_of(to).with_peer(net[to].id()), net.now());
    }
    void subscribe_all(std::string_view topic) {
        for (host_id h = 0; h < net_size_; ++h) ASSERT_TRUE(net[h].subscribe(topic, net.now()));
    }
    /// Everybody says the name of the round and its own.
    void everybody_publishes(std::string_view topic, const std::string& round) {
        for (host_id h = 0; h < net_size_; ++h)
            ASSERT_TRUE(
                net[h].publish(topic, as_bytes(round + "/" + std::to_string(h)), net.now()));
    }
    /// How many ordered pairs delivered this round's message exactly once.
    [[nodiscard]] std::size_t pairs_delivered(const std::string& round) const {
        std::size_t pairs = 0;
        for (const auto& [to, texts] : got)
            for (host_id from = 0; from < net_size_; ++from)
                pairs += from != to && std::count(texts.begin(), texts.end(),
                                                  round + "/" + std::to_string(from)) == 1;
        return pairs;
    }
    template <class Kind>
    [[nodiscard]] std::size_t count(host_id h) {
        return test::count<Kind>(net.events(h));
    }

private:
    void told(host_id h, const node_event& e) {
        if (writes_transcript)
            transcript += std::to_string((net.now() - start).count()) + " " + std::to_string(h) +
                          " " + std::to_string(e.index()) + "\n";
        if (const auto* m = std::get_if<service::pubsub_message>(&e))
            if (const auto taken = net[h].take(m->id))
                got[h].emplace_back(as_text(taken->view.data));
        if (also) also(h, e);
    }

    node_config config_;
    std::size_t net_size_ = 0;
};

} // namespace lp2p::test
