// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/support/go_model.hpp"
#include "tests/support/rust_model.hpp"

#include "tests/node/node_net.hpp"

#include <chrono>

// The seed's network in virtual time: four go and six rust nodes, each rust node dialing each go
// node again and again. Without lp2p's rules gossip falls silent while everything looks connected;
// with lp2p at either end of the pairs it does not.
namespace lp2p {
namespace {

using stack = test::null_stack;
using lp2p_node = basic_node<stack>;
using go = test::foreign::go_model<stack>;
using rust = test::foreign::rust_model<stack>;
using any_node = test::foreign::one_of<lp2p_node, go, rust>;

/// Nodes of all kinds, and who got whose messages.
class network {
public:
    using host_id = std::size_t;

    explicit network(std::uint64_t seed = 1)
        : net{seed} {
        net.latency = milliseconds{10};
        net.jitter = milliseconds{2};
        net.on_event = [this](host_id h, const any_node::event& e) { told(h, e); };
    }
    test::simnet<any_node> net;
    /// Texts by who got them.
    std::map<host_id, std::vector<std::string>> got;
    /// What lp2p nodes told.
    std::function<void(host_id, const node_event&)> on_lp2p;

    host_id add_go(go::config c = {}) { return add(go{number(), std::move(c), net.now()}); }
    host_id add_rust(rust::config c = {}) { return add(rust{number(), std::move(c), net.now()}); }
    host_id add_lp2p(node_config c = {}) {
        test::person<stack> p{number()};
        c.seed = number();
        const host_id h = add(lp2p_node{p.crypto, std::move(p.key), std::move(c), net.now()});
        ours(h).listening(test::address_of(h), net.now());
        EXPECT_TRUE(ours(h).subscribe("t", net.now()));
        return h;
    }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    lp2p_node& ours(host_id h) { return *net[h].as<lp2p_node>(); }
    go& as_go(host_id h) { return *net[h].as<go>(); }
    rust& as_rust(host_id h) { return *net[h].as<rust>(); }
    void dial(host_id from, host_id to) {
        net[from].dial(test::address_of(to).with_peer(net[to].id()), net.now());
    }
    void publish(host_id from, const std::string& round) {
        const std::string text = round + "/" + std::to_string(from);
        if (auto* n = net[from].as<lp2p_node>())
            ASSERT_TRUE(n->publish("t", as_bytes(text), net.now()));
        else if (auto* g = net[from].as<go>())
            g->publish(text, net.now());
        else
            as_rust(from).publish(text, net.now());
    }
    /// Everybody, twice a second.
    void talk(const std::string& name, std::size_t rounds) {
        for (std::size_t r = 0; r < rounds; ++r) {
            for (host_id h = 0; h < size_; ++h) publish(h, name + std::to_string(r));
            net.advance(milliseconds{500});
        }
    }
    /// How many of the rounds of `talk` arrived exactly once.
    [[nodiscard]] std::size_t arrived(host_id from, host_id to, const std::string& name,
                                      std::size_t rounds) const {
        const auto texts = got.find(to);
        if (texts == got.end()) return 0;
        std::size_t n = 0;
        for (std::size_t r = 0; r < rounds; ++r)
            n += std::count(texts->second.begin(), texts->second.end(),
                            name + std::to_string(r) + "/" + std::to_string(from)) == 1;
        return n;
    }
    /// Ordered pairs that got less than `least` of the rounds.
    [[nodiscard]] std::size_t pairs_below(std::size_t least, const std::string& name,
                                          std::size_t rounds) const {
        std::size_t pairs = 0;
        for (host_id a = 0; a < size_; ++a)
            for (host_id b = 0; b < size_; ++b)
                pairs += a != b && arrived(a, b, name, rounds) < least;
        return pairs;
    }

private:
    [[nodiscard]] std::uint8_t number() const noexcept {
        return static_cast<std::uint8_t>(size_ + 1);
    }
    template <class Node>
    host_id add(Node n) {
        net.add(any_node{std::move(n)}, test::address_of(size_));
        return size_++;
    }
    void told(host_id h, const any_node::event& e) {
        if (const auto* ours_told = std::get_if<node_event>(&e)) {
            if (const auto* m = std::get_if<service::pubsub_message>(ours_told))
                if (const auto taken = ours(h).take(m->id))
                    got[h].emplace_back(as_text(taken->view.data));
            if (on_lp2p) on_lp2p(h, *ours_told);
        } else if (const auto* from_go = std::get_if<go::event>(&e)) {
            got[h].push_back(from_go->text);
        } else {
            got[h].push_back(std::get<rust::event>(e).text);
        }
    }
    std::size_t size_ = 0;
};

constexpr std::size_t listeners = 4; // go's place
constexpr std::size_t all_nodes = 10;

TEST(SeedFault, Explore) {
    const auto t0 = std::chrono::steady_clock::now();
    network n;
    for (std::size_t i = 0; i < listeners; ++i) n.add_go();
    for (std::size_t i = listeners; i < all_nodes; ++i) n.add_rust({.dials_always = true});
    for (std::size_t a = 0; a < listeners; ++a)
        for (std::size_t b = 0; b < a; ++b) n.dial(a, b);
    for (int round = 0; round < 12; ++round) {
        for (std::size_t a = listeners; a < all_nodes; ++a)
            for (std::size_t b = 0; b < listeners; ++b) n.dial(a, b);
        n.talk("x" + std::to_string(round) + "-", 2);
    }
    n.talk("last", 20);
    std::printf("below 18: %zu, below 1: %zu\n", n.pairs_below(18, "last", 20), n.pairs_below(1, "last", 20));
    for (std::size_t a = 0; a < all_nodes; ++a) {
        for (std::size_t b = 0; b < all_nodes; ++b) std::printf("%3zu", a == b ? 0 : n.arrived(a, b, "last", 20));
        std::printf("\n");
    }
    for (std::size_t a = 0; a < listeners; ++a) {
        const auto& c = n.as_go(a).counts();
        std::printf("go %zu replaced %zu withdrawals %zu topic_peers %zu mesh %zu\n", a, c.replaced, c.withdrawals, n.as_go(a).topic_peers().size(), n.as_go(a).rules().router().mesh.size());
        for (std::size_t b = listeners; b < all_nodes; ++b) std::printf(" conns %zu meshsub %d", n.as_go(a).connections_to(n.net[b].id()), n.as_go(a).rules().lists_meshsub(n.net[b].id()));
        std::printf("\n");
    }
    for (std::size_t b = listeners; b < all_nodes; ++b) {
        const auto& c = n.as_rust(b).counts();
        std::printf("rust %zu disabled %zu lost %zu\n", b, c.disabled, c.lost);
    }
    std::printf("%ld ms\n", (long)std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - t0).count());
}

} // namespace
} // namespace lp2p
