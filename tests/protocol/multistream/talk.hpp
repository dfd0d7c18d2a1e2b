// SPDX-License-Identifier: Apache-2.0 OR MIT
// Lines to feed a negotiation with, and how its events are written down for the laws.
#pragma once

#include <lp2p/protocol/multistream/message.hpp>
#include <lp2p/protocol/multistream/negotiation.hpp>

#include "tests/support/laws.hpp"

namespace lp2p::test {

[[nodiscard]] inline byte_vector raw(std::string_view text) { return to_vector(as_bytes(text)); }
/// `tokens` as lines, one after the other.
[[nodiscard]] inline byte_vector lines(std::initializer_list<std::string_view> tokens) {
    byte_vector out;
    for (const std::string_view token : tokens) multistream::encode(token, out);
    return out;
}
template <class Machine>
[[nodiscard]] byte_vector sent(Machine& m) {
    byte_vector out = to_vector(m.transmit(SIZE_MAX));
    m.transmitted(out.size());
    return out;
}
inline constexpr auto tell_negotiation = [](auto&, const auto& event, instant, journal& j) {
    std::visit(
        overloaded{[&](multistream::agreed a) { j.say("agreed " + std::to_string(a.index)); },
                   [&](multistream::ended e) { j.say("ended " + to_text(e.why)); }},
        event);
};

} // namespace lp2p::test
