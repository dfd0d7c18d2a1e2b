// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/io/stream_table.hpp>

#include "tests/io/world.hpp"

#include <list>

namespace lp2p {
namespace {

/// As much of a driver's core as the table asks for: no sockets, no pump.
struct bare_core : std::enable_shared_from_this<bare_core> {
    using executor_type = asio::io_context::executor_type;
    asio::io_context& context;
    test::fake_node fake;
    io::stream_table<bare_core> table{*this};
    int woken = 0;
    bool over = false;
    std::uint64_t tickets = 0;

    explicit bare_core(asio::io_context& c)
        : context{c} {}
    executor_type executor() const { return context.get_executor(); }
    test::fake_node& node() { return fake; }
    io::stream_table<bare_core>& streams() { return table; }
    void wake() { ++woken; }
    bool stopped() const { return over; }
    io::ticket next_ticket() { return io::ticket{++tickets}; }
};

struct IoStreamTable : testing::Test {
    asio::io_context context;
    std::shared_ptr<bare_core> core = std::make_shared<bare_core>(context);
    io::stream_table<bare_core>& table = core->table;
    const substream_id id{conn_id{1}, substream_index{1}};
    char buffer[32] = {};
    std::optional<std::error_code> ec;
    std::size_t n = 0;

    void SetUp() override {
        core->fake.streams[id].protocol = "/x";
        table.add(id);
    }
    auto keep() {
        return [this](std::error_code e, std::size_t k) {
            ec = e;
            n = k;
        };
    }
    void read(std::size_t most = sizeof buffer) {
        ec.reset();
        table.start(id, io::detail::read_buffers{asio::buffer(buffer, most)}, keep());
    }
    void write(std::string_view text) {
        ec.reset();
        table.start(id, io::detail::write_buffers{asio::buffer(text)}, keep());
    }
    std::size_t run() {
        context.restart();
        return context.poll();
    }
};

TEST_F(IoStreamTable, BuffersAreBoundedAndEmptyOnesLeftOut) {
    std::list<asio::const_buffer> many(40, asio::buffer("x", 1));
    many.push_front({});
    const io::detail::write_buffers some{many};
    EXPECT_EQ(some.count, io::detail::write_buffers::most);
    EXPECT_TRUE(io::detail::write_buffers{asio::const_buffer{}}.empty());
}
TEST_F(IoStreamTable, KnowsWhatWasAddedUntilItIsClosed) {
    EXPECT_TRUE(table.has(id));
    EXPECT_EQ(table.size(), 1U);
    EXPECT_EQ(table.protocol(id), "/x");
    table.close(id);
    EXPECT_FALSE(table.has(id));
    EXPECT_EQ(table.protocol(id), "");
    EXPECT_EQ(table.reset_code(id), std::nullopt);
}
TEST_F(IoStreamTable, EveryCallOnTheNodeWakesThePump) {
    core->fake.streams[id].in.append(as_bytes("abc"));
    read();
    EXPECT_EQ(core->woken, 1);
    write("x");
    EXPECT_EQ(core->woken, 2);
    table.finish(id);
    EXPECT_EQ(core->woken, 3);
    table.close(id);
    EXPECT_EQ(core->woken, 4);
    EXPECT_EQ(run(), 2U);
}
TEST_F(IoStreamTable, AWaitThatFindsNothingTouchesNothing) {
    core->fake.streams[id].room = 0;
    read();
    write("x");
    EXPECT_EQ(core->woken, 0);
    EXPECT_EQ(run(), 0U);
    table.retry(id);
    EXPECT_EQ(run(), 0U) << "an edge that brought nothing completes nothing";
    EXPECT_EQ(core->fake.streams[id].consumed, 0U);
}
TEST_F(IoStreamTable, EventsOfStrangersAreNobodys) {
    const substream_id stranger{conn_id{9}, substream_index{9}};
    table.retry(stranger);
    table.finished(stranger);
    table.was_reset(stranger, 1);
    table.ended(stranger, {});
    table.cancel(stranger);
    table.close(stranger);
    table.reset(stranger, 1);
    table.finish(stranger);
    EXPECT_FALSE(core->fake.streams.contains(stranger));
    EXPECT_EQ(core->woken, 0);
}
TEST_F(IoStreamTable, WhatWasTakenWasTakenTheErrorComesWithTheNextWrite) {
    // The node takes the first buffer and refuses the second: a stream reset in between.
    core->fake.streams[id].room = 2;
    write("abcd");
    run();
    EXPECT_EQ(*ec, std::error_code{});
    EXPECT_EQ(n, 2U);
    core->fake.streams[id].write_error = error{domain::yamux, fault::closed, 1};
    write("cd");
    run();
    EXPECT_EQ(io::from_error_code(*ec), (error{domain::yamux, fault::closed, 1}));
    EXPECT_EQ(n, 0U);
}
TEST_F(IoStreamTable, TheFirstReasonStays) {
    table.was_reset(id, 5);
    table.ended(id, {error{domain::yamux, fault::closed, 8}, party::remote, 5});
    read();
    run();
    EXPECT_EQ(io::from_error_code(*ec), error{io::errc::stream_reset});
    EXPECT_EQ(table.reset_code(id), 5U);
}
TEST_F(IoStreamTable, StoppedItAbortsAndCallsTheNodeNoMore) {
    read();
    core->over = true;
    table.abort_all();
    run();
    EXPECT_EQ(*ec, asio::error::operation_aborted);
    write("x");
    run();
    EXPECT_EQ(*ec, asio::error::operation_aborted);
    table.close(id);
    EXPECT_FALSE(core->fake.streams[id].reset);
}

} // namespace
} // namespace lp2p
