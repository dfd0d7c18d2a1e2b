// SPDX-License-Identifier: Apache-2.0 OR MIT
// 7_echo_callbacks: a protocol of your own, server and client, with completion handlers.
//
// A substream models AsyncReadStream and AsyncWriteStream: what works on sockets works on it.
#include <lp2p/full.hpp>

#include <asio/io_context.hpp>
#include <asio/read.hpp>
#include <asio/signal_set.hpp>
#include <asio/write.hpp>

#include <cstdio>
#include <cstring>

namespace {

using stream = lp2p::driver::stream;
const std::string echo_protocol = "/lp2p/echo/1";

/// Sends back what comes on one stream. It lives as long as one of its handlers waits.
class echo : public std::enable_shared_from_this<echo> {
public:
    explicit echo(stream s)
        : stream_{std::move(s)} {}
    void read() {
        const auto self = shared_from_this();
        stream_.async_read_some(asio::buffer(buffer_), [self](std::error_code ec, std::size_t n) {
            if (!ec) self->write(n);
            if (ec == asio::error::eof) self->stream_.shutdown_send(); // they end, so do we
        });
    }

private:
    void write(std::size_t n) {
        const auto self = shared_from_this();
        asio::async_write(stream_, asio::buffer(buffer_, n), [self](std::error_code ec, auto) {
            if (!ec) self->read();
        });
    }
    stream stream_;
    std::array<char, 4096> buffer_{};
};

std::error_code serve() {
    asio::io_context context;
    lp2p::driver driver{context.get_executor(), lp2p::make_node()};
    (void)driver.serve(echo_protocol,
                       [](stream s) { std::make_shared<echo>(std::move(s))->read(); });
    const auto at = driver.listen(*lp2p::wire::multiaddr::parse("/ip4/127.0.0.1/tcp/0"));
    if (!at) return lp2p::io::to_error_code(at.error());
    std::printf("%s\n", at->with_peer(driver.node().id()).to_string().c_str());
    std::fflush(stdout);
    asio::signal_set signals{context, SIGINT, SIGTERM};
    signals.async_wait([&](std::error_code, int) { driver.async_shut_down([](auto) {}); });
    context.run();
    return {};
}

std::error_code ask(const lp2p::wire::multiaddr& to, const std::string& text) {
    asio::io_context context;
    lp2p::driver driver{context.get_executor(), lp2p::make_node()};
    stream talk;
    std::string answer;
    std::error_code why;
    const auto stop = [&](std::error_code ec) {
        why = ec == asio::error::eof ? std::error_code{} : ec;
        driver.async_shut_down([](std::error_code) {});
    };
    driver.async_dial(to, [&](std::error_code ec, lp2p::conn_id conn) {
        if (ec) return stop(ec);
        driver.async_open(
            driver.node().peer(conn), {echo_protocol}, [&](std::error_code failed, stream s) {
                if (failed) return stop(failed);
                talk = std::move(s);
                asio::async_write(talk, asio::buffer(text),
                                  [&](std::error_code, std::size_t) { talk.shutdown_send(); });
                asio::async_read(talk, asio::dynamic_buffer(answer),
                                 [&](std::error_code end, std::size_t) { stop(end); });
            });
    });
    context.run();
    if (!why) std::printf("%s\n", answer.c_str());
    return why;
}

} // namespace

int main(int argc, char** argv) {
    const auto to = lp2p::wire::multiaddr::parse(argc > 1 ? argv[1] : "");
    if (argc != 1 && (argc != 3 || !to)) {
        std::puts("7_echo_callbacks: serves /lp2p/echo/1 and prints its address.\n"
                  "7_echo_callbacks ADDRESS TEXT: sends TEXT there and prints the answer.");
        return argc == 2 && std::strcmp(argv[1], "--help") == 0 ? 0 : 2;
    }
    const std::error_code ec = argc == 1 ? serve() : ask(*to, argv[2]);
    if (ec) std::fprintf(stderr, "7_echo_callbacks: %s\n", ec.message().c_str());
    return ec ? 1 : 0;
}
