// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/node/describe.hpp>

#include <gtest/gtest.h>

namespace lp2p {
namespace {

TEST(NodeDescribe, EveryDomainLeftOfIoHasItsWords) {
    EXPECT_EQ(text_of(crypto::errc{1}).name, name(crypto::errc{1}));
    EXPECT_EQ(text_of(wire::errc{1}).name, name(wire::errc{1}));
    EXPECT_EQ(text_of(multistream::errc{1}).name, name(multistream::errc{1}));
    EXPECT_EQ(text_of(noise::errc{1}).name, name(noise::errc{1}));
    EXPECT_EQ(text_of(yamux::errc{1}).name, name(yamux::errc{1}));
    EXPECT_EQ(text_of(identify::errc{1}).name, name(identify::errc{1}));
    EXPECT_EQ(text_of(ping::errc{1}).name, name(ping::errc{1}));
    EXPECT_EQ(text_of(insecure::errc{1}).name, name(insecure::errc{1}));
    EXPECT_EQ(text_of(pubsub::errc{1}).name, name(pubsub::errc{1}));
    EXPECT_EQ(text_of(connections::errc{1}).name, name(connections::errc{1}));
    EXPECT_EQ(text_of(swarms::errc{1}).name, "duplicate");
    EXPECT_EQ(text_of(service::errc{1}).name, "push_too_often");
}

TEST(NodeDescribe, NameAndSentenceAreOfTheSameCode) {
    const error_text t = text_of(service::errc::no_pubsub);
    EXPECT_EQ(t.name, "no_pubsub");
    EXPECT_EQ(t.sentence, describe(service::errc::no_pubsub));
}

TEST(NodeDescribe, NoErrorAndForeignCodesHaveNoWords) {
    EXPECT_TRUE(text_of(error{}).name.empty());
    EXPECT_TRUE(text_of({domain::io, fault::closed, 1}).sentence.empty());
    EXPECT_TRUE(text_of({domain::service, fault::local, 999}).name.empty());
}

} // namespace
} // namespace lp2p
