// SPDX-License-Identifier: Apache-2.0 OR MIT
// Names what is wrong with a network: what nodes saw in, findings out.
//
// A function of its input: no I/O, no clock. Twelve faults, a rule each (rules_*.hpp); a rule says
// what its evidence is, and what looks like it and is healthy.
#pragma once

#include "rules_connections.hpp"
#include "rules_gossip.hpp"

#include <span>

namespace doctor {

/// Everything that is wrong, in the order of `fault`, then observer, peer and connection. Empty:
/// healthy, as far as these records can tell.
[[nodiscard]] inline std::vector<finding> diagnose(std::span<const record> all) {
    chart c;
    for (const record& r : all) {
        rules::duplicates(r, c);
        rules::withdrawals(r, c);
        rules::leaks(r, c);
        rules::limits(r, c);
        rules::one_way(r, c);
        rules::topics(r, c);
        rules::broken_promises(r, c);
        rules::storms(r, c);
        rules::half_open(r, c);
        rules::wrong_ids(r, c);
        rules::keys_and_clocks(r, c);
    }
    rules::unheard(all, c);
    rules::id_forms(all, c);
    return std::move(c).take();
}

} // namespace doctor
