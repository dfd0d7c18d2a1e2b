// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/io/link.hpp>

#include <asio/io_context.hpp>

#include <gtest/gtest.h>

#include <string>

namespace lp2p {
namespace {

using asio::ip::tcp;

/// A link and the plain socket at its other end.
struct IoLink : testing::Test {
    asio::io_context context;
    tcp::socket peer{context};
    io::link link{tcp::socket{context}, conn_id{1}};
    byte_vector buffer = byte_vector(1000);

    void SetUp() override {
        tcp::acceptor acceptor{context, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
        link.socket.connect(acceptor.local_endpoint());
        acceptor.accept(peer);
        link.prepare();
    }
    /// Reads when there is something to know.
    io::link::got read() {
        link.socket.wait(tcp::socket::wait_read);
        return link.read(buffer);
    }
    std::error_code end_at_peer() {
        std::error_code ec;
        char one;
        (void)peer.read_some(asio::buffer(&one, 1), ec);
        return ec;
    }
};

TEST_F(IoLink, ReadsWhatIsThereAndNothingWhereNothingIs) {
    EXPECT_EQ(link.read(buffer).bytes, 0U);
    EXPECT_FALSE(link.read(buffer).ended);
    peer.send(asio::buffer("hello", 5));
    EXPECT_EQ(read().bytes, 5U);
    EXPECT_EQ(as_text(byte_view{buffer}.first(5)), "hello");
}
TEST_F(IoLink, AFinIsNoReset) {
    peer.shutdown(tcp::socket::shutdown_send);
    const auto got = read();
    EXPECT_EQ(got.ended, (end{end::fin, 0}));
    EXPECT_EQ(link.write(as_bytes("still open to them")), 18U);
}
TEST_F(IoLink, AResetIsNoFin) {
    peer.set_option(asio::socket_base::linger{true, 0});
    peer.close();
    EXPECT_EQ(read().ended, (end{end::reset, 0}));
}
TEST_F(IoLink, AFullSocketTakesNothingAndIsNotBroken) {
    link.socket.set_option(asio::socket_base::send_buffer_size{4096});
    const byte_vector much(1024 * 1024);
    std::size_t sent = 0;
    for (std::optional<std::size_t> put = 1; put && *put != 0; sent += *put) {
        put = link.write(much);
        ASSERT_TRUE(put);
    }
    EXPECT_GT(sent, 0U);
    EXPECT_EQ(link.write(much), 0U);
}
TEST_F(IoLink, ABrokenSocketSaysSoWithoutASignal) {
    peer.set_option(asio::socket_base::linger{true, 0});
    peer.close();
    link.socket.wait(tcp::socket::wait_read);
    EXPECT_EQ(link.write(as_bytes("x")), std::nullopt);
}
TEST_F(IoLink, FinishSendsAFinAndReadingGoesOn) {
    link.finish();
    EXPECT_TRUE(link.shut_down);
    EXPECT_EQ(end_at_peer(), asio::error::eof);
    peer.send(asio::buffer("late", 4));
    EXPECT_EQ(read().bytes, 4U);
}
TEST_F(IoLink, AbortIsAReset) {
    link.abort();
    EXPECT_FALSE(link.socket.is_open());
    EXPECT_EQ(end_at_peer(), asio::error::connection_reset);
}
TEST_F(IoLink, CloseIsAFinBehindWhatWasWritten) {
    EXPECT_EQ(link.write(as_bytes("x")), 1U);
    link.close();
    EXPECT_FALSE(link.socket.is_open());
    EXPECT_EQ(end_at_peer(), std::error_code{});
    EXPECT_EQ(end_at_peer(), asio::error::eof);
}
TEST_F(IoLink, ClosingEndsWhatWaits) {
    std::error_code read, timer;
    link.connecting = true;
    link.socket.async_wait(tcp::socket::wait_read, [&](std::error_code ec) { read = ec; });
    link.timer.expires_after(std::chrono::hours{1});
    link.timer.async_wait([&](std::error_code ec) { timer = ec; });
    link.close();
    context.run();
    EXPECT_EQ(read, asio::error::operation_aborted);
    EXPECT_EQ(timer, asio::error::operation_aborted);
    EXPECT_FALSE(link.connecting);
}
TEST_F(IoLink, NothingIsHeldBackToFillASegment) {
    tcp::no_delay told;
    link.socket.get_option(told);
    EXPECT_TRUE(told.value());
    EXPECT_TRUE(link.socket.non_blocking());
}

} // namespace
} // namespace lp2p
