// SPDX-License-Identifier: Apache-2.0 OR MIT
// One gossipsub router in virtual time, its peers played by hand.
//
// The router is made at its first use, so a test may change `config` before.
#pragma once

#include "tests/protocol/pubsub/support.hpp"

#include <gtest/gtest.h>

namespace lp2p::test {

using strings = std::vector<std::string>;

class gossipsub_test : public ::testing::Test {
protected:
    using peer_index = pubsub::peer_index;
    using peer_kind = pubsub::peer_kind;

    gossipsub::config config = [] {
        gossipsub::config c;
        c.common = unsigned_config();
        return c;
    }();
    instant now = pubsub_start;
    std::optional<gossipsub::router> made;
    std::uint32_t peers = 0;

    gossipsub::router& router() {
        if (!made) made.emplace(config, peer_number(1), now);
        return *made;
    }
    peer_index join(peer_kind kind = peer_kind::gossipsub_v11, bool outbound = false) {
        const auto p = router().peer_ready(peer_number(100 + ++peers), kind, outbound, now);
        router().hello(p);
        return p;
    }
    peer_index subscriber(std::string_view topic, peer_kind kind = peer_kind::gossipsub_v11,
                          bool outbound = false) {
        const auto p = join(kind, outbound);
        says(p, [&](pubsub::rpc& r) { r.subscriptions.push_back({topic, true}); });
        return p;
    }
    template <class F>
    void says(peer_index p, F&& f) {
        pubsub::rpc r;
        f(r);
        router().receive(p, r, now);
    }
    void grafts(peer_index p, std::string_view topic) {
        says(p, [&](pubsub::rpc& r) { r.graft.push_back(topic); });
    }
    void prunes(peer_index p, std::string_view topic, std::uint64_t backoff) {
        says(p, [&](pubsub::rpc& r) { r.prune.push_back({topic, backoff, 0}); });
    }
    void sends(peer_index p, std::string_view topic, std::string_view data) {
        says(p, [&](pubsub::rpc& r) { r.messages.push_back(unsigned_message(topic, data)); });
    }
    void advertises(peer_index p, std::string_view topic, const strings& ids) {
        says(p, [&](pubsub::rpc& r) {
            r.ihave.push_back({topic, 0, static_cast<std::uint32_t>(ids.size())});
            for (const auto& id : ids) r.ihave_ids.push_back(as_bytes(id));
        });
    }
    void asks(peer_index p, const strings& ids) {
        says(p, [&](pubsub::rpc& r) {
            for (const auto& id : ids) r.iwant_ids.push_back(as_bytes(id));
        });
    }
    /// Events of one kind; validations are answered with yes on the way.
    template <class E>
    std::vector<E> told(pubsub::verdict v = pubsub::verdict::accept) {
        std::vector<E> out;
        while (auto e = router().poll_event()) {
            if (const auto* w = std::get_if<pubsub::validate>(&*e))
                router().validated(w->id, v, now);
            if (const auto* found = std::get_if<E>(&*e)) out.push_back(*found);
        }
        return out;
    }
    void settle() { (void)told<pubsub::message>(); }
    strings output(peer_index p) { return take_all(router(), p).words(); }
    void pass(duration by) {
        const instant until = now + by;
        while (*router().next_timeout() <= until) {
            now = *router().next_timeout();
            router().handle_timeout(now);
            settle();
        }
        now = until;
    }
    int errors(pubsub::errc e) {
        int n = 0;
        for (const auto& r : told<pubsub::rejected>())
            if (r.why == error{e}) n += static_cast<int>(r.count);
        return n;
    }
    bool in_mesh(peer_index p, std::string_view topic) {
        const auto m = router().mesh_peers(topic);
        return std::find(m.begin(), m.end(), p) != m.end();
    }
};

} // namespace lp2p::test
