// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a service may ask of whoever owns the connections; swarm models it, tests fake it.
//
// A service is handed its host for the length of a call and keeps no reference.
#pragma once

#include <lp2p/connection/protocol_knowledge.hpp>
#include <lp2p/connection/substream.hpp>
#include <lp2p/core/bytes.hpp>
#include <lp2p/core/error.hpp>
#include <lp2p/core/result.hpp>
#include <lp2p/core/time.hpp>
#include <lp2p/wire/peer_id.hpp>

#include <algorithm>
#include <concepts>
#include <optional>
#include <span>
#include <string>

namespace lp2p::inline v0::service {

template <class H>
concept host = requires(H h, const H c, conn_id conn, substream_id id, const wire::peer_id& peer,
                        std::span<const std::string> protocols, purpose use, instant now,
                        confirm how, byte_view bytes, const shared_bytes& shared, std::size_t n,
                        std::uint32_t code, std::string_view name, error why) {
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
    { h.replace(conn, why, now) } -> std::same_as<status>;
};

/// Most bytes that a machine is given at once, so that it can answer before it is given more.
inline constexpr std::size_t pump_piece = 1024;

/// Writes what a machine has to say; false where the substream takes no more now.
template <class Machine, host Host>
bool write_out(Machine& machine, substream_id id, Host& h, instant now) {
    for (byte_view out = machine.transmit(4096); !out.empty(); out = machine.transmit(4096)) {
        const auto put = h.write(id, out, now);
        if (!put || *put == 0) return false;
        machine.transmitted(*put);
    }
    return true;
}
/// Gives a machine a piece of what came; false where there is nothing to give or it takes nothing.
template <class Machine, host Host>
bool read_in(Machine& machine, substream_id id, Host& h, instant now) {
    if (machine.ended()) return false;
    const byte_view in = h.read(id);
    if (in.empty()) return false;
    const auto used = machine.receive(in.first(std::min(in.size(), pump_piece)), now);
    if (!used || *used == 0) return false;
    h.consume(id, *used, now);
    return true;
}
/// Moves bytes between a substream and the duplex that speaks on it, in both directions, as far as
/// they go: nothing more is read while the answers find no room. The machine's events are its
/// owner's to poll. True where it ended and has nothing left to write: `conclude` it.
template <class Machine, host Host>
bool pump(Machine& machine, substream_id id, Host& h, instant now) {
    bool room = write_out(machine, id, h, now);
    while (room && read_in(machine, id, h, now)) room = write_out(machine, id, h, now);
    room = room && write_out(machine, id, h, now); // a farewell
    if (!machine.ended()) return false;
    const auto how = machine.wants_end();
    return room || !how || how->how == end::reset;
}

/// What a machine wants done with its substream once it is over.
template <class Machine, host Host>
void conclude(const Machine& machine, substream_id id, Host& h, instant now) {
    const auto how = machine.wants_end();
    if (!how) return;
    if (how->how == end::reset)
        h.reset(id, how->code, now);
    else
        h.finish(id, now);
}

/// What is left of a substream once we have said all: drops what still comes until the remote ends
/// it too, and resets it where the remote does not (a substream is never forgotten, H14).
class leaving {
public:
    explicit leaving(instant deadline) noexcept;

    [[nodiscard]] result<std::size_t> receive(byte_view in, instant) const noexcept;
    void receive_end(end how, instant) noexcept;
    /// True where the remote reset it: perhaps it has read nothing.
    [[nodiscard]] bool was_reset() const noexcept { return was_reset_; }
    [[nodiscard]] byte_view transmit(std::size_t) const noexcept { return {}; }
    void transmitted(std::size_t) const noexcept {}
    [[nodiscard]] std::optional<end> wants_end() const noexcept;
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }
    [[nodiscard]] std::optional<instant> next_timeout() const noexcept;
    void handle_timeout(instant now) noexcept;

private:
    instant deadline_;
    std::optional<reason> ended_;
    bool was_reset_ = false;
    bool late_ = false;
};

} // namespace lp2p::inline v0::service

#ifndef LP2P_SEPARATE_COMPILATION
#include "host.ipp"
#endif
