// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of intake.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/pubsub/intake.hpp>

namespace lp2p::inline v0::pubsub {

LP2P_DECL intake::intake(const router_config& config)
    : seen_{config.seen_for, config.seen_ids}
    , digest_{config.seed} {}

LP2P_DECL waiting_message* intake::find(message_handle h) noexcept {
    const auto at = position(h);
    return at == waiting_.end() ? nullptr : &*at;
}

LP2P_DECL const waiting_message* intake::find(message_handle h) const noexcept {
    return const_cast<intake*>(this)->find(h);
}

LP2P_DECL waiting_message& intake::add(waiting_message w) {
    waiting_bytes_ += w.encoded.size();
    waiting_.push_back(std::move(w));
    return waiting_.back();
}

LP2P_DECL std::optional<waiting_message> intake::remove(message_handle h) {
    const auto at = position(h);
    if (at == waiting_.end()) return std::nullopt;
    std::optional<waiting_message> w{std::move(*at)};
    waiting_bytes_ -= w->encoded.size();
    waiting_.erase(at);
    return w;
}

LP2P_DECL void intake::deliver(delivery d, std::size_t most_messages, std::size_t most_bytes) {
    untaken_bytes_ += d.encoded.size();
    untaken_.push_back(std::move(d));
    while (!untaken_.empty() && (untaken_.size() > most_messages || untaken_bytes_ > most_bytes)) {
        untaken_bytes_ -= untaken_.front().encoded.size();
        untaken_.pop_front();
        ++dropped_;
    }
}

LP2P_DECL std::optional<delivery> intake::take(message_handle h) {
    for (auto at = untaken_.begin(); at != untaken_.end(); ++at) {
        if (at->handle != h) continue;
        std::optional<delivery> d{std::move(*at)};
        untaken_bytes_ -= d->encoded.size();
        untaken_.erase(at);
        return d;
    }
    return std::nullopt;
}

LP2P_DECL std::uint32_t intake::take_dropped() noexcept { return std::exchange(dropped_, 0); }

LP2P_DECL std::vector<waiting_message>::iterator intake::position(message_handle h) noexcept {
    const auto at = std::lower_bound(
        waiting_.begin(), waiting_.end(), h,
        [](const waiting_message& w, message_handle handle) { return w.handle < handle; });
    return at != waiting_.end() && at->handle == h ? at : waiting_.end();
}

} // namespace lp2p::inline v0::pubsub
