// SPDX-License-Identifier: Apache-2.0 OR MIT
// What both routers do alike: peers and subscriptions, messages from their arrival to their
// verdict, queues and events.
//
// It does not choose whom a message goes to: gossipsub and floodsub do. It verifies no signature,
// reads no clock and writes to nobody.
#pragma once

#include <lp2p/core/event_queue.hpp>
#include <lp2p/protocol/pubsub/intake.hpp>

namespace lp2p::inline v0::pubsub {

/// What a router did so far.
struct router_counters {
    std::uint64_t received = 0;   ///< messages in RPCs
    std::uint64_t duplicates = 0; ///< of these, known already
    std::uint64_t elsewhere = 0;  ///< of these, for topics that we are not in
    std::uint64_t delivered = 0;  ///< accepted, for the application
    std::uint64_t published = 0;
    std::uint64_t sent = 0; ///< messages put into queues of peers
    std::uint64_t cut = 0;  ///< entries of RPCs over a limit, left out
};

class router_core {
public:
    router_core(const router_config& config, const wire::peer_id& local);

    roster& peers() noexcept { return roster_; }
    [[nodiscard]] const roster& peers() const noexcept { return roster_; }
    intake& messages() noexcept { return intake_; }
    [[nodiscard]] const intake& messages() const noexcept { return intake_; }
    router_counters& counters() noexcept { return counters_; }
    [[nodiscard]] const router_counters& counters() const noexcept { return counters_; }
    [[nodiscard]] const router_config& config() const noexcept { return roster_.config(); }

    // ---- peers ----

    /// The entry of a peer, made where it is new; a new kind or direction replaces the old one.
    peer_entry& peer_ready(const wire::peer_id& id, peer_kind kind, bool outbound, instant now);
    /// Puts every subscription of ours into the queue of a peer.
    void announce(peer_entry& peer);
    /// Subscribes or unsubscribes; tells every peer. `invalid_topic`, `too_many_topics`. Nothing
    /// happens, and the topic comes back, where it was so already.
    result<topic_index> set_joined(std::string_view topic, bool joined);
    [[nodiscard]] bool joined(std::string_view topic) const noexcept;
    /// Whether we deal with a peer beyond its subscriptions. The one place that judges conduct.
    [[nodiscard]] bool acceptable(const peer_entry& peer, instant now) const noexcept;

    // ---- in ----

    /// What is the same for every RPC: subscriptions, counters, floods. `changed(topic, joined)` is
    /// called for each subscription that changed. False where the rest is to be ignored.
    template <class Changed>
    [[nodiscard]] bool begin(peer_entry& peer, const rpc& r, instant now, Changed changed);
    /// One message of a peer: dropped, known, or waiting for validation from now on.
    void receive(peer_entry& peer, const message_view& m, instant now);
    /// The signature of a waiting message holds. False where it no longer waits, as another copy
    /// was faster: then it is a duplicate and nothing follows.
    bool authentic(message_handle h, instant now);
    /// The verdict. The message where it was accepted: it is delivered, now forward it.
    [[nodiscard]] std::optional<waiting_message> validated(message_handle h, verdict v, error why,
                                                           instant now);
    /// A message of our own, encoded and marked as seen.
    [[nodiscard]] result<waiting_message> own(const message_view& m, instant now);
    /// An RPC that could not be decoded, or was over a limit.
    void bad_rpc(peer_entry& peer, error why);

    // ---- out ----

    /// Puts a message into the queue of a peer.
    void send(peer_entry& peer, lane l, const shared_bytes& field);
    /// Tells that the peer has output, where that was not told.
    void told_output(peer_entry& peer);
    [[nodiscard]] bool take_rpc(peer_index peer, byte_vector& out);
    /// True where a message may go to a peer: it is not its author and did not send it.
    [[nodiscard]] static bool may_get(const peer_entry& peer, const waiting_message& m) noexcept;

    // ---- events ----

    /// An event that only informs: kept while there is room.
    void inform(event e);
    void reject(peer_index peer, error why, std::uint32_t count = 1);
    /// Once a heartbeat: what queues and caches dropped.
    void report_drops();
    [[nodiscard]] std::optional<event> poll_event();

private:
    void inform_subscribed(peer_index peer, const topic_name& topic, bool subscribed);
    [[nodiscard]] bool stale(const event& e) const;
    [[nodiscard]] bool known(peer_entry& peer, const id_digest& d, byte_view encoded);
    void refuse_message(peer_entry& peer, error why);
    void drop_copies(const waiting_message& kept);
    void release_waiting(const waiting_message& w);

    wire::peer_id local_;
    roster roster_;
    intake intake_;
    event_queue<event> events_;
    std::vector<rejected> rejects_; ///< not told yet, one for each peer and code
    std::uint32_t lost_ = 0;
    router_counters counters_;
    byte_vector id_;      ///< scratch
    byte_vector encoded_; ///< scratch
};

template <class Changed>
bool router_core::begin(peer_entry& peer, const rpc& r, instant now, Changed changed) {
    const rpc_cut& cut = r.cut;
    counters_.cut += std::uint64_t{cut.subscriptions} + cut.messages + cut.control + cut.ids;
    if (r.empty() && !peer.empty_rpcs.take(now) && acceptable(peer, now)) {
        ++peer.behaviour.floods;
        peer.ignored_until = after(now, config().ignored_for);
        reject(peer.index, errc::empty_rpc_flood);
    }
    for (const subscription_view& s : r.subscriptions) {
        if (s.topic.size() > config().topic_length) continue;
        if (s.subscribe) {
            if (!roster_.subscribe(peer, s.topic)) continue;
            const topic_index t = *roster_.find_topic(s.topic);
            inform_subscribed(peer.index, roster_.at(t).name, true);
            changed(t, true);
        } else if (const auto t = roster_.find_topic(s.topic)) {
            const topic_name name = roster_.at(*t).name;
            if (!roster_.contains_sorted(peer.topics, *t)) continue;
            changed(*t, false);
            roster_.unsubscribe(peer, *t);
            inform_subscribed(peer.index, name, false);
        }
    }
    return acceptable(peer, now);
}

} // namespace lp2p::inline v0::pubsub

#ifndef LP2P_SEPARATE_COMPILATION
#include "router_core.ipp"
#endif
