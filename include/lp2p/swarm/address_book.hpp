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

#include <algorithm>
#include <map>
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
        std::uint32_t failures = 0;
        instant not_before{}; ///< leave it alone until then
        error last{};         ///< why it failed last
    };

    explicit address_book(config c)
        : config_{c}
        , random_{c.seed} {}

    /// Remembers an address; past the bound per peer the one that failed most often leaves.
    void add(const wire::peer_id& peer, const wire::multiaddr& address) {
        auto& entry = touch(peer);
        const wire::multiaddr bare = address.without_peer();
        for (const record& r : entry.records)
            if (r.address == bare) return;
        if (entry.records.size() >= config_.addresses_per_peer) {
            const auto worst = std::max_element(
                entry.records.begin(), entry.records.end(),
                [](const record& a, const record& b) { return a.failures < b.failures; });
            entry.records.erase(worst);
        }
        entry.records.push_back({.address = bare});
    }
    /// In the order of the failures: what never failed first, then as they were added.
    [[nodiscard]] std::vector<record> of(const wire::peer_id& peer) const {
        const auto found = peers_.find(peer);
        if (found == peers_.end()) return {};
        std::vector<record> all = found->second.records;
        const auto fewer = [](const record& a, const record& b) { return a.failures < b.failures; };
        for (auto at = all.begin(); at != all.end(); ++at) // keeps the order of equals
            std::rotate(std::upper_bound(all.begin(), at, *at, fewer), at, std::next(at));
        return all;
    }
    void failed(const wire::peer_id& peer, const wire::multiaddr& address, error why, instant now) {
        record* r = find(peer, address);
        if (r == nullptr) return;
        r->last = why;
        r->not_before = after(
            now, dial_backoff(config_.backoff_least, config_.backoff_most, r->failures, random_));
        r->failures += 1;
    }
    /// A connection came up: every address of the peer may be tried at once again.
    void succeeded(const wire::peer_id& peer) {
        const auto found = peers_.find(peer);
        if (found == peers_.end()) return;
        for (record& r : found->second.records) {
            r.failures = 0;
            r.not_before = {};
        }
    }
    /// While there are others that can leave, this peer's addresses stay (or need not any more).
    void keep(const wire::peer_id& peer, bool kept) {
        if (kept || peers_.contains(peer)) touch(peer).kept = kept;
    }
    /// When the first address of the peer may be dialed; nothing where it has none.
    [[nodiscard]] std::optional<instant> ready_at(const wire::peer_id& peer) const {
        const auto found = peers_.find(peer);
        std::optional<instant> first;
        if (found == peers_.end()) return first;
        for (const record& r : found->second.records)
            if (r.address.tcp() && (!first || r.not_before < *first)) first = r.not_before;
        return first;
    }
    [[nodiscard]] std::size_t peers() const noexcept { return peers_.size(); }

private:
    struct entry {
        std::vector<record> records;
        std::uint64_t used = 0;
        bool kept = false;
    };
    entry& touch(const wire::peer_id& peer) {
        if (!peers_.contains(peer) && peers_.size() >= config_.peers) {
            const auto oldest =
                std::min_element(peers_.begin(), peers_.end(), [](const auto& a, const auto& b) {
                    return std::pair{a.second.kept, a.second.used} <
                           std::pair{b.second.kept, b.second.used};
                });
            peers_.erase(oldest);
        }
        entry& e = peers_[peer];
        e.used = ++clock_;
        return e;
    }
    record* find(const wire::peer_id& peer, const wire::multiaddr& address) {
        const auto found = peers_.find(peer);
        if (found == peers_.end()) return nullptr;
        const wire::multiaddr bare = address.without_peer();
        for (record& r : found->second.records)
            if (r.address == bare) return &r;
        return nullptr;
    }

    config config_;
    random_source random_;
    std::map<wire::peer_id, entry> peers_;
    std::uint64_t clock_ = 0;
};

} // namespace lp2p::inline v0
