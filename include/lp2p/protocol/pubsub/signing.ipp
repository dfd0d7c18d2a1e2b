// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of signing.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/pubsub/signing.hpp>

namespace lp2p::inline v0::pubsub {

LP2P_DECL sequence::sequence(unix_time now) noexcept
    : last_{static_cast<std::uint64_t>(now.count() < 0 ? 0 : now.count())} {}

LP2P_DECL status check_form(signature_policy policy, const message_view& m,
                            byte_view local_peer) noexcept {
    if (m.topic.empty()) return fail(errc::no_topic);
    if (policy == signature_policy::strict_no_sign) {
        if (has(m.from) || has(m.seqno) || has(m.signature) || has(m.key))
            return fail(errc::unexpected_field);
        return {};
    }
    if (m.from.empty()) return fail(errc::no_author);
    if (equal(m.from, local_peer)) return fail(errc::own_author);
    if (!wire::peer_id::from_bytes(m.from)) return fail(errc::bad_author);
    if (m.seqno.size() != 8) return fail(errc::bad_seqno);
    if (m.signature.empty()) return fail(errc::missing_signature);
    if (has(m.key) && m.key.empty()) return fail(errc::bad_key);
    return {};
}

LP2P_DECL byte_vector signed_bytes(const message_view& m) {
    byte_vector out;
    out.reserve(signing_prefix.size() + detail::message_size(m));
    append(out, as_bytes(signing_prefix));
    encode_signed_fields(m, out);
    return out;
}

LP2P_DECL message_view own_message::view() const noexcept {
    const auto field = [](const byte_vector& v) { return v.empty() ? byte_view{} : byte_view{v}; };
    return {field(from), has(data) ? data : empty_field, field(seqno), topic, field(signature),
            field(key)};
}

} // namespace lp2p::inline v0::pubsub
