// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/io/driver.hpp>

#include "tests/io/world.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/bind_executor.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/read.hpp>
#include <asio/use_future.hpp>
#include <asio/write.hpp>

#include <filesystem>
#include <thread>

namespace lp2p {
namespace {

using test::address;
using test::io_world;
using test::tcp;
using stream = io_world::stream;

const wire::multiaddr somewhere = address("/ip4/192.0.2.1/tcp/1");
const error refused{domain::swarm, fault::refused, 9};

std::size_t threads_here() {
    std::size_t n = 0;
    for ([[maybe_unused]] const auto& t : std::filesystem::directory_iterator{"/proc/self/task"})
        ++n;
    return n;
}
/// What an operation answered, and whether it did.
struct answer {
    std::error_code ec = asio::error::would_block;
    int times = 0;
    [[nodiscard]] bool came() const { return times != 0; }
    template <class... Args>
    void operator()(const std::error_code& e, Args&&...) {
        ec = e;
        ++times;
    }
};
struct IoDriver : testing::Test {
    io_world w;
    answer got;
    asio::cancellation_signal signal;
    std::optional<stream> s;

    template <class Op>
    auto cancellable(Op op) {
        return asio::bind_cancellation_slot(signal.slot(), std::move(op));
    }
    void open() {
        w.d().async_open({}, {"/x"}, [this](std::error_code ec, stream opened) {
            got(ec);
            s.emplace(std::move(opened));
        });
    }
};

// --- dialing
// ------------------------------------------------------------------------------------------

TEST_F(IoDriver, ADialIsAnsweredWithTheConnection) {
    conn_id conn{};
    w.d().async_dial(somewhere, [&](std::error_code ec, conn_id id) {
        got(ec);
        conn = id;
    });
    EXPECT_EQ(w.node().dials, std::vector{somewhere});
    w.settle();
    EXPECT_FALSE(got.came());
    w.node().tell(swarms::dialed{request_id{1}, dial_outcome::opened, conn_id{5}});
    w.d().wake();
    EXPECT_FALSE(got.came()) << "posted";
    ASSERT_TRUE(w.until([&] { return got.came(); }));
    EXPECT_FALSE(got.ec);
    EXPECT_EQ(conn, conn_id{5});
}
TEST_F(IoDriver, AFailedDialSaysWhy) {
    w.d().async_dial(somewhere, [&](std::error_code ec, conn_id) { got(ec); });
    w.node().tell(swarms::dial_failed{request_id{1}, {}, refused});
    ASSERT_TRUE(w.until([&] { return got.came(); }));
    EXPECT_EQ(io::from_error_code(got.ec), refused);
}
TEST_F(IoDriver, ACancelledDialIsAbortedAndItsAnswerThenNobodys) {
    w.d().async_dial(somewhere, cancellable([&](std::error_code ec, conn_id) { got(ec); }));
    signal.emit(asio::cancellation_type::terminal);
    ASSERT_TRUE(w.until([&] { return got.came(); }));
    EXPECT_EQ(got.ec, asio::error::operation_aborted);
    w.node().tell(swarms::dialed{request_id{1}, dial_outcome::opened, conn_id{5}});
    w.d().wake();
    w.settle();
    EXPECT_EQ(got.times, 1);
}
TEST_F(IoDriver, AFutureIsATokenTooAndStartsNoThread) {
    const std::size_t threads = threads_here();
    std::future<conn_id> good = w.d().async_dial(somewhere, asio::use_future);
    std::future<conn_id> bad = w.d().async_dial(somewhere, asio::use_future);
    w.node().tell(swarms::dialed{request_id{1}, dial_outcome::joined, conn_id{6}});
    w.node().tell(swarms::dial_failed{request_id{2}, {}, refused});
    w.settle();
    EXPECT_EQ(good.get(), conn_id{6});
    try {
        bad.get();
        FAIL() << "it failed";
    } catch (const std::system_error& e) {
        EXPECT_EQ(io::from_error_code(e.code()), refused);
    }
    std::future<stream> opened = w.d().async_open({}, {"/x"}, asio::use_future);
    w.node().tell(swarms::substream_open{{conn_id{1}, substream_index{1}}, direction::outbound});
    w.settle();
    EXPECT_EQ(opened.get().protocol(), "/x");
    EXPECT_EQ(threads_here(), threads);
}
TEST_F(IoDriver, AHandlerRunsOnItsOwnExecutorOrElseOnTheStrand) {
    bool on_strand = false, own_called = false;
    asio::io_context own;
    w.d().async_dial(somewhere, [&](std::error_code, conn_id) {
        on_strand = w.d().get_executor().running_in_this_thread();
    });
    w.d().async_dial(
        somewhere, asio::bind_executor(own, [&](std::error_code, conn_id) { own_called = true; }));
    for (const std::uint32_t r : {1U, 2U})
        w.node().tell(swarms::dialed{request_id{r}, dial_outcome::opened, conn_id{1}});
    w.settle();
    EXPECT_TRUE(on_strand);
    EXPECT_FALSE(own_called);
    EXPECT_EQ(own.run(), 1U);
    EXPECT_TRUE(own_called);
}

// --- opening and serving
// ------------------------------------------------------------------------------

TEST_F(IoDriver, AnOpenGivesAStream) {
    open();
    EXPECT_EQ(w.node().opens, (std::vector<std::vector<std::string>>{{"/x"}}));
    w.settle();
    EXPECT_FALSE(got.came());
    const substream_id id{conn_id{1}, substream_index{1}};
    w.node().tell(swarms::substream_open{id, direction::outbound});
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return got.came(); }));
    EXPECT_FALSE(got.ec);
    EXPECT_EQ(s->id(), id);
    EXPECT_EQ(s->protocol(), "/x");
}
TEST_F(IoDriver, AnOpenThatFailsAtOnceFailsByPost) {
    w.node().open_error = error{domain::swarm, fault::limit, 4};
    open();
    EXPECT_FALSE(got.came());
    ASSERT_TRUE(w.until([&] { return got.came(); }));
    EXPECT_EQ(io::from_error_code(got.ec), *w.node().open_error);
    EXPECT_FALSE(s->is_open());
}
TEST_F(IoDriver, AnOpenThatFailsLaterSaysWhy) {
    open();
    w.node().tell(swarms::substream_failed{{conn_id{1}, substream_index{1}}, refused});
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return got.came(); }));
    EXPECT_EQ(io::from_error_code(got.ec), refused);
    EXPECT_FALSE(s->is_open());
}
TEST_F(IoDriver, ACancelledOpenIsTakenBack) {
    w.d().async_open({}, {"/x"}, cancellable([&](std::error_code ec, stream) { got(ec); }));
    w.settle();
    signal.emit(asio::cancellation_type::total);
    ASSERT_TRUE(w.until([&] { return got.came(); }));
    EXPECT_EQ(got.ec, asio::error::operation_aborted);
    EXPECT_EQ(w.node().streams.at({conn_id{1}, substream_index{1}}).reset, 0U);
}
TEST_F(IoDriver, AnOpenThatIsDoneWhenItsCancellationComesIsDone) {
    w.d().async_open({}, {"/x"}, cancellable([&](std::error_code ec, stream opened) {
                         got(ec);
                         s.emplace(std::move(opened));
                     }));
    w.settle();
    const substream_id id{conn_id{1}, substream_index{1}};
    w.node().tell(swarms::substream_open{id, direction::outbound});
    signal.emit(asio::cancellation_type::total);
    ASSERT_TRUE(w.until([&] { return got.came(); }));
    EXPECT_FALSE(got.ec);
    EXPECT_FALSE(w.node().streams.at(id).reset);
}
TEST_F(IoDriver, EachInboundStreamIsServed) {
    std::vector<stream> all;
    ASSERT_TRUE(w.d().serve("/echo", [&](stream came) { all.push_back(std::move(came)); }));
    EXPECT_EQ(w.node().served, std::vector<std::string>{"/echo"});
    w.node().inbound("/echo");
    w.node().inbound("/echo");
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return all.size() == 2; }));
    EXPECT_FALSE(w.d().serve("", [](stream) {})) << "what the node refuses";
}

