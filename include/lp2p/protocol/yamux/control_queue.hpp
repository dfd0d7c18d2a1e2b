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
    void pong(std::uint32_t value);
    void ping(std::uint32_t value) noexcept { ping_ = value; }
    /// Window update with RST and the code in its length: the form that go and js read codes from.
    void reset(stream_id id, std::uint32_t code);
    /// Goes behind all other control frames.
    void go_away(std::uint32_t code) noexcept { go_away_ = code; }

    [[nodiscard]] std::size_t pongs() const noexcept { return pongs_.size() - pongs_packed_; }
    [[nodiscard]] std::size_t size() const noexcept;
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    /// Writes as many whole frames as fit; returns the bytes written.
    std::size_t pack(mutable_bytes out) noexcept;
    void clear() noexcept { *this = control_queue{}; }

private:
    /// Forgets what was packed before it makes room, so a queue that is never quite empty stays
    /// small.
    static void add(std::vector<header>& frames, std::size_t& packed, const header& h);
    static bool put(const header& h, mutable_bytes out, std::size_t& at) noexcept;
    static std::size_t pack_all(std::vector<header>& frames, std::size_t& packed,
                                mutable_bytes out) noexcept;
    static constexpr std::size_t kept = 4;

    std::vector<header> pongs_;
    std::vector<header> resets_;
    std::size_t pongs_packed_ = 0;
    std::size_t resets_packed_ = 0;
    std::optional<std::uint32_t> ping_;
    std::optional<std::uint32_t> go_away_;
};

} // namespace lp2p::inline v0::yamux

#ifndef LP2P_SEPARATE_COMPILATION
#include "control_queue.ipp"
#endif
