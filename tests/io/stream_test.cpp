// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/io/stream.hpp>

#include "tests/io/world.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/write.hpp>

namespace lp2p {
namespace {

using test::io_world;
using stream = io_world::stream;

/// A stream that the remote opened, and the node that stands for the remote.
struct IoStream : testing::Test {
    io_world w;
    std::optional<stream> s;
    substream_id id{};
    std::error_code ec = asio::error::would_block;
    std::size_t n = 0;
    char buffer[64] = {};

    void SetUp() override {
        ASSERT_TRUE(w.d().serve("/chat/1", [this](stream came) { s.emplace(std::move(came)); }));
        id = w.node().inbound("/chat/1");
        w.d().wake();
        ASSERT_TRUE(w.until([&] { return s.has_value(); }));
    }
    auto keep() {
        return [this](std::error_code e, std::size_t k) {
            ec = e;
            n = k;
        };
    }
    [[nodiscard]] bool done() {
        w.d().wake();
        return w.until([&] { return ec != asio::error::would_block; });
    }
    std::string text() const { return std::string(buffer, n); }
    test::fake_node::substream& there() { return w.node().streams.at(id); }
};

TEST_F(IoStream, KnowsWhatItIs) {
    EXPECT_TRUE(s->is_open());
    EXPECT_EQ(s->id(), id);
    EXPECT_EQ(s->protocol(), "/chat/1");
    EXPECT_EQ(s->get_executor(), w.d().get_executor());
    static_assert(!std::is_copy_constructible_v<stream>);
    static_assert(std::is_nothrow_move_constructible_v<stream>);
}
TEST_F(IoStream, AReadTakesWhatIsThereAndReturnsTheCredit) {
    w.node().deliver(id, "hello world");
    s->async_read_some(asio::buffer(buffer), keep());
    EXPECT_EQ(ec, asio::error::would_block) << "never inside the call";
    ASSERT_TRUE(done());
    EXPECT_FALSE(ec);
    EXPECT_EQ(text(), "hello world");
    EXPECT_EQ(there().consumed, 11U);
}
TEST_F(IoStream, AReadIntoASmallBufferLeavesTheRest) {
    w.node().deliver(id, "hello world");
    s->async_read_some(asio::buffer(buffer, 7), keep());
    ASSERT_TRUE(done());
    EXPECT_EQ(text(), "hello w");
    EXPECT_EQ(there().consumed, 7U);
}
TEST_F(IoStream, AReadWaitsForBytes) {
    s->async_read_some(asio::buffer(buffer), keep());
    w.settle();
    EXPECT_EQ(ec, asio::error::would_block);
    w.node().deliver(id, "later");
    ASSERT_TRUE(done());
    EXPECT_EQ(text(), "later");
}
TEST_F(IoStream, AReadFillsOneBufferBehindTheOther) {
    char a[3], b[0], c[10];
    const std::array<asio::mutable_buffer, 3> all{asio::buffer(a), asio::mutable_buffer(b, 0),
                                                  asio::buffer(c)};
    w.node().deliver(id, "scattered");
    s->async_read_some(all, keep());
    ASSERT_TRUE(done());
    EXPECT_EQ(n, 9U);
    EXPECT_EQ(std::string(a, 3) + std::string(c, 6), "scattered");
}
TEST_F(IoStream, AReadIntoNothingCompletesWithNothing) {
    s->async_read_some(asio::mutable_buffer{}, keep());
    ASSERT_TRUE(done());
    EXPECT_FALSE(ec);
    EXPECT_EQ(n, 0U);
}
TEST_F(IoStream, BehindTheirFinIsEofAndNotBefore) {
    w.node().deliver(id, "end");
    w.node().tell(swarms::substream_finished{id});
    w.d().wake();
    w.settle();
    s->async_read_some(asio::buffer(buffer), keep());
    ASSERT_TRUE(done());
    EXPECT_FALSE(ec);
    EXPECT_EQ(text(), "end");
    for (int i = 0; i < 2; ++i) {
        ec = asio::error::would_block;
        s->async_read_some(asio::buffer(buffer), keep());
        ASSERT_TRUE(done());
        EXPECT_EQ(ec, asio::error::eof);
        EXPECT_EQ(n, 0U);
    }
}
TEST_F(IoStream, AFinEndsAWaitingReadAndWritingGoesOn) {
    s->async_read_some(asio::buffer(buffer), keep());
    w.node().tell(swarms::substream_finished{id});
    ASSERT_TRUE(done());
    EXPECT_EQ(ec, asio::error::eof);
    ec = asio::error::would_block;
    s->async_write_some(asio::buffer("answer", 6), keep());
    ASSERT_TRUE(done());
    EXPECT_FALSE(ec);
    EXPECT_EQ(there().written, "answer");
}
TEST_F(IoStream, AResetIsItsOwnErrorForReaderAndWriterAndHasACode) {
    there().room = 0;
    std::error_code wrote = asio::error::would_block;
    s->async_read_some(asio::buffer(buffer), keep());
    s->async_write_some(asio::buffer("x", 1), [&](std::error_code e, std::size_t) { wrote = e; });
    EXPECT_EQ(s->reset_code(), std::nullopt);
    w.node().tell(swarms::substream_reset{id, 77});
    ASSERT_TRUE(done());
    w.settle();
    EXPECT_EQ(io::from_error_code(ec), error{io::errc::stream_reset});
    EXPECT_EQ(io::from_error_code(wrote), error{io::errc::stream_reset});
    EXPECT_EQ(s->reset_code(), 77U);
}
TEST_F(IoStream, WhatCameBeforeAResetIsReadFirst) {
    w.node().deliver(id, "before");
    w.node().tell(swarms::substream_reset{id, 1});
    w.d().wake();
    w.settle();
    s->async_read_some(asio::buffer(buffer), keep());
    ASSERT_TRUE(done());
    EXPECT_EQ(text(), "before");
    ec = asio::error::would_block;
    s->async_read_some(asio::buffer(buffer), keep());
    ASSERT_TRUE(done());
    EXPECT_EQ(io::from_error_code(ec), error{io::errc::stream_reset});
}
TEST_F(IoStream, WhyItEndedIsWhatTheReaderIsTold) {
    const error why{domain::yamux, fault::timeout, 3};
    s->async_read_some(asio::buffer(buffer), keep());
    w.node().tell(swarms::substream_ended{id, {why, party::transport, 0}});
    ASSERT_TRUE(done());
    EXPECT_EQ(io::from_error_code(ec), why);
}
TEST_F(IoStream, ACleanEndIsEofForReadersAndBrokenPipeForWriters) {
    w.node().tell(swarms::substream_finished{id});
    w.node().tell(swarms::substream_ended{id, {}});
    w.d().wake();
    w.settle();
    s->async_read_some(asio::buffer(buffer), keep());
    ASSERT_TRUE(done());
    EXPECT_EQ(ec, asio::error::eof);
    ec = asio::error::would_block;
    s->async_write_some(asio::buffer("x", 1), keep());
    ASSERT_TRUE(done());
    EXPECT_EQ(ec, asio::error::broken_pipe);
}
TEST_F(IoStream, AWriteTakesWhatFitsAndWaitsWhereNothingDoes) {
    there().room = 3;
    s->async_write_some(asio::buffer("abcdef", 6), keep());
    ASSERT_TRUE(done());
    EXPECT_FALSE(ec);
    EXPECT_EQ(n, 3U);
    EXPECT_EQ(there().written, "abc");
    ec = asio::error::would_block;
    s->async_write_some(asio::buffer("def", 3), keep());
    w.settle();
    EXPECT_EQ(ec, asio::error::would_block);
    w.node().room(id, 2);
    ASSERT_TRUE(done());
    EXPECT_EQ(n, 2U);
    EXPECT_EQ(there().written, "abcde");
}
TEST_F(IoStream, AWriteGathersItsBuffersAndOneOfNothingTakesNothing) {
    const std::array<asio::const_buffer, 2> all{asio::buffer("ga", 2), asio::buffer("ther", 4)};
    s->async_write_some(all, keep());
    ASSERT_TRUE(done());
    EXPECT_EQ(n, 6U);
    EXPECT_EQ(there().written, "gather");
    ec = asio::error::would_block;
    s->async_write_some(asio::const_buffer{}, keep());
    ASSERT_TRUE(done());
    EXPECT_FALSE(ec);
    EXPECT_EQ(n, 0U);
}
TEST_F(IoStream, AWriteThatTheNodeRefusesHasItsError) {
    there().write_error = error{domain::yamux, fault::local, 12};
    s->async_write_some(asio::buffer("x", 1), keep());
    ASSERT_TRUE(done());
    EXPECT_EQ(io::from_error_code(ec), (error{domain::yamux, fault::local, 12}));
}
TEST_F(IoStream, OneReaderAndOneWriterAtATime) {
    std::error_code second_read, second_write;
    there().room = 0;
    s->async_read_some(asio::buffer(buffer), keep());
    s->async_read_some(asio::buffer(buffer), [&](std::error_code e, auto) { second_read = e; });
    s->async_write_some(asio::buffer("first", 5), [](std::error_code, auto) {});
    s->async_write_some(asio::buffer("x", 1), [&](std::error_code e, auto) { second_write = e; });
    w.settle();
    EXPECT_EQ(second_read, asio::error::already_started);
    EXPECT_EQ(second_write, asio::error::already_started);
    w.node().deliver(id, "for the first");
    ASSERT_TRUE(done());
    EXPECT_EQ(text(), "for the first");
}

// --- cancellation
// -----------------------------------------------------------------------------------

TEST_F(IoStream, ACancelledReadHasTakenNothing) {
    asio::cancellation_signal signal;
    s->async_read_some(asio::buffer(buffer), asio::bind_cancellation_slot(signal.slot(), keep()));
    w.settle();
    signal.emit(asio::cancellation_type::total);
    ASSERT_TRUE(done());
    EXPECT_EQ(ec, asio::error::operation_aborted);
    EXPECT_EQ(n, 0U);
    ec = asio::error::would_block;
    w.node().deliver(id, "whole");
    s->async_read_some(asio::buffer(buffer), keep());
    ASSERT_TRUE(done());
    EXPECT_EQ(text(), "whole");
}
TEST_F(IoStream, ACancellationThatComesLateDoesNotHitTheNextOperation) {
    asio::cancellation_signal signal;
    std::string first, second;
    const auto into = [this](std::string& told) {
        return [this, &told](std::error_code e, std::size_t k) {
            told = e ? e.message() : std::string(buffer, k);
        };
    };
    s->async_read_some(asio::buffer(buffer),
                       asio::bind_cancellation_slot(signal.slot(), into(first)));
    w.settle();
    w.node().deliver(id, "first");
    w.d().wake(); // on the strand, in this order: the first read completes, the next one starts,
    asio::post(s->get_executor(), [&] { s->async_read_some(asio::buffer(buffer), into(second)); });
    signal.emit(asio::cancellation_type::total); // the first one is cancelled
    w.settle();
    EXPECT_EQ(first, "first");
    EXPECT_EQ(second, "");
    w.node().deliver(id, "second");
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return !second.empty(); }));
    EXPECT_EQ(second, "second");
}
TEST_F(IoStream, CancelEndsBothWaitsAndTheStreamGoesOn) {
    std::error_code wrote;
    there().room = 0;
    s->async_read_some(asio::buffer(buffer), keep());
    s->async_write_some(asio::buffer("x", 1), [&](std::error_code e, auto) { wrote = e; });
    s->cancel();
    ASSERT_TRUE(done());
    w.settle();
    EXPECT_EQ(ec, asio::error::operation_aborted);
    EXPECT_EQ(wrote, asio::error::operation_aborted);
    EXPECT_TRUE(s->is_open());
    EXPECT_FALSE(there().reset);
    ec = asio::error::would_block;
    w.node().room(id, 10);
    s->async_write_some(asio::buffer("y", 1), keep());
    ASSERT_TRUE(done());
    EXPECT_EQ(there().written, "y");
}

