// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of peer_queue.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/pubsub/peer_queue.hpp>

namespace lp2p::inline v0::pubsub {

LP2P_DECL peer_queue::peer_queue(const queue_limits& limits) noexcept
    : limits_{limits} {}

LP2P_DECL void peer_queue::subscription(const topic_name& topic, bool subscribe) {
    set(subscriptions_, {topic, subscribe, std::nullopt});
}

LP2P_DECL void peer_queue::prune(const topic_name& topic, std::optional<std::uint64_t> backoff) {
    set(control_, {topic, false, backoff});
}

LP2P_DECL void peer_queue::dont_want(const message_id& id) {
    if (unwanted_.size() >= most_unwanted) unwanted_.erase(unwanted_.begin());
    unwanted_.push_back(id);
}

LP2P_DECL bool peer_queue::push(lane l, shared_bytes field) {
    if (field.size() + most_header > (l == lane::gossip ? limits_.control : limits_.rpc))
        return false;
    bytes_ += field.size();
    ++messages_;
    at(l).items.push(std::move(field));
    while (messages_ > limits_.messages || bytes_ > limits_.bytes) drop_least();
    return true;
}

LP2P_DECL bool peer_queue::empty() const noexcept {
    return subscriptions_.empty() && control_.empty() && unwanted_.empty() && messages_ == 0;
}

LP2P_DECL std::uint32_t peer_queue::take_dropped(lane l) noexcept {
    return std::exchange(at(l).dropped, 0);
}

LP2P_DECL bool peer_queue::has_dropped() const noexcept {
    return (lanes_[0].dropped | lanes_[1].dropped | lanes_[2].dropped) != 0;
}

LP2P_DECL void peer_queue::fifo::push(shared_bytes item) {
    if (head_ > items_.size() / 2) {
        items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(head_));
        head_ = 0;
    }
    items_.push_back(std::move(item));
}

LP2P_DECL shared_bytes peer_queue::fifo::pop() {
    shared_bytes item = std::move(items_[head_++]);
    if (!empty()) return item;
    std::vector<shared_bytes>{}.swap(items_);
    head_ = 0;
    return item;
}

LP2P_DECL void peer_queue::set(std::vector<word>& words, word w) {
    for (word& known : words) {
        if (!(known.topic == w.topic)) continue;
        known = std::move(w);
        return;
    }
    words.push_back(std::move(w));
}

LP2P_DECL void peer_queue::drop_least() {
    for (const lane l : {lane::gossip, lane::forward, lane::own}) {
        if (at(l).items.empty()) continue;
        ++at(l).dropped;
        (void)take(l);
        return;
    }
}

LP2P_DECL shared_bytes peer_queue::take(lane l) {
    shared_bytes item = at(l).items.pop();
    bytes_ -= item.size();
    --messages_;
    return item;
}

LP2P_DECL bool peer_queue::take_rpc(byte_vector& out) {
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
LP2P_DECL void peer_queue::take_words(byte_vector& body, byte_vector& control) {
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

LP2P_DECL void peer_queue::take_unwanted(byte_vector& control, std::size_t room) {
    std::vector<byte_view> ids;
    std::size_t size = control.size() + most_header;
    for (const message_id& id : unwanted_) {
        size += detail::field_size(id.size());
        if (ids.size() == unwanted_per_rpc || size > room) break;
        ids.push_back(id.view());
    }
    if (ids.empty()) return;
    encode_idontwant(ids, control);
    unwanted_.erase(unwanted_.begin(), unwanted_.begin() + static_cast<std::ptrdiff_t>(ids.size()));
}

LP2P_DECL void peer_queue::take_messages(byte_vector& body, std::size_t room) {
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

LP2P_DECL void peer_queue::take_gossip(byte_vector& control, std::size_t room) {
    const std::size_t before = control.size();
    auto& items = at(lane::gossip).items;
    while (!items.empty() && control.size() - before + items.front().size() <= room)
        append(control, take(lane::gossip).view());
}

} // namespace lp2p::inline v0::pubsub
