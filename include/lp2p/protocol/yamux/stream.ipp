// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of stream.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/yamux/stream.hpp>

namespace lp2p::inline v0::yamux {

LP2P_DECL stream::stream(stream_id i, bool from_peer, instant now) noexcept
    : id{i}
    , inbound{from_peer}
    , receive{now} {}

LP2P_DECL bool stream::can_send_data() const noexcept {
    return !unsent.empty() && send.credit() > 0;
}

LP2P_DECL bool stream::can_send_fin() const noexcept {
    return finishing && !fin_sent && unsent.empty();
}

LP2P_DECL bool stream::owes_control() const noexcept {
    return (!inbound && !syn_sent) || ack_due || update_due;
}

LP2P_DECL bool stream::may_stall() const noexcept {
    return fin_received && !unsent.empty() && send.credit() == 0;
}

LP2P_DECL bool stream::over() const noexcept {
    return (reset_received || finished_both_ways()) && unread.empty();
}

LP2P_DECL std::uint16_t stream::take_flags() noexcept {
    std::uint16_t flags = 0;
    if (!inbound && !syn_sent) flags |= syn;
    if (ack_due) flags |= ack;
    syn_sent = true;
    ack_due = false;
    return flags;
}

} // namespace lp2p::inline v0::yamux
