// SPDX-License-Identifier: Apache-2.0 OR MIT
// The two stacks that the node can run on, each compiled in a file of its own.
#pragma once

#include "options.hpp"

#include <lp2p/core/trace.hpp>
#include <lp2p/crypto/botan.hpp>

namespace example {

/// Runs to the end; the exit code of the program.
int run_noise(options o, lp2p::crypto::botan::private_key key, lp2p::trace_sink trace);
int run_plaintext(options o, lp2p::crypto::botan::private_key key, lp2p::trace_sink trace);

} // namespace example
