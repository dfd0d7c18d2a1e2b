// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a service may ask of whoever owns the connections; swarm models it, tests fake it.
//
// A service is handed its host for the length of a call and keeps no reference.
#pragma once

#include <lp2p/connection/protocol_knowledge.hpp>
#include <lp2p/connection/substream.hpp>
#include <lp2p/core/bytes.hpp>
#include <lp2p/core/result.hpp>
#include <lp2p/core/time.hpp>
#include <lp2p/wire/peer_id.hpp>

#include <concepts>
#include <optional>
#include <span>
#include <string>

namespace lp2p::inline v0::service {

template <class H>
concept host = requires(H h, const H c, conn_id conn, substream_id id, const wire::peer_id& peer,
                        std::span<const std::string> protocols, purpose use, instant now,
                        confirm how, byte_view bytes, const shared_bytes& shared, std::size_t n,
                        std::uint32_t code, std::string_view name) {
    { h.open(conn, protocols, use, now, how, now) } -> std::same_as<result<substream_id>>;
    { c.read(id) } -> std::same_as<byte_view>;
    h.consume(id, n, now);
    { h.write(id, bytes, now) } -> std::same_as<result<std::size_t>>;
    { h.write(id, shared, now) } -> std::same_as<result<std::size_t>>;
    h.finish(id, now);
    h.reset(id, code, now);
    { c.protocol(id) } -> std::same_as<std::string_view>;
    { c.peer(conn) } -> std::same_as<wire::peer_id>;
    { c.established(peer) } -> std::same_as<std::optional<conn_id>>;
    { c.supports(peer, name) } -> std::same_as<support>;
    { h.knowledge(conn) } -> std::same_as<protocol_knowledge*>;
};

/// Moves bytes between a substream and the duplex that speaks on it, in both directions, as far as
/// they go. The machine's events are its owner's to poll. True where it ended.
template <class Machine, host Host>
bool pump(Machine& machine, substream_id id, Host& h, instant now) {
    for (byte_view in = h.read(id); !in.empty() && !machine.ended(); in = h.read(id)) {
        const auto used = machine.receive(in, now);
        if (!used || *used == 0) break;
        h.consume(id, *used, now);
    }
    for (byte_view out = machine.transmit(4096); !out.empty(); out = machine.transmit(4096)) {
        const auto put = h.write(id, out, now);
        if (!put || *put == 0) break;
        machine.transmitted(*put);
    }
    return machine.ended().has_value();
}

/// What a machine wants done with its substream once it is over.
template <class Machine, host Host>
void conclude(const Machine& machine, substream_id id, Host& h, instant now) {
    const auto how = machine.wants_end();
    if (!how) return;
    if (how->how == end::reset) h.reset(id, how->code, now);
    else h.finish(id, now);
}

} // namespace lp2p::inline v0::service
