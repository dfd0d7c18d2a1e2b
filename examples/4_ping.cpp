// SPDX-License-Identifier: Apache-2.0 OR MIT
// 4_ping: measures round trips to any libp2p node that listens on TCP.
#include <lp2p/full.hpp>

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>

#include <cstdio>
#include <cstring>

namespace {

int complain(const char* what, const std::string& why) {
    std::fprintf(stderr, "4_ping: %s: %s\n", what, why.c_str());
    return 1;
}

/// A node that answers pings (every node does), until it is interrupted.
int be_pinged() {
    asio::io_context context;
    lp2p::driver driver{context.get_executor(), lp2p::make_node()};
    const auto at = driver.listen(*lp2p::wire::multiaddr::parse("/ip4/127.0.0.1/tcp/0"));
    if (!at) return complain("cannot listen", lp2p::io::to_error_code(at.error()).message());
    std::printf("%s\n", at->with_peer(driver.node().id()).to_string().c_str());
    std::fflush(stdout);
    asio::signal_set signals{context, SIGINT, SIGTERM};
    signals.async_wait([&](std::error_code, int) { driver.async_shut_down([](auto) {}); });
    context.run();
    return 0;
}

int ping(const lp2p::wire::multiaddr& to) {
    asio::io_context context;
    lp2p::driver driver{context.get_executor(), lp2p::make_node()};
    int code = 1, left = 3;
    const auto stop = [&] { driver.async_shut_down([](std::error_code) {}); };
    const auto ask = [&](lp2p::conn_id conn) {
        (void)driver.node().ping(driver.node().peer(conn), lp2p::io::now());
    };
    driver.async_dial(to, [&](std::error_code ec, lp2p::conn_id conn) {
        if (!ec) return ask(conn);
        complain("cannot connect", ec.message());
        stop();
    });
    driver.on_event([&](const lp2p::node_event& event) {
        if (const auto* pong = std::get_if<lp2p::service::pinged>(&event)) {
            const std::chrono::duration<double, std::milli> ms = pong->rtt;
            std::printf("%s answered in %.3f ms\n",
                        driver.node().peer(pong->conn).to_string().c_str(), ms.count());
            if (--left > 0) return ask(pong->conn);
            code = 0;
            stop();
        } else if (const auto* failed = std::get_if<lp2p::service::ping_failed>(&event)) {
            complain("no answer", lp2p::io::to_error_code(failed->why).message());
            stop();
        }
    });
    context.run();
    return code;
}

} // namespace

int main(int argc, char** argv) {
    if (argc > 2 || (argc == 2 && std::strcmp(argv[1], "--help") == 0)) {
        std::puts("4_ping ADDRESS: pings the node at /ip4/…/tcp/…/p2p/PEER three times.\n"
                  "4_ping: is a node to ping, and prints its address.");
        return argc > 2 ? 2 : 0;
    }
    if (argc == 1) return be_pinged();
    const auto to = lp2p::wire::multiaddr::parse(argv[1]);
    if (!to) return complain(argv[1], lp2p::io::to_error_code(to.error()).message());
    return ping(*to);
}
