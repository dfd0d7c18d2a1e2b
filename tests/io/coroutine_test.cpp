// SPDX-License-Identifier: Apache-2.0 OR MIT
// Asio 1.22 does not see clang 16's coroutines unless it is told.
#if defined(__clang__) && !defined(ASIO_HAS_CO_AWAIT)
#define ASIO_HAS_CO_AWAIT 1
#define ASIO_HAS_STD_COROUTINE 1
#endif
#include "tests/io/world.hpp"

#include <asio/co_spawn.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/read_until.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

namespace lp2p {
namespace {

using test::io_world;
using stream = io_world::stream;
using namespace asio::experimental::awaitable_operators;

const wire::multiaddr somewhere = test::address("/ip4/192.0.2.1/tcp/1");

struct IoCoroutine : testing::Test {
    io_world w;
    bool done = false;
    std::exception_ptr thrown;

    void spawn(asio::awaitable<void> story) {
        asio::co_spawn(w.d().get_executor(), std::move(story), [this](std::exception_ptr e) {
            thrown = e;
            done = true;
        });
    }
    void finish() {
        w.d().wake();
        ASSERT_TRUE(w.until([&] { return done; }));
        if (thrown) std::rethrow_exception(thrown);
    }
};

TEST_F(IoCoroutine, DialOpenTalkAndShutDownReadAsOneStory) {
    std::string answer;
    // Named: g++ 12 cannot compile a braced list inside a co_await.
    const std::vector<std::string> talk{"/talk"};
    const wire::peer_id nobody;
    const auto story = [&]() -> asio::awaitable<void> {
        const conn_id conn = co_await w.d().async_dial(somewhere, asio::use_awaitable);
        EXPECT_EQ(conn, conn_id{1});
        stream s = co_await w.d().async_open(nobody, talk, asio::use_awaitable);
        co_await asio::async_write(s, asio::buffer("question\n", 9), asio::use_awaitable);
        s.shutdown_send();
        co_await asio::async_read_until(s, asio::dynamic_buffer(answer), '\n', asio::use_awaitable);
        co_await w.d().async_shut_down(asio::use_awaitable);
    };
    spawn(story());
    w.settle();
    w.node().tell(swarms::dialed{request_id{1}, dial_outcome::opened, conn_id{1}});
    w.d().wake();
    w.settle();
    const substream_id id{conn_id{1}, substream_index{1}};
    w.node().tell(swarms::substream_open{id, direction::outbound});
    w.d().wake();
    w.settle();
    EXPECT_EQ(w.node().streams.at(id).written, "question\n");
    EXPECT_TRUE(w.node().streams.at(id).finished);
    w.node().deliver(id, "answer\n");
    finish();
    EXPECT_EQ(answer, "answer\n");
    EXPECT_TRUE(w.node().shut);
}
TEST_F(IoCoroutine, AFailureIsThrownAsASystemError) {
    const error why{domain::swarm, fault::timeout, 2};
    const auto story = [&]() -> asio::awaitable<void> {
        co_await w.d().async_dial(somewhere, asio::use_awaitable);
    };
    spawn(story());
    w.settle();
    w.node().tell(swarms::dial_failed{request_id{1}, {}, why});
    try {
        finish();
        FAIL() << "it failed";
    } catch (const std::system_error& e) {
        EXPECT_EQ(io::from_error_code(e.code()), why);
    }
}
TEST_F(IoCoroutine, OfTwoThatRaceTheLoserIsCancelledAndHasTakenNothing) {
    std::optional<stream> s;
    ASSERT_TRUE(w.d().serve("/x", [&](stream came) { s.emplace(std::move(came)); }));
    const substream_id id = w.node().inbound("/x");
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return s.has_value(); }));
    char buffer[8] = {};
    std::string told;
    const auto story = [&]() -> asio::awaitable<void> {
        asio::steady_timer timer{w.context, milliseconds{5}};
        const auto first =
            co_await (s->async_read_some(asio::buffer(buffer), asio::use_awaitable) ||
                      timer.async_wait(asio::use_awaitable));
        EXPECT_EQ(first.index(), 1U) << "the timer";
        w.node().deliver(id, "late");
        w.d().wake();
        const std::size_t n =
            co_await s->async_read_some(asio::buffer(buffer), asio::use_awaitable);
        told.assign(buffer, n);
    };
    spawn(story());
    finish();
    EXPECT_EQ(told, "late");
}
TEST_F(IoCoroutine, ADriverThatIsDestroyedEndsWhoWaitsForIt) {
    const auto story = [&]() -> asio::awaitable<void> {
        co_await w.d().async_dial(somewhere, asio::use_awaitable);
    };
    spawn(story());
    w.settle();
    w.own.reset();
    ASSERT_TRUE(w.until([&] { return done; }));
    try {
        std::rethrow_exception(thrown);
    } catch (const std::system_error& e) {
        EXPECT_EQ(e.code(), asio::error::operation_aborted);
    }
}

} // namespace
} // namespace lp2p
