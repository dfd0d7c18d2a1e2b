// SPDX-License-Identifier: Apache-2.0 OR MIT
// Without Asio and without a crypto library: a message is written and read, by what needs
// protozero.
#include <lp2p/lp2p.hpp>

#ifdef ASIO_STANDALONE
#error "lp2p::lp2p brings Asio"
#endif

int main() {
    lp2p::identify::message sent, got;
    sent.agent_version = "a stranger";
    sent.protocols = {"/stranger/1"};
    lp2p::byte_vector bytes;
    lp2p::identify::encode(sent, bytes);
    return lp2p::identify::merge(got, bytes) && got.protocols == sent.protocols ? 0 : 1;
}
