// SPDX-License-Identifier: Apache-2.0 OR MIT
// threats.md, section 5, over TCP against a whole node: what breaks a rule, and what must not be
// taken for that. Floods are in yamux_flood_test.cpp.
#include "tests/io/attack/world.hpp"

namespace lp2p::test::attack {
namespace {

using namespace std::chrono_literals;
using frames::operator+;
using Section5Yamux = row;

constexpr std::uint32_t window = 256 * 1024;

// --- what ends with GoAway 1
// ----------------------------------------------------------------------

/// Stream 1 is of /hold/1 and lives when `said` comes; nobody reads it.
struct violation {
    const char* name;
    byte_vector said;
    yamux::errc why;
};
void PrintTo(const violation& v, std::ostream* out) { *out << v.name; }

struct Section5GoAwayOne : rows<violation> {};
INSTANTIATE_TEST_SUITE_P(
    Rows, Section5GoAwayOne,
    testing::Values(
        violation{"VersionNotZero", frames::raw(1, 0, 0, 1, 0), yamux::errc::wrong_version},
        violation{"TypeAboveThree", frames::raw(0, 4, 0, 1, 0), yamux::errc::unknown_type},
        violation{"SynWithOurParity", frames::data(8, "x", yamux::syn), yamux::errc::wrong_parity},
        violation{"SynOnIdZero", frames::update(0, 0, yamux::syn), yamux::errc::stream_zero},
        violation{"SynForALiveStream", frames::update(1, 0, yamux::syn),
                  yamux::errc::duplicate_syn},
        violation{"SynWithMoreDataThanTheWindow", frames::announce(3, window + 1, yamux::syn),
                  yamux::errc::window_exceeded},
        violation{"SynWithDataOf4GiB", frames::announce(3, 0xffffffff, yamux::syn),
                  yamux::errc::window_exceeded},
        violation{"DataOverTheWindow", frames::announce(1, window + 1),
                  yamux::errc::window_exceeded},
        violation{"WindowUpdatesPast32Bits", frames::update(1, 0xffffffff),
                  yamux::errc::window_overflow},
        violation{"SynWithAWindowPast32Bits", frames::update(3, 0xffffffff, yamux::syn),
                  yamux::errc::window_overflow},
        violation{"DataForNoStreamOverWhatIsSkipped", frames::announce(9, 4 * window),
                  yamux::errc::skipped_too_much},
        violation{"DataForNoStreamOf4GiB", frames::announce(9, 0xffffffff),
                  yamux::errc::skipped_too_much}),
    by_name{});

TEST_P(Section5GoAwayOne, IsSaidAndTheConnectionClosedThoughTheAttackerStays) {
    attacker& a = intrude();
    ASSERT_TRUE(a.agree(1, "/hold/1"));
    ASSERT_TRUE(w->until([&] { return !w->victim.held.empty(); }));
    const std::size_t before = bytes_in_use();
    reset_peak_bytes();
    const auto begun = std::chrono::steady_clock::now();
    (void)a.frames(GetParam().said);
    expect_goaway(a, GetParam().why);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 1s + 1s);
    EXPECT_LT(peak_bytes_in_use(), before + 256 * 1024);
}

// --- streams that are gone, or half gone
// ----------------------------------------------------------

TEST_F(Section5Yamux, DataForAStreamThatIsGoneIsSkippedWithinItsCreditAndTheReserve) {
    attacker& a = intrude();
    ASSERT_TRUE(a.agree(1, "/echo/1"));
    ASSERT_TRUE(a.frames(frames::update(1, 0, yamux::rst)));
    ASSERT_TRUE(a.agree(3, "/echo/1"));
    const std::size_t before = bytes_in_use();
    // 256 KiB, and what two streams that were refused had left.
    for (int i = 0; i < 16; ++i) ASSERT_TRUE(a.frames(frames::data(1, byte_vector(16 * 1024))));
    EXPECT_TRUE(a.echoes(3));
    EXPECT_LT(bytes_in_use(), before + 128 * 1024) << "none of it is kept";
    for (int i = 0; i < 33 && a.frames(frames::data(1, byte_vector(16 * 1024))); ++i) {
    }
    expect_goaway(a, yamux::errc::skipped_too_much);
}
TEST_F(Section5Yamux, DataBehindAFinResetsThatStreamOnlyAndIsNotDelivered) {
    attacker& a = intrude();
    ASSERT_TRUE(a.agree(1, "/echo/1"));
    ASSERT_TRUE(a.agree(3, "/hold/1"));
    ASSERT_TRUE(w->until([&] { return !w->victim.held.empty(); }));
    ASSERT_TRUE(a.frames(frames::data(3, "once", yamux::fin) + frames::data(3, "twice")));
    ASSERT_TRUE(a.until([&] { return a.was_reset(3); }));
    char buffer[16];
    std::string got;
    std::optional<std::error_code> read;
    w->victim.held.front().async_read_some(asio::buffer(buffer),
                                           [&](std::error_code ec, std::size_t n) {
                                               read = ec;
                                               got.assign(buffer, n);
                                           });
    ASSERT_TRUE(w->until([&] { return read.has_value(); }));
    EXPECT_TRUE(got.empty() || got == "once") << got;
    EXPECT_TRUE(a.echoes(1));
}
TEST_F(Section5Yamux, ASecondFinIsIgnored) {
    attacker& a = intrude();
    ASSERT_TRUE(a.agree(1, "/echo/1"));
    ASSERT_TRUE(a.agree(3, "/hold/1"));
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(a.frames(frames::update(3, 0, yamux::fin)));
    EXPECT_TRUE(a.echoes(1));
    EXPECT_FALSE(a.was_reset(3));
}
TEST_F(Section5Yamux, DataBehindAResetIsSkipped) {
    attacker& a = intrude();
    ASSERT_TRUE(a.agree(1, "/echo/1"));
    ASSERT_TRUE(a.agree(3, "/hold/1"));
    ASSERT_TRUE(a.frames(frames::update(3, 7, yamux::rst) + frames::data(3, "late") +
                         frames::update(3, 1) + frames::data(3, "", yamux::fin)));
    EXPECT_TRUE(a.echoes(1));
    EXPECT_FALSE(a.was_reset(3));
}

// --- pings, GoAway, flags
// -------------------------------------------------------------------------

TEST_F(Section5Yamux, PongsThatNobodyAskedForAreIgnored) {
    attacker& a = intrude();
    ASSERT_TRUE(a.agree(1, "/echo/1"));
    for (std::uint32_t i = 0; i < 50; ++i) ASSERT_TRUE(a.frames(frames::ping(i, yamux::ack)));
    EXPECT_TRUE(a.echoes(1));
}
TEST_F(Section5Yamux, GoAwayZeroLeavesOpenStreamsTheirGraceAndIsTheRemotesClose) {
    c.bounds.goaway_grace = 300ms;
    attacker& a = intrude();
    ASSERT_TRUE(a.agree(1, "/echo/1"));
    ASSERT_TRUE(a.frames(frames::go_away(0)));
    EXPECT_TRUE(a.echoes(1)) << "open ones go on";
    std::optional<std::error_code> opened;
    w->victim.driver.async_open(a.who().id, {"/x"},
                                [&](std::error_code ec, house::stream) { opened = ec; });
    ASSERT_TRUE(w->until([&] { return opened.has_value(); }));
    EXPECT_TRUE(*opened) << "no new streams";
    ASSERT_TRUE(a.until_over());
    ASSERT_TRUE(w->until([&] { return w->closed(a).has_value(); }));
    EXPECT_EQ(w->closed(a)->why, error{yamux::errc::went_away});
    EXPECT_EQ(w->closed(a)->by, party::remote);
}
TEST_F(Section5Yamux, GoAwayWithAnotherCodeFailsAllStreamsWithTheNumberAndTcpIsClosed) {
    begin();
    for (const std::uint32_t code : {1U, 2U, 77U, 0xffffffffU}) {
        attacker& a = w->intrude();
        ASSERT_TRUE(a.agree(1, "/hold/1"));
        ASSERT_TRUE(w->until([&] { return !w->victim.held.empty(); }));
        const auto begun = std::chrono::steady_clock::now();
        ASSERT_TRUE(a.frames(frames::go_away(code)));
        ASSERT_TRUE(a.until_over()) << "the attacker keeps it open, the node does not";
        EXPECT_LT(std::chrono::steady_clock::now() - begun, 2s);
        ASSERT_TRUE(w->until([&] { return w->closed(a).has_value(); }));
        EXPECT_EQ(w->closed(a)->why, error{yamux::errc::went_away});
        EXPECT_EQ(w->closed(a)->wire_code, code);
        EXPECT_EQ(w->last<swarms::substream_ended>()->why.wire_code, code);
        w->victim.held.clear();
    }
}
TEST_F(Section5Yamux, UnknownFlagBitsAreIgnoredAndSynWithRstReportsNothing) {
    attacker& a = intrude();
    ASSERT_TRUE(a.frames(frames::data(1, lines({hello, "/echo/1"}), 0xfff0U | yamux::syn)));
    ASSERT_TRUE(a.until([&] { return a.streams[1].text == lines({hello, "/echo/1"}); }));
    const std::size_t told = w->count<swarms::substream_open>();
    ASSERT_TRUE(a.frames(frames::data(3, "", yamux::syn | yamux::rst) +
                         frames::update(5, 9, yamux::syn | yamux::rst)));
    EXPECT_TRUE(a.echoes(1));
    EXPECT_EQ(w->count<swarms::substream_open>(), told);
    EXPECT_FALSE(a.was_reset(3));
}

// --- what a peer withholds
// ------------------------------------------------------------------------

/// Writes as much as it may until that fails.
struct writer : std::enable_shared_from_this<writer> {
    house::stream s;
    std::optional<std::error_code> ended{};
    explicit writer(house::stream with)
        : s{std::move(with)} {}
    void write() {
        static const std::array<char, 64 * 1024> much{};
        s.async_write_some(asio::buffer(much),
                           [self = shared_from_this()](std::error_code ec, std::size_t) {
                               if (ec)
                                   self->ended = ec;
                               else
                                   self->write();
                           });
    }
};
TEST_F(Section5Yamux, AWindowThatIsNeverOpenedHoldsUpItsStreamOnlyAndNotForEver) {
    c.bounds.stalled_writer = 300ms;
    attacker& a = intrude();
    ASSERT_TRUE(a.agree(1, "/echo/1"));
    ASSERT_TRUE(a.agree(3, "/hold/1"));
    ASSERT_TRUE(w->until([&] { return !w->victim.held.empty(); }));
    const auto tireless = std::make_shared<writer>(std::move(w->victim.held.front()));
    tireless->write();
    const auto& wrote = tireless->ended;
    ASSERT_TRUE(a.until([&] { return a.streams[3].bytes == window; }));
    EXPECT_TRUE(a.echoes(1)) << "others flow";
    EXPECT_FALSE(wrote);
    ASSERT_TRUE(a.frames(frames::update(3, 0, yamux::fin)));
    ASSERT_TRUE(w->until([&] { return wrote.has_value(); }));
    EXPECT_EQ(io::from_error_code(*wrote), error{yamux::errc::stalled_writer});
    EXPECT_EQ(a.streams[3].bytes, window);
    ASSERT_TRUE(a.until([&] { return a.was_reset(3); }));
    EXPECT_TRUE(a.echoes(1));
}
/// Opens on the node itself, with a deadline of our own.
struct Section5Opens : row {
    std::vector<std::string> protocols{"/never/1"};
    result<substream_id> open(attacker& a, duration within) {
        auto& n = w->victim.driver.node();
        const auto id =
            n.open(a.who().id, protocols, after(io::now(), within), confirm::wait, io::now());
        w->victim.driver.wake();
        return id;
    }
    std::size_t failed_with(error why) {
        std::size_t n = 0;
        for (const node_event& e : w->told)
            if (const auto* f = std::get_if<swarms::substream_failed>(&e)) n += f->why == why;
        return n;
    }
};
TEST_F(Section5Opens, StreamsThatAreNeverAcknowledgedStopAtTwoHundred) {
    attacker& a = intrude();
    ASSERT_TRUE(a.agree(1, "/echo/1"));
    ASSERT_TRUE(a.until([&] { return a.streams[2].reset && a.streams[4].reset; })) << "refused";
    a.answers = false;
    for (int i = 0; i < 230; ++i) ASSERT_TRUE(open(a, i < 200 ? 2s : 300ms)) << i;
    ASSERT_TRUE(a.until([&] { return a.streams[4 + 2 * 200].opened_by_node; }));
    EXPECT_TRUE(a.echoes(1));
    EXPECT_FALSE(a.streams.contains(4 + 2 * 201)) << "the 201st waits";
    ASSERT_TRUE(w->until([&] { return w->count<swarms::substream_failed>() == 30; }));
    EXPECT_EQ(failed_with(connections::errc::ack_backlog), 30U);
    EXPECT_TRUE(a.echoes(1)) << "the connection is healthy";
}
TEST_F(Section5Opens, WithAllOutboundSlotsUsedAnOpenFailsAtOnceAndAFreedSlotWorksAtOnce) {
    c.bounds.streams_out = 20;
    begin();
    attacker& a = w->connect();
    a.agrees_to = {"/never/1"};
    ASSERT_TRUE(a.upgrade());
    ASSERT_TRUE(w->until([&] { return w->is_connected(a); }));
    std::size_t opened = 0;
    result<substream_id> last = substream_id{};
    for (; (last = open(a, 5s)); ++opened) ASSERT_LT(opened, 20U);
    EXPECT_EQ(last.error(), error{connections::errc::stream_limit});
    EXPECT_GE(opened, 13U) << "a third at most is reserved";
    const auto agreed = [&] {
        std::size_t n = 0;
        for (const node_event& e : w->told)
            if (const auto* o = std::get_if<swarms::substream_open>(&e))
                n += o->dir == direction::outbound;
        return n;
    };
    ASSERT_TRUE(w->until([&] { return agreed() == opened; }));
    ASSERT_TRUE(a.agree(1, "/echo/1"));
    EXPECT_TRUE(a.echoes(1));
    const std::size_t ends = w->count<swarms::substream_ended>();
    ASSERT_TRUE(a.frames(frames::update(a.streams.rbegin()->first, 0, yamux::rst)));
    ASSERT_TRUE(w->until([&] { return w->count<swarms::substream_ended>() > ends; }));
    EXPECT_TRUE(open(a, 5s));
    ASSERT_TRUE(w->until([&] { return agreed() == opened + 1; }));
}

// --- what real peers do
// ---------------------------------------------------------------------------

TEST_F(Section5Yamux, WhatRealPeersDoIsAccepted) {
    attacker& a = intrude();
    const byte_vector proposal = lines({hello, "/echo/1"});
    const auto echo_agreed = [&](std::uint32_t id) {
        return a.until([&] { return a.streams[id].text.size() >= proposal.size(); });
    };
    // SYN on a window update, ids out of order, data before any ACK of ours was heard.
    ASSERT_TRUE(a.frames(frames::update(9, 0, yamux::syn) + frames::data(5, proposal, yamux::syn) +
                         frames::data(9, proposal) + frames::update(7, 1000, yamux::syn) +
                         frames::data(7, proposal)));
    for (const std::uint32_t id : {5U, 7U, 9U}) {
        ASSERT_TRUE(echo_agreed(id)) << id;
        EXPECT_TRUE(a.streams[id].acknowledged);
        a.streams[id].text.clear();
        EXPECT_TRUE(a.echoes(id)) << id;
    }
    // FIN with data in one frame, and its other forms.
    ASSERT_TRUE(a.frames(frames::data(5, "last", yamux::fin)));
    ASSERT_TRUE(a.until([&] { return a.streams[5].fin; }));
    ASSERT_TRUE(a.frames(frames::data(7, "", yamux::fin) + frames::update(9, 0, yamux::fin)));
    ASSERT_TRUE(a.until([&] { return a.streams[7].fin && a.streams[9].fin; }));
    EXPECT_EQ(a.resets, 0U);
    EXPECT_TRUE(w->is_connected(a));
}

} // namespace
} // namespace lp2p::test::attack
