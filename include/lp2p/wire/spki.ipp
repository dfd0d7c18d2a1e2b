// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of spki.hpp: see there what each does.
#pragma once

#include <lp2p/wire/spki.hpp>

namespace lp2p::inline v0::wire {

LP2P_DECL status check_rsa_spki(byte_view der) noexcept {
    const auto read = crypto::read_rsa_spki(der);
    if (read) return {};
    const bool size = read.error() == error{crypto::errc::rsa_key_size};
    return fail(size ? errc::rsa_key_size : errc::bad_key_data);
}

LP2P_DECL status check_p256_spki(byte_view der) noexcept {
    if (!crypto::read_p256_spki(der)) return fail(errc::bad_key_data);
    return {};
}

} // namespace lp2p::inline v0::wire
