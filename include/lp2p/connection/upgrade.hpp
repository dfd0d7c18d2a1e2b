// SPDX-License-Identifier: Apache-2.0 OR MIT
// From a raw byte stream to a secured one with a muxer agreed: multistream, handshake, multistream.
//
// It stops where the peer's identity is proven and goes on when told to (`proceed`), because the
// rule for duplicate connections is decided there (architecture.md). It opens no socket and owns no
// clock: the deadline of the whole upgrade is the connection's.
#pragma once

#include <lp2p/connection/errc.hpp>
#include <lp2p/connection/substream.hpp>
#include <lp2p/core/bytes.hpp>
#include <lp2p/core/limits.hpp>
#include <lp2p/core/result.hpp>
#include <lp2p/protocol/multistream/dialer.hpp>
#include <lp2p/protocol/multistream/listener.hpp>
#include <lp2p/wire/peer_id.hpp>

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace lp2p::inline v0 {

inline constexpr std::string_view yamux_protocol = "/yamux/1.0.0";

/// The upgrade of one connection. `Security` is a security (tests/support/security_concept.hpp says
/// what that is): noise::security or insecure::plaintext.
template <class Stack>
class upgrade {
public:
    using crypto = typename Stack::crypto;
    using security = typename Stack::security;
    using handshake = typename security::handshake;
    using channel = typename security::channel;
    using identity = typename security::identity;

    struct config {
        std::optional<wire::peer_id> expected{}; ///< who we dialed; a listener expects nobody
        const limits* bounds = &default_limits;  ///< must outlive the upgrade
    };

    upgrade(role r, const identity& self, config c, const crypto& random, instant now);

    [[nodiscard]] upgrade_stage stage() const noexcept { return stage_; }
    [[nodiscard]] bool done() const noexcept { return stage_ == upgrade_stage::done; }
    /// Why it failed, once it did.
    [[nodiscard]] const std::optional<reason>& failed() const noexcept { return failed_; }
    /// Who it is; empty before `proven`.
    [[nodiscard]] const wire::peer_id& peer() const noexcept { return peer_; }
    [[nodiscard]] const wire::public_key& remote_key() const noexcept { return remote_key_; }

    /// Takes bytes of the transport and stops where it is done. While the identity is proven and
    /// nobody has said `proceed`, bytes are held, up to `limits::upgrade_bytes`.
    result<std::size_t> receive(mutable_bytes in, instant now);
    /// The transport ended.
    void receive_end(end e, instant);
    /// The identity is welcome: go on. Only at stage `proven`.
    void proceed(instant now);
    [[nodiscard]] byte_view output() const noexcept { return out_.view(); }
    void sent(std::size_t n) noexcept { out_.consume(n); }

    /// After `done`: what carries the muxer, what was received behind the upgrade (opened), and
    /// what was held and not opened yet, in this order.
    [[nodiscard]] channel take_channel() { return std::move(*channel_); }
    [[nodiscard]] byte_vector take_plaintext() { return std::move(plaintext_); }
    [[nodiscard]] byte_queue take_held() { return std::exchange(held_, {}); }

private:
    using talk = std::variant<std::monostate, multistream::dialer, multistream::listener>;

    std::size_t step(mutable_bytes in, instant now);
    std::size_t talk_step(byte_view in, instant now);
    std::size_t hold(byte_view in);
    std::size_t muxer_step(mutable_bytes in, instant now);
    std::size_t value_or_fail(const result<std::size_t>& r);

    /// Moves output on and tells what the current machine said.
    void drain(instant now);
    void drain_talk(instant now);
    void drain_handshake(instant now);
    void finish_handshake(instant now);
    /// spec: connections/inlined-muxer-negotiation.md: the first of the initiator's list that both
    /// have. We have one, so the order does not matter. A remote without a list (rust) negotiates.
    static bool chosen_early(const std::vector<std::string>& theirs) noexcept;
    template <class Machine>
    void move_output(Machine& m);
    void seal(byte_view text);
    void start_talk(std::string_view protocol, instant now);
    void start_handshake(instant now);

    static constexpr std::size_t output_piece = 4096;

    role role_;
    config config_;
    const identity* self_;
    crypto crypto_;
    upgrade_stage stage_ = upgrade_stage::security;
    bool changed_ = false;
    talk talk_;
    std::optional<handshake> hand_;
    std::optional<channel> channel_;
    std::optional<reason> failed_;
    wire::peer_id peer_;
    wire::public_key remote_key_;
    byte_queue out_;
    byte_queue held_;
    byte_vector plaintext_;
};

} // namespace lp2p::inline v0

#ifndef LP2P_SEPARATE_COMPILATION
#include "upgrade.ipp"
#endif
