// SPDX-License-Identifier: Apache-2.0 OR MIT
// A simulated network of lp2p nodes and of models of go and rust, all in one topic, and who got
// whose messages.
#pragma once

#include "tests/support/go_model.hpp"
#include "tests/support/rust_model.hpp"

#include "tests/node/node_net.hpp"

namespace lp2p::test {

class mixed_net {
public:
    using stack = null_stack;
    using lp2p_node = basic_node<stack>;
    using go = foreign::go_model<stack>;
    using rust = foreign::rust_model<stack>;
    using any_node = foreign::one_of<lp2p_node, go, rust>;
    using host_id = std::size_t;

    explicit mixed_net(std::uint64_t seed = 1)
        : net{seed} {
        net.latency = milliseconds{10};
        net.jitter = milliseconds{2};
        net.on_event = [this](host_id h, const any_node::event& e) { told(h, e); };
    }

    simnet<any_node> net;
    /// Texts of messages by who got them, in the order of arrival.
    std::map<host_id, std::vector<std::string>> got;
    /// What else to do with what lp2p nodes tell.
    std::function<void(host_id, const node_event&)> on_lp2p;

    host_id add_go(go::config c = {}) { return add(go{number(), std::move(c), net.now()}); }
    host_id add_rust(rust::config c = {}) { return add(rust{number(), std::move(c), net.now()}); }
    host_id add_lp2p(node_config c = {}) {
        person<stack> p{number()};
        c.seed = number();
        const host_id h = add(lp2p_node{p.crypto, std::move(p.key), std::move(c), net.now()});
        EXPECT_TRUE(ours(h).subscribe(topic, net.now()));
        return h;
    }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    lp2p_node& ours(host_id h) { return *net[h].as<lp2p_node>(); }
    go& as_go(host_id h) { return *net[h].as<go>(); }
    rust& as_rust(host_id h) { return *net[h].as<rust>(); }
    [[nodiscard]] bool is_ours(host_id h) { return net[h].as<lp2p_node>() != nullptr; }
    const wire::peer_id& id(host_id h) { return net[h].id(); }

    void dial(host_id from, host_id to) {
        net[from].dial(address_of(to).with_peer(id(to)), net.now());
    }
    /// As `from` counts them.
    [[nodiscard]] std::size_t connections(host_id from, host_id to) {
        return net[from].visit([&](auto& n) { return n.connections_to(id(to)); });
    }
    /// Everybody says `name/round/who` twice a second; how often each pair heard it: `arrived`.
    void talk(const std::string& name, std::size_t rounds) {
        for (std::size_t r = 0; r < rounds; ++r) {
            for (host_id h = 0; h < size_; ++h) publish(h, text_of(name, r, h));
            net.advance(milliseconds{500});
        }
        rounds_[name] = rounds;
    }
    /// How many rounds of this talk arrived, each exactly once.
    [[nodiscard]] std::size_t arrived(host_id from, host_id to, const std::string& name) const {
        const auto texts = got.find(to);
        std::size_t n = 0;
        for (std::size_t r = 0; texts != got.end() && r < rounds_.at(name); ++r)
            n +=
                std::count(texts->second.begin(), texts->second.end(), text_of(name, r, from)) == 1;
        return n;
    }
    /// Ordered pairs that heard all of a talk.
    [[nodiscard]] std::size_t whole_pairs(const std::string& name) const {
        return count_pairs(name, [&](std::size_t n) { return n == rounds_.at(name); });
    }
    /// Ordered pairs that heard nothing of it.
    [[nodiscard]] std::size_t silent_pairs(const std::string& name) const {
        return count_pairs(name, [](std::size_t n) { return n == 0; });
    }

private:
    [[nodiscard]] static std::string text_of(const std::string& name, std::size_t round,
                                             host_id from) {
        return name + "/" + std::to_string(round) + "/" + std::to_string(from);
    }
    template <class Is>
    [[nodiscard]] std::size_t count_pairs(const std::string& name, Is is) const {
        std::size_t pairs = 0;
        for (host_id a = 0; a < size_; ++a)
            for (host_id b = 0; b < size_; ++b) pairs += a != b && is(arrived(a, b, name));
        return pairs;
    }
    [[nodiscard]] std::uint8_t number() const noexcept {
        return static_cast<std::uint8_t>(size_ + 1);
    }
    template <class Node>
    host_id add(Node n) {
        n.listening(address_of(size_), net.now());
        net.add(any_node{std::move(n)}, address_of(size_));
        return size_++;
    }
    void publish(host_id from, const std::string& text) {
        if (auto* n = net[from].as<lp2p_node>())
            ASSERT_TRUE(n->publish(topic, as_bytes(text), net.now()));
        else if (auto* g = net[from].as<go>())
            g->publish(text, net.now());
        else
            as_rust(from).publish(text, net.now());
    }
    void told(host_id h, const any_node::event& e) {
        std::visit(overloaded{[&](const node_event& of) {
                                  if (const auto* m = std::get_if<service::pubsub_message>(&of))
                                      if (const auto taken = ours(h).take(m->id))
                                          got[h].emplace_back(as_text(taken->view.data));
                                  if (on_lp2p) on_lp2p(h, of);
                              },
                              [&](const auto& of) { got[h].push_back(of.text); }},
                   e);
    }

    static constexpr std::string_view topic = "t";

    std::size_t size_ = 0;
    std::map<std::string, std::size_t> rounds_;
};

} // namespace lp2p::test
