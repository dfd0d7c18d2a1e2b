// SPDX-License-Identifier: Apache-2.0 OR MIT
// The side of a negotiation that answers: it takes the first proposal that it serves.
//
// It says nothing before the first byte has come (a bare SYN is answered by nothing), and leaves
// everything behind the accepted proposal to the protocol: go and rust send it in one piece.
#pragma once

#include <lp2p/protocol/multistream/negotiation.hpp>
#include <lp2p/protocol/multistream/protocol_list.hpp>

namespace lp2p::inline v0::multistream {

/// Events: `agreed{index}` then `ended{reason{}}`, or `ended` alone with
/// - `wrong_header`, `bad_token`, `bad_length`, `token_too_long`, `too_many_proposals`: bad bytes;
/// - `none_agreed` (fault refused) where the peer left, or sent what is no line, after a `na`: that
///   is what a peer looks like that had written behind a proposal which we refused;
/// - `ended_early`, `reset` (with its code in `wire_code`), `negotiation_timeout`.
/// `ls` is answered `na` unless the config says otherwise, as is a name that is not UTF-8 or holds
/// a newline. Memory: the object, and at most twice the longest name that it serves, as far as that
/// many bytes came.
class listener : public detail::negotiation {
public:
    struct config {
        protocol_list protocols{};                                 ///< shared, as it is now
        std::size_t token_most = default_limits.multistream_token; ///< bytes with the newline
        std::size_t proposals = default_limits.proposals_accepted; ///< that are answered `na`
        duration timeout = default_limits.negotiation_timeout;     ///< for the whole negotiation
        /// `ls` is answered by the list, as rust does, and counts as one of `proposals`; go, js and
        /// the default say `na`.
        bool answers_ls = false;
    };

    listener(config c, instant now);

    /// Consumes up to the end of the proposal that ends it, and nothing after it.
    [[nodiscard]] result<std::size_t> receive(byte_view in, instant);
    void receive_end(end how, instant);
    /// The name of the protocol that both sides speak now; nothing before there is one.
    [[nodiscard]] std::optional<std::string_view> agreed() const noexcept;

private:
    status answer(std::string_view token);
    void refuse(error why);

    protocol_list protocols_;
    std::size_t proposals_;
    bool answers_ls_;
    std::size_t refused_ = 0;
    std::size_t listed_ = 0;
    std::size_t chosen_ = 0;
    bool spoken_ = false;
};

static_assert(duplex<listener>);

} // namespace lp2p::inline v0::multistream

#ifndef LP2P_SEPARATE_COMPILATION
#include "listener.ipp"
#endif
