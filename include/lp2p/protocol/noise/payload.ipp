// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of payload.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/noise/payload.hpp>

namespace lp2p::inline v0::noise {

LP2P_DECL byte_vector signed_data(byte_view static_key) {
    byte_vector data = to_vector(as_bytes("noise-libp2p-static-key:"));
    append(data, static_key);
    return data;
}

LP2P_DECL std::optional<std::size_t> choose_muxer(std::span<const std::string> initiator,
                                                  std::span<const std::string> responder) noexcept {
    for (std::size_t i = 0; i < initiator.size(); ++i)
        for (const std::string& other : responder)
            if (initiator[i] == other) return i;
    return std::nullopt;
}

} // namespace lp2p::inline v0::noise

namespace lp2p::inline v0::noise::detail {

LP2P_DECL status decode_extensions(byte_view message, std::size_t muxers_most,
                                   std::vector<std::string>& muxers) {
    auto in = wire::message_reader::open(message);
    if (!in) return fail(errc::malformed_payload);
    while (in->next()) {
        if (in->field() != stream_muxers_field) continue;
        const auto muxer = in->bytes();
        if (!muxer || !wire::valid_utf8(*muxer)) return fail(errc::malformed_payload);
        if (muxers.size() == muxers_most || muxer->size() > muxer_length_most)
            return fail(errc::too_many_muxers);
        muxers.emplace_back(as_text(*muxer));
    }
    return {};
}

LP2P_DECL status decode_field(wire::message_reader& in, std::size_t muxers_most, payload& p) {
    const auto field = static_cast<payload_field>(in.field());
    if (field != payload_field::identity_key && field != payload_field::identity_sig &&
        field != payload_field::extensions)
        return {};
    const auto value = in.bytes();
    if (!value) return fail(errc::malformed_payload);
    if (field == payload_field::identity_key) p.identity_key = to_vector(*value);
    if (field == payload_field::identity_sig) p.identity_sig = to_vector(*value);
    if (field == payload_field::extensions)
        return decode_extensions(*value, muxers_most, p.stream_muxers);
    return {};
}

} // namespace lp2p::inline v0::noise::detail

namespace lp2p::inline v0::noise {

LP2P_DECL result<payload> decode_payload(byte_view message, std::size_t muxers_most) {
    payload p;
    auto in = wire::message_reader::open(message);
    if (!in) return fail(errc::malformed_payload);
    while (in->next())
        if (const auto read = detail::decode_field(*in, muxers_most, p); !read)
            return fail(read.error());
    if (p.identity_key.empty()) return fail(errc::missing_key);
    if (p.identity_sig.empty()) return fail(errc::missing_signature);
    return p;
}

LP2P_DECL byte_vector encode_payload(const payload& p) {
    byte_vector out;
    wire::message_writer to{out};
    to.bytes(static_cast<std::uint32_t>(detail::payload_field::identity_key), p.identity_key);
    to.bytes(static_cast<std::uint32_t>(detail::payload_field::identity_sig), p.identity_sig);
    if (!p.stream_muxers.empty())
        to.nested(static_cast<std::uint32_t>(detail::payload_field::extensions),
                  [&](wire::message_writer& extensions) {
                      for (const std::string& muxer : p.stream_muxers)
                          extensions.text(detail::stream_muxers_field, muxer);
                  });
    return out;
}

} // namespace lp2p::inline v0::noise
