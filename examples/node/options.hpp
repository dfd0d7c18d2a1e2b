// SPDX-License-Identifier: Apache-2.0 OR MIT
// The command line of examples/node, parsed and checked before anything starts.
#pragma once

#include <lp2p/core/limits.hpp>
#include <lp2p/node/config.hpp>
#include <lp2p/wire/multiaddr.hpp>

#include <optional>
#include <string>
#include <vector>

namespace example {

enum class message_ids { spec, rust, js, sha256 };

struct options {
    std::vector<lp2p::wire::multiaddr> listen;
    std::vector<lp2p::wire::multiaddr> dial;
    std::string seed;
    std::string key_file;
    std::vector<std::string> topics;
    lp2p::duration publish_every{};
    std::uint64_t count = 0; ///< 0: no end
    std::size_t size = 64;
    lp2p::duration run_for{}; ///< 0: until told
    lp2p::duration redial_every{};
    lp2p::duration ping_every{};
    lp2p::duration stats_every = lp2p::seconds{1};
    bool plaintext = false;
    lp2p::router_kind router = lp2p::router_kind::gossipsub;
    std::vector<std::string> gossip_protocols;
    message_ids ids = message_ids::spec;
    bool sign = true;
    lp2p::limits bounds;
    bool commands = false;
    std::string name = "lp2p";
    std::string trace;
    int log_level = 1; ///< 0 quiet, 1 warnings, 2 info, 3 debug
};

/// The options, or the exit code of a program that ends here (help was asked for, or a flag was bad
/// and one line on stderr says which).
struct parsed {
    std::optional<options> ok;
    int exit_code = 0;
};
[[nodiscard]] parsed parse(int argc, char** argv);

/// `250ms`, `2s`, `1m`, `1h`; nothing where it is none of these.
[[nodiscard]] std::optional<lp2p::duration> parse_duration(const std::string& text);

} // namespace example
