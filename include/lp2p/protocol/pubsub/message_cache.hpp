// SPDX-License-Identifier: Apache-2.0 OR MIT
// Keeps accepted messages for some heartbeats: what IHAVE advertises and IWANT gets.
//
// The bytes are shared with the peers' queues, so a message is held once. It is bounded by
// heartbeats and by bytes; the oldest leave first.
#pragma once

#include <lp2p/core/limits.hpp>
#include <lp2p/protocol/pubsub/digest.hpp>
#include <lp2p/protocol/pubsub/router_config.hpp>

#include <deque>

namespace lp2p::inline v0::pubsub {

class message_cache {
public:
    struct limits_type {
        std::size_t heartbeats = 5; ///< kept (spec: gossipsub v1.0, "mcache_len")
        std::size_t gossip = 3;     ///< of these, advertised ("mcache_gossip")
        std::size_t bytes = default_limits.message_cache_bytes;
        std::size_t sends = default_limits.iwant_sends; ///< per message and peer
    };
    explicit message_cache(const limits_type& limits) noexcept
        : limits_{limits} {}

    /// `encoded` is field `publish` of an RPC. A digest that is there already changes nothing.
    void put(const id_digest& digest, message_id id, shared_bytes encoded, topic_index topic);
    /// The message for a peer that asked for it. Nothing where it is not known or was sent to this
    /// peer `limits.sends` times before.
    [[nodiscard]] std::optional<shared_bytes> get(const id_digest& digest, peer_index peer);
    /// Ids of a topic that are to be advertised, oldest first. Valid until the next call.
    void gossip_ids(topic_index topic, std::vector<byte_view>& out) const;
    /// The newest id of a topic that is at least a heartbeat old and still advertised, so that
    /// others of the mesh have it; nothing where there is none. Valid until the next call.
    [[nodiscard]] std::optional<byte_view> settled_id(topic_index topic) const;
    /// A heartbeat has passed.
    void shift();

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

private:
    struct sent {
        peer_index peer;
        std::uint32_t times;
    };
    struct entry {
        id_digest digest;
        message_id id;
        shared_bytes encoded;
        topic_index topic;
        std::uint64_t heartbeat;
        std::vector<sent> asked;
        [[nodiscard]] std::size_t size() const noexcept {
            return sizeof(entry) + id.size() + encoded.size();
        }
    };
    auto digests() const noexcept {
        return [this](std::uint32_t slot) -> const id_digest& {
            return entries_[(slot - first_) & slot_mask].digest;
        };
    }
    void drop_oldest() noexcept {
        bytes_ -= entries_.front().size();
        index_.erase(entries_.front().digest, digests());
        entries_.pop_front();
        first_ = (first_ + 1) & slot_mask;
    }

    static constexpr std::uint32_t slot_mask = 0x7fffffffU;

    limits_type limits_;
    std::deque<entry> entries_; ///< oldest first; entry i has slot first_ + i, modulo 2^31
    std::uint32_t first_ = 0;
    digest_index index_;
    std::uint64_t heartbeat_ = 0;
    std::size_t bytes_ = 0;
};

inline void message_cache::put(const id_digest& digest, message_id id, shared_bytes encoded,
                               topic_index topic) {
    if (index_.find(digest, digests())) return;
    entries_.push_back({digest, std::move(id), std::move(encoded), topic, heartbeat_, {}});
    bytes_ += entries_.back().size();
    const auto last = static_cast<std::uint32_t>(entries_.size() - 1);
    index_.insert((first_ + last) & slot_mask, digests());
    while (bytes_ > limits_.bytes) drop_oldest();
}

inline std::optional<shared_bytes> message_cache::get(const id_digest& digest, peer_index peer) {
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

inline void message_cache::gossip_ids(topic_index topic, std::vector<byte_view>& out) const {
    auto from = entries_.end();
    while (from != entries_.begin() && std::prev(from)->heartbeat + limits_.gossip > heartbeat_)
        --from;
    for (; from != entries_.end(); ++from)
        if (from->topic == topic) out.push_back(from->id.view());
}

inline std::optional<byte_view> message_cache::settled_id(topic_index topic) const {
    for (auto e = entries_.rbegin();
         e != entries_.rend() && e->heartbeat + limits_.gossip > heartbeat_; ++e)
        if (e->topic == topic && e->heartbeat < heartbeat_) return e->id.view();
    return std::nullopt;
}

inline void message_cache::shift() {
    ++heartbeat_;
    while (!entries_.empty() && entries_.front().heartbeat + limits_.heartbeats <= heartbeat_)
        drop_oldest();
}

} // namespace lp2p::inline v0::pubsub
