// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of mesh.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/pubsub/mesh.hpp>

namespace lp2p::inline v0::pubsub {

LP2P_DECL std::vector<peer_index> choose(std::vector<peer_index> from, std::size_t n,
                                         random_source& chance) {
    chance.shuffle(std::span{from});
    if (from.size() > n) from.resize(n);
    return from;
}

} // namespace lp2p::inline v0::pubsub

namespace lp2p::inline v0::pubsub::detail {

LP2P_DECL void order_for_pruning(std::vector<mesh_member>& all, const mesh_parameters& p,
                                 random_source& chance) {
    chance.shuffle(std::span{all});
    const auto better = [](const mesh_member& a, const mesh_member& b) {
        return a.standing > b.standing;
    };
    for (auto at = all.begin(); at != all.end(); ++at) // keeps the order of equals
        std::rotate(std::upper_bound(all.begin(), at, *at, better), at, std::next(at));
    const std::size_t best = std::min<std::size_t>(p.d_score, p.d);
    chance.shuffle(std::span{all}.subspan(best));
    std::size_t outbound = 0;
    for (std::size_t i = 0; i < p.d; ++i) outbound += all[i].outbound ? 1 : 0;
    std::size_t next = p.d;
    for (std::size_t i = p.d; i-- > best && outbound < p.d_out;) {
        if (all[i].outbound) continue;
        while (next < all.size() && !all[next].outbound) ++next;
        if (next == all.size()) return;
        std::swap(all[i], all[next]);
        ++outbound;
    }
}

} // namespace lp2p::inline v0::pubsub::detail

namespace lp2p::inline v0::pubsub {

LP2P_DECL mesh_change balance(std::span<const mesh_member> members,
                              std::span<const mesh_member> candidates, const mesh_parameters& p,
                              random_source& chance) {
    mesh_change change;
    std::vector<mesh_member> stay(members.begin(), members.end());
    std::vector<mesh_member> free(candidates.begin(), candidates.end());
    const auto graft = [&](const mesh_member& m) {
        change.graft.push_back(m.peer);
        stay.push_back(m);
    };
    if (stay.size() < p.d_lo) {
        chance.shuffle(std::span{free});
        while (stay.size() < p.d && !free.empty()) {
            graft(free.back());
            free.pop_back();
        }
    }
    if (stay.size() >= p.d_hi && stay.size() > p.d) {
        detail::order_for_pruning(stay, p, chance);
        for (std::size_t i = p.d; i < stay.size(); ++i) change.prune.push_back(stay[i].peer);
        stay.resize(p.d);
    }
    if (stay.size() < p.d_lo) return change;
    std::size_t outbound = 0;
    for (const mesh_member& m : stay) outbound += m.outbound ? 1 : 0;
    if (outbound >= p.d_out) return change;
    chance.shuffle(std::span{free});
    for (const mesh_member& m : free) {
        if (outbound >= p.d_out) break;
        if (!m.outbound) continue;
        graft(m);
        ++outbound;
    }
    return change;
}

} // namespace lp2p::inline v0::pubsub
