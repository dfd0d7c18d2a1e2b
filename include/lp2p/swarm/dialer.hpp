// SPDX-License-Identifier: Apache-2.0 OR MIT
// Dials, keyed by peer: who asks for a peer that is being dialed joins that dial.
//
// One job a peer. Its addresses are tried in turn, families alternating; one that has not connected
// within `limits::dial_stagger` is joined by the next (RFC 8305, "Happy Eyeballs"), and the first
// that connects sends the others away. `limits::dials` attempts at once, the rest waits in the
// order it came. It connects nothing itself: attempts come out, outcomes go in. The seed's fault
// starts with the opposite of this (H13; seed-fault.md, R1).
#pragma once

#include <lp2p/core/deadlines.hpp>
#include <lp2p/core/event_queue.hpp>
#include <lp2p/swarm/address_book.hpp>
#include <lp2p/swarm/errc.hpp>
#include <lp2p/wire/multiaddr_parts.hpp>

#include <deque>
#include <optional>
#include <string>
#include <variant>

namespace lp2p::inline v0 {

/// One call of `dial`; never reused while the node lives. 0 is none.
enum class request_id : std::uint32_t {};

/// How a dial was answered.
enum class dial_outcome : std::uint8_t { opened, joined, reused };

[[nodiscard]] constexpr std::string_view to_string(dial_outcome o) noexcept {
    constexpr std::string_view names[] = {"opened", "joined", "reused"};
    return names[static_cast<std::size_t>(o)];
}

class peer_dialer {
public:
    struct config {
        std::size_t dials = default_limits.dials;
        duration stagger = default_limits.dial_stagger;
    };
    /// Why one address did not work.
    struct cause {
        wire::multiaddr address; ///< as it was dialed
        error why;
        wire::multiaddr resolved{}; ///< what its name stood for, where the name was found
    };
    /// Everybody who waited for one peer, with what came of it.
    struct answer {
        struct waiter {
            request_id request;
            dial_outcome how;
        };
        wire::peer_id peer;
        std::vector<waiter> waiters;
        error why;                 ///< none: connected
        std::vector<cause> causes; ///< on failure: each address with its cause
    };
    /// Connect to this address now; answer with `attempt_failed` or `connected`.
    struct attempt {
        wire::peer_id peer;
        wire::multiaddr address;
        std::uint32_t number = 0; ///< an outcome of an attempt that nobody waits for is ignored
    };

    explicit peer_dialer(config c) noexcept
        : config_{c} {}

