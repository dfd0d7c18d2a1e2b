// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/swarm/connection_manager.hpp>

#include "tests/support/laws.hpp"
#include "tests/support/stacks.hpp"

#include <gtest/gtest.h>

#include <array>
#include <deque>

// The rule for duplicate connections as a model: two ends, up to five connections between them,
// every order in which their messages can arrive. Once nothing is under way exactly one connection
// is left and both ends agree on it; it was never zero while one was there to stay.
namespace lp2p {
namespace {

using test::start;
using manager = connection_manager;

enum class message : std::uint8_t { proof, ping, pong, fin };

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

/// Two ends with their managers. `keeps` makes end 1 one that never refuses anything (go, rust,
/// js).
class world {
public:
    world(std::vector<std::size_t> dialers, bool keeps, bool smaller_first)
        : keeps_{keeps} {
        const test::person<test::plain_stack> one{1}, two{2};
        const bool swap = (one.id < two.id) != smaller_first;
        ids_ = {swap ? two.id : one.id, swap ? one.id : two.id};
        for (std::size_t i = 0; i < 2; ++i) managers_.emplace_back(ids_[i], manager::config{});
        for (const std::size_t d : dialers) {
            lines_.emplace_back();
            lines_.back().dialer = d;
        }
    }
    /// What can happen next: (line, 0: its handshake reaches the dialer, 1 + end: a message there).
    [[nodiscard]] std::vector<std::pair<std::size_t, std::size_t>> choices() const {
        std::vector<std::pair<std::size_t, std::size_t>> all;
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            if (!lines_[i].begun) all.emplace_back(i, 0);
            for (std::size_t e = 0; e < 2; ++e)
                if (!lines_[i].sides[e].over && !lines_[i].sides[e].in.empty())
                    all.emplace_back(i, 1 + e);
        }
        return all;
    }
    void happen(std::pair<std::size_t, std::size_t> what) {
        line& l = lines_[what.first];
        if (what.second == 0) {
            l.begun = true;
            prove(what.first, l.dialer);
        } else {
            const std::size_t e = what.second - 1;
            const message m = l.sides[e].in.front();
            l.sides[e].in.pop_front();
            arrive(what.first, e, m);
        }
        decide();
    }
    /// Nothing is under way any more: deadlines of questions pass.
    bool wait() {
        bool any = false;
        for (manager& m : managers_)
            if (const auto at = m.next_timeout()) {
                now_ = std::max(now_, *at);
                m.handle_timeout(now_);
                any = true;
            }
        decide();
        return any;
    }
    /// Empty where the rule holds.
    [[nodiscard]] std::string verdict() const {
        std::size_t alive = 0;
        for (const line& l : lines_) {
            if (l.sides[0].over != l.sides[1].over) return "the ends disagree";
            if (l.sides[0].over) continue;
            ++alive;
            if (!l.sides[0].ready || !l.sides[1].ready) return "what is left is not ready";
        }
        return alive == 1 ? "" : std::to_string(alive) + " connections are left";
    }
    std::string broken;

private:
    static conn_id name(std::size_t i) { return conn_id{i + 1}; }
    void send(std::size_t i, std::size_t to, message m) {
        if (!lines_[i].sides[to].over) lines_[i].sides[to].in.push_back(m);
    }
    void prove(std::size_t i, std::size_t e) {
        line::side& s = lines_[i].sides[e];
        if (s.over) return;
        s.proven = true;
        if (keeps_ && e == 1) return proceed(i, e);
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
        if (m == message::fin) return end(i, e);
        if (m == message::proof) return prove(i, e);
        if (!s.muxer) {
            s.held.push_back(m);
            return;
        }
        if (m == message::ping) return send(i, 1 - e, message::pong);
        if (keeps_ && e == 1) {
            s.ready = true;
        } else if (!std::exchange(s.ready, true)) {
            managers_[e].established(name(i));
        } else {
            managers_[e].pong(name(i));
        }
    }
    void end(std::size_t i, std::size_t e) {
        line::side& s = lines_[i].sides[e];
        if (std::exchange(s.over, true)) return;
        s.in.clear();
        if (s.proven && !(keeps_ && e == 1)) managers_[e].ended(name(i), now_);
    }
    void close(std::size_t i, std::size_t e, conn_id kept) {
        const line::side& stays = lines_[static_cast<std::size_t>(kept) - 1].sides[e];
        if (stays.over || !stays.ready) broken = "closed before the one that stays was established";
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

    bool keeps_;
    std::vector<wire::peer_id> ids_;
    std::vector<manager> managers_;
    std::vector<line> lines_;
    instant now_ = start;
};

struct outcome {
    std::size_t stories = 0;
    std::string bad;
};

/// Ends a story and judges it.
void judge(world w, outcome& out) {
    ++out.stories;
    for (int i = 0; i < 50; ++i) {
        if (const auto next = w.choices(); !next.empty())
            w.happen(next.front());
        else if (!w.wait())
            break;
    }
    if (out.bad.empty()) out.bad = w.broken.empty() ? w.verdict() : w.broken;
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

std::string to_text(const std::vector<std::size_t>& dialers) {
    std::string text;
    for (const auto d : dialers) text += d == 0 ? 'A' : 'B';
    return text;
}

TEST(DialDuplicates, EveryOrderOfTwoConnections) {
    std::size_t stories = 0;
    for (const bool keeps : {false, true})
        for (const bool smaller : {false, true})
            for (const auto& dialers :
                 std::vector<std::vector<std::size_t>>{{0}, {1}, {0, 1}, {0, 0}, {1, 1}}) {
                outcome out;
                explore(world{dialers, keeps, smaller}, out, 3'000'000);
                EXPECT_EQ(out.bad, "") << to_text(dialers) << " keeps " << keeps << " smaller "
                                       << smaller << " story " << out.stories;
                EXPECT_LT(out.stories, 3'000'000U) << "all of them";
                stories += out.stories;
            }
    RecordProperty("stories", static_cast<int>(stories));
}
TEST(DialDuplicates, ManyOrdersOfUpToFiveConnections) {
    random_source chance{2026};
    for (const bool keeps : {false, true})
        for (const bool smaller : {false, true})
            for (std::size_t n = 3; n <= 5; ++n)
                for (std::size_t mask = 0; mask < (std::size_t{1} << n); ++mask) {
                    std::vector<std::size_t> dialers;
                    for (std::size_t i = 0; i < n; ++i) dialers.push_back(mask >> i & 1U);
                    outcome out;
                    const world w{dialers, keeps, smaller};
                    for (int i = 0; i < 100; ++i) wander(w, chance, out);
                    EXPECT_EQ(out.bad, "")
                        << to_text(dialers) << " keeps " << keeps << " smaller " << smaller;
                }
}

} // namespace
} // namespace lp2p
