// SPDX-License-Identifier: Apache-2.0 OR MIT
// The gossip half of the gossipsub router: IHAVE, IWANT and the promises between them, IDONTWANT.
//
// Include gossipsub.hpp; this only holds some of its functions. Every answer is bounded by what one
// peer may cause in one heartbeat (threats.md §7).
#pragma once

#include <lp2p/protocol/pubsub/gossipsub.hpp>

namespace lp2p::inline v0::gossipsub {

namespace detail {

/// Calls `emit(ids)` for each run of ids that fits into one control entry of `most` bytes.
template <class Emit>
void in_chunks(std::span<const byte_view> ids, std::size_t most, Emit emit) {
    while (!ids.empty()) {
        std::size_t n = 0;
        std::size_t size = 0;
        while (n < ids.size()) {
            const std::size_t more = pubsub::detail::field_size(ids[n].size());
            if (n != 0 && size + more > most) break;
            size += more;
            ++n;
        }
        emit(ids.first(n));
        ids = ids.subspan(n);
    }
}
/// What the entry and the control around it need beside the ids.
inline constexpr std::size_t entry_overhead = 32;

} // namespace detail

/// Asks for what we have not seen, in topics that we are in, as far as the limits of this heartbeat
/// go. One id of the batch, by chance, is remembered as a promise.
LP2P_DECL void router::on_ihave(peer_entry& p, const pubsub::rpc& r, instant now) {
    if (r.ihave.empty()) return;
    if (++p.ihave_rpcs > config_.ihave_rpcs || p.ids_asked >= config_.ihave_ids)
        return core_.reject(p.index, pubsub::errc::ihave_flood);
    std::vector<std::pair<pubsub::id_digest, byte_view>> wanted;
    for (const pubsub::ihave_view& have : r.ihave) {
        if (!core_.joined(have.topic)) continue;
        for (const byte_view id : std::span{r.ihave_ids}.subspan(have.first, have.count)) {
            if (id.empty() || id.size() > pubsub::most_message_id) continue;
            const pubsub::id_digest d = core_.messages().digest(id);
            if (!core_.messages().is_seen(d)) wanted.emplace_back(d, id);
        }
    }
    // Digests are keyed, so their order is as good as a shuffle, and equal ids become neighbours.
    const auto by_digest = [](const auto& a, const auto& b) { return a.first < b.first; };
    const auto equal = [](const auto& a, const auto& b) { return a.first == b.first; };
    std::sort(wanted.begin(), wanted.end(), by_digest);
    wanted.erase(std::unique(wanted.begin(), wanted.end(), equal), wanted.end());
    const std::size_t room = config_.ihave_ids - p.ids_asked;
    if (wanted.size() > room) wanted.resize(room);
    if (wanted.empty()) return;
    p.ids_asked += static_cast<std::uint32_t>(wanted.size());
    const auto& promised = wanted[chance_.below(static_cast<std::uint32_t>(wanted.size()))];
    promises_.try_emplace({promised.first, p.index}, after(now, config_.promise));
    std::vector<byte_view> ids;
    for (const auto& [digest, id] : wanted) ids.push_back(id);
    ask(p, ids);
}

LP2P_DECL void router::ask(peer_entry& p, std::span<const byte_view> ids) {
    const std::size_t most = core_.config().queue.control - detail::entry_overhead;
    detail::in_chunks(ids, most, [&](std::span<const byte_view> some) {
        byte_vector entry;
        pubsub::encode_iwant(some, entry);
        core_.send(p, pubsub::lane::gossip, shared_bytes{entry});
    });
}

LP2P_DECL void router::on_iwant(peer_entry& p, std::span<const byte_view> ids) {
    for (const byte_view id : ids) {
        const pubsub::id_digest d = core_.messages().digest(id);
        if (p.unwanted.contains(d)) continue;
        if (const auto message = cache_.get(d, p.index))
            core_.send(p, pubsub::lane::forward, *message);
    }
}

/// spec: gossipsub v1.2, "IDONTWANT". More than `unwanted_ids` are ignored until older ones leave.
LP2P_DECL void router::on_idontwant(peer_entry& p, std::span<const byte_view> ids, instant now) {
    p.unwanted.expire(now);
    for (const byte_view id : ids) {
        if (id.empty() || id.size() > pubsub::most_message_id) continue;
        if (p.unwanted.size() >= core_.config().unwanted_ids)
            return core_.reject(p.index, pubsub::errc::idontwant_flood);
        p.unwanted.insert(core_.messages().digest(id), now);
    }
}

/// Everybody in the mesh who may be about to send this large message hears that it came. Said once
/// its signature holds, so that a forgery cannot keep the real one away.
LP2P_DECL void router::say_idontwant(const pubsub::waiting_message& m) {
    const auto found = meshes_.find(m.topic);
    if (found == meshes_.end()) return;
    for (const peer_index p : found->second) {
        peer_entry& peer = *core_.peers().find(p);
        if (core_.may_get(peer, m)) dont_want(peer, m);
    }
}

LP2P_DECL void router::dont_want(peer_entry& p, const pubsub::waiting_message& m) {
    if (p.kind < peer_kind::gossipsub_v12 || m.view.data.size() < config_.dont_want_size) return;
    p.queue.dont_want(m.id);
    core_.told_output(p);
}

/// Tells some who are not in the mesh (`but`) what we have (spec: gossipsub v1.1, "Adaptive Gossip
/// Dissemination").
LP2P_DECL void router::emit_gossip(topic_index t, const std::vector<peer_index>& but, instant now) {
    std::vector<peer_index> to = fanout_candidates(t, but, now);
    if (to.empty()) return;
    const std::vector<shared_bytes> entries = advertisement(t);
    if (entries.empty()) return;
    const pubsub::mesh_parameters& size = core_.peers().settings(t).mesh;
    const double share = size.gossip_factor * static_cast<double>(to.size());
    const std::size_t n = std::max<std::size_t>(size.d_lazy, static_cast<std::size_t>(share));
    for (const peer_index p : pubsub::choose(std::move(to), n, chance_))
        for (const shared_bytes& entry : entries)
            core_.send(*core_.peers().find(p), pubsub::lane::gossip, entry);
}

/// Our IHAVE of a topic, encoded once for all who get it.
LP2P_DECL std::vector<shared_bytes> router::advertisement(topic_index t) {
    std::vector<byte_view> ids;
    cache_.gossip_ids(t, ids);
    chance_.shuffle(std::span{ids});
    if (ids.size() > config_.ihave_ids) ids.resize(config_.ihave_ids);
    std::vector<shared_bytes> entries;
    const std::string_view topic = core_.peers().at(t).name.text();
    const std::size_t most = core_.config().queue.control - detail::entry_overhead - topic.size();
    detail::in_chunks(ids, most, [&](std::span<const byte_view> some) {
        byte_vector entry;
        pubsub::encode_ihave(topic, some, entry);
        entries.emplace_back(entry);
    });
    return entries;
}

} // namespace lp2p::inline v0::gossipsub
