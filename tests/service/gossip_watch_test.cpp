// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/service/gossip_watch.hpp>

#include "tests/support/laws.hpp"

#include <gtest/gtest.h>

namespace lp2p::service {
namespace {

using test::start;
using step = gossip_watch::step;

class GossipWatch : public testing::Test {
protected:
    instant now = start;
    gossip_watch w{{.stream = seconds{10}, .silence = seconds{30}, .answer = seconds{5}}, start};
    gossip_watch::facts f{.out_live = true, .in_open = true, .ever_in = true, .others = start};
    std::optional<instant> heard_last;

    /// The next thing that it wants, at most `most` from now on; others are heard all the time, or
    /// were last `heard_last`.
    step next(duration most = seconds{600}) {
        const instant until = now + most;
        while (w.next() <= until) {
            now = std::max(now, w.next());
            f.others = heard_last.value_or(now);
            const step s = w.look(f, now);
            EXPECT_GT(w.next(), now) << "else it is looked at without end";
            if (s != step::none) return s;
        }
        now = until;
        return step::none;
    }
};

TEST_F(GossipWatch, WhoIsHeardIsLeftAlone) {
    for (int i = 0; i < 60; ++i) {
        EXPECT_EQ(next(seconds{10}), step::none) << i;
        EXPECT_FALSE(w.heard(now));
    }
}
TEST_F(GossipWatch, WhoIsQuietWhileNobodySpeaksIsLeftAlone) {
    for (int i = 0; i < 100; ++i) {
        now = w.next();
        f.others = start;
        EXPECT_EQ(w.look(f, now), step::none);
    }
    EXPECT_GT(now, start + seconds{400});
}
TEST_F(GossipWatch, OthersCountWhoWereHeardHalfASilenceLater) {
    heard_last = start + seconds{15};
    EXPECT_EQ(next(seconds{300}), step::none) << "the network fell quiet soon after the peer";
    heard_last = start + seconds{15} + duration{1};
    EXPECT_EQ(next(), step::question);
}
TEST_F(GossipWatch, ASilenceBeginsWithTheLastThatWasHeard) {
    EXPECT_EQ(next(seconds{12}), step::none);
    EXPECT_FALSE(w.heard(now));
    const instant last = now;
    EXPECT_EQ(next(), step::question);
    EXPECT_GE(now, last + seconds{30});
    EXPECT_LE(now, last + seconds{35});
}
TEST_F(GossipWatch, WhoIsQuietWhileOthersAreHeardIsAskedTwiceThenHelped) {
    EXPECT_EQ(next(), step::question);
    EXPECT_EQ(now, start + seconds{30});
    const instant asked = now;
    EXPECT_EQ(next(), step::question);
    EXPECT_EQ(now, asked + seconds{5});
    EXPECT_FALSE(w.silent());
    EXPECT_EQ(next(), step::remedy);
    EXPECT_EQ(now, asked + seconds{10});
    EXPECT_TRUE(w.silent());
    EXPECT_EQ(w.quiet(now), now - start);
}
TEST_F(GossipWatch, AnAnswerIsEnough) {
    EXPECT_EQ(next(), step::question);
    EXPECT_FALSE(w.heard(now + seconds{1})) << "it was never silent";
    const instant answered = now + seconds{1};
    EXPECT_EQ(next(), step::question) << "a peer that says nothing of its own is asked again";
    EXPECT_GE(now, answered + seconds{30});
}
TEST_F(GossipWatch, RemediesComeInOrderAndMoreSeldomRoundByRound) {
    std::vector<remedy> used;
    std::vector<instant> at;
    while (used.size() < 7) {
        const step s = next();
        if (s != step::remedy) continue;
        used.push_back(w.next_remedy());
        at.push_back(now);
        w.helped(now);
    }
    using enum remedy;
    EXPECT_EQ(used, (std::vector{reopen, push, replace, reopen, push, replace, reopen}));
    EXPECT_EQ(at[1] - at[0], seconds{5});
    EXPECT_GT(at[3] - at[2], seconds{10}) << "it is asked again in between";
    EXPECT_GT(at[6] - at[5], at[3] - at[2]);
    EXPECT_TRUE(w.heard(now)) << "the silence is over";
    EXPECT_FALSE(w.heard(now)) << "once";
    EXPECT_EQ(next(), step::question);
    EXPECT_EQ(w.next_remedy(), reopen) << "and the order begins anew";
}
TEST_F(GossipWatch, ASilentPeerIsHelpedThoughTheOthersFellQuietToo) {
    for (int used = 0; used < 3;)
        if (next() == step::remedy) {
            w.helped(now);
            ++used;
        }
    heard_last = start;
    EXPECT_EQ(next(), step::question);
    EXPECT_EQ(next(), step::question);
    EXPECT_EQ(next(), step::remedy);
}
TEST_F(GossipWatch, RemediesNeverBecomeMoreSeldomThanSixtyFourAnswers) {
    for (int used = 0; used < 3 * 40;)
        if (next(std::chrono::hours{1}) == step::remedy) {
            w.helped(now);
            ++used;
            EXPECT_LE(w.next() - now, seconds{5} * 64) << used;
        }
    EXPECT_EQ(w.next() - now, seconds{5} * 64);
}
TEST_F(GossipWatch, AStreamThatDoesNotComeBackIsAskedForSoon) {
    EXPECT_EQ(next(seconds{20}), step::none);
    f.in_open = false;
    w.in_lost(now);
    const instant lost = now;
    EXPECT_EQ(next(), step::remind);
    EXPECT_EQ(now, lost + seconds{2});
    EXPECT_EQ(next(), step::question) << "reminded once";
    EXPECT_GE(now, lost + seconds{10});
    EXPECT_LE(now, lost + seconds{15});
    w.in_opened();
    w.in_lost(now);
    EXPECT_EQ(next(), step::remind) << "the next one is another one";
}
TEST_F(GossipWatch, AStreamThatEndsOverAndOverPutsNothingOff) {
    EXPECT_EQ(next(), step::question);
    const instant due = w.next(); // the second question
    f.in_open = false;
    while (now + seconds{1} < due) {
        now += seconds{1};
        w.in_lost(now);
        EXPECT_LE(w.next(), due);
        w.in_opened();
    }
    EXPECT_EQ(next(), step::question);
    EXPECT_EQ(now, due) << "nor does it take the time to answer";
}
TEST_F(GossipWatch, AStreamThatEndsBringsNoRemedySooner) {
    for (int used = 0; used < 3 * 8;)
        if (next() == step::remedy) {
            w.helped(now);
            ++used;
        }
    const instant due = w.next();
    ASSERT_EQ(due, now + seconds{5} * 64);
    while (now + seconds{7} < due) {
        now += seconds{5};
        w.in_lost(now);
        f.in_open = false;
        EXPECT_EQ(next(seconds{2}), step::remind) << "that has its own time";
        w.in_opened();
        f.in_open = true;
    }
    EXPECT_EQ(next(), step::question);
    EXPECT_EQ(now, due);
}
TEST_F(GossipWatch, WhoWasHelpedIsWatchedAsBefore) {
    for (int used = 0; used < 3 * 8;)
        if (next() == step::remedy) {
            w.helped(now);
            ++used;
        }
    EXPECT_GT(w.next(), now + seconds{300});
    EXPECT_TRUE(w.heard(now));
    const instant last = now;
    EXPECT_EQ(next(), step::question);
    EXPECT_EQ(now, last + seconds{30});
}
TEST_F(GossipWatch, ALookTooSoonAfterTheEndOfAStreamIsFollowedByAnother) {
    f.in_open = false;
    now = w.next() - seconds{1};
    w.in_lost(now);
    const instant lost = now;
    EXPECT_EQ(next(), step::remind);
    EXPECT_LE(now, lost + seconds{2} * 2);
}
TEST_F(GossipWatch, WhoWasHeardAMomentAgoIsNotAskedForItsStreamsSake) {
    f.in_open = false;
    EXPECT_EQ(next(), step::remind);
    EXPECT_FALSE(w.heard(now));
    const instant last = now;
    EXPECT_EQ(next(), step::question);
    EXPECT_GE(now, last + seconds{10});
}
TEST_F(GossipWatch, WhoNeverOpenedAStreamIsRemindedOnceAndIsNotSilentWhereNothingCanBeAsked) {
    f.in_open = f.ever_in = false;
    EXPECT_EQ(next(), step::remind);
    EXPECT_EQ(now, start + seconds{10});
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(next(), step::question);
        w.unanswerable(now);
    }
    EXPECT_FALSE(w.silent());
}
TEST_F(GossipWatch, WhereNothingCanBeAskedAStreamThatEndsChangesNothing) {
    EXPECT_EQ(next(), step::question);
    w.unanswerable(now);
    w.in_lost(now);
    const instant then = now;
    EXPECT_EQ(next(), step::question);
    EXPECT_EQ(now, then + seconds{10});
}
TEST_F(GossipWatch, WithoutOurStreamItSaysNothing) {
    f.out_live = false;
    EXPECT_EQ(next(seconds{300}), step::none);
}
TEST_F(GossipWatch, ARemedyWithoutBudgetWaits) {
    while (next() != step::remedy) {
    }
    w.postponed(now + seconds{7});
    w.in_lost(now); // another one is open, and it is looked at
    const instant then = now;
    EXPECT_EQ(next(), step::remedy);
    EXPECT_EQ(now, then + seconds{7});
    EXPECT_EQ(w.next_remedy(), remedy::reopen);
}

} // namespace
} // namespace lp2p::service
