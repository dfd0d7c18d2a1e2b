// SPDX-License-Identifier: Apache-2.0 OR MIT
// What the pubsub service keeps of one peer: its connections, our one stream, its streams.
//
// A table and nothing else: it opens nothing and tells nobody.
#pragma once

#include <lp2p/connection/substream.hpp>
#include <lp2p/core/token_bucket.hpp>
#include <lp2p/protocol/pubsub/router_config.hpp>
#include <lp2p/protocol/pubsub/rpc_stream.hpp>
#include <lp2p/service/gossip_watch.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

namespace lp2p::inline v0::service {

struct pubsub_peer {
    enum class stream_state : std::uint8_t { none, opening, live };
    /// A connection that may carry our stream.
    struct carrier {
        conn_id conn;
        direction dir;
        std::uint32_t streams = 0; ///< of ours, opened on it in its life (H1)
        bool exhausted = false;    ///< `pubsub_exhausted` was told
        bool leaving = false;      ///< another connection replaces it
        bool listed = false;       ///< a list of the peer on it had a pubsub protocol
        bool withdrawn = false;    ///< and a later one has none
        bool rust = false;         ///< says that it is rust-libp2p

        /// Whether a refusal is one that a new connection cures: the peer says no to what it lists,
        /// or it is rust, which withdraws pubsub when its streams were used up (H1), not for good.
        [[nodiscard]] bool may_renew() const noexcept { return listed && (rust || !withdrawn); }
    };
    struct inbound_stream {
        substream_id id;
        std::unique_ptr<pubsub::rpc_stream> reader;
    };

    explicit pubsub_peer(const limits& l = default_limits, instant now = {}) noexcept;

    std::vector<carrier> conns; ///< the newest last
    std::optional<pubsub::peer_index> index;
    pubsub::peer_kind kind{}; ///< of our stream while there is one, else of theirs
    stream_state out = stream_state::none;
    substream_id out_id{};
    std::unique_ptr<pubsub::rpc_stream> writer; ///< while live
    bool greeted = false;                       ///< the hello was handed to the writer
    byte_vector unsent; ///< what a stream's end cut: it goes again, whole, behind the hello
    std::vector<inbound_stream> in; ///< the newest last
    std::uint32_t failures = 0;
    bool refused = false; ///< `na`: not asked again before a list or a new connection
    bool lingers = false; ///< its last connection ended, and another one may follow at once
    bool ever_in = false; ///< it has opened a stream
    instant out_since{};  ///< when our stream was agreed
    std::uint32_t short_lives = 0; ///< streams of ours in a row that were reset at once
    bool told_refused = false;     ///< `pubsub_refused`, and not `pubsub_accepted` since
    gossip_watch watch;
    token_bucket remedies;
    std::uint32_t renewals = 0; ///< connections asked for since our stream was open
    instant renewed_at{};

    [[nodiscard]] carrier* carrier_of(conn_id conn) noexcept;
    /// The newest connection that is not being replaced; null where there is none.
    [[nodiscard]] const carrier* staying() const noexcept;
    /// No connection, no stream, nothing to wait for.
    [[nodiscard]] bool is_gone() const noexcept { return conns.empty() && in.empty() && !lingers; }
    /// The machine of a stream, ours or theirs; null where it is neither.
    [[nodiscard]] pubsub::rpc_stream* stream_of(substream_id id) noexcept;
    /// What a stream did not finish, before what was kept already. Who takes nothing on stream
    /// after stream loses it in the end: more than `most` bytes are not kept.
    void keep_unsent(byte_vector cut, std::size_t most);
};

} // namespace lp2p::inline v0::service

#ifndef LP2P_SEPARATE_COMPILATION
#include "pubsub_peer.ipp"
#endif
