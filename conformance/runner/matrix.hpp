// SPDX-License-Identifier: Apache-2.0 OR MIT
// Counts what became of the vectors, by protocol, and prints it as a table.
#pragma once

#include "vector.hpp"

#include <map>

namespace conformance {

class matrix {
public:
    void count(const vector& v, bool passed);
    /// One line for each protocol, and their sum.
    [[nodiscard]] std::string to_string() const;

private:
    struct row {
        std::size_t valid = 0, invalid = 0;
        std::size_t spec = 0, consensus = 0, divergent = 0;
        std::size_t passed = 0, failed = 0;
    };
    std::map<std::string, row> rows_;
};

} // namespace conformance
