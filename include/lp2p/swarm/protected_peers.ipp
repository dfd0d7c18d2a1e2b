// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of protected_peers.hpp: see there what each does.
#pragma once

#include <lp2p/swarm/protected_peers.hpp>

namespace lp2p::inline v0 {

LP2P_DECL protected_peers::protected_peers(config c)
    : config_{c}
    , random_{c.seed} {}

LP2P_DECL status protected_peers::protect(const wire::peer_id& peer, bool connected, instant now) {
    if (peers_.contains(peer)) return {};
    if (peers_.size() >= config_.most) return fail(swarms::errc::too_many_protected);
    state& s = peers_[peer];
    s.since = now;
    s.connected = connected;
    if (!connected) plan_dial(peer, s, duration::zero(), now);
    return {};
}

LP2P_DECL void protected_peers::unprotect(const wire::peer_id& peer) {
    peers_.erase(peer);
    deadlines_.erase(peer);
}

LP2P_DECL void protected_peers::clear() {
    while (!peers_.empty()) unprotect(wire::peer_id{peers_.begin()->first});
}

LP2P_DECL bool protected_peers::contains(const wire::peer_id& peer) const noexcept {
    return peers_.contains(peer);
}

LP2P_DECL void protected_peers::connected(const wire::peer_id& peer, instant now) {
    state* s = find(peer);
    if (s == nullptr || std::exchange(s->connected, true)) return;
    s->since = now;
    s->dial = request_id{};
    deadlines_.erase(peer);
}

LP2P_DECL void protected_peers::ended(const wire::peer_id& peer, instant now) {
    state* s = find(peer);
    if (s == nullptr || !std::exchange(s->connected, false)) return;
    if (now - s->since >= config_.lasting) s->failures = s->attempt = 0;
    again(peer, *s, now);
}

LP2P_DECL void protected_peers::failed(const wire::peer_id& peer, request_id dial, instant now) {
    state* s = find(peer);
    if (s == nullptr || s->dial != dial || dial == request_id{} || s->connected) return;
    again(peer, *s, now);
}

LP2P_DECL std::optional<wire::peer_id> protected_peers::due(instant now) {
    return deadlines_.expire(now);
}

LP2P_DECL std::uint16_t protected_peers::dialing(const wire::peer_id& peer, request_id dial) {
    state* s = find(peer);
    if (s == nullptr) return 0;
    s->dial = dial;
    return s->attempt;
}

LP2P_DECL void protected_peers::postpone(const wire::peer_id& peer, instant until) {
    if (contains(peer)) deadlines_.set(peer, until);
}

LP2P_DECL std::optional<protected_peers::plan> protected_peers::poll() { return plans_.poll(); }

LP2P_DECL std::optional<instant> protected_peers::next_timeout() const noexcept {
    return deadlines_.next();
}

LP2P_DECL protected_peers::state* protected_peers::find(const wire::peer_id& peer) noexcept {
    const auto at = peers_.find(peer);
    return at == peers_.end() ? nullptr : &at->second;
}

LP2P_DECL void protected_peers::again(const wire::peer_id& peer, state& s, instant now) {
    const duration wait =
        dial_backoff(config_.backoff_least, config_.backoff_most, s.failures, random_);
    ++s.failures;
    plan_dial(peer, s, wait, now);
}

LP2P_DECL void protected_peers::plan_dial(const wire::peer_id& peer, state& s, duration wait,
                                          instant now) {
    s.dial = request_id{};
    if (s.attempt != 0xffff) ++s.attempt;
    deadlines_.set(peer, after(now, wait));
    plans_.push({peer, s.attempt, wait});
}

} // namespace lp2p::inline v0
