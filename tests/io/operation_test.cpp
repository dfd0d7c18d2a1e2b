// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/io/operation.hpp>

#include <asio/any_io_executor.hpp>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/bind_executor.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/io_context.hpp>
#include <asio/strand.hpp>
#include <asio/thread_pool.hpp>

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace lp2p {
namespace {

using one_int = io::operation<int>;

struct IoOperation : testing::Test {
    asio::io_context context;
    asio::any_io_executor on = context.get_executor();
};

TEST_F(IoOperation, CompletesByPostNeverInside) {
    int got = 0;
    auto op = one_int::make([&](int n) { got = n; }, on);
    op->complete(7);
    EXPECT_EQ(got, 0);
    context.run();
    EXPECT_EQ(got, 7);
}
TEST_F(IoOperation, KeepsItsExecutorBusyUntilThen) {
    int got = 0;
    auto op = one_int::make([&](int n) { got = n; }, on);
    EXPECT_EQ(context.poll(), 0U);
    EXPECT_FALSE(context.stopped()) << "an operation waits: there is work";
    op->complete(1);
    op.reset();
    EXPECT_EQ(context.run(), 1U);
    EXPECT_TRUE(context.stopped());
}
TEST_F(IoOperation, DestroyedUncompletedDropsItsHandlerUncalled) {
    auto owned = std::make_shared<int>(0);
    auto op = one_int::make([owned](int n) { *owned = n; }, on);
    EXPECT_EQ(owned.use_count(), 2);
    op.reset();
    EXPECT_EQ(owned.use_count(), 1);
    EXPECT_EQ(context.run(), 0U);
    EXPECT_EQ(*owned, 0);
}
TEST_F(IoOperation, TakesHandlersAndResultsThatOnlyMove) {
    using op_type = io::operation<std::error_code, std::unique_ptr<std::string>>;
    std::string got;
    auto owned = std::make_unique<int>(1);
    auto op =
        op_type::make([&got, owned = std::move(owned)](
                          std::error_code, std::unique_ptr<std::string> text) { got = *text; },
                      on);
    op->complete({}, std::make_unique<std::string>("moved"));
    context.run();
    EXPECT_EQ(got, "moved");
}
TEST_F(IoOperation, RunsOnTheHandlersOwnExecutorWhereItHasOne) {
    asio::thread_pool other{1};
    std::thread::id ran{};
    auto op = one_int::make(
        asio::bind_executor(other, [&](int) { ran = std::this_thread::get_id(); }), on);
    op->complete(1);
    op.reset();
    EXPECT_EQ(context.run(), 1U) << "from here it went there";
    other.join();
    EXPECT_NE(ran, std::thread::id{});
    EXPECT_NE(ran, std::this_thread::get_id());
}
TEST_F(IoOperation, AnEmittedSlotPostsTheCancellationAndItMayComeLate) {
    asio::cancellation_signal signal;
    int cancelled = 0, got = 0;
    auto op = one_int::make(io::ticket{5},
                            asio::bind_cancellation_slot(signal.slot(), [&](int n) { got = n; }),
                            on, [&] { ++cancelled; });
    EXPECT_EQ(op->number(), io::ticket{5});
    signal.emit(asio::cancellation_type::total);
    EXPECT_EQ(cancelled, 0) << "never inside emit";
    op->complete(3);
    context.run();
    EXPECT_EQ(cancelled, 1);
    EXPECT_EQ(got, 3);
}
TEST_F(IoOperation, ACompletedOneLeavesItsSlotEmpty) {
    asio::cancellation_signal signal;
    int cancelled = 0;
    auto op = one_int::make(io::ticket{1}, asio::bind_cancellation_slot(signal.slot(), [](int) {}),
                            on, [&] { ++cancelled; });
    op->complete(3);
    EXPECT_FALSE(signal.slot().has_handler());
    signal.emit(asio::cancellation_type::total);
    context.run();
    EXPECT_EQ(cancelled, 0);
}

} // namespace
} // namespace lp2p
