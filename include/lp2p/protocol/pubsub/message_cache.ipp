// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of message_cache.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/pubsub/message_cache.hpp>

namespace lp2p::inline v0::pubsub {

LP2P_DECL message_cache::message_cache(const limits_type& limits) noexcept
    : limits_{limits} {}

LP2P_DECL std::size_t message_cache::entry::size() const noexcept {
    return sizeof(entry) + id.size() + encoded.size();
}

LP2P_DECL void message_cache::drop_oldest() noexcept {
    bytes_ -= entries_.front().size();
    index_.erase(entries_.front().digest, digests());
    entries_.pop_front();
    first_ = (first_ + 1) & slot_mask;
}

LP2P_DECL void message_cache::put(const id_digest& digest, message_id id, shared_bytes encoded,
                                  topic_index topic) {
    if (index_.find(digest, digests())) return;
    entries_.push_back({digest, std::move(id), std::move(encoded), topic, heartbeat_, {}});
    bytes_ += entries_.back().size();
    const auto last = static_cast<std::uint32_t>(entries_.size() - 1);
    index_.insert((first_ + last) & slot_mask, digests());
    while (bytes_ > limits_.bytes) drop_oldest();
}

LP2P_DECL std::optional<shared_bytes> message_cache::get(const id_digest& digest, peer_index peer) {
    const auto slot = index_.find(digest, digests());
    if (!slot) return std::nullopt;
    entry& e = entries_[(*slot - first_) & slot_mask];
    for (sent& s : e.asked) {
        if (s.peer != peer) continue;
        if (s.times >= limits_.sends) return std::nullopt;
        ++s.times;
        return e.encoded;
    }
    if (limits_.sends == 0) return std::nullopt;
    e.asked.push_back({peer, 1});
    return e.encoded;
}

LP2P_DECL void message_cache::gossip_ids(topic_index topic, std::vector<byte_view>& out) const {
    auto from = entries_.end();
    while (from != entries_.begin() && std::prev(from)->heartbeat + limits_.gossip > heartbeat_)
        --from;
    for (; from != entries_.end(); ++from)
        if (from->topic == topic) out.push_back(from->id.view());
}

LP2P_DECL std::optional<byte_view> message_cache::settled_id(topic_index topic) const {
    for (auto e = entries_.rbegin();
         e != entries_.rend() && e->heartbeat + limits_.gossip > heartbeat_; ++e)
        if (e->topic == topic && e->heartbeat < heartbeat_) return e->id.view();
    return std::nullopt;
}

LP2P_DECL void message_cache::shift() {
    ++heartbeat_;
    while (!entries_.empty() && entries_.front().heartbeat + limits_.heartbeats <= heartbeat_)
        drop_oldest();
}

} // namespace lp2p::inline v0::pubsub
