// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of gossip_watch.hpp: see there what each does.
#pragma once

#include <lp2p/service/gossip_watch.hpp>

namespace lp2p::inline v0::service {

LP2P_DECL gossip_watch::gossip_watch(config c, instant now) noexcept
    : config_{c}
    , heard_{now}
    , in_lost_{now}
    , next_{after(now, c.stream)} {}

LP2P_DECL bool gossip_watch::heard(instant now) noexcept {
    heard_ = now;
    asked_ = 0;
    helped_ = 0;
    if (!std::exchange(silent_, false)) return false;
    next_ = std::min(next_, after(now, config_.silence));
    wait_ = now;
    return true;
}

LP2P_DECL void gossip_watch::in_lost(instant now) noexcept {
    in_lost_ = now;
    next_ = std::min(next_, after(now, config_.back));
}

LP2P_DECL remedy gossip_watch::next_remedy() const noexcept {
    return static_cast<remedy>(helped_ % remedies);
}

LP2P_DECL gossip_watch::step gossip_watch::look(const facts& f, instant now) noexcept {
    if (now < next_) return step::none;
    if (!f.out_live) return rest(f, now); // that is seen to elsewhere
    if (!f.in_open && !reminded_ && now - in_lost_ >= (f.ever_in ? config_.back : config_.stream)) {
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

LP2P_DECL void gossip_watch::unanswerable(instant now) noexcept {
    asked_ = 0;
    next_ = wait_ = after(now, config_.stream);
}

LP2P_DECL void gossip_watch::helped(instant now) noexcept {
    ++helped_;
    const std::uint32_t rounds = std::min(helped_ / remedies, 6U);
    next_ = wait_ = after(now, config_.answer * (1U << rounds));
    if (helped_ % remedies == 0) asked_ = 0;
}

LP2P_DECL bool gossip_watch::suspect(const facts& f, instant now) const noexcept {
    if (silent_) return true;
    if (!f.in_open) return now - std::max(in_lost_, heard_) >= config_.stream;
    return now - heard_ >= config_.silence && f.others > after(heard_, config_.silence / 2);
}

LP2P_DECL gossip_watch::step gossip_watch::rest(const facts& f, instant now) noexcept {
    next_ = std::max(after(heard_, config_.silence), after(now, config_.stream / 2));
    if (!f.in_open) next_ = after(now, f.ever_in && !reminded_ ? config_.back : config_.stream / 2);
    return step::none;
}

} // namespace lp2p::inline v0::service
