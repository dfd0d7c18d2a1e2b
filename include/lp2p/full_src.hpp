// SPDX-License-Identifier: Apache-2.0 OR MIT
// A node of full.hpp, compiled: for the one source file of a program that is built with
// LP2P_SEPARATE_COMPILATION, beside or together with <lp2p/src.hpp>.
//
// CMake's lp2p::full_compiled is both, built.
#pragma once

#include <lp2p/full.hpp>
#include <lp2p/templates.hpp>

namespace lp2p::inline v0 {

template class connection<botan_stack>;
template class swarm<botan_stack>;
template class service::identify_service<crypto::botan>;
template class service::ping_service<crypto::botan>;
template class service::pubsub_service<crypto::botan>;
template class basic_node<botan_stack>;
template class io::driver_core<node>;
template class io::link_table<io::driver_core<node>>;
template class io::stream_table<io::driver_core<node>>;

} // namespace lp2p::inline v0
