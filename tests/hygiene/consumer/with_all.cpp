// SPDX-License-Identifier: Apache-2.0 OR MIT
// With both libraries: a key of Botan's, and the errors of lp2p in those of Asio.
#include <lp2p/crypto/botan.hpp>
#include <lp2p/io/errc.hpp>

#include <asio/io_context.hpp>

int main() {
    asio::io_context io;
    const lp2p::crypto::botan crypto;
    const auto key = crypto.generate(lp2p::crypto::key_type::ed25519);
    const auto refused = lp2p::crypto::errc::malformed_private_key;
    if (lp2p::io::from_error_code(lp2p::io::to_error_code(refused)) != refused) return 1;
    return key && crypto.sha256({}).size() == 32 && io.run() == 0 ? 0 : 1;
}
