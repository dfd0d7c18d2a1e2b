// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of host.hpp: see there what each does.
#pragma once

#include <lp2p/service/host.hpp>

namespace lp2p::inline v0::service {

LP2P_DECL leaving::leaving(instant deadline) noexcept
    : deadline_{deadline} {}

LP2P_DECL result<std::size_t> leaving::receive(byte_view in, instant) const noexcept {
    return in.size();
}

LP2P_DECL void leaving::receive_end(end how, instant) noexcept {
    if (ended_) return;
    ended_.emplace();
    was_reset_ = how.how == end::reset;
}

LP2P_DECL std::optional<end> leaving::wants_end() const noexcept {
    return late_ ? std::optional{end{end::reset, 0}} : std::nullopt;
}

LP2P_DECL std::optional<instant> leaving::next_timeout() const noexcept {
    return ended_ ? std::nullopt : std::optional{deadline_};
}

LP2P_DECL void leaving::handle_timeout(instant now) noexcept {
    if (ended_ || now < deadline_) return;
    ended_.emplace();
    late_ = true;
}

} // namespace lp2p::inline v0::service
