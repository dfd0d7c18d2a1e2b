// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a node is told when it is made; every default is that of the protocols' pages.
#pragma once

#include <lp2p/core/limits.hpp>
#include <lp2p/core/trace.hpp>
#include <lp2p/protocol/pubsub/gossipsub.hpp>
#include <lp2p/protocol/pubsub/signing.hpp>
#include <lp2p/service/validator.hpp>

#include <string>
#include <vector>

namespace lp2p::inline v0 {

/// Which router speaks pubsub.
enum class router_kind : std::uint8_t { gossipsub, floodsub, none };

struct node_config {
    std::string agent = "lp2p/0.1.0";            ///< as identify says it
    std::string protocol_version = "lp2p/0.1.0"; ///< as identify says it
    limits bounds{};                             ///< threats.md §2
    std::uint64_t seed = 0;                      ///< for choices; make it different per node
    unix_time unix_now{};                        ///< where numbers of messages and records begin
    router_kind router = router_kind::gossipsub;
    gossipsub::config gossip{}; ///< also its `common` for floodsub
    /// `strict_no_sign` needs an id function that asks for no author (`pubsub::sha256_id`), else
    /// nothing can be published (`bad_message_id`).
    pubsub::signature_policy policy = pubsub::signature_policy::strict_sign;
    /// Offered and proposed, best first; empty: all that the router speaks.
    std::vector<std::string> pubsub_protocols{};
    bool routing_state_records = true; ///< also peer records as rust's identify signs them
    service::validator validate{};     ///< asked before a message is delivered and forwarded
    trace_sink trace{};
};

/// What a router speaks, best first.
[[nodiscard]] inline std::vector<std::string> pubsub_protocols_of(const node_config& c) {
    if (c.router == router_kind::none) return {};
    if (!c.pubsub_protocols.empty()) return c.pubsub_protocols;
    const std::string floodsub{pubsub::floodsub_protocol};
    if (c.router == router_kind::floodsub) return {floodsub};
    return {std::string{pubsub::gossipsub_v12_protocol},
            std::string{pubsub::gossipsub_v11_protocol},
            std::string{pubsub::gossipsub_v10_protocol}, floodsub};
}

} // namespace lp2p::inline v0
