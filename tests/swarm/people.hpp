// SPDX-License-Identifier: Apache-2.0 OR MIT
// Peers and addresses for tests of the swarm's tables.
#pragma once

#include "tests/support/laws.hpp"
#include "tests/support/stacks.hpp"

#include <lp2p/wire/multiaddr.hpp>

namespace lp2p::test {

inline wire::peer_id peer(std::uint8_t seed) { return person<plain_stack>{seed}.id; }
inline wire::multiaddr address(int host) {
    return *wire::multiaddr::parse("/ip4/10.0.0." + std::to_string(host) + "/tcp/4001");
}

} // namespace lp2p::test
