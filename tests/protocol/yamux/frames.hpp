// SPDX-License-Identifier: Apache-2.0 OR MIT
// Builds and reads yamux frames by hand, so that a test can be any peer, good or bad.
#pragma once

#include <lp2p/protocol/yamux/session.hpp>

#include "tests/support/laws.hpp"

#include <string_view>
#include <vector>

namespace lp2p::test::frames {

using namespace lp2p::yamux;

inline byte_vector raw(std::uint8_t version, std::uint8_t type, std::uint16_t flags,
                       std::uint32_t id, std::uint32_t length) {
    byte_vector out;
    for (const std::uint32_t b :
         {std::uint32_t{version}, std::uint32_t{type}, flags / 256U, flags % 256U, id >> 24U,
          id >> 16U, id >> 8U, id, length >> 24U, length >> 16U, length >> 8U, length})
        out.push_back(static_cast<std::byte>(b & 0xffU));
    return out;
}
inline byte_vector data(std::uint32_t id, byte_view body, unsigned flags = 0) {
    byte_vector out =
        raw(0, 0, static_cast<std::uint16_t>(flags), id, static_cast<std::uint32_t>(body.size()));
    append(out, body);
    return out;
}
inline byte_vector data(std::uint32_t id, std::string_view body, unsigned flags = 0) {
    return data(id, as_bytes(body), flags);
}
/// A data header whose body does not follow.
inline byte_vector announce(std::uint32_t id, std::uint32_t length, unsigned flags = 0) {
    return raw(0, 0, static_cast<std::uint16_t>(flags), id, length);
}
inline byte_vector update(std::uint32_t id, std::uint32_t delta, unsigned flags = 0) {
    return raw(0, 1, static_cast<std::uint16_t>(flags), id, delta);
}
inline byte_vector ping(std::uint32_t value, unsigned flags = syn, std::uint32_t id = 0) {
    return raw(0, 2, static_cast<std::uint16_t>(flags), id, value);
}
inline byte_vector go_away(std::uint32_t code, std::uint32_t id = 0) {
    return raw(0, 3, 0, id, code);
}
inline byte_vector operator+(byte_vector a, const byte_vector& b) {
    append(a, b);
    return a;
}

struct frame {
    header head;
    byte_vector body;
};
/// Cuts output into frames; what is no whole frame is left out and counted in `rest`.
inline std::vector<frame> parse(byte_view in, std::size_t* rest = nullptr) {
    std::vector<frame> out;
    while (in.size() >= header::size) {
        const auto h = decode_header(in.first<header::size>());
        if (!h) break;
        const std::size_t body = h->type == frame_type::data ? h->length : 0;
        if (in.size() - header::size < body) break;
        out.push_back({*h, to_vector(in.subspan(header::size, body))});
        in = in.subspan(header::size + body);
    }
    if (rest != nullptr) *rest = in.size();
    return out;
}
/// Everything that the session has to send now.
inline byte_vector drain(session& s) {
    byte_vector out;
    for (byte_view some = s.transmit(65536); !some.empty(); some = s.transmit(65536)) {
        append(out, some);
        s.transmitted(some.size());
    }
    return out;
}
inline std::vector<frame> sent(session& s) { return parse(drain(s)); }

inline std::vector<event> events(session& s) {
    std::vector<event> out;
    while (auto e = s.poll_event()) out.push_back(*e);
    return out;
}
template <class E>
std::vector<E> only(const std::vector<event>& all) {
    std::vector<E> out;
    for (const event& e : all)
        if (const E* it = std::get_if<E>(&e)) out.push_back(*it);
    return out;
}
/// What the last event `ended` said; fails loudly where there is none or more than one.
inline std::optional<reason> told_end(const std::vector<event>& all) {
    const auto ends = only<ended>(all);
    return ends.size() == 1 ? std::optional{ends.front().why} : std::nullopt;
}
/// Reads and consumes everything of one stream.
inline byte_vector read_all(session& s, stream_id id) {
    byte_vector out;
    for (byte_view some = s.read(id); !some.empty(); some = s.read(id)) {
        append(out, some);
        s.consume(id, some.size());
    }
    return out;
}
inline std::string text(session& s, stream_id id) { return std::string{as_text(read_all(s, id))}; }
/// A session whose first ping has been sent and answered in no time.
inline session settled(yamux::role who, config cfg = {}, instant now = start) {
    session s{who, cfg, now};
    const auto first = sent(s);
    (void)s.receive(ping(first.at(0).head.length, ack), now);
    (void)events(s);
    return s;
}
inline byte_vector bytes(std::size_t n, unsigned seed = 1) {
    byte_vector out(n);
    for (std::size_t i = 0; i < n; ++i)
        out[i] = static_cast<std::byte>((i * 131 + i / 251 + seed) & 0xffU);
    return out;
}

} // namespace lp2p::test::frames
