// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of private_key.hpp: see there what each does.
#pragma once

#include <lp2p/wire/private_key.hpp>

namespace lp2p::inline v0::wire {

LP2P_DECL result<private_key> private_key::decode(byte_view message) noexcept {
    const auto read = detail::read_key_message(message);
    if (!read) return fail(read.error());
    return private_key{read->type, read->data};
}

LP2P_DECL byte_vector private_key::encode() const {
    return detail::write_key_message({type, data});
}

} // namespace lp2p::inline v0::wire
