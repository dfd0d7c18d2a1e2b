// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of roster.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/pubsub/roster.hpp>

namespace lp2p::inline v0::pubsub {

LP2P_DECL double conduct::standing() const noexcept {
    return -(double{} + invalid_messages + malformed_rpcs + broken_promises + grafts_in_backoff +
             floods);
}

LP2P_DECL peer_entry::peer_entry(peer_index i, const wire::peer_id& p, const router_config& c,
                                 instant now)
    : index{i}
    , id{p}
    , queue{c.queue}
    , empty_rpcs{c.empty_rpcs, now}
    , unwanted{c.unwanted_for, c.unwanted_ids} {}

LP2P_DECL roster::roster(const router_config& config)
    : config_{config} {}

LP2P_DECL const std::map<topic_index, topic_entry>& roster::topics() const noexcept {
    return topics_;
}

LP2P_DECL peer_entry* roster::find(peer_index peer) noexcept {
    const auto at = std::lower_bound(peers_.begin(), peers_.end(), peer,
                                     [](const peer_entry& e, peer_index p) { return e.index < p; });
    return at != peers_.end() && at->index == peer ? &*at : nullptr;
}

LP2P_DECL const peer_entry* roster::find(peer_index peer) const noexcept {
    return const_cast<roster*>(this)->find(peer);
}

LP2P_DECL peer_entry* roster::find(const wire::peer_id& id) noexcept {
    for (peer_entry& e : peers_)
        if (e.id == id) return &e;
    return nullptr;
}

LP2P_DECL peer_entry& roster::add(const wire::peer_id& id, instant now) {
    return peers_.emplace_back(peer_index{++last_peer_}, id, config_, now);
}

LP2P_DECL void roster::remove(peer_index peer) {
    peer_entry* gone = find(peer);
    if (gone == nullptr) return;
    for (const topic_index t : gone->topics) {
        erase_sorted(topics_.at(t).subscribers, peer);
        release(t);
    }
    peers_.erase(peers_.begin() + (gone - peers_.data()));
}

LP2P_DECL std::optional<topic_index> roster::find_topic(std::string_view name) const noexcept {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? std::nullopt : std::optional{found->second};
}

LP2P_DECL topic_entry& roster::at(topic_index t) noexcept { return topics_.find(t)->second; }

LP2P_DECL const topic_entry& roster::at(topic_index t) const noexcept {
    return topics_.find(t)->second;
}

LP2P_DECL const topic_settings& roster::settings(topic_index t) const noexcept {
    const std::uint32_t own = at(t).settings;
    return own == 0 ? config_.defaults : config_.topics[own - 1];
}

LP2P_DECL const topic_settings& roster::settings(std::string_view name) const noexcept {
    const std::uint32_t own = settings_number(name);
    return own == 0 ? config_.defaults : config_.topics[own - 1];
}

LP2P_DECL void roster::release(topic_index t) {
    const auto found = topics_.find(t);
    const topic_entry& e = found->second;
    if (e.joined || e.kept || !e.subscribers.empty()) return;
    by_name_.erase(e.name.text());
    topics_.erase(found);
}

LP2P_DECL bool roster::subscribe(peer_entry& peer, std::string_view name) {
    if (peer.topics.size() >= config_.topics_per_peer) return false;
    const topic_index t = topic(name);
    if (!insert_sorted(peer.topics, t)) return false;
    insert_sorted(at(t).subscribers, peer.index);
    return true;
}

LP2P_DECL bool roster::unsubscribe(peer_entry& peer, topic_index t) {
    if (!erase_sorted(peer.topics, t)) return false;
    erase_sorted(at(t).subscribers, peer.index);
    release(t);
    return true;
}

LP2P_DECL bool roster::valid_name(std::string_view name) const noexcept {
    return !name.empty() && name.size() <= config_.topic_length && wire::valid_utf8(as_bytes(name));
}

LP2P_DECL std::uint32_t roster::settings_number(std::string_view name) const noexcept {
    for (std::size_t i = 0; i < config_.topics.size(); ++i)
        if (config_.topics[i].topic == name) return static_cast<std::uint32_t>(i + 1);
    return 0;
}

LP2P_DECL topic_index roster::topic(std::string_view name) {
    if (const auto known = find_topic(name)) return *known;
    const topic_index t{++last_topic_};
    topic_entry& e = topics_[t];
    e.name = topic_name{name};
    e.settings = settings_number(name);
    by_name_.emplace(e.name.text(), t);
    return t;
}

} // namespace lp2p::inline v0::pubsub
