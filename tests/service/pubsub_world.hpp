// SPDX-License-Identifier: Apache-2.0 OR MIT
// A pubsub service on a table of substreams, with a peer whose every word is the test's.
#pragma once

#include <lp2p/service/pubsub.hpp>
#include <lp2p/service/pubsub.ipp>
#include <lp2p/service/pubsub_intake.ipp>
#include <lp2p/service/pubsub_remedies.ipp>

#include <lp2p/wire/length_prefix.hpp>

#include "tests/support/fake_host.hpp"
#include "tests/support/laws.hpp"
#include "tests/support/null_crypto.hpp"

#include <gtest/gtest.h>

namespace lp2p::service {

using std::chrono::minutes;
using test::fake_host;
using test::null_crypto;
using test::start;
using service_type = pubsub_service<null_crypto>;

inline constexpr std::string_view mesh = pubsub::gossipsub_v11_protocol;

/// A peer with a key, so that it can sign.
struct person {
    explicit person(std::uint8_t seed)
        : key{crypto::key32{std::byte{seed}}}
        , id{wire::peer_id::of({key.type(), to_vector(key.public_data())}, null_crypto{})} {}
    test::null_private_key key;
    wire::peer_id id;
};

/// One RPC with the length before it.
inline byte_vector framed(byte_view body) {
    byte_vector out;
    wire::encode_length_prefixed(body, out);
    return out;
}
inline byte_vector subscribes(std::string_view topic, bool yes = true) {
    byte_vector body;
    pubsub::encode_subscription(topic, yes, body);
    return framed(body);
}
inline byte_vector grafts(std::string_view topic) {
    byte_vector control, body;
    pubsub::encode_graft(topic, control);
    pubsub::encode_control_header(control.size(), body);
    append(body, control);
    return framed(body);
}
/// A message by `author`; `spoil` changes its signature.
inline byte_vector says(const person& author, std::uint64_t seqno, std::string_view text,
                        bool spoil = false) {
    auto m = *pubsub::sign(null_crypto{}, author.key, author.id, seqno, "t", as_bytes(text));
    if (spoil) m.signature[0] ^= std::byte{1};
    byte_vector body;
    pubsub::encode_publish(m.view(), body);
    return framed(body);
}

/// What was written to a stream, RPC by RPC.
struct heard {
    std::vector<std::string> subscribed;
    std::vector<std::string> grafted;
    std::vector<std::string> messages;
};
inline std::vector<heard> rpcs(byte_view out) {
    std::vector<heard> all;
    while (!out.empty()) {
        const auto length = wire::decode_uvarint(out);
        if (!length || out.size() < length->size + length->value) break; // cut
        const byte_view body = out.subspan(length->size, static_cast<std::size_t>(length->value));
        const auto r = *pubsub::decode_rpc(body);
        heard& h = all.emplace_back();
        for (const auto& s : r.subscriptions)
            if (s.subscribe) h.subscribed.emplace_back(s.topic);
        for (const auto t : r.graft) h.grafted.emplace_back(t);
        for (const auto& m : r.messages) h.messages.emplace_back(as_text(m.data));
        out = out.subspan(length->size + static_cast<std::size_t>(length->value));
    }
    return all;
}
inline std::vector<std::string> messages_in(byte_view out) {
    std::vector<std::string> all;
    for (const heard& h : rpcs(out)) all.insert(all.end(), h.messages.begin(), h.messages.end());
    return all;
}

class PubsubWorld : public testing::Test {
protected:
    fake_host h;
    instant now = start;
    limits bounds{};
    person us{1}, them{2}, third{3};
    service_type s = make();
    conn_id conn = h.connect(them.id);

    service_type make(pubsub::signature_policy policy = pubsub::signature_policy::strict_sign) {
        gossipsub::config g;
        g.common.policy = policy;
        if (policy == pubsub::signature_policy::strict_no_sign) // nobody to name a message after
            g.common.defaults.id = pubsub::sha256_id(pubsub::hash_of<null_crypto>());
        return {config(policy), gossipsub::router{g, us.id, start}, us.id, null_crypto{}};
    }
    service_type::config config(pubsub::signature_policy policy) const {
        return {.bounds = &bounds,
                .policy = policy,
                .protocols = {std::string{mesh}, std::string{pubsub::floodsub_protocol}},
                .unix_now = {},
                .trace = {}};
    }
    /// Drains what a connection's substreams wait for: our stream is agreed to.
    substream_id agree(std::string_view protocol = {}) {
        const auto id = newest();
        h.agree(id, protocol);
        EXPECT_TRUE(s.outbound(id, h, now));
        return id;
    }
    void opened(direction dir = direction::outbound) { s.opened(conn, dir, h, now); }
    /// Connected, our stream open; subscribed to "t" before.
    substream_id live() {
        EXPECT_TRUE(s.subscribe("t", h, now));
        opened();
        return agree();
    }
    substream_id newest() const { return h.opened_for(mesh).back(); }
    std::size_t streams() const { return h.opened_for(mesh).size(); }
    byte_view written(substream_id id) { return h.streams.at(id).out; }
    substream_id remote_opens(byte_view first = {}, std::string_view protocol = mesh) {
        const auto id = h.remote_opens(conn, protocol, first);
        s.inbound(id, h, now);
        return id;
    }
    void arrives(substream_id id, byte_view bytes) {
        h.arrives(id, bytes);
        EXPECT_TRUE(s.readable(id, h, now));
    }
    /// The connection ends as swarm tells it: each substream, then the connection.
    void cut(conn_id which) {
        const auto peer = h.peer(which);
        std::vector<std::pair<substream_id, bool>> all;
        for (const auto& [id, st] : h.streams)
            if (id.conn == which && !st.gone()) all.emplace_back(id, st.protocol.empty());
        h.disconnect(which);
        for (const auto& [id, opening] : all) {
            if (opening)
                (void)s.failed(id, connections::errc::transport_reset, h, now);
            else
                (void)s.ended(id, connections::errc::transport_reset, h, now);
        }
        s.closed(which, peer, false, h, now);
    }
    void advance(duration by) {
        const instant until = now + by;
        for (auto at = s.next_timeout(); at && *at <= until; at = s.next_timeout()) {
            now = std::max(now, *at);
            s.handle_timeout(h, now);
        }
        now = until;
    }
    template <class Kind>
    std::vector<Kind> told() {
        std::vector<Kind> all;
        for (auto& e : drained())
            if (const auto* k = std::get_if<Kind>(&e)) all.push_back(*k);
        return all;
    }
    std::vector<pubsub_event> drained() {
        std::vector<pubsub_event> all;
        while (auto e = s.poll_event()) all.push_back(std::move(*e));
        return all;
    }
    std::vector<std::string> delivered() {
        std::vector<std::string> all;
        for (const auto& m : told<pubsub_message>())
            all.emplace_back(as_text(s.take(m.id)->view.data));
        return all;
    }
    void publish(std::string_view text) {
        EXPECT_TRUE(s.publish("t", as_bytes(text), us.key, h, now));
    }
};

} // namespace lp2p::service
