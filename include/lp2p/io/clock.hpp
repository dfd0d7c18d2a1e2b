// SPDX-License-Identifier: Apache-2.0 OR MIT
// The only place in lp2p where a clock is read.
#pragma once

#include <lp2p/core/time.hpp>

namespace lp2p::inline v0::io {

/// Monotonic time, for every `now` of a machine.
[[nodiscard]] inline instant now() noexcept { return std::chrono::steady_clock::now(); }

/// Calendar time, for `config.unix_now`.
[[nodiscard]] inline unix_time unix_now() noexcept {
    return std::chrono::duration_cast<unix_time>(
        std::chrono::system_clock::now().time_since_epoch());
}

} // namespace lp2p::inline v0::io
