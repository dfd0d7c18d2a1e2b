// SPDX-License-Identifier: Apache-2.0 OR MIT
// Script: an RPC stream keeps the laws, and holds no more than what it was given.
#include "fuzz/support/script.hpp"

#include <lp2p/protocol/pubsub/rpc_stream.hpp>

namespace {
using namespace lp2p;

template <class Event>
void tell(pubsub::rpc_stream& s, const Event& event, instant, test::journal& j) {
    if (std::holds_alternative<pubsub::rpc_received>(event))
        while (const auto rpc = s.take()) j.say("rpc " + test::to_hex(*rpc));
    if (const auto* e = std::get_if<pubsub::rpc_stream_ended>(&event))
        j.say("ended " + test::to_text(e->why));
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::script in{data, size};
    const auto flow = in.flag() ? pubsub::rpc_flow::outbound : pubsub::rpc_flow::inbound;
    const pubsub::rpc_stream_config config{.rpc_most = in.flag() ? std::size_t{20} : 1024 * 1024};
    const auto make = [=](instant now) { return pubsub::rpc_stream{flow, config, now}; };
    const auto told = [](auto& m, const auto& event, instant now, test::journal& j) {
        tell(m, event, now, j);
    };
    const auto call = [](auto& m, unsigned which, instant, test::journal&) {
        if (which == 0) m.send(byte_vector(5, std::byte{1}));
        if (which == 1) m.finish();
    };
    if (in.flag()) {
        fuzz::same_story_however_chopped(test::subject{make, told, call}, in);
        return 0;
    }
    const test::story steps = fuzz::story_of(in, 2);
    // What may be sent depends on what has left, so only whole stories are compared for outbound.
    const test::subject s{make, told, call};
    if (flow == pubsub::rpc_flow::inbound) fuzz::require(test::chopping(s, steps));
    fuzz::require(test::patience(s, steps));
    fuzz::require(test::replay(s, steps));
    fuzz::require(test::finality(s, steps));
    return 0;
}
