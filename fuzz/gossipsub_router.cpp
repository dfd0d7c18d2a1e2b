// SPDX-License-Identifier: Apache-2.0 OR MIT
// Script: peers that come and go, say anything at any time, and a router that must stay within its
// bounds, send what can be read, and give the same output the second time.
#include "fuzz/support/script.hpp"

#include <lp2p/protocol/pubsub/gossipsub.hpp>

namespace {
using namespace lp2p;
using pubsub::peer_index;

constexpr std::string_view topics[] = {"a", "b", "c", "\xff"};
constexpr std::size_t players = 6;

gossipsub::config small() {
    gossipsub::config c;
    c.common.policy = pubsub::signature_policy::strict_no_sign;
    c.common.defaults.id = {
        [](const pubsub::id_function&, const pubsub::message_view& m, byte_vector& out) {
            append(out, m.data.first(std::min<std::size_t>(2, m.data.size())));
            return status{};
        }};
    c.common.defaults.mesh = {.d = 2, .d_lo = 1, .d_hi = 3, .d_score = 1, .d_out = 1, .d_lazy = 2};
    c.common.queue = {.messages = 8, .bytes = 4096, .rpc = 512, .control = 128, .publishes = 4};
    c.common.seen_ids = 32;
    c.common.topics_per_peer = 3;
    c.common.validations = 8;
    c.common.validations_per_peer = 4;
    c.common.validation_bytes = 2048;
    c.common.untaken_messages = 4;
    c.common.empty_rpcs = {5, 1};
    c.common.events = 64;
    c.cache.bytes = 4096;
    c.backoff.entries = 8;
    c.ihave_rpcs = 3;
    c.ihave_ids = 10;
    return c;
}

wire::peer_id id_of(std::size_t n) {
    byte_vector bytes(38, std::byte{0});
    const std::uint8_t head[] = {0, 0x24, 8, 1, 0x12, 0x20};
    for (std::size_t i = 0; i < 6; ++i) bytes[i] = std::byte{head[i]};
    bytes.back() = static_cast<std::byte>(n);
    return *wire::peer_id::from_bytes(bytes);
}

class game {
public:
    explicit game(fuzz::script in)
        : in_{in} {}

    byte_vector play() {
        for (int steps = 0; !in_.empty() && steps < 500; ++steps) {
            step();
            drain();
            check();
        }
        return std::move(output_);
    }

private:
    void step() {
        const std::size_t who = in_.below(players);
        const std::string_view topic = topics[in_.below(4)];
        switch (in_.below(10)) {
        case 0:
            there_[who] = router_.peer_ready(
                id_of(who + 1), static_cast<pubsub::peer_kind>(in_.below(3)), in_.flag(), now_);
            return router_.hello(there_[who]);
        case 1:
            router_.peer_gone(there_[who], now_);
            return void(there_[who] = {});
        case 2:
            return void(router_.subscribe(topic, now_));
        case 3:
            return void(router_.unsubscribe(topic, now_));
        case 4: {
            pubsub::message_view m;
            m.topic = topic;
            m.data = in_.piece();
            return void(router_.publish(m, now_));
        }
        case 5:
            now_ += in_.wait();
            return router_.handle_timeout(now_);
        case 6:
            return mangle_waiting();
        default:
            return hear(who);
        }
    }
    void hear(std::size_t who) {
        const byte_view bytes = in_.piece();
        const auto r = pubsub::decode_rpc(bytes, {.topic_length = 16});
        if (!r) return router_.malformed(there_[who], r.error());
        router_.receive(there_[who], *r, now_);
    }
    void mangle_waiting() {
        if (waiting_.empty()) return;
        const auto id = waiting_[in_.below(static_cast<std::uint32_t>(waiting_.size()))];
        const unsigned what = in_.below(4);
        if (what == 3) return void(router_.authentic(id, now_));
        router_.validated(id, static_cast<pubsub::verdict>(what), now_);
    }
    void drain() {
        for (std::size_t n = 0; auto e = router_.poll_event(); ++n) {
            fuzz::require(n < 10000, "events without end");
            output_.push_back(static_cast<std::byte>(e->index()));
            if (const auto* v = std::get_if<pubsub::validate>(&*e)) {
                fuzz::require(router_.waiting(v->id) != nullptr, "what is to be validated waits");
                waiting_.push_back(v->id);
            }
            if (const auto* m = std::get_if<pubsub::message>(&*e); m != nullptr && in_.flag())
                (void)router_.take(m->id);
            if (const auto* s = std::get_if<pubsub::send_rpc>(&*e); s != nullptr && in_.flag())
                read_out(s->peer);
        }
        std::erase_if(waiting_, [&](auto id) { return router_.waiting(id) == nullptr; });
    }
    void read_out(peer_index peer) {
        byte_vector frame;
        for (int n = 0; router_.take_rpc(peer, frame); ++n) {
            fuzz::require(n < 1000, "output without end");
            const auto length = wire::decode_uvarint(frame);
            fuzz::require(length && length->size + length->value == frame.size(), "one frame");
            fuzz::require(length->value > 0 && length->value <= 512, "size of an RPC");
            const auto r = pubsub::decode_rpc(byte_view{frame}.subspan(length->size));
            fuzz::require(r && r->cut == pubsub::rpc_cut{}, "a sound RPC");
            fuzz::require(r->control_bytes <= 128 && r->messages.size() <= 4, "its bounds");
            append(output_, frame);
            frame.clear();
        }
        fuzz::require(!router_.has_output(peer), "everything was taken");
    }
    void check() {
        fuzz::require(waiting_.size() <= 8, "waiting validations");
        fuzz::require(router_.seen() <= 32, "seen ids");
        fuzz::require(router_.next_timeout().has_value(), "a heartbeat comes");
        fuzz::require(!router_.ended(), "a router never ends");
        for (const std::string_view topic : topics) {
            for (const peer_index p : router_.mesh_peers(topic)) {
                fuzz::require(router_.subscribed(topic), "a mesh of a topic that we are in");
                const auto* peer = router_.peer(p);
                fuzz::require(peer != nullptr && peer->kind != pubsub::peer_kind::floodsub,
                              "a member is there and can mesh");
            }
            for (const peer_index p : router_.topic_peers(topic))
                fuzz::require(router_.peer(p) != nullptr, "a subscriber is there");
        }
        for (const peer_index p : there_) {
            const auto* peer = router_.peer(p);
            if (peer == nullptr) continue;
            fuzz::require(peer->topics.size() <= 3, "topics of a peer");
            fuzz::require(peer->queue.messages() <= 8 && peer->queue.bytes() <= 4096, "a queue");
            fuzz::require(peer->validating <= 4, "validations of a peer");
            fuzz::require(peer->ids_asked <= 10, "ids asked for");
        }
    }

    fuzz::script in_;
    instant now_ = test::start;
    gossipsub::router router_{small(), id_of(200), test::start};
    std::array<peer_index, players> there_{};
    std::vector<pubsub::message_handle> waiting_;
    byte_vector output_;
};
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::script in{data, size};
    const byte_vector once = game{in}.play();
    const byte_vector twice = game{in}.play();
    fuzz::require(once == twice, "the same seed and story give the same output");
    return 0;
}
