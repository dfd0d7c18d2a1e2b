// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of the class templates of lp2p.hpp, for the source files that instantiate them, in a
// program that is built with LP2P_SEPARATE_COMPILATION.
//
// For `botan_stack` <lp2p/full_src.hpp> is that file. A program with a Stack of its own has one
// which includes this and says `template class lp2p::basic_node<my_stack>;`, and the same of
// `connection`, `swarm` and the services where others of its files call them; those read the
// interface alone.
#pragma once

#include <lp2p/lp2p.hpp>

#include <lp2p/connection/connection.ipp>
#include <lp2p/connection/connection_talks.ipp>
#include <lp2p/connection/upgrade.ipp>

#include <lp2p/swarm/swarm.ipp>
#include <lp2p/swarm/swarm_dials.ipp>
#include <lp2p/swarm/swarm_duplicates.ipp>
#include <lp2p/swarm/swarm_replace.ipp>

#include <lp2p/service/identify.ipp>
#include <lp2p/service/ping.ipp>
#include <lp2p/service/pubsub.ipp>
#include <lp2p/service/pubsub_intake.ipp>
#include <lp2p/service/pubsub_remedies.ipp>

#include <lp2p/node/node.ipp>
