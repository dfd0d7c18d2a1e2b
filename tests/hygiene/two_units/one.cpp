// SPDX-License-Identifier: Apache-2.0 OR MIT
// Two units of one program include everything; the linker finds what is defined twice, and the
// run compares what both see.
#include "everything.hpp"

#include <cstdio>

const void* limits_seen_by_two();
std::size_t error_size_seen_by_two();
std::size_t machines_used_by_two();

int main() {
    if (limits_seen_by_two() != static_cast<const void*>(&lp2p::default_limits)) {
        std::fputs("default_limits exists twice\n", stderr);
        return 1;
    }
    if (machines_used_by_two() != use_machines()) {
        std::fputs("the same calls do not give the same in both units\n", stderr);
        return 1;
    }
    return error_size_seen_by_two() == sizeof(lp2p::error) ? 0 : 1;
}
