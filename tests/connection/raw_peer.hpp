// SPDX-License-Identifier: Apache-2.0 OR MIT
// A remote that sends what a test tells it, byte by byte, to a listener with the plaintext
// security: below the upgrade it speaks yamux frames, above it lines of multistream.
#pragma once

#include "tests/protocol/yamux/frames.hpp"
#include "tests/support/stacks.hpp"

namespace lp2p::test {

inline byte_vector line(std::string_view token) {
    byte_vector out;
    multistream::encode(token, out);
    return out;
}
inline byte_vector lines(std::initializer_list<std::string_view> tokens) {
    byte_vector out;
    for (const auto t : tokens) append(out, line(t));
    return out;
}
inline constexpr std::string_view hello = multistream::header_line;

class raw_peer {
public:
    using connection_type = connection<plain_stack>;
    using event = connections::event;

    explicit raw_peer(connection_type::config c = {})
        : conn{us.listens(std::move(c))} {
        byte_vector in = lines({hello, "/plaintext/2.0.0"});
        wire::encode_length_prefixed(them.self.message, in);
        append(in, lines({hello, yamux_protocol}));
        send(in);
        conn.proceed(now);
        hear();
        answer_pings();
    }

    /// Sends to the connection; then events and output are taken.
    result<std::size_t> send(byte_vector bytes) {
        const auto took = conn.receive(bytes, now);
        hear();
        return took;
    }
    void hear() {
        while (auto e = conn.poll_event()) events.push_back(std::move(*e));
        for (byte_view v = conn.transmit(65536); !v.empty(); v = conn.transmit(65536)) {
            append(output, v);
            conn.transmitted(v.size());
        }
        while (auto e = conn.poll_event()) events.push_back(std::move(*e));
    }
    void advance(duration by) {
        const instant until = after(now, by);
        for (auto at = conn.next_timeout(); at && *at <= until; at = conn.next_timeout()) {
            now = std::max(now, *at);
            conn.handle_timeout(now);
            hear();
            if (answers) answer_pings();
        }
        now = until;
    }
    /// The frames since the last call; what the upgrade said is left out.
    std::vector<frames::frame> frames_sent() {
        if (!upgraded_) {
            upgraded_ = true;
            const byte_vector echo = lines({hello, yamux_protocol});
            const auto at = std::search(output.begin(), output.end(), echo.begin(), echo.end());
            output.erase(output.begin(), at + static_cast<std::ptrdiff_t>(echo.size()));
        }
        auto all = frames::parse(output);
        output.clear();
        return all;
    }
    void answer_pings() {
        for (const auto& f : frames_sent()) {
            kept.push_back(f);
            if (f.head.type == yamux::frame_type::ping && f.head.has(yamux::syn))
                send(frames::ping(f.head.length, yamux::ack));
        }
    }
    /// Bodies of data frames of one stream, of all that was kept.
    byte_vector said_on(std::uint32_t stream) {
        answer_pings();
        byte_vector all;
        for (const auto& f : kept)
            if (f.head.type == yamux::frame_type::data && f.head.stream == yamux::stream_id{stream})
                append(all, f.body);
        return all;
    }
    /// Whether a frame with this flag was sent on the stream; its length is the code of a reset.
    std::optional<std::uint32_t> flag_on(std::uint32_t stream, yamux::flag_bits flag) {
        answer_pings();
        for (const auto& f : kept)
            if (f.head.stream == yamux::stream_id{stream} && f.head.has(flag)) return f.head.length;
        return std::nullopt;
    }
    /// Opens an inbound stream and negotiates `protocol` on it.
    void open(std::uint32_t stream, std::string_view protocol) {
        send(frames::data(stream, lines({hello, protocol}), yamux::syn));
    }

    person<plain_stack> us{1}, them{2};
    instant now = start;
    connection_type conn;
    std::vector<event> events;
    std::vector<frames::frame> kept;
    byte_vector output;
    bool answers = true;

private:
    bool upgraded_ = false;
};

} // namespace lp2p::test
