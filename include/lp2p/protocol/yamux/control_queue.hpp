// SPDX-License-Identifier: Apache-2.0 OR MIT
// The frames that belong to no living stream, waiting to be packed ahead of all data: pongs, our
// ping, resets and GoAway.
//
// It has no bound of its own: the session stops reading while too many wait. Empty, it owns no
// memory.
#pragma once

#include <lp2p/protocol/yamux/header.hpp>

#include <optional>
#include <vector>

namespace lp2p::inline v0::yamux {

class control_queue {
public:
    void pong(std::uint32_t value) {
        add(pongs_, pongs_packed_, {frame_type::ping, ack, session_id, value});
    }
    void ping(std::uint32_t value) noexcept { ping_ = value; }
    /// Window update with RST and the code in its length: the form that go and js read codes from.
    void reset(stream_id id, std::uint32_t code) {
        add(resets_, resets_packed_, {frame_type::window_update, rst, id, code});
    }
    /// Goes behind all other control frames.
    void go_away(std::uint32_t code) noexcept { go_away_ = code; }

    [[nodiscard]] std::size_t pongs() const noexcept { return pongs_.size() - pongs_packed_; }
    [[nodiscard]] std::size_t size() const noexcept {
        return pongs() + resets_.size() - resets_packed_ + (ping_ ? 1U : 0U) + (go_away_ ? 1U : 0U);
    }
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    /// Writes as many whole frames as fit; returns the bytes written.
    std::size_t pack(mutable_bytes out) noexcept {
        std::size_t at = pack_all(pongs_, pongs_packed_, out);
        if (ping_ && put({frame_type::ping, syn, session_id, *ping_}, out, at)) ping_.reset();
        at += pack_all(resets_, resets_packed_, out.subspan(at));
        if (go_away_ && put({frame_type::go_away, 0, session_id, *go_away_}, out, at))
            go_away_.reset();
        return at;
    }
    void clear() noexcept { *this = control_queue{}; }

private:
    /// Forgets what was packed before it makes room, so a queue that is never quite empty stays
    /// small.
    static void add(std::vector<header>& frames, std::size_t& packed, const header& h) {
        if (packed > frames.size() / 2) {
            frames.erase(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(packed));
            packed = 0;
        }
        frames.push_back(h);
    }
    static bool put(const header& h, mutable_bytes out, std::size_t& at) noexcept {
        if (out.size() - at < header::size) return false;
        encode(h, out.subspan(at).first<header::size>());
        at += header::size;
        return true;
    }
    static std::size_t pack_all(std::vector<header>& frames, std::size_t& packed,
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
    static constexpr std::size_t kept = 4;

    std::vector<header> pongs_;
    std::vector<header> resets_;
    std::size_t pongs_packed_ = 0;
    std::size_t resets_packed_ = 0;
    std::optional<std::uint32_t> ping_;
    std::optional<std::uint32_t> go_away_;
};

} // namespace lp2p::inline v0::yamux
