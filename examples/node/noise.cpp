// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "application.hpp"
#include "run.hpp"

#include <lp2p/protocol/noise/handshake.hpp>

namespace example {

namespace {
struct stack {
    using crypto = lp2p::crypto::botan;
    using security = lp2p::noise::security<crypto>;
};
} // namespace

int run_noise(options o, lp2p::crypto::botan::private_key key, lp2p::trace_sink trace) {
    return run_application<stack>(std::move(o), std::move(key), trace);
}

} // namespace example
