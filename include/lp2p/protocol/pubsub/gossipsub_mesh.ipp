// SPDX-License-Identifier: Apache-2.0 OR MIT
// The mesh half of the gossipsub router: GRAFT, PRUNE, backoffs and the heartbeat.
//
// Include gossipsub.hpp; this only holds some of its functions. Order and rules are go's
// (gossipsub.md §8).
#pragma once

#include <lp2p/protocol/pubsub/gossipsub.hpp>

namespace lp2p::inline v0::gossipsub {

/// Whether we may graft a peer that is not in the mesh.
LP2P_DECL bool router::may_graft(const peer_entry& p, topic_index t, instant now) const {
    const duration slack = config_.backoff_slack * config_.heartbeat;
    return p.kind != peer_kind::floodsub && p.reachable && core_.acceptable(p, now) &&
           !roster::contains_sorted(meshes_.find(t)->second, p.index) &&
           backoffs_.find(t, p.id, now, slack) == nullptr;
}

LP2P_DECL void router::graft(peer_entry& p, topic_index t) {
    const pubsub::topic_name& name = core_.peers().at(t).name;
    roster::insert_sorted(meshes_[t], p.index);
    p.queue.graft(name);
    core_.told_output(p);
    core_.inform(pubsub::grafted{p.index, name, false});
}

/// Takes a member out, tells it, and neither grafts nor lets itself be grafted for a while.
LP2P_DECL void router::prune(peer_entry& p, topic_index t, duration backoff, error why, instant now) {
    leave_mesh(p.index, t, why);
    backoffs_.set(t, p.id, now, backoff, true);
    std::optional<std::uint64_t> wait; // a field that 1.0 does not know
    if (p.kind >= peer_kind::gossipsub_v11)
        wait = static_cast<std::uint64_t>(std::chrono::duration_cast<seconds>(backoff).count());
    p.queue.prune(core_.peers().at(t).name, wait);
    core_.told_output(p);
}

/// Takes a peer out of a mesh, if it is in it, without telling it.
LP2P_DECL void router::leave_mesh(peer_index p, topic_index t, error why) {
    const auto found = meshes_.find(t);
    if (found == meshes_.end() || !roster::erase_sorted(found->second, p)) return;
    core_.inform(pubsub::pruned{p, core_.peers().at(t).name, why});
}

LP2P_DECL void router::subscription_changed(peer_entry& p, topic_index t, bool subscribed,
                                         instant now) {
    const auto found = meshes_.find(t);
    if (!subscribed) {
        if (found != meshes_.end()) roster::insert_sorted(p.left, t);
        leave_mesh(p.index, t, pubsub::errc::peer_left_topic);
        if (const auto f = fanouts_.find(t); f != fanouts_.end())
            roster::erase_sorted(f->second.peers, p.index);
        return;
    }
    roster::erase_sorted(p.left, t);
    if (!config_.graft_on_subscribe || found == meshes_.end()) return;
    if (found->second.size() < core_.peers().settings(t).mesh.d_lo && may_graft(p, t, now))
        graft(p, t);
}

/// spec: gossipsub v1.1, "Prune Backoff" and go's order of checks.
LP2P_DECL void router::on_graft(peer_entry& p, std::string_view topic, instant now) {
    const auto t = core_.peers().find_topic(topic);
    const auto found = t ? meshes_.find(*t) : meshes_.end();
    // Unknown topics are ignored: an answer would let the peer choose what we send.
    if (found == meshes_.end() || roster::contains_sorted(found->second, p.index)) return;
    if (!p.reachable) return; // nothing could be said to it, neither messages nor a PRUNE
    // rust sends an UNSUBSCRIBE before the GRAFT of the join that it ends: whoever joins again says
    // SUBSCRIBE first.
    if (roster::contains_sorted(p.left, *t)) return;
    if (const auto* held = backoffs_.find(*t, p.id, now)) {
        const bool soon =
            held->told != instant::min() && now < after(held->told, config_.graft_flood);
        p.behaviour.grafts_in_backoff += soon ? 2 : 1;
        core_.reject(p.index, pubsub::errc::graft_in_backoff);
        if (soon) // at most one PRUNE each 10 s; the wait begins anew
            backoffs_.set(*t, p.id, now, config_.prune_backoff, false);
        else
            refuse_graft(p, *t, pubsub::errc::graft_in_backoff, now);
        return;
    }
    if (found->second.size() >= core_.peers().settings(*t).mesh.d_hi && !p.outbound)
        return refuse_graft(p, *t, pubsub::errc::mesh_full, now);
    // A GRAFT says that it is subscribed, even where we never heard it (H3).
    if (core_.peers().subscribe(p, topic))
        core_.inform(pubsub::peer_subscribed{p.index, core_.peers().at(*t).name});
    roster::insert_sorted(found->second, p.index);
    core_.inform(pubsub::grafted{p.index, core_.peers().at(*t).name, true});
}

LP2P_DECL void router::refuse_graft(peer_entry& p, topic_index t, error why, instant now) {
    prune(p, t, config_.prune_backoff, why, now);
}

LP2P_DECL void router::on_prune(peer_entry& p, const pubsub::prune_view& said, instant now) {
    const auto t = core_.peers().find_topic(said.topic);
    if (!t || !meshes_.contains(*t)) return;
    leave_mesh(p.index, *t, pubsub::errc::pruned_by_peer);
    backoffs_.set(*t, p.id, now, backoffs_.from_wire(said.backoff), false);
}

LP2P_DECL void router::handle_timeout(instant now) {
    if (now < next_heartbeat_) return;
    heartbeat(now);
    next_heartbeat_ = after(now, config_.heartbeat); // a jump of the clock is one heartbeat
}

LP2P_DECL void router::heartbeat(instant now) {
    if (++heartbeats_ % 15 == 0) backoffs_.sweep(now, config_.backoff_slack * config_.heartbeat);
    for (peer_entry& p : core_.peers().peers()) {
        p.ihave_rpcs = p.ids_asked = 0;
        p.unwanted.expire(now);
    }
    count_broken_promises(now);
    for (auto& [t, members] : meshes_) {
        balance_mesh(t, members, now);
        emit_gossip(t, members, now);
    }
    refresh_fanouts(now);
    cache_.shift();
    core_.messages().seen().expire(now);
    core_.report_drops();
}

LP2P_DECL void router::count_broken_promises(instant now) {
    for (auto it = promises_.begin(); it != promises_.end();) {
        if (now < it->second) {
            ++it;
            continue;
        }
        if (peer_entry* p = core_.peers().find(it->first.second)) {
            ++p->behaviour.broken_promises;
            core_.reject(p->index, pubsub::errc::broken_promise);
        }
        it = promises_.erase(it);
    }
}

LP2P_DECL void router::balance_mesh(topic_index t, mesh& members, instant now) {
    const auto as_member = [](const peer_entry& p) {
        return pubsub::mesh_member{p.index, p.outbound, p.behaviour.standing()};
    };
    for (const peer_index p : mesh{members}) {
        peer_entry& peer = *core_.peers().find(p);
        if (!core_.acceptable(peer, now))
            prune(peer, t, config_.prune_backoff, pubsub::errc::not_acceptable, now);
    }
    std::vector<pubsub::mesh_member> in;
    std::vector<pubsub::mesh_member> free;
    for (const peer_index p : members) in.push_back(as_member(*core_.peers().find(p)));
    const pubsub::mesh_parameters& size = core_.peers().settings(t).mesh;
    for (const peer_index s : core_.peers().at(t).subscribers) {
        const peer_entry& p = *core_.peers().find(s);
        if (may_graft(p, t, now)) free.push_back(as_member(p));
    }
    const pubsub::mesh_change change = pubsub::balance(in, free, size, chance_);
    for (const peer_index p : change.graft) graft(*core_.peers().find(p), t);
    for (const peer_index p : change.prune)
        prune(*core_.peers().find(p), t, config_.prune_backoff, pubsub::errc::too_many_in_mesh,
              now);
}

/// Subscribers of the right kind that are not among `but` (sorted).
LP2P_DECL std::vector<peer_index>
router::fanout_candidates(topic_index t, const std::vector<peer_index>& but, instant now) const {
    std::vector<peer_index> found;
    for (const peer_index s : core_.peers().at(t).subscribers) {
        const peer_entry& p = *core_.peers().find(s);
        if (p.kind != peer_kind::floodsub && p.reachable && core_.acceptable(p, now) &&
            !roster::contains_sorted(but, s))
            found.push_back(s);
    }
    return found;
}

LP2P_DECL void router::fill_fanout(topic_index t, fanout& f, instant now) {
    const std::uint32_t d = core_.peers().settings(t).mesh.d;
    if (f.peers.size() >= d) return;
    const auto more =
        pubsub::choose(fanout_candidates(t, f.peers, now), d - f.peers.size(), chance_);
    for (const peer_index p : more) roster::insert_sorted(f.peers, p);
}

LP2P_DECL void router::refresh_fanouts(instant now) {
    for (auto it = fanouts_.begin(); it != fanouts_.end();) {
        auto& [t, f] = *it;
        if (now - f.published >= config_.fanout_for) {
            core_.peers().at(t).kept = false;
            core_.peers().release(t);
            it = fanouts_.erase(it);
            continue;
        }
        fill_fanout(t, f, now);
        emit_gossip(t, f.peers, now);
        ++it;
    }
}

} // namespace lp2p::inline v0::gossipsub
