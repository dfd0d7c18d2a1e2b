// SPDX-License-Identifier: Apache-2.0 OR MIT
// 8_echo_coroutine: a protocol of your own, server and client, with co_await.
//
// Every operation takes any completion token; here, use_awaitable. It talks to 7_echo_callbacks.
#if defined(__clang__) && !defined(ASIO_HAS_CO_AWAIT) // Asio 1.22 does not see clang's coroutines
#define ASIO_HAS_CO_AWAIT 1
#define ASIO_HAS_STD_COROUTINE 1
#endif
#include <lp2p/full.hpp>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/read.hpp>
#include <asio/redirect_error.hpp>
#include <asio/signal_set.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include <cstdio>
#include <cstring>

namespace {

using asio::use_awaitable;
using stream = lp2p::driver::stream;
const std::string echo_protocol = "/lp2p/echo/1";

/// Sends back what comes on one stream, and ends it when they do.
asio::awaitable<void> echo(stream s) {
    std::array<char, 4096> buffer;
    for (std::error_code ec;;) {
        const std::size_t n = co_await s.async_read_some(asio::buffer(buffer),
                                                         asio::redirect_error(use_awaitable, ec));
        if (ec == asio::error::eof) co_return s.shutdown_send();
        if (ec) co_return;
        co_await asio::async_write(s, asio::buffer(buffer, n), use_awaitable);
    }
}

asio::awaitable<void> ask(lp2p::driver& driver, lp2p::wire::multiaddr to, std::string text) {
    const std::vector<std::string> protocols{echo_protocol};
    const lp2p::conn_id conn = co_await driver.async_dial(to, use_awaitable);
    stream s = co_await driver.async_open(driver.node().peer(conn), protocols, use_awaitable);
    co_await asio::async_write(s, asio::buffer(text), use_awaitable);
    s.shutdown_send();
    std::string answer;
    std::error_code end;
    co_await asio::async_read(s, asio::dynamic_buffer(answer),
                              asio::redirect_error(use_awaitable, end));
    if (end != asio::error::eof) throw std::system_error{end};
    std::printf("%s\n", answer.c_str());
}

void serve(lp2p::driver& driver) {
    (void)driver.serve(echo_protocol, [&driver](stream s) {
        asio::co_spawn(driver.get_executor(), echo(std::move(s)), asio::detached);
    });
    const auto at = driver.listen(*lp2p::wire::multiaddr::parse("/ip4/127.0.0.1/tcp/0"));
    if (!at) throw std::system_error{lp2p::io::to_error_code(at.error())};
    std::printf("%s\n", at->with_peer(driver.node().id()).to_string().c_str());
    std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) try {
    const auto to = lp2p::wire::multiaddr::parse(argc > 1 ? argv[1] : "");
    if (argc != 1 && (argc != 3 || !to)) {
        std::puts("8_echo_coroutine: serves /lp2p/echo/1 and prints its address.\n"
                  "8_echo_coroutine ADDRESS TEXT: sends TEXT there and prints the answer.");
        return argc == 2 && std::strcmp(argv[1], "--help") == 0 ? 0 : 2;
    }
    asio::io_context context;
    lp2p::driver driver{context.get_executor(), lp2p::make_node()};
    asio::signal_set signals{context, SIGINT, SIGTERM};
    const auto stop = [&] { driver.async_shut_down([&](auto) { context.stop(); }); };
    signals.async_wait([&](std::error_code ec, int) {
        if (!ec) stop();
    });
    if (argc == 1) serve(driver);
    std::exception_ptr failed;
    if (argc == 3)
        asio::co_spawn(driver.get_executor(), ask(driver, *to, argv[2]), [&](std::exception_ptr e) {
            failed = e;
            stop();
        });
    context.run();
    if (failed) std::rethrow_exception(failed);
    return 0;
} catch (const std::exception& e) {
    std::fprintf(stderr, "8_echo_coroutine: %s\n", e.what());
    return 1;
}
