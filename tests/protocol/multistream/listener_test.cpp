// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/multistream/listener.hpp>

#include "talk.hpp"
#include "tests/support/counting_new.hpp"

#include <gtest/gtest.h>

namespace {

namespace ms = lp2p::multistream;
using lp2p::as_bytes;
using lp2p::end;
using lp2p::fault;
using lp2p::party;
using lp2p::reason;
using lp2p::test::lines;
using lp2p::test::raw;
using lp2p::test::sent;
using lp2p::test::start;
using ms::errc;
using ms::listener;

const ms::protocol_list& served() {
    static const ms::protocol_list list = ms::protocol_list::of({"/a", "/b"}).value();
    return list;
}
listener make(lp2p::instant now = start) { return listener{{.protocols = served()}, now}; }

constexpr end failed{end::reset, ms::negotiation_failed};

reason after_bytes(lp2p::byte_view bytes) {
    listener l = make();
    const auto took = l.receive(bytes, start);
    if (!l.ended()) return reason{};
    EXPECT_FALSE(took);
    EXPECT_EQ(l.wants_end(), failed);
    return *l.ended();
}
lp2p::byte_vector proposals(std::size_t n, std::string_view name) {
    auto bytes = lines({ms::header_line});
    for (std::size_t i = 0; i < n; ++i) lp2p::append(bytes, lines({name}));
    return bytes;
}

TEST(MultistreamListener, SaysNothingBeforeTheFirstByteThenItsHeaderAtOnce) {
    listener l = make();
    EXPECT_TRUE(l.transmit(100).empty());
    EXPECT_EQ(l.receive({}, start), 0U);
    EXPECT_TRUE(l.transmit(100).empty());
    EXPECT_TRUE(l.receive(as_bytes("\x13"), start));
    EXPECT_EQ(sent(l), lines({ms::header_line}));
}

TEST(MultistreamListener, EchoesWhatItServesAndRefusesTheRest) {
    listener l = make();
    EXPECT_TRUE(l.receive(lines({ms::header_line, "/tls/1.0.0", "/b"}), start));
    EXPECT_EQ(sent(l), lines({ms::header_line, "na", "/b"}));
    EXPECT_EQ(l.agreed(), "/b");
    EXPECT_EQ(*l.ended(), reason{});
    EXPECT_FALSE(l.wants_end());
}

TEST(MultistreamListener, KeepsTheListThatItBeganWith) {
    auto list = ms::protocol_list::of({"/a"}).value();
    listener l{{.protocols = list}, start};
    list = {};
    EXPECT_TRUE(l.receive(lines({ms::header_line, "/a"}), start));
    EXPECT_EQ(l.agreed(), "/a");
}

// threats.md §3, row by row.
TEST(MultistreamListener, ThreatLengthOver1024IsResetAsSoonAsTheLengthIsKnown) {
    EXPECT_EQ(after_bytes(raw("\x13/multistream/1.0.0\n\x81\x08")).why, errc::token_too_long);
    EXPECT_EQ(after_bytes(raw("\xff\xff\xff\xff\xff\xff\xff\xff\x7f")).why, errc::token_too_long);
    EXPECT_EQ(after_bytes(raw("\x81\x08")).why, fault::limit);
    EXPECT_EQ(after_bytes(proposals(1, "/" + std::string(1022, 'x'))), reason{}); // at the bound
}

TEST(MultistreamListener, ThreatTokenWithoutNewlineAndEmptyTokenAreBadTokens) {
    EXPECT_EQ(after_bytes(raw("\x13/multistream/1.0.0\n\x02/a")).why, errc::bad_token);
    EXPECT_EQ(after_bytes(lp2p::byte_vector(1)).why, errc::bad_token);
    auto empty = lines({ms::header_line});
    empty.push_back({});
    EXPECT_EQ(after_bytes(empty).why, errc::bad_token);
    EXPECT_EQ(after_bytes(raw("\x13/multistream/1.0.0!")).why, errc::bad_token);
}

TEST(MultistreamListener, ThreatWrongHeaderNeverLooksAtProposals) {
    listener l = make();
    EXPECT_FALSE(l.receive(lines({"/multistream/2.0.0", "/a"}), start));
    EXPECT_EQ(*l.ended(), (reason{errc::wrong_header, party::local, 0}));
    EXPECT_TRUE(l.transmit(100).empty());
    EXPECT_FALSE(l.agreed());
}

TEST(MultistreamListener, AnswersLsByItsListWhereItIsTold) {
    listener quiet = make();
    ASSERT_TRUE(quiet.receive(lines({ms::header_line, "ls"}), start));
    EXPECT_EQ(sent(quiet), lines({ms::header_line, "na"}));
    listener l{{.protocols = served(), .answers_ls = true}, start};
    ASSERT_TRUE(l.receive(lines({ms::header_line, "ls"}), start));
    lp2p::byte_vector expected = lines({ms::header_line});
    lp2p::append(expected, served().listing());
    EXPECT_EQ(sent(l), expected);
    ASSERT_TRUE(l.receive(lines({served()[0]}), start));
    EXPECT_EQ(l.agreed(), served()[0]) << "and the negotiation goes on";
    listener asked{{.protocols = served(), .answers_ls = true}, start};
    ASSERT_TRUE(asked.receive(lines({ms::header_line}), start));
    for (int i = 0; i < 64; ++i) ASSERT_TRUE(asked.receive(lines({"ls"}), start));
    EXPECT_FALSE(asked.receive(lines({"ls"}), start));
    EXPECT_EQ(asked.ended()->why, errc::too_many_proposals) << "it counts as a proposal";
}
TEST(MultistreamListener, ThreatThousandsOfProposalsAre64RefusalsThenAReset) {
    listener l = make();
    EXPECT_TRUE(l.receive(proposals(64, "/x"), start));
    EXPECT_FALSE(l.ended());
    EXPECT_FALSE(l.receive(lines({"/x"}), start));
    EXPECT_EQ(*l.ended(), (reason{errc::too_many_proposals, party::local, 0}));
    EXPECT_EQ(l.ended()->why, fault::limit);
    auto answers = lines({ms::header_line});
    for (int i = 0; i < 64; ++i) lp2p::append(answers, lines({"na"}));
    EXPECT_EQ(sent(l), answers);
    EXPECT_EQ(after_bytes(proposals(5000, "/x")).why, errc::too_many_proposals);
}

TEST(MultistreamListener, ThreatHeaderThenSilenceIsResetAtTenSeconds) {
    listener l = make();
    EXPECT_TRUE(l.receive(lines({ms::header_line}), start));
    ASSERT_EQ(l.next_timeout(), start + lp2p::seconds{10});
    l.handle_timeout(*l.next_timeout());
    EXPECT_EQ(*l.ended(), (reason{errc::negotiation_timeout, party::local, 0}));
    EXPECT_EQ(l.wants_end(), failed);
}

TEST(MultistreamListener, ThreatLsIsRefusedAndTheNegotiationGoesOn) {
    listener l = make();
    EXPECT_TRUE(l.receive(lines({ms::header_line, "ls", "/a"}), start));
    EXPECT_EQ(sent(l), lines({ms::header_line, "na", "/a"}));
    EXPECT_EQ(l.agreed(), "/a");
}

TEST(MultistreamListener, ThreatAStalledNegotiationHoldsAtMostOneKibibyte) {
    const std::size_t before = lp2p::test::live_bytes();
    std::vector<listener> stalled;
    stalled.reserve(500);
    auto bytes = lines({ms::header_line});
    lp2p::append(bytes, raw("\x80\x08" + std::string(1023, '/'))); // one byte is missing
    for (int i = 0; i < 500; ++i) {
        stalled.push_back(make());
        for (const std::byte b : bytes) ASSERT_EQ(stalled.back().receive({&b, 1}, start), 1U);
    }
    EXPECT_LE((lp2p::test::live_bytes() - before) / 500, 1024U);
    for (auto& l : stalled) {
        ASSERT_FALSE(l.ended());
        l.handle_timeout(start + lp2p::seconds{10});
        EXPECT_EQ(l.ended()->why, fault::timeout);
    }
}

// multistream.md §7, row by row, where threats.md does not already say it.
TEST(MultistreamListener, MalformedNonMinimalLengthIsAnError) {
    EXPECT_EQ(after_bytes(raw({"\x93\0/multistream/1.0.0\n", 21})).why, errc::bad_length);
    EXPECT_EQ(after_bytes(raw({"\x93\0/multistream/1.0.0\n", 21})).why, fault::remote);
}

TEST(MultistreamListener, MalformedCutInsideALineIsReset) {
    listener l = make();
    EXPECT_TRUE(l.receive(raw("\x13/multi"), start));
    l.receive_end({}, start);
    EXPECT_EQ(*l.ended(), (reason{errc::ended_early, party::remote, 0}));
    EXPECT_EQ(l.wants_end(), failed);
}

TEST(MultistreamListener, MalformedEndBeforeTheHeaderIsASilentClose) {
    listener l = make();
    l.receive_end({}, start);
    EXPECT_EQ(l.ended()->why, fault::closed);
    EXPECT_EQ(l.wants_end(), end{});
    EXPECT_TRUE(l.transmit(100).empty());
}

TEST(MultistreamListener, MalformedNamesAreJustNotServed) {
    listener l = make();
    EXPECT_TRUE(l.receive(lines({ms::header_line, "\xff\xfe", "", "/a\n/b", "na", "/a "}), start));
    EXPECT_EQ(sent(l), lines({ms::header_line, "na", "na", "na", "na", "na"}));
    EXPECT_TRUE(l.receive(lines({ms::header_line, "/a"}), start)); // a second header is no protocol
    EXPECT_EQ(sent(l), lines({"na", "/a"}));
}

TEST(MultistreamListener, AnotherProtocolOnThePortIsKnownByItsFirstByteAndGetsNoAnswer) {
    for (const std::string_view hello : {"GET / HTTP/1.1\r\n", "\x16\x03\x01", "SSH-2.0-x\r\n"}) {
        listener l = make();
        EXPECT_FALSE(l.receive(as_bytes(hello.substr(0, 1)), start)) << hello;
        EXPECT_EQ(l.ended()->why, errc::wrong_header);
        EXPECT_TRUE(l.transmit(100).empty());
    }
}

// multistream.md §6 rule 3: the data of a lazy dialer behind a proposal that we refused.
TEST(MultistreamListener, WhatIsNoLineAfterARefusalIsAFailedNegotiation) {
    for (const std::string_view data :
         {std::string_view{"\x02hi"}, std::string_view{"\xff\xff\x01"},
          std::string_view{"\x83\0", 2}, std::string_view{"\0", 1}}) {
        auto bytes = lines({ms::header_line, "/x"});
        lp2p::append(bytes, as_bytes(data));
        listener l = make();
        EXPECT_FALSE(l.receive(bytes, start));
        EXPECT_EQ(*l.ended(), (reason{errc::none_agreed, party::local, 0}));
        EXPECT_EQ(l.wants_end(), failed);
        EXPECT_EQ(sent(l), lines({ms::header_line, "na"})); // the dialer must hear its refusal
    }
}

TEST(MultistreamListener, ADialerThatLeavesAfterARefusalAgreedOnNothing) {
    listener l = make();
    EXPECT_TRUE(l.receive(lines({ms::header_line, "/x"}), start));
    l.receive_end({}, start);
    EXPECT_EQ(*l.ended(), (reason{errc::none_agreed, party::remote, 0}));
    EXPECT_EQ(l.wants_end(), end{});
}

TEST(MultistreamListener, AResetKeepsItsCode) {
    listener l = make();
    EXPECT_TRUE(l.receive(lines({ms::header_line, "/x"}), start));
    l.receive_end({end::reset, 0x1003}, start);
    EXPECT_EQ(*l.ended(), (reason{errc::reset, party::remote, 0x1003}));
    EXPECT_TRUE(l.transmit(100).empty());
}

TEST(MultistreamListener, AHalfClosedDialerIsServed) {
    listener l = make();
    EXPECT_TRUE(l.receive(lines({ms::header_line, "/a"}), start));
    l.receive_end({}, start);
    EXPECT_EQ(*l.ended(), reason{});
    EXPECT_EQ(sent(l), lines({ms::header_line, "/a"}));
}

TEST(MultistreamListener, KeepsTheLaws) {
    using namespace lp2p::test;
    subject s{[](lp2p::instant now) { return make(now); }, tell_negotiation};
    auto good = lines({ms::header_line, "/x", "/b"});
    lp2p::append(good, as_bytes("leftover"));
    for (const auto& bytes :
         {good, proposals(70, "/x"), lines({"/multistream/2.0.0", "/a"}), raw("GET / HTTP/1.1\r\n"),
          lines({ms::header_line, "/" + std::string(1000, 'x'), "ls"}), lp2p::byte_vector(3),
          lines({ms::header_line}), raw("\x13/multistream/1.0.0\n\x03/xy\x03na\n"),
          raw("\x13/multistream/1.0.0\n\x03/x\n\xff\xff\xff")})
        EXPECT_EQ(all_laws(s, {arrives(bytes), time_passes(lp2p::seconds{11})}), "");
    EXPECT_EQ(all_laws(s, {arrives(lines({ms::header_line, "/x"})), other_side_ends()}), "");
    EXPECT_EQ(finality(s, {other_side_ends({end::reset, 3})}, true), "");
}

} // namespace
