// SPDX-License-Identifier: Apache-2.0 OR MIT
// Both sides of ping under any story keep the laws; a listener gives back whole payloads only.
#include <lp2p/protocol/ping/ping.hpp>

#include "fuzz/support/script.hpp"

using namespace lp2p;

namespace {

void listen(const test::story& steps) {
    const test::subject s{[](instant now) {
                              return ping::listener{{.echoes = 4}, now};
                          },
                          [](auto&, const auto& event, instant, test::journal& j) {
                              j.say("ended " + test::to_text(*test::ended_in(event)));
                          }};
    fuzz::require(test::all_laws(s, steps));
    const test::journal told = test::play(s, steps);
    byte_vector input;
    for (const test::step& step : steps) append(input, step.input);
    fuzz::require(told.output.size() % ping::payload_size == 0, "whole payloads");
    fuzz::require(told.output.size() <= 4 * ping::payload_size, "echoes are bounded");
    fuzz::require(equal(told.output, byte_view{input}.first(told.output.size())), "the same bytes");
}

void ask(const test::story& steps) {
    const test::subject s{[](instant now) {
                              return ping::dialer{{}, now};
                          },
                          [](auto&, const auto& event, instant, test::journal& j) {
                              if (const reason* why = test::ended_in(event))
                                  return j.say("ended " + test::to_text(*why));
                              j.say("pong " +
                                    std::to_string(std::get<ping::pong>(event).rtt.count()));
                          },
                          [](ping::dialer& d, unsigned which, instant now, test::journal&) {
                              if (which == 2) return d.finish();
                              ping::payload random{};
                              random[0] = static_cast<std::byte>(which);
                              if (d.ping(random, now)) d.transmitted(d.transmit(64).size());
                          }};
    fuzz::require(test::all_laws(s, steps));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::script in{data, size};
    if (in.flag())
        ask(fuzz::story_of(in, 3));
    else
        listen(fuzz::story_of(in));
    return 0;
}
