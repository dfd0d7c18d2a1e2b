// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/swarm/connection_manager.hpp>

#include "tests/support/laws.hpp"
#include "tests/support/stacks.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <deque>

// The rule for duplicate connections as a model: two ends, up to five connections between them,
// every order in which their messages can arrive. Once nothing is under way exactly one connection
// is left and both ends agree on it, and an end that had one is never without. Where pongs come
// after their bound, which is a test of its own, there may be none: then the dials run again
// (scenario/late_pongs_test.cpp).
namespace lp2p {
namespace {

using test::start;
using manager = connection_manager;

enum class message : std::uint8_t { proof, ping, pong, fin };
constexpr const char* words[] = {"proof", "ping", "pong", "end"};

/// What may happen next.
struct step {
    enum kind_type : std::uint8_t {
        begin,   ///< message 2 of the handshake of `line` reaches its dialer
        arrive,  ///< the oldest message on `line` for `end`
        late,    ///< the question of `end` is not answered within its bound
        replace, ///< end 0 wants another connection
    };
    kind_type kind = begin;
    std::size_t line = 0;
    std::size_t end = 0;
};

/// One connection between end 0 and end 1.
struct line {
    std::size_t dialer = 0;
    bool begun = false; ///< message 2 of the handshake reached the dialer
    struct side {
        bool proven = false; ///< this end knows who is there
        bool muxer = false;  ///< this end was told to proceed
        bool ready = false;  ///< its pong came
        bool over = false;   ///< this end let go of it
        std::deque<message> in{};
        std::vector<message> held{}; ///< came before this end has a muxer
    };
    std::array<side, 2> sides{};
};

struct setting {
    bool keeps = false;         ///< end 1 never refuses anything (go, rust, js)
    bool smaller_first = false; ///< end 0 has the smaller peer id
    bool late = false;          ///< pongs may come after their bound
    bool replaces = false;      ///< end 0 replaces its connection once
};

/// Two ends with their managers.
class world {
public:
    world(const std::vector<std::size_t>& dialers, setting s)
        : setting_{s} {
        const test::person<test::plain_stack> one{1}, two{2};
        const bool swap = (one.id < two.id) != s.smaller_first;
        ids_ = {swap ? two.id : one.id, swap ? one.id : two.id};
        for (std::size_t i = 0; i < 2; ++i) managers_.emplace_back(ids_[i], manager::config{});
        for (const std::size_t d : dialers) dial(d);
    }
    [[nodiscard]] std::vector<step> choices() const {
        std::vector<step> all;
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            if (!lines_[i].begun && !lines_[i].sides[lines_[i].dialer].over)
                all.push_back({step::begin, i, lines_[i].dialer});
            for (std::size_t e = 0; e < 2; ++e)
                if (!lines_[i].sides[e].over && !lines_[i].sides[e].in.empty())
                    all.push_back({step::arrive, i, e});
        }
        if (all.empty()) return all;
        for (std::size_t e = 0; e < 2; ++e)
            if (setting_.late && managers_[e].next_timeout()) all.push_back({step::late, 0, e});
        if (setting_.replaces && !replaced_ && any(0, &line::side::ready))
            all.push_back({step::replace, 0, 0});
        return all;
    }
    void happen(const step& what) {
        tell(what);
        line& l = lines_[what.line];
        if (what.kind == step::begin) {
            l.begun = true;
            prove(what.line, l.dialer);
        } else if (what.kind == step::arrive) {
            const message m = l.sides[what.end].in.front();
            l.sides[what.end].in.pop_front();
            arrive(what.line, what.end, m);
        } else if (what.kind == step::late) {
            pass_deadline(what.end);
        } else {
            replace();
        }
        decide();
        check();
    }
    /// Nothing is under way any more: deadlines of questions pass.
    bool wait() {
        bool waited = false;
        for (std::size_t e = 0; e < 2; ++e)
            if (managers_[e].next_timeout()) {
                pass_deadline(e);
                waited = true;
            }
        if (!waited && (setting_.late || setting_.replaces)) waited = pass_upgrade();
        decide();
        check();
        return waited;
    }
    /// Empty where the rule holds.
    [[nodiscard]] std::string verdict() const {
        if (!broken.empty()) return broken;
        const std::size_t alive = left();
        for (const line& l : lines_) {
            if (l.sides[0].over != l.sides[1].over) return "the ends disagree";
            if (!l.sides[0].over && (!l.sides[0].ready || !l.sides[1].ready))
                return "what is left is not ready";
        }
        if (alive == 1 || (alive == 0 && (setting_.late || gap_allowed()))) return "";
        return std::to_string(alive) + " connections are left";
    }
    /// Connections that both ends have.
    [[nodiscard]] std::size_t left() const {
        return static_cast<std::size_t>(
            std::count_if(lines_.begin(), lines_.end(),
                          [](const line& l) { return !l.sides[0].over && !l.sides[1].over; }));
    }
    std::string story; ///< what happened so far, in words
    std::string broken;

private:
    static conn_id name(std::size_t i) { return conn_id{i + 1}; }
    void dial(std::size_t by) {
        lines_.emplace_back();
        lines_.back().dialer = by;
    }
    void tell(const step& what) {
        story += story.empty() ? "" : ", ";
        story += what.end == 0 ? 'A' : 'B';
        if (what.kind == step::late)
            story += " waits in vain";
        else if (what.kind == step::replace)
            story += " replaces";
        else
            story +=
                " " + std::to_string(what.line + 1) + " " +
                (what.kind == step::begin ? "handshake"
                                          : words[static_cast<std::size_t>(
                                                lines_[what.line].sides[what.end].in.front())]);
    }
    [[nodiscard]] bool any(std::size_t e, bool line::side::*which) const {
        return std::any_of(lines_.begin(), lines_.end(),
                           [&](const line& l) { return l.sides[e].*which && !l.sides[e].over; });
    }
    /// Where the other end refuses the replacement, the old one ends first, and a question that was
    /// answered before that may refuse the next one as well: `replace_failed`, and none is left.
    [[nodiscard]] bool gap_allowed() const { return setting_.replaces && !setting_.keeps; }
    /// An end that had a connection has one that it let proceed, always; not where pongs are late.
    void check() {
        for (std::size_t e = 0; e < 2; ++e) {
            had_[e] = had_[e] || any(e, &line::side::ready);
            if (setting_.late || gap_allowed()) continue;
            if (had_[e] && !any(e, &line::side::muxer)) broken = "an end had one and has none";
        }
    }
    /// What waits for the other end's muxer is over after `upgrade_timeout`: each end may have let
    /// one pass its incumbent and hold the other's.
    bool pass_upgrade() {
        for (std::size_t i = 0; i < lines_.size(); ++i)
            for (std::size_t e = 0; e < 2; ++e)
                if (!lines_[i].sides[e].over && !lines_[i].sides[e].ready) {
                    end(i, e);
                    send(i, 1 - e, message::fin);
                    return true;
                }
        return false;
    }
    void pass_deadline(std::size_t e) {
        now_ = std::max(now_, *managers_[e].next_timeout());
        managers_[e].handle_timeout(now_);
    }
    /// As swarm does it.
    void replace() {
        replaced_ = true;
        attempt_ = lines_.size();
        managers_[0].expect_replacement(ids_[1], now_);
        dial(0);
    }
    /// The attempt to replace came to nothing: the old one ends, and it is tried once more.
    void replace_refused() {
        for (std::size_t i = 0; i < lines_.size(); ++i)
            if (!lines_[i].sides[0].over && lines_[i].sides[0].ready) {
                end(i, 0);
                send(i, 1, message::fin);
            }
        replace();
        retried_ = true;
    }
    void send(std::size_t i, std::size_t to, message m) {
        if (!lines_[i].sides[to].over) lines_[i].sides[to].in.push_back(m);
    }
    void prove(std::size_t i, std::size_t e) {
        line::side& s = lines_[i].sides[e];
        if (s.over) return;
        s.proven = true;
        if (setting_.keeps && e == 1) return proceed(i, e);
        managers_[e].proven(name(i), ids_[1 - e],
                            lines_[i].dialer == e ? direction::outbound : direction::inbound,
                            std::nullopt, now_);
    }
    void proceed(std::size_t i, std::size_t e) {
        line::side& s = lines_[i].sides[e];
        if (s.over || s.muxer) return;
        s.muxer = true;
        if (lines_[i].dialer == e) send(i, 1 - e, message::proof);
        send(i, 1 - e, message::ping);
        for (const message m : std::exchange(s.held, {})) arrive(i, e, m);
    }
    void arrive(std::size_t i, std::size_t e, message m) {
        line::side& s = lines_[i].sides[e];
        if (s.over) return;
        if (m == message::fin) return ended_by_other(i, e);
        if (m == message::proof) return prove(i, e);
        if (!s.muxer) {
            s.held.push_back(m);
            return;
        }
        if (m == message::ping) return send(i, 1 - e, message::pong);
        if (setting_.keeps && e == 1) {
            s.ready = true;
        } else if (!std::exchange(s.ready, true)) {
            if (e == 0) attempt_.reset(); // whichever it is, it will do
            managers_[e].established(name(i));
        } else {
            managers_[e].pong(name(i));
        }
    }
    void end(std::size_t i, std::size_t e) {
        line::side& s = lines_[i].sides[e];
        if (std::exchange(s.over, true)) return;
        s.in.clear();
        if (s.proven && !(setting_.keeps && e == 1)) managers_[e].ended(name(i), now_);
    }
    void ended_by_other(std::size_t i, std::size_t e) {
        const bool refused = e == 0 && attempt_ == i && !lines_[i].sides[0].ready;
        end(i, e);
        if (refused && !retried_) replace_refused();
    }
    void close(std::size_t i, std::size_t e, conn_id kept) {
        const line::side& stays = lines_[static_cast<std::size_t>(kept) - 1].sides[e];
        if ((stays.over || !stays.ready) && !gap_allowed())
            broken = "closed before the one that stays was established";
        end(i, e);
        send(i, 1 - e, message::fin);
    }
    void decide() {
        for (bool busy = true; busy;) {
            busy = false;
            for (std::size_t e = 0; e < 2; ++e)
                while (auto d = managers_[e].poll()) {
                    busy = true;
                    std::visit(overloaded{
                                   [&](const manager::proceed& p) {
                                       proceed(static_cast<std::size_t>(p.id) - 1, e);
                                   },
                                   [&](const manager::refuse& r) {
                                       close(static_cast<std::size_t>(r.id) - 1, e, r.kept);
                                   },
                                   [&](const manager::close& c) {
                                       close(static_cast<std::size_t>(c.id) - 1, e, c.kept);
                                   },
                                   [&](const manager::ping& p) {
                                       send(static_cast<std::size_t>(p.id) - 1, 1 - e,
                                            message::ping);
                                   },
                                   [&](const manager::redial_storm&) {},
                               },
                               *d);
                }
        }
    }

