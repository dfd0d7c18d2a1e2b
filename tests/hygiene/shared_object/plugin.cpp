// SPDX-License-Identifier: Apache-2.0 OR MIT
// Half of a program: a shared object with hidden symbols, which gives errors to the other half.
#include "plugin.hpp"

#include <lp2p/protocol/yamux/session.hpp>

extern "C" __attribute__((visibility("default"))) void fill(plugin_errors* out) {
    lp2p::yamux::session s{lp2p::yamux::role::dialer, {}, {}};
    out->unknown_stream = s.write(lp2p::yamux::stream_id{77}, lp2p::as_bytes("x"));
    const std::byte junk[12] = {std::byte{9}};
    out->wrong_version = s.receive(junk, {}).error();
    out->as_error_code = lp2p::io::to_error_code(out->wrong_version);
}
