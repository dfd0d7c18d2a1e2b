// SPDX-License-Identifier: Apache-2.0 OR MIT
// The doctor's command line, checked before anything starts.
#pragma once

#include <lp2p/core/time.hpp>
#include <lp2p/wire/multiaddr.hpp>

#include <optional>
#include <string>
#include <vector>

namespace doctor {

struct options {
    std::vector<std::string> files;          ///< `-`: standard input
    std::vector<lp2p::wire::multiaddr> join; ///< peers of a live network
    std::vector<std::string> topics;
    lp2p::duration watch = lp2p::seconds{20};
    std::string ids = "spec"; ///< spec, rust, js, sha256
    bool sign = true;
    bool json = false;
};

/// The options, or the exit code of a program that ends here: help was asked for, or one line on
/// stderr says which flag was wrong.
struct parsed {
    std::optional<options> ok;
    int exit_code = 0;
};
[[nodiscard]] parsed parse(int argc, char** argv);

} // namespace doctor
