// SPDX-License-Identifier: Apache-2.0 OR MIT
// Stacks and identities for tests of connections, swarms and nodes: three ways to secure the same
// code, and peers whose ids are known.
#pragma once

#include <lp2p/connection/connection.hpp>
#include <lp2p/crypto/botan.hpp>
#include <lp2p/protocol/noise/handshake.hpp>
#include <lp2p/protocol/plaintext/exchange.hpp>

#include "tests/support/laws.hpp"
#include "tests/support/null_crypto.hpp"

namespace lp2p::test {

/// Noise with a crypto that is fast, repeatable and worthless.
struct null_stack {
    using crypto = null_crypto;
    using security = noise::security<null_crypto>;
};
/// No encryption at all.
struct plain_stack {
    using crypto = null_crypto;
    using security = insecure::plaintext<null_crypto>;
};
/// What applications use.
struct real_stack {
    using crypto = lp2p::crypto::botan;
    using security = noise::security<lp2p::crypto::botan>;
};

/// A peer: its key, what it shows, who it is. The same `seed` is the same peer.
template <class Stack>
struct person {
    using crypto_type = typename Stack::crypto;

    explicit person(std::uint8_t seed)
        : crypto{make_crypto(seed)}
        , key{*crypto.from_seed(crypto::key32{std::byte{seed}})}
        , self{Stack::security::make_identity(crypto, key)}
        , id{wire::peer_id::of({key.type(), to_vector(key.public_data())}, crypto)} {}

    connection<Stack> dials(const person& other, typename connection<Stack>::config c = {},
                            instant now = start) const {
        c.expected = other.id;
        return {role::dialer, self, std::move(c), crypto, now};
    }
    connection<Stack> listens(typename connection<Stack>::config c = {},
                              instant now = start) const {
        return {role::listener, self, std::move(c), crypto, now};
    }

    crypto_type crypto;
    typename crypto_type::private_key key;
    typename Stack::security::identity self;
    wire::peer_id id;

private:
    static crypto_type make_crypto(std::uint8_t seed) {
        if constexpr (std::is_constructible_v<crypto_type, std::uint64_t>)
            return crypto_type{std::uint64_t{seed}};
        else
            return crypto_type{};
    }
};

inline multistream::protocol_list serves(std::initializer_list<std::string_view> names) {
    return *multistream::protocol_list::of(names);
}

/// Both ends of a `pair` say that the other is welcome, and talk until both are silent.
template <class Pair>
void welcome(Pair& p) {
    p.pump();
    p.dialer.proceed(p.now());
    p.pump();
    p.listener.proceed(p.now());
    p.pump();
}

/// How often an event of this kind came.
template <class Kind, class Event>
std::size_t count(const std::vector<Event>& events) {
    return static_cast<std::size_t>(std::count_if(events.begin(), events.end(), [](const auto& e) {
        return std::holds_alternative<Kind>(e);
    }));
}
/// The last event of this kind; nothing where none came.
template <class Kind, class Event>
std::optional<Kind> last(const std::vector<Event>& events) {
    for (auto at = events.rbegin(); at != events.rend(); ++at)
        if (const auto* found = std::get_if<Kind>(&*at)) return *found;
    return std::nullopt;
}

} // namespace lp2p::test
