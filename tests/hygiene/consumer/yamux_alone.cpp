// SPDX-License-Identifier: Apache-2.0 OR MIT
// A project that takes yamux and multistream-select and nothing else: two sessions agree on a
// protocol for a stream and use it. Its include path has lp2p, tl-expected and the standard
// library.
#include <lp2p/protocol/multistream/dialer.hpp>
#include <lp2p/protocol/multistream/listener.hpp>
#include <lp2p/protocol/yamux/session.hpp>

#include <cstdio>

namespace yamux = lp2p::yamux;
namespace multistream = lp2p::multistream;

namespace {

const lp2p::instant now{};

bool carry(yamux::session& from, yamux::session& to) {
    const lp2p::byte_view out = from.transmit(65536);
    if (out.empty() || !to.receive(out, now)) return false;
    from.transmitted(out.size());
    return true;
}
bool carry_both_ways(yamux::session& a, yamux::session& b) {
    const bool moved = carry(a, b);
    return carry(b, a) || moved;
}
/// Lets a negotiation read from and write to a stream.
template <class Negotiation>
void talk(Negotiation& n, yamux::session& s, yamux::stream_id id) {
    if (const auto used = n.receive(s.read(id), now)) s.consume(id, *used);
    if (const auto put = s.write(id, n.transmit(1024))) n.transmitted(*put);
}

} // namespace

int main() {
    yamux::session a{yamux::role::dialer, {}, now}, b{yamux::role::listener, {}, now};
    multistream::dialer proposes{{.protocols = {"/none/1", "/echo/1"}}, now};
    multistream::listener answers{{.protocols = *multistream::protocol_list::of({"/echo/1"})}, now};
    const auto stream = a.open(now);
    if (!stream) return 1;
    do {
        talk(proposes, a, *stream);
        if (b.inspect(*stream)) talk(answers, b, *stream);
    } while (carry_both_ways(a, b));
    (void)a.write(*stream, lp2p::as_bytes("hello"));
    while (carry_both_ways(a, b)) {
    }
    const bool agreed = proposes.agreed() == "/echo/1" && answers.agreed() == "/echo/1";
    if (!agreed || lp2p::as_text(b.read(*stream)) != "hello") return 1;
    std::puts("agreed on /echo/1");
    return 0;
}
