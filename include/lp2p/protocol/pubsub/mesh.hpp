// SPDX-License-Identifier: Apache-2.0 OR MIT
// Whom a heartbeat adds to the mesh of a topic and whom it takes out: a function of who is there.
//
// It knows no peers beyond a number, their direction and their standing, keeps no state and sends
// nothing. All chance comes from the generator that it is given.
#pragma once

#include <lp2p/core/random.hpp>
#include <lp2p/protocol/pubsub/router_config.hpp>

#include <algorithm>

namespace lp2p::inline v0::pubsub {

struct mesh_member {
    peer_index peer{};
    bool outbound = false; ///< we dialed it
    double standing = 0;   ///< larger is better
};

struct mesh_change {
    std::vector<peer_index> graft;
    std::vector<peer_index> prune;
};

/// One heartbeat of one topic (spec: gossipsub v1.1, "Mesh maintenance"; go's order and bounds).
/// `candidates` are those who may be grafted: in the topic, not in the mesh, not backed off.
/// - Fewer members than `d_lo`: grafts up to `d`.
/// - `d_hi` or more: prunes down to `d`, keeps the `d_score` of best standing, and `d_out` outbound
///   ones where there are as many.
/// - At least `d_lo` with fewer than `d_out` outbound: grafts outbound ones.
[[nodiscard]] mesh_change balance(std::span<const mesh_member> members,
                                  std::span<const mesh_member> candidates, const mesh_parameters& p,
                                  random_source& chance);

/// `n` of them at random, or all.
[[nodiscard]] std::vector<peer_index> choose(std::vector<peer_index> from, std::size_t n,
                                             random_source& chance);

namespace detail {

/// Puts those who stay first: the best by standing, then, by chance, the rest, with outbound ones
/// moved up as far as is needed.
void order_for_pruning(std::vector<mesh_member>& all, const mesh_parameters& p,
                       random_source& chance);

} // namespace detail

} // namespace lp2p::inline v0::pubsub

#ifndef LP2P_SEPARATE_COMPILATION
#include "mesh.ipp"
#endif
