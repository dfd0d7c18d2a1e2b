// SPDX-License-Identifier: Apache-2.0 OR MIT
// An identify requester and a push receiver under any story keep the laws; success has a message.
#include <lp2p/protocol/identify/push.hpp>

#include "fuzz/support/script.hpp"

using namespace lp2p;

namespace {

template <class Receiver>
void check(const identify::requester::config& config, const test::story& steps) {
    const test::subject s{[&](instant now) {
                              return Receiver{config, now};
                          },
                          [](auto& m, const auto& event, instant, test::journal& j) {
                              if (const reason* why = test::ended_in(event))
                                  return j.say("ended " + test::to_text(*why));
                              byte_vector bytes;
                              identify::encode(m.take(), bytes);
                              j.say("identified " + test::to_hex(bytes));
                          }};
    fuzz::require(test::all_laws(s, steps));
    const test::journal told = test::play(s, steps);
    if (!told.ended || told.ended->why) {
        for (const std::string& line : told.lines)
            fuzz::require(!line.starts_with("identified"), "a message came out of a failure");
    } else {
        fuzz::require(told.consumed > 0, "success without a byte");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::script in{data, size};
    const bool push = in.flag();
    const identify::requester::config config{
        .remote_key = in.flag() ? to_vector(as_bytes("key")) : byte_vector{},
        .part = 64,
        .parts = 3,
        .total = 128,
        .keep = {.protocols = 4, .protocol_length = 16, .addresses = 2, .text = 4}};
    const test::story steps = fuzz::story_of(in);
    if (push)
        check<identify::push_receiver>(config, steps);
    else
        check<identify::requester>(config, steps);
    return 0;
}
