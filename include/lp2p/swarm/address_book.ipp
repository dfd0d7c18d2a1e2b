// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of address_book.hpp: see there what each does.
#pragma once

#include <lp2p/swarm/address_book.hpp>

namespace lp2p::inline v0 {

LP2P_DECL address_book::address_book(config c)
    : config_{c}
    , random_{c.seed} {}

LP2P_DECL void address_book::add(const wire::peer_id& peer, const wire::multiaddr& address) {
    insert(touch(peer), {.address = address.without_peer()});
}

LP2P_DECL bool address_book::certify(const wire::peer_record& signed_record) {
    entry& e = touch(signed_record.peer);
    if (e.seq && signed_record.seq <= *e.seq) return signed_record.seq == *e.seq;
    e.seq = signed_record.seq;
    for (record& r : e.records) r.certified = false;
    const std::size_t n = std::min(signed_record.addresses.size(), config_.addresses_per_peer);
    for (std::size_t i = 0; i < n; ++i)
        insert(e, {.address = signed_record.addresses[i].without_peer(), .certified = true});
    return true;
}

LP2P_DECL std::vector<address_book::record> address_book::of(const wire::peer_id& peer) const {
    const auto found = peers_.find(peer);
    if (found == peers_.end()) return {};
    std::vector<record> all = found->second.records;
    for (auto at = all.begin(); at != all.end(); ++at) // keeps the order of equals
        std::rotate(std::upper_bound(all.begin(), at, *at, better), at, std::next(at));
    return all;
}

LP2P_DECL void address_book::failed(const wire::peer_id& peer, const wire::multiaddr& address,
                                    error why, instant now) {
    record* r = find(peer, address);
    if (r == nullptr) return;
    r->last = why;
    r->not_before =
        after(now, dial_backoff(config_.backoff_least, config_.backoff_most, r->failures, random_));
    r->failures += 1;
}

LP2P_DECL void address_book::succeeded(const wire::peer_id& peer) {
    const auto found = peers_.find(peer);
    if (found == peers_.end()) return;
    for (record& r : found->second.records) {
        r.failures = 0;
        r.not_before = {};
    }
}

LP2P_DECL void address_book::keep(const wire::peer_id& peer, bool kept) {
    if (kept || peers_.contains(peer)) touch(peer).kept = kept;
}

LP2P_DECL std::optional<instant> address_book::ready_at(const wire::peer_id& peer) const {
    const auto found = peers_.find(peer);
    std::optional<instant> first;
    if (found == peers_.end()) return first;
    for (const record& r : found->second.records)
        if (r.address.tcp() && (!first || r.not_before < *first)) first = r.not_before;
    return first;
}

LP2P_DECL bool address_book::better(const record& a, const record& b) noexcept {
    return a.failures != b.failures ? a.failures < b.failures : a.certified && !b.certified;
}

LP2P_DECL void address_book::insert(entry& e, record fresh) const {
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

LP2P_DECL address_book::entry& address_book::touch(const wire::peer_id& peer) {
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

LP2P_DECL address_book::record* address_book::find(const wire::peer_id& peer,
                                                   const wire::multiaddr& address) {
    const auto found = peers_.find(peer);
    if (found == peers_.end()) return nullptr;
    const wire::multiaddr bare = address.without_peer();
    for (record& r : found->second.records)
        if (r.address == bare) return &r;
    return nullptr;
}

} // namespace lp2p::inline v0
