// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of digest.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/pubsub/digest.hpp>

namespace lp2p::inline v0::pubsub {

LP2P_DECL digester::digester(std::uint64_t seed) noexcept {
    random_source chance{seed};
    key_[0] = chance.next();
    key_[1] = chance.next();
}

LP2P_DECL digester::digester(std::uint64_t key0, std::uint64_t key1) noexcept
    : key_{key0, key1} {}

LP2P_DECL id_digest digester::operator()(byte_view id) const noexcept {
    state s{{key_[0] ^ 0x736f6d6570736575U, key_[1] ^ 0x646f72616e646f6dU ^ 0xeeU,
             key_[0] ^ 0x6c7967656e657261U, key_[1] ^ 0x7465646279746573U}};
    std::size_t i = 0;
    for (; i + 8 <= id.size(); i += 8) s.absorb(load(id.subspan(i), 8));
    s.absorb(load(id.subspan(i), id.size() - i) | std::uint64_t{id.size() & 0xffU} << 56U);
    s.v[2] ^= 0xeeU;
    for (int r = 0; r < 4; ++r) s.round();
    const std::uint64_t low = s.v[0] ^ s.v[1] ^ s.v[2] ^ s.v[3];
    s.v[1] ^= 0xddU;
    for (int r = 0; r < 4; ++r) s.round();
    return {low, s.v[0] ^ s.v[1] ^ s.v[2] ^ s.v[3]};
}

LP2P_DECL void digester::state::round() noexcept {
    v[0] += v[1];
    v[1] = std::rotl(v[1], 13) ^ v[0];
    v[0] = std::rotl(v[0], 32);
    v[2] += v[3];
    v[3] = std::rotl(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = std::rotl(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = std::rotl(v[1], 17) ^ v[2];
    v[2] = std::rotl(v[2], 32);
}

LP2P_DECL void digester::state::absorb(std::uint64_t word) noexcept {
    v[3] ^= word;
    round();
    round();
    v[0] ^= word;
}

LP2P_DECL std::uint64_t digester::load(byte_view from, std::size_t n) noexcept {
    std::uint64_t word = 0;
    for (std::size_t i = n; i-- > 0;) word = word << 8U | std::to_integer<std::uint64_t>(from[i]);
    return word;
}

LP2P_DECL void digest_index::clear() noexcept {
    std::vector<std::uint32_t>{}.swap(table_);
    size_ = 0;
}

LP2P_DECL std::size_t digest_index::home(const id_digest& d) const noexcept {
    return static_cast<std::size_t>(d.low) & mask();
}

LP2P_DECL void digest_index::place(std::uint32_t slot, const id_digest& d) noexcept {
    std::size_t i = home(d);
    while (table_[i] != 0) i = next(i);
    table_[i] = slot + 1;
}

} // namespace lp2p::inline v0::pubsub
