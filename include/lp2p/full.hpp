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
/// A node of the public network, and what gives it sockets.
using node = basic_node<botan_stack>;
using driver = io::driver<node>;

#ifdef LP2P_SEPARATE_COMPILATION // compiled with the node, in full_src.hpp
extern template class io::driver_core<node>;
extern template class io::link_table<io::driver_core<node>>;
extern template class io::stream_table<io::driver_core<node>>;
#endif

/// A node in real time. Of `config`, where they are 0: `unix_now` is the time of day, and `seed` is
/// drawn at random.
[[nodiscard]] inline node make_node(node::private_key key, node_config config = {}) {
    const crypto::botan crypto;
    if (config.unix_now == unix_time::zero()) config.unix_now = io::unix_now();
    if (config.seed == 0) {
        std::array<std::byte, 8> drawn;
        crypto.random(drawn);
        config.seed = wire::load_u64(drawn.data());
    }
    return {crypto, std::move(key), std::move(config), io::now()};
}
/// The same with an Ed25519 key that is made now: another peer each time. To be the same one again,
/// keep a key of `crypto::botan::generate` (`to_pem`, `load_pem`).
[[nodiscard]] inline node make_node(node_config config = {}) {
    return make_node(*crypto::botan{}.generate(crypto::key_type::ed25519), std::move(config));
}

} // namespace lp2p::inline v0
