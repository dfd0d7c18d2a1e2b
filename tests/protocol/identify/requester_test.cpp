// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/identify/requester.hpp>

#include "samples.hpp"
#include "tests/support/counting_new.hpp"

#include <gtest/gtest.h>

namespace {

namespace id = lp2p::identify;
using id::errc;
using id::requester;
using lp2p::as_bytes;
using lp2p::byte_vector;
using lp2p::byte_view;
using lp2p::end;
using lp2p::fault;
using lp2p::party;
using lp2p::reason;
using lp2p::test::encoded;
using lp2p::test::framed;
using lp2p::test::raw;
using lp2p::test::start;
using lp2p::test::usual;
using namespace std::chrono_literals;

constexpr end reset{end::reset, 0};

requester make(lp2p::instant now = start) {
    return requester{{.remote_key = lp2p::test::key()}, now};
}
/// How it ends when `bytes` come, then FIN.
reason after_bytes(byte_view bytes) {
    requester r = make();
    const bool took = r.receive(bytes, start).has_value();
    EXPECT_EQ(took, !r.ended());
    r.receive_end({}, start);
    EXPECT_EQ(r.wants_end(), r.ended()->why ? reset : end{});
    if (r.ended()->why) {
        EXPECT_EQ(r.take(), id::message{});
    }
    return *r.ended();
}
byte_vector length_only(std::uint64_t n) {
    byte_vector out;
    lp2p::wire::encode_uvarint(n, out);
    return out;
}
byte_vector times(std::size_t n, const byte_vector& part) {
    byte_vector out;
    for (std::size_t i = 0; i < n; ++i) lp2p::append(out, part);
    return out;
}

TEST(IdentifyRequester, AMessageIsCompleteWithTheEndOfTheStream) {
    requester r = make();
    EXPECT_TRUE(r.receive(framed(encoded(usual())), start));
    EXPECT_FALSE(r.poll_event());
    EXPECT_EQ(r.take(), id::message{});
    r.receive_end({}, start);
    ASSERT_TRUE(std::holds_alternative<id::identified>(*r.poll_event()));
    EXPECT_EQ(std::get<id::ended>(*r.poll_event()).why, reason{});
    EXPECT_EQ(r.take(), usual());
    EXPECT_EQ(r.take(), id::message{});
    EXPECT_EQ(r.wants_end(), end{});
    EXPECT_FALSE(r.next_timeout());
}

TEST(IdentifyRequester, TwoPartsAsGoSendsThemAreOneMessage) {
    auto m = usual();
    auto bytes = framed(encoded(m));
    m.signed_peer_record = raw("record");
    id::message record;
    record.signed_peer_record = m.signed_peer_record;
    lp2p::append(bytes, framed(encoded(record)));
    requester r = make();
    EXPECT_TRUE(r.receive(bytes, start));
    r.receive_end({}, start);
    EXPECT_EQ(r.take(), m);
}

// identify.md §9 and threats.md §6, row by row; entries inside a part are in message_test.cpp.
TEST(IdentifyRequester, ThreatPartOver8KibibytesIsResetOnTheLength) {
    EXPECT_EQ(after_bytes(length_only(8193)), (reason{errc::part_too_long, party::local, 0}));
    EXPECT_EQ(after_bytes(length_only(lp2p::wire::most_uvarint)).why, errc::part_too_long);
    EXPECT_EQ(after_bytes(length_only(8193)).why, fault::limit);
    id::message m = usual();
    const std::size_t used = encoded(m).size() + 3;
    m.signed_peer_record = byte_vector(8192 - used, std::byte{1});
    ASSERT_EQ(encoded(m).size(), 8192U);
    EXPECT_EQ(after_bytes(framed(encoded(m))), reason{});
}

TEST(IdentifyRequester, ThreatNoAnswerHalfAnAnswerAndAResetLeaveNoMessage) {
    requester silent = make();
    ASSERT_EQ(silent.next_timeout(), start + 5s);
    silent.handle_timeout(start + 5s);
    EXPECT_EQ(*silent.ended(), (reason{errc::identify_timeout, party::local, 0}));
    EXPECT_EQ(silent.wants_end(), reset);

    const auto whole = framed(encoded(usual()));
    for (const std::size_t cut : {std::size_t{1}, whole.size() / 2, whole.size() - 1})
        EXPECT_EQ(after_bytes(byte_view{whole}.first(cut)),
                  (reason{errc::truncated, party::remote, 0}));

    for (const std::size_t cut : {std::size_t{0}, std::size_t{7}, whole.size()}) {
        requester r = make();
        EXPECT_TRUE(r.receive(byte_view{whole}.first(cut), start));
        r.receive_end({end::reset, 0x1003}, start);
        EXPECT_EQ(*r.ended(), (reason{errc::reset, party::remote, 0x1003}));
        EXPECT_EQ(r.take(), id::message{});
    }
}

TEST(IdentifyRequester, ThreatKeyThatIsNotTheConnectionsPeerIsRefused) {
    auto m = usual();
    m.public_key->back() ^= std::byte{1};
    EXPECT_EQ(after_bytes(framed(encoded(m))), (reason{errc::wrong_key, party::local, 0}));
    EXPECT_EQ(after_bytes(framed(encoded(m))).why, fault::remote);
}

TEST(IdentifyRequester, ThreatWithoutAKeyToCompareTheCallerCompares) {
    auto m = usual();
    m.public_key->back() ^= std::byte{1};
    requester r{{}, start};
    EXPECT_TRUE(r.receive(framed(encoded(m)), start));
    r.receive_end({}, start);
    EXPECT_EQ(r.take().public_key, m.public_key);
}

TEST(IdentifyRequester, MalformedMissingKeyIsAnError) {
    auto m = usual();
    m.public_key.reset();
    EXPECT_EQ(after_bytes(framed(encoded(m))), (reason{errc::missing_key, party::local, 0}));
}

// Hazard H6: for go this is success, and empties what is known.
TEST(IdentifyRequester, MalformedEndWithoutAMessageIsAnErrorAndNeverSuccess) {
    EXPECT_EQ(after_bytes({}), (reason{errc::no_message, party::remote, 0}));
    EXPECT_EQ(after_bytes(length_only(0)).why, errc::missing_key); // one message, an empty one
}

TEST(IdentifyRequester, MalformedPartsOverTenAreAnErrorAtTheFirstByteOfTheEleventh) {
    EXPECT_EQ(after_bytes(times(10, framed(encoded(usual())))), reason{});
    auto bytes = times(10, framed(encoded(usual())));
    bytes.push_back(std::byte{1});
    EXPECT_EQ(after_bytes(bytes), (reason{errc::too_many_parts, party::local, 0}));
    EXPECT_EQ(after_bytes(times(1000, length_only(0))).why, errc::too_many_parts);
}

TEST(IdentifyRequester, MalformedBytesOver64KibibytesInAllAreAnErrorOnTheLength) {
    auto m = usual();
    m.signed_peer_record = byte_vector(8192 - encoded(m).size() - 3, std::byte{1});
    auto bytes = times(8, framed(encoded(m)));
    EXPECT_EQ(after_bytes(bytes), reason{}); // 65536 bytes
    lp2p::append(bytes, length_only(1));
    EXPECT_EQ(after_bytes(bytes), (reason{errc::too_many_bytes, party::local, 0}));
}

TEST(IdentifyRequester, MalformedProtobufAndLengthsHaveTheirNames) {
    EXPECT_EQ(after_bytes(framed(as_bytes("HTTP/1.1 400 Bad Request"))).why, errc::malformed);
    EXPECT_EQ(after_bytes(raw({"\x81\0", 2})).why, errc::bad_length);
    EXPECT_EQ(after_bytes(byte_vector(10, std::byte{0xff})).why, errc::bad_length);
}

TEST(IdentifyRequester, MalformedSlowSenderHasFiveSecondsForTheWhole) {
    requester r = make();
    const auto bytes = framed(encoded(usual()));
    lp2p::instant now = start;
    for (const std::byte b : byte_view{bytes}.first(49)) {
        now += 100ms;
        ASSERT_TRUE(r.receive({&b, 1}, now));
        r.handle_timeout(now);
        ASSERT_FALSE(r.ended());
    }
    EXPECT_EQ(r.next_timeout(), start + 5s);
    r.handle_timeout(start + 5s);
    EXPECT_EQ(r.ended()->why, fault::timeout);
}

TEST(IdentifyRequester, AMessageWithoutProtocolsIsCompleteAndSaysSo) {
    auto m = usual();
    m.protocols.clear();
    requester r = make();
    EXPECT_TRUE(r.receive(framed(encoded(m)), start));
    r.receive_end({}, start);
    const auto read = r.take();
    EXPECT_FALSE(read.protocols_present); // the receiver keeps what it knows and asks again
    EXPECT_TRUE(read.listen_addrs_present);
}

TEST(IdentifyRequester, MemoryFollowsWhatCameAndIsGivenBackAtTheEnd) {
    byte_vector worst; // as many small entries as fit, ten times
    lp2p::wire::message_writer out{worst};
    while (worst.size() < 6400) out.text(3, "/a");
    const auto bytes = times(10, framed(worst));
    using namespace lp2p::test;
    subject s{[](lp2p::instant now) { return requester{{}, now}; }, tell_identify};
    EXPECT_EQ(bounds(s, {arrives(length_only(8192)), arrives(raw("x"))}, 16 * 1024, live_bytes),
              "");
    const byte_vector kept = bytes;
    EXPECT_EQ(bounds(s, {arrives(kept)}, 512 * 1024, live_bytes), "");
    const std::size_t before = live_bytes();
    requester r{{}, start};
    EXPECT_TRUE(r.receive(bytes, start));
    EXPECT_GE(live_bytes(), before + 1024 * sizeof(std::string));
    r.handle_timeout(start + 5s);
    EXPECT_LE(live_bytes(), before + 512);
}

TEST(IdentifyRequester, KeepsTheLaws) {
    using namespace lp2p::test;
    subject s{[](lp2p::instant now) { return make(now); }, tell_identify};
    const auto good = framed(encoded(usual()));
    auto eleven = times(11, good);
    auto broken = good;
    lp2p::append(broken, raw("\x05hello"));
    for (const auto& bytes : {good, times(3, good), eleven, broken, raw("\xff\xff\x7f"),
                              byte_vector{}, framed(as_bytes("HTTP/1.1 400"))}) {
        EXPECT_EQ(all_laws(s, {arrives(bytes), other_side_ends()}), "");
        EXPECT_EQ(all_laws(s, {arrives(bytes), time_passes(6s)}), "");
        EXPECT_EQ(finality(s, {arrives(bytes), other_side_ends({end::reset, 3})}, true), "");
    }
}

} // namespace
