// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "everything.hpp"

const void* limits_seen_by_two();
std::size_t error_size_seen_by_two();
std::size_t machines_used_by_two();

const void* limits_seen_by_two() { return &lp2p::default_limits; }
std::size_t error_size_seen_by_two() { return sizeof(lp2p::error); }
std::size_t machines_used_by_two() { return use_machines(); }
