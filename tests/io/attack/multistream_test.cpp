// SPDX-License-Identifier: Apache-2.0 OR MIT
// threats.md, section 3, over TCP against a whole node.
#include "tests/io/attack/world.hpp"

namespace lp2p::test::attack {
namespace {

using namespace std::chrono_literals;
using Section3Multistream = row;

byte_vector operator+(byte_vector a, byte_view b) {
    append(a, b);
    return a;
}

struct bad_lines {
    const char* name;
    byte_vector said;
    multistream::errc why;
};
void PrintTo(const bad_lines& b, std::ostream* out) { *out << b.name; }

struct Section3BadLines : rows<bad_lines> {};
INSTANTIATE_TEST_SUITE_P(
    Rows, Section3BadLines,
    testing::Values(
        bad_lines{"LengthOver1024", lines({hello}) + as_bytes("\x81\x08"),
                  multistream::errc::token_too_long},
        bad_lines{"LengthWithoutEnd", lines({hello}) + as_bytes("\xff\xff\xff\xff\xff\xff"),
                  multistream::errc::token_too_long},
        bad_lines{"TokenWithoutNewline", lines({hello}) + as_bytes("\x04/abc"),
                  multistream::errc::bad_token},
        bad_lines{"EmptyToken", lines({hello}) + byte_vector(1), multistream::errc::bad_token},
        bad_lines{"WrongHeader", lines({"/multistream/2.0.0", "/echo/1"}),
                  multistream::errc::wrong_header}),
    by_name{});

TEST_P(Section3BadLines, OnASubstreamItIsResetAndTheConnectionLives) {
    attacker& a = intrude();
    ASSERT_TRUE(a.frames(frames::data(1, GetParam().said, yamux::syn)));
    ASSERT_TRUE(a.until([&] { return a.was_reset(1); }));
    EXPECT_EQ(a.streams[1].reset, std::uint32_t{multistream::negotiation_failed});
    ASSERT_TRUE(a.agree(3, "/echo/1"));
    EXPECT_TRUE(a.echoes(3));
    EXPECT_TRUE(w->is_connected(a));
}
TEST_P(Section3BadLines, BeforeTheMuxerTheConnectionIsClosed) {
    begin();
    attacker& a = w->connect();
    ASSERT_TRUE(a.say(GetParam().said));
    expect_failed(a, GetParam().why);
    EXPECT_EQ(w->failed(a)->stage, upgrade_stage::security);
}

TEST_F(Section3Multistream, OfThousandsOfUnknownProposals64AreAnswered) {
    attacker& a = intrude();
    byte_vector said = lines({hello}), answer = lines({hello});
    for (int i = 0; i < 3000; ++i) append(said, lines({"/no/" + std::to_string(i)}));
    for (int i = 0; i < 64; ++i) append(answer, lines({"na"}));
    ASSERT_TRUE(a.frames(frames::data(1, said, yamux::syn)));
    ASSERT_TRUE(a.until([&] { return a.was_reset(1); }));
    EXPECT_LE(a.streams[1].text.size(), answer.size());
    ASSERT_TRUE(a.agree(3, "/echo/1"));
    EXPECT_TRUE(a.echoes(3));
}
TEST_F(Section3Multistream, TheHeaderThenSilenceIsResetAtTheDeadlineAndTheRestLives) {
    c.bounds.negotiation_timeout = 200ms;
    attacker& a = intrude();
    ASSERT_TRUE(a.agree(1, "/echo/1"));
    const auto begun = std::chrono::steady_clock::now();
    ASSERT_TRUE(a.frames(frames::data(3, lines({hello}), yamux::syn)));
    ASSERT_TRUE(a.until([&] { return a.was_reset(3); }));
    EXPECT_GE(std::chrono::steady_clock::now() - begun, 190ms);
    EXPECT_TRUE(a.echoes(1));
}
TEST_F(Section3Multistream, LsIsAnsweredNaAndTheNegotiationGoesOn) {
    attacker& a = intrude();
    ASSERT_TRUE(a.frames(frames::data(1, lines({hello, "ls", "/echo/1"}), yamux::syn)));
    const byte_vector answer = lines({hello, "na", "/echo/1"});
    ASSERT_TRUE(a.until([&] { return a.streams[1].text.size() >= answer.size(); }));
    EXPECT_EQ(a.streams[1].text, answer);
}
TEST_F(Section3Multistream, FiveHundredStalledNegotiationsAreKeptToTheDeadlineThenReset) {
    c.bounds.negotiation_timeout = 500ms;
    attacker& a = intrude();
    ASSERT_TRUE(a.agree(1, "/echo/1"));
    const std::size_t before = bytes_in_use();
    ASSERT_EQ(a.flood(500,
                      [](std::size_t i) {
                          return frames::data(static_cast<std::uint32_t>(3 + 2 * i), lines({hello}),
                                              yamux::syn);
                      }),
              500U);
    EXPECT_TRUE(a.echoes(1));
    EXPECT_EQ(a.resets, 0U);
    EXPECT_LT(bytes_in_use(), before + 1024 * 1024);
    ASSERT_TRUE(a.until([&] { return a.resets == 500; }));
    EXPECT_FALSE(a.was_reset(1));
    EXPECT_TRUE(a.echoes(1));
}

} // namespace
} // namespace lp2p::test::attack
