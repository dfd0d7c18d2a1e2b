// SPDX-License-Identifier: Apache-2.0 OR MIT
// Who is there and who subscribed to what: the peers and topics of a router, with bounds.
//
// It keeps tables and nothing else: no mesh, no messages, no events. What a peer leaves behind is
// freed with it.
#pragma once

#include <lp2p/core/token_bucket.hpp>
#include <lp2p/protocol/pubsub/peer_queue.hpp>
#include <lp2p/protocol/pubsub/seen_cache.hpp>
#include <lp2p/wire/protobuf.hpp>

#include <algorithm>
#include <map>

namespace lp2p::inline v0::pubsub {

/// What a peer did wrong since it came, each kind counted.
struct conduct {
    std::uint32_t invalid_messages = 0;
    std::uint32_t malformed_rpcs = 0; ///< undecodable, oversized, or with too much control
    std::uint32_t broken_promises = 0;
    std::uint32_t grafts_in_backoff = 0; ///< two where it came within 10 s of the PRUNE
    std::uint32_t floods = 0;

    /// Who is kept when a mesh is pruned: larger is better, 0 is blameless.
    [[nodiscard]] double standing() const noexcept;
};

struct peer_entry {
    peer_entry(peer_index i, const wire::peer_id& p, const router_config& c, instant now);

    peer_index index;
    wire::peer_id id;
    peer_kind kind = peer_kind::floodsub;
    bool reachable = true;           ///< false: it takes no stream of ours
    bool outbound = false;           ///< we dialed the connection that carries its pubsub
    bool output_told = false;        ///< `send_rpc` was told and the queue was not emptied since
    std::vector<topic_index> topics; ///< sorted
    std::vector<topic_index> left;   ///< of ours, unsubscribed on this stream; sorted
    peer_queue queue;
    token_bucket empty_rpcs;
    seen_cache unwanted; ///< what it said it does not want (IDONTWANT)
    instant ignored_until = instant::min();
    conduct behaviour;
    std::uint32_t validating = 0; ///< messages of it that wait for validation
    std::uint32_t ihave_rpcs = 0; ///< in this heartbeat
    std::uint32_t ids_asked = 0;  ///< in this heartbeat
};

struct topic_entry {
    topic_name name;
    std::uint32_t settings = 0;          ///< 0: the defaults, else config.topics[settings - 1]
    bool joined = false;                 ///< we are subscribed
    bool kept = false;                   ///< in use without a subscriber (fanout)
    std::vector<peer_index> subscribers; ///< sorted
};

class roster {
public:
    explicit roster(const router_config& config);

    [[nodiscard]] const router_config& config() const noexcept { return config_; }
    [[nodiscard]] std::vector<peer_entry>& peers() noexcept { return peers_; }
    [[nodiscard]] const std::vector<peer_entry>& peers() const noexcept { return peers_; }
    [[nodiscard]] const std::map<topic_index, topic_entry>& topics() const noexcept;

    /// Null where it is unknown. Valid until peers come or go.
    [[nodiscard]] peer_entry* find(peer_index peer) noexcept;
    [[nodiscard]] const peer_entry* find(peer_index peer) const noexcept;
    [[nodiscard]] peer_entry* find(const wire::peer_id& id) noexcept;
    peer_entry& add(const wire::peer_id& id, instant now);
    /// Forgets a peer with all that it subscribed to.
    void remove(peer_index peer);

    [[nodiscard]] std::optional<topic_index> find_topic(std::string_view name) const noexcept;
    /// The topic of that name, made where there is none.
    topic_index topic(std::string_view name);
    [[nodiscard]] topic_entry& at(topic_index t) noexcept;
    [[nodiscard]] const topic_entry& at(topic_index t) const noexcept;
    /// Whether a topic is still there: who keeps an index over time asks first.
    [[nodiscard]] bool has(topic_index t) const noexcept { return topics_.contains(t); }
    [[nodiscard]] const topic_settings& settings(topic_index t) const noexcept;
    [[nodiscard]] const topic_settings& settings(std::string_view name) const noexcept;
    /// Forgets a topic that nobody needs any more.
    void release(topic_index t);
    /// True where something changed; false where it is known or the peer has too many topics.
    bool subscribe(peer_entry& peer, std::string_view name);
    /// True where something changed. The topic may be gone afterwards.
    bool unsubscribe(peer_entry& peer, topic_index t);
    /// A topic that everybody's decoder takes: 1 to `topic_length` bytes of UTF-8.
    [[nodiscard]] bool valid_name(std::string_view name) const noexcept;

    template <class T>
    static bool insert_sorted(std::vector<T>& into, T value) {
        const auto at = std::lower_bound(into.begin(), into.end(), value);
        if (at != into.end() && *at == value) return false;
        into.insert(at, value);
        return true;
    }
    template <class T>
    static bool erase_sorted(std::vector<T>& from, T value) noexcept {
        const auto at = std::lower_bound(from.begin(), from.end(), value);
        if (at == from.end() || *at != value) return false;
        from.erase(at);
        return true;
    }
    template <class T>
    [[nodiscard]] static bool contains_sorted(const std::vector<T>& in, T value) noexcept {
        return std::binary_search(in.begin(), in.end(), value);
    }

private:
    [[nodiscard]] std::uint32_t settings_number(std::string_view name) const noexcept;

    router_config config_;
    std::vector<peer_entry> peers_; ///< sorted by index
    std::map<topic_index, topic_entry> topics_;
    std::map<std::string_view, topic_index> by_name_; ///< views of the names in topics_
    std::uint32_t last_peer_ = 0;
    std::uint32_t last_topic_ = 0;
};

} // namespace lp2p::inline v0::pubsub

#ifndef LP2P_SEPARATE_COMPILATION
#include "roster.ipp"
#endif
