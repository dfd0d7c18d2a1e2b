// SPDX-License-Identifier: Apache-2.0 OR MIT
// Checks a JSON value against a JSON Schema, as far as conformance/vectors/schema.json uses it.
//
// A keyword that it does not know is an error of the schema, so nothing in there goes unchecked.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace conformance {

/// What is wrong, one sentence for each place; empty where nothing is. Throws `std::runtime_error`
/// where the schema uses what is not known here.
[[nodiscard]] std::vector<std::string> violations(const nlohmann::json& schema,
                                                  const nlohmann::json& value);

} // namespace conformance
