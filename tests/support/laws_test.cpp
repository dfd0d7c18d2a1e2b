// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/support/laws.hpp"

#include "fuzz/support/script.hpp"
#include "tests/support/pair.hpp"

#include <lp2p/core/event_queue.hpp>

#include <gtest/gtest.h>

// The harness is tested with one small machine that keeps every law, and with the same machine
// broken in one way after the other: each law must notice what it is for.
namespace {

using namespace lp2p;
using namespace std::chrono_literals;

enum class flaw {
    none,
    counts_pieces,     // chopping: an event for each receive
    answers_in_pieces, // chopping: output depends on the pieces
    early_timeout,     // patience: any handle_timeout ends it
    moving_deadline,   // patience: handle_timeout pushes the deadline away
    two_ends,          // finality: the event comes twice
    late_event,        // finality: an event after the end
    other_reason,      // finality: ended() changes
    immortal_timer,    // finality: a deadline after the end
    forgets_error,     // finality: receive succeeds after a failure
    chance,            // replay: something from outside
    gives_too_much,    // offering
    gives_once,        // offering: gone before `transmitted`
    spins,             // a deadline that stays due
    stops_early,       // receive leaves bytes while open
};

// Echoes what it gets; `q` finishes it, `!` is an error, and 10 s are all it has.
class echo {
public:
    struct got {};
    struct over {
        reason why;
    };
    using event = std::variant<got, over>;

    echo(flaw f, instant now)
        : flaw_{f}
        , deadline_{now + 10s} {}

    result<std::size_t> receive(byte_view in, instant) {
        if (ended_) {
            if (ended_->why && flaw_ != flaw::forgets_error) return fail(ended_->why);
            return 0;
        }
        if (flaw_ == flaw::stops_early && in.size() > 2) return in.size() - 1;
        if (flaw_ == flaw::counts_pieces || events_.empty()) events_.push(got{});
        if (flaw_ == flaw::chance) output_.append(as_bytes(std::to_string(++outside)));
        for (std::size_t i = 0; i < in.size(); ++i) {
            if (in[i] == std::byte{'q'}) return finish({}), i + 1;
            if (in[i] == std::byte{'!'})
                return finish({bad_byte, party::remote, 0}), fail(bad_byte);
            output_.append(in.subspan(i, 1));
        }
        if (flaw_ == flaw::answers_in_pieces) output_.append(as_bytes("."));
        return in.size();
    }
    void receive_end(end, instant) {
        if (ended_ && flaw_ == flaw::late_event) events_.push(got{});
        if (ended_ && flaw_ == flaw::other_reason) ended_->by = party::transport;
        finish({{domain::core, fault::closed, 2}, party::remote, 0});
    }
    byte_view transmit(std::size_t n) {
        const byte_view all = output_.view();
        if (flaw_ == flaw::gives_too_much) return all;
        if (flaw_ != flaw::gives_once) return all.first(std::min(n, all.size()));
        given_ = to_vector(all.first(std::min(n, all.size())));
        output_.consume(given_.size());
        return given_;
    }
    void transmitted(std::size_t n) {
        if (flaw_ != flaw::gives_once) output_.consume(n);
    }
    [[nodiscard]] std::optional<end> wants_end() const {
        return ended_ ? std::optional{end{}} : std::nullopt;
    }
    std::optional<event> poll_event() { return events_.poll(); }
    [[nodiscard]] std::optional<instant> next_timeout() const { return deadline_; }
    void handle_timeout(instant now) {
        if (ended_ || flaw_ == flaw::spins) return;
        if (flaw_ == flaw::moving_deadline && now < *deadline_) deadline_ = *deadline_ + 1s;
        if (now < *deadline_ && flaw_ != flaw::early_timeout) return;
        finish({{domain::core, fault::timeout, 3}, party::local, 0});
    }
    [[nodiscard]] const std::optional<reason>& ended() const { return ended_; }

private:
    static constexpr error bad_byte{domain::core, fault::remote, 1};
    static inline int outside = 0;

