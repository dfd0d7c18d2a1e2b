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
    router_core(const router_config& config, const wire::peer_id& local)
        : local_{local}
        , roster_{config}
        , intake_{config} {}

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
    [[nodiscard]] bool joined(std::string_view topic) const noexcept {
        const auto t = roster_.find_topic(topic);
        return t && roster_.at(*t).joined;
    }
    /// Whether we deal with a peer beyond its subscriptions. The one place that judges conduct.
    [[nodiscard]] bool acceptable(const peer_entry& peer, instant now) const noexcept {
        return now >= peer.ignored_until;
    }

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
    void bad_rpc(peer_entry& peer, error why) {
        ++peer.behaviour.malformed_rpcs;
        reject(peer.index, why);
    }

    // ---- out ----

    /// Puts a message into the queue of a peer.
    void send(peer_entry& peer, lane l, const shared_bytes& field) {
        if (!peer.queue.push(l, field)) return reject(peer.index, errc::too_large);
        if (l != lane::gossip) ++counters_.sent;
        told_output(peer);
    }
    /// Tells that the peer has output, where that was not told.
    void told_output(peer_entry& peer) {
        if (peer.output_told || peer.queue.empty()) return;
        peer.output_told = true;
        events_.push(send_rpc{peer.index});
    }
    [[nodiscard]] bool take_rpc(peer_index peer, byte_vector& out) {
        peer_entry* p = roster_.find(peer);
        if (p == nullptr) return false;
        const bool any = p->queue.take_rpc(out);
        if (p->queue.empty()) p->output_told = false;
        return any;
    }
    /// True where a message may go to a peer: it is not its author and did not send it.
    [[nodiscard]] static bool may_get(const peer_entry& peer, const waiting_message& m) noexcept {
        return peer.index != m.from && !roster::contains_sorted(m.senders, peer.index) &&
               !equal(peer.id.bytes(), m.view.from);
    }

    // ---- events ----

    /// An event that only informs: kept while there is room.
    void inform(event e) {
        if (events_.size() < config().events)
            events_.push(std::move(e));
        else
            ++lost_;
    }
    void reject(peer_index peer, error why, std::uint32_t count = 1);
    /// Once a heartbeat: what queues and caches dropped.
    void report_drops();
    [[nodiscard]] std::optional<event> poll_event();

private:
    [[nodiscard]] bool stale(const event& e) const;
    [[nodiscard]] bool known(peer_entry& peer, const id_digest& d, byte_view encoded);
    void refuse_message(peer_entry& peer, error why) {
        ++peer.behaviour.invalid_messages;
        reject(peer.index, why);
    }
    void drop_copies(const waiting_message& kept);
    void release_waiting(const waiting_message& w) {
        if (peer_entry* from = roster_.find(w.from)) --from->validating;
    }

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

inline peer_entry& router_core::peer_ready(const wire::peer_id& id, peer_kind kind, bool outbound,
                                           instant now) {
    peer_entry* known = roster_.find(id);
    peer_entry& peer = known != nullptr ? *known : roster_.add(id, now);
    peer.kind = kind;
    peer.outbound = outbound;
    return peer;
}

inline void router_core::announce(peer_entry& peer) {
    for (const auto& [index, topic] : roster_.topics())
        if (topic.joined) peer.queue.subscription(topic.name, true);
    told_output(peer);
}

inline result<topic_index> router_core::set_joined(std::string_view name, bool joined) {
    if (!roster_.valid_name(name)) return fail(errc::invalid_topic);
    std::size_t ours = 0;
    for (const auto& [index, topic] : roster_.topics()) ours += topic.joined ? 1 : 0;
    const topic_index t = roster_.topic(name);
    topic_entry& topic = roster_.at(t);
    if (topic.joined == joined) return t;
    if (joined && ours >= config().topics_per_peer) {
        roster_.release(t);
        return fail(errc::too_many_topics);
    }
    topic.joined = joined;
    for (peer_entry& peer : roster_.peers()) {
        peer.queue.subscription(topic.name, joined);
        told_output(peer);
    }
    return t;
}

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
            inform(peer_subscribed{peer.index, roster_.at(t).name});
            changed(t, true);
        } else if (const auto t = roster_.find_topic(s.topic)) {
            const topic_name name = roster_.at(*t).name;
            if (!roster_.contains_sorted(peer.topics, *t)) continue;
            changed(*t, false);
            roster_.unsubscribe(peer, *t);
            inform(peer_unsubscribed{peer.index, name});
        }
    }
    return acceptable(peer, now);
}

inline void router_core::receive(peer_entry& peer, const message_view& m, instant now) {
    ++counters_.received;
    const auto t = roster_.find_topic(m.topic);
    if (!t || !roster_.at(*t).joined) {
        ++counters_.elsewhere;
        return;
    }
    const topic_settings& settings = roster_.settings(*t);
    if (detail::message_size(m) > settings.message_most)
        return reject(peer.index, errc::message_too_large);
    if (const status form = check_form(config().policy, m, local_.bytes()); !form)
        return refuse_message(peer, form.error());
    id_.clear();
    if (!settings.id(m, id_) || id_.empty() || id_.size() > most_message_id)
        return refuse_message(peer, errc::bad_message_id);
    const id_digest digest = intake_.digest(id_);
    intake_.seen().expire(now);
    if (intake_.is_seen(digest)) {
        ++counters_.duplicates;
        if (intake_.waiting() != 0) (void)known(peer, digest, {});
        return;
    }
    encoded_.clear();
    encode_publish(m, encoded_);
    if (known(peer, digest, encoded_)) {
        ++counters_.duplicates;
        return;
    }
    if (intake_.waiting() >= config().validations ||
        intake_.waiting_bytes() + encoded_.size() > config().validation_bytes ||
        peer.validating >= config().validations_per_peer)
        return reject(peer.index, errc::validation_queue_full);
    waiting_message w;
    w.handle = intake_.next_handle();
    w.digest = digest;
    w.id = message_id{id_};
    w.encoded = shared_bytes{encoded_};
    w.view = *decode_publish(w.encoded.view());
    w.topic = *t;
    w.from = peer.index;
    ++peer.validating;
    events_.push(validate{w.handle, peer.index});
    intake_.add(std::move(w));
}

