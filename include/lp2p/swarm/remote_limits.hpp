// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a remote probably allows us: assumed from what it says it is, learnt from what it refuses.
//
// Nobody announces limits, so they are known only by running into them. An agent that is not known
// is taken for the strictest of all (seed-fault.md §4; connections.md §5; H11, H12).
#pragma once

#include <lp2p/connection/substream.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>

namespace lp2p::inline v0 {

struct remote_limits {
    static constexpr std::uint32_t unlimited = std::numeric_limits<std::uint32_t>::max();

    std::uint32_t both = unlimited;           ///< streams of a connection, ours and theirs
    std::uint32_t outbound = unlimited;       ///< streams that we open
    std::uint32_t unacknowledged = unlimited; ///< of these, without an ACK
    std::uint32_t protocol = unlimited;       ///< that we open for one protocol
    std::uint32_t identify = unlimited;       ///< the same, for identify and push
    std::uint32_t ping = unlimited;           ///< the same, for ping

    [[nodiscard]] constexpr std::uint32_t of(purpose use) const noexcept {
        switch (use) {
        case purpose::identify:
            return identify;
        case purpose::ping:
            return ping;
        case purpose::application:
        case purpose::pubsub:
            break;
        }
        return protocol;
    }
    friend constexpr bool operator==(const remote_limits&, const remote_limits&) noexcept = default;
};

namespace detail {
inline constexpr remote_limits rust_limits{.both = 512, .unacknowledged = 256, .identify = 10};
/// What go's resource manager grants on the smallest machine; larger ones grant more.
inline constexpr remote_limits go_limits{
    .outbound = 256, .unacknowledged = 256, .protocol = 64, .identify = 16, .ping = 2};
inline constexpr remote_limits js_limits{.outbound = 1000, .protocol = 32};
inline constexpr remote_limits own_limits{.outbound = 512, .unacknowledged = 256};
inline constexpr remote_limits strictest_limits{
    .both = 512, .outbound = 256, .unacknowledged = 256, .protocol = 32, .identify = 10, .ping = 2};
} // namespace detail

/// By the agent version that identify says; empty while it is not known.
[[nodiscard]] constexpr remote_limits assumed_limits(std::string_view agent) noexcept {
    if (agent.starts_with("rust-libp2p")) return detail::rust_limits;
    if (agent.find("go-libp2p") != std::string_view::npos || agent.starts_with("kubo"))
        return detail::go_limits;
    if (agent.starts_with("js-libp2p")) return detail::js_limits;
    if (agent.starts_with("lp2p/")) return detail::own_limits;
    return detail::strictest_limits;
}

} // namespace lp2p::inline v0