    void finish(reason why) {
        if (ended_) return;
        ended_ = why;
        events_.push(over{why});
        if (flaw_ == flaw::two_ends) events_.push(over{why});
        if (flaw_ != flaw::immortal_timer) deadline_.reset();
    }
    flaw flaw_;
    std::optional<instant> deadline_;
    event_queue<event> events_;
    byte_queue output_;
    byte_vector given_;
    std::optional<reason> ended_;
};
static_assert(duplex<echo>);

auto subject_with(flaw f) {
    return test::subject{[f](instant now) {
                             return echo{f, now};
                         },
                         [](echo&, const echo::event& e, instant, test::journal& j) {
                             if (const reason* why = test::ended_in(e))
                                 j.say("over " + test::to_text(*why));
                             else
                                 j.say("got");
                         }};
}

// Chopped input of the honest machine gives one `got` only while nobody polls in between.
auto merging_subject() {
    return test::subject{[](instant now) {
                             return echo{flaw::none, now};
                         },
                         [](echo&, const echo::event& e, instant, test::journal& j) {
                             if (const reason* why = test::ended_in(e))
                                 j.say("over " + test::to_text(*why));
                             else
                                 j.say_edge("got");
                         }};
}

test::story ending_with(std::string_view text) {
    return {test::arrives(as_bytes(text)), test::time_passes(3s), test::other_side_ends(),
            test::time_passes(30s)};
}

TEST(Laws, HoldForAMachineThatKeepsThem) {
    for (const std::string_view text :
         {"hello wide world", "abq and what follows", "abc!x", "", "q", "!"}) {
        EXPECT_EQ("", test::all_laws(merging_subject(), ending_with(text))) << text;
        EXPECT_EQ("", test::finality(merging_subject(), ending_with(text), true)) << text;
    }
    EXPECT_EQ("", test::all_laws(merging_subject(), {test::time_passes(20s)}));
    EXPECT_NE("", test::finality(merging_subject(), {test::time_passes(5s)}, true)); // still open
}

TEST(Laws, ChoppingNoticesPieces) {
    EXPECT_NE("", test::chopping(subject_with(flaw::counts_pieces), ending_with("hello")));
    EXPECT_NE("", test::chopping(subject_with(flaw::answers_in_pieces), ending_with("hello")));
    EXPECT_NE("", test::chopping(subject_with(flaw::stops_early), ending_with("hello")));
}

TEST(Laws, PatienceNoticesWhatAnEarlyTimeoutChanges) {
    EXPECT_NE("", test::patience(subject_with(flaw::early_timeout), ending_with("hello")));
    EXPECT_NE("", test::patience(subject_with(flaw::moving_deadline), ending_with("hello")));
    EXPECT_NE("", test::patience(subject_with(flaw::spins), {test::time_passes(30s)}));
}

TEST(Laws, FinalityNoticesASecondLife) {
    for (const flaw f : {flaw::two_ends, flaw::late_event, flaw::other_reason, flaw::immortal_timer,
                         flaw::forgets_error})
        EXPECT_NE("", test::finality(subject_with(f), {test::arrives(as_bytes("ab!"))}))
            << static_cast<int>(f);
}

TEST(Laws, ReplayNoticesChance) {
    EXPECT_NE("", test::replay(subject_with(flaw::chance), ending_with("hello")));
}

TEST(Laws, OfferingNoticesOutputThatIsLostOrTooLarge) {
    EXPECT_NE("", test::offering(subject_with(flaw::gives_too_much), ending_with("hello")));
    EXPECT_NE("", test::offering(subject_with(flaw::gives_once), ending_with("hello")));
}

// A machine without a byte stream: it rings where nobody stops it in time.
struct alarm_clock {
    struct rang {
        reason why;
    };
    using event = std::variant<rang>;
    std::optional<event> poll_event() { return events.poll(); }
    [[nodiscard]] std::optional<instant> next_timeout() const { return at; }
    void handle_timeout(instant now) {
        if (!at || now < *at) return;
        at.reset();
        over = reason{{domain::core, fault::timeout, 1}, party::local, 0};
        events.push(rang{*over});
    }
    [[nodiscard]] const std::optional<reason>& ended() const { return over; }
    event_queue<event> events;
    std::optional<instant> at;
    std::optional<reason> over;
};
static_assert(machine<alarm_clock> && !duplex<alarm_clock>);

TEST(Laws, HoldForMachinesWithoutAByteStreamToo) {
    const test::subject s{[](instant now) {
                              return alarm_clock{{}, now + 5s, {}};
                          },
                          [](alarm_clock&, const alarm_clock::event& e, instant, test::journal& j) {
                              j.say(test::to_text(*test::ended_in(e)));
                          },
                          [](alarm_clock& m, unsigned which, instant now, test::journal&) {
                              if (m.at) m.at = now + which * 1s;
                          }};
    const test::story snoozed{test::time_passes(4s), test::local_call(3), test::time_passes(2s)};
    EXPECT_EQ("", test::all_laws(s, snoozed));
    EXPECT_NE("", test::finality(s, snoozed, true)); // it has not rung yet
    EXPECT_EQ("", test::finality(s, {test::local_call(1), test::time_passes(2s)}, true));
    EXPECT_EQ(test::play(s, {test::time_passes(5s)}).lines.size(), 1U);
}

TEST(Laws, EdgesMergeAndEventsDoNot) {
    test::journal j;
    j.say_edge("readable 1");
    j.say_edge("readable 2");
    j.say_edge("readable 1");
    j.say("opened 3");
    j.say_edge("readable 1");
    j.say("opened 3");
    EXPECT_EQ(j.lines, (std::vector<std::string>{"readable 1", "readable 2", "opened 3",
                                                 "readable 1", "opened 3"}));
}

TEST(Pair, CarriesBytesWithLatencyAndMeetsDeadlinesInOrder) {
    test::pair p{echo{flaw::none, test::start}, echo{flaw::none, test::start}};
    p.latency = 10ms;
    ASSERT_TRUE(p.dialer.receive(as_bytes("x"), p.now())); // it echoes to the listener, and so on
    p.pump();
    EXPECT_EQ(p.to_listener.sent, 1U);
    EXPECT_EQ(p.to_listener.arrived, 0U);
    p.advance(10ms);
    EXPECT_EQ(p.to_listener.arrived, 1U);
    EXPECT_TRUE(p.advance_until([&] { return p.to_dialer.arrived == 1; }, 1s));
    EXPECT_EQ(p.now(), test::start + 20ms);
    p.advance(10s);
    EXPECT_EQ(p.dialer.ended()->why, fault::timeout);
    EXPECT_FALSE(p.listener_events.empty());
}

TEST(Pair, ACutLosesBytesAndTellsNobody) {
    test::pair p{echo{flaw::none, test::start}, echo{flaw::none, test::start}};
    p.cut();
    ASSERT_TRUE(p.dialer.receive(as_bytes("x"), p.now()));
    p.advance(9s);
    EXPECT_EQ(p.to_listener.sent, 1U);
    EXPECT_EQ(p.to_listener.arrived, 0U);
    EXPECT_FALSE(p.listener.ended());
    p.break_transport();
    EXPECT_EQ(p.listener.ended()->why, fault::closed);
}

TEST(Pair, KeepsWhatIsBehindTheEndOfAMachine) {
    test::pair p{echo{flaw::none, test::start}, echo{flaw::none, test::start}};
    p.poll_events = false;
    p.to_listener.flying.push_back({p.now(), to_vector(as_bytes("abqnext layer")), std::nullopt});
    p.pump();
    EXPECT_TRUE(p.listener.ended());
    // The dialer's echo of "ab" arrives behind it.
    EXPECT_EQ(as_text(p.to_listener.leftover), "next layerab");
}

TEST(Script, ChoicesComeFromTheBytesAndNeverFail) {
    fuzz::script in{as_bytes("\x05\x01\x02zz")};
    EXPECT_EQ(in.below(4), 1U);
    EXPECT_TRUE(in.flag());
    EXPECT_EQ(as_text(in.piece()), "zz");
    EXPECT_TRUE(in.empty());
    EXPECT_EQ(in.byte(), 0U);
    EXPECT_EQ(in.below(0), 0U);
    EXPECT_EQ(in.number(), 0U);
    EXPECT_EQ(in.piece().size(), 0U);
    EXPECT_EQ(in.wait(), duration::zero());
}

TEST(Script, StoriesOfAnyInputKeepTheLaws) {
    random_source chance{11};
    for (int round = 0; round < 200; ++round) {
        byte_vector input(chance.below(100));
        for (std::byte& b : input) b = static_cast<std::byte>(chance.below(256));
        fuzz::script in{byte_view{input}};
        EXPECT_EQ("", test::all_laws(merging_subject(), fuzz::story_of(in)));
    }
}

} // namespace
