// SPDX-License-Identifier: Apache-2.0 OR MIT
// Whether gossip with one peer is alive: not whether pings come back, but whether pubsub is heard.
//
// Facts and time go in, at most one step comes out. A peer that is quiet is first asked for a
// message that it must have; only one that does not answer is silent, and then it is helped, step
// by step (seed-fault.md R6, R9; H4, H5: a stream can be dead while its connection answers pings).
#pragma once

#include <lp2p/core/limits.hpp>
#include <lp2p/core/time.hpp>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace lp2p::inline v0::service {

/// What is done for a peer whose gossip stopped, in this order.
enum class remedy : std::uint8_t {
    reopen,  ///< our outbound stream again, with a full hello
    push,    ///< our identify, pushed: the peer may have forgotten us (H5)
    replace, ///< a new connection, then the end of the old one (H1)
};

[[nodiscard]] constexpr std::string_view to_string(remedy r) noexcept {
    constexpr std::string_view names[] = {"reopen", "push", "replace"};
    return names[static_cast<std::size_t>(r)];
}

struct gossip_watch_config {
    duration stream = default_limits.gossip_stream;   ///< without a stream from the peer
    duration silence = default_limits.gossip_silence; ///< nothing heard, while others are
    duration answer = default_limits.gossip_answer;   ///< to a question, and to a remedy
    duration back = default_limits.gossip_back;       ///< a stream that ended is opened again
};

class gossip_watch {
public:
    using config = gossip_watch_config;
    /// How things stand when `look` is called.
    struct facts {
        bool out_live = false;
        bool in_open = false;
        bool ever_in = false; ///< it has opened a stream before
        instant others{};     ///< when any peer was heard last
    };
    enum class step : std::uint8_t {
        none,
        remind,   ///< a push: it has no stream to us, and perhaps it forgot us (H5)
        question, ///< ask for a message that it must have, or say `unanswerable`
        remedy,   ///< `next_remedy()`; where it was not silent before it is now
    };

    explicit gossip_watch(config c = {}, instant now = {}) noexcept;

    /// An RPC came. True where the peer was silent before: `next()` is sooner then, however long
    /// the remedy that helped was to be waited for.
    bool heard(instant now) noexcept;
    void in_opened() noexcept { reminded_ = false; }
    /// The peer's stream to us ended and none is left.
    void in_lost(instant now) noexcept;
    [[nodiscard]] instant next() const noexcept { return next_; }
    [[nodiscard]] bool silent() const noexcept { return silent_; }
    [[nodiscard]] duration quiet(instant now) const noexcept { return now - heard_; }
    [[nodiscard]] remedy next_remedy() const noexcept;

    /// At `next()` or later: what is to be done now.
    [[nodiscard]] step look(const facts& f, instant now) noexcept;
    /// There is nothing that the peer must have.
    void unanswerable(instant now) noexcept;
    /// The remedy was used; after the last one it is asked anew, more and more seldom.
    void helped(instant now) noexcept;
    /// It could not be used before `until`.
    void postponed(instant until) noexcept { next_ = wait_ = until; }

private:
    [[nodiscard]] bool suspect(const facts& f, instant now) const noexcept;
    step rest(const facts& f, instant now) noexcept;

    static constexpr std::uint32_t questions = 2;
    static constexpr std::uint32_t remedies = 3;

    config config_;
    instant heard_;
    instant in_lost_;
    instant next_;
    instant wait_{};           ///< no question and no remedy before
    std::uint32_t asked_ = 0;  ///< questions since it was heard
    std::uint32_t helped_ = 0; ///< remedies since it was heard
    bool silent_ = false;
    bool reminded_ = false;
};

} // namespace lp2p::inline v0::service

#ifndef LP2P_SEPARATE_COMPILATION
#include "gossip_watch.ipp"
#endif
