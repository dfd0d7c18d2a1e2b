// SPDX-License-Identifier: Apache-2.0 OR MIT
// Becomes a peer of a live network and writes down what it sees.
#pragma once

#include "facts.hpp"
#include "options.hpp"

#include <optional>
#include <vector>

namespace doctor {

/// Watches for `o.watch`, or until SIGINT. Nothing where nobody could be joined and why is not a
/// finding; the reason is on stderr then.
[[nodiscard]] std::optional<std::vector<record>> join(const options& o);

} // namespace doctor
