// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/crypto/botan.hpp>
#include <lp2p/lp2p.hpp>

#include <asio/io_context.hpp>

int main() {
    asio::io_context io;
    const lp2p::crypto::botan crypto;
    return crypto.sha256({}).size() == 32 ? 0 : 1;
}
