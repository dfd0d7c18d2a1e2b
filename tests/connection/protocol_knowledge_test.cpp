// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/connection/protocol_knowledge.hpp>

#include <lp2p/core/error.hpp>

#include <gtest/gtest.h>

namespace lp2p {
namespace {

using list = std::vector<std::string>;

template <class K>
concept takes_errors =
    requires(K k, error e) { k.failed(e); } || requires(K k, error e) { k.refused("", e); };
static_assert(!takes_errors<protocol_knowledge>, "a limit or a timeout cannot downgrade a peer");

TEST(ProtocolKnowledge, NothingIsKnownAtFirst) {
    const protocol_knowledge k;
    EXPECT_EQ(k.of("/a"), support::unknown);
    EXPECT_FALSE(k.has_list());
    EXPECT_TRUE(k.supported().empty());
}
TEST(ProtocolKnowledge, AnswersChangeOneProtocolEach) {
    protocol_knowledge k;
    k.confirmed("/a");
    k.refused("/b");
    EXPECT_EQ(k.of("/a"), support::supported);
    EXPECT_EQ(k.of("/b"), support::unsupported);
    EXPECT_EQ(k.of("/c"), support::unknown);
    k.refused("/a");
    k.confirmed("/b");
    EXPECT_EQ(k.of("/a"), support::unsupported);
    EXPECT_EQ(k.of("/b"), support::supported);
}
TEST(ProtocolKnowledge, AListReplacesAndSaysWhatChanged) {
    protocol_knowledge k;
    k.refused("/c");
    const auto first = k.listed({"/b", "/a", "/a"});
    EXPECT_TRUE(first.accepted);
    EXPECT_EQ(first.added, (list{"/a", "/b"}));
    EXPECT_TRUE(first.removed.empty());
    EXPECT_EQ(k.of("/c"), support::unsupported) << "not listed";
    const auto second = k.listed({"/b", "/c"});
    EXPECT_EQ(second.added, list{"/c"});
    EXPECT_EQ(second.removed, list{"/a"});
    EXPECT_EQ(k.supported(), (list{"/b", "/c"}));
    EXPECT_EQ(k.of("/c"), support::supported) << "an older `na` is forgotten";
}
TEST(ProtocolKnowledge, TheFirstListKeepsWhatTheRemoteSpokeBefore) {
    protocol_knowledge k;
    k.confirmed("/m");
    k.refused("/n");
    const auto first = k.listed({"/b", "/a"}); // go, asked in the moment of its start
    EXPECT_EQ(first.added, (list{"/a", "/b"}));
    EXPECT_TRUE(first.removed.empty());
    EXPECT_EQ(k.of("/m"), support::supported);
    EXPECT_EQ(k.of("/n"), support::unsupported);
    k.confirmed("/o");
    EXPECT_EQ(k.listed({"/a"}).removed, (list{"/b", "/m", "/o"})) << "a later list is believed";
    EXPECT_EQ(k.of("/m"), support::unsupported);
}
TEST(ProtocolKnowledge, TheFirstListAndWhatWasSpokenKeepTheBoundTogether) {
    protocol_knowledge k;
    k.confirmed("/spoken");
    list many;
    for (std::size_t i = 0; i < default_limits.identify_protocols; ++i)
        many.push_back("/" + std::to_string(i));
    k.listed(many);
    EXPECT_EQ(k.supported().size(), default_limits.identify_protocols);
}
TEST(ProtocolKnowledge, AnEmptyListChangesNothing) {
    protocol_knowledge k;
    k.listed({"/a"});
    const auto c = k.listed({});
    EXPECT_FALSE(c.accepted);
    EXPECT_TRUE(c.added.empty() && c.removed.empty());
    EXPECT_EQ(k.of("/a"), support::supported);
    protocol_knowledge fresh;
    fresh.listed({});
    EXPECT_EQ(fresh.of("/a"), support::unknown) << "H6: zero protocols are no list";
}
TEST(ProtocolKnowledge, HoldsNoMoreThanItsBound) {
    protocol_knowledge k;
    list many;
    for (int i = 0; i < 3000; ++i) many.push_back("/" + std::to_string(i));
    k.listed(many);
    EXPECT_EQ(k.supported().size(), default_limits.identify_protocols);
    for (const auto& p : many) k.confirmed(p);
    EXPECT_EQ(k.supported().size(), default_limits.identify_protocols);
    for (const auto& p : many) k.refused(p);
    EXPECT_TRUE(k.supported().empty());
}

} // namespace
} // namespace lp2p
