// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of control_queue.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/yamux/control_queue.hpp>

namespace lp2p::inline v0::yamux {

LP2P_DECL void control_queue::pong(std::uint32_t value) {
    add(pongs_, pongs_packed_, {frame_type::ping, ack, session_id, value});
}

LP2P_DECL void control_queue::reset(stream_id id, std::uint32_t code) {
    add(resets_, resets_packed_, {frame_type::window_update, rst, id, code});
}

LP2P_DECL std::size_t control_queue::size() const noexcept {
    return pongs() + resets_.size() - resets_packed_ + (ping_ ? 1U : 0U) + (go_away_ ? 1U : 0U);
}

LP2P_DECL std::size_t control_queue::pack(mutable_bytes out) noexcept {
    std::size_t at = pack_all(pongs_, pongs_packed_, out);
    if (ping_ && put({frame_type::ping, syn, session_id, *ping_}, out, at)) ping_.reset();
    at += pack_all(resets_, resets_packed_, out.subspan(at));
    if (go_away_ && put({frame_type::go_away, 0, session_id, *go_away_}, out, at)) go_away_.reset();
    return at;
}

LP2P_DECL void control_queue::add(std::vector<header>& frames, std::size_t& packed,
                                  const header& h) {
    if (packed > frames.size() / 2) {
        frames.erase(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(packed));
        packed = 0;
    }
    frames.push_back(h);
}

LP2P_DECL bool control_queue::put(const header& h, mutable_bytes out, std::size_t& at) noexcept {
    if (out.size() - at < header::size) return false;
    encode(h, out.subspan(at).first<header::size>());
    at += header::size;
    return true;
}

LP2P_DECL std::size_t control_queue::pack_all(std::vector<header>& frames, std::size_t& packed,
                                              mutable_bytes out) noexcept {
    std::size_t at = 0;
    while (packed < frames.size() && put(frames[packed], out, at)) ++packed;
    if (packed == frames.size() && packed != 0) {
        packed = 0;
        if (frames.capacity() > kept)
            std::vector<header>{}.swap(frames);
        else
            frames.clear();
    }
    return at;
}

} // namespace lp2p::inline v0::yamux
