// SPDX-License-Identifier: Apache-2.0 OR MIT
// What the application thinks of a message, before it is delivered and forwarded.
//
// A value: a function and what it needs. It is asked once for each message whose signature holds,
// and may not call into the node that asks.
#pragma once

#include <lp2p/protocol/pubsub/router_config.hpp>
#include <lp2p/wire/peer_id.hpp>

#include <optional>

namespace lp2p::inline v0::service {

/// Empty: everything with a good signature is accepted.
struct validator {
    /// `via` sent it first; its author is in `m`, whose views end with the call. Nothing: answered
    /// later by `validated(id, …)`. Until then the message waits, within `limits::validations` and
    /// `limits::validations_per_peer`; where these are full the newest is ignored.
    using function = std::optional<pubsub::verdict> (*)(void* self, pubsub::message_handle id,
                                                        const pubsub::message_view& m,
                                                        const wire::peer_id& via) noexcept;
    void* self = nullptr;
    function judge = nullptr;

    [[nodiscard]] std::optional<pubsub::verdict>
    operator()(pubsub::message_handle id, const pubsub::message_view& m,
               const wire::peer_id& via) const noexcept {
        return judge == nullptr ? pubsub::verdict::accept : judge(self, id, m, via);
    }
};

} // namespace lp2p::inline v0::service
