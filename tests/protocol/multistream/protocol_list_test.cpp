// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/multistream/protocol_list.hpp>

#include <gtest/gtest.h>

namespace {

using lp2p::multistream::errc;
using lp2p::multistream::protocol_list;

TEST(MultistreamProtocolList, FindsEachNameAtItsIndex) {
    const std::vector<std::string> names{"/a", "/" + std::string(200, 'b'), "/c/1.0.0"};
    const protocol_list list = protocol_list::of(names).value();
    ASSERT_EQ(list.size(), 3U);
    EXPECT_EQ(list.longest(), 201U);
    for (std::size_t i = 0; i < names.size(); ++i) {
        EXPECT_EQ(list.find(names[i]), i);
        EXPECT_EQ(list[i], names[i]);
        lp2p::byte_vector line;
        lp2p::multistream::encode(names[i], line);
        EXPECT_TRUE(lp2p::equal(list.line(i), line));
    }
    EXPECT_FALSE(list.find("/"));
    EXPECT_FALSE(list.find("/c/1.0.0/"));
}

TEST(MultistreamProtocolList, AnEmptyListServesNothing) {
    const protocol_list list;
    EXPECT_TRUE(list.empty());
    EXPECT_EQ(list.longest(), 0U);
    EXPECT_FALSE(list.find("/a"));
    EXPECT_TRUE(protocol_list::of(std::vector<std::string>{}).value().empty());
}

TEST(MultistreamProtocolList, ANameThatNoPeerCouldNegotiateIsRefused) {
    EXPECT_EQ(protocol_list::of({"/a", "b"}).error(), errc::invalid_protocol);
    EXPECT_EQ(protocol_list::of({"/a\n/b"}).error(), errc::invalid_protocol);
    EXPECT_EQ(protocol_list::of({""}).error(), errc::invalid_protocol);
}

TEST(MultistreamProtocolList, ACopyOutlivesTheOriginal) {
    protocol_list copy;
    {
        const protocol_list list = protocol_list::of({"/a", "/b"}).value();
        copy = list;
    }
    EXPECT_EQ(copy[1], "/b");
}

TEST(MultistreamProtocolList, TheFirstOfTwoEqualNamesIsFound) {
    EXPECT_EQ(protocol_list::of({"/a", "/b", "/b"}).value().find("/b"), 1U);
}

TEST(MultistreamProtocolList, AListingIsOneLineOfLines) {
    const auto list = *lp2p::multistream::protocol_list::of({"/a", "/b/1.0.0"});
    const lp2p::byte_vector out = list.listing();
    // rust: the length of all, then each name with its own length and newline, then a newline
    EXPECT_EQ(lp2p::as_text(out), "\x0f\x03/a\n\x09/b/1.0.0\n\n");
    const auto again = lp2p::multistream::protocol_list::from_listing(
        lp2p::byte_view{out}.subspan(1, out.size() - 2));
    ASSERT_TRUE(again);
    ASSERT_EQ(again->size(), 2U);
    EXPECT_EQ((*again)[1], "/b/1.0.0");
    EXPECT_TRUE(lp2p::multistream::protocol_list::from_listing({})->empty());
    for (const std::string_view bad : {"\x03/a", "\x03/aa", "/a\n", "\x01\n", "\x80\x00"})
        EXPECT_FALSE(lp2p::multistream::protocol_list::from_listing(lp2p::as_bytes(bad))) << bad;
}

} // namespace
