// SPDX-License-Identifier: Apache-2.0 OR MIT
// The table of limits as a yamux session is told it.
#pragma once

#include <lp2p/connection/substream.hpp>
#include <lp2p/core/limits.hpp>
#include <lp2p/core/trace.hpp>
#include <lp2p/protocol/yamux/config.hpp>

namespace lp2p::inline v0 {

[[nodiscard]] yamux::config session_config(const limits& l, const trace_sink& trace, conn_id id);

} // namespace lp2p::inline v0

#ifndef LP2P_SEPARATE_COMPILATION
#include "session_config.ipp"
#endif
