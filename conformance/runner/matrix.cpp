// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "matrix.hpp"

#include <array>
#include <cstdio>

namespace conformance {

void matrix::count(const vector& v, bool passed) {
    for (row* r : {&rows_[v.protocol], &rows_["~all"]}) { // ~ comes behind every protocol
        ++(v.folder == "valid" ? r->valid : r->invalid);
        const std::string ground = v.text("ground");
        ++(ground == "spec" ? r->spec : ground == "consensus" ? r->consensus : r->divergent);
        ++(passed ? r->passed : r->failed);
    }
}

std::string matrix::to_string() const {
    std::string out =
        "protocol         valid invalid |  spec consensus divergent | passed failed\n";
    for (const auto& [protocol, r] : rows_) {
        std::array<char, 128> line{};
        std::snprintf(line.data(), line.size(), "%-15s %6zu %7zu | %5zu %9zu %9zu | %6zu %6zu\n",
                      protocol == "~all" ? "all" : protocol.c_str(), r.valid, r.invalid, r.spec,
                      r.consensus, r.divergent, r.passed, r.failed);
        out += line.data();
    }
    return out;
}

} // namespace conformance
