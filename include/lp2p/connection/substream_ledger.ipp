// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of substream_ledger.hpp: see there what each does.
#pragma once

#include <lp2p/connection/substream_ledger.hpp>

namespace lp2p::inline v0 {

LP2P_DECL substream_ledger::substream_ledger(config c) noexcept
    : config_{c} {}

LP2P_DECL std::uint32_t substream_ledger::room(purpose use) const noexcept {
    const std::uint32_t both = config_.both > inbound_ ? config_.both - inbound_ : 0;
    const std::uint32_t most = std::min(config_.outbound, both);
    const std::uint32_t kept =
        use == purpose::application ? std::min(config_.reserved, most / 3) : 0;
    return most - kept;
}

LP2P_DECL status substream_ledger::may_open(purpose use) const noexcept {
    if (outbound_ >= room(use)) return fail(connections::errc::stream_limit);
    return {};
}

LP2P_DECL substream_entry& substream_ledger::add(direction dir, purpose use, substream_phase phase,
                                                 instant now) {
    (dir == direction::inbound ? inbound_ : outbound_) += 1;
    ++changes_;
    substream_entry e;
    e.index = substream_index{++last_};
    e.dir = dir;
    e.use = use;
    e.phase = phase;
    e.opened_at = now;
    e.last_progress = now;
    return entries_.emplace_back(std::move(e));
}

LP2P_DECL void substream_ledger::bind(substream_entry& e, yamux::stream_id stream) {
    e.stream = stream;
    const auto at = std::lower_bound(streams_.begin(), streams_.end(), stream, before);
    streams_.insert(at, {stream, e.index});
}

LP2P_DECL void substream_ledger::agree(substream_entry& e, std::string protocol) {
    if (!e.protocol.empty()) use(e, -1);
    e.protocol = std::move(protocol);
    use(e, 1);
    ++changes_;
}

LP2P_DECL substream_entry* substream_ledger::find(substream_index index) noexcept {
    const auto at =
        std::lower_bound(entries_.begin(), entries_.end(), index,
                         [](const substream_entry& e, substream_index i) { return e.index < i; });
    return at != entries_.end() && at->index == index ? &*at : nullptr;
}

LP2P_DECL const substream_entry* substream_ledger::find(substream_index index) const noexcept {
    return const_cast<substream_ledger*>(this)->find(index); // NOLINT: same look-up
}

LP2P_DECL substream_entry* substream_ledger::find(yamux::stream_id stream) noexcept {
    const auto at = std::lower_bound(streams_.begin(), streams_.end(), stream, before);
    return at != streams_.end() && at->first == stream ? find(at->second) : nullptr;
}

LP2P_DECL void substream_ledger::erase(substream_index index) {
    substream_entry* e = find(index);
    if (e == nullptr) return;
    (e->dir == direction::inbound ? inbound_ : outbound_) -= 1;
    ++changes_;
    if (!e->protocol.empty()) use(*e, -1);
    if (e->stream) {
        const auto at = std::lower_bound(streams_.begin(), streams_.end(), *e->stream, before);
        if (at != streams_.end() && at->first == *e->stream) streams_.erase(at);
    }
    entries_.erase(entries_.begin() + (e - entries_.data()));
    if (entries_.empty()) {
        std::vector<substream_entry>{}.swap(entries_);
        std::vector<link>{}.swap(streams_);
    }
}

LP2P_DECL substream_entry* substream_ledger::first_queued() noexcept {
    const auto at = std::find_if(entries_.begin(), entries_.end(),
                                 [](const auto& e) { return e.phase == substream_phase::queued; });
    return at == entries_.end() ? nullptr : &*at;
}

LP2P_DECL bool substream_ledger::in_use() const noexcept {
    return std::any_of(entries_.begin(), entries_.end(), [](const substream_entry& e) {
        return e.phase != substream_phase::waiting && e.use != purpose::identify &&
               e.use != purpose::ping;
    });
}

LP2P_DECL substream_counts substream_ledger::counts() const noexcept {
    substream_counts c{.inbound = inbound_, .outbound = outbound_};
    for (const substream_entry& e : entries_) {
        c.waiting += e.phase == substream_phase::waiting ? 1U : 0U;
        c.queued += e.phase == substream_phase::queued ? 1U : 0U;
        c.negotiating += e.phase == substream_phase::negotiating ? 1U : 0U;
    }
    return c;
}

LP2P_DECL void substream_ledger::use(const substream_entry& e, int by) {
    auto at = std::find_if(usage_.begin(), usage_.end(),
                           [&](const protocol_usage& u) { return u.protocol == e.protocol; });
    if (at == usage_.end()) at = usage_.insert(at, {e.protocol, e.use, 0, 0});
    (e.dir == direction::inbound ? at->inbound : at->outbound) += static_cast<std::uint32_t>(by);
    if (at->inbound == 0 && at->outbound == 0) usage_.erase(at);
    if (usage_.empty()) std::vector<protocol_usage>{}.swap(usage_);
}

} // namespace lp2p::inline v0
