// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/io/driver_core.hpp>

#include "tests/io/world.hpp"

#include <stdexcept>

namespace lp2p {
namespace {

using test::io_world;
using stream = io_world::stream;

static_assert(io::drivable<test::fake_node>);
static_assert(!io::drivable<int>);

TEST(IoDriverCore, ThePumpRunsSoonAndOnceHoweverOftenItIsWoken) {
    io_world w;
    w.settle();
    for (int i = 0; i < 10; ++i) w.d().wake();
    EXPECT_EQ(w.context.poll(), 0U) << "stopped: restart first";
    w.context.restart();
    EXPECT_EQ(w.context.poll(), 1U);
}
TEST(IoDriverCore, NothingIsWaitedForWhereTheNodeWantsNothing) {
    io_world w;
    w.settle();
    EXPECT_TRUE(w.context.stopped());
}

// --- the timer
// --------------------------------------------------------------------------------------

TEST(IoDriverCore, TheDeadlineOfTheNodeIsKept) {
    io_world w;
    const instant at = io::now() + milliseconds{30};
    w.node().deadline = at;
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return !w.node().timeouts.empty(); }));
    EXPECT_GE(w.node().timeouts.front(), at);
    w.settle();
    EXPECT_TRUE(w.context.stopped()) << "no deadline, no timer";
}
TEST(IoDriverCore, ADeadlineThatMovesTakesTheTimerAlong) {
    io_world w;
    w.node().deadline = io::now() + std::chrono::hours{1};
    w.d().wake();
    w.settle();
    const instant sooner = io::now() + milliseconds{20};
    w.node().deadline = sooner;
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return w.node().timeouts.size() == 1; }));
    w.node().deadline = io::now() + milliseconds{10};
    w.d().wake();
    w.settle();
    const instant later = io::now() + milliseconds{60};
    w.node().deadline = later;
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return w.node().timeouts.size() == 2; }));
    EXPECT_GE(w.node().timeouts.back(), later);
    w.node().deadline = io::now() + std::chrono::hours{1};
    w.d().wake();
    w.settle();
    w.node().deadline.reset();
    w.d().wake();
    w.settle();
    EXPECT_TRUE(w.context.stopped()) << "the timer of a deadline that is gone is gone";
}
TEST(IoDriverCore, ADeadlineOfThePastAndTheEndOfTimeAreBothDeadlines) {
    io_world w;
    w.node().deadline = instant::min();
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return w.node().timeouts.size() == 1; }));
    w.node().deadline = instant::max();
    w.d().wake();
    w.settle();
    EXPECT_EQ(w.node().timeouts.size(), 1U);
    EXPECT_FALSE(w.context.stopped());
}

// --- events
// -----------------------------------------------------------------------------------------

TEST(IoDriverCore, EventsAreToldInOrderPostedAndOneAtATime) {
    io_world w;
    std::vector<std::uint64_t> told;
    w.d().on_event([&](const swarms::event& e) {
        const auto& opened = std::get<swarms::conn_opened>(e);
        told.push_back(static_cast<std::uint64_t>(opened.id));
        EXPECT_EQ(w.node().polled, told.size()) << "what it names can still be looked up";
    });
    for (std::uint64_t i = 1; i <= 5; ++i) w.node().tell(swarms::conn_opened{conn_id{i}});
    w.d().wake();
    EXPECT_TRUE(told.empty());
    ASSERT_TRUE(w.until([&] { return told.size() == 5; }));
    EXPECT_EQ(told, (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
}
TEST(IoDriverCore, EdgesOfItsOwnStreamsAreNotToldThoseOfStrangersAre) {
    io_world w;
    std::vector<std::size_t> told;
    std::optional<stream> s;
    w.d().on_event([&](const swarms::event& e) { told.push_back(e.index()); });
    ASSERT_TRUE(w.d().serve("/x", [&](stream came) { s.emplace(std::move(came)); }));
    const substream_id own = w.node().inbound("/x");
    const substream_id strange = w.node().inbound("/y");
    w.node().deliver(own, "1");
    w.node().deliver(strange, "2");
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return told.size() == 3; }));
    w.settle();
    const std::size_t open = swarms::event{swarms::substream_open{}}.index();
    const std::size_t readable = swarms::event{swarms::substream_readable{}}.index();
    EXPECT_EQ(told, (std::vector<std::size_t>{open, open, readable}));
    EXPECT_FALSE(w.node().streams.at(strange).reset) << "the event handler's";
}
TEST(IoDriverCore, AnInboundStreamThatNobodyCouldTakeIsReset) {
    io_world w;
    const substream_id id = w.node().inbound("/nobody");
    w.d().wake();
    w.settle();
    EXPECT_EQ(w.node().streams.at(id).reset, 0U);
}
TEST(IoDriverCore, AnOutboundStreamOpenedOnTheNodeItselfIsLeftAlone) {
    io_world w;
    const substream_id id{conn_id{1}, substream_index{77}};
    w.node().streams[id];
    w.node().tell(swarms::substream_open{id, direction::outbound});
    w.d().wake();
    w.settle();
    EXPECT_FALSE(w.node().streams.at(id).reset);
}
TEST(IoDriverCore, AnEventHandlerMayReplaceItself) {
    io_world w;
    int first = 0, second = 0;
    w.d().on_event([&, large = std::string(100, 'x')](const swarms::event&) {
        w.d().on_event([&](const swarms::event&) { ++second; });
        first += static_cast<int>(large.size()); // still there
    });
    w.node().tell(swarms::conn_opened{});
    w.node().tell(swarms::conn_opened{});
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return second == 1; }));
    EXPECT_EQ(first, 100);
}
TEST(IoDriverCore, AHandlerThatThrowsLeavesEverythingInOrder) {
    io_world w;
    int told = 0;
    w.d().on_event([&](const swarms::event&) {
        if (++told == 1) throw std::runtime_error{"mine"};
    });
    w.node().tell(swarms::conn_opened{});
    w.node().tell(swarms::conn_opened{});
    w.d().wake();
    EXPECT_THROW(w.settle(), std::runtime_error);
    ASSERT_TRUE(w.until([&] { return told == 2; }));
    const auto at = w.listening();
    w.joined(at);
    EXPECT_EQ(w.node().order.size(), 1U);
}

} // namespace
} // namespace lp2p
