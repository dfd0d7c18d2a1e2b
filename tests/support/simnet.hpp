// SPDX-License-Identifier: Apache-2.0 OR MIT
// A simulated network: any number of nodes, the links between them, in virtual time.
//
// A node is anything with the driver's calls (io/driver_core.hpp's `drivable`, first half): a swarm
// or a whole node. Links have latency and chance (jitter, from one seed), keep the order of each
// direction, and can be cut silently. Same seed, same story. No threads, no sleep.
//
//     test::simnet<node> net{seed};
//     const auto a = net.add(node{...}, *wire::multiaddr::parse("/ip4/10.0.0.1/tcp/1"));
//     net[a].dial(address, net.now());
//     net.advance(3s);
//     net.events(a);                 // what it told so far
#pragma once

#include <lp2p/swarm/events.hpp>

#include "tests/support/laws.hpp"

#include <deque>
#include <functional>
#include <map>
#include <set>

namespace lp2p::test {

template <class Node>
class simnet {
public:
    using event = typename Node::event;
    using host_id = std::size_t;

    explicit simnet(std::uint64_t seed = 0, instant begin = start)
        : random_{seed}
        , now_{begin} {}

    duration latency{}; ///< one way, the least
    duration jitter{};  ///< added to it, anything from nothing to this
    std::size_t packet = 16 * 1024;
    /// What a node does with its events, right when they are told; they are kept too.
    std::function<void(host_id, const event&)> on_event;
    /// What a failed connect is told as.
    error refused_connect{domain::io, fault::refused, 1};

    host_id add(Node n, wire::multiaddr listens) {
        hosts_.push_back(std::make_unique<host>(std::move(n), std::move(listens)));
        return hosts_.size() - 1;
    }
    [[nodiscard]] Node& operator[](host_id h) { return hosts_[h]->node; }
    [[nodiscard]] std::vector<event>& events(host_id h) { return hosts_[h]->events; }
    [[nodiscard]] instant now() const noexcept { return now_; }
    /// TCP connections that were ever accepted by this host.
    [[nodiscard]] std::size_t accepted(host_id h) const { return hosts_[h]->accepted; }
    /// Links that both ends still have.
    [[nodiscard]] std::size_t links() const {
        return static_cast<std::size_t>(std::count_if(links_.begin(), links_.end(), [](auto& l) {
            return !l->side[0].gone && !l->side[1].gone;
        }));
    }
    [[nodiscard]] std::size_t links_between(host_id a, host_id b) const {
        return static_cast<std::size_t>(std::count_if(links_.begin(), links_.end(), [&](auto& l) {
            const bool these = (l->side[0].who == a && l->side[1].who == b) ||
                               (l->side[0].who == b && l->side[1].who == a);
            return these && !l->side[0].gone && !l->side[1].gone;
        }));
    }
    /// This address answers nobody (true) or is back.
    void take_down(host_id h, bool down = true) { hosts_[h]->down = down; }
    /// Whoever this host dials sees this address instead of its own.
    void translate(host_id h, const wire::multiaddr& seen) { hosts_[h]->seen_as = seen; }
    /// From now on nothing passes on the links that exist between the two, and nobody is told.
    void cut(host_id a, host_id b) {
        for (auto& l : links_)
            if ((l->side[0].who == a && l->side[1].who == b) ||
                (l->side[0].who == b && l->side[1].who == a))
                l->cut = true;
    }
    /// The host dies without a word and is replaced; its old links stay half-open.
    void restart(host_id h, Node fresh) {
        for (auto& l : links_)
            for (auto& s : l->side)
                if (s.who == h) {
                    s.gone = true;
                    l->cut = true;
                }
        hosts_[h]->node = std::move(fresh);
        hosts_[h]->events.clear();
    }
    /// A connection from nowhere: bytes are the test's. Its number for `push`.
    std::size_t knock(host_id to, const wire::multiaddr& from) {
        links_.push_back(std::make_unique<link>(links_.size()));
        link& l = *links_.back();
        l.side[0].who = outside;
        l.side[1].who = to;
        settle();
        const auto id = hosts_[to]->node.accepted(from, hosts_[to]->address, now_);
        if (id)
            name(l, 1, *id);
        else
            l.side[1].gone = true;
        settle();
        return links_.size() - 1;
    }
    [[nodiscard]] bool is_open(std::size_t knocked) const { return !links_[knocked]->side[1].gone; }

