// SPDX-License-Identifier: Apache-2.0 OR MIT
// The name and the sentence of any error left of io/, for logs and people.
//
// Program logic tests faults and codes, never these texts.
#pragma once

#include <lp2p/connection/errc.hpp>
#include <lp2p/core/error.hpp>
#include <lp2p/crypto/errc.hpp>
#include <lp2p/protocol/identify/errc.hpp>
#include <lp2p/protocol/multistream/errc.hpp>
#include <lp2p/protocol/noise/errc.hpp>
#include <lp2p/protocol/ping/errc.hpp>
#include <lp2p/protocol/plaintext/errc.hpp>
#include <lp2p/protocol/pubsub/errc.hpp>
#include <lp2p/protocol/yamux/errc.hpp>
#include <lp2p/service/errc.hpp>
#include <lp2p/swarm/errc.hpp>
#include <lp2p/wire/errc.hpp>

namespace lp2p::inline v0 {

/// An error in words; both empty for "no error" and for codes of layers right of this one.
struct error_text {
    std::string_view name;     ///< as logs search for it: `keepalive_timeout`
    std::string_view sentence; ///< what happened, and what to do where there is something to do
};

namespace detail {
template <class Errc>
[[nodiscard]] constexpr error_text text_of(std::uint16_t code) noexcept {
    const auto e = static_cast<Errc>(code);
    return {name(e), describe(e)};
}
} // namespace detail

[[nodiscard]] constexpr error_text text_of(error e) noexcept {
    switch (e.where) {
    case domain::crypto:
        return detail::text_of<crypto::errc>(e.code);
    case domain::wire:
        return detail::text_of<wire::errc>(e.code);
    case domain::multistream:
        return detail::text_of<multistream::errc>(e.code);
    case domain::noise:
        return detail::text_of<noise::errc>(e.code);
    case domain::yamux:
        return detail::text_of<yamux::errc>(e.code);
    case domain::identify:
        return detail::text_of<identify::errc>(e.code);
    case domain::ping:
        return detail::text_of<ping::errc>(e.code);
    case domain::plaintext:
        return detail::text_of<insecure::errc>(e.code);
    case domain::pubsub:
        return detail::text_of<pubsub::errc>(e.code);
    case domain::connection:
        return detail::text_of<connections::errc>(e.code);
    case domain::swarm:
        return detail::text_of<swarms::errc>(e.code);
    case domain::service:
        return detail::text_of<service::errc>(e.code);
    case domain::none:
    case domain::core:
    case domain::node:
    case domain::io:
        break;
    }
    return {};
}

} // namespace lp2p::inline v0
