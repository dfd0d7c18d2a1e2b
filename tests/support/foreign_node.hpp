// SPDX-License-Identifier: Apache-2.0 OR MIT
// A foreign node for test::simnet: a host and the rules of go or rust on top of it.
//
// `Rules` are a class template over the stack: `on(happening, host, now)` for each happening,
// `next_timeout`, `handle_timeout`, `publish`, and `counters`.
#pragma once

#include "tests/support/foreign_gossip.hpp"
#include "tests/support/foreign_host.hpp"

namespace lp2p::test::foreign {

/// What a model did that a healthy network does not see.
struct counters {
    std::size_t replaced = 0;    ///< inbound pubsub streams reset for a newer one
    std::size_t withdrawals = 0; ///< lists that took meshsub away from what was known of a peer
    std::size_t disabled = 0;    ///< handlers of rust that gave up
    std::size_t lost = 0;        ///< RPCs that were handed to a stream that was dead
};

template <class Stack, template <class> class Rules>
class node {
public:
    /// A message reached the application.
    struct event {
        std::string text;
    };
    using rules_type = Rules<Stack>;
    using config = typename rules_type::config;

    node(std::uint8_t seed, config c, instant now)
        : host_{seed, rules_type::host_settings()}
        , rules_{std::move(c), seed, now} {}

    [[nodiscard]] const wire::peer_id& id() const noexcept { return host_.self().id; }
    [[nodiscard]] const rules_type& rules() const noexcept { return rules_; }
    [[nodiscard]] const counters& counts() const noexcept { return rules_.counts(); }
    [[nodiscard]] std::size_t connections_to(const wire::peer_id& peer) const {
        return host_.connections(peer).size();
    }
    [[nodiscard]] std::vector<wire::peer_id> topic_peers() const {
        const auto& all = rules_.router().subscribed;
        return {all.begin(), all.end()};
    }
    void dial(const wire::multiaddr& to, instant now) {
        if (rules_.may_dial(*to.peer(), host_)) host_.dial(to);
        settle(now);
    }
    void publish(std::string_view text, instant now) {
        rules_.publish(text, host_, now);
        settle(now);
    }
    void listening(const wire::multiaddr& at, instant) { host_.listening(at); }
    /// What tests do to a model: `f(rules, host)`.
    template <class F>
    void make(F&& f, instant now) {
        f(rules_, host_);
        settle(now);
    }

    // --- the driver's side
    // ------------------------------------------------------------------------
    result<conn_id> accepted(const wire::multiaddr& remote, const wire::multiaddr& local,
                             instant now) {
        const auto id = host_.accepted(remote, local, now);
        settle(now);
        return id;
    }
    void connected(conn_id id, const wire::multiaddr&, instant now) {
        host_.connected_to(id, now);
        settle(now);
    }
    void connect_failed(conn_id id, error, instant) { host_.connect_failed(id); }
    result<std::size_t> receive(conn_id id, mutable_bytes in, instant now) {
        const auto used = host_.receive(id, in, now);
        settle(now);
        return used;
    }
    void receive_end(conn_id id, end how, instant now) {
        host_.receive_end(id, how, now);
        settle(now);
    }
    byte_view transmit(conn_id id, std::size_t n) { return host_.transmit(id, n); }
    void transmitted(conn_id id, std::size_t n, instant now) {
        host_.transmitted(id, n, now);
        settle(now);
    }
    [[nodiscard]] bool wants_input(conn_id id) const { return host_.wants_input(id); }
    void released(conn_id id) { host_.released(id); }
    [[nodiscard]] std::optional<command> poll_command() { return host_.poll_command(); }
    [[nodiscard]] std::optional<event> poll_event() {
        auto text = rules_.poll_delivery();
        return text ? std::optional{event{std::move(*text)}} : std::nullopt;
    }
    [[nodiscard]] std::optional<instant> next_timeout() const {
        return earlier(host_.next_timeout(), rules_.next_timeout());
    }
    void handle_timeout(instant now) {
        host_.handle_timeout(now);
        settle(now);
        rules_.handle_timeout(host_, now);
        settle(now);
    }

private:
    void settle(instant now) {
        while (auto h = host_.poll())
            std::visit([&](const auto& what) { rules_.on(what, host_, now); }, *h);
    }

    host<Stack> host_;
    rules_type rules_;
};

/// Several kinds of node in one simnet.
template <class... Nodes>
class one_of {
public:
    using event = std::variant<typename Nodes::event...>;

    template <class Node>
        requires(std::is_same_v<Node, Nodes> || ...)
    one_of(Node n) // NOLINT: any of them is one of them
        : node_{std::move(n)} {}

    /// Null where it is of another kind.
    template <class Node>
    [[nodiscard]] Node* as() noexcept {
        return std::get_if<Node>(&node_);
    }
    template <class F>
    decltype(auto) visit(F&& f) {
        return std::visit(std::forward<F>(f), node_);
    }
    [[nodiscard]] const wire::peer_id& id() const noexcept {
        return std::visit([](const auto& n) -> const wire::peer_id& { return n.id(); }, node_);
    }
    void dial(const wire::multiaddr& to, instant now) {
        visit([&](auto& n) { (void)n.dial(to, now); });
    }

    result<conn_id> accepted(const wire::multiaddr& remote, const wire::multiaddr& local,
                             instant now) {
        return visit([&](auto& n) { return n.accepted(remote, local, now); });
    }
    void connected(conn_id id, const wire::multiaddr& local, instant now) {
        visit([&](auto& n) { n.connected(id, local, now); });
    }
    void connect_failed(conn_id id, error why, instant now) {
        visit([&](auto& n) { n.connect_failed(id, why, now); });
    }
    result<std::size_t> receive(conn_id id, mutable_bytes in, instant now) {
        return visit([&](auto& n) { return n.receive(id, in, now); });
    }
    void receive_end(conn_id id, end how, instant now) {
        visit([&](auto& n) { n.receive_end(id, how, now); });
    }
    byte_view transmit(conn_id id, std::size_t n) {
        return visit([&](auto& node) { return node.transmit(id, n); });
    }
    void transmitted(conn_id id, std::size_t n, instant now) {
        visit([&](auto& node) { node.transmitted(id, n, now); });
    }
    [[nodiscard]] bool wants_input(conn_id id) const {
        return std::visit([&](const auto& n) { return n.wants_input(id); }, node_);
    }
    void released(conn_id id) {
        visit([&](auto& n) { n.released(id); });
    }
    [[nodiscard]] std::optional<command> poll_command() {
        return visit([](auto& n) { return n.poll_command(); });
    }
    [[nodiscard]] std::optional<event> poll_event() {
        return visit([]<class Node>(Node& n) -> std::optional<event> {
            auto e = n.poll_event();
            if (!e) return std::nullopt;
            return event{std::in_place_index<index_of<Node>>, std::move(*e)};
        });
    }
    [[nodiscard]] std::optional<instant> next_timeout() const {
        return std::visit([](const auto& n) { return n.next_timeout(); }, node_);
    }
    void handle_timeout(instant now) {
        visit([&](auto& n) { n.handle_timeout(now); });
    }

private:
    template <class Node>
    static constexpr std::size_t index_of = [] {
        std::size_t at = 0, i = 0;
        ((std::is_same_v<Node, Nodes> ? (void)(at = i++) : (void)i++), ...);
        return at;
    }();

    std::variant<Nodes...> node_;
};

} // namespace lp2p::test::foreign
