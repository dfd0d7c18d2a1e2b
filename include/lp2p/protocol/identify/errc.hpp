// SPDX-License-Identifier: Apache-2.0 OR MIT
// How an identify or push stream ends: well, or by one of these errors.
//
// None of these changes what is known of a peer (threats.md §1 rule 7): only a complete message
// does. `wrong_key` alone is worth closing the connection for.
#pragma once

#include <lp2p/core/error.hpp>

namespace lp2p::inline v0::identify {

enum class errc : std::uint16_t {
    part_too_long = 1,
    bad_length,
    too_many_parts,
    too_many_bytes,
    malformed,
    missing_key,
    wrong_key,
    no_message,
    truncated,
    reset,
    identify_timeout,
    incomplete,
    too_large,
    too_many_protocols,
};

[[nodiscard]] constexpr fault fault_of(errc e) noexcept {
    switch (e) {
    case errc::part_too_long:
    case errc::too_many_parts:
    case errc::too_many_bytes:
        return fault::limit;
    case errc::bad_length:
    case errc::malformed:
    case errc::missing_key:
    case errc::wrong_key:
    case errc::no_message:
        return fault::remote;
    case errc::truncated:
    case errc::reset:
        return fault::closed;
    case errc::identify_timeout:
        return fault::timeout;
    case errc::incomplete:
    case errc::too_large:
    case errc::too_many_protocols:
        return fault::local;
    }
    return fault::none;
}

[[nodiscard]] constexpr error make_error(errc e) noexcept {
    return {domain::identify, fault_of(e), static_cast<std::uint16_t>(e)};
}

[[nodiscard]] constexpr std::string_view name(errc e) noexcept {
    switch (e) {
    case errc::part_too_long:
        return "part_too_long";
    case errc::bad_length:
        return "bad_length";
    case errc::too_many_parts:
        return "too_many_parts";
    case errc::too_many_bytes:
        return "too_many_bytes";
    case errc::malformed:
        return "malformed";
    case errc::missing_key:
        return "missing_key";
    case errc::wrong_key:
        return "wrong_key";
    case errc::no_message:
        return "no_message";
    case errc::truncated:
        return "truncated";
    case errc::reset:
        return "reset";
    case errc::identify_timeout:
        return "identify_timeout";
    case errc::incomplete:
        return "incomplete";
    case errc::too_large:
        return "too_large";
    case errc::too_many_protocols:
        return "too_many_protocols";
    }
    return {};
}

[[nodiscard]] constexpr std::string_view describe(errc e) noexcept {
    switch (e) {
    case errc::part_too_long:
        return "a part of the message is longer than our limit for one";
    case errc::bad_length:
        return "the length of a part is not a minimal varint";
    case errc::too_many_parts:
        return "the message comes in more parts than we read";
    case errc::too_many_bytes:
        return "all parts together are longer than our limit";
    case errc::malformed:
        return "a part is not a protobuf message with the fields of identify";
    case errc::missing_key:
        return "the message has no public key";
    case errc::wrong_key:
        return "the message has another public key than the connection's peer; close it";
    case errc::no_message:
        return "the stream was ended without a message; nothing is known by that";
    case errc::truncated:
        return "the stream ended in the middle of a part";
    case errc::reset:
        return "the stream was reset before the message was complete";
    case errc::identify_timeout:
        return "the message was not complete before the deadline";
    case errc::incomplete:
        return "our own message needs a public key and at least one protocol";
    case errc::too_large:
        return "our own message does not fit: fewer or shorter protocols, a smaller record";
    case errc::too_many_protocols:
        return "our own message lists more protocols than every peer keeps";
    }
    return {};
}

/// The stream is over. Exactly one, and the last event of its machine.
struct ended {
    reason why;
};

} // namespace lp2p::inline v0::identify