// --- the end
// ----------------------------------------------------------------------------------------

TEST_F(IoStream, ShutdownSendFinishesOnce) {
    s->shutdown_send();
    EXPECT_TRUE(there().finished);
    there().finished = false;
    s->shutdown_send();
    EXPECT_FALSE(there().finished);
    w.node().deliver(id, "still read");
    s->async_read_some(asio::buffer(buffer), keep());
    ASSERT_TRUE(done());
    EXPECT_EQ(text(), "still read");
}
TEST_F(IoStream, DestroyedBeforeTheEndItIsReset) {
    s->async_read_some(asio::buffer(buffer), keep());
    s.reset();
    EXPECT_EQ(there().reset, 0U);
    ASSERT_TRUE(done());
    EXPECT_EQ(ec, asio::error::operation_aborted);
}
TEST_F(IoStream, ResetHasACode) {
    s->reset(41);
    EXPECT_EQ(there().reset, 41U);
    EXPECT_FALSE(s->is_open());
}
TEST_F(IoStream, ClosedWithTheirBytesUnreadItIsResetEvenWhenBothFinished) {
    w.node().deliver(id, "unread");
    w.node().tell(swarms::substream_finished{id});
    w.d().wake();
    w.settle();
    s->shutdown_send();
    s->close();
    EXPECT_EQ(there().reset, 0U);
}
TEST_F(IoStream, FinishedBothWaysItMayStillSendWhatItHolds) {
    w.node().tell(swarms::substream_finished{id});
    w.d().wake();
    w.settle();
    s->shutdown_send();
    s.reset();
    EXPECT_FALSE(there().reset);
}
TEST_F(IoStream, EndedItIsNotReset) {
    w.node().tell(swarms::substream_ended{id, {}});
    w.d().wake();
    w.settle();
    s.reset();
    EXPECT_FALSE(there().reset);
}
TEST_F(IoStream, AResetOfTheirsStillDropsWhatIsUnread) {
    w.node().deliver(id, "unread");
    w.node().tell(swarms::substream_reset{id, 1});
    w.d().wake();
    w.settle();
    s.reset();
    EXPECT_EQ(there().reset, 0U);
}
TEST_F(IoStream, AClosedOneEndsItsOperationsAsBadDescriptor) {
    s->close();
    s->close();
    EXPECT_EQ(s->protocol(), "");
    s->async_read_some(asio::buffer(buffer), keep());
    ASSERT_TRUE(done());
    EXPECT_EQ(ec, asio::error::bad_descriptor);
    stream never{w.d().get_executor()};
    ec = asio::error::would_block;
    never.async_write_some(asio::buffer("x", 1), keep());
    ASSERT_TRUE(done());
    EXPECT_EQ(ec, asio::error::bad_descriptor);
    EXPECT_FALSE(stream{}.is_open());
}
TEST_F(IoStream, MovingKeepsItAndAssigningClosesTheOldOne) {
    stream moved = std::move(*s);
    EXPECT_FALSE(s->is_open());
    EXPECT_TRUE(moved.is_open());
    EXPECT_FALSE(there().reset);
    moved.async_read_some(asio::buffer(buffer), keep());
    w.node().deliver(id, "moved");
    ASSERT_TRUE(done());
    EXPECT_EQ(text(), "moved");
    const substream_id other = w.node().inbound("/chat/1");
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return s->is_open(); }));
    moved = std::move(*s);
    EXPECT_EQ(moved.id(), other);
    EXPECT_EQ(there().reset, 0U);
    EXPECT_FALSE(w.node().streams.at(other).reset);
}
TEST_F(IoStream, WithoutItsDriverOperationsAreAborted) {
    s->async_read_some(asio::buffer(buffer), keep());
    w.own.reset();
    w.settle();
    EXPECT_EQ(ec, asio::error::operation_aborted);
    ec = asio::error::would_block;
    s->async_write_some(asio::buffer("x", 1), keep());
    w.settle();
    EXPECT_EQ(ec, asio::error::operation_aborted);
    s->shutdown_send();
    s->cancel();
    s.reset();
}
TEST_F(IoStream, AHandlerMayDestroyItsStream) {
    s->async_read_some(asio::buffer(buffer), [&](std::error_code e, std::size_t) {
        s.reset();
        ec = e;
    });
    w.node().deliver(id, "x");
    ASSERT_TRUE(done());
    EXPECT_FALSE(ec);
    EXPECT_EQ(there().reset, 0U);
}
TEST_F(IoStream, AHandlerMayOwnItsStream) {
    auto own = std::make_shared<stream>(std::move(*s));
    std::weak_ptr<stream> gone = own;
    own->async_read_some(asio::buffer(buffer), [own](std::error_code, std::size_t) {});
    own.reset();
    EXPECT_FALSE(gone.expired());
    w.node().deliver(id, "x");
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return gone.expired(); }));
}