// --- shutting down
// ------------------------------------------------------------------------------------

TEST_F(IoDriver, ShuttingDownCompletesWhenTheLastSocketIsGone) {
    const auto at = w.listening();
    tcp::socket peer = w.joined(at);
    std::size_t told = 0;
    w.d().on_event([&](const swarms::event&) { ++told; });
    answer second;
    w.d().async_shut_down([&](std::error_code ec) {
        got(ec);
        EXPECT_EQ(told, 1U) << "the last event comes before";
    });
    w.d().async_shut_down(std::ref(second));
    w.node().tell(swarms::ended{});
    std::error_code ec;
    EXPECT_EQ(w.read_all(peer, ec), "");
    EXPECT_EQ(ec, asio::error::eof);
    EXPECT_TRUE(w.node().shut);
    peer.close();
    ASSERT_TRUE(w.until([&] { return got.came() && second.came(); }));
    EXPECT_FALSE(got.ec);
    tcp::socket late{w.context};
    late.connect(at, ec);
    EXPECT_EQ(ec, asio::error::connection_refused);
    w.settle();
    EXPECT_TRUE(w.context.stopped());
}
TEST_F(IoDriver, ShuttingDownWithNothingOpenIsQuick) {
    w.d().async_shut_down(std::ref(got));
    EXPECT_FALSE(got.came());
    ASSERT_TRUE(w.until([&] { return got.came(); }));
    EXPECT_FALSE(got.ec);
}
TEST_F(IoDriver, WaitingForTheShutDownCanBeCancelled) {
    tcp::socket peer = w.joined(w.listening());
    w.node().send(w.last(), std::string(16 * 1024 * 1024, 'x'));
    w.d().async_shut_down(cancellable(std::ref(got)));
    signal.emit(asio::cancellation_type::terminal);
    ASSERT_TRUE(w.until([&] { return got.came(); }));
    EXPECT_EQ(got.ec, asio::error::operation_aborted);
}

