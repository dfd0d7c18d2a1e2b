// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/multistream/negotiation.hpp>

#include <lp2p/protocol/multistream/dialer.hpp>
#include <lp2p/protocol/multistream/listener.hpp>

#include "talk.hpp"
#include "tests/support/pair.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace {

namespace ms = lp2p::multistream;
using lp2p::as_bytes;
using lp2p::party;
using lp2p::test::start;
using namespace std::chrono_literals;

ms::dialer dialer_of(std::vector<std::string> protocols) {
    return ms::dialer{{.protocols = std::move(protocols)}, start};
}
ms::listener listener_of(std::vector<std::string> protocols) {
    return ms::listener{{.protocols = ms::protocol_list::of(protocols).value()}, start};
}

TEST(MultistreamNegotiation, BothSidesAgreeOnTheFirstProposalThatIsServed) {
    lp2p::test::pair p{dialer_of({"/x", "/y", "/b", "/a"}), listener_of({"/a", "/b"})};
    p.pump();
    EXPECT_EQ(p.dialer.agreed(), "/b");
    EXPECT_EQ(p.listener.agreed(), "/b");
    ASSERT_EQ(p.dialer_events.size(), 2U);
    EXPECT_EQ(std::get<ms::agreed>(p.dialer_events[0]).index, 2U);
    EXPECT_EQ(std::get<ms::ended>(p.dialer_events[1]).why, lp2p::reason{});
    ASSERT_EQ(p.listener_events.size(), 2U);
    EXPECT_EQ(std::get<ms::agreed>(p.listener_events[0]).index, 1U);
    EXPECT_FALSE(p.dialer.wants_end());
    EXPECT_FALSE(p.listener.wants_end());
}

TEST(MultistreamNegotiation, OneProposalTakesOneRoundTrip) {
    lp2p::test::pair p{dialer_of({"/a"}), listener_of({"/a"})};
    p.latency = 50ms;
    p.advance(99ms);
    EXPECT_EQ(p.listener.agreed(), "/a");
    EXPECT_FALSE(p.dialer.agreed());
    p.advance(1ms);
    EXPECT_EQ(p.dialer.agreed(), "/a");
}

TEST(MultistreamNegotiation, NothingServedIsRefusedForTheDialerOnly) {
    lp2p::test::pair p{dialer_of({"/a", "/b"}), listener_of({"/c"})};
    p.pump();
    ASSERT_TRUE(p.dialer.ended());
    EXPECT_EQ(*p.dialer.ended(), (lp2p::reason{ms::errc::not_supported, party::remote, 0}));
    ASSERT_TRUE(p.listener.ended()); // the dialer reset the stream
    EXPECT_EQ(p.listener.ended()->why, ms::errc::reset);
    EXPECT_EQ(p.listener.ended()->wire_code, ms::negotiation_failed);
}

TEST(MultistreamNegotiation, TheDeadlineIsForTheWholeStepAndIsNoRefusal) {
    auto d = dialer_of({"/a", "/b"});
    EXPECT_EQ(d.next_timeout(), start + 10s);
    ASSERT_TRUE(d.receive(lp2p::test::lines({ms::header_line, "na"}), start + 9s));
    d.handle_timeout(start + 9999ms);
    EXPECT_FALSE(d.ended());
    d.handle_timeout(start + 10s);
    ASSERT_TRUE(d.ended());
    EXPECT_EQ(*d.ended(), (lp2p::reason{ms::errc::negotiation_timeout, party::local, 0}));
    EXPECT_TRUE(d.transmit(100).empty());
    EXPECT_EQ(d.wants_end(), (lp2p::end{lp2p::end::reset, ms::negotiation_failed}));
    EXPECT_FALSE(d.next_timeout());
}

RC_GTEST_PROP(MultistreamNegotiation, BothSidesAlwaysComeToTheSameResult, ()) {
    const auto names = rc::gen::map(rc::gen::inRange(0, 8), [](int n) {
        return "/" + std::string(static_cast<std::size_t>(n), 'p');
    });
    const auto proposed = *rc::gen::resize(
        16, rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(names)));
    RC_PRE(proposed.size() <= 16U);
    const auto served = *rc::gen::container<std::vector<std::string>>(names);
    lp2p::test::pair p{dialer_of(proposed), listener_of(served)};
    p.piece = *rc::gen::inRange<std::size_t>(1, 40);
    p.packet = *rc::gen::inRange<std::size_t>(1, 40);
    p.pump();
    const auto first = std::find_if(proposed.begin(), proposed.end(), [&](const auto& name) {
        return std::find(served.begin(), served.end(), name) != served.end();
    });
    RC_ASSERT(p.dialer.agreed().has_value() == (first != proposed.end()));
    RC_ASSERT(p.dialer.agreed() == p.listener.agreed());
    if (first != proposed.end()) {
        RC_ASSERT(*p.dialer.agreed() == *first);
    }
    RC_ASSERT(p.dialer.ended().has_value() && p.listener.ended().has_value());
}

TEST(MultistreamNegotiation, BytesBehindTheProposalReachTheProtocolWhole) {
    auto d = dialer_of({"/a"});
    auto l = listener_of({"/a"});
    auto bytes = lp2p::test::sent(d);
    const std::size_t talk = bytes.size();
    lp2p::append(bytes, as_bytes("early data"));
    EXPECT_EQ(l.receive(bytes, start), talk); // the rest is still the caller's
    auto answer = lp2p::test::sent(l);
    const std::size_t told = answer.size();
    lp2p::append(answer, as_bytes("late data"));
    EXPECT_EQ(d.receive(answer, start), told);
    EXPECT_EQ(d.receive(as_bytes("more"), start), 0U);
}

} // namespace
