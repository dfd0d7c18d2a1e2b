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

    explicit gossip_watch(config c = {}, instant now = {}) noexcept
        : config_{c}
        , heard_{now}
        , in_lost_{now}
        , next_{after(now, c.stream)} {}

    /// An RPC came. True where the peer was silent before: `next()` is sooner then, however long
    /// the remedy that helped was to be waited for.
    bool heard(instant now) noexcept {
        heard_ = now;
        asked_ = 0;
        helped_ = 0;
        if (!std::exchange(silent_, false)) return false;
        next_ = std::min(next_, after(now, config_.silence));
        wait_ = now;
        return true;
    }
    void in_opened() noexcept { reminded_ = false; }
    /// The peer's stream to us ended and none is left.
    void in_lost(instant now) noexcept {
        in_lost_ = now;
        next_ = std::min(next_, after(now, config_.back));
    }
    [[nodiscard]] instant next() const noexcept { return next_; }
    [[nodiscard]] bool silent() const noexcept { return silent_; }
    [[nodiscard]] duration quiet(instant now) const noexcept { return now - heard_; }
    [[nodiscard]] remedy next_remedy() const noexcept {
        return static_cast<remedy>(helped_ % remedies);
    }

    /// At `next()` or later: what is to be done now.
    [[nodiscard]] step look(const facts& f, instant now) noexcept {
        if (now < next_) return step::none;
        if (!f.out_live) return rest(f, now); // that is seen to elsewhere
        if (!f.in_open && !reminded_ &&
            now - in_lost_ >= (f.ever_in ? config_.back : config_.stream)) {
            reminded_ = true;
            rest(f, now);
            return step::remind;
        }
        if (asked_ == 0 && !suspect(f, now)) return rest(f, now);
        if (now < wait_) { // it was looked at for a lost stream's sake
            next_ = f.in_open || reminded_ ? wait_ : std::min(wait_, after(in_lost_, config_.back));
            return step::none;
        }
        next_ = wait_ = after(now, config_.answer);
        if (asked_ < questions) {
            ++asked_;
            return step::question;
        }
        silent_ = true;
        return step::remedy;
    }
    /// There is nothing that the peer must have.
    void unanswerable(instant now) noexcept {
        asked_ = 0;
        next_ = wait_ = after(now, config_.stream);
    }
    /// The remedy was used; after the last one it is asked anew, more and more seldom.
    void helped(instant now) noexcept {
        ++helped_;
        const std::uint32_t rounds = std::min(helped_ / remedies, 6U);
        next_ = wait_ = after(now, config_.answer * (1U << rounds));
        if (helped_ % remedies == 0) asked_ = 0;
    }
    /// It could not be used before `until`.
    void postponed(instant until) noexcept { next_ = wait_ = until; }

private:
    [[nodiscard]] bool suspect(const facts& f, instant now) const noexcept {
        if (silent_) return true;
        if (!f.in_open) return now - std::max(in_lost_, heard_) >= config_.stream;
        return now - heard_ >= config_.silence && f.others > after(heard_, config_.silence / 2);
    }
    step rest(const facts& f, instant now) noexcept {
        next_ = std::max(after(heard_, config_.silence), after(now, config_.stream / 2));
        if (!f.in_open)
            next_ = after(now, f.ever_in && !reminded_ ? config_.back : config_.stream / 2);
        return step::none;
    }

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