    /// Everything that can happen at this instant.
    void settle() {
        for (int round = 0; round < 1'000'000; ++round) {
            bool busy = false;
            for (host_id h = 0; h < hosts_.size(); ++h) busy = pump(h) || busy;
            busy = deliver() || busy;
            if (!busy) return;
        }
        give_up("the nodes talk without end");
    }
    void advance(duration by) {
        const instant until = after(now_, by);
        std::size_t spins = 0;
        settle();
        for (auto at = next(); at && *at <= until; at = next()) {
            spins = *at <= now_ ? spins + 1 : 0;
            if (spins > 1000) give_up("a deadline stays due after handle_timeout");
            now_ = std::max(now_, *at);
            for (auto& h : hosts_)
                if (const auto t = h->node.next_timeout(); t && *t <= now_)
                    h->node.handle_timeout(now_);
            settle();
        }
        now_ = until;
    }
    template <class Done>
    bool advance_until(Done done, duration most) {
        const instant until = after(now_, most);
        settle();
        while (!done()) {
            const auto at = next();
            if (!at || *at > until) return false;
            advance(*at > now_ ? *at - now_ : duration{});
        }
        return true;
    }

private:
    struct parcel {
        instant due;
        byte_vector bytes;
        std::optional<end> how;
    };
    struct side_state {
        host_id who = 0;
        conn_id id{};
        bool connected = false;      ///< the dialer's side: the transport is up
        bool gone = false;           ///< its node let go of it
        std::deque<parcel> flying{}; ///< towards this side
        instant last{};              ///< when the latest of them is due
    };
    struct link {
        explicit link(std::size_t n)
            : number{n} {}
        std::size_t number;               ///< in the order in which they were dialed
        std::array<side_state, 2> side{}; ///< who dialed, who was dialed
        std::optional<instant> syn{};     ///< arrives
        std::optional<instant> answer{};  ///< of the SYN
        bool failed = false;
        bool cut = false;

        /// Nothing is on its way.
        [[nodiscard]] bool is_idle() const {
            return !syn && !answer && std::all_of(side.begin(), side.end(), [](const auto& s) {
                return s.gone || s.flying.empty();
            });
        }
    };
    struct by_number {
        bool operator()(const link* a, const link* b) const { return a->number < b->number; }
    };
    struct host {
        host(Node n, wire::multiaddr a)
            : node{std::move(n)}
            , address{std::move(a)} {}
        Node node;
        wire::multiaddr address;
        std::optional<wire::multiaddr> seen_as{}; ///< by whom it dials
        std::vector<event> events{};
        std::size_t accepted = 0;
        bool down = false;
    };
    static constexpr host_id outside = static_cast<host_id>(-1);

