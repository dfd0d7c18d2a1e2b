// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of multihash.hpp: see there what each does.
#pragma once

#include <lp2p/wire/multihash.hpp>

namespace lp2p::inline v0::wire {

LP2P_DECL result<multihash> decode_multihash(byte_view bytes) noexcept {
    cursor in{bytes};
    const auto code = in.uvarint();
    if (!code) return fail(code.error());
    const auto length = in.uvarint();
    if (!length) return fail(length.error());
    const multihash read{static_cast<hash_code>(*code), in.rest()};
    if (*length > most_digest) return fail(errc::hash_length);
    if (read.code == hash_code::sha2_256 && *length != 32) return fail(errc::hash_length);
    if (*length > in.remaining()) return fail(errc::truncated);
    if (*length < in.remaining()) return fail(errc::trailing_bytes);
    return read;
}

} // namespace lp2p::inline v0::wire
