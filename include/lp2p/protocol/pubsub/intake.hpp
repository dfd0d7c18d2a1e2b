// SPDX-License-Identifier: Apache-2.0 OR MIT
// Messages on their way in: seen or not, waiting for validation, accepted and not yet taken.
//
// An id counts as seen only once its signature holds, so a forgery cannot hide the real message.
// It checks no signature and asks no application; it keeps what they have not judged yet, bounded.
#pragma once

#include <lp2p/protocol/pubsub/roster.hpp>
#include <lp2p/protocol/pubsub/seen_cache.hpp>

#include <deque>

namespace lp2p::inline v0::pubsub {

/// A message that waits for its verdict.
struct waiting_message {
    message_handle handle{};
    id_digest digest;
    message_id id;
    shared_bytes encoded; ///< canonical, as field `publish`
    message_view view;    ///< into `encoded`
    topic_index topic{};
    peer_index from{};               ///< who sent it first
    std::vector<peer_index> senders; ///< who else sent it; sorted
    bool authentic = false;          ///< its signature holds: the id is in the seen cache
};

class intake {
public:
    explicit intake(const router_config& config);

    [[nodiscard]] id_digest digest(byte_view id) const noexcept { return digest_(id); }
    [[nodiscard]] seen_cache& seen() noexcept { return seen_; }
    [[nodiscard]] std::size_t seen_size() const noexcept { return seen_.size(); }
    [[nodiscard]] bool is_seen(const id_digest& d) const noexcept { return seen_.contains(d); }

    // ---- waiting ----

    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }
    [[nodiscard]] std::size_t waiting_bytes() const noexcept { return waiting_bytes_; }
    [[nodiscard]] waiting_message* find(message_handle h) noexcept;
    [[nodiscard]] const waiting_message* find(message_handle h) const noexcept;
    /// The first waiting message that `match` accepts, or null.
    template <class Match>
    [[nodiscard]] waiting_message* find_if(Match match) {
        for (waiting_message& w : waiting_)
            if (match(std::as_const(w))) return &w;
        return nullptr;
    }
    [[nodiscard]] message_handle next_handle() noexcept { return message_handle{++last_handle_}; }
    waiting_message& add(waiting_message w);
    /// Takes a message out.
    [[nodiscard]] std::optional<waiting_message> remove(message_handle h);

    // ---- accepted ----

    /// Keeps a message until it is taken; the oldest leave where that is more than the bounds.
    void deliver(delivery d, std::size_t most_messages, std::size_t most_bytes);
    [[nodiscard]] std::optional<delivery> take(message_handle h);
    [[nodiscard]] std::size_t untaken() const noexcept { return untaken_.size(); }
    [[nodiscard]] std::uint32_t take_dropped() noexcept;

private:
    [[nodiscard]] std::vector<waiting_message>::iterator position(message_handle h) noexcept;

    seen_cache seen_;
    digester digest_;
    std::vector<waiting_message> waiting_; ///< sorted: handles rise
    std::size_t waiting_bytes_ = 0;
    std::deque<delivery> untaken_; ///< oldest first
    std::size_t untaken_bytes_ = 0;
    std::uint32_t dropped_ = 0;
    std::uint64_t last_handle_ = 0;
};

} // namespace lp2p::inline v0::pubsub

#ifndef LP2P_SEPARATE_COMPILATION
#include "intake.ipp"
#endif
