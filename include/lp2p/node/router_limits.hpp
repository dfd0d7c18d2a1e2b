// SPDX-License-Identifier: Apache-2.0 OR MIT
// The table of limits as a router is told it.
//
// A limit that was changed in the table wins over the router's own setting; one that was not leaves
// it alone.
#pragma once

#include <lp2p/core/limits.hpp>
#include <lp2p/protocol/pubsub/gossipsub.hpp>

namespace lp2p::inline v0 {

[[nodiscard]] gossipsub::config with_limits(gossipsub::config g, const limits& l);

} // namespace lp2p::inline v0

#ifndef LP2P_SEPARATE_COMPILATION
#include "router_limits.ipp"
#endif
