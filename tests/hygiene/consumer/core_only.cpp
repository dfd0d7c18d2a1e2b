// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/lp2p.hpp>

#ifdef ASIO_STANDALONE
#error "lp2p::lp2p brings Asio"
#endif

int main() {
    const lp2p::error none{};
    return none ? 1 : 0;
}
