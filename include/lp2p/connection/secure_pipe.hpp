// SPDX-License-Identifier: Apache-2.0 OR MIT
// The channel of a connection with a machine on it: frames are opened where they lie, and sealed in
// the buffer that they leave in.
//
// It decides nothing and keeps nothing but what the channel keeps of a frame that came in pieces.
#pragma once

#include <lp2p/core/bytes.hpp>
#include <lp2p/core/result.hpp>
#include <lp2p/core/time.hpp>

#include <algorithm>
#include <utility>

namespace lp2p::inline v0 {

/// `Channel` is that of a security: noise::channel or insecure::channel.
template <class Channel>
class secure_pipe {
public:
    explicit secure_pipe(Channel c)
        : channel_{std::move(c)} {}

    /// Opens frame after frame of `in`, which is overwritten; `each(text)` says false where no more
    /// is wanted. Errors: those of the channel, which is of no use after one.
    template <class Each>
    status open(mutable_bytes in, instant now, Each each) {
        while (!in.empty()) {
            const auto used = channel_.receive(in, now);
            if (!used) return fail(used.error());
            in = in.subspan(*used);
            if (channel_.has_plaintext()) {
                if (!each(channel_.plaintext())) break;
            } else if (*used == 0) {
                break;
            }
        }
        channel_.release();
        return {};
    }

    /// One sealed frame of what `from.pack` gives, for about `n` bytes of the transport; empty
    /// where nothing is due. Errors: the channel's end (nonces used up).
    template <class Machine>
    result<byte_vector> seal_next(Machine& from, std::size_t n) {
        const std::size_t due = from.pending();
        if (due == 0) return byte_vector{};
        const std::size_t room = std::max(n, least_frame) - overhead;
        const std::size_t body = std::min({due, room, Channel::most_plaintext});
        byte_vector frame(body + overhead);
        const std::size_t packed = from.pack(mutable_bytes{frame}.subspan(Channel::header, body));
        if (packed == 0) return byte_vector{};
        frame.resize(packed + overhead);
        channel_.seal(frame);
        if (channel_.ended()) return fail(channel_.ended()->why);
        return frame;
    }

private:
    static constexpr std::size_t overhead = Channel::header + Channel::trailer;
    static constexpr std::size_t least_frame = 1024;

    Channel channel_;
};

} // namespace lp2p::inline v0
