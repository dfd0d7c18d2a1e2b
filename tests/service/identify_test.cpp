// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/service/identify.hpp>
#include <lp2p/service/identify.ipp>

#include "tests/support/fake_host.hpp"
#include "tests/support/laws.hpp"
#include "tests/support/null_crypto.hpp"

#include <gtest/gtest.h>

namespace lp2p::service {
namespace {

using std::chrono::minutes;
using test::fake_host;
using test::start;

const byte_vector their_key = to_vector(as_bytes("the key that the connection has proven"));
const wire::multiaddr here = wire::multiaddr::tcp4({std::byte{127}, {}, {}, std::byte{1}}, 4001);
const wire::multiaddr there = wire::multiaddr::tcp4({std::byte{10}, {}, {}, std::byte{9}}, 77);

identify::message message(std::vector<std::string> protocols, std::string agent = "them/1") {
    identify::message m;
    m.public_key = their_key;
    m.protocols = std::move(protocols);
    m.agent_version = std::move(agent);
    return m;
}
byte_vector encoded(const identify::message& m) {
    byte_vector body, out;
    identify::encode(m, body);
    wire::encode_length_prefixed(body, out);
    return out;
}
/// What was written, read as a peer reads it.
identify::message decoded(byte_view parts) {
    identify::message m;
    while (!parts.empty()) {
        const auto length = *wire::decode_uvarint(parts);
        EXPECT_TRUE(
            identify::merge(m, parts.subspan(length.size, static_cast<std::size_t>(length.value))));
        parts = parts.subspan(length.size + static_cast<std::size_t>(length.value));
    }
    return m;
}

const test::null_crypto crypto_{9};
const auto their_identity = crypto_.generate(crypto::key_type::ed25519).value();
const auto stranger = crypto_.generate(crypto::key_type::ed25519).value();
wire::peer_id id_of(const test::null_private_key& key) {
    return wire::peer_id::of(wire::public_key{key.type(), to_vector(key.public_data())}, crypto_);
}

class Identify : public testing::Test {
protected:
    fake_host h;
    instant now = start;
    limits bounds{};
    using service_type = identify_service<test::null_crypto>;
    service_type s{{.bounds = &bounds}, crypto_};
    conn_id conn = h.connect(id_of(their_identity));