/// Whether that message waits already; then this peer has it too. Before its signature holds, only
/// the same bytes are the same message: a forgery must not stand for the real one.
inline bool router_core::known(peer_entry& peer, const id_digest& d, byte_view encoded) {
    waiting_message* w = intake_.find_if([&](const waiting_message& waiting) {
        return waiting.digest == d && (waiting.authentic || equal(waiting.encoded.view(), encoded));
    });
    if (w == nullptr) return false;
    if (w->from != peer.index) roster::insert_sorted(w->senders, peer.index);
    return true;
}

inline bool router_core::authentic(message_handle h, instant now) {
    waiting_message* w = intake_.find(h);
    if (w == nullptr) return false;
    if (w->authentic) return true;
    w->authentic = true;
    intake_.seen().insert(w->digest, now);
    drop_copies(*w);
    return true;
}

/// Other copies of a message whose signature holds are duplicates now.
inline void router_core::drop_copies(const waiting_message& kept) {
    const message_handle handle = kept.handle;
    const id_digest digest = kept.digest;
    for (;;) {
        waiting_message* copy = intake_.find_if(
            [&](const waiting_message& w) { return w.digest == digest && w.handle != handle; });
        if (copy == nullptr) return;
        const auto gone = intake_.remove(copy->handle);
        release_waiting(*gone);
        ++counters_.duplicates;
    }
}

inline std::optional<waiting_message> router_core::validated(message_handle h, verdict v, error why,
                                                             instant now) {
    if (v != verdict::reject && !authentic(h, now)) return std::nullopt;
    auto w = intake_.remove(h);
    if (!w) return std::nullopt;
    release_waiting(*w);
    if (v == verdict::reject) {
        if (peer_entry* from = roster_.find(w->from)) refuse_message(*from, why);
        return std::nullopt;
    }
    if (v == verdict::ignore) {
        reject(w->from, why);
        return std::nullopt;
    }
    if (!roster_.has(w->topic) || !roster_.at(w->topic).joined) return std::nullopt;
    ++counters_.delivered;
    intake_.deliver({w->handle, w->from, w->id, w->encoded, w->view}, config().untaken_messages,
                    config().untaken_bytes);
    events_.push(message{w->handle, w->from});
    return w;
}

inline result<waiting_message> router_core::own(const message_view& m, instant now) {
    if (!roster_.valid_name(m.topic)) return fail(errc::invalid_topic);
    const topic_settings& settings = roster_.settings(m.topic);
    waiting_message w;
    encoded_.clear();
    encode_publish(m, encoded_);
    if (encoded_.size() + 16 > config().queue.rpc) return fail(errc::too_large);
    id_.clear();
    if (const status made = settings.id(m, id_); !made) return fail(made.error());
    if (id_.empty() || id_.size() > most_message_id) return fail(errc::bad_message_id);
    w.digest = intake_.digest(id_);
    if (!intake_.seen().insert(w.digest, now)) return fail(errc::duplicate);
    w.handle = intake_.next_handle();
    w.id = message_id{id_};
    w.encoded = shared_bytes{encoded_};
    w.view = *decode_publish(w.encoded.view());
    drop_copies(w);
    ++counters_.published;
    return w;
}

inline void router_core::reject(peer_index peer, error why, std::uint32_t count) {
    for (rejected& r : rejects_) {
        if (r.peer != peer || !(r.why == why)) continue;
        r.count += count;
        return;
    }
    if (rejects_.size() < config().events)
        rejects_.push_back({peer, why, count});
    else
        ++lost_;
}

inline void router_core::report_drops() {
    for (peer_entry& p : roster_.peers()) {
        if (!p.queue.has_dropped()) continue;
        const std::uint32_t gossip = p.queue.take_dropped(lane::gossip);
        const std::uint32_t forwarded = p.queue.take_dropped(lane::forward);
        inform(slow_peer{p.index, gossip, forwarded, p.queue.take_dropped(lane::own)});
    }
    if (const auto n = intake_.seen().take_left_early(); n != 0) inform(seen_overflow{n});
}

/// Events about something that is over by now are not told.
inline bool router_core::stale(const event& e) const {
    if (const auto* v = std::get_if<validate>(&e)) return intake_.find(v->id) == nullptr;
    if (const auto* s = std::get_if<send_rpc>(&e)) {
        const peer_entry* peer = roster_.find(s->peer);
        return peer == nullptr || !peer->output_told;
    }
    return false;
}

inline std::optional<event> router_core::poll_event() {
    while (auto e = events_.poll())
        if (!stale(*e)) return e;
    if (const auto n = intake_.take_dropped(); n != 0) return event{messages_dropped{n}};
    if (!rejects_.empty()) {
        const event e = rejects_.back();
        rejects_.pop_back();
        return e;
    }
    if (lost_ != 0) return event{events_lost{std::exchange(lost_, 0)}};
    return std::nullopt;
}

} // namespace lp2p::inline v0::pubsub