// --- the end of the driver
// ----------------------------------------------------------------------------

TEST_F(IoDriver, DestroyedItAbortsEverythingThatWaits) {
    tcp::socket peer = w.joined(w.listening());
    tcp::acceptor acceptor = w.plain_listener();
    w.node().connect(io::to_multiaddr(acceptor.local_endpoint()));
    w.node().connect(address("/dns4/localhost/tcp/1"));
    w.node().deadline = io::now() + std::chrono::hours{1};
    w.node().send(w.last(), std::string(16 * 1024 * 1024, 'x'));
    ASSERT_TRUE(w.d().serve("/x", [&](stream came) { s.emplace(std::move(came)); }));
    const substream_id id = w.node().inbound("/x");
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return s.has_value(); }));
    w.node().streams.at(id).room = 0;
    std::vector<answer> all(5);
    char buffer[8];
    s->async_read_some(asio::buffer(buffer), std::ref(all[0]));
    s->async_write_some(asio::buffer("x", 1), std::ref(all[1]));
    w.d().async_dial(somewhere, std::ref(all[2]));
    w.d().async_open({}, {"/y"}, [&](std::error_code ec, stream) { all[3](ec); });
    w.d().async_shut_down(std::ref(all[4]));
    w.own.reset();
    for (const answer& a : all) EXPECT_FALSE(a.came()) << "posted";
    w.context.restart();
    w.context.run(); // ends: nothing is left that waits
    for (const answer& a : all) {
        EXPECT_EQ(a.times, 1);
        EXPECT_EQ(a.ec, asio::error::operation_aborted);
    }
}
TEST_F(IoDriver, DestroyedItResetsItsSockets) {
    tcp::socket peer = w.joined(w.listening());
    w.own.reset();
    std::error_code ec;
    w.read_all(peer, ec);
    EXPECT_EQ(ec, asio::error::connection_reset);
}
TEST_F(IoDriver, AHandlerMayDestroyTheDriver) {
    w.d().async_dial(somewhere, [&](std::error_code, conn_id) { w.own.reset(); });
    answer open;
    w.d().async_open({}, {"/y"}, [&](std::error_code ec, stream) { open(ec); });
    w.node().tell(swarms::dialed{request_id{1}, dial_outcome::opened, conn_id{1}});
    w.context.restart();
    w.context.run();
    EXPECT_FALSE(w.own);
    EXPECT_EQ(open.ec, asio::error::operation_aborted);
}
TEST_F(IoDriver, SoMayTheEventHandlerAndOneThatServes) {
    w.d().on_event([&, large = std::string(100, 'x')](const swarms::event&) {
        w.own.reset();
        got({});
        EXPECT_EQ(large.size(), 100U);
    });
    w.node().tell(swarms::conn_opened{});
    w.node().tell(swarms::conn_opened{});
    w.context.restart();
    w.context.run();
    EXPECT_EQ(got.times, 1);

    io_world other;
    int served = 0;
    ASSERT_TRUE(other.d().serve("/x", [&, large = std::string(100, 'x')](stream) {
        other.own.reset();
        ++served;
        EXPECT_EQ(large.size(), 100U);
    }));
    other.node().inbound("/x");
    other.context.restart();
    other.context.run();
    EXPECT_EQ(served, 1);
}
TEST_F(IoDriver, DestroyedOutsideTheContextItTellsNobodyWhatWasOnItsWay) {
    w.d().on_event([&](const swarms::event&) { got({}); });
    w.node().tell(swarms::conn_opened{});
    w.d().wake();
    w.context.restart();
    while (w.node().polled == 0) ASSERT_NE(w.context.poll_one(), 0U);
    EXPECT_FALSE(got.came()) << "posted";
    w.own.reset(); // whoever owned it, and what the handler refers to, may be gone now

    io_world other;
    ASSERT_TRUE(other.d().serve("/x", [&](stream) { got({}); }));
    other.node().inbound("/x");
    other.d().wake();
    other.context.restart();
    while (other.node().polled == 0) ASSERT_NE(other.context.poll_one(), 0U);
    other.own.reset();
    for (asio::io_context* context : {&w.context, &other.context}) {
        context->restart();
        context->run();
    }
    EXPECT_FALSE(got.came());
}
TEST(IoDriverEnd, AContextThatDiesFirstInTheMiddleOfEverythingLeaksNothing) {
    auto witness = std::make_shared<int>(0);
    {
        asio::io_context context;
        io_world::driver d{context.get_executor(), test::fake_node{}};
        ASSERT_TRUE(d.listen(test::loopback4));
        d.async_dial(somewhere, [witness](std::error_code, conn_id) { ++*witness; });
        ASSERT_TRUE(d.serve("/x", [witness](stream came) {
            auto own = std::make_shared<stream>(std::move(came));
            static char buffer[1];
            own->async_read_some(asio::buffer(buffer), [own, witness](std::error_code, auto) {});
        }));
        d.node().inbound("/x");
        d.wake();
        while (context.poll() != 0) {
        }
        EXPECT_GE(witness.use_count(), 4);
    } // the driver's stop is posted, and nobody runs it
    EXPECT_EQ(witness.use_count(), 1);
    EXPECT_EQ(*witness, 0);
}

