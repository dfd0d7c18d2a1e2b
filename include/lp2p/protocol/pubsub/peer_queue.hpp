// SPDX-License-Identifier: Apache-2.0 OR MIT
// What waits to be sent to one peer: control first, then messages, then gossip, in bounded RPCs.
//
// Control merges by topic and is never dropped; what the peer shall not send goes ahead of all that
// takes time (IDONTWANT); of the rest the least important and oldest leaves
// when the queue is full. Messages are shared, encoded once for all peers. It writes to nobody.
#pragma once

#include <lp2p/protocol/pubsub/router_config.hpp>
#include <lp2p/protocol/pubsub/rpc_encode.hpp>

#include <array>

namespace lp2p::inline v0::pubsub {

/// How much something matters when not everything can be sent; the last is dropped first.
enum class lane : std::uint8_t { own, forward, gossip, count };

class peer_queue {
public:
    explicit peer_queue(const queue_limits& limits) noexcept;

    // Control. A later word on the same topic replaces the earlier one that was not sent yet.
    void subscription(const topic_name& topic, bool subscribe);
    void graft(const topic_name& topic) { set(control_, {topic, true, std::nullopt}); }
    /// `backoff` in seconds; nothing for a peer that knows no such field.
    void prune(const topic_name& topic, std::optional<std::uint64_t> backoff);

    /// The peer shall not send this message: ten ids to an RPC (H40). Of many that wait the newest
    /// are kept: the others are on their way by now.
    void dont_want(const message_id& id);

    /// `field` is a field `publish` of an RPC, or for `lane::gossip` an entry of its control. False
    /// where it is larger than any RPC to this peer may be: then nothing was queued.
    [[nodiscard]] bool push(lane l, shared_bytes field);

    [[nodiscard]] bool empty() const noexcept;
    [[nodiscard]] std::size_t messages() const noexcept { return messages_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    /// What was dropped from a lane since this was last asked.
    [[nodiscard]] std::uint32_t take_dropped(lane l) noexcept;
    [[nodiscard]] bool has_dropped() const noexcept;

    /// Appends one RPC with the length before it, as large as the peer takes (hazards H8, H9);
    /// false where nothing waits.
    [[nodiscard]] bool take_rpc(byte_vector& out);

private:
    /// Tag and length of a control field, generously.
    static constexpr std::size_t most_header = 6;
    static constexpr std::size_t unwanted_per_rpc = 10;
    static constexpr std::size_t most_unwanted = 64;

    /// A word about a topic: subscribe or not, graft or prune.
    struct word {
        topic_name topic;
        bool yes;
        std::optional<std::uint64_t> backoff;
    };
    /// First in, first out; empty it owns no memory.
    class fifo {
    public:
        [[nodiscard]] bool empty() const noexcept { return head_ == items_.size(); }
        [[nodiscard]] const shared_bytes& front() const noexcept { return items_[head_]; }
        void push(shared_bytes item);
        [[nodiscard]] shared_bytes pop();

    private:
        std::vector<shared_bytes> items_;
        std::size_t head_ = 0;
    };
    struct waiting {
        fifo items;
        std::uint32_t dropped = 0;
    };
    [[nodiscard]] waiting& at(lane l) noexcept { return lanes_[static_cast<std::size_t>(l)]; }
    static void set(std::vector<word>& words, word w);
    void drop_least();
    shared_bytes take(lane l);
    void take_words(byte_vector& body, byte_vector& control);
    void take_unwanted(byte_vector& control, std::size_t room);
    void take_messages(byte_vector& body, std::size_t room);
    void take_gossip(byte_vector& control, std::size_t room);

    queue_limits limits_;
    std::vector<word> subscriptions_;
    std::vector<word> control_;
    std::vector<message_id> unwanted_; ///< oldest first
    std::array<waiting, static_cast<std::size_t>(lane::count)> lanes_{};
    std::size_t messages_ = 0;
    std::size_t bytes_ = 0;
};

} // namespace lp2p::inline v0::pubsub

#ifndef LP2P_SEPARATE_COMPILATION
#include "peer_queue.ipp"
#endif
