// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/pubsub/message_cache.hpp>

#include "tests/protocol/pubsub/support.hpp"

#include <gtest/gtest.h>

namespace {
using namespace lp2p;
using pubsub::peer_index;
using pubsub::topic_index;

constexpr topic_index a{1};
constexpr topic_index b{2};
constexpr peer_index p{1};
constexpr peer_index q{2};

pubsub::id_digest digest(std::string_view id) { return pubsub::digester{0}(as_bytes(id)); }
void put(pubsub::message_cache& c, std::string_view id, topic_index t = a, std::size_t size = 10) {
    c.put(digest(id), pubsub::message_id{as_bytes(id)}, shared_bytes{byte_vector(size)}, t);
}
std::vector<std::string> gossip(const pubsub::message_cache& c, topic_index t = a) {
    std::vector<byte_view> ids;
    c.gossip_ids(t, ids);
    std::vector<std::string> out;
    for (const auto id : ids) out.emplace_back(as_text(id));
    return out;
}
using strings = std::vector<std::string>;

TEST(PubsubMessageCache, AdvertisesThreeHeartbeatsAndKeepsFive) {
    pubsub::message_cache c{{}};
    put(c, "1");
    for (int beat = 0; beat < 7; ++beat) {
        EXPECT_EQ(beat < 3 ? strings{"1"} : strings{}, gossip(c)) << beat;
        EXPECT_EQ(beat < 5,
                  c.get(digest("1"), peer_index{100U + static_cast<unsigned>(beat)}).has_value())
            << beat;
        c.shift();
    }
    EXPECT_EQ(0U, c.size());
    EXPECT_EQ(0U, c.bytes());
}

TEST(PubsubMessageCache, AdvertisesEachTopicItsOwn) {
    pubsub::message_cache c{{}};
    put(c, "1", a);
    put(c, "2", b);
    c.shift();
    put(c, "3", a);
    put(c, "3", a);
    EXPECT_EQ((strings{"1", "3"}), gossip(c, a));
    EXPECT_EQ(strings{"2"}, gossip(c, b));
}

TEST(PubsubMessageCache, Threats2_ThreeSendsPerMessageAndPeer) {
    pubsub::message_cache c{{}};
    put(c, "1");
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(c.get(digest("1"), p));
    EXPECT_FALSE(c.get(digest("1"), p));
    EXPECT_TRUE(c.get(digest("1"), q));
    EXPECT_FALSE(c.get(digest("2"), q));
    pubsub::message_cache never{{.sends = 0}};
    put(never, "1");
    EXPECT_FALSE(never.get(digest("1"), p));
}

TEST(PubsubMessageCache, Threats2_BytesAreBoundedAndTheOldestLeave) {
    pubsub::message_cache c{{.bytes = 100'000}};
    for (int i = 0; i < 1000; ++i) {
        put(c, std::to_string(i), a, 1000);
        ASSERT_LE(c.bytes(), 100'000U);
    }
    EXPECT_TRUE(c.get(digest("999"), p));
    EXPECT_FALSE(c.get(digest("0"), p));
    EXPECT_GT(c.size(), 80U);
}

TEST(PubsubMessageCache, LongUseKeepsItWhole) {
    pubsub::message_cache c{{}};
    for (int i = 0; i < 2000; ++i) {
        put(c, std::to_string(i));
        if (i % 10 == 9) c.shift();
        ASSERT_TRUE(c.get(digest(std::to_string(i)), p));
        ASSERT_TRUE(i < 39 || c.get(digest(std::to_string(i - 39)), q)) << i;
        ASSERT_FALSE(c.get(digest(std::to_string(i - 51)), q));
    }
    EXPECT_EQ(40U, c.size());
}

} // namespace
