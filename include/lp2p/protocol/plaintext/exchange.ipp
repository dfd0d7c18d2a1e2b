// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of exchange.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/plaintext/exchange.hpp>

namespace lp2p::inline v0::insecure {

LP2P_DECL result<std::size_t> channel::receive(mutable_bytes in, instant) noexcept {
    plaintext_ = in;
    return in.size();
}

} // namespace lp2p::inline v0::insecure

namespace lp2p::inline v0::insecure::detail {

LP2P_DECL result<exchange_message> decode_exchange(byte_view message) {
    auto in = wire::message_reader::open(message);
    if (!in) return fail(errc::malformed_exchange);
    exchange_message m;
    while (in->next()) {
        if (in->field() != id_field && in->field() != key_field) continue;
        const std::uint32_t field = in->field();
        const auto value = in->bytes();
        if (!value) return fail(errc::malformed_exchange);
        (field == id_field ? m.id : m.key) = *value;
    }
    if (m.key.empty()) return fail(errc::missing_key);
    if (m.id.empty()) return fail(errc::missing_id);
    return m;
}

} // namespace lp2p::inline v0::insecure::detail