    /// Asks for a peer that is not connected. True where this joined a dial that runs.
    bool dial(request_id request, const wire::peer_id& peer, const address_book& book,
              instant now) {
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
    [[nodiscard]] bool is_dialing(const wire::peer_id& peer) const noexcept {
        return const_cast<peer_dialer*>(this)->find(peer) != nullptr; // NOLINT: same look-up
    }
    [[nodiscard]] bool waits_for(const attempt& a) const noexcept {
        return std::any_of(jobs_.begin(), jobs_.end(), [&](const job& j) { return j.runs(a); });
    }
    /// The transport of an attempt is connected: the other attempts of its peer that are not end
    /// (`poll_withdrawn`), and no other begins while this one is upgraded.
    void transport_connected(const attempt& a) {
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
    [[nodiscard]] std::optional<attempt> poll_withdrawn() { return withdrawn_.poll(); }
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept { return deadlines_.next(); }
    /// An attempt takes long: the next address is tried beside it.
    void handle_timeout(instant now) {
        while (const auto peer = deadlines_.expire(now))
            if (job* j = find(*peer)) j->overdue = true;
        pump(now);
    }
    /// The running attempt failed: the next address, or the answer. There are several causes where
    /// the address was a name.
    void attempt_failed(const attempt& a, const std::vector<cause>& causes, instant now) {
        job* j = end_attempt(a);
        if (j == nullptr) return;
        j->causes.insert(j->causes.end(), causes.begin(), causes.end());
        j->overdue = true; // whatever else runs, the next one need not wait
        pump(now);
    }
    void attempt_failed(const attempt& a, error why, instant now) {
        attempt_failed(a, {{a.address, why}}, now);
    }
    /// The running attempt ended by no fault of its address: once more, once a job. False where
    /// that was done before, or nobody waits for it.
    bool again(const attempt& a, instant now) {
        job* j = find(a.peer);
        if (j == nullptr || !j->runs(a) || std::exchange(j->retried, true)) return false;
        end_attempt(a)->left.push_front(a.address);
        pump(now);
        return true;
    }
    /// Everybody is answered with this error, nothing more is tried.
    void stop(error why) {
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
    /// A connection to the peer is there, from either side: everybody is answered.
    void connected(const wire::peer_id& peer, instant now) {
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
    [[nodiscard]] std::optional<attempt> poll_attempt() { return attempts_.poll(); }
    [[nodiscard]] std::optional<answer> poll_answer() { return answers_.poll(); }
    [[nodiscard]] std::size_t jobs() const noexcept { return jobs_.size(); }

private:
    struct running {
        attempt what;
        bool connected = false; ///< its transport is
    };
    struct job {
        [[nodiscard]] bool runs(const attempt& a) const noexcept {
            return std::any_of(now_running.begin(), now_running.end(),
                               [&](const running& r) { return r.what.number == a.number; });
        }
        /// Whether an address may be tried now: the first, or one beside others that take long.
        [[nodiscard]] bool may_start() const noexcept {
            if (left.empty()) return false;
            return now_running.empty() ||
                   (overdue && std::none_of(now_running.begin(), now_running.end(),
                                            [](const running& r) { return r.connected; }));
        }
        wire::peer_id peer;
        std::vector<answer::waiter> waiters{};
        std::deque<wire::multiaddr> left{};
        std::vector<wire::multiaddr> known{};
        std::vector<cause> causes{};
        std::vector<running> now_running{};
        bool overdue = false; ///< what runs had its time
        bool retried = false;
    };

    job* end_attempt(const attempt& a) noexcept {
        job* j = find(a.peer);
        if (j == nullptr) return nullptr;
        const auto gone = std::erase_if(
            j->now_running, [&](const running& r) { return r.what.number == a.number; });
        running_ -= gone;
        return gone == 0 ? nullptr : j;
    }

    job* find(const wire::peer_id& peer) noexcept {
        for (job& j : jobs_)
            if (j.peer == peer) return &j;
        return nullptr;
    }
    /// An address that is not dialed now is a cause at once.
    static void add_address(job& j, const address_book::record& r, instant now) {
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
    [[nodiscard]] static error undialable(const wire::multiaddr& address) noexcept {
        const bool records = wire::find_component(address, wire::address_code::dnsaddr).has_value();
        return records ? swarms::errc::dnsaddr_unsupported : swarms::errc::address_unsupported;
    }
    /// IPv6 first, then in turn with what is not; the order within a family stays.
    static void alternate(std::deque<wire::multiaddr>& all) {
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
    void pump(instant now) {
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
    void start(job& j, instant now) {
        const attempt next{j.peer, j.left.front(), ++last_attempt_};
        j.left.pop_front();
        j.now_running.push_back({next});
        j.overdue = false;
        ++running_;
        attempts_.push(next);
        deadlines_.set(j.peer,
                       j.left.empty() ? std::nullopt : std::optional{after(now, config_.stagger)});
    }
    std::deque<job>::iterator give_up(std::deque<job>::iterator at) {
        error why = swarms::errc::no_address;
        for (const cause& c : at->causes)
            if (why == error{swarms::errc::no_address} ||
                c.why != error{swarms::errc::dial_backoff})
                why = c.why;
        answers_.push({.peer = at->peer,
                       .waiters = std::move(at->waiters),
                       .why = why,
                       .causes = std::move(at->causes)});
        return jobs_.erase(at);
    }

    config config_;
    std::deque<job> jobs_; // in the order they came
    std::size_t running_ = 0;
    std::uint32_t last_attempt_ = 0;
    event_queue<attempt> attempts_;
    event_queue<attempt> withdrawn_;
    deadline_index<wire::peer_id> deadlines_;
    event_queue<answer> answers_;
};

} // namespace lp2p::inline v0