    void SetUp() override { s.announce(message({"/ours"}, "us/1"), now); }
    void opened() { s.opened(conn, their_key, h, now); }
    /// Lets time pass, deadline by deadline.
    void advance(duration by) {
        const instant until = now + by;
        for (auto at = s.next_timeout(); at && *at <= until; at = s.next_timeout()) {
            now = std::max(now, *at);
            s.handle_timeout(h, now);
        }
        now = until;
        s.handle_timeout(h, now);
    }
    /// Our question, newest.
    substream_id question() const { return h.opened_for(identify::protocol).back(); }
    std::size_t questions() const { return h.opened_for(identify::protocol).size(); }
    std::size_t pushes() const { return h.opened_for(identify::push_protocol).size(); }
    /// The remote agrees to the newest question and says these bytes; then FIN.
    void answer(byte_view bytes, end how = {}) {
        const auto id = question();
        h.agree(id);
        ASSERT_TRUE(s.outbound(id, h, now));
        h.arrives(id, bytes);
        EXPECT_TRUE(s.progress(id, h, now) || h.streams[id].gone());
        (void)s.finished(id, how, h, now);
    }
    /// The newest push is agreed; what was said in it.
    identify::message take_push() {
        const auto id = h.opened_for(identify::push_protocol).back();
        h.agree(id);
        EXPECT_TRUE(s.outbound(id, h, now));
        EXPECT_TRUE(h.streams[id].finished);
        (void)s.finished(id, {}, h, now);
        return decoded(h.streams[id].out);
    }
    substream_id remote_pushes(byte_view bytes) {
        const auto id = h.remote_opens(conn, identify::push_protocol, bytes);
        s.inbound(id, there, h, now);
        return id;
    }
    template <class Kind>
    std::vector<Kind> told() {
        std::vector<Kind> all;
        while (auto e = s.poll_event())
            if (const auto* k = std::get_if<Kind>(&*e)) all.push_back(*k);
        return all;
    }
    support of(std::string_view protocol) { return h.knowledge(conn)->of(protocol); }
};

// ---- asking ----

TEST_F(Identify, IsAskedOnEveryConnectionOneQuestionAtATime) {
    opened();
    ASSERT_EQ(questions(), 1U);
    EXPECT_EQ(h.streams[question()].use, purpose::identify);
    EXPECT_EQ(h.streams[question()].deadline, now + seconds{5});
    const conn_id second = h.connect({});
    s.opened(second, their_key, h, now);
    EXPECT_EQ(questions(), 2U);
    opened(); // told twice: still one question
    EXPECT_EQ(questions(), 2U);
}

TEST_F(Identify, AnAnswerIsKnownAndTold) {
    opened();
    auto m = message({"/a", "/b"});
    m.listen_addrs = {there};
    m.observed = here;
    answer(encoded(m));
    std::size_t identified_told = 0, updates = 0;
    while (auto e = s.poll_event()) {
        identified_told += std::holds_alternative<identified>(*e) ? 1 : 0;
        if (const auto* u = std::get_if<protocols_updated>(&*e)) {
            ++updates;
            EXPECT_EQ(u->source, list_source::identify);
            EXPECT_TRUE(u->accepted);
        }
    }
    EXPECT_EQ(identified_told, 1U);
    EXPECT_EQ(updates, 1U);
    ASSERT_NE(s.about(conn), nullptr);
    EXPECT_EQ(s.about(conn)->agent, "them/1");
    EXPECT_EQ(s.about(conn)->addresses, std::vector{there});
    EXPECT_EQ(s.about(conn)->observed, here);
    EXPECT_EQ(of("/a"), support::supported);
    EXPECT_EQ(of("/c"), support::unsupported);
    const auto change = s.take_change(conn);
    EXPECT_EQ(change.added, (std::vector<std::string>{"/a", "/b"}));
    EXPECT_TRUE(s.take_change(conn).added.empty()) << "once";
    EXPECT_TRUE(h.streams[question()].finished);
    EXPECT_FALSE(s.next_timeout()) << "nothing more to ask";
}

TEST_F(Identify, EveryFailureIsTriedAgainAndChangesNothing) {
    const error causes[] = {connections::errc::stream_limit, connections::errc::ack_backlog,
                            connections::errc::negotiation_timeout,
                            connections::errc::negotiation_reset,
                            connections::errc::negotiation_closed};
    opened();
    answer(encoded(message({"/a"})));
    (void)told<identified>();
    conn = h.connect({});
    h.knowledge(conn)->listed({"/kept"});
    opened();
    duration wait = seconds{1};
    for (const error why : causes) {
        const std::size_t before = questions();
        ASSERT_TRUE(s.failed(question(), why, h, now));
        const auto failures = told<identify_failed>();
        ASSERT_EQ(failures.size(), 1U);
        EXPECT_EQ(failures[0].why, why);
        EXPECT_EQ(of("/kept"), support::supported) << "a failure is no answer (H6)";
        advance(wait - duration{1});
        EXPECT_EQ(questions(), before);
        advance(duration{1});
        EXPECT_EQ(questions(), before + 1);
        wait = wait * 2;
    }
}

TEST_F(Identify, AnOpenThatFailsAtOnceIsTriedAgainLaterAndNeverMoreThanAMinuteLater) {
    h.open_fails = connections::errc::stream_limit;
    opened();
    instant before = now;
    for (int i = 0; i < 12; ++i) {
        EXPECT_EQ(told<identify_failed>().size(), 1U);
        ASSERT_TRUE(s.next_timeout());
        const duration wait = *s.next_timeout() - before;
        EXPECT_GE(wait, seconds{1});
        EXPECT_LE(wait, seconds{60});
        before = now = *s.next_timeout();
        s.handle_timeout(h, now);
    }
    h.open_fails.reset();
    advance(seconds{60});
    EXPECT_EQ(questions(), 1U);
    answer(encoded(message({"/a"})));
    EXPECT_EQ(of("/a"), support::supported);
}

TEST_F(Identify, AnExplicitNoIsNotAskedAgain) {
    opened();
    h.refuse(question());
    ASSERT_TRUE(s.failed(question(), connections::errc::not_supported, h, now));
    EXPECT_EQ(told<identify_failed>().size(), 1U);
    advance(minutes{10});
    EXPECT_EQ(questions(), 1U);
}

TEST_F(Identify, HalfAnAnswerIsNoneAndIsAskedAgain) {
    opened();
    const byte_vector all = encoded(message({"/a"}));
    answer(byte_view{all}.first(all.size() / 2));
    EXPECT_EQ(told<identify_failed>().size(), 1U);
    EXPECT_EQ(of("/a"), support::unknown);
    EXPECT_EQ(s.about(conn), nullptr);
    EXPECT_TRUE(h.streams[question()].reset);
    advance(seconds{1});
    EXPECT_EQ(questions(), 2U);
}

TEST_F(Identify, NoMessageResetAndSilenceAreFailures) {
    opened();
    answer({});
    advance(seconds{1});
    answer({}, end{end::reset, 3});
    advance(seconds{2});
    ASSERT_EQ(questions(), 3U);
    h.agree(question());
    ASSERT_TRUE(s.outbound(question(), h, now));
    advance(seconds{5});
    const auto failures = told<identify_failed>();
    ASSERT_EQ(failures.size(), 3U);
    EXPECT_EQ(failures[0].why, error{identify::errc::no_message});
    EXPECT_EQ(failures[1].why, error{identify::errc::reset});
    EXPECT_EQ(failures[2].why, error{identify::errc::identify_timeout});
    EXPECT_TRUE(h.streams[question()].reset);
}

TEST_F(Identify, AnEmptyListKeepsWhatIsKnownAndIsAskedAgain) {
    opened();
    h.knowledge(conn)->confirmed("/kept");
    answer(encoded(message({})));
    const auto updates = told<protocols_updated>();
    ASSERT_EQ(updates.size(), 1U);
    EXPECT_FALSE(updates[0].accepted);
    EXPECT_EQ(of("/kept"), support::supported);
    EXPECT_EQ(s.about(conn)->agent, "them/1") << "what it did say counts";
    advance(seconds{1});
    EXPECT_EQ(questions(), 2U);
}

TEST_F(Identify, AnotherKeyClosesTheConnection) {
    opened();
    auto m = message({"/a"});
    m.public_key = to_vector(as_bytes("somebody else"));
    answer(encoded(m));
    EXPECT_EQ(told<wrong_identity>().size(), 1U);
    EXPECT_EQ(of("/a"), support::unknown);
}

TEST_F(Identify, AClosedConnectionIsForgottenWithItsDeadlines) {
    opened();
    s.announce(message({"/ours", "/more"}, "us/1"), now);
    const auto asked = h.remote_opens(conn, identify::protocol);
    h.streams[asked].room = 0;
    s.inbound(asked, there, h, now);
    (void)s.failed(question(), connections::errc::negotiation_reset, h, now);
    h.disconnect(conn);
    s.closed(conn);
    EXPECT_FALSE(s.next_timeout());
    EXPECT_FALSE(s.progress(asked, h, now));
    EXPECT_FALSE(s.failed(question(), connections::errc::negotiation_reset, h, now));
    advance(minutes{2});
    EXPECT_EQ(questions(), 1U);
}

TEST_F(Identify, TheEndOfTheSubstreamUnderAQuestionIsAFailure) {
    opened();
    h.agree(question());
    ASSERT_TRUE(s.outbound(question(), h, now));
    EXPECT_TRUE(s.ended(question(), connections::errc::transport_reset, h, now));
    EXPECT_EQ(told<identify_failed>().size(), 1U);
    EXPECT_FALSE(s.ended(question(), connections::errc::transport_reset, h, now)) << "once";
    advance(seconds{1});
    EXPECT_EQ(questions(), 2U);
}

// ---- answering ----

TEST_F(Identify, TheAnswerSaysEverythingAndWhatWasObserved) {
    const auto id = h.remote_opens(conn, identify::protocol);
    s.inbound(id, there, h, now); // before the connection counts as established, too
    const auto said = decoded(h.streams[id].out);
    EXPECT_EQ(said.protocols, std::vector<std::string>{"/ours"});
    EXPECT_EQ(said.observed, there);
    EXPECT_TRUE(said.public_key);
    EXPECT_EQ(said.agent_version, "us/1");
    EXPECT_TRUE(h.streams[id].finished);
}

TEST_F(Identify, WhatCannotBeSaidIsAResetAndNeverAnEmptyAnswer) {
    s.announce(message(std::vector<std::string>(101, "/many")), now);
    const auto id = h.remote_opens(conn, identify::protocol);
    s.inbound(id, there, h, now);
    EXPECT_TRUE(h.streams[id].reset);
    EXPECT_TRUE(h.streams[id].out.empty());
    EXPECT_FALSE(h.streams[id].finished);
}

TEST_F(Identify, AnAnswerThatFindsNoRoomGoesOnWhenThereIsSome) {
    const auto id = h.remote_opens(conn, identify::protocol);
    h.streams[id].room = 5;
    s.inbound(id, there, h, now);
    EXPECT_FALSE(h.streams[id].finished);
    h.streams[id].room = 1000;
    EXPECT_TRUE(s.progress(id, h, now));
    EXPECT_TRUE(h.streams[id].finished);
    EXPECT_EQ(decoded(h.streams[id].out).protocols.size(), 1U);
}

TEST_F(Identify, WhoNeverReadsTheAnswerIsReset) {
    const auto id = h.remote_opens(conn, identify::protocol);
    h.streams[id].room = 5;
    s.inbound(id, there, h, now);
    advance(seconds{5});
    EXPECT_TRUE(h.streams[id].reset);
}

TEST_F(Identify, WhoNeverEndsItsSideIsResetToo) {
    const auto id = h.remote_opens(conn, identify::protocol);
    s.inbound(id, there, h, now);
    h.arrives(id, byte_vector(3000));
    EXPECT_TRUE(s.progress(id, h, now));
    EXPECT_TRUE(h.streams[id].in.empty()) << "dropped, and credit returned";
    advance(seconds{5});
    EXPECT_TRUE(h.streams[id].reset);
    EXPECT_FALSE(s.next_timeout());
}

TEST_F(Identify, AStreamThatBothEndedIsLeftAlone) {
    const auto id = h.remote_opens(conn, identify::protocol);
    s.inbound(id, there, h, now);
    EXPECT_TRUE(s.finished(id, {}, h, now));
    EXPECT_FALSE(s.ended(id, {}, h, now)) << "concluded already";
    advance(minutes{1});
    EXPECT_FALSE(h.streams[id].reset);
}

// ---- pushes to us ----

TEST_F(Identify, APushReplacesTheListAndTellsTheChange) {
    opened();
    answer(encoded(message({"/a", "/b", "/ipfs/id/1.0.0"})));
    (void)told<identified>();
    (void)s.take_change(conn);
    const auto id = remote_pushes(encoded(message({"/b", "/c", "/ipfs/id/1.0.0"})));
    EXPECT_TRUE(s.finished(id, {}, h, now));
    const auto updates = told<protocols_updated>();
    ASSERT_EQ(updates.size(), 1U);
    EXPECT_EQ(updates[0].source, list_source::push);
    const auto change = s.take_change(conn);
    EXPECT_EQ(change.added, std::vector<std::string>{"/c"});
    EXPECT_EQ(change.removed, std::vector<std::string>{"/a"});
    EXPECT_EQ(of("/a"), support::unsupported);
}

TEST_F(Identify, ChangesThatNobodyTookAreOneChange) {
    opened();
    answer(encoded(message({"/a", "/b"})));
    (void)s.finished(remote_pushes(encoded(message({"/b", "/c"}))), {}, h, now);
    const auto change = s.take_change(conn);
    EXPECT_EQ(change.added, (std::vector<std::string>{"/b", "/c"}));
    EXPECT_EQ(std::count(change.removed.begin(), change.removed.end(), "/a"), 0) << "never told";
}

TEST_F(Identify, APushWithoutAKeyOrAListChangesWhatItHolds) {
    opened();
    answer(encoded(message({"/a"})));
    (void)told<identified>();
    identify::message m;
    m.agent_version = "them/2";
    const std::size_t asked = questions();
    (void)s.finished(remote_pushes(encoded(m)), {}, h, now);
    EXPECT_EQ(s.about(conn)->agent, "them/2");
    EXPECT_EQ(of("/a"), support::supported);
    const auto updates = told<protocols_updated>();
    ASSERT_EQ(updates.size(), 1U);
    EXPECT_FALSE(updates[0].accepted);
    advance(minutes{2});
    EXPECT_EQ(questions(), asked) << "a push is no question";
}

TEST_F(Identify, APushWithoutAMessageWipesNothing) {
    opened();
    answer(encoded(message({"/a"})));
    const auto id = remote_pushes({});
    EXPECT_TRUE(s.finished(id, {}, h, now));
    EXPECT_EQ(of("/a"), support::supported);
    EXPECT_TRUE(h.streams[id].reset);
}

TEST_F(Identify, APushWithAnotherKeyClosesTheConnection) {
    opened();
    auto m = message({"/a"});
    m.public_key = to_vector(as_bytes("somebody else"));
    (void)remote_pushes(encoded(m));
    EXPECT_EQ(told<wrong_identity>().size(), 1U);
    EXPECT_EQ(of("/a"), support::unknown);
}

TEST_F(Identify, OnePushAtATime) {
    opened();
    const auto first = remote_pushes({});
    const auto second = remote_pushes(encoded(message({"/b"})));
    EXPECT_TRUE(h.streams[second].reset);
    EXPECT_EQ(of("/b"), support::unknown);
    EXPECT_TRUE(s.ended(first, connections::errc::transport_reset, h, now));
    const auto third = remote_pushes(encoded(message({"/c"})));
    EXPECT_TRUE(s.finished(third, {}, h, now));
    EXPECT_EQ(of("/c"), support::supported);
}

TEST_F(Identify, PushesAreTakenFromABucketOfFiveAndOneASecond) {
    opened();
    const auto taken = [&] {
        const auto id = remote_pushes(encoded(message({"/b"})));
        const bool yes = !h.streams[id].reset;
        if (yes) (void)s.finished(id, {}, h, now);
        return yes;
    };
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(taken());
    for (int i = 0; i < 195; ++i) EXPECT_FALSE(taken());
    advance(seconds{1});
    EXPECT_TRUE(taken());
    EXPECT_FALSE(taken());
}

TEST_F(Identify, APushOnAConnectionThatIsNotEstablishedIsReset) {
    const auto id = remote_pushes(encoded(message({"/b"})));
    EXPECT_TRUE(h.streams[id].reset);
}

// ---- pushes of ours ----

TEST_F(Identify, ChangesArePushedOnceASecond) {
    opened();
    s.announce(message({"/ours", "/1"}), now);
    advance(milliseconds{500});
    s.announce(message({"/ours", "/1", "/2"}), now);
    advance(milliseconds{500} - duration{1});
    EXPECT_EQ(pushes(), 0U);
    advance(duration{1});
    ASSERT_EQ(pushes(), 1U);
    EXPECT_EQ(take_push().protocols.size(), 3U) << "both changes in one";
    s.announce(message({"/ours", "/1", "/2"}), now); // no change
    advance(minutes{1});
    EXPECT_EQ(pushes(), 1U);
}

TEST_F(Identify, PushesOfOursKeepToABucketOfFiveAndOneInFiveSeconds) {
    opened();
    const auto push_something = [&](int i) {
        s.announce(message({"/ours", "/" + std::to_string(i)}), now);
        advance(seconds{1});
        if (!h.opening(conn).empty() &&
            h.streams[h.opening(conn).back()].proposals.front() == identify::push_protocol)
            (void)take_push();
    };
    for (int i = 0; i < 60; ++i) push_something(i);
    EXPECT_GE(pushes(), 16U); // 5 + 60 / 5, less what the last seconds hold back
    EXPECT_LE(pushes(), 17U);
    advance(seconds{5});
    const auto last = h.opened_for(identify::push_protocol).back();
    if (h.streams[last].out.empty()) (void)take_push();
    EXPECT_EQ(decoded(h.streams[last].out).protocols.back(), "/59") << "the last word arrives";
}

TEST_F(Identify, OnePushIsUnderWayAndAnotherFollowsIt) {
    opened();
    s.announce(message({"/ours", "/1"}), now);
    advance(seconds{1});
    const auto first = h.opened_for(identify::push_protocol).back();
    h.agree(first);
    h.streams[first].room = 3;
    ASSERT_TRUE(s.outbound(first, h, now));
    s.announce(message({"/ours", "/2"}), now);
    advance(seconds{2});
    EXPECT_EQ(pushes(), 1U) << "still writing";
    h.streams[first].room = 1000;
    EXPECT_TRUE(s.progress(first, h, now));
    advance(seconds{1});
    ASSERT_EQ(pushes(), 2U);
    EXPECT_EQ(take_push().protocols.back(), "/2");
}

TEST_F(Identify, OnePeersEmptyBucketPushesToNobodyElse) {
    opened();
    const conn_id other = h.connect({});
    s.opened(other, their_key, h, now);
    for (int i = 0; i < 5; ++i) {
        s.push(conn, h, now);
        (void)take_push();
    }
    s.push(conn, h, now);
    EXPECT_EQ(pushes(), 5U);
    advance(seconds{5} + milliseconds{1});
    EXPECT_EQ(pushes(), 6U);
    for (const auto id : h.opened_for(identify::push_protocol)) EXPECT_EQ(id.conn, conn);
}

TEST_F(Identify, APushThatFailedIsTriedAgainButNotAfterANo) {
    opened();
    s.announce(message({"/ours", "/1"}), now);
    advance(seconds{1});
    (void)s.failed(h.opened_for(identify::push_protocol).back(),
                   connections::errc::negotiation_timeout, h, now);
    advance(seconds{1});
    ASSERT_EQ(pushes(), 2U);
    const auto second = h.opened_for(identify::push_protocol).back();
    h.refuse(second);
    (void)s.failed(second, connections::errc::not_supported, h, now);
    s.announce(message({"/ours", "/2"}), now);
    advance(minutes{5});
    EXPECT_EQ(pushes(), 2U);
}

TEST_F(Identify, APushThatWasResetBehindOurFinIsSaidAgain) {
    opened();
    s.announce(message({"/ours", "/1"}), now);
    advance(seconds{1});
    const auto first = h.opened_for(identify::push_protocol).back();
    h.agree(first);
    ASSERT_TRUE(s.outbound(first, h, now));
    EXPECT_TRUE(s.finished(first, {end::reset, 0x1003}, h, now)); // go, above its rate (H30)
    advance(seconds{1});
    ASSERT_EQ(pushes(), 2U);
    EXPECT_EQ(take_push().protocols.back(), "/1");
    advance(minutes{5});
    EXPECT_EQ(pushes(), 2U);
}

TEST_F(Identify, BothOpensFailingAtOnceEndsInTimersAndNotInALoop) {
    bounds.identify_retry_least = {}; // whatever a user sets
    h.open_fails = connections::errc::stream_limit;
    opened();
    s.push(conn, h, now);
    EXPECT_TRUE(s.next_timeout());
    advance(seconds{1});
    EXPECT_GT(s.next_timeout(), now);
}

// ---- signed records (threats.md §6) ----

wire::peer_record record(std::uint64_t seq, std::vector<wire::multiaddr> addresses = {there}) {
    return {.peer = id_of(their_identity), .seq = seq, .addresses = std::move(addresses)};
}
byte_vector sealed(const wire::peer_record& r, const test::null_private_key& by = their_identity,
                   wire::record_form form = wire::record_form::peer_record) {
    return wire::seal_peer_record(r, by, crypto_, form).value();
}
byte_vector with_record(byte_vector envelope) {
    auto m = message({"/a"});
    m.listen_addrs = {here};
    m.signed_peer_record = std::move(envelope);
    return encoded(m);
}

TEST_F(Identify, ARecordThatThePeerSignedIsBelieved) {
    opened();
    answer(with_record(sealed(record(7))));
    ASSERT_NE(s.about(conn), nullptr);
    EXPECT_EQ(s.about(conn)->record, record(7));
    EXPECT_EQ(s.about(conn)->record_ignored, error{});
    EXPECT_EQ(s.about(conn)->addresses, std::vector{here}) << "what it said without a signature";
}

TEST_F(Identify, ARecordInAPartOfItsOwnIsBelieved) { // as go sends it (H27)
    opened();
    auto m = message({"/a"});
    byte_vector parts = encoded(m);
    identify::message second;
    second.signed_peer_record = sealed(record(7));
    append(parts, encoded(second));
    answer(parts);
    EXPECT_EQ(s.about(conn)->record, record(7));
    EXPECT_EQ(of("/a"), support::supported);
}

TEST_F(Identify, ARecordOfRustsFormIsBelievedUnlessThatIsSwitchedOff) {
    opened();
    const auto rusts =
        with_record(sealed(record(7), their_identity, wire::record_form::routing_state));
    answer(rusts);
    EXPECT_EQ(s.about(conn)->record, record(7));
    s = service_type{{.bounds = &bounds, .routing_state_records = false}, crypto_};
    opened();
    answer(rusts);
    EXPECT_FALSE(s.about(conn)->record);
    EXPECT_EQ(s.about(conn)->record_ignored, wire::errc::unknown_payload_type);
}

TEST_F(Identify, ARecordThatIsNotThePeersIsIgnoredAndTheRestCounts) {
    auto about_another = record(7);
    about_another.peer = id_of(stranger);
    byte_vector forged = sealed(record(7));
    forged.back() ^= std::byte{1};
    const std::pair<byte_vector, error> cases[] = {
        {sealed(about_another, stranger), wire::errc::foreign_record}, // another peer's, and sound
        {sealed(about_another), wire::errc::foreign_record},
        {sealed(record(7), stranger), wire::errc::foreign_record},
        {forged, crypto::errc::bad_signature},
        {to_vector(as_bytes("nonsense")), wire::errc::bad_wire_type},
        {byte_vector{}, wire::errc::missing_field},
    };
    for (const auto& [envelope, why] : cases) {
        conn = h.connect(id_of(their_identity));
        opened();
        answer(with_record(envelope));
        ASSERT_NE(s.about(conn), nullptr);
        EXPECT_FALSE(s.about(conn)->record);
        EXPECT_EQ(s.about(conn)->record_ignored, why);
        EXPECT_EQ(s.about(conn)->addresses, std::vector{here});
        EXPECT_EQ(of("/a"), support::supported);
        EXPECT_EQ(told<identified>().size(), 1U) << "the message is a good one";
    }
}

TEST_F(Identify, ABadRecordDoesNotTakeTheGoodOneAway) {
    opened();
    answer(with_record(sealed(record(7))));
    (void)s.finished(remote_pushes(with_record(sealed(record(8), stranger))), {}, h, now);
    EXPECT_EQ(s.about(conn)->record, record(7));
    EXPECT_EQ(s.about(conn)->record_ignored, wire::errc::foreign_record);
    (void)s.finished(remote_pushes(encoded(message({"/b"}))), {}, h, now);
    EXPECT_EQ(s.about(conn)->record, record(7)) << "no record says nothing";
}

TEST_F(Identify, APushThatSaysWhereThePeerIsIsTold) {
    opened();
    answer(with_record(sealed(record(7))));
    EXPECT_EQ(told<addresses_updated>().size(), 0U) << "`identified` says so";
    (void)s.finished(remote_pushes(with_record(sealed(record(8)))), {}, h, now);
    EXPECT_EQ(told<addresses_updated>().size(), 1U);
    auto m = message({"/a"});
    m.listen_addrs = {there};
    (void)s.finished(remote_pushes(encoded(m)), {}, h, now);
    EXPECT_EQ(told<addresses_updated>().size(), 1U);
    (void)s.finished(remote_pushes(encoded(message({"/b"}))), {}, h, now);
    EXPECT_EQ(told<addresses_updated>().size(), 0U);
}

TEST_F(Identify, TheNumberOfAPeersRecordMustNotFall) {
    opened();
    answer(with_record(sealed(record(7))));
    (void)s.finished(remote_pushes(with_record(sealed(record(6, {here})))), {}, h, now);
    EXPECT_EQ(s.about(conn)->record, record(7));
    EXPECT_EQ(s.about(conn)->record_ignored, errc::record_outdated);
    (void)s.finished(remote_pushes(with_record(sealed(record(7)))), {}, h, now);
    EXPECT_EQ(s.about(conn)->record_ignored, error{}) << "the same again is fine";
    (void)s.finished(remote_pushes(with_record(sealed(record(8, {here})))), {}, h, now);
    EXPECT_EQ(s.about(conn)->record, record(8, {here}));
}

TEST_F(Identify, ARecordIsBelievedOnlyOnTheConnectionOfItsPeer) {
    opened();
    conn = h.connect(id_of(stranger));
    opened();
    answer(with_record(sealed(record(7))));
    EXPECT_FALSE(s.about(conn)->record);
}

TEST_F(Identify, WhatIsKeptOfARecordIsBounded) {
    bounds.identify_addresses = 2;
    opened();
    answer(with_record(sealed(record(7, {here, there, here.with_peer(id_of(their_identity))}))));
    ASSERT_TRUE(s.about(conn)->record);
    EXPECT_EQ(s.about(conn)->record->addresses, (std::vector{here, there}));
    EXPECT_EQ(s.about(conn)->record->left_out, 1U);
}

TEST_F(Identify, EachRecordAndListIsNarrated) {
    struct heard {
        std::vector<std::string> lines;
    } log;
    const trace_sink sink{&log, [](void* self, const trace_event& e) noexcept {
                              static_cast<heard*>(self)->lines.emplace_back(e.name);
                          }};
    s = service_type{{.bounds = &bounds, .trace = sink}, crypto_};
    opened();
    answer(with_record(sealed(record(7))));
    (void)s.finished(remote_pushes(with_record(sealed(record(7), stranger))), {}, h, now);
    EXPECT_EQ(log.lines,
              (std::vector<std::string>{"identify.record.believed", "identify.list.changed",
                                        "identify.record.ignored", "identify.list.changed"}));
}

TEST_F(Identify, OurRecordIsSaidAndWhereItDoesNotFitInASecondPart) { // H27
    auto ours = message({"/ours"}, "us/1");
    ours.signed_peer_record = sealed(record(7));
    s.announce(ours, now);
    auto id = h.remote_opens(conn, identify::protocol);
    s.inbound(id, there, h, now);
    EXPECT_EQ(decoded(h.streams[id].out).signed_peer_record, ours.signed_peer_record);
    EXPECT_LT(h.streams[id].out.size(), 4096U);

    ours.signed_peer_record = sealed(record(8, std::vector<wire::multiaddr>(90, there)));
    ours.listen_addrs.assign(290, there);
    s.announce(ours, now);
    id = h.remote_opens(conn, identify::protocol);
    s.inbound(id, there, h, now);
    const byte_view out = h.streams[id].out;
    const auto first = *wire::decode_uvarint(out);
    EXPECT_LE(first.value, 4096U) << "rust reads no more";
    const byte_view rest = out.subspan(first.size + static_cast<std::size_t>(first.value));
    EXPECT_FALSE(decoded(out.first(out.size() - rest.size())).signed_peer_record);
    EXPECT_EQ(decoded(rest).signed_peer_record, ours.signed_peer_record);
}

} // namespace
} // namespace lp2p::service
