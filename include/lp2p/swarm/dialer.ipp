// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of dialer.hpp: see there what each does.
#pragma once

#include <lp2p/swarm/dialer.hpp>

namespace lp2p::inline v0 {

LP2P_DECL peer_dialer::peer_dialer(config c) noexcept
    : config_{c} {}

LP2P_DECL bool peer_dialer::dial(request_id request, const wire::peer_id& peer,
                                 const address_book& book, instant now) {
    if (job* running = find(peer)) {
        running->waiters.push_back({request, dial_outcome::joined});
        for (const auto& r : book.of(peer)) add_address(*running, r, now);
        // The first may have begun when there was no other: what is new is tried beside it.
        if (!running->left.empty() && !running->now_running.empty() && !deadlines_.at(peer))
            deadlines_.set(peer, after(now, config_.stagger));
        return true;
    }
    job fresh{.peer = peer};
    fresh.waiters.push_back({request, dial_outcome::opened});
    for (const auto& r : book.of(peer)) add_address(fresh, r, now);
    alternate(fresh.left);
    jobs_.push_back(std::move(fresh));
    pump(now);
    return false;
}

LP2P_DECL bool peer_dialer::is_dialing(const wire::peer_id& peer) const noexcept {
    return const_cast<peer_dialer*>(this)->find(peer) != nullptr; // NOLINT: same look-up
}

LP2P_DECL bool peer_dialer::waits_for(const attempt& a) const noexcept {
    return std::any_of(jobs_.begin(), jobs_.end(), [&](const job& j) { return j.runs(a); });
}

LP2P_DECL void peer_dialer::transport_connected(const attempt& a) {
    job* j = find(a.peer);
    if (j == nullptr || !j->runs(a)) return;
    std::vector<running> others;
    for (running& r : j->now_running) {
        if (r.what.number == a.number)
            r.connected = true;
        else
            others.push_back(r);
    }
    for (auto r = others.rbegin(); r != others.rend(); ++r) {
        end_attempt(r->what)->left.push_front(r->what.address);
        withdrawn_.push(r->what);
    }
    deadlines_.erase(a.peer);
}

LP2P_DECL std::optional<peer_dialer::attempt> peer_dialer::poll_withdrawn() {
    return withdrawn_.poll();
}

LP2P_DECL std::optional<instant> peer_dialer::next_timeout() const noexcept {
    return deadlines_.next();
}

LP2P_DECL void peer_dialer::handle_timeout(instant now) {
    while (const auto peer = deadlines_.expire(now))
        if (job* j = find(*peer)) j->overdue = true;
    pump(now);
}

LP2P_DECL void peer_dialer::attempt_failed(const attempt& a, const std::vector<cause>& causes,
                                           instant now) {
    job* j = end_attempt(a);
    if (j == nullptr) return;
    j->causes.insert(j->causes.end(), causes.begin(), causes.end());
    j->overdue = true; // whatever else runs, the next one need not wait
    pump(now);
}

LP2P_DECL void peer_dialer::attempt_failed(const attempt& a, error why, instant now) {
    attempt_failed(a, {{a.address, why}}, now);
}

LP2P_DECL bool peer_dialer::again(const attempt& a, instant now) {
    job* j = find(a.peer);
    if (j == nullptr || !j->runs(a) || std::exchange(j->retried, true)) return false;
    end_attempt(a)->left.push_front(a.address);
    pump(now);
    return true;
}

LP2P_DECL void peer_dialer::stop(error why) {
    for (job& j : jobs_)
        answers_.push({.peer = j.peer,
                       .waiters = std::move(j.waiters),
                       .why = why,
                       .causes = std::move(j.causes)});
    jobs_.clear();
    attempts_.clear();
    withdrawn_.clear();
    deadlines_ = {};
    running_ = 0;
}

LP2P_DECL void peer_dialer::connected(const wire::peer_id& peer, instant now) {
    for (auto at = jobs_.begin(); at != jobs_.end(); ++at) {
        if (at->peer != peer) continue;
        running_ -= at->now_running.size();
        deadlines_.erase(peer);
        answers_.push(
            {.peer = at->peer, .waiters = std::move(at->waiters), .why = {}, .causes = {}});
        jobs_.erase(at);
        break;
    }
    pump(now);
}

LP2P_DECL std::optional<peer_dialer::attempt> peer_dialer::poll_attempt() {
    return attempts_.poll();
}

LP2P_DECL std::optional<peer_dialer::answer> peer_dialer::poll_answer() { return answers_.poll(); }

LP2P_DECL bool peer_dialer::job::runs(const attempt& a) const noexcept {
    return std::any_of(now_running.begin(), now_running.end(),
                       [&](const running& r) { return r.what.number == a.number; });
}

LP2P_DECL bool peer_dialer::job::may_start() const noexcept {
    if (left.empty()) return false;
    return now_running.empty() ||
           (overdue && std::none_of(now_running.begin(), now_running.end(),
                                    [](const running& r) { return r.connected; }));
}

LP2P_DECL peer_dialer::job* peer_dialer::end_attempt(const attempt& a) noexcept {
    job* j = find(a.peer);
    if (j == nullptr) return nullptr;
    const auto gone =
        std::erase_if(j->now_running, [&](const running& r) { return r.what.number == a.number; });
    running_ -= gone;
    return gone == 0 ? nullptr : j;
}

LP2P_DECL peer_dialer::job* peer_dialer::find(const wire::peer_id& peer) noexcept {
    for (job& j : jobs_)
        if (j.peer == peer) return &j;
    return nullptr;
}

LP2P_DECL void peer_dialer::add_address(job& j, const address_book::record& r, instant now) {
    for (const auto& a : j.known)
        if (a == r.address) return;
    j.known.push_back(r.address);
    if (!r.address.tcp())
        j.causes.push_back({r.address, undialable(r.address)});
    else if (now < r.not_before)
        j.causes.push_back({r.address, swarms::errc::dial_backoff});
    else
        j.left.push_back(r.address);
}

LP2P_DECL error peer_dialer::undialable(const wire::multiaddr& address) noexcept {
    const bool records = wire::find_component(address, wire::address_code::dnsaddr).has_value();
    return records ? swarms::errc::dnsaddr_unsupported : swarms::errc::address_unsupported;
}

LP2P_DECL void peer_dialer::alternate(std::deque<wire::multiaddr>& all) {
    const auto is_ip6 = [](const wire::multiaddr& a) {
        const auto t = a.tcp();
        return t && t->family == wire::tcp_endpoint::ip6;
    };
    std::deque<wire::multiaddr> six, rest;
    for (auto& a : all) (is_ip6(a) ? six : rest).push_back(std::move(a));
    all.clear();
    while (!six.empty() || !rest.empty())
        for (auto* from : {&six, &rest})
            if (!from->empty()) {
                all.push_back(std::move(from->front()));
                from->pop_front();
            }
}

LP2P_DECL void peer_dialer::pump(instant now) {
    for (auto at = jobs_.begin(); at != jobs_.end();)
        if (at->now_running.empty() && at->left.empty())
            at = give_up(at);
        else
            ++at;
    for (const bool beside : {false, true}) // whoever has no attempt at all goes first
        for (job& j : jobs_)
            if (running_ < config_.dials && j.may_start() && !j.now_running.empty() == beside)
                start(j, now);
}

LP2P_DECL void peer_dialer::start(job& j, instant now) {
    const attempt next{j.peer, j.left.front(), ++last_attempt_};
    j.left.pop_front();
    j.now_running.push_back({next});
    j.overdue = false;
    ++running_;
    attempts_.push(next);
    deadlines_.set(j.peer,
                   j.left.empty() ? std::nullopt : std::optional{after(now, config_.stagger)});
}

LP2P_DECL std::deque<peer_dialer::job>::iterator
peer_dialer::give_up(std::deque<job>::iterator at) {
    error why = swarms::errc::no_address;
    for (const cause& c : at->causes)
        if (why == error{swarms::errc::no_address} || c.why != error{swarms::errc::dial_backoff})
            why = c.why;
    answers_.push({.peer = at->peer,
                   .waiters = std::move(at->waiters),
                   .why = why,
                   .causes = std::move(at->causes)});
    return jobs_.erase(at);
}

} // namespace lp2p::inline v0
