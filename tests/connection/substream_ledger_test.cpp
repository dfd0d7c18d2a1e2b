// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/connection/substream_ledger.hpp>

#include "tests/support/laws.hpp"

#include <gtest/gtest.h>

namespace lp2p {
namespace {

using connections::errc;
using test::start;

substream_index add(substream_ledger& l, direction dir,
                    substream_phase phase = substream_phase::open) {
    return l.add(dir, purpose::application, phase, start).index;
}

TEST(SubstreamLedger, CountsByDirectionAndPhase) {
    substream_ledger l{{}};
    add(l, direction::inbound, substream_phase::waiting);
    add(l, direction::inbound, substream_phase::negotiating);
    const auto q = add(l, direction::outbound, substream_phase::queued);
    const auto c = l.counts();
    EXPECT_EQ(c.inbound, 2U);
    EXPECT_EQ(c.outbound, 1U);
    EXPECT_EQ(c.waiting, 1U);
    EXPECT_EQ(c.negotiating, 1U);
    EXPECT_EQ(c.queued, 1U);
    EXPECT_EQ(l.first_queued()->index, q);
    l.erase(q);
    EXPECT_EQ(l.first_queued(), nullptr);
    EXPECT_EQ(l.outbound(), 0U);
}
TEST(SubstreamLedger, FindsByIndexAndByStream) {
    substream_ledger l{{}};
    std::vector<substream_index> all;
    for (std::uint32_t i = 0; i < 20; ++i) {
        all.push_back(add(l, direction::outbound));
        l.bind(*l.find(all.back()), yamux::stream_id{(i * 7) % 20 * 2 + 1}); // in no order
    }
    for (std::uint32_t i = 0; i < 20; ++i) {
        const yamux::stream_id s{(i * 7) % 20 * 2 + 1};
        ASSERT_NE(l.find(s), nullptr);
        EXPECT_EQ(l.find(s)->index, all[i]);
        EXPECT_EQ(std::as_const(l).find(all[i])->stream, s);
    }
    EXPECT_EQ(l.find(yamux::stream_id{2}), nullptr);
    EXPECT_EQ(l.find(substream_index{}), nullptr);
    for (std::uint32_t i = 0; i < 20; i += 2) l.erase(all[i]);
    for (std::uint32_t i = 0; i < 20; ++i) {
        EXPECT_EQ(l.find(all[i]) != nullptr, i % 2 == 1);
        EXPECT_EQ(l.find(yamux::stream_id{(i * 7) % 20 * 2 + 1}) != nullptr, i % 2 == 1);
    }
    l.erase(all[0]);
    EXPECT_EQ(l.outbound(), 10U) << "once is enough";
}
TEST(SubstreamLedger, IsInUseByMoreThanIdentifyAndPing) {
    substream_ledger l{{}};
    l.add(direction::outbound, purpose::identify, substream_phase::open, start);
    l.add(direction::inbound, purpose::ping, substream_phase::open, start);
    l.add(direction::inbound, purpose::application, substream_phase::waiting, start);
    EXPECT_FALSE(l.in_use()) << "a bare SYN is nothing yet";
    const auto talking =
        l.add(direction::inbound, purpose::application, substream_phase::negotiating, start).index;
    EXPECT_TRUE(l.in_use());
    l.erase(talking);
    EXPECT_FALSE(l.in_use());
    l.add(direction::outbound, purpose::pubsub, substream_phase::queued, start);
    EXPECT_TRUE(l.in_use());
}
TEST(SubstreamLedger, AnIndexIsNeverUsedAgain) {
    substream_ledger l{{}};
    const auto one = add(l, direction::outbound);
    l.erase(one);
    EXPECT_GT(add(l, direction::outbound), one);
}
TEST(SubstreamLedger, RoomFollowsInboundAndKeepsTheLastSlots) {
    substream_ledger l{{.outbound = 10, .both = 16, .reserved = 4}};
    EXPECT_EQ(l.room(purpose::identify), 10U);
    EXPECT_EQ(l.room(purpose::application), 7U) << "at most a third is kept";
    for (int i = 0; i < 7; ++i) add(l, direction::outbound);
    EXPECT_EQ(l.may_open(purpose::application).error(), errc::stream_limit);
    EXPECT_TRUE(l.may_open(purpose::pubsub));
    for (int i = 0; i < 9; ++i) add(l, direction::inbound);
    EXPECT_EQ(l.room(purpose::ping), 7U);
    EXPECT_EQ(l.may_open(purpose::ping).error(), errc::stream_limit);
    for (int i = 0; i < 20; ++i) add(l, direction::inbound);
    EXPECT_EQ(l.room(purpose::ping), 0U);
}
TEST(SubstreamLedger, DefaultsAreTheTable) {
    const substream_ledger l{{}};
    EXPECT_EQ(l.room(purpose::pubsub), 256U);
    EXPECT_EQ(l.room(purpose::application), 252U);
}

} // namespace
} // namespace lp2p
