// SPDX-License-Identifier: Apache-2.0 OR MIT
// The router that the models of go and rust share: one topic, a mesh, forwarding at once.
//
// It knows who subscribed and who is in its mesh, and nothing of streams: what it wants to say goes
// through `send(peer, rpc)`. No IHAVE, no score: what is lost stays lost, as in the fault's
// figures.
#pragma once

#include <lp2p/protocol/pubsub/rpc_stream.hpp>
#include <lp2p/protocol/pubsub/signing.hpp>

#include "tests/support/stacks.hpp"

#include <deque>
#include <map>
#include <set>
#include <string>

namespace lp2p::test::foreign {

template <class Stack>
class gossip {
public:
    static constexpr std::size_t mesh_low = 5;
    static constexpr std::size_t mesh_wanted = 6;

    explicit gossip(std::string topic)
        : topic_{std::move(topic)} {}

    std::set<wire::peer_id> subscribed; ///< as they said, and as it was forgotten by the model
    std::set<wire::peer_id> mesh;

    [[nodiscard]] byte_vector subscription() const {
        byte_vector rpc;
        pubsub::encode_subscription(topic_, true, rpc);
        return rpc;
    }
    void forget(const wire::peer_id& peer) {
        subscribed.erase(peer);
        mesh.erase(peer);
    }
    /// To the mesh, or to everybody who subscribed as well (rust floods what is its own).
    template <class Send>
    void publish(const person<Stack>& self, std::string_view text, bool flood, Send&& send) {
        const auto own =
            *pubsub::sign(self.crypto, self.key, self.id, ++sequence_, topic_, as_bytes(text));
        byte_vector rpc;
        pubsub::encode_publish(own.view(), rpc);
        std::set<wire::peer_id> to = mesh;
        if (flood) to.insert(subscribed.begin(), subscribed.end());
        for (const wire::peer_id& peer : to) send(peer, rpc);
    }
    /// A whole RPC; texts of messages that are new go to `deliver`.
    template <class Send, class Deliver>
    void receive(const wire::peer_id& from, const wire::peer_id& self, byte_view frame, instant now,
                 Send&& send, Deliver&& deliver) {
        const auto rpc = pubsub::decode_rpc(frame);
        if (!rpc) return;
        for (const auto& s : rpc->subscriptions) {
            if (s.topic != topic_) continue;
            s.subscribe ? (void)subscribed.insert(from) : forget(from);
        }
        for (const auto t : rpc->graft)
            if (t == topic_) mesh.insert(from);
        for (const auto& p : rpc->prune)
            if (p.topic == topic_ && mesh.erase(from) != 0) backoff_[from] = after(now, minute);
        for (const auto& m : rpc->messages) {
            const std::string id = std::string{as_text(m.from)} + std::string{as_text(m.seqno)};
            if (m.topic != topic_ || equal(m.from, self.bytes()) || !seen_.insert(id).second)
                continue;
            deliver(std::string{as_text(m.data)});
            byte_vector copy;
            pubsub::encode_publish(m, copy);
            for (const wire::peer_id& to : mesh)
                if (to != from && !equal(m.from, to.bytes())) send(to, copy);
        }
    }
    /// Fills the mesh with subscribers to whom `reaches` says yes.
    template <class Send, class Reaches>
    void heartbeat(instant now, Send&& send, Reaches&& reaches) {
        if (mesh.size() >= mesh_low) return;
        for (const wire::peer_id& peer : subscribed) {
            if (mesh.size() >= mesh_wanted) return;
            if (mesh.contains(peer) || backoff_[peer] > now || !reaches(peer)) continue;
            mesh.insert(peer);
            byte_vector entry, rpc;
            pubsub::encode_graft(topic_, entry);
            pubsub::encode_control_header(entry.size(), rpc);
            append(rpc, entry);
            send(peer, rpc);
        }
    }

private:
    static constexpr duration minute = seconds{60};

    std::string topic_;
    std::map<wire::peer_id, instant> backoff_; ///< after their PRUNE
    std::set<std::string> seen_;
    std::uint64_t sequence_ = 0;
};

/// An RPC as it goes over a stream.
[[nodiscard]] inline byte_vector framed(byte_view rpc) {
    byte_vector all;
    wire::encode_length_prefixed(rpc, all);
    return all;
}

template <class T>
[[nodiscard]] std::optional<T> take_first(std::deque<T>& from) {
    if (from.empty()) return std::nullopt;
    std::optional<T> first{std::move(from.front())};
    from.pop_front();
    return first;
}

} // namespace lp2p::test::foreign
