// SPDX-License-Identifier: Apache-2.0 OR MIT
// Where peers can be reached, and how long an address that failed is left alone.
//
// It dials nobody and reads no clock. An address is kept without its /p2p part (H45: strip it
// before comparing).
#pragma once

#include <lp2p/core/limits.hpp>
#include <lp2p/core/result.hpp>
#include <lp2p/swarm/dial_backoff.hpp>
#include <lp2p/wire/multiaddr.hpp>
#include <lp2p/wire/peer_id.hpp>
#include <lp2p/wire/peer_record.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace lp2p::inline v0 {

class address_book {
public:
    struct config {
        std::size_t addresses_per_peer = default_limits.addresses_per_peer;
        std::size_t peers = 1024; ///< kept at once; the one used longest ago leaves, kept ones last
        duration backoff_least = default_limits.dial_backoff_least;
        duration backoff_most = default_limits.dial_backoff_most;
        std::uint64_t seed = 0; ///< for the jitter of ±20 %
    };
    struct record {
        wire::multiaddr address;
        bool certified = false; ///< the peer has signed it, in its newest record that we have
        std::uint32_t failures = 0;
        instant not_before{}; ///< leave it alone until then
        error last{};         ///< why it failed last
    };

    explicit address_book(config c);

    /// Remembers an address; past the bound per peer the one that failed most often leaves, of
    /// equals one that is not certified. It is the new one where no other failed and all are.
    void add(const wire::peer_id& peer, const wire::multiaddr& address);
    /// Takes the addresses of a record whose signature held: they are certified from now on, and
    /// those of the record before it no longer. True where it is the newest record of its peer that
    /// there was, or that one again; else nothing changes (its `seq` must grow).
    bool certify(const wire::peer_record& signed_record);
    /// In the order of the failures: what never failed first, of equals what is certified, then as
    /// they were added.
    [[nodiscard]] std::vector<record> of(const wire::peer_id& peer) const;
    void failed(const wire::peer_id& peer, const wire::multiaddr& address, error why, instant now);
    /// A connection came up: every address of the peer may be tried at once again.
    void succeeded(const wire::peer_id& peer);
    /// While there are others that can leave, this peer's addresses stay (or need not any more).
    void keep(const wire::peer_id& peer, bool kept);
    /// When the first address of the peer may be dialed; nothing where it has none.
    [[nodiscard]] std::optional<instant> ready_at(const wire::peer_id& peer) const;
    [[nodiscard]] std::size_t peers() const noexcept { return peers_.size(); }

private:
    struct entry {
        std::vector<record> records;
        std::optional<std::uint64_t> seq; ///< of the newest signed record
        std::uint64_t used = 0;
        bool kept = false;
    };
    static bool better(const record& a, const record& b) noexcept;
    void insert(entry& e, record fresh) const;
    entry& touch(const wire::peer_id& peer);
    record* find(const wire::peer_id& peer, const wire::multiaddr& address);

    config config_;
    random_source random_;
    std::map<wire::peer_id, entry> peers_;
    std::uint64_t clock_ = 0;
};

} // namespace lp2p::inline v0

#ifndef LP2P_SEPARATE_COMPILATION
#include "address_book.ipp"
#endif