// --- the node itself
// ------------------------------------------------------------------------------------------

TEST_F(IoDriver, WhatTheNodeIsAskedThroughTheDriverIsCarriedOutUnasked) {
    w.settle();
    tcp::acceptor acceptor = w.plain_listener();
    const conn_id id = w.d().node().connect(io::to_multiaddr(acceptor.local_endpoint()));
    ASSERT_TRUE(w.until([&] { return w.node().conns[id].connected; }));
}
TEST_F(IoDriver, LookingAtTheNodeOftenWakesOnceAndAtAConstOneNever) {
    w.settle();
    w.context.restart();
    (void)std::as_const(w.d()).node();
    EXPECT_EQ(w.context.poll(), 0U);
    w.context.restart();
    for (int i = 0; i < 10; ++i) (void)w.d().node();
    EXPECT_EQ(w.context.poll(), 1U);
}

// --- threads
// ------------------------------------------------------------------------------------------

TEST_F(IoDriver, ItHasNoThreadOfItsOwn) {
    const std::size_t before = threads_here();
    tcp::socket peer = w.joined(w.listening());
    tcp::acceptor acceptor = w.plain_listener();
    const conn_id id = w.node().connect(io::to_multiaddr(acceptor.local_endpoint()));
    w.node().deadline = io::now() + milliseconds{1};
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return w.node().conns[id].connected; }));
    ASSERT_TRUE(w.until([&] { return !w.node().timeouts.empty(); }));
    EXPECT_EQ(threads_here(), before);
}
TEST_F(IoDriver, OnSeveralThreadsEverythingIsStillOneStrand) {
    constexpr int connections = 20;
    w.node().echoes = true;
    const auto at = w.listening();
    std::atomic<int> echoed{0};
    const auto run = [&] {
        while (echoed < connections) {
            w.context.run_for(milliseconds{5});
        }
    };
    w.context.restart();
    auto busy = asio::prefer(w.context.get_executor(), asio::execution::outstanding_work.tracked);
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back(run);
    const std::string text(100 * 1024, 't');
    for (int i = 0; i < connections; ++i) {
        asio::io_context mine;
        tcp::socket peer{mine};
        peer.connect(at);
        std::thread writer{[&] { asio::write(peer, asio::buffer(text)); }};
        std::string back(text.size(), '\0');
        asio::read(peer, asio::buffer(back));
        writer.join();
        EXPECT_EQ(back, text);
        ++echoed;
    }
    for (auto& t : threads) t.join();
    EXPECT_EQ(w.node().order.size(), static_cast<std::size_t>(connections));
}
TEST(IoDriverEnd, ItMayBeDestroyedOnAnotherThreadThanTheOneThatRuns) {
    for (int i = 0; i < 10; ++i) {
        asio::io_context context;
        auto busy = std::optional{
            asio::prefer(context.get_executor(), asio::execution::outstanding_work.tracked)};
        std::thread runs{[&] { context.run(); }};
        {
            io_world::driver d{context.get_executor(), test::fake_node{}};
            std::promise<void> listening;
            asio::post(d.get_executor(), [&] {
                ASSERT_TRUE(d.listen(test::loopback4));
                d.wake();
                listening.set_value();
            });
            listening.get_future().wait();
        }
        busy.reset();
        runs.join(); // ends: the listener is gone
    }
}

} // namespace
} // namespace lp2p
