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

    explicit address_book(config c)
        : config_{c}
        , random_{c.seed} {}

    /// Remembers an address; past the bound per peer the one that failed most often leaves, of
    /// equals one that is not certified. It is the new one where no other failed and all are.
    void add(const wire::peer_id& peer, const wire::multiaddr& address) {
        insert(touch(peer), {.address = address.without_peer()});
    }
    /// Takes the addresses of a record whose signature held: they are certified from now on, and
    /// those of the record before it no longer. True where it is the newest record of its peer that
    /// there was, or that one again; else nothing changes (its `seq` must grow).
    bool certify(const wire::peer_record& signed_record) {
        entry& e = touch(signed_record.peer);
        if (e.seq && signed_record.seq <= *e.seq) return signed_record.seq == *e.seq;
        e.seq = signed_record.seq;
        for (record& r : e.records) r.certified = false;
        const std::size_t n = std::min(signed_record.addresses.size(), config_.addresses_per_peer);
        for (std::size_t i = 0; i < n; ++i)
            insert(e, {.address = signed_record.addresses[i].without_peer(), .certified = true});
        return true;
    }
    /// In the order of the failures: what never failed first, of equals what is certified, then as
    /// they were added.
    [[nodiscard]] std::vector<record> of(const wire::peer_id& peer) const {
        const auto found = peers_.find(peer);
        if (found == peers_.end()) return {};
        std::vector<record> all = found->second.records;
        for (auto at = all.begin(); at != all.end(); ++at) // keeps the order of equals
            std::rotate(std::upper_bound(all.begin(), at, *at, better), at, std::next(at));
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
        std::optional<std::uint64_t> seq; ///< of the newest signed record
        std::uint64_t used = 0;
        bool kept = false;
    };
    static bool better(const record& a, const record& b) noexcept {
        return a.failures != b.failures ? a.failures < b.failures : a.certified && !b.certified;
    }
    void insert(entry& e, record fresh) const {
        for (record& r : e.records)
            if (r.address == fresh.address) {
                r.certified = r.certified || fresh.certified;
                return;
            }
        if (e.records.size() >= config_.addresses_per_peer) {
            const auto worst = std::max_element(e.records.begin(), e.records.end(), better);
            if (worst == e.records.end() || better(*worst, fresh)) return;
            e.records.erase(worst);
        }
        e.records.push_back(std::move(fresh));
    }
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
