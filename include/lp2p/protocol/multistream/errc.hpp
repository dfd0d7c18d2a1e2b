// SPDX-License-Identifier: Apache-2.0 OR MIT
// How a protocol negotiation fails, each way with its own code.
//
// Only `not_supported` and `none_agreed` are answers; a reset, an end of stream, a deadline or a
// limit says nothing about what the other side supports (hazard H2).
#pragma once

#include <lp2p/core/error.hpp>

namespace lp2p::inline v0::multistream {

enum class errc : std::uint16_t {
    bad_length = 1,
    token_too_long,
    bad_token,
    wrong_header,
    unexpected_answer,
    not_supported,
    none_agreed,
    too_many_proposals,
    negotiation_timeout,
    ended_early,
    reset,
    nothing_to_propose,
    invalid_protocol,
    too_many_protocols,
};

/// The code that a reset of ours carries after a failed negotiation, where the muxer carries codes
/// (libp2p's stream error codes: "protocol negotiation failed").
inline constexpr std::uint32_t negotiation_failed = 0x1001;

[[nodiscard]] constexpr fault fault_of(errc e) noexcept {
    switch (e) {
    case errc::bad_length:
    case errc::bad_token:
    case errc::wrong_header:
    case errc::unexpected_answer:
        return fault::remote;
    case errc::token_too_long:
    case errc::too_many_proposals:
        return fault::limit;
    case errc::not_supported:
    case errc::none_agreed:
        return fault::refused;
    case errc::negotiation_timeout:
        return fault::timeout;
    case errc::ended_early:
    case errc::reset:
        return fault::closed;
    case errc::nothing_to_propose:
    case errc::invalid_protocol:
    case errc::too_many_protocols:
        return fault::local;
    }
    return fault::none;
}

[[nodiscard]] constexpr error make_error(errc e) noexcept {
    return {domain::multistream, fault_of(e), static_cast<std::uint16_t>(e)};
}

[[nodiscard]] constexpr std::string_view name(errc e) noexcept {
    switch (e) {
    case errc::bad_length:
        return "bad_length";
    case errc::token_too_long:
        return "token_too_long";
    case errc::bad_token:
        return "bad_token";
    case errc::wrong_header:
        return "wrong_header";
    case errc::unexpected_answer:
        return "unexpected_answer";
    case errc::not_supported:
        return "not_supported";
    case errc::none_agreed:
        return "none_agreed";
    case errc::too_many_proposals:
        return "too_many_proposals";
    case errc::negotiation_timeout:
        return "negotiation_timeout";
    case errc::ended_early:
        return "ended_early";
    case errc::reset:
        return "reset";
    case errc::nothing_to_propose:
        return "nothing_to_propose";
    case errc::invalid_protocol:
        return "invalid_protocol";
    case errc::too_many_protocols:
        return "too_many_protocols";
    }
    return {};
}

[[nodiscard]] constexpr std::string_view describe(errc e) noexcept {
    switch (e) {
    case errc::bad_length:
        return "the length of a line is not a minimal varint";
    case errc::token_too_long:
        return "a line is longer than our limit for one";
    case errc::bad_token:
        return "a line is empty or does not end with a newline";
    case errc::wrong_header:
        return "the peer does not speak /multistream/1.0.0";
    case errc::unexpected_answer:
        return "the answer is neither our proposal nor `na`";
    case errc::not_supported:
        return "the peer refused every protocol that we proposed";
    case errc::none_agreed:
        return "we refused what the peer proposed, and nothing better followed";
    case errc::too_many_proposals:
        return "the peer proposed more protocols than we answer";
    case errc::negotiation_timeout:
        return "no protocol was agreed before the deadline";
    case errc::ended_early:
        return "the stream ended before a protocol was agreed";
    case errc::reset:
        return "the stream was reset before a protocol was agreed";
    case errc::nothing_to_propose:
        return "no protocol was given; name at least one";
    case errc::invalid_protocol:
        return "a protocol of ours must begin with '/', hold no newline and be at most 1023 bytes";
    case errc::too_many_protocols:
        return "more protocols were given than one negotiation proposes; give fewer";
    }
    return {};
}

} // namespace lp2p::inline v0::multistream
