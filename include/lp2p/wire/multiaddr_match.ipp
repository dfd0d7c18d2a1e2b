// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of multiaddr_match.hpp: see there what each does.
#pragma once

#include <lp2p/wire/multiaddr_match.hpp>

namespace lp2p::inline v0::wire {

LP2P_DECL bool address_pattern::matches(const multiaddr& address) const noexcept {
    auto at = address.begin();
    for (std::string_view rest = text_; !rest.empty();) {
        const part p = take(rest);
        const bool there = at != address.end() && for_each_name(p.names, [&](auto name) {
                               return find_address_protocol(name)->code == (*at).code;
                           });
        if (there)
            ++at;
        else if (!p.optional)
            return false;
    }
    return at == address.end();
}

} // namespace lp2p::inline v0::wire
