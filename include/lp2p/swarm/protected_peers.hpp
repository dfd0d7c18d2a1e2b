// SPDX-License-Identifier: Apache-2.0 OR MIT
// Peers that a node wants to stay connected to: when each is dialed again.
//
// It dials nobody: facts go in (connected, ended, failed), a peer that is due comes out. A
// connection that lasted is what ends a backoff; one that comes and goes does not, else a peer that
// accepts and closes would be dialed every second for ever.
#pragma once

#include <lp2p/core/deadlines.hpp>
#include <lp2p/core/event_queue.hpp>
#include <lp2p/core/limits.hpp>
#include <lp2p/core/result.hpp>
#include <lp2p/swarm/dial_backoff.hpp>
#include <lp2p/swarm/dialer.hpp>
#include <lp2p/swarm/errc.hpp>
#include <lp2p/wire/peer_id.hpp>

#include <map>

namespace lp2p::inline v0 {

class protected_peers {
public:
    struct config {
        std::size_t most = default_limits.protected_peers;
        duration lasting = default_limits.lasting_connection; ///< ends a backoff
        duration backoff_least = default_limits.dial_backoff_least;
        duration backoff_most = default_limits.dial_backoff_most;
        std::uint64_t seed = 0; ///< for the jitter of ±20 %
    };
    /// A dial is to follow after this time.
    struct plan {
        wire::peer_id peer;
        std::uint16_t attempt; ///< from 1, since the last connection that lasted
        duration wait;
    };

    explicit protected_peers(config c);

    /// One that is not connected is due at once. Errors: `too_many_protected`.
    [[nodiscard]] status protect(const wire::peer_id& peer, bool connected, instant now);
    void unprotect(const wire::peer_id& peer);
    /// Nobody is protected any more.
    void clear();
    [[nodiscard]] bool contains(const wire::peer_id& peer) const noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return peers_.size(); }

    /// A connection to the peer is established, whoever dialed it.
    void connected(const wire::peer_id& peer, instant now);
    /// The last connection to the peer ended.
    void ended(const wire::peer_id& peer, instant now);
    /// The dial that began as `dialing` failed.
    void failed(const wire::peer_id& peer, request_id dial, instant now);
    /// The peer that is due longest, if any is; dial it and say so, or `postpone` it.
    [[nodiscard]] std::optional<wire::peer_id> due(instant now);
    /// The number of the attempt that `dial` is.
    std::uint16_t dialing(const wire::peer_id& peer, request_id dial);
    /// It cannot be dialed before `until`; the attempt is the same one.
    void postpone(const wire::peer_id& peer, instant until);
    [[nodiscard]] std::optional<plan> poll();
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept;

private:
    struct state {
        instant since{}; ///< of the connection
        request_id dial{};
        std::uint32_t failures = 0;
        std::uint16_t attempt = 0;
        bool connected = false;
    };
    state* find(const wire::peer_id& peer) noexcept;
    void again(const wire::peer_id& peer, state& s, instant now);
    void plan_dial(const wire::peer_id& peer, state& s, duration wait, instant now);

    config config_;
    random_source random_;
    std::map<wire::peer_id, state> peers_;
    deadline_index<wire::peer_id> deadlines_;
    event_queue<plan> plans_;
};

} // namespace lp2p::inline v0

#ifndef LP2P_SEPARATE_COMPILATION
#include "protected_peers.ipp"
#endif
