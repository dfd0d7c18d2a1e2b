// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/multistream/dialer.hpp>

#include "talk.hpp"

#include <gtest/gtest.h>

namespace {

namespace ms = lp2p::multistream;
using lp2p::as_bytes;
using lp2p::end;
using lp2p::fault;
using lp2p::party;
using lp2p::reason;
using lp2p::test::lines;
using lp2p::test::sent;
using lp2p::test::start;
using ms::dialer;
using ms::errc;

dialer dialer_of(std::vector<std::string> protocols) {
    return dialer{{.protocols = std::move(protocols)}, start};
}
/// How a dialer of `/a` and `/b` ends when `bytes` come.
reason after_bytes(lp2p::byte_view bytes) {
    dialer d = dialer_of({"/a", "/b"});
    const auto took = d.receive(bytes, start);
    if (!d.ended()) return reason{};
    EXPECT_FALSE(took);
    EXPECT_EQ(d.wants_end(), (end{end::reset, ms::negotiation_failed}));
    return *d.ended();
}

TEST(MultistreamDialer, SendsHeaderAndFirstProposalAtOnce) {
    dialer d = dialer_of({"/a", "/b"});
    EXPECT_EQ(sent(d), lines({ms::header_line, "/a"}));
    EXPECT_TRUE(d.transmit(100).empty());
    EXPECT_FALSE(d.poll_event());
}

TEST(MultistreamDialer, ProposesTheNextAfterANo) {
    dialer d = dialer_of({"/a", "/b"});
    (void)sent(d);
    EXPECT_TRUE(d.receive(lines({ms::header_line, "na"}), start));
    EXPECT_EQ(sent(d), lines({"/b"}));
    EXPECT_TRUE(d.receive(lines({"/b"}), start));
    EXPECT_EQ(d.agreed(), "/b");
}

TEST(MultistreamDialer, OnlyANoToEverythingIsARefusal) {
    EXPECT_EQ(after_bytes(lines({ms::header_line, "na", "na"})),
              (reason{errc::not_supported, party::remote, 0}));
    EXPECT_EQ(lp2p::error{errc::not_supported}, fault::refused);
    EXPECT_EQ(after_bytes(lines({ms::header_line, "na"})), reason{}); // still open
}

// Hazard H2: rust takes a reset for a refusal for good. The same mistake must be impossible here.
TEST(MultistreamDialer, AResetAFinADeadlineAndALimitAreNeverARefusal) {
    const auto first = lines({ms::header_line, "na"});
    for (const std::size_t cut : {std::size_t{0}, std::size_t{7}, first.size() - 2, first.size()}) {
        dialer reset = dialer_of({"/a", "/b"});
        ASSERT_TRUE(reset.receive(lp2p::byte_view{first}.first(cut), start));
        reset.receive_end({end::reset, 0x1002}, start);
        EXPECT_EQ(*reset.ended(), (reason{errc::reset, party::remote, 0x1002})) << cut;
        EXPECT_EQ(reset.ended()->why, fault::closed);
        dialer fin = dialer_of({"/a", "/b"});
        ASSERT_TRUE(fin.receive(lp2p::byte_view{first}.first(cut), start));
        fin.receive_end({}, start);
        EXPECT_EQ(*fin.ended(), (reason{errc::ended_early, party::remote, 0})) << cut;
        EXPECT_EQ(fin.ended()->why, fault::closed);
        dialer late = dialer_of({"/a", "/b"});
        ASSERT_TRUE(late.receive(lp2p::byte_view{first}.first(cut), start));
        late.handle_timeout(start + lp2p::seconds{10});
        EXPECT_EQ(late.ended()->why, fault::timeout) << cut;
    }
    EXPECT_EQ(after_bytes(as_bytes("\xff\x7f")).why, fault::limit);
}

TEST(MultistreamDialer, BadAnswersHaveTheirNames) {
    EXPECT_EQ(after_bytes(lines({"/multistream/2.0.0"})).why, errc::wrong_header);
    EXPECT_EQ(after_bytes(lines({"/a"})).why, errc::wrong_header); // rust would take it
    EXPECT_EQ(after_bytes(as_bytes("HTTP/1.1 400")).why, errc::wrong_header);
    EXPECT_EQ(after_bytes(lines({ms::header_line, "/b"})).why, errc::unexpected_answer);
    EXPECT_EQ(after_bytes(lines({ms::header_line, ms::header_line})).why, errc::unexpected_answer);
    EXPECT_EQ(after_bytes(lines({ms::header_line, ""})).why, errc::unexpected_answer);
    EXPECT_EQ(after_bytes(as_bytes({"\0", 1})).why, errc::bad_token);
    EXPECT_EQ(after_bytes(as_bytes("\x13/multistream/1.0.0\x02/a")).why, errc::bad_token);
    EXPECT_EQ(after_bytes(as_bytes("\x13/multistream/1.0.0/")).why, errc::bad_token);
    EXPECT_EQ(after_bytes(as_bytes({"\x83\0", 2})).why, errc::bad_length);
    EXPECT_EQ(after_bytes(as_bytes("\x81\x08")).why, errc::token_too_long);
}

TEST(MultistreamDialer, AnAnswerThatOnlyBeginsLikeTheProposalIsAnother) {
    EXPECT_EQ(after_bytes(lines({ms::header_line, "/a/longer/than/everything/we/know"})).why,
              errc::unexpected_answer);
    EXPECT_EQ(after_bytes(lines({ms::header_line, "/"})).why, errc::unexpected_answer);
}

TEST(MultistreamDialer, WhatCannotBeProposedIsACallersErrorBeforeAnythingIsSent) {
    const auto why = [](std::vector<std::string> protocols) {
        dialer d = dialer_of(std::move(protocols));
        EXPECT_TRUE(d.transmit(1000).empty());
        EXPECT_EQ(d.ended()->why, fault::local);
        EXPECT_EQ(d.ended()->by, party::local);
        return d.ended()->why;
    };
    EXPECT_EQ(why({}), errc::nothing_to_propose);
    EXPECT_EQ(why({"/a", "b"}), errc::invalid_protocol);
    EXPECT_EQ(why({"/" + std::string(1023, 'x')}), errc::invalid_protocol);
    EXPECT_EQ(why(std::vector<std::string>(17, "/a")), errc::too_many_protocols);
    EXPECT_FALSE(dialer_of(std::vector<std::string>(16, "/a")).ended());
}

// confirm::lazy: bytes of the application are behind the proposal before any answer is there.
TEST(MultistreamDialer, ALateNoIsARefusalForALazyDialer) {
    dialer d = dialer_of({"/a"});
    EXPECT_EQ(sent(d), lines({ms::header_line, "/a"})); // the application writes behind this
    EXPECT_TRUE(d.receive(lines({ms::header_line}), start + lp2p::seconds{1}));
    EXPECT_FALSE(d.ended());
    EXPECT_FALSE(d.receive(lines({"na"}), start + lp2p::seconds{2}));
    EXPECT_EQ(*d.ended(), (reason{errc::not_supported, party::remote, 0}));
    EXPECT_TRUE(d.transmit(100).empty());
}

TEST(MultistreamDialer, ALateEchoEndsALazyDialerExactlyBeforeTheApplicationsBytes) {
    dialer d = dialer_of({"/a"});
    (void)sent(d);
    auto bytes = lines({ms::header_line, "/a"});
    const std::size_t talk = bytes.size();
    lp2p::append(bytes, as_bytes("pong"));
    EXPECT_EQ(d.receive(bytes, start), talk);
    EXPECT_EQ(*d.ended(), reason{});
}

TEST(MultistreamDialer, KeepsTheLaws) {
    using namespace lp2p::test;
    subject s{[](lp2p::instant now) {
                  return dialer{{.protocols = {"/a", "/b"}}, now};
              },
              tell_negotiation};
    auto good = lines({ms::header_line, "na", "/b"});
    lp2p::append(good, as_bytes("leftover"));
    for (const auto& bytes : {good, lines({ms::header_line, "na", "na"}),
                              lines({ms::header_line, "/c"}), lines({"/multistream/1.1.0"}),
                              raw("HTTP/1.1 200 OK\r\n\r\n"), raw("\x13/multistream/1.0.0"),
                              lp2p::byte_vector(40), raw("\x13/multistream/1.0.0\n\x81\x08xx")})
        EXPECT_EQ(all_laws(s, {arrives(bytes), time_passes(lp2p::seconds{11})}), "");
    EXPECT_EQ(all_laws(s, {arrives(lines({ms::header_line})), other_side_ends({end::reset, 9})}),
              "");
    EXPECT_EQ(finality(s, {other_side_ends()}, true), "");
}

} // namespace
