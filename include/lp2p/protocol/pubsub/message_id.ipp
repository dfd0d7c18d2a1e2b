// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of message_id.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/pubsub/message_id.hpp>

namespace lp2p::inline v0::pubsub {

LP2P_DECL status id_function::operator()(const message_view& m, byte_vector& out) const {
    return compute(*this, m, out);
}

} // namespace lp2p::inline v0::pubsub

namespace lp2p::inline v0::pubsub::detail {

LP2P_DECL status spec_id(const id_function&, const message_view& m, byte_vector& out) {
    if (m.from.empty() && m.seqno.empty()) return fail(errc::bad_message_id);
    append(out, m.from);
    append(out, m.seqno);
    return {};
}

LP2P_DECL status rust_id(const id_function&, const message_view& m, byte_vector& out) {
    static constexpr std::array<std::byte, 3> nobody{std::byte{0}, std::byte{1}, std::byte{0}};
    if (m.from.size() > 64 || (!m.seqno.empty() && m.seqno.size() != 8))
        return fail(errc::bad_message_id);
    append(out, as_bytes(wire::base58_encode(m.from.empty() ? byte_view{nobody} : m.from)));
    const std::uint64_t seqno = m.seqno.empty() ? 0 : wire::load_u64(m.seqno.data());
    std::array<char, 20> text{};
    const auto written = std::to_chars(text.data(), text.data() + text.size(), seqno);
    append(out, as_bytes({text.data(), static_cast<std::size_t>(written.ptr - text.data())}));
    return {};
}

LP2P_DECL status sha256_id(const id_function& self, const message_view& m, byte_vector& out) {
    const auto hash = self.hash.sha256(self.hash.self, m.data);
    append(out, hash);
    return {};
}

LP2P_DECL status js_id(const id_function& self, const message_view& m, byte_vector& out) {
    if (m.from.empty()) return sha256_id(self, m, out);
    // An identity multihash is 00, the length, the key itself.
    const bool embedded = m.from.size() > 2 && m.from[0] == std::byte{0};
    const byte_view key = embedded ? m.from.subspan(2) : m.key;
    if (key.empty() || m.seqno.empty()) return fail(errc::bad_message_id);
    append(out, key);
    append(out, m.seqno);
    return {};
}

} // namespace lp2p::inline v0::pubsub::detail
