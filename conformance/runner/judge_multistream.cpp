// SPDX-License-Identifier: Apache-2.0 OR MIT
// multistream-select, both roles: the peer's steps, and then its end.
#include "judge.hpp"

#include <lp2p/protocol/multistream/dialer.hpp>
#include <lp2p/protocol/multistream/listener.hpp>

namespace conformance {

using namespace lp2p;

namespace {

template <class Machine>
verdict negotiate(Machine machine, const vector& v, cut how) {
    const instant now{};
    byte_vector sent, rest;
    const auto drain = [&] {
        for (byte_view out = machine.transmit(4096); !out.empty(); out = machine.transmit(4096)) {
            append(sent, out);
            machine.transmitted(out.size());
        }
    };
    drain();
    for (const byte_vector& step : peer_bytes(v, how)) {
        const auto used =
            machine.ended() ? result<std::size_t>{std::size_t{0}} : machine.receive(step, now);
        if (used) append(rest, byte_view{step}.subspan(*used));
        drain();
    }
    if (!machine.ended()) machine.receive_end(end{}, now);
    drain();
    if (machine.ended()->why) return refused(machine.ended()->why);
    return accepted({{"agreed", std::string{*machine.agreed()}},
                     {"sent", hex_of(sent)},
                     {"rest", hex_of(rest)}});
}

} // namespace

verdict judge_multistream(const vector& v, cut how) {
    const auto protocols = v.context("protocols").get<std::vector<std::string>>();
    if (v.context_text("role") == "dialer")
        return negotiate(multistream::dialer{{.protocols = protocols}, instant{}}, v, how);
    const auto served = multistream::protocol_list::of(protocols);
    if (!served) return refused(served.error());
    return negotiate(multistream::listener{{.protocols = *served}, instant{}}, v, how);
}

} // namespace conformance