    [[noreturn]] static void give_up(const char* why) {
        std::fprintf(stderr, "test::simnet: %s\n", why);
        std::abort();
    }
    [[nodiscard]] duration trip() {
        if (jitter <= duration::zero()) return latency;
        return latency + duration{static_cast<std::int64_t>(random_.below(
                                      static_cast<std::uint32_t>(jitter.count() / 1000 + 1))) *
                                  1000};
    }
    bool pump(host_id h) {
        host& me = *hosts_[h];
        bool busy = false;
        while (auto c = me.node.poll_command()) {
            busy = true;
            std::visit([&](const auto& asked) { carry_out(h, asked); }, *c);
        }
        while (auto e = me.node.poll_event()) {
            busy = true;
            if (on_event) on_event(h, *e);
            me.events.push_back(std::move(*e));
        }
        return busy;
    }
    void carry_out(host_id h, const dial_command& c) {
        links_.push_back(std::make_unique<link>(links_.size()));
        link& l = *links_.back();
        l.side[0].who = h;
        name(l, 0, c.id);
        l.side[1].who = outside;
        for (host_id to = 0; to < hosts_.size(); ++to)
            if (hosts_[to]->address == c.to && !hosts_[to]->down) l.side[1].who = to;
        l.syn = after(now_, trip());
        busy_.insert(&l);
    }
    void carry_out(host_id h, const flush_command& c) {
        if (auto [l, i] = find(h, c.id); l != nullptr) flush(*l, i);
    }
    void carry_out(host_id h, const hang_up_command& c) {
        auto [l, i] = find(h, c.id);
        if (l == nullptr) return hosts_[h]->node.released(c.id);
        flush(*l, i);
        send(*l, 1 - i, {{}, {}, c.how});
        l->side[i].gone = true;
        l->side[i].flying.clear();
        hosts_[h]->node.released(c.id);
    }
    void name(link& l, std::size_t i, conn_id id) {
        l.side[i].id = id;
        by_name_[{l.side[i].who, id}] = {&l, i};
    }
    std::pair<link*, std::size_t> find(host_id h, conn_id id) {
        const auto at = by_name_.find({h, id});
        if (at == by_name_.end() || at->second.first->side[at->second.second].gone)
            return {nullptr, 0};
        return at->second;
    }
    void flush(link& l, std::size_t i) {
        side_state& s = l.side[i];
        if (i == 0 && !s.connected) return;
        Node& node = hosts_[s.who]->node;
        for (byte_view v = node.transmit(s.id, packet); !v.empty();
             v = node.transmit(s.id, packet)) {
            byte_vector bytes = to_vector(v);
            node.transmitted(s.id, bytes.size(), now_);
            send(l, 1 - i, {{}, std::move(bytes), std::nullopt});
        }
    }
    void send(link& l, std::size_t to, parcel p) {
        side_state& s = l.side[to];
        if (l.cut || s.gone || s.who == outside) return;
        s.last = p.due = std::max(s.last, after(now_, trip()));
        s.flying.push_back(std::move(p));
        busy_.insert(&l);
    }
    bool deliver() {
        bool any = false;
        for (auto at = busy_.begin(); at != busy_.end();) {
            link& l = **at;
            any = connect(l) || any;
            for (std::size_t i = 0; i < 2; ++i) any = arrive(l, i) || any;
            at = l.is_idle() ? busy_.erase(at) : std::next(at);
        }
        return any;
    }
    bool connect(link& l) {
        if (l.syn && *l.syn <= now_) {
            l.syn.reset();
            l.answer = after(now_, trip());
            side_state& to = l.side[1];
            if (to.who == outside) {
                l.failed = true;
                return true;
            }
            host& h = *hosts_[to.who];
            const auto& from = *hosts_[l.side[0].who];
            const auto id = h.node.accepted(from.seen_as.value_or(from.address), h.address, now_);
            if (id)
                name(l, 1, *id), ++h.accepted;
            else
                l.failed = to.gone = true;
            return true;
        }
        if (!l.answer || *l.answer > now_) return false;
        l.answer.reset();
        side_state& from = l.side[0];
        if (from.gone) return true;
        Node& node = hosts_[from.who]->node;
        if (l.failed) {
            from.gone = true;
            node.connect_failed(from.id, refused_connect, now_);
        } else {
            from.connected = true;
            node.connected(from.id, hosts_[from.who]->address, now_);
        }
        return true;
    }
    bool arrive(link& l, std::size_t i) {
        side_state& s = l.side[i];
        if (s.gone || s.flying.empty() || s.flying.front().due > now_) return false;
        if (i == 0 && !s.connected) return false;
        Node& node = hosts_[s.who]->node;
        if (!s.flying.front().how && !node.wants_input(s.id)) return false;
        parcel p = std::move(s.flying.front());
        s.flying.pop_front();
        if (p.how)
            node.receive_end(s.id, *p.how, now_);
        else
            (void)node.receive(s.id, p.bytes, now_);
        return true;
    }
    [[nodiscard]] std::optional<instant> next() const {
        std::optional<instant> at;
        for (const auto& h : hosts_) at = earlier(at, h->node.next_timeout());
        for (const link* l : busy_) {
            at = earlier(at, earlier(l->syn, l->answer));
            for (const auto& s : l->side)
                if (!s.gone && !s.flying.empty() && s.flying.front().due > now_)
                    at = earlier(at, s.flying.front().due);
        }
        return at;
    }

    random_source random_;
    instant now_;
    std::vector<std::unique_ptr<host>> hosts_;
    std::vector<std::unique_ptr<link>> links_;
    std::set<link*, by_number> busy_; ///< not idle: a scan of all of them would be most of the work
    std::map<std::pair<host_id, conn_id>, std::pair<link*, std::size_t>> by_name_;
};

} // namespace lp2p::test
