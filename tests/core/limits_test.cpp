// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/core/limits.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace lp2p;

std::vector<std::string> listed() {
    std::vector<std::string> names;
    for_each_limit(default_limits,
                   [&](std::string_view name, const auto&) { names.emplace_back(name); });
    return names;
}

// A limit that the table has and the list forgot cannot be set by a flag; only the header's text
// knows all members.
TEST(Limits, EveryPlainMemberIsListedUnderItsOwnName) {
    std::ifstream in{std::string{LP2P_SOURCE_DIR} + "/include/lp2p/core/limits.hpp"};
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    ASSERT_FALSE(text.empty());
    const std::regex member{"\n    (?:std::size_t|std::uint32_t|duration) ([a-z_]+) = "};
    std::set<std::string> members;
    for (std::sregex_iterator it{text.begin(), text.end(), member}, last; it != last; ++it)
        members.insert((*it)[1]);
    const std::vector<std::string> names = listed();
    EXPECT_EQ(members, std::set<std::string>(names.begin(), names.end()));
    EXPECT_EQ(members.size(), names.size()) << "a name is listed twice";
}

TEST(Limits, AListedNameReachesTheMemberOfThatName) {
    limits l;
    for_each_limit(l, [](std::string_view name, auto& value) {
        if (name == "streams_in") value = std::remove_reference_t<decltype(value)>{7};
        if (name == "keepalive_idle") value = std::remove_reference_t<decltype(value)>{9};
        if (name == "rpc") value = std::remove_reference_t<decltype(value)>{11};
    });
    EXPECT_EQ(l.streams_in, 7U);
    EXPECT_EQ(l.keepalive_idle, duration{9});
    EXPECT_EQ(l.rpc, 11U);
    EXPECT_FALSE(l == default_limits);
    l.streams_in = default_limits.streams_in;
    l.keepalive_idle = default_limits.keepalive_idle;
    l.rpc = default_limits.rpc;
    EXPECT_EQ(l, default_limits); // and no other
}

TEST(Limits, NoneIsZeroByDefault) {
    for_each_limit(default_limits, [](std::string_view name, const auto& value) {
        EXPECT_GT(value, std::remove_cvref_t<decltype(value)>{}) << name;
    });
}

// What other implementations force on us; see threats.md and the protocol pages.
TEST(Limits, KeepThePromisesBetweenThem) {
    constexpr limits l;
    EXPECT_LE(l.streams_both, 512U - 32U);     // rust ends the connection at 513 streams
    EXPECT_LT(l.streams_unacknowledged, 256U); // go's and rust's backlog
    EXPECT_LE(l.streams_out, l.streams_both);
    EXPECT_LE(l.streams_reserved * 3, l.streams_out);
    EXPECT_GE(l.streams_waiting, 256U);      // a remote may open as many before an ACK
    EXPECT_EQ(l.window_start, 256U * 1024U); // the specification's
    EXPECT_LE(l.window_start, l.window_most);
    EXPECT_EQ(l.noise_frame, 65535U);
    EXPECT_LE(l.noise_payload, l.upgrade_bytes);
    EXPECT_LE(l.identify_part * 1, l.identify_total);
    EXPECT_LE(l.identify_first, 4096U); // rust takes no more
    EXPECT_LT(l.rpc_sent, 64U * 1024U); // rust's default for one RPC
    EXPECT_LE(l.rpc_control_sent, l.rpc_sent);
    EXPECT_LT(l.keepalive_idle + l.keepalive_answer, seconds{30});
}

} // namespace
