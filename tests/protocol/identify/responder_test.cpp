// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/identify/responder.hpp>

#include <lp2p/protocol/identify/requester.hpp>

#include "samples.hpp"
#include "tests/support/pair.hpp"

#include <gtest/gtest.h>

namespace {

namespace id = lp2p::identify;
using id::errc;
using id::responder;
using lp2p::as_bytes;
using lp2p::end;
using lp2p::party;
using lp2p::reason;
using lp2p::test::start;
using lp2p::test::usual;
using namespace std::chrono_literals;

constexpr end reset{end::reset, 0};

TEST(IdentifyResponder, ARequesterReadsWhatItSays) {
    auto m = usual();
    m.signed_peer_record = lp2p::byte_vector(5000, std::byte{1}); // two parts
    lp2p::test::pair p{id::requester{{.remote_key = lp2p::test::key()}, start},
                       responder{m, {}, start}};
    p.piece = 7;
    p.pump();
    EXPECT_EQ(*p.dialer.ended(), reason{});
    EXPECT_EQ(*p.listener.ended(), reason{});
    EXPECT_EQ(p.dialer.take(), m);
}

TEST(IdentifyResponder, IsFinishedWhenTheLastByteHasLeft) {
    responder r{usual(), {}, start};
    const std::size_t size = r.transmit(SIZE_MAX).size();
    r.transmitted(size - 1);
    EXPECT_FALSE(r.ended());
    EXPECT_FALSE(r.wants_end());
    EXPECT_EQ(r.transmit(SIZE_MAX).size(), 1U);
    r.transmitted(1);
    EXPECT_EQ(*r.ended(), reason{});
    EXPECT_EQ(r.wants_end(), end{});
}

// Hazard H6: an identify stream that ends well without a message empties what go knows.
TEST(IdentifyResponder, WhatCannotBeSentIsAResetAndNeverAnEmptyEnd) {
    auto m = usual();
    m.protocols.clear();
    responder r{m, {}, start};
    EXPECT_EQ(*r.ended(), (reason{errc::incomplete, party::local, 0}));
    EXPECT_TRUE(r.transmit(100).empty());
    EXPECT_EQ(r.wants_end(), reset);
    m.protocols.assign(101, "/a");
    EXPECT_EQ((responder{m, {}, start}.ended()->why), errc::too_many_protocols);
}

TEST(IdentifyResponder, AReaderThatDoesNotReadIsResetAfterFiveSeconds) {
    responder r{usual(), {}, start};
    r.transmitted(5);
    ASSERT_EQ(r.next_timeout(), start + 5s);
    r.handle_timeout(start + 5s);
    EXPECT_EQ(*r.ended(), (reason{errc::identify_timeout, party::local, 0}));
    EXPECT_EQ(r.wants_end(), reset);
    EXPECT_TRUE(r.transmit(100).empty());
}

TEST(IdentifyResponder, WhatTheOtherSideSaysIsDropped) {
    responder r{usual(), {}, start};
    EXPECT_EQ(r.receive(as_bytes("noise"), start), 5U);
    r.receive_end({}, start); // its direction only
    EXPECT_FALSE(r.ended());
    r.receive_end({end::reset, 9}, start);
    EXPECT_EQ(*r.ended(), (reason{errc::reset, party::remote, 9}));
}

TEST(IdentifyResponder, KeepsTheLaws) {
    using namespace lp2p::test;
    subject s{[](lp2p::instant now) { return responder{usual(), {}, now}; }, tell_identify};
    EXPECT_EQ(all_laws(s, {arrives(raw("noise")), other_side_ends(), time_passes(6s)}), "");
    EXPECT_EQ(all_laws(s, {other_side_ends({end::reset, 1})}), "");
    EXPECT_EQ(finality(s, {time_passes(1s)}, true), "");
}

} // namespace
