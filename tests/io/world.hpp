// SPDX-License-Identifier: Apache-2.0 OR MIT
// One thread, one execution context, one driver over a fake node, and TCP peers without lp2p.
//
// A test waits for what it names, never for time: `until` runs the context until that holds, and
// fails when a generous guard has passed.
#pragma once

#include "tests/support/fake_node.hpp"

#include <lp2p/io/driver.hpp>

#include <asio/connect.hpp>
#include <asio/io_context.hpp>

#include <gtest/gtest.h>

namespace lp2p::test {

using tcp = asio::ip::tcp;
inline constexpr auto guard = std::chrono::seconds{30};

inline wire::multiaddr address(std::string_view text) { return *wire::multiaddr::parse(text); }
inline const wire::multiaddr loopback4 = address("/ip4/127.0.0.1/tcp/0");

/// Runs until `holds()`; false where the guard passed, or nothing was left to run.
template <class Holds>
[[nodiscard]] bool run_until(asio::io_context& context, Holds&& holds) {
    const auto give_up = std::chrono::steady_clock::now() + guard;
    while (!holds()) {
        context.restart();
        if (context.run_one_until(give_up) == 0) return holds();
    }
    return true;
}

struct io_world {
    using driver = io::driver<fake_node>;
    using stream = driver::stream;

    asio::io_context context;
    std::optional<driver> own;

    explicit io_world(const io::config& c = {}) {
        own.emplace(context.get_executor(), fake_node{}, c);
    }
    driver& d() { return *own; }
    /// Wakes nobody, so that a test sees who does.
    fake_node& node() { return const_cast<fake_node&>(std::as_const(*own).node()); }
    template <class Holds>
    [[nodiscard]] bool until(Holds&& holds) {
        return run_until(context, std::forward<Holds>(holds));
    }
    /// Everything that can run without waiting.
    void settle() {
        context.restart();
        while (context.poll() != 0) context.restart();
    }

    tcp::endpoint listening(std::string_view at = "/ip4/127.0.0.1/tcp/0") {
        const auto became = d().listen(address(at));
        EXPECT_TRUE(became) << static_cast<int>(became.error().code);
        return *io::to_endpoint(*became);
    }
    /// A socket that is connected to the driver, accepted by the node.
    tcp::socket joined(const tcp::endpoint& at) {
        const std::size_t before = node().order.size();
        tcp::socket peer{context};
        peer.connect(at);
        peer.non_blocking(true);
        EXPECT_TRUE(until([&] { return node().order.size() > before; }));
        return peer;
    }
    conn_id last() { return node().order.back(); }
    /// A listener without lp2p, its socket accepted in `joined_by_driver`.
    tcp::acceptor plain_listener() {
        return tcp::acceptor{context, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    }
    /// What `peer` can be read without waiting; `ec` says how it goes on.
    static std::string drain(tcp::socket& peer, std::error_code& ec) {
        std::string all;
        char some[16 * 1024];
        for (ec = {}; !ec;) {
            const std::size_t n = peer.read_some(asio::buffer(some), ec);
            all.append(some, n);
        }
        return all;
    }
    /// Reads until the peer's end or `most` bytes came.
    std::string read_all(tcp::socket& peer, std::error_code& ec,
                         std::size_t most = static_cast<std::size_t>(-1)) {
        std::string all;
        const auto give_up = std::chrono::steady_clock::now() + guard;
        ec = asio::error::would_block;
        while (all.size() < most && ec == asio::error::would_block &&
               std::chrono::steady_clock::now() < give_up) {
            all += drain(peer, ec);
            context.restart();
            if (ec == asio::error::would_block && context.poll() == 0 && all.size() < most)
                context.run_one_for(milliseconds{1});
        }
        return all;
    }
};

} // namespace lp2p::test

// Instantiated once, in world.cpp.
extern template class lp2p::io::driver_core<lp2p::test::fake_node>;
extern template class lp2p::io::link_table<lp2p::io::driver_core<lp2p::test::fake_node>>;
extern template class lp2p::io::stream_table<lp2p::io::driver_core<lp2p::test::fake_node>>;