// --- Asio's composed operations
// -----------------------------------------------------------------------

TEST_F(IoStream, AsyncReadUntilComposes) {
    std::string line;
    asio::async_read_until(*s, asio::dynamic_buffer(line), '\n', keep());
    for (const char* part : {"a li", "ne of", " text\nand more"}) {
        w.node().deliver(id, part);
        w.d().wake();
        w.settle();
    }
    EXPECT_FALSE(ec);
    EXPECT_EQ(line.substr(0, n), "a line of text\n");
}
TEST_F(IoStream, AsyncReadGathersAndTellsEof) {
    std::string all;
    asio::async_read(*s, asio::dynamic_buffer(all), keep());
    for (int i = 0; i < 100; ++i) w.node().deliver(id, std::string(100, 'r'));
    w.node().tell(swarms::substream_finished{id});
    ASSERT_TRUE(done());
    EXPECT_EQ(ec, asio::error::eof);
    EXPECT_EQ(all, std::string(10000, 'r'));
}
TEST_F(IoStream, AsyncWriteComposesOverShortWrites) {
    const std::string much(1000, 'w');
    there().room = 1;
    asio::async_write(*s, asio::buffer(much), keep());
    while (ec == asio::error::would_block && there().written.size() < much.size()) {
        w.settle();
        w.node().room(id, 333);
        w.d().wake();
    }
    ASSERT_TRUE(done());
    EXPECT_FALSE(ec);
    EXPECT_EQ(n, 1000U);
    EXPECT_EQ(there().written, much);
}

} // namespace
} // namespace lp2p
