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
    explicit peer_queue(const queue_limits& limits) noexcept
        : limits_{limits} {}

    // Control. A later word on the same topic replaces the earlier one that was not sent yet.
    void subscription(const topic_name& topic, bool subscribe) {
        set(subscriptions_, {topic, subscribe, std::nullopt});
    }
    void graft(const topic_name& topic) { set(control_, {topic, true, std::nullopt}); }
    /// `backoff` in seconds; nothing for a peer that knows no such field.
    void prune(const topic_name& topic, std::optional<std::uint64_t> backoff) {
        set(control_, {topic, false, backoff});
    }

    /// The peer shall not send this message: ten ids to an RPC (H40). Of many that wait the newest
    /// are kept: the others are on their way by now.
    void dont_want(const message_id& id) {
        if (unwanted_.size() >= most_unwanted) unwanted_.erase(unwanted_.begin());
        unwanted_.push_back(id);
    }

    /// `field` is a field `publish` of an RPC, or for `lane::gossip` an entry of its control. False
    /// where it is larger than any RPC to this peer may be: then nothing was queued.
    [[nodiscard]] bool push(lane l, shared_bytes field) {
        if (field.size() + most_header > (l == lane::gossip ? limits_.control : limits_.rpc))
            return false;
        bytes_ += field.size();
        ++messages_;
        at(l).items.push(std::move(field));
        while (messages_ > limits_.messages || bytes_ > limits_.bytes) drop_least();
        return true;
    }

    [[nodiscard]] bool empty() const noexcept {
        return subscriptions_.empty() && control_.empty() && unwanted_.empty() && messages_ == 0;
    }
    [[nodiscard]] std::size_t messages() const noexcept { return messages_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    /// What was dropped from a lane since this was last asked.
    [[nodiscard]] std::uint32_t take_dropped(lane l) noexcept {
        return std::exchange(at(l).dropped, 0);
    }
    [[nodiscard]] bool has_dropped() const noexcept {
        return (lanes_[0].dropped | lanes_[1].dropped | lanes_[2].dropped) != 0;
    }

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
        void push(shared_bytes item) {
            if (head_ > items_.size() / 2) {
                items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(head_));
                head_ = 0;
            }
            items_.push_back(std::move(item));
        }
        [[nodiscard]] shared_bytes pop() {
            shared_bytes item = std::move(items_[head_++]);
            if (!empty()) return item;
            std::vector<shared_bytes>{}.swap(items_);
            head_ = 0;
            return item;
        }

    private:
        std::vector<shared_bytes> items_;
        std::size_t head_ = 0;
    };
    struct waiting {
        fifo items;
        std::uint32_t dropped = 0;
    };
    [[nodiscard]] waiting& at(lane l) noexcept { return lanes_[static_cast<std::size_t>(l)]; }
    static void set(std::vector<word>& words, word w) {
        for (word& known : words) {
            if (!(known.topic == w.topic)) continue;
            known = std::move(w);
            return;
        }
        words.push_back(std::move(w));
    }
    void drop_least() {
        for (const lane l : {lane::gossip, lane::forward, lane::own}) {
            if (at(l).items.empty()) continue;
            ++at(l).dropped;
            (void)take(l);
            return;
        }
    }
    shared_bytes take(lane l) {
        shared_bytes item = at(l).items.pop();
        bytes_ -= item.size();
        --messages_;
        return item;
    }
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

inline bool peer_queue::take_rpc(byte_vector& out) {
    if (empty()) return false;
    byte_vector body;
    byte_vector control;
    take_words(body, control);
    take_unwanted(control, limits_.control - std::min(limits_.control, body.size() + most_header));
    const std::size_t words = body.size() + control.size();
    take_messages(body, limits_.rpc - std::min(limits_.rpc, control.size() + most_header));
    const std::size_t used = body.size() + control.size() + most_header;
    take_gossip(control, std::min(limits_.control - std::min(limits_.control, words + most_header),
                                  limits_.rpc - std::min(limits_.rpc, used)));
    byte_vector head;
    if (!control.empty()) encode_control_header(control.size(), head);
    wire::encode_uvarint(body.size() + head.size() + control.size(), out);
    append(out, body);
    append(out, head);
    append(out, control);
    return true;
}

/// Subscriptions and meshes, up to the bound of control. One word always goes, whatever the bound.
inline void peer_queue::take_words(byte_vector& body, byte_vector& control) {
    const auto full = [&](const word& w) {
        const std::size_t size = body.size() + control.size();
        return size != 0 && size + w.topic.text().size() + 4 * most_header > limits_.control;
    };
    const auto move = [&](std::vector<word>& words, auto&& encode) {
        std::size_t n = 0;
        while (n < words.size() && !full(words[n])) encode(words[n++]);
        words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(n));
    };
    move(subscriptions_, [&](const word& w) { encode_subscription(w.topic.text(), w.yes, body); });
    if (!subscriptions_.empty()) return; // a GRAFT never overtakes its subscription
    move(control_, [&](const word& w) {
        if (w.yes)
            encode_graft(w.topic.text(), control);
        else
            encode_prune(w.topic.text(), w.backoff, control);
    });
}

inline void peer_queue::take_unwanted(byte_vector& control, std::size_t room) {
    std::vector<byte_view> ids;
    std::size_t size = control.size() + most_header;
    for (const message_id& id : unwanted_) {
        size += detail::field_size(id.size());
        if (ids.size() == unwanted_per_rpc || size > room) break;
        ids.push_back(id.view());
    }
    if (ids.empty()) return;
    encode_idontwant(ids, control);
    unwanted_.erase(unwanted_.begin(),
                    unwanted_.begin() + static_cast<std::ptrdiff_t>(ids.size()));
}

inline void peer_queue::take_messages(byte_vector& body, std::size_t room) {
    std::size_t n = 0;
    for (const lane l : {lane::own, lane::forward}) {
        auto& items = at(l).items;
        while (!items.empty() && n < limits_.publishes &&
               body.size() + items.front().size() <= room) {
            append(body, take(l).view());
            ++n;
        }
    }
}

inline void peer_queue::take_gossip(byte_vector& control, std::size_t room) {
    const std::size_t before = control.size();
    auto& items = at(lane::gossip).items;
    while (!items.empty() && control.size() - before + items.front().size() <= room)
        append(control, take(lane::gossip).view());
}

} // namespace lp2p::inline v0::pubsub
