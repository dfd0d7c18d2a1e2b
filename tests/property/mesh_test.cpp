// SPDX-License-Identifier: Apache-2.0 OR MIT
// The mesh as a model: whatever happens, a heartbeat leaves it within its bounds and both ends of a
// backoff are kept.
#include <lp2p/protocol/pubsub/gossipsub.hpp>

#include "tests/protocol/pubsub/support.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

namespace {
using namespace lp2p;
using namespace std::chrono_literals;
using pubsub::mesh_member;
using pubsub::peer_index;
using pubsub::peer_kind;

RC_GTEST_PROP(MeshModel, BalanceKeepsItsPromises, ()) {
    const auto n_in = *rc::gen::inRange<std::uint32_t>(0, 40);
    const auto n_free = *rc::gen::inRange<std::uint32_t>(0, 40);
    pubsub::mesh_parameters p;
    p.d = *rc::gen::inRange<std::uint32_t>(1, 12);
    p.d_lo = *rc::gen::inRange<std::uint32_t>(0, p.d + 1);
    p.d_hi = p.d + *rc::gen::inRange<std::uint32_t>(1, 12);
    p.d_score = *rc::gen::inRange<std::uint32_t>(0, p.d + 1);
    p.d_out = *rc::gen::inRange<std::uint32_t>(0, p.d / 2 + 1);
    const auto some = [](std::uint32_t from, std::uint32_t n) {
        std::vector<mesh_member> all;
        for (std::uint32_t i = 0; i < n; ++i)
            all.push_back({peer_index{from + i}, *rc::gen::arbitrary<bool>(),
                           static_cast<double>(*rc::gen::inRange(-3, 3))});
        return all;
    };
    const auto in = some(1, n_in);
    const auto free = some(1000, n_free);
    random_source chance{*rc::gen::arbitrary<std::uint64_t>()};
    const auto change = pubsub::balance(in, free, p, chance);

    const std::set<peer_index> grafted(change.graft.begin(), change.graft.end());
    const std::set<peer_index> pruned(change.prune.begin(), change.prune.end());
    RC_ASSERT(grafted.size() == change.graft.size());
    RC_ASSERT(pruned.size() == change.prune.size());
    std::size_t out_in = 0;
    std::size_t out_after = 0;
    std::size_t out_left = 0;
    for (const auto& m : in) {
        RC_ASSERT(!grafted.contains(m.peer));
        out_in += m.outbound ? 1 : 0;
        out_after += m.outbound && !pruned.contains(m.peer) ? 1 : 0;
    }
    for (const auto& m : free) {
        RC_ASSERT(!pruned.contains(m.peer));
        out_after += m.outbound && grafted.contains(m.peer) ? 1 : 0;
        out_left += m.outbound && !grafted.contains(m.peer) ? 1 : 0;
    }
    const std::size_t after = n_in + grafted.size() - pruned.size();
    if (n_in < p.d_lo) RC_ASSERT(after >= std::min<std::size_t>(p.d, n_in + n_free));
    if (n_in >= p.d_hi) {
        RC_ASSERT(pruned.size() == n_in - p.d);
        RC_ASSERT(after <= p.d + p.d_out);
    } else {
        RC_ASSERT(pruned.empty());
    }
    // Those of best standing stay, but where an outbound one needs the place of a chosen one.
    std::vector<double> standing;
    for (const auto& m : in) standing.push_back(m.standing);
    std::sort(standing.rbegin(), standing.rend());
    if (!pruned.empty() && p.d_score != 0) {
        std::size_t better = 0;
        for (const auto& m : in)
            better += !pruned.contains(m.peer) && m.standing >= standing[p.d_score - 1] ? 1 : 0;
        RC_ASSERT(better >= p.d_score);
    }
    if (after >= p.d_lo && out_left > 0) RC_ASSERT(out_after >= p.d_out);
    if (!pruned.empty() && p.d_score + p.d_out <= p.d)
        RC_ASSERT(out_after >= std::min<std::size_t>(p.d_out, out_in));
}

/// A router, the peers around it, and what a peer must not see.
struct world {
    gossipsub::router router;
    instant now = test::pubsub_start;
    struct player {
        peer_index index{};
        bool subscribed = false;
        instant pruned_us_until{};
    };
    std::map<std::uint32_t, player> players{};

    void say(std::uint32_t who, pubsub::rpc r) {
        if (players.contains(who)) router.receive(players[who].index, r, now);
    }
    /// Whom a GRAFT reaches; a GRAFT in a backoff that the peer asked for is a fault of ours.
    void read_output() {
        while (router.poll_event()) {
        }
        for (auto& [n, p] : players)
            for (const auto& w : test::take_all(router, p.index).words())
                RC_ASSERT(w != "graft t" || now >= p.pruned_us_until);
    }
    void check_bounds(bool after_heartbeat) {
        const auto mesh = router.mesh_peers("t");
        std::size_t eligible = 0;
        for (const auto& [n, p] : players) {
            const bool in = std::find(mesh.begin(), mesh.end(), p.index) != mesh.end();
            eligible += in ? 1 : 0;
            RC_ASSERT(!in || now >= p.pruned_us_until);
        }
        RC_ASSERT(eligible == mesh.size()); // nobody who is gone
        RC_ASSERT(std::is_sorted(mesh.begin(), mesh.end()));
        if (after_heartbeat) RC_ASSERT(mesh.size() < 12);
    }
};

RC_GTEST_PROP(MeshModel, AnyStoryKeepsTheMeshWithinItsBounds, ()) {
    const auto step_of_any_size = rc::gen::resize(100, rc::gen::arbitrary<std::uint32_t>());
    const auto story =
        *rc::gen::scale(4.0, rc::gen::container<std::vector<std::uint32_t>>(step_of_any_size));
    gossipsub::config c;
    c.common = test::unsigned_config(*rc::gen::arbitrary<std::uint64_t>());
    world w{gossipsub::router{c, test::peer_number(9999), test::pubsub_start}};
    RC_ASSERT(w.router.subscribe("t", w.now).has_value());
    for (const std::uint32_t step : story) {
        const std::uint32_t who = (step >> 8U) % 24;
        pubsub::rpc r;
        bool beat = false;
        switch (step % 8) {
        case 0:
        case 1: {
            const auto kind = static_cast<peer_kind>(1 + (step >> 4U) % 2);
            const bool out = who % 3 == 0;
            w.players[who].index =
                w.router.peer_ready(test::peer_number(who + 1), kind, out, w.now);
            w.router.hello(w.players[who].index);
            r.subscriptions.push_back({"t", true});
            w.say(who, r);
            break;
        }
        case 2:
            if (!w.players.contains(who)) break;
            w.router.peer_gone(w.players[who].index, w.now);
            w.players.erase(who);
            break;
        case 3:
            r.graft.push_back("t");
            w.say(who, r);
            break;
        case 4: {
            const std::uint64_t wait = (step >> 16U) % 100;
            r.prune.push_back({"t", wait, 0});
            if (!w.players.contains(who)) break;
            w.read_output();
            w.say(who, r);
            auto& until = w.players[who].pruned_us_until;
            until = std::max(until, w.now + (wait == 0 ? 60s : std::chrono::seconds{wait}));
            // Its own GRAFT within that time is refused as well, so it stays out.
            break;
        }
        case 5:
            r.subscriptions.push_back({"t", false});
            w.say(who, r);
            break;
        default:
            w.now = *w.router.next_timeout();
            w.router.handle_timeout(w.now);
            beat = true;
        }
        w.read_output();
        w.check_bounds(beat);
    }
}

} // namespace
