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
    explicit message_cache(const limits_type& limits) noexcept;

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
        [[nodiscard]] std::size_t size() const noexcept;
    };
    auto digests() const noexcept {
        return [this](std::uint32_t slot) -> const id_digest& {
            return entries_[(slot - first_) & slot_mask].digest;
        };
    }
    void drop_oldest() noexcept;

    static constexpr std::uint32_t slot_mask = 0x7fffffffU;

    limits_type limits_;
    std::deque<entry> entries_; ///< oldest first; entry i has slot first_ + i, modulo 2^31
    std::uint32_t first_ = 0;
    digest_index index_;
    std::uint64_t heartbeat_ = 0;
    std::size_t bytes_ = 0;
};

} // namespace lp2p::inline v0::pubsub

#ifndef LP2P_SEPARATE_COMPILATION
#include "message_cache.ipp"
#endif
