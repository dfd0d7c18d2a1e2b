// stranger ADDRESS TEXT: says TEXT to a protocol of its own and prints the answer.
#include <lp2p/full.hpp>

#include <asio.hpp>

#include <iostream>

int main(int, char** argv) {
    asio::io_context context;
    lp2p::driver driver{context.get_executor(), lp2p::make_node()};
    lp2p::driver::stream stream;
    std::string text = argv[2], answer;
    auto stop = [&](std::error_code ec) {
        std::cout << (ec == asio::error::eof ? answer : ec.message()) << std::endl;
        driver.async_shut_down([](std::error_code) {});
    };
    driver.async_dial(*lp2p::wire::multiaddr::parse(argv[1]), [&](auto ec, lp2p::conn_id conn) {
        if (ec) return stop(ec);
        driver.async_open(driver.node().peer(conn), {"/lp2p/echo/1"}, [&](auto no, auto opened) {
            if (no) return stop(no);
            stream = std::move(opened);
            async_write(stream, asio::buffer(text), [&](auto, auto) { stream.shutdown_send(); });
            async_read(stream, asio::dynamic_buffer(answer), [&](auto end, auto) { stop(end); });
        });
    });
    context.run();
}
