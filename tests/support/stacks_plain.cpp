// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/templates.hpp>

#include "tests/support/stacks.hpp"

namespace lp2p::inline v0 {

template class connection<test::plain_stack>;
template class swarm<test::plain_stack>;
template class basic_node<test::plain_stack>;

} // namespace lp2p::inline v0
