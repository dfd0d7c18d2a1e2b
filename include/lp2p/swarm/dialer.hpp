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

    explicit peer_dialer(config c) noexcept;

    /// Asks for a peer that is not connected. True where this joined a dial that runs.
    bool dial(request_id request, const wire::peer_id& peer, const address_book& book, instant now);
    [[nodiscard]] bool is_dialing(const wire::peer_id& peer) const noexcept;
    [[nodiscard]] bool waits_for(const attempt& a) const noexcept;
    /// The transport of an attempt is connected: the other attempts of its peer that are not end
    /// (`poll_withdrawn`), and no other begins while this one is upgraded.
    void transport_connected(const attempt& a);
    [[nodiscard]] std::optional<attempt> poll_withdrawn();
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept;
    /// An attempt takes long: the next address is tried beside it.
    void handle_timeout(instant now);
    /// The running attempt failed: the next address, or the answer. There are several causes where
    /// the address was a name.
    void attempt_failed(const attempt& a, const std::vector<cause>& causes, instant now);
    void attempt_failed(const attempt& a, error why, instant now);
    /// The running attempt ended by no fault of its address: once more, once a job. False where
    /// that was done before, or nobody waits for it.
    bool again(const attempt& a, instant now);
    /// Everybody is answered with this error, nothing more is tried.
    void stop(error why);
    /// A connection to the peer is there, from either side: everybody is answered.
    void connected(const wire::peer_id& peer, instant now);
    [[nodiscard]] std::optional<attempt> poll_attempt();
    [[nodiscard]] std::optional<answer> poll_answer();
    [[nodiscard]] std::size_t jobs() const noexcept { return jobs_.size(); }

private:
    struct running {
        attempt what;
        bool connected = false; ///< its transport is
    };
    struct job {
        [[nodiscard]] bool runs(const attempt& a) const noexcept;
        /// Whether an address may be tried now: the first, or one beside others that take long.
        [[nodiscard]] bool may_start() const noexcept;
        wire::peer_id peer;
        std::vector<answer::waiter> waiters{};
        std::deque<wire::multiaddr> left{};
        std::vector<wire::multiaddr> known{};
        std::vector<cause> causes{};
        std::vector<running> now_running{};
        bool overdue = false; ///< what runs had its time
        bool retried = false;
    };

    job* end_attempt(const attempt& a) noexcept;

    job* find(const wire::peer_id& peer) noexcept;
    /// An address that is not dialed now is a cause at once.
    static void add_address(job& j, const address_book::record& r, instant now);
    [[nodiscard]] static error undialable(const wire::multiaddr& address) noexcept;
    /// IPv6 first, then in turn with what is not; the order within a family stays.
    static void alternate(std::deque<wire::multiaddr>& all);
    void pump(instant now);
    void start(job& j, instant now);
    std::deque<job>::iterator give_up(std::deque<job>::iterator at);

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

#ifndef LP2P_SEPARATE_COMPILATION
#include "dialer.ipp"
#endif
