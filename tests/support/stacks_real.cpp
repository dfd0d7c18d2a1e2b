// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/templates.hpp>

#include "tests/support/stacks.hpp"

namespace lp2p::inline v0 {

template class connection<test::real_stack>;
template class swarm<test::real_stack>;
template class basic_node<test::real_stack>;
template class service::identify_service<crypto::botan>;
template class service::ping_service<crypto::botan>;
template class service::pubsub_service<crypto::botan>;

} // namespace lp2p::inline v0
