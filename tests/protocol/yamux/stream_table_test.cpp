// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/yamux/stream_table.hpp>

#include <gtest/gtest.h>

namespace {

using namespace lp2p;
using namespace lp2p::yamux;

constexpr instant start = instant{} + std::chrono::hours{1};

std::vector<std::uint32_t> ids(const stream_table& t) {
    std::vector<std::uint32_t> out;
    for (std::size_t i = 0; i < t.size(); ++i) out.push_back(value_of(t.at(i).id));
    return out;
}
std::vector<std::uint32_t> line(const stream_table& t) {
    std::vector<std::uint32_t> out;
    for (auto* s = t.ready.first(); s != nullptr; s = stream_table::ready_line::next(*s))
        out.push_back(value_of(s->id));
    return out;
}

TEST(YamuxStreamTable, FindsByIdInAnyOrderOfInsertion) {
    stream_table t;
    for (const std::uint32_t id : {9U, 1U, 0xffffffffU, 4U, 2U})
        t.insert(stream_id{id}, true, start);
    EXPECT_EQ(ids(t), (std::vector<std::uint32_t>{1, 2, 4, 9, 0xffffffff}));
    for (const std::uint32_t id : ids(t)) EXPECT_EQ(value_of(t.find(stream_id{id})->id), id);
    for (const std::uint32_t id : {0U, 3U, 10U, 0xfffffffeU})
        EXPECT_EQ(t.find(stream_id{id}), nullptr);
    t.erase(*t.find(stream_id{4}));
    EXPECT_EQ(t.find(stream_id{4}), nullptr);
    EXPECT_EQ(ids(t), (std::vector<std::uint32_t>{1, 2, 9, 0xffffffff}));
}
TEST(YamuxStreamTable, CountsByKind) {
    stream_table t;
    auto& in = t.insert(stream_id{1}, true, start);
    auto& out = t.insert(stream_id{2}, false, start);
    EXPECT_EQ(t.count().inbound, 1U);
    EXPECT_EQ(t.count().waiting, 1U);
    EXPECT_EQ(t.count().outbound, 1U);
    EXPECT_EQ(t.count().unacknowledged, 1U);
    for (int twice = 0; twice < 2; ++twice) {
        t.no_longer_waiting(in);
        t.acknowledged(out);
        t.acknowledged(in); // an ACK for their own stream counts for nothing
    }
    EXPECT_EQ(t.count().waiting, 0U);
    EXPECT_EQ(t.count().unacknowledged, 0U);
    t.insert(stream_id{3}, true, start);
    t.insert(stream_id{4}, false, start);
    while (!t.empty()) t.erase(t.at(0));
    EXPECT_EQ(t.count().inbound + t.count().outbound, 0U);
    EXPECT_EQ(t.count().waiting + t.count().unacknowledged, 0U);
}
TEST(YamuxStreamTable, ALineHoldsEachOnceAndTurns) {
    stream_table t;
    for (const std::uint32_t id : {1U, 3U, 5U}) t.ready.push(t.insert(stream_id{id}, true, start));
    t.ready.push(*t.find(stream_id{1}));
    EXPECT_EQ(line(t), (std::vector<std::uint32_t>{1, 3, 5}));
    t.ready.rotate();
    EXPECT_EQ(line(t), (std::vector<std::uint32_t>{3, 5, 1}));
    t.erase(*t.find(stream_id{5})); // leaves every line it is in
    EXPECT_EQ(line(t), (std::vector<std::uint32_t>{3, 1}));
    EXPECT_EQ(t.ready.size(), 2U);
    t.ready.remove(*t.find(stream_id{3}));
    t.ready.remove(*t.find(stream_id{3}));
    t.ready.rotate();
    EXPECT_EQ(line(t), (std::vector<std::uint32_t>{1}));
}
TEST(YamuxStreamTable, ACopyHasItsOwnStreamsAndLines) {
    stream_table t;
    for (const std::uint32_t id : {1U, 3U, 5U}) t.ready.push(t.insert(stream_id{id}, true, start));
    t.ready.rotate();
    stream_table copy = t;
    EXPECT_NE(copy.find(stream_id{1}), t.find(stream_id{1}));
    EXPECT_EQ(line(copy), line(t));
    copy.erase(*copy.find(stream_id{3}));
    EXPECT_EQ(line(t), (std::vector<std::uint32_t>{3, 5, 1}));
    stream_table moved = std::move(copy);
    EXPECT_EQ(line(moved), (std::vector<std::uint32_t>{5, 1}));
    EXPECT_EQ(moved.count().inbound, 2U);
}

} // namespace
