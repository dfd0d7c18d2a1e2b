// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of event.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/yamux/event.hpp>

namespace lp2p::inline v0::yamux::detail {

LP2P_DECL stream_id stream_of(const event& e) noexcept {
    return std::visit(
        [](const auto& what) {
            if constexpr (requires { what.id; })
                return what.id;
            else
                return session_id;
        },
        e);
}

} // namespace lp2p::inline v0::yamux::detail