    setting setting_;
    std::vector<wire::peer_id> ids_;
    std::vector<manager> managers_;
    std::vector<line> lines_;
    instant now_ = start;
    std::array<bool, 2> had_{}; ///< a connection that was ready
    bool replaced_ = false;
    bool retried_ = false;
    std::optional<std::size_t> attempt_{}; ///< the line that is to replace another
};

struct outcome {
    std::size_t stories = 0;
    std::size_t without = 0; ///< stories that ended without a connection
    std::string bad;         ///< what went wrong first, and how
};

/// Ends a story in the plainest order and judges it.
void judge(world w, outcome& out) {
    ++out.stories;
    for (int i = 0; i < 80; ++i) {
        if (const auto next = w.choices(); !next.empty())
            w.happen(next.front());
        else if (!w.wait())
            break;
    }
    out.without += w.left() == 0;
    if (const std::string bad = w.verdict(); out.bad.empty() && !bad.empty())
        out.bad = bad + ": " + w.story;
}
/// Every order, depth first; at most `most` stories, so that a large world is not for ever.
void explore(const world& w, outcome& out, std::size_t most) {
    if (!out.bad.empty() || out.stories >= most) return;
    const auto next = w.choices();
    if (next.empty()) return judge(w, out);
    for (const auto& choice : next) {
        world fork = w;
        fork.happen(choice);
        explore(fork, out, most);
    }
}
/// One order by chance.
void wander(world w, random_source& chance, outcome& out) {
    for (auto next = w.choices(); !next.empty(); next = w.choices())
        w.happen(next[chance.below(static_cast<std::uint32_t>(next.size()))]);
    judge(std::move(w), out);
}

std::string to_text(const std::vector<std::size_t>& dialers, setting s) {
    std::string text;
    for (const auto d : dialers) text += d == 0 ? 'A' : 'B';
    return text + (s.keeps ? " keeps" : "") + (s.smaller_first ? " smaller" : "");
}
const std::vector<std::vector<std::size_t>> one_or_two{{0}, {1}, {0, 1}, {0, 0}, {1, 1}};

/// `f(setting)` for each kind of the two ends.
template <class F>
void for_each_setting(setting s, F&& f) {
    for (const bool keeps : {false, true})
        for (const bool smaller : {false, true}) {
            s.keeps = keeps;
            s.smaller_first = smaller;
            f(s);
        }
}
/// Each order of up to two connections.
outcome explore_all(setting base, std::size_t most) {
    outcome all;
    for_each_setting(base, [&](setting s) {
        for (const auto& dialers : one_or_two) {
            outcome out;
            explore(world{dialers, s}, out, most);
            EXPECT_EQ(out.bad, "") << to_text(dialers, s) << " story " << out.stories;
            EXPECT_LT(out.stories, most) << "all of them";
            all.stories += out.stories;
            all.without += out.without;
        }
    });
    return all;
}
/// Many orders of three to five connections.
outcome wander_through(setting base, std::uint64_t seed) {
    random_source chance{seed};
    outcome all;
    for_each_setting(base, [&](setting s) {
        for (std::size_t n = 3; n <= 5; ++n)
            for (std::size_t mask = 0; mask < (std::size_t{1} << n); ++mask) {
                std::vector<std::size_t> dialers;
                for (std::size_t i = 0; i < n; ++i) dialers.push_back(mask >> i & 1U);
                outcome out;
                const world w{dialers, s};
                for (int i = 0; i < 100; ++i) wander(w, chance, out);
                EXPECT_EQ(out.bad, "") << to_text(dialers, s);
                all.stories += out.stories;
                all.without += out.without;
            }
    });
    return all;
}

TEST(DialDuplicates, EveryOrderOfTwoConnections) {
    const outcome all = explore_all({}, 3'000'000);
    EXPECT_EQ(all.without, 0U);
    RecordProperty("stories", static_cast<int>(all.stories));
}
TEST(DialDuplicates, ManyOrdersOfUpToFiveConnections) {
    EXPECT_EQ(wander_through({}, 2026).without, 0U);
}
/// With one that keeps everything there is never none (`check`); two lp2p ends may have a gap.
TEST(DialDuplicates, AReplacementAtAnyMomentLeavesNoTwo) {
    const outcome all = wander_through({.replaces = true}, 1);
    EXPECT_LT(all.without * 100, all.stories) << "a gap that stays is rare";
}
/// Past the bound of a pong each end may close what the other keeps: never do they disagree, never
/// are two left, and none is left seldom.
TEST(DialDuplicates, LatePongsLeaveOneOrNone) {
    const outcome few = explore_all({.late = true}, 3'000'000);
    const outcome many = wander_through({.late = true}, 7);
    EXPECT_GT(few.without + many.without, 0U) << "else no dial need ever run again";
    EXPECT_LT(few.without * 100, few.stories);
    EXPECT_LT(many.without * 100, many.stories);
}

/// rapidcheck gives the dials and, step by step, which of the possible things happens; behind the
/// story all goes its plainest way. A story that fails is cut to the shortest one that still does.
void any_story(setting base) {
    const auto sides = *rc::gen::container<std::vector<bool>>(rc::gen::arbitrary<bool>());
    const auto story =
        *rc::gen::container<std::vector<std::uint8_t>>(rc::gen::arbitrary<std::uint8_t>());
    std::vector<std::size_t> dialers{0};
    for (std::size_t i = 0; i < std::min<std::size_t>(sides.size(), 4); ++i)
        dialers.push_back(sides[i]);
    for_each_setting(base, [&](setting s) {
        world w{dialers, s};
        for (const std::uint8_t pick : story) {
            const auto next = w.choices();
            if (next.empty()) break;
            w.happen(next[pick % next.size()]);
        }
        outcome out;
        judge(std::move(w), out);
        RC_LOG() << to_text(dialers, s) << "\n";
        RC_ASSERT(out.bad == "");
    });
}
RC_GTEST_PROP(DialDuplicates, AnyStory, ()) { any_story({}); }
RC_GTEST_PROP(DialDuplicates, AnyStoryWithAReplacement, ()) { any_story({.replaces = true}); }
RC_GTEST_PROP(DialDuplicates, AnyStoryWithLatePongs, ()) { any_story({.late = true}); }

} // namespace
} // namespace lp2p
