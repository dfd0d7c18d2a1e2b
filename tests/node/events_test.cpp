// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/node/events.hpp>

#include <gtest/gtest.h>

#include <set>

namespace lp2p {
namespace {

static_assert(sizeof(node_event) <= 96, "events own small values; what is large is taken by id");
static_assert(std::is_nothrow_move_constructible_v<node_event>);

template <class Event, class... Whole>
constexpr bool one_of(const std::variant<Whole...>*) {
    return (std::is_same_v<Event, Whole> || ...);
}
template <class... Part, class Whole>
constexpr bool all_of(const std::variant<Part...>*, const Whole* whole) {
    return (one_of<Part>(whole) && ...);
}

TEST(NodeEvents, EverythingThatPubsubTellsANodeTells) {
    constexpr const service::pubsub_event* part = nullptr;
    constexpr const node_event* whole = nullptr;
    EXPECT_TRUE(all_of(part, whole));
}

TEST(NodeEvents, WhatANodeDoesItselfIsNotTold) {
    constexpr const node_event* whole = nullptr;
    EXPECT_FALSE(one_of<service::wrong_identity>(whole)) << "the connection is closed";
    EXPECT_FALSE(one_of<swarms::pong>(whole)) << "keep-alive is nobody's news";
}

TEST(NodeEvents, EveryCauseOfAWithdrawalHasAWordAndSaysWhatToDo) {
    std::set<std::string_view> words, sentences;
    for (auto w = withdrawal{}; w <= withdrawal::other_connection;
         w = static_cast<withdrawal>(static_cast<int>(w) + 1)) {
        EXPECT_TRUE(words.insert(to_string(w)).second);
        EXPECT_TRUE(sentences.insert(describe(w)).second);
        EXPECT_GT(describe(w).size(), to_string(w).size());
    }
    EXPECT_EQ(words.size(), 3U);
}

} // namespace
} // namespace lp2p
