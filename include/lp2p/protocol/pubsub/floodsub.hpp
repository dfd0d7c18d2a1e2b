// SPDX-License-Identifier: Apache-2.0 OR MIT
// The floodsub router: every message to every peer that subscribed to its topic.
//
// The same calls and events as gossipsub's, so that a service can hold either. No mesh, no gossip,
// no memory of messages but their ids; it reads no clock and verifies no signature.
#pragma once

#include <lp2p/core/machine.hpp>
#include <lp2p/protocol/pubsub/router_core.hpp>

namespace lp2p::inline v0::floodsub {

using pubsub::message_handle;
using pubsub::peer_index;
using pubsub::peer_kind;

struct config {
    pubsub::router_config common{};
    duration housekeeping = seconds{1}; ///< how often old ids leave and drops are reported
};

/// See gossipsub::router for what each call promises.
class router {
public:
    using event = pubsub::event;

    router(const config& c, const wire::peer_id& local, instant now)
        : config_{c}
        , core_{c.common, local}
        , next_{after(now, c.housekeeping)} {}

    peer_index peer_ready(const wire::peer_id& id, peer_kind kind, bool outbound, instant now) {
        return core_.peer_ready(id, kind, outbound, now).index;
    }
    void peer_gone(peer_index peer, instant) { core_.peers().remove(peer); }
    void hello(peer_index peer) { resend_subscriptions(peer); }
    /// Floodsub keeps no message: nobody can be asked.
    static bool question(peer_index) noexcept { return false; }
    static void unreachable(peer_index) noexcept {}
    void resend_subscriptions(peer_index peer) {
        if (auto* p = core_.peers().find(peer)) core_.announce(*p);
    }
    [[nodiscard]] bool take_rpc(peer_index peer, byte_vector& out) {
        return core_.take_rpc(peer, out);
    }
    [[nodiscard]] bool has_output(peer_index peer) const noexcept {
        const auto* p = core_.peers().find(peer);
        return p != nullptr && !p->queue.empty();
    }

    /// Control is ignored: floodsub has none.
    void receive(peer_index peer, const pubsub::rpc& r, instant now) {
        auto* p = core_.peers().find(peer);
        if (p == nullptr) return;
        if (!core_.begin(*p, r, now, [](pubsub::topic_index, bool) {})) return;
        for (const pubsub::message_view& m : r.messages) core_.receive(*p, m, now);
    }
    void malformed(peer_index peer, error why) {
        if (auto* p = core_.peers().find(peer)) core_.bad_rpc(*p, why);
    }
    [[nodiscard]] const pubsub::message_view* waiting(message_handle id) const noexcept {
        const auto* w = core_.messages().find(id);
        return w == nullptr ? nullptr : &w->view;
    }
    bool authentic(message_handle id, instant now) { return core_.authentic(id, now); }
    void validated(message_handle id, pubsub::verdict v, error why, instant now) {
        if (const auto accepted = core_.validated(id, v, why, now))
            flood(*accepted, pubsub::lane::forward);
    }
    void validated(message_handle id, pubsub::verdict v, instant now) {
        const bool bad = v == pubsub::verdict::reject;
        validated(id, v,
                  bad ? pubsub::errc::rejected_by_validator : pubsub::errc::ignored_by_validator,
                  now);
    }

    status subscribe(std::string_view topic, instant) {
        return core_.set_joined(topic, true).map([](pubsub::topic_index) {});
    }
    status unsubscribe(std::string_view topic, instant) {
        if (!core_.joined(topic)) return {};
        core_.peers().release(*core_.set_joined(topic, false));
        return {};
    }
    [[nodiscard]] bool subscribed(std::string_view topic) const noexcept {
        return core_.joined(topic);
    }
    result<pubsub::message_id> publish(const pubsub::message_view& m, instant now) {
        auto own = core_.own(m, now);
        if (!own) return fail(own.error());
        own->topic = core_.peers().topic(m.topic);
        flood(*own, pubsub::lane::own);
        core_.peers().release(own->topic);
        return own->id;
    }
    [[nodiscard]] std::optional<pubsub::delivery> take(message_handle id) {
        return core_.messages().take(id);
    }

    [[nodiscard]] std::vector<peer_index> topic_peers(std::string_view topic) const {
        const auto t = core_.peers().find_topic(topic);
        return t ? core_.peers().at(*t).subscribers : std::vector<peer_index>{};
    }
    /// Nobody: there is no mesh.
    [[nodiscard]] std::vector<peer_index> mesh_peers(std::string_view) const { return {}; }
    [[nodiscard]] const pubsub::peer_entry* peer(peer_index p) const noexcept {
        return core_.peers().find(p);
    }
    [[nodiscard]] const pubsub::router_counters& counters() const noexcept {
        return core_.counters();
    }
    [[nodiscard]] std::size_t seen() const noexcept { return core_.messages().seen_size(); }

    [[nodiscard]] std::optional<event> poll_event() { return core_.poll_event(); }
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept { return next_; }
    void handle_timeout(instant now) {
        if (now < next_) return;
        core_.messages().seen().expire(now);
        core_.report_drops();
        next_ = after(now, config_.housekeeping);
    }
    /// Never: a router lives as long as its owner wants.
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }

private:
    void flood(const pubsub::waiting_message& m, pubsub::lane l) {
        for (const peer_index s : core_.peers().at(m.topic).subscribers) {
            auto& peer = *core_.peers().find(s);
            if (core_.may_get(peer, m)) core_.send(peer, l, m.encoded);
        }
    }

    config config_;
    pubsub::router_core core_;
    instant next_;
    std::optional<reason> ended_;
};

static_assert(machine<router>);

} // namespace lp2p::inline v0::floodsub
