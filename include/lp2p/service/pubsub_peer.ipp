// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of pubsub_peer.hpp: see there what each does.
#pragma once

#include <lp2p/service/pubsub_peer.hpp>

namespace lp2p::inline v0::service {

LP2P_DECL pubsub_peer::pubsub_peer(const limits& l, instant now) noexcept
    : watch{{.stream = l.gossip_stream,
             .silence = l.gossip_silence,
             .answer = l.gossip_answer,
             .back = l.gossip_back},
            now}
    , remedies{l.remedies, now} {}

LP2P_DECL pubsub_peer::carrier* pubsub_peer::carrier_of(conn_id conn) noexcept {
    for (carrier& c : conns)
        if (c.conn == conn) return &c;
    return nullptr;
}

LP2P_DECL const pubsub_peer::carrier* pubsub_peer::staying() const noexcept {
    const auto at =
        std::find_if(conns.rbegin(), conns.rend(), [](const carrier& c) { return !c.leaving; });
    return at == conns.rend() ? nullptr : &*at;
}

LP2P_DECL pubsub::rpc_stream* pubsub_peer::stream_of(substream_id id) noexcept {
    if (out_id == id) return writer.get();
    for (inbound_stream& s : in)
        if (s.id == id) return s.reader.get();
    return nullptr;
}

LP2P_DECL void pubsub_peer::keep_unsent(byte_vector cut, std::size_t most) {
    append(cut, unsent);
    if (cut.size() > most) cut.clear();
    unsent = std::move(cut);
}

} // namespace lp2p::inline v0::service
