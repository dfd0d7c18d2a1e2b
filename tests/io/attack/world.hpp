// SPDX-License-Identifier: Apache-2.0 OR MIT
// A real node with its driver on loopback that is attacked, an honest peer that talks to it all the
// while, and what must hold after each attack.
//
// One thread. The heap is counted: who includes this is linked with world.cpp, which counts.
#pragma once

#include <lp2p/full.hpp>

#include "tests/io/attack/attacker.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace lp2p::test::attack {

/// Bytes of the heap that are in use now, and the most since `reset_peak_bytes`.
[[nodiscard]] std::size_t bytes_in_use();
[[nodiscard]] std::size_t peak_bytes_in_use();
void reset_peak_bytes();

/// A node with its driver that serves /echo/1, and /hold/1 whose streams nobody reads.
class house {
public:
    using driver_type = io::driver<node>;
    using stream = driver_type::stream;

    house(asio::io_context& context, std::uint8_t seed, node_config c = {});

    driver_type driver;
    wire::peer_id id;
    wire::multiaddr at;      ///< with /p2p/
    std::deque<stream> held; ///< of /hold/1
    std::function<void(const node_event&)> heard;

    [[nodiscard]] tcp::endpoint endpoint() const { return *io::to_endpoint(at.without_peer()); }
};

class world {
public:
    explicit world(node_config victim = {});

    asio::io_context context;
    house victim;
    house honest;

    template <class Holds>
    [[nodiscard]] bool until(Holds&& holds, std::chrono::steady_clock::duration most = guard) {
        return run_until(context, std::forward<Holds>(holds), most);
    }
    /// Lets time pass in which nothing is awaited: for "nothing happens".
    void pass(milliseconds time);

    // --- attackers; they live until `expect_unharmed`
    attacker& connect();
    /// Upgraded and established; each call is another peer.
    attacker& intrude();
    /// The same peer again, on another connection: only connected.
    attacker& connect_as(std::uint8_t seed);
    /// Somebody who is dialed: waits for the next connection.
    attacker& accept(tcp::acceptor& from, std::uint8_t seed);

    // --- what the victim told
    template <class E>
    [[nodiscard]] const E* last() const {
        for (auto e = told.rbegin(); e != told.rend(); ++e)
            if (const E* found = std::get_if<E>(&*e)) return found;
        return nullptr;
    }
    template <class E>
    [[nodiscard]] std::size_t count() const {
        std::size_t n = 0;
        for (const node_event& e : told) n += std::holds_alternative<E>(e);
        return n;
    }
    /// How the attacker's connection ended, as the victim told it.
    [[nodiscard]] std::optional<reason> closed(const attacker& a) const;
    [[nodiscard]] std::optional<swarms::upgrade_failed> failed(const attacker& a) const;
    [[nodiscard]] bool is_connected(const attacker& a) {
        return victim.driver.node().connections_to(a.who().id) == 1;
    }

    // --- what holds after each row
    /// A new stream to the victim and back on the connection that was there from the start.
    void expect_honest_echo();
    void expect_newcomer_welcome();
    /// Both; and with the attackers gone, the heap is back within 5 s but for `left` bytes.
    void expect_unharmed(std::size_t left = 16 * 1024);

    /// Lets the attackers go; from here on what the heap holds is compared with what it holds now.
    /// For rows with many sockets: Asio keeps the states of descriptors for later ones.
    void start_over();

    std::vector<node_event> told;
    bool keeps_events = true; ///< in `told`

private:
    struct seen {
        conn_id conn;
        std::uint16_t port; ///< of the remote
        std::optional<reason> closed;
        std::optional<swarms::upgrade_failed> failed;
    };
    void hear(const node_event& e);
    void forget();
    [[nodiscard]] bool echo_from(house& who);

    std::vector<seen> seen_;
    std::deque<attacker> attackers_;
    std::uint8_t next_seed_ = 66;
    conn_id honest_conn_{};
    std::size_t before_ = 0; ///< bytes in use when nothing had happened yet
};

/// Where an attacker waits to be dialed.
struct impostor {
    explicit impostor(asio::io_context& context)
        : acceptor{context, tcp::endpoint{asio::ip::address_v4::loopback(), 0}}
        , at{io::to_multiaddr(acceptor.local_endpoint())} {}
    attacker& next(world& w, std::uint8_t seed) { return w.accept(acceptor, seed); }
    tcp::acceptor acceptor;
    wire::multiaddr at;
};

/// A row of threats.md: limits are set in `c` before `begin`; afterwards nothing may be harmed.
struct row : testing::Test {
    node_config c;
    std::size_t left = 16 * 1024; ///< bytes of the heap that the node may keep
    std::optional<world> w;

    world& begin() { return w.emplace(c); }
    attacker& intrude() {
        begin();
        return w->intrude();
    }
    void TearDown() override {
        if (w) w->expect_unharmed(left);
    }
    /// The node told why, said this in its GoAway, and ended the connection itself.
    void expect_goaway(attacker& a, error why, std::uint32_t code = 1) {
        ASSERT_TRUE(a.until_over()) << "the node goes on";
        EXPECT_EQ(a.went_away, std::optional{code});
        const auto told = [&] { return w->closed(a).has_value(); };
        ASSERT_TRUE(w->until(told));
        EXPECT_EQ(w->closed(a)->why, why);
        EXPECT_EQ(w->closed(a)->by, party::local);
    }
    /// It never was a connection, and the node told why.
    void expect_failed(attacker& a, error why) {
        ASSERT_TRUE(a.until_over()) << "the node goes on";
        const auto told = [&] { return w->failed(a).has_value(); };
        ASSERT_TRUE(w->until(told));
        EXPECT_EQ(w->failed(a)->why, why);
    }
};
template <class Case>
struct rows : row, testing::WithParamInterface<Case> {};
/// The name of a test is that of its case.
struct by_name {
    template <class Info>
    std::string operator()(const Info& info) const {
        return info.param.name;
    }
};

} // namespace lp2p::test::attack
