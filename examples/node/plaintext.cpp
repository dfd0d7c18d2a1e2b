// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "application.hpp"
#include "run.hpp"

#include <lp2p/protocol/plaintext/exchange.hpp>

namespace example {

namespace {
struct stack {
    using crypto = lp2p::crypto::botan;
    using security = lp2p::insecure::plaintext<crypto>;
};
} // namespace

int run_plaintext(options o, lp2p::crypto::botan::private_key key, lp2p::trace_sink trace) {
    return run_application<stack>(std::move(o), std::move(key), trace);
}

} // namespace example
