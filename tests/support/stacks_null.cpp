// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/templates.hpp>

#include "tests/support/stacks.hpp"

namespace lp2p::inline v0 {

template class connection<test::null_stack>;
template class swarm<test::null_stack>;
template class basic_node<test::null_stack>;
template class service::identify_service<test::null_crypto>;
template class service::ping_service<test::null_crypto>;
template class service::pubsub_service<test::null_crypto>;

} // namespace lp2p::inline v0
