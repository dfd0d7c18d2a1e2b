// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of router_limits.hpp: see there what each does.
#pragma once

#include <lp2p/node/router_limits.hpp>

namespace lp2p::inline v0 {

LP2P_DECL gossipsub::config with_limits(gossipsub::config g, const limits& l) {
    const auto take = [&](auto limits::*limit, auto& setting) {
        if (l.*limit != default_limits.*limit) setting = l.*limit;
    };
    pubsub::router_config& c = g.common;
    take(&limits::peer_queue_messages, c.queue.messages);
    take(&limits::peer_queue_bytes, c.queue.bytes);
    take(&limits::rpc_sent, c.queue.rpc);
    take(&limits::rpc_control_sent, c.queue.control);
    take(&limits::rpc_publishes_sent, c.queue.publishes);
    take(&limits::seen_for, c.seen_for);
    take(&limits::seen_ids, c.seen_ids);
    take(&limits::topics_per_peer, c.topics_per_peer);
    take(&limits::topic_length, c.topic_length);
    take(&limits::validations, c.validations);
    take(&limits::validations_per_peer, c.validations_per_peer);
    take(&limits::untaken_messages, c.untaken_messages);
    take(&limits::untaken_bytes, c.untaken_bytes);
    take(&limits::empty_rpcs, c.empty_rpcs);
    take(&limits::rpc, c.defaults.message_most);
    take(&limits::message_cache_bytes, g.cache.bytes);
    take(&limits::iwant_sends, g.cache.sends);
    take(&limits::backoff_most, g.backoff.cap);
    take(&limits::backoff_default, g.backoff.unspecified);
    take(&limits::idontwant_ids, c.unwanted_ids);
    take(&limits::ihave_rpcs, g.ihave_rpcs);
    take(&limits::ihave_ids, g.ihave_ids);
    return g;
}

} // namespace lp2p::inline v0
