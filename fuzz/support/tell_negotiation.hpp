// SPDX-License-Identifier: Apache-2.0 OR MIT
// Writes down what a multistream machine tells.
#pragma once

#include <lp2p/protocol/multistream/negotiation.hpp>

#include "fuzz/support/script.hpp"

namespace lp2p::fuzz {

inline constexpr auto tell_negotiation = [](auto&, const auto& event, instant, test::journal& j) {
    if (const reason* why = test::ended_in(event))
        j.say("ended " + test::to_text(*why));
    else
        j.say("agreed " + std::to_string(std::get<multistream::agreed>(event).index));
};

} // namespace lp2p::fuzz
