// SPDX-License-Identifier: Apache-2.0 OR MIT
// Everything of lp2p with Asio and Botan, and the names that applications use.
//
// Outside the layer order: it includes all of them.
#pragma once

#include <lp2p/crypto/botan.hpp>
#include <lp2p/io/driver.hpp>
#include <lp2p/lp2p.hpp>

namespace lp2p::inline v0 {

/// noise over Botan: what every libp2p node speaks.
struct botan_stack {
    using crypto = lp2p::crypto::botan;
    using security = noise::security<crypto>;
};
/// A node of the public network.
using node = basic_node<botan_stack>;

} // namespace lp2p::inline v0
