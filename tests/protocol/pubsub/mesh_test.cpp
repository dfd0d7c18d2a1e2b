// SPDX-License-Identifier: Apache-2.0 OR MIT
// The rules one by one; tests/property/mesh_test.cpp has them as a model.
#include <lp2p/protocol/pubsub/mesh.hpp>

#include <gtest/gtest.h>

#include <set>

namespace {
using namespace lp2p;
using pubsub::mesh_member;
using pubsub::peer_index;

std::vector<mesh_member> members(std::uint32_t from, std::uint32_t n, bool outbound = false) {
    std::vector<mesh_member> all;
    for (std::uint32_t i = 0; i < n; ++i) all.push_back({peer_index{from + i}, outbound, 0});
    return all;
}
std::vector<mesh_member> both(std::vector<mesh_member> a, const std::vector<mesh_member>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}
pubsub::mesh_change balanced(const std::vector<mesh_member>& in,
                             const std::vector<mesh_member>& free, std::uint64_t seed = 1) {
    random_source chance{seed};
    return pubsub::balance(in, free, {}, chance);
}

TEST(PubsubMesh, BelowDloGraftsUpToD) {
    EXPECT_EQ(6U, balanced({}, members(100, 20)).graft.size());
    EXPECT_EQ(2U, balanced(members(1, 4), members(100, 20)).graft.size());
    EXPECT_EQ(1U, balanced(members(1, 4), members(100, 1)).graft.size()) << "as many as there are";
}

TEST(PubsubMesh, BetweenTheBoundsNothingHappens) {
    for (std::uint32_t n = 5; n < 12; ++n) {
        const auto c = balanced(both(members(1, 2, true), members(10, n - 2)), members(100, 20));
        EXPECT_TRUE(c.graft.empty() && c.prune.empty()) << n;
    }
}

TEST(PubsubMesh, FromDhiOnPrunesToD) {
    EXPECT_EQ(6U, balanced(members(1, 12, true), {}).prune.size());
    EXPECT_EQ(24U, balanced(members(1, 30, true), {}).prune.size());
}

TEST(PubsubMesh, TheBestStandingStays) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        auto in = members(1, 20);
        for (std::uint32_t i = 0; i < 4; ++i) in[i * 5].standing = 1;
        const auto c = balanced(in, {}, seed);
        const std::set<peer_index> gone(c.prune.begin(), c.prune.end());
        for (std::uint32_t i = 0; i < 4; ++i) EXPECT_FALSE(gone.contains(in[i * 5].peer));
    }
}

TEST(PubsubMesh, TwoOutboundMembersStay) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const auto c = balanced(both(members(1, 18), members(50, 2, true)), {}, seed);
        for (const auto p : c.prune) EXPECT_LT(p, peer_index{50});
    }
}

TEST(PubsubMesh, TooFewOutboundMembersAreCompleted) {
    const auto c = balanced(members(1, 6), both(members(100, 10), members(200, 10, true)));
    ASSERT_EQ(2U, c.graft.size());
    for (const auto p : c.graft) EXPECT_GE(p, peer_index{200});
    EXPECT_TRUE(balanced(members(1, 6), members(100, 10)).graft.empty()) << "there are none";
}

TEST(PubsubMesh, TheSeedDecides) {
    const auto pick = [](std::uint64_t seed) { return balanced({}, members(1, 30), seed).graft; };
    EXPECT_EQ(pick(1), pick(1));
    EXPECT_NE(pick(1), pick(2));
}

TEST(PubsubMesh, ChoosesSomeOrAll) {
    random_source chance{1};
    const std::vector<peer_index> all{peer_index{1}, peer_index{2}, peer_index{3}};
    EXPECT_EQ(2U, pubsub::choose(all, 2, chance).size());
    EXPECT_EQ(3U, pubsub::choose(all, 5, chance).size());
    EXPECT_TRUE(pubsub::choose({}, 5, chance).empty());
}

} // namespace
