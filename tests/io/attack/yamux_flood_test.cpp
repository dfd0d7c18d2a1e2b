// SPDX-License-Identifier: Apache-2.0 OR MIT
// threats.md, section 5, over TCP against a whole node: floods. Counted is work, not time.
#include "tests/io/attack/world.hpp"

namespace lp2p::test::attack {
namespace {

using namespace std::chrono_literals;
using frames::operator+;
using Section5Floods = row;

std::uint32_t odd(std::size_t i) { return static_cast<std::uint32_t>(2 * i + 1); }

TEST_F(Section5Floods, TwoHundredThousandPingsWithAnswersReadAreAnsweredEachOnceInOrder) {
    attacker& a = intrude();
    const std::size_t before = bytes_in_use();
    reset_peak_bytes();
    constexpr std::size_t many = 200'000;
    ASSERT_EQ(
        a.flood(many,
                [](std::size_t i) { return frames::ping(static_cast<std::uint32_t>(i + 1)); }),
        many);
    ASSERT_TRUE(a.until([&] { return a.pongs == many; }));
    EXPECT_TRUE(a.pongs_in_order);
    EXPECT_LT(peak_bytes_in_use(), before + 1024 * 1024);
    ASSERT_TRUE(a.agree(1, "/echo/1"));
    EXPECT_TRUE(a.echoes(1));
}
TEST_F(Section5Floods, PingsWhoseAnswersAreNotReadStopTheReadingThenEndTheConnection) {
    c.bounds.write_progress = 300ms;
    begin();
    attacker& a = w->connect();
    ASSERT_TRUE(a.upgrade());
    ASSERT_TRUE(w->until([&] { return w->is_connected(a); }));
    a.stop_reading();
    const std::size_t before = bytes_in_use();
    reset_peak_bytes();
    constexpr std::size_t far_too_many = 4'000'000;
    const std::size_t said = a.flood(far_too_many, [](std::size_t i) {
        return frames::ping(static_cast<std::uint32_t>(i + 1));
    });
    EXPECT_LT(said, far_too_many);
    EXPECT_LT(peak_bytes_in_use(), before + 1024 * 1024);
    ASSERT_TRUE(w->until([&] { return w->closed(a).has_value(); }));
    EXPECT_EQ(w->closed(a)->why, error{yamux::errc::connection_stalled});
}
TEST_F(Section5Floods, OfFiveThousandSynsAndNothingElse256WaitAndTheRestIsReset) {
    attacker& a = intrude();
    a.keeps = false;
    const std::size_t before = bytes_in_use();
    reset_peak_bytes();
    ASSERT_EQ(a.flood(5000, [](std::size_t i) { return frames::update(odd(i), 0, yamux::syn); }),
              5000U);
    ASSERT_TRUE(a.until([&] { return a.resets == 5000 - 256; }));
    EXPECT_LT(peak_bytes_in_use(), before + 2 * 1024 * 1024);
    EXPECT_LT(bytes_in_use(), before + 256 * 1024) << "a stream that waits costs little";
    a.keeps = true;
    ASSERT_TRUE(a.agree(odd(5000), "/echo/1")) << "one with a first byte is no silent one";
    EXPECT_TRUE(a.echoes(odd(5000)));
    EXPECT_EQ(w->count<swarms::substream_open>(), 1U);
}
TEST_F(Section5Floods, FiftyThousandStreamsOpenedAndResetEndTheConnection) {
    attacker& a = intrude();
    a.keeps = false;
    const std::size_t before = bytes_in_use();
    reset_peak_bytes();
    (void)a.flood(50'000, [](std::size_t i) {
        return frames::update(odd(i), 0, yamux::syn) + frames::update(odd(i), 0, yamux::rst);
    });
    expect_goaway(a, yamux::errc::reset_flood);
    EXPECT_LT(peak_bytes_in_use(), before + 1024 * 1024);
    EXPECT_EQ(w->count<swarms::substream_open>(), 0U);
}
TEST_F(Section5Floods, StreamsThatAreOpenedAgreedAndResetEndItTooAndTheApplicationHearsOfThem) {
    attacker& a = intrude();
    a.keeps = false;
    const std::size_t before = bytes_in_use();
    reset_peak_bytes();
    (void)a.flood(50'000, [](std::size_t i) {
        return frames::data(odd(i), lines({hello, "/hold/1"}), yamux::syn) +
               frames::update(odd(i), 0, yamux::rst);
    });
    expect_goaway(a, yamux::errc::reset_flood);
    EXPECT_LT(peak_bytes_in_use(), before + 2 * 1024 * 1024);
    EXPECT_EQ(w->count<swarms::substream_open>(), w->count<swarms::substream_ended>());
}
TEST_F(Section5Floods, TwoHundredThousandEmptyFramesEndTheConnection) {
    begin();
    for (const byte_vector& one : {frames::data(1, ""), frames::update(1, 0), frames::data(9, ""),
                                   frames::ping(5, yamux::ack)}) {
        attacker& a = w->intrude();
        ASSERT_TRUE(a.agree(1, "/echo/1"));
        const std::size_t before = bytes_in_use();
        reset_peak_bytes();
        (void)a.flood(200'000, [&](std::size_t) { return one; });
        expect_goaway(a, yamux::errc::noise_flood);
        EXPECT_LT(peak_bytes_in_use(), before + 1024 * 1024);
    }
}

} // namespace
} // namespace lp2p::test::attack
