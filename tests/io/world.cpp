// SPDX-License-Identifier: Apache-2.0 OR MIT
// The driver over the fake node, compiled once for all tests of io/.
#include "tests/io/world.hpp"

template class lp2p::io::driver_core<lp2p::test::fake_node>;
template class lp2p::io::link_table<lp2p::io::driver_core<lp2p::test::fake_node>>;
template class lp2p::io::stream_table<lp2p::io::driver_core<lp2p::test::fake_node>>;
