// SPDX-License-Identifier: Apache-2.0 OR MIT
// A whole node, asked who it is.
#include <lp2p/full.hpp>

int main() {
    asio::io_context io;
    lp2p::driver driver{io.get_executor(), lp2p::make_node()};
    return driver.node().id().empty() || !driver.node().peers().empty() ? 1 : 0;
}
