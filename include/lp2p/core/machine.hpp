// SPDX-License-Identifier: Apache-2.0 OR MIT
// The shape of every protocol machine: bytes and time in; bytes, events and deadlines out.
//
// The concepts check, they do not generalise: the only generic code is the test harness and the
// driver. Laws that every machine keeps are in tests/support/laws.hpp.
#pragma once

#include <lp2p/core/bytes.hpp>
#include <lp2p/core/error.hpp>
#include <lp2p/core/result.hpp>
#include <lp2p/core/time.hpp>

#include <concepts>
#include <optional>
#include <variant>

namespace lp2p::inline v0 {

/// Something that has events, deadlines and one end.
/// - `poll_event` gives the oldest event not yet told; any call but a const one may add some.
/// - `handle_timeout` tolerates early, late and repeated calls.
/// - `ended` says why it is over; the same is told by exactly one event, the last one.
template <class M>
concept machine = std::movable<M> && requires(M m, const M c, instant now) {
    typename M::event;
    requires sizeof(typename M::event) <= 80; // a peer id (45), an id, an error
    { m.poll_event() } -> std::same_as<std::optional<typename M::event>>;
    { c.next_timeout() } -> std::same_as<std::optional<instant>>;
    { m.handle_timeout(now) } -> std::same_as<void>;
    { c.ended() } -> std::same_as<const std::optional<reason>&>;
};

/// A machine over one byte stream.
/// - `receive` consumes everything, or stops exactly where this machine is finished; it returns an
///   error only when the machine ended by it.
/// - `transmit(n)` packs and returns at most n bytes; the view lives until the next non-const call.
/// - `transmitted(k)` says that the first k of them left. Without it `transmit` gives them again.
/// - `wants_end` says how we want to end our direction, once `transmit` is empty.
template <class M>
concept duplex = machine<M> && requires(M m, const M c, mutable_bytes in, end e, std::size_t n,
                                        instant now) {
    { m.receive(in, now) } -> std::same_as<result<std::size_t>>;
    { m.receive_end(e, now) } -> std::same_as<void>;
    { m.transmit(n) } -> std::same_as<byte_view>;
    { m.transmitted(n) } -> std::same_as<void>;
    { c.wants_end() } -> std::same_as<std::optional<end>>;
};

/// Builds a visitor out of lambdas: `std::visit(overloaded{[](a) {}, [](b) {}}, event)`.
template <class... Fs>
struct overloaded : Fs... {
    using Fs::operator()...;
};
template <class... Fs>
overloaded(Fs...) -> overloaded<Fs...>;

} // namespace lp2p::inline v0
