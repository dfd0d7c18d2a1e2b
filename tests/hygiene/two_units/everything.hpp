// SPDX-License-Identifier: Apache-2.0 OR MIT
// What both units of a program have: everything of lp2p, and a function that uses much of it.
#pragma once

#include <lp2p/full.hpp>
#include <lp2p/lp2p.hpp>

/// Machines of several layers at work; the same number whoever calls it.
inline std::size_t use_machines() {
    const lp2p::instant now{};
    lp2p::yamux::session muxer{lp2p::yamux::role::dialer, {}, now};
    const auto stream = muxer.open(now);
    if (stream) (void)muxer.write(*stream, lp2p::as_bytes("hello"));
    lp2p::multistream::dialer proposes{{.protocols = {"/echo/1"}}, now};
    lp2p::gossipsub::router router{lp2p::gossipsub::config{}, lp2p::wire::peer_id{}, now};
    (void)router.subscribe("news", now);
    lp2p::identify::message message;
    lp2p::byte_vector bytes;
    message.protocols = {"/echo/1"};
    lp2p::identify::encode(message, bytes);
    std::size_t sum = muxer.transmit(4096).size() + proposes.transmit(4096).size() + bytes.size();
    while (auto event = router.poll_event()) sum += event->index();
    return sum;
}
